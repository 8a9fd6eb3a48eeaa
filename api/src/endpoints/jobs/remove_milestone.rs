use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::job::JobCommand;
use domain::{Command, JobId, MilestoneId};

/// Take a milestone away.
#[utoipa::path(delete, path = "/v1/jobs/{id}/milestones/{milestone_id}", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job"),
        ("milestone_id" = Uuid, Path, description = "The milestone")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn remove_milestone(
    State(app): State<AppState>,
    order: Order<(JobId, MilestoneId), NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let (job, milestone) = order.path;
    order.carry_out(&app, Command::Job(job, JobCommand::RemoveMilestone(milestone))).await
}
