use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::builder_account::{BuilderAccountCommand, StaffCommand};
use domain::{Command, StaffId, TokenId};
use uuid::Uuid;

/// Mail an invitation to the staff again, with a new link; the one before is dead.
#[utoipa::path(post, path = "/v1/staff/{id}/invite/resend", tag = "staff",
    params(("id" = Uuid, Path, description = "The member")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn resend_staff_invite(
    State(app): State<AppState>,
    order: Order<StaffId, NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let resend = StaffCommand::Resend { staff: order.path, token: TokenId(Uuid::now_v7()) };
    let command = BuilderAccountCommand::Staff(resend);
    order.carry_out(&app, Command::BuilderAccount(order.account(), command)).await
}
