use crate::answer::{Answer, CommandAnswer};
use crate::endpoints::accounts::{GrantWord, RoleWord, grants};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::state::AppState;
use axum::extract::State;
use domain::builder_account::{BuilderAccountCommand, StaffCommand};
use domain::{Command, StaffId};
use serde::Deserialize;
use utoipa::ToSchema;

/// What becomes of a member; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeStaff {
    /// What they may do.
    role: Option<RoleWord>,
    /// What they may beyond the role, all of it; for the role staff alone, and gone with it.
    grants: Option<Vec<GrantWord>>,
}

impl RequestBody for ChangeStaff {}

/// Give a member of the staff another role or other grants; it works from their next request on.
#[utoipa::path(patch, path = "/v1/staff/{id}", tag = "staff",
    params(("id" = Uuid, Path, description = "The member")), request_body = ChangeStaff,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn change_staff(
    State(app): State<AppState>,
    order: Order<StaffId, ChangeStaff>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let change = StaffCommand::Change {
        staff: order.path,
        role: order.body.role.map(Into::into),
        grants: order.body.grants.as_deref().map(grants),
    };
    let command = BuilderAccountCommand::Staff(change);
    order.carry_out(&app, Command::BuilderAccount(order.account(), command)).await
}
