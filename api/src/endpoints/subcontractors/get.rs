use super::{VIEWS, present};
use crate::answer::Answer;
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, Question};
use crate::state::AppState;
use axum::extract::State;
use domain::SubcontractorId;
use projections::subcontractors::SubcontractorDetail;

/// Read one subcontractor with its invitations to jobs and what its users asked for; `ETag` is its present
/// version.
#[utoipa::path(get, path = "/v1/subcontractors/{id}", tag = "subcontractors",
    params(("id" = Uuid, Path, description = "The subcontractor")),
    responses((status = 200, body = SubcontractorDetail), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_subcontractor(
    State(app): State<AppState>,
    question: Question<SubcontractorId, NoParams>,
) -> Result<Answer<SubcontractorDetail>, Problem> {
    question.ready(&app, &VIEWS).await?;
    let found = present(&app, question.ledger(), question.path).await?;
    let version = found.subcontractor.version;
    Ok(Answer::new(found).version(version))
}
