use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::state::AppState;
use axum::extract::State;
use domain::work_order::WorkOrderCommand;
use domain::{Command, Reason, WorkOrderId};
use serde::Deserialize;
use utoipa::ToSchema;

/// Why a work order is declined.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeclineWorkOrder {
    /// Why; the customer reads it.
    #[schema(max_length = 500)]
    reason: String,
}

impl RequestBody for DeclineWorkOrder {}

/// Say no to an open work order, and why; twice is once.
#[utoipa::path(post, path = "/v1/work-orders/{id}/decline", tag = "work orders",
    params(("id" = Uuid, Path, description = "The work order")), request_body = DeclineWorkOrder,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn decline_work_order(
    State(app): State<AppState>,
    order: Order<WorkOrderId, DeclineWorkOrder>,
) -> Result<Answer<CommandAnswer>, Problem> {
    decline(&app, &order, order.path, &order.body.reason).await
}

/// The same, for whoever has the words.
pub(crate) async fn decline<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    work_order: WorkOrderId,
    typed: &str,
) -> Result<Answer<CommandAnswer>, Problem> {
    let mut door = Door::default();
    let why = door.take("reason", Reason::parse(typed));
    let decline = WorkOrderCommand::Decline(door.build(|| why)?);
    order.carry_out(app, Command::WorkOrder(work_order, decline)).await
}
