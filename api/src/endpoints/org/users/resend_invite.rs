use crate::answer::{Answer, CommandAnswer};
use crate::endpoints::org::to_own;
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, OrgOrder};
use crate::state::AppState;
use axum::extract::State;
use domain::subcontractor_org::SubcontractorOrgCommand;
use domain::{SubUserId, TokenId};
use uuid::Uuid;

/// Mail a user's invitation again, with a new link; the one before is dead.
#[utoipa::path(post, path = "/v1/org/users/{id}/resend", tag = "organisation",
    params(("id" = Uuid, Path, description = "The user")), request_body = NoBody,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn resend_user_invite(
    State(app): State<AppState>,
    OrgOrder(order): OrgOrder<SubUserId, NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let (user, token) = (order.path, TokenId(Uuid::now_v7()));
    let resend = SubcontractorOrgCommand::ResendUserInvite { user, token };
    order.carry_out(&app, to_own(&order, resend)).await
}
