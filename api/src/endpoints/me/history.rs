use crate::endpoints::{AUDIT_TRAIL, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::PersonQuestion;
use crate::input::{Door, LIMIT_DEFAULT, cursor, id, limit};
use crate::persons::links;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::{ContactId, PersonId};
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
    let (ledger, subject) = match contact {
        None => (question.ledger(), person.id.0),
        Some(contact) => {
            let mut links = links::of(&app, &person).await?.into_iter();
            let link = links.find(|link| link.open && link.contact.id == contact);
            (link.ok_or_else(Problem::not_found)?.ledger, contact.0)
        }
    };
    let reader = app.store().reader();
    if let Some(head) = reader.head(ledger).await? {
        app.progress().wait(ledger, head.position, &[AUDIT_TRAIL], WAIT_MAX).await?;
    }
    Ok(Json(history::of(reader, ledger, subject, cursor.as_deref(), limit).await?.into()))
}
