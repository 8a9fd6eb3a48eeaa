use crate::answer::{Answer, CommandAnswer, done};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::{Door, id};
use crate::state::AppState;
use axum::extract::State;
use domain::owner_item::{OwnerItemCommand, TodoDetails};
use domain::text::Title;
use domain::{Command, Day, JobId, OwnerItemId};
use serde::Deserialize;
use utoipa::ToSchema;

/// A To-Do for one owner.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddTodo {
    /// The owner.
    #[schema(format = Uuid)]
    contact_id: String,
    /// What is to be done.
    #[schema(max_length = 200)]
    title: String,
    /// By when, such as `2026-05-31`.
    #[schema(format = Date)]
    due: Option<String>,
}

impl RequestBody for AddTodo {}

/// Give one owner of a job something to do; no co-owner sees it (R63). The owner is told by mail (R21).
#[utoipa::path(post, path = "/v1/jobs/{id}/todos", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job")), request_body = AddTodo,
    responses((status = 201, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn add_todo(
    State(app): State<AppState>,
    order: Order<JobId, AddTodo>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let (job, body) = (order.path, &order.body);
    let mut door = Door::default();
    let contact = door.take("contact_id", id(&body.contact_id));
    let title = door.take("title", Title::parse(&body.title));
    let due = door.take_if("due", body.due.as_deref(), Day::parse);
    let (contact, details) =
        door.build(|| Some((contact?, TodoDetails { title: title?, due: due? })))?;
    let item = OwnerItemId(order.new_id(&app, "to-do"));
    let add = OwnerItemCommand::AddTodo { item, job, contact, details };
    let applied = order.execute(&app, Command::OwnerItem(add)).await?;
    Ok(done(&applied).created_in(&format!("/v1/jobs/{job}/todos")))
}
