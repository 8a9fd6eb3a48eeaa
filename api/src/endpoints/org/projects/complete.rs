use super::done_so;
use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, OrgOrder};
use crate::state::AppState;
use axum::extract::State;
use domain::subcontractor::TradeDeed;
use domain::{JobId, TaskId};

/// Say that a task of yours is done. The general contractor sees who of you did it.
#[utoipa::path(post, path = "/v1/org/projects/{job}/tasks/{task}/complete", tag = "organisation",
    params(("job" = Uuid, Path, description = "The job"),
        ("task" = Uuid, Path, description = "The task")), request_body = NoBody,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn complete_org_task(
    State(app): State<AppState>,
    OrgOrder(order): OrgOrder<(JobId, TaskId), NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    done_so(&app, &order, order.path, TradeDeed::Complete).await
}
