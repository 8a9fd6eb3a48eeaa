use super::get::{OwnContact, entry};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order, PersonOrder};
use crate::persons::links::{self, Link};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::person::PersonCommand;
use domain::{AccountId, Command, ContactId, PersonId};

/// Take a contact as which a builder brought you over from an older system, as `/v1/me` lists it under
/// `waiting`. From then on it is yours like one whose invitation you accepted (R45). Twice is once.
#[utoipa::path(post, path = "/v1/me/contacts/{id}", tag = "me",
    params(("id" = Uuid, Path, description = "The contact")), request_body = NoBody,
    responses((status = 200, body = OwnContact), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn take_contact(
    State(app): State<AppState>,
    PersonOrder(order): PersonOrder<ContactId, NoBody>,
) -> Result<Json<OwnContact>, Problem> {
    order.without_version()?;
    let link = take(&app, &order, order.path).await?;
    Ok(Json(entry(&link)))
}

/// Takes a contact that waits for the one who asks.
pub(crate) async fn take<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    contact: ContactId,
) -> Result<Link, Problem> {
    let person = links::person(app, PersonId(order.asker.ledger().0)).await?;
    let mut there = links::waiting(app, &person).await?;
    there.extend(links::of(app, &person).await?);
    let link = there.into_iter().find(|link| link.open && link.contact.id == contact);
    let link = link.ok_or_else(Problem::not_found)?;
    // A note in the person's own ledger; the contact's has said since it came over whose it is.
    let (account, contact) = (AccountId(link.ledger.0), link.contact.id);
    let take = Command::Person(person.id, PersonCommand::Link { account, contact });
    order.execute(app, take).await?;
    Ok(link)
}
