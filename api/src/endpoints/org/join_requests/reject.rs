use crate::answer::{Answer, CommandAnswer};
use crate::endpoints::org::to_own;
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, OrgOrder};
use crate::state::AppState;
use axum::extract::State;
use domain::JoinRequestId;
use domain::subcontractor_org::SubcontractorOrgCommand;

/// Say no to somebody who asked to join.
#[utoipa::path(post, path = "/v1/org/join-requests/{id}/reject", tag = "organisation",
    params(("id" = Uuid, Path, description = "The request")), request_body = NoBody,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn reject_join(
    State(app): State<AppState>,
    OrgOrder(order): OrgOrder<JoinRequestId, NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let reject = SubcontractorOrgCommand::RejectJoin(order.path);
    order.carry_out(&app, to_own(&order, reject)).await
}
