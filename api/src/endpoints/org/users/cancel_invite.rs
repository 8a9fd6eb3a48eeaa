use crate::answer::{Answer, CommandAnswer};
use crate::endpoints::org::to_own;
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, OrgOrder};
use crate::state::AppState;
use axum::extract::State;
use domain::SubUserId;
use domain::subcontractor_org::SubcontractorOrgCommand;

/// Take a user's invitation back before it is accepted.
#[utoipa::path(post, path = "/v1/org/users/{id}/cancel", tag = "organisation",
    params(("id" = Uuid, Path, description = "The user")), request_body = NoBody,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn cancel_user_invite(
    State(app): State<AppState>,
    OrgOrder(order): OrgOrder<SubUserId, NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let cancel = SubcontractorOrgCommand::CancelUserInvite(order.path);
    order.carry_out(&app, to_own(&order, cancel)).await
}
