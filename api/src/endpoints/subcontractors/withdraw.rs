use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::subcontractor::SubcontractorCommand;
use domain::{Command, ProjectInvitationId, SubcontractorId};

/// Take an accepted job away from a subcontractor: its users see it no more. Its tasks there stay, and are
/// nobody's.
#[utoipa::path(post, path = "/v1/subcontractors/{id}/project-invitations/{invitation_id}/withdraw",
    tag = "subcontractors",
    params(("id" = Uuid, Path, description = "The subcontractor"),
        ("invitation_id" = Uuid, Path, description = "The invitation")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn withdraw_project(
    State(app): State<AppState>,
    order: Order<(SubcontractorId, ProjectInvitationId), NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let (subcontractor, invitation) = order.path;
    let command = SubcontractorCommand::Withdraw(invitation);
    order.carry_out(&app, Command::Subcontractor(subcontractor, command)).await
}
