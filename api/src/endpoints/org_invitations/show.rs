use crate::credential::Secret;
use crate::error::{Problem, ProblemBody};
use crate::extract::PublicQuestion;
use crate::persons::accepting::known;
use crate::persons::trades::joining::OrgInvitee;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// An invitation to an organisation that can be accepted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpenOrgInvitation {
    /// The organisation that invites.
    organisation: String,
    /// Who is invited, as the organisation has written them.
    first_name: Option<String>,
    /// Likewise.
    last_name: Option<String>,
    /// The address that it was mailed to.
    email: String,
    /// Until when it can be accepted.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Whether the address has a login already: sign in with it to accept. Otherwise accepting takes
    /// a new password.
    has_login: bool,
}

/// Look at an invitation to an organisation. Looking never uses it up.
#[utoipa::path(get, path = "/v1/org-invitations/{token}", tag = "invitee",
    params(("token" = String, Path, description = "The link's last part")),
    security(()),
    responses((status = 200, body = OpenOrgInvitation), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn show_org_invitation(
    State(app): State<AppState>,
    question: PublicQuestion<Secret>,
) -> Result<Json<OpenOrgInvitation>, Problem> {
    let invitee = OrgInvitee::of(&app, &question.path).await?;
    invitee.still_open(&app)?;
    let (user, addressed) = (invitee.user()?, invitee.addressed()?);
    Ok(Json(OpenOrgInvitation {
        organisation: invitee.org.name.as_str().to_owned(),
        first_name: user.first_name.value().map(|name| name.as_str().to_owned()),
        last_name: user.last_name.value().map(|name| name.as_str().to_owned()),
        expires_at: invitee.link.expires_at,
        has_login: known(&app, &addressed.email).await?.is_some(),
        email: addressed.email.typed().to_owned(),
    }))
}
