use crate::answer::{Answer, CommandAnswer};
use crate::endpoints::org::to_own;
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, OrgOrder};
use crate::state::AppState;
use axum::extract::State;
use domain::SubUserId;
use domain::subcontractor_org::SubcontractorOrgCommand;

/// Remove a user from your organisation, be it yourself; never the last one who can sign in (G9).
///
/// Their sessions for it end with it; their name stays in the history. Say why in `X-Reason`.
#[utoipa::path(delete, path = "/v1/org/users/{id}", tag = "organisation",
    params(("id" = Uuid, Path, description = "The user")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn remove_user(
    State(app): State<AppState>,
    OrgOrder(order): OrgOrder<SubUserId, NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let remove = SubcontractorOrgCommand::RemoveUser(order.path);
    order.carry_out(&app, to_own(&order, remove)).await
}
