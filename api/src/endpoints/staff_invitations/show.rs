use crate::credential::Secret;
use crate::error::{Problem, ProblemBody};
use crate::extract::PublicQuestion;
use crate::persons::accepting::known;
use crate::persons::joining::Joiner;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::{Role, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// An invitation to the staff that can be accepted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpenStaffInvitation {
    /// The company that invites.
    builder: String,
    /// Who is invited, as the company has written them.
    name: Option<String>,
    /// The address that it was mailed to.
    email: String,
    /// `admin`, `staff` or `auditor`.
    #[schema(value_type = String)]
    role: Role,
    /// Until when it can be accepted.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Whether the address has a login already: sign in with it to accept. Otherwise accepting takes
    /// a new password.
    has_login: bool,
}

/// Look at an invitation to the staff. Looking never uses it up.
#[utoipa::path(get, path = "/v1/staff-invitations/{token}", tag = "invitee",
    params(("token" = String, Path, description = "The link's last part")),
    security(()),
    responses((status = 200, body = OpenStaffInvitation), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn show_staff_invitation(
    State(app): State<AppState>,
    question: PublicQuestion<Secret>,
) -> Result<Json<OpenStaffInvitation>, Problem> {
    let joiner = Joiner::of(&app, &question.path).await?;
    joiner.still_open(&app)?;
    let (member, addressed) = (joiner.member()?, joiner.addressed()?);
    Ok(Json(OpenStaffInvitation {
        builder: joiner.account.name.as_str().to_owned(),
        name: member.name.value().map(|name| name.as_str().to_owned()),
        role: member.role,
        expires_at: joiner.link.expires_at,
        has_login: known(&app, &addressed.email).await?.is_some(),
        email: addressed.email.typed().to_owned(),
    }))
}
