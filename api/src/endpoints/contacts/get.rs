use crate::answer::Answer;
use crate::endpoints::CONTACT_DIRECTORY;
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, Question};
use crate::state::AppState;
use axum::extract::State;
use domain::ContactId;
use projections::contact_directory::{self, ContactEntry};

/// Read one contact; `ETag` is its version.
#[utoipa::path(get, path = "/v1/contacts/{id}", tag = "contacts",
    params(("id" = Uuid, Path, description = "The contact")),
    responses((status = 200, body = ContactEntry), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get(
    State(app): State<AppState>,
    question: Question<ContactId, NoParams>,
) -> Result<Answer<ContactEntry>, Problem> {
    question.ready(&app, &[CONTACT_DIRECTORY]).await?;
    let reader = app.store().reader();
    let entry = contact_directory::get(reader, question.ledger(), question.path).await?;
    let entry = entry.ok_or_else(Problem::not_found)?;
    let version = entry.version;
    Ok(Answer::new(entry).version(version))
}
