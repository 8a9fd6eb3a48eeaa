use crate::credential::Secret;
use crate::error::{CompanyHere, Problem, ProblemBody};
use crate::extract::PublicQuestion;
use crate::persons::accepting::known;
use crate::persons::trades::invitee::TradeInvitee;
use crate::persons::trades::organisations;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// An invitation to a project that can be accepted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpenProjectInvitation {
    /// The general contractor that invites.
    pub(crate) general_contractor: String,
    /// The project.
    pub(crate) project: String,
    /// What the general contractor calls your company.
    pub(crate) company: String,
    /// The primary contact there, as the general contractor has written them.
    pub(crate) name: Option<String>,
    /// The address that it was mailed to: the primary contact's (R71).
    pub(crate) email: String,
    /// Until when it can be accepted.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) expires_at: Timestamp,
    /// Whether the address has a login already: sign in with it to accept (R74). Otherwise accepting
    /// takes a new password (R72).
    pub(crate) has_login: bool,
    /// The organisation that the general contractor works with already; only its users accept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) organisation: Option<CompanyHere>,
    /// Organisations with users at the address's domain, one of which may be yours: ask to join it, or
    /// say with `new_organisation` that yours is another. None for addresses of free mail.
    pub(crate) companies_here: Vec<CompanyHere>,
}

/// Look at an invitation to a project. Looking never uses it up.
#[utoipa::path(get, path = "/v1/project-invitations/{token}", tag = "invitee",
    params(("token" = String, Path, description = "The link's last part")),
    security(()),
    responses((status = 200, body = OpenProjectInvitation), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn show_project_invitation(
    State(app): State<AppState>,
    question: PublicQuestion<Secret>,
) -> Result<Json<OpenProjectInvitation>, Problem> {
    let invitee = TradeInvitee::of(&app, &question.path).await?;
    invitee.still_open(&app)?;
    Ok(Json(open(&app, &invitee).await?))
}

/// What there is to see of one that is open.
pub(crate) async fn open(
    app: &AppState,
    invitee: &TradeInvitee,
) -> Result<OpenProjectInvitation, Problem> {
    let email = invitee.addressed()?.email;
    let organisation = match invitee.state.org {
        Some(org) => Some(CompanyHere { id: org.0, name: organisations::name(app, org).await? }),
        None => None,
    };
    let here = match invitee.state.org {
        Some(_) => Vec::new(),
        None => organisations::of_domain(app, &email).await?,
    };
    Ok(OpenProjectInvitation {
        general_contractor: invitee.general_contractor(app).await?,
        project: invitee.project(app).await?,
        company: invitee.state.company.as_str().to_owned(),
        name: invitee.state.contact.name.value().map(|name| name.as_str().to_owned()),
        expires_at: invitee.link.expires_at,
        has_login: known(app, &email).await?.is_some(),
        organisation,
        companies_here: here
            .into_iter()
            .map(|(org, name)| CompanyHere { id: org.0, name })
            .collect(),
        email: email.typed().to_owned(),
    })
}
