use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::{Door, Maybe, nullable};
use crate::state::AppState;
use axum::extract::State;
use domain::owner_item::{OwnerItemCommand, TodoChange};
use domain::text::Title;
use domain::{Command, Day, JobId, OwnerItemId};
use serde::Deserialize;
use utoipa::ToSchema;

/// Which fields become what (JSON merge patch); or `done` alone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditTodo {
    /// What is to be done.
    #[schema(max_length = 200)]
    title: Option<String>,
    /// By when; `null` clears it.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, format = Date)]
    due: Maybe<String>,
    /// Whether it is done; without any other field.
    done: Option<bool>,
}

impl RequestBody for EditTodo {}

impl EditTodo {
    fn change(&self) -> Result<TodoChange, Problem> {
        let mut door = Door::default();
        let title = door.take_if("title", self.title.as_deref(), Title::parse);
        let due = match &self.due {
            None => Some(None),
            Some(due) => door.take_if("due", due.as_deref(), Day::parse).map(Some),
        };
        if self.done.is_some() && (self.title.is_some() || self.due.is_some()) {
            door.refuse("done", &"is sent alone: doing a To-Do and editing it are two commands");
        }
        let done = self.done;
        door.build(|| {
            Some(match done {
                Some(true) => TodoChange::Complete,
                Some(false) => TodoChange::Reopen,
                None => TodoChange::Edit { title: title?, due: due? },
            })
        })
    }
}

/// Edit a To-Do of one owner's; or mark it as done or open, with `done` alone.
#[utoipa::path(patch, path = "/v1/jobs/{id}/todos/{todo_id}", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job"),
        ("todo_id" = Uuid, Path, description = "The To-Do")), request_body = EditTodo,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn edit_todo(
    State(app): State<AppState>,
    order: Order<(JobId, OwnerItemId), EditTodo>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let ((job, item), change) = (order.path, order.body.change()?);
    let command = OwnerItemCommand::ChangeTodo { item, job, change };
    order.carry_out(&app, Command::OwnerItem(command)).await
}
