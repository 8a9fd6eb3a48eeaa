use crate::answer::Answer;
use crate::endpoints::{CONTACT_DIRECTORY, LEAD_VIEW};
use crate::error::{Problem, ProblemBody};
use crate::extract::{AsOfParams, Question};
use crate::state::AppState;
use axum::extract::State;
use domain::LeadId;
use projections::as_of::{self, Dated};
use projections::lead_view::{self, LeadEntry};

/// Read one lead with its contact as that one is now (R47), or both as they were; `ETag` is the
/// lead's present version.
#[utoipa::path(get, path = "/v1/leads/{id}", tag = "leads",
    params(("id" = Uuid, Path, description = "The lead"), AsOfParams),
    responses((status = 200, body = Dated<LeadEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get(
    State(app): State<AppState>,
    question: Question<LeadId, AsOfParams>,
) -> Result<Answer<Dated<LeadEntry>>, Problem> {
    let (reader, ledger, lead) = (app.store().reader(), question.ledger(), question.path);
    if let Some(at) = question.params.resolve(&app, &question.asker).await? {
        let then = as_of::lead(reader, ledger, lead, at).await?;
        return Ok(Answer::new(then.ok_or_else(Problem::not_found)?));
    }
    question.ready(&app, &[LEAD_VIEW, CONTACT_DIRECTORY]).await?;
    let entry = lead_view::get(reader, ledger, lead).await?.ok_or_else(Problem::not_found)?;
    let version = entry.version;
    Ok(Answer::new(Dated::now(entry)).version(version))
}
