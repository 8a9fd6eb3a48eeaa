use super::AssigneeBody;
use crate::answer::{Answer, PartAnswer, part_made};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::state::AppState;
use axum::extract::State;
use domain::job::{JobCommand, Phase, TaskDetails, TaskKind};
use domain::text::Title;
use domain::{Command, Day, JobId, TaskId};
use serde::Deserialize;
use utoipa::ToSchema;

/// A task to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddTask {
    /// What is to be done.
    #[schema(max_length = 200)]
    title: String,
    /// `task` (when absent), `approval` or `selection`.
    kind: Option<String>,
    /// `planning`, `execution` or `closeout`.
    phase: String,
    /// Who it is for.
    assignee: Option<AssigneeBody>,
    /// By when, such as `2026-05-31`.
    #[schema(format = Date)]
    due: Option<String>,
}

impl RequestBody for AddTask {}

impl AddTask {
    fn details(&self) -> Result<TaskDetails, Problem> {
        let mut door = Door::default();
        let title = door.take("title", Title::parse(&self.title));
        let kind = door.take_if("kind", self.kind.as_deref(), TaskKind::parse);
        let phase = door.take("phase", Phase::parse(&self.phase));
        let assignee = AssigneeBody::read(self.assignee.as_ref(), &mut door);
        let due = door.take_if("due", self.due.as_deref(), Day::parse);
        door.build(|| {
            let kind = kind?.unwrap_or(TaskKind::Task);
            Some(TaskDetails { title: title?, kind, phase: phase?, assignee: assignee?, due: due? })
        })
    }
}

/// Add a task to a job. Its assignee is one of the job's owners, staff, or a subcontractor.
#[utoipa::path(post, path = "/v1/jobs/{id}/tasks", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job")), request_body = AddTask,
    responses((status = 201, body = PartAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn add_task(
    State(app): State<AppState>,
    order: Order<JobId, AddTask>,
) -> Result<Answer<PartAnswer>, Problem> {
    let (job, details) = (order.path, order.body.details()?);
    let task = TaskId(order.new_id(&app, "task"));
    let command = Command::Job(job, JobCommand::AddTask(task, details));
    let applied = order.execute(&app, command).await?;
    Ok(part_made(&applied, task.0, &format!("/v1/jobs/{job}/tasks")))
}
