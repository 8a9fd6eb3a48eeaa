use crate::credential::Secret;
use crate::error::{Problem, ProblemBody};
use crate::extract::order::{execute, submission};
use crate::extract::public::Visitor;
use crate::extract::{NoBody, Public};
use crate::persons::trades::invitee::TradeInvitee;
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use domain::subcontractor::SubcontractorCommand;
use domain::{Actor, Command, PersonId};

/// Say no to an invitation to a project. The general contractor sees it; the link is dead from then on.
#[utoipa::path(post, path = "/v1/project-invitations/{token}/decline", tag = "invitee",
    params(("token" = String, Path, description = "The link's last part")), request_body = NoBody,
    security(()),
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn decline_project_invitation(
    State(app): State<AppState>,
    request: Public<Secret, NoBody>,
) -> Result<StatusCode, Problem> {
    decline_by_link(&app, &request.visitor, &request.path).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says no with a link.
pub(crate) async fn decline_by_link(
    app: &AppState,
    visitor: &Visitor,
    link: &Secret,
) -> Result<(), Problem> {
    let invitee = TradeInvitee::of(app, link).await?;
    let (invitation, token) = (invitee.link.invitation, invitee.link.token);
    // Whoever holds the link and is nobody yet: the token's id stands for them.
    let circumstances = visitor.circumstances(Actor::Owner(PersonId(token.0)));
    let decline = SubcontractorCommand::Decline { invitation, token };
    let command = Command::Subcontractor(invitee.state.id, decline);
    execute(app, submission(invitee.ledger, command, circumstances)?).await?;
    Ok(())
}
