use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::{Door, id};
use crate::state::AppState;
use axum::extract::State;
use domain::job::Phase;
use domain::text::Title;
use domain::work_order::WorkOrderCommand;
use domain::{Command, JobId, TaskId, WorkOrderId};
use serde::Deserialize;
use utoipa::ToSchema;

/// The task that a work order becomes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaskOfWorkOrder {
    /// The job.
    pub(crate) job_id: String,
    /// What the task is called.
    #[schema(max_length = 200)]
    pub(crate) title: String,
    /// `planning`, `execution` or `closeout`.
    pub(crate) phase: String,
}

impl RequestBody for TaskOfWorkOrder {}

/// Make a task of a job of an open work order: both in one append. It waits for nobody in particular.
#[utoipa::path(post, path = "/v1/work-orders/{id}/task", tag = "work orders",
    params(("id" = Uuid, Path, description = "The work order")), request_body = TaskOfWorkOrder,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn turn_work_order_into_task(
    State(app): State<AppState>,
    order: Order<WorkOrderId, TaskOfWorkOrder>,
) -> Result<Answer<CommandAnswer>, Problem> {
    turn(&app, &order, order.path, &order.body).await
}

/// The same, for whoever has the body.
pub(crate) async fn turn<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    work_order: WorkOrderId,
    body: &TaskOfWorkOrder,
) -> Result<Answer<CommandAnswer>, Problem> {
    let mut door = Door::default();
    let job = door.take("job_id", id::<JobId>(&body.job_id));
    let title = door.take("title", Title::parse(&body.title));
    let phase = door.take("phase", Phase::parse(&body.phase));
    let task = TaskId(order.new_id(app, "task"));
    let command = door.build(|| {
        let (job, title, phase) = (job?, title?, phase?);
        Some(WorkOrderCommand::TurnIntoTask { job, task, title, phase })
    })?;
    order.carry_out(app, Command::WorkOrder(work_order, command)).await
}
