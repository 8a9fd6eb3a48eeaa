use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::subcontractor::SubcontractorCommand;
use domain::{Command, ProjectInvitationId, SubcontractorId, TokenId};
use uuid::Uuid;

/// Mail an invitation to a job again, to the primary contact of now, with a new link; the one before is dead.
/// One that has ended is open again by it.
#[utoipa::path(post, path = "/v1/subcontractors/{id}/project-invitations/{invitation_id}/resend",
    tag = "subcontractors",
    params(("id" = Uuid, Path, description = "The subcontractor"),
        ("invitation_id" = Uuid, Path, description = "The invitation")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn resend_project_invitation(
    State(app): State<AppState>,
    order: Order<(SubcontractorId, ProjectInvitationId), NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let (subcontractor, invitation) = order.path;
    let command = SubcontractorCommand::Resend { invitation, token: TokenId(Uuid::now_v7()) };
    order.carry_out(&app, Command::Subcontractor(subcontractor, command)).await
}
