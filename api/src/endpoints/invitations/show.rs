use crate::credential::Secret;
use crate::error::{Problem, ProblemBody};
use crate::extract::PublicQuestion;
use crate::persons::accepting::known;
use crate::persons::invitee::{Invitee, builder_name};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::{Actor, Authority, Channel, Circumstances, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// An invitation that can be accepted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpenInvitation {
    /// The company that invites.
    builder: String,
    /// Who is invited, as the builder has written them.
    name: Option<String>,
    /// The address that it was mailed to; it becomes the login.
    email: String,
    /// Until when it can be accepted.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Whether the address has a login already: sign in with it to accept. Otherwise accepting takes
    /// a new password.
    has_login: bool,
}

/// Look at an invitation. Looking never uses it up, however often a mail scanner does.
#[utoipa::path(get, path = "/v1/invitations/{token}", tag = "invitee",
    params(("token" = String, Path, description = "The link's last part")),
    security(()),
    responses((status = 200, body = OpenInvitation), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn show_invitation(
    State(app): State<AppState>,
    question: PublicQuestion<Secret>,
) -> Result<Json<OpenInvitation>, Problem> {
    let invitee = Invitee::of(&app, &question.path).await?;
    invitee.still_open(&app, &looking())?;
    let email = invitee.email()?;
    Ok(Json(OpenInvitation {
        builder: builder_name(&app, invitee.ledger).await?,
        name: invitee.contact.name.value().map(|name| name.as_str().to_owned()),
        has_login: known(&app, &email).await?.is_some(),
        email: email.typed().to_owned(),
        expires_at: invitee.expires_at,
    }))
}

/// Nobody in particular looks, and nothing is recorded of it.
pub(crate) fn looking() -> Circumstances {
    Circumstances {
        actor: Actor::System,
        authority: Authority::System,
        acting_as: None,
        channel: Channel::Portal,
        client: None,
        correlation: Uuid::nil(),
        causation: None,
        reason: None,
    }
}
