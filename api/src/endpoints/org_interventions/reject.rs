use super::find;
use crate::answer::{Answer, CommandAnswer};
use crate::endpoints::support::reject;
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, OperatorOrder};
use crate::state::AppState;
use axum::extract::State;
use domain::InterventionId;

/// Say no to an intervention in a company, or take one's own back. Twice is once.
#[utoipa::path(post, path = "/v1/org-interventions/{id}/reject", tag = "interventions",
    params(("id" = Uuid, Path, description = "The intervention")), request_body = NoBody,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn reject_org_intervention(
    State(app): State<AppState>,
    OperatorOrder(mut order): OperatorOrder<InterventionId, NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    // It may name people, and the installation's ledger seals nobody's reasons.
    order.reason = None;
    find(&app, order.path).await?;
    reject(&app, &order).await
}
