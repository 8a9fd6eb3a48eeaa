use crate::answer::{Answer, PartAnswer, part_made};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::state::AppState;
use axum::extract::State;
use domain::job::JobCommand;
use domain::text::MessageText;
use domain::{Command, CommentId, JobId, TaskId};
use serde::Deserialize;
use utoipa::ToSchema;

/// What is said about a task.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommentOnTask {
    /// The words; the subcontractor whose task it is reads them, and customers never do (R97).
    #[schema(max_length = 4_000)]
    text: String,
}

impl RequestBody for CommentOnTask {}

/// Say something about a task that is a subcontractor's; its users read it.
#[utoipa::path(post, path = "/v1/jobs/{id}/tasks/{task_id}/comments", tag = "subcontractors",
    params(("id" = Uuid, Path, description = "The job"),
        ("task_id" = Uuid, Path, description = "The task")), request_body = CommentOnTask,
    responses((status = 201, body = PartAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn comment_on_task(
    State(app): State<AppState>,
    order: Order<(JobId, TaskId), CommentOnTask>,
) -> Result<Answer<PartAnswer>, Problem> {
    let (job, task) = order.path;
    let text = text(&order.body.text)?;
    let comment = CommentId(order.new_id(&app, "comment"));
    let command = JobCommand::CommentOnTask { task, comment, text };
    let applied = order.execute(&app, Command::Job(job, command)).await?;
    Ok(part_made(&applied, comment.0, &format!("/v1/jobs/{job}/tasks/{task}/comments")))
}

/// Reads the words at the door.
pub(crate) fn text(typed: &str) -> Result<MessageText, Problem> {
    let mut door = Door::default();
    let text = door.take("text", MessageText::parse(typed));
    door.build(|| text)
}
