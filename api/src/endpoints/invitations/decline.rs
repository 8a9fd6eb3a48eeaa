use crate::credential::Secret;
use crate::error::{Problem, ProblemBody};
use crate::extract::order::{execute, submission};
use crate::extract::public::Visitor;
use crate::extract::{NoBody, Public};
use crate::persons::invitee::Invitee;
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use domain::contact::ContactCommand;
use domain::{Actor, Command, PersonId};

/// Say no to an invitation. The builder sees it; the link is dead from then on.
#[utoipa::path(post, path = "/v1/invitations/{token}/decline", tag = "invitee",
    params(("token" = String, Path, description = "The link's last part")), request_body = NoBody,
    security(()),
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn decline_invitation(
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
    let invitee = Invitee::of(app, link).await?;
    // Whoever holds the link and is nobody yet: the token's id stands for them.
    let circumstances = visitor.circumstances(Actor::Owner(PersonId(invitee.token.0)));
    let decline = ContactCommand::DeclineInvite(invitee.token);
    let command = Command::Contact(invitee.contact.id, decline);
    execute(app, submission(invitee.ledger, command, circumstances)?).await?;
    Ok(())
}
