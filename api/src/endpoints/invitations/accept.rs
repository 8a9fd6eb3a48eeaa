use crate::answer::{Answer, position_of};
use crate::credential::{Secret, SecretKind};
use crate::endpoints::me::edit::EditMe;
use crate::error::{Problem, ProblemBody};
use crate::extract::Public;
use crate::extract::body::RequestBody;
use crate::extract::public::Visitor;
use crate::passwords::Typed;
use crate::persons::accepting::{Acceptance, Accepted, accept};
use crate::persons::choosing::AddressChoice;
use crate::persons::invitee::Invitee;
use crate::persons::throttle;
use crate::state::AppState;
use axum::extract::State;
use domain::Actor;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// How the invitee accepts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptInvitation {
    /// The password of a new login. Absent for one who has a login, and is signed in with it.
    #[schema(value_type = Option<String>, min_length = 15, max_length = 256, format = Password)]
    password: Option<Typed>,
    /// Where you are signed in with another address than the invited one: `stay` with yours, which
    /// becomes your primary email with this builder too, or `move` to the invited one, with every
    /// builder, which takes your password.
    address: Option<AddressChoice>,
    /// Your info, where it is to stand instead of what the builder wrote; fields that are absent stay
    /// as the builder wrote them.
    info: Option<EditMe>,
}

impl RequestBody for AcceptInvitation {}

/// The invitee is the owner now.
#[derive(Serialize, ToSchema)]
pub(crate) struct AcceptedAnswer {
    /// The person.
    person: Uuid,
    /// The contact that is theirs now.
    contact: Uuid,
    /// The secret of a new session; absent when they were signed in already and still are. It is told
    /// once.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_token: Option<String>,
}

/// Accept an invitation: with a new password, or signed in with the login that the address has.
///
/// Signed in with a login of another address, one chooses which address it is to be; without the choice
/// nothing happens. Works once. A dead link says why it is dead.
#[utoipa::path(post, path = "/v1/invitations/{token}/accept", tag = "invitee",
    params(("token" = String, Path, description = "The link's last part")),
    request_body = AcceptInvitation, security((), ("credential" = [])),
    responses((status = 200, body = AcceptedAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn accept_invitation(
    State(app): State<AppState>,
    request: Public<Secret, AcceptInvitation>,
) -> Result<Answer<AcceptedAnswer>, Problem> {
    let Public { visitor, path, body } = request;
    let AcceptInvitation { password, address: choice, info } = body;
    let info = info.map(|info| info.edit()).transpose()?;
    let how = Acceptance { password, choice, info };
    let accepted = accept_by_link(&app, visitor, &path, how).await?;
    let contact = accepted.contact.0;
    let session_token = accepted.session.and_then(|(_, applied)| {
        let secret = applied.secret?;
        Some(Secret::new(SecretKind::Session, accepted.person.into(), &secret).expose())
    });
    let position = position_of(&accepted.applied);
    let answer = AcceptedAnswer { person: accepted.person.0, contact, session_token };
    Ok(Answer::new(answer).position(position))
}

/// Accepts with a link: as whoever is signed in, or as a new person with a password.
pub(crate) async fn accept_by_link(
    app: &AppState,
    visitor: Visitor,
    link: &Secret,
    how: Acceptance,
) -> Result<Accepted, Problem> {
    let invitee = Invitee::of(app, link).await?;
    let nobody_yet = Actor::Owner(domain::PersonId(invitee.token.0));
    invitee.still_open(app, &visitor.circumstances(nobody_yet))?;
    throttle::accepting(app, &invitee.token).await?;
    let app = app.clone();
    // On a task of its own: a client that goes away does not leave it half-way.
    let accepting = tokio::spawn(async move { accept(&app, &visitor, &invitee, how).await });
    accepting.await.map_err(|_panic| Problem::internal())?
}
