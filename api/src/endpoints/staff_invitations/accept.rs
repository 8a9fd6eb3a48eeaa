use crate::answer::{Answer, position_of};
use crate::credential::{Secret, SecretKind};
use crate::error::{Problem, ProblemBody};
use crate::extract::Public;
use crate::extract::body::RequestBody;
use crate::extract::public::Visitor;
use crate::passwords::Typed;
use crate::persons::joining::{Joined, Joiner, NewSession, join};
use crate::persons::throttle;
use crate::state::AppState;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// How somebody joins the staff.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptStaffInvitation {
    /// The password of a new login. Absent for one who has a login, and is signed in with it.
    #[schema(value_type = Option<String>, min_length = 15, max_length = 256, format = Password)]
    password: Option<Typed>,
}

impl RequestBody for AcceptStaffInvitation {}

/// The invitee is of the staff now.
#[derive(Serialize, ToSchema)]
pub(crate) struct JoinedAnswer {
    /// The account that they work for.
    account: Uuid,
    /// The member that they are there; histories name it.
    staff: Uuid,
    /// The secret of a new session for that account; absent when they were signed in already. It is
    /// told once. Where the account asks for a second factor, the session is for your own things: turn
    /// one on with it, then sign in to work.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_token: Option<String>,
}

/// Accept an invitation to the staff: with a new password, or signed in with the login that the
/// address has.
///
/// Works once. A dead link says why it is dead.
#[utoipa::path(post, path = "/v1/staff-invitations/{token}/accept", tag = "invitee",
    params(("token" = String, Path, description = "The link's last part")),
    request_body = AcceptStaffInvitation, security((), ("credential" = [])),
    responses((status = 200, body = JoinedAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn accept_staff_invitation(
    State(app): State<AppState>,
    request: Public<Secret, AcceptStaffInvitation>,
) -> Result<Answer<JoinedAnswer>, Problem> {
    let Public { visitor, path, body } = request;
    let joined = join_by_link(&app, visitor, &path, body.password).await?;
    let (account, staff) = (joined.account.0, joined.staff.0);
    let session_token = joined.session.and_then(|session| {
        let (NewSession::Work(applied) | NewSession::Own(applied)) = session;
        let secret = applied.secret?;
        Some(Secret::new(SecretKind::Session, joined.person.into(), &secret).expose())
    });
    let position = position_of(&joined.applied);
    Ok(Answer::new(JoinedAnswer { account, staff, session_token }).position(position))
}

/// Joins with a link: as whoever is signed in, or as a new person with a password.
pub(crate) async fn join_by_link(
    app: &AppState,
    visitor: Visitor,
    link: &Secret,
    password: Option<Typed>,
) -> Result<Joined, Problem> {
    let joiner = Joiner::of(app, link).await?;
    joiner.still_open(app)?;
    throttle::accepting(app, &joiner.link.token).await?;
    let app = app.clone();
    // On a task of its own: a client that goes away does not leave it half-way.
    let joining =
        tokio::spawn(async move { join(&app, &visitor, &joiner, password.as_ref()).await });
    joining.await.map_err(|_panic| Problem::internal())?
}
