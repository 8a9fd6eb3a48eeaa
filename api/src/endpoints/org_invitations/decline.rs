use crate::credential::Secret;
use crate::error::{Problem, ProblemBody};
use crate::extract::order::{execute, submission};
use crate::extract::public::Visitor;
use crate::extract::{NoBody, Public};
use crate::persons::trades::joining::OrgInvitee;
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use domain::Command;
use domain::subcontractor_org::SubcontractorOrgCommand;

/// Say no to an invitation to an organisation. Its users see it; the link is dead from then on.
#[utoipa::path(post, path = "/v1/org-invitations/{token}/decline", tag = "invitee",
    params(("token" = String, Path, description = "The link's last part")), request_body = NoBody,
    security(()),
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn decline_org_invitation(
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
    let invitee = OrgInvitee::of(app, link).await?;
    let (user, token) = (invitee.link.user, invitee.link.token);
    let decline = SubcontractorOrgCommand::DeclineUserInvite { user, token };
    let command = Command::SubcontractorOrg(invitee.org.id, decline);
    let circumstances = invitee.circumstances(visitor);
    execute(app, submission(invitee.org.id.into(), command, circumstances)?).await?;
    Ok(())
}
