use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::subcontractor::{Subcontractor, SubcontractorCommand};
use domain::{Command, SubcontractorId, TokenId};
use uuid::Uuid;

/// Mail every invitation that needs it again, to the primary contact of now, with one action (R83).
#[utoipa::path(post, path = "/v1/subcontractors/{id}/project-invitations/resend-stale",
    tag = "subcontractors",
    params(("id" = Uuid, Path, description = "The subcontractor")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn resend_stale_invitations(
    State(app): State<AppState>,
    order: Order<SubcontractorId, NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    resend_stale(&app, &order).await
}

/// The same, for a page.
pub(crate) async fn resend_stale<B>(
    app: &AppState,
    order: &Order<SubcontractorId, B>,
) -> Result<Answer<CommandAnswer>, Problem> {
    // As many links as there can be invitations; the command uses those that it needs.
    let tokens = (0..Subcontractor::INVITATIONS_MAX).map(|_| TokenId(Uuid::now_v7())).collect();
    let resend = SubcontractorCommand::ResendStale { tokens };
    order.carry_out(app, Command::Subcontractor(order.path, resend)).await
}
