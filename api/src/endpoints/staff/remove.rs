use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::builder_account::{BuilderAccountCommand, StaffCommand};
use domain::{Command, StaffId};

/// Remove a member of the staff, or take their invitation back; never the last admin.
///
/// Their sessions for the account end with it; their name stays in the history. Say why in `X-Reason`.
#[utoipa::path(delete, path = "/v1/staff/{id}", tag = "staff",
    params(("id" = Uuid, Path, description = "The member")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn remove_staff(
    State(app): State<AppState>,
    order: Order<StaffId, NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let remove = BuilderAccountCommand::Staff(StaffCommand::Remove(order.path));
    order.carry_out(&app, Command::BuilderAccount(order.account(), remove)).await
}
