//! A person's second factor: begun, turned on, turned off.

pub(crate) mod begin;
pub(crate) mod confirm;
pub(crate) mod end;
pub(crate) mod get;

use crate::error::Problem;
use crate::extract::Order;
use crate::passwords::Typed;
use crate::persons::{links, throttle};
use crate::state::AppState;
use domain::person::{Person, PersonRejection};
use domain::{EmailAddress, PersonId, Rejection};

/// The person who asks, with their login email, after they have shown their password: a session that
/// was left open is not enough to change how its owner signs in.
async fn shown<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    password: &Typed,
) -> Result<(Person, EmailAddress), Problem> {
    let person = links::person(app, PersonId(order.asker.ledger().0)).await?;
    let email = person.email.value().cloned().ok_or_else(Problem::not_found)?;
    throttle::signing_in(app, &email, order.asker.client).await?;
    let stored = app.store().password(person.id).await?;
    if !password.matches(stored.map(|stored| stored.hash)).await? {
        let detail = "This is not the password of this login.";
        return Err(Problem::new("password_wrong", detail).field("password"));
    }
    Ok((person, email))
}

fn on_already() -> Problem {
    Rejection::from(PersonRejection::SecondFactorOn).into()
}
