use crate::answer::Answer;
use crate::endpoints::CONTACT_DIRECTORY;
use crate::error::{Problem, ProblemBody};
use crate::extract::{AsOfParams, Question};
use crate::state::AppState;
use axum::extract::State;
use domain::ContactId;
use projections::as_of::{self, Dated};
use projections::contact_directory::{self, ContactEntry};

/// Read one contact, as it is or as it was; `ETag` is its present version.
#[utoipa::path(get, path = "/v1/contacts/{id}", tag = "contacts",
    params(("id" = Uuid, Path, description = "The contact"), AsOfParams),
    responses((status = 200, body = Dated<ContactEntry>), (status = "4XX", body = ProblemBody)))]
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
    Ok(Answer::new(Dated::now(entry)).version(version))
}
