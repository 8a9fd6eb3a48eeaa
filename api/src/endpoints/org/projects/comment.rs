use super::deed;
use crate::answer::{Answer, PartAnswer, part_made};
use crate::endpoints::jobs::send_message::MessageBody;
use crate::error::{Problem, ProblemBody};
use crate::extract::OrgOrder;
use crate::state::AppState;
use axum::extract::State;
use domain::subcontractor::TradeDeed;
use domain::{CommentId, JobId, TaskId};

/// Say something about a task of yours. The general contractor's people read it; its customers never
/// do (R97).
#[utoipa::path(post, path = "/v1/org/projects/{job}/tasks/{task}/comments", tag = "organisation",
    params(("job" = Uuid, Path, description = "The job"),
        ("task" = Uuid, Path, description = "The task")), request_body = MessageBody,
    responses((status = 201, body = PartAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn comment_on_org_task(
    State(app): State<AppState>,
    OrgOrder(order): OrgOrder<(JobId, TaskId), MessageBody>,
) -> Result<Answer<PartAnswer>, Problem> {
    let (text, (job, task)) = (order.body.read()?, order.path);
    let comment = CommentId(order.new_id(&app, "comment"));
    let applied = deed(&app, &order, order.path, TradeDeed::Comment { comment, text }).await?;
    let collection = format!("/v1/org/projects/{job}/tasks/{task}/comments");
    Ok(part_made(&applied, comment.0, &collection).elsewhere())
}
