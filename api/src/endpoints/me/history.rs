use crate::endpoints::{AUDIT_TRAIL, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::PersonQuestion;
use crate::input::{Door, LIMIT_DEFAULT, cursor, id, limit};
use crate::persons::links;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::contact::ContactEvent;
use domain::{ContactId, Event, PersonId};
use event_store::Recorded;
use projections::history::{self, HistoryEntry};
use serde::Deserialize;
use std::time::Duration;
use utoipa::IntoParams;

/// How long the answer waits for what has just happened.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// Of what.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OwnHistoryParams {
    /// One of your contacts, as `/v1/me` names them; your login itself when absent.
    contact: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    limit: Option<String>,
}

/// Read who changed what of you, newest first: of your login, or of your contact with one builder.
///
/// What was another person's before you is not in it, nor what the builder keeps for itself; a page
/// may therefore hold fewer entries than asked for and still have a next one.
#[utoipa::path(get, path = "/v1/me/history", tag = "me", params(OwnHistoryParams),
    responses((status = 200, body = PageOf<HistoryEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn own_history(
    State(app): State<AppState>,
    PersonQuestion(question): PersonQuestion<(), OwnHistoryParams>,
) -> Result<Json<PageOf<HistoryEntry>>, Problem> {
    let mut door = Door::default();
    let params = &question.params;
    let contact = door.take_if("contact", params.contact.as_deref(), id::<ContactId>);
    let cursor = door.take_if("cursor", params.cursor.as_deref(), cursor);
    let limit = door.take_if("limit", params.limit.as_deref(), limit);
    let (contact, cursor, limit) =
        door.build(|| Some((contact?, cursor?, limit?.unwrap_or(LIMIT_DEFAULT))))?;
    let person = links::person(&app, PersonId(question.ledger().0)).await?;
    let (ledger, subject, since) = match contact {
        None => (question.ledger(), person.id.0, 0),
        Some(contact) => {
            let mut links = links::of(&app, &person).await?.into_iter();
            let link = links.find(|link| link.open && link.contact.id == contact);
            let ledger = link.ok_or_else(Problem::not_found)?.ledger;
            let events = app.store().reader().aggregate_events(ledger, &[contact.0]).await?;
            (ledger, contact.0, theirs_since(&events, person.id))
        }
    };
    let reader = app.store().reader();
    if let Some(head) = reader.head(ledger).await? {
        app.progress().wait(ledger, head.position, &[AUDIT_TRAIL], WAIT_MAX).await?;
    }
    let mut page = history::of(reader, ledger, subject, cursor.as_deref(), limit).await?;
    page.items.retain(|entry| is_shown(entry, person.id, since));
    for entry in page.items.iter_mut().filter(|entry| entry.actor.id != Some(person.id.0)) {
        // From where the builder's staff works, and what they noted, is not the owner's.
        entry.client = None;
        entry.reason = None;
    }
    Ok(Json(page.into()))
}

/// From which position on a contact's history is about this person. When it was somebody else's
/// before, what they did and had is not (H6).
fn theirs_since(events: &[Recorded], person: PersonId) -> u64 {
    let mut since = Some(0);
    for recorded in events {
        let owner = match &recorded.event {
            Event::Contact(ContactEvent::PersonLinked(linked)) => linked.person,
            Event::Contact(ContactEvent::OwnerActivated(activated)) => activated.person,
            Event::Contact(ContactEvent::OwnerReactivated(activated)) => activated.person,
            Event::Contact(_)
            | Event::Job(_)
            | Event::Lead(_)
            | Event::BuilderAccount(_)
            | Event::Installation(_)
            | Event::Person(_) => continue,
        };
        since = if owner == person { since.or(Some(recorded.position)) } else { None };
    }
    since.unwrap_or(u64::MAX)
}

/// Custom fields are the builder's alone (R41), and so is what its staff tried and was refused.
fn is_shown(entry: &HistoryEntry, person: PersonId, since: u64) -> bool {
    match entry.position {
        Some(position) => {
            let is_builders = entry.changes.iter().any(|c| c.field.starts_with("custom_fields."));
            position >= since && !is_builders
        }
        None => entry.actor.id == Some(person.0),
    }
}
