use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::job::impersonation::ImpersonationCommand;
use domain::{Command, ImpersonationId, JobId};

/// Look through the owner's eyes no more; twice changes nothing.
#[utoipa::path(delete, path = "/v1/jobs/{id}/impersonations/{impersonation_id}",
    tag = "impersonations",
    params(("id" = Uuid, Path, description = "The job"),
        ("impersonation_id" = Uuid, Path, description = "The impersonation")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn end_impersonation(
    State(app): State<AppState>,
    order: Order<(JobId, ImpersonationId), NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let (job, impersonation) = order.path;
    let end = ImpersonationCommand::End(impersonation);
    order.carry_out(&app, Command::Impersonation(job, end)).await
}
