use crate::credential::{Secret, SecretKind};
use crate::error::{Problem, ProblemBody};
use crate::extract::Public;
use crate::extract::body::RequestBody;
use crate::extract::public::Visitor;
use crate::input::Door;
use crate::passwords::Typed;
use crate::persons::throttle;
use crate::persons::trades::accepting::{TradeAccepted, accept};
use crate::persons::trades::invitee::TradeInvitee;
use crate::persons::trades::which::Choice;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::OrgId;
use domain::text::{CompanyName, PersonName};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// How an invitation to a project is accepted.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptProjectInvitation {
    /// The password of a new login. Absent for one who has a login, and is signed in with it.
    #[schema(value_type = Option<String>, min_length = 15, max_length = 256, format = Password)]
    pub(crate) password: Option<Typed>,
    /// One of your organisations, where you are a user of several.
    #[schema(value_type = Option<Uuid>)]
    pub(crate) org: Option<Uuid>,
    /// Begin a new organisation of this name, though one is here that may be yours. Absent, a new one is
    /// called as the general contractor calls your company.
    #[schema(max_length = 200)]
    pub(crate) new_organisation: Option<String>,
    /// Your first name, where an organisation begins with you; otherwise as the general contractor has
    /// written you.
    #[schema(max_length = 200)]
    pub(crate) first_name: Option<String>,
    /// Your last name, likewise.
    #[schema(max_length = 200)]
    pub(crate) last_name: Option<String>,
}

impl RequestBody for AcceptProjectInvitation {}

impl AcceptProjectInvitation {
    /// What it says about the organisation.
    pub(crate) fn choice(&self) -> Result<Choice, Problem> {
        let mut door = Door::default();
        let name =
            door.take_if("new_organisation", self.new_organisation.as_deref(), CompanyName::parse);
        let first = door.take_if("first_name", self.first_name.as_deref(), PersonName::parse);
        let last = door.take_if("last_name", self.last_name.as_deref(), PersonName::parse);
        if self.org.is_some() && self.new_organisation.is_some() {
            door.refuse("new_organisation", &"must not be there together with org");
        }
        let org = self.org.map(OrgId);
        door.build(|| {
            let (new_organisation, first_name, last_name) = (name?, first?, last?);
            Some(Choice { org, new_organisation, first_name, last_name })
        })
    }
}

/// The project is open to the invitee's organisation now.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProjectAccepted {
    /// The organisation that has accepted.
    org: Uuid,
    /// As which of its users you work for it.
    user: Uuid,
    /// The project.
    job: Uuid,
    /// The secret of a new session for the organisation; absent when you were signed in already. It is
    /// told once.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_token: Option<String>,
}

/// Accept an invitation to a project for your organisation: with a new password, or signed in with the
/// login that the address has. Who is a user of none begins one (R73).
///
/// Works once. A dead link says why it is dead. Where your company may be here already, the answer is
/// `company_may_be_here` with whose they are (H9).
#[utoipa::path(post, path = "/v1/project-invitations/{token}/accept", tag = "invitee",
    params(("token" = String, Path, description = "The link's last part")),
    request_body = AcceptProjectInvitation, security((), ("credential" = [])),
    responses((status = 200, body = ProjectAccepted), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn accept_project_invitation(
    State(app): State<AppState>,
    request: Public<Secret, AcceptProjectInvitation>,
) -> Result<Json<ProjectAccepted>, Problem> {
    let Public { visitor, path, body } = request;
    let choice = body.choice()?;
    let accepted = accept_by_link(&app, visitor, &path, body.password, choice).await?;
    let session_token = session(&accepted).map(|secret| secret.expose());
    let TradeAccepted { org, user, job, .. } = accepted;
    Ok(Json(ProjectAccepted { org: org.0, user: user.0, job: job.0, session_token }))
}

/// The session of one who had none.
pub(crate) fn session(accepted: &TradeAccepted) -> Option<Secret> {
    let secret = accepted.session.as_ref()?.secret.as_ref()?;
    Some(Secret::new(SecretKind::Session, accepted.person.into(), secret))
}

/// Accepts with a link: as whoever is signed in, or as a new person with a password.
pub(crate) async fn accept_by_link(
    app: &AppState,
    visitor: Visitor,
    link: &Secret,
    password: Option<Typed>,
    choice: Choice,
) -> Result<TradeAccepted, Problem> {
    let invitee = TradeInvitee::of(app, link).await?;
    invitee.still_open(app)?;
    invitee.project(app).await?;
    throttle::accepting(app, &invitee.link.token).await?;
    let app = app.clone();
    // On a task of its own: a client that goes away does not leave it half-way.
    let accepting =
        tokio::spawn(
            async move { accept(&app, &visitor, &invitee, password.as_ref(), &choice).await },
        );
    accepting.await.map_err(|_panic| Problem::internal())?
}
