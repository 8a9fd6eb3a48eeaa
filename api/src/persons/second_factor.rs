//! Asking for a code of the second factor, and taking it, once.
//!
//! A code is taken before what it lets through: a crash in between costs the code and nothing else.

use super::accepting::run;
use super::throttle;
use crate::error::Problem;
use crate::state::AppState;
use crate::totp;
use domain::person::{PersonCommand, PersonRejection};
use domain::{Circumstances, Command, PersonId, Rejection};
use event_store::StoredFactor;

/// Asks for a code where a second factor is on; the password has been right.
pub(crate) async fn ask(
    app: &AppState,
    person: PersonId,
    typed: Option<&str>,
    circumstances: Circumstances,
) -> Result<(), Problem> {
    let Some(factor) = app.store().second_factor(person).await?.filter(|factor| factor.on) else {
        return Ok(());
    };
    let Some(typed) = typed else {
        let detail = "This login has a second factor; its code is needed too.";
        return Err(Problem::new("second_factor_needed", detail).field("code"));
    };
    take(app, person, &factor, typed, circumstances).await
}

/// Takes a code that the app tells, or a recovery code; refuses one that was taken before.
pub(crate) async fn take(
    app: &AppState,
    person: PersonId,
    factor: &StoredFactor,
    typed: &str,
    circumstances: Circumstances,
) -> Result<(), Problem> {
    throttle::giving_code(app, person).await?;
    let (store, id) = (app.store(), factor.factor);
    if let Some(step) = totp::step_of(factor.secret(), typed, store.now()) {
        if store.take_code(person, id, step).await? { Ok(()) } else { Err(refused()) }
    } else if let Some(number) = store.recovery_code(person, id, typed).await? {
        let command = PersonCommand::UseRecoveryCode { factor: id, number };
        run(app, person.into(), Command::Person(person, command), circumstances).await?;
        Ok(())
    } else {
        Err(refused())
    }
}

fn refused() -> Problem {
    let refused: Problem = Rejection::from(PersonRejection::SecondFactorRefused).into();
    refused.field("code")
}
