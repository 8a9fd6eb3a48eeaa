use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::subcontractor::SubcontractorCommand;
use domain::{Command, ProjectInvitationId, SubcontractorId};

/// Take an invitation to a job back before it is accepted; its link is dead.
#[utoipa::path(post, path = "/v1/subcontractors/{id}/project-invitations/{invitation_id}/cancel",
    tag = "subcontractors",
    params(("id" = Uuid, Path, description = "The subcontractor"),
        ("invitation_id" = Uuid, Path, description = "The invitation")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn cancel_project_invitation(
    State(app): State<AppState>,
    order: Order<(SubcontractorId, ProjectInvitationId), NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let (subcontractor, invitation) = order.path;
    let command = SubcontractorCommand::Cancel(invitation);
    order.carry_out(&app, Command::Subcontractor(subcontractor, command)).await
}
