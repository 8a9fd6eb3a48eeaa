use super::AssigneeBody;
use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::{Door, Maybe, nullable};
use crate::state::AppState;
use axum::extract::State;
use domain::job::{JobCommand, Phase, TaskEdit, TaskKind};
use domain::text::Title;
use domain::{Command, Day, JobId, TaskId};
use serde::Deserialize;
use utoipa::ToSchema;

/// Which fields become what (JSON merge patch); or `done` alone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditTask {
    /// What is to be done.
    #[schema(max_length = 200)]
    title: Option<String>,
    /// `task`, `approval` or `selection`.
    kind: Option<String>,
    /// `planning`, `execution` or `closeout`.
    phase: Option<String>,
    /// Who it is for; `null` is nobody.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<AssigneeBody>)]
    assignee: Maybe<AssigneeBody>,
    /// By when; `null` clears it.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, format = Date)]
    due: Maybe<String>,
    /// Whether it is done; without any other field.
    done: Option<bool>,
}

impl RequestBody for EditTask {}

impl EditTask {
    fn command(&self, task: TaskId) -> Result<JobCommand, Problem> {
        let mut door = Door::default();
        let title = door.take_if("title", self.title.as_deref(), Title::parse);
        let kind = door.take_if("kind", self.kind.as_deref(), TaskKind::parse);
        let phase = door.take_if("phase", self.phase.as_deref(), Phase::parse);
        let assignee = match &self.assignee {
            None => Some(None),
            Some(assignee) => AssigneeBody::read(assignee.as_ref(), &mut door).map(Some),
        };
        let due = match &self.due {
            None => Some(None),
            Some(due) => door.take_if("due", due.as_deref(), Day::parse).map(Some),
        };
        let others = self.title.is_some()
            || self.kind.is_some()
            || self.phase.is_some()
            || self.assignee.is_some()
            || self.due.is_some();
        if self.done.is_some() && others {
            door.refuse("done", &"is sent alone: doing a task and editing it are two commands");
        }
        let done = self.done;
        door.build(|| {
            Some(match done {
                Some(true) => JobCommand::CompleteTask(task),
                Some(false) => JobCommand::ReopenTask(task),
                None => {
                    let (title, kind, phase) = (title?, kind?, phase?);
                    let edit = TaskEdit { title, kind, phase, assignee: assignee?, due: due? };
                    JobCommand::EditTask(task, edit)
                }
            })
        })
    }
}

/// Edit a task; or mark it as done or open, with `done` alone.
#[utoipa::path(patch, path = "/v1/jobs/{id}/tasks/{task_id}", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job"),
        ("task_id" = Uuid, Path, description = "The task")), request_body = EditTask,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn edit_task(
    State(app): State<AppState>,
    order: Order<(JobId, TaskId), EditTask>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let (job, task) = order.path;
    order.carry_out(&app, Command::Job(job, order.body.command(task)?)).await
}
