use crate::answer::{Answer, position_of};
use crate::credential::{Secret, SecretKind};
use crate::error::{Problem, ProblemBody};
use crate::extract::Public;
use crate::extract::body::RequestBody;
use crate::extract::public::Visitor;
use crate::passwords::Typed;
use crate::persons::throttle;
use crate::persons::trades::joining::{OrgInvitee, OrgJoined, join};
use crate::state::AppState;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// How somebody joins an organisation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptOrgInvitation {
    /// The password of a new login. Absent for one who has a login, and is signed in with it.
    #[schema(value_type = Option<String>, min_length = 15, max_length = 256, format = Password)]
    password: Option<Typed>,
}

impl RequestBody for AcceptOrgInvitation {}

/// The invitee is a user of the organisation now.
#[derive(Serialize, ToSchema)]
pub(crate) struct OrgJoinedAnswer {
    /// The organisation.
    org: Uuid,
    /// As which of its users you work for it; histories name it.
    user: Uuid,
    /// The secret of a new session for the organisation; absent when you were signed in already. It is
    /// told once.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_token: Option<String>,
}

/// Accept an invitation to an organisation: with a new password, or signed in with the login that the
/// address has. All projects of the organisation are open from then on (R80).
///
/// Works once. A dead link says why it is dead.
#[utoipa::path(post, path = "/v1/org-invitations/{token}/accept", tag = "invitee",
    params(("token" = String, Path, description = "The link's last part")),
    request_body = AcceptOrgInvitation, security((), ("credential" = [])),
    responses((status = 200, body = OrgJoinedAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn accept_org_invitation(
    State(app): State<AppState>,
    request: Public<Secret, AcceptOrgInvitation>,
) -> Result<Answer<OrgJoinedAnswer>, Problem> {
    let Public { visitor, path, body } = request;
    let joined = join_by_link(&app, visitor, &path, body.password).await?;
    let session_token = session(&joined).map(|secret| secret.expose());
    let (org, user) = (joined.org.0, joined.user.0);
    let position = position_of(&joined.applied);
    Ok(Answer::new(OrgJoinedAnswer { org, user, session_token }).position(position))
}

/// The session of one who had none.
pub(crate) fn session(joined: &OrgJoined) -> Option<Secret> {
    let secret = joined.session.as_ref()?.secret.as_ref()?;
    Some(Secret::new(SecretKind::Session, joined.person.into(), secret))
}

/// Joins with a link: as whoever is signed in, or as a new person with a password.
pub(crate) async fn join_by_link(
    app: &AppState,
    visitor: Visitor,
    link: &Secret,
    password: Option<Typed>,
) -> Result<OrgJoined, Problem> {
    let invitee = OrgInvitee::of(app, link).await?;
    invitee.still_open(app)?;
    throttle::accepting(app, &invitee.link.token).await?;
    let app = app.clone();
    // On a task of its own: a client that goes away does not leave it half-way.
    let joining =
        tokio::spawn(async move { join(&app, &visitor, &invitee, password.as_ref()).await });
    joining.await.map_err(|_panic| Problem::internal())?
}
