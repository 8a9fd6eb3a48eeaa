use crate::answer::Answer;
use crate::endpoints::CONTACT_DIRECTORY;
use crate::error::{Problem, ProblemBody};
use crate::extract::{AsOfParams, Question};
use crate::state::AppState;
use axum::extract::State;
use domain::{ContactId, LedgerId};
use event_store::Reader;
use projections::as_of::{self, Dated};
use projections::contact_directory::{self, ContactEntry};
use uuid::Uuid;

/// The longest chain of merges that is followed.
const MERGES_MAX: usize = 32;

/// Who stands for a contact that was merged, over all merges (H2).
pub(crate) async fn survivor(
    reader: &Reader,
    ledger: LedgerId,
    entry: &ContactEntry,
) -> Result<Option<Uuid>, Problem> {
    let mut survivor = entry.merged_into;
    for _ in 0..MERGES_MAX {
        let Some(id) = survivor else { break };
        let next = contact_directory::get(reader, ledger, ContactId(id)).await?;
        match next.and_then(|contact| contact.merged_into) {
            Some(next) => survivor = Some(next),
            None => break,
        }
    }
    Ok(survivor)
}

/// Read one contact, as it is or as it was; `ETag` is its present version.
///
/// A contact that was merged answers 307 with the `Location` of the one that stands for it.
#[utoipa::path(get, path = "/v1/contacts/{id}", tag = "contacts",
    params(("id" = Uuid, Path, description = "The contact"), AsOfParams),
    responses((status = 200, body = Dated<ContactEntry>),
        (status = 307, body = Dated<ContactEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get(
    State(app): State<AppState>,
    question: Question<ContactId, AsOfParams>,
) -> Result<Answer<Dated<ContactEntry>>, Problem> {
    let (reader, ledger, contact) = (app.store().reader(), question.ledger(), question.path);
    if let Some(at) = question.params.resolve(&app, &question.asker).await? {
        let then = as_of::contact(reader, ledger, contact, at).await?;
        return Ok(Answer::new(then.ok_or_else(Problem::not_found)?));
    }
    question.ready(&app, &[CONTACT_DIRECTORY]).await?;
    let entry = contact_directory::get(reader, ledger, contact).await?;
    let entry = entry.ok_or_else(Problem::not_found)?;
    let version = entry.version;
    let stands_for_it = survivor(reader, ledger, &entry).await?;
    let answer = Answer::new(Dated::now(entry)).version(version);
    Ok(match stands_for_it {
        Some(survivor) => answer.moved_to(format!("/v1/contacts/{survivor}")),
        None => answer,
    })
}
