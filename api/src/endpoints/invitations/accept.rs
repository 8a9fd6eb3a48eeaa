use crate::answer::{Answer, position_of};
use crate::credential::{Secret, SecretKind};
use crate::error::{Problem, ProblemBody};
use crate::extract::Public;
use crate::extract::body::RequestBody;
use crate::passwords::Typed;
use crate::persons::accepting::accept;
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
}

impl RequestBody for AcceptInvitation {}

impl AcceptInvitation {
    /// The password of a new login.
    pub(crate) const fn password(&self) -> Option<&Typed> {
        self.password.as_ref()
    }
}

/// The invitee is the owner now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AcceptedAnswer {
    /// The person.
    person: Uuid,
    /// The contact that is theirs now.
    contact: Uuid,
    /// The secret of a new session; absent when they were signed in already. It is told once.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_token: Option<String>,
}

/// Accept an invitation: with a new password, or signed in with the login that the address has.
///
/// Works once. A dead link says why it is dead.
#[utoipa::path(post, path = "/v1/invitations/{token}/accept", tag = "invitee",
    params(("token" = String, Path, description = "The link's last part")),
    request_body = AcceptInvitation, security((), ("credential" = [])),
    responses((status = 200, body = AcceptedAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn accept_invitation(
    State(app): State<AppState>,
    request: Public<Secret, AcceptInvitation>,
) -> Result<Answer<AcceptedAnswer>, Problem> {
    let Public { visitor, path, body } = request;
    let invitee = Invitee::of(&app, &path).await?;
    let nobody_yet = Actor::Owner(domain::PersonId(invitee.token.0));
    invitee.still_open(&app, &visitor.circumstances(nobody_yet))?;
    throttle::accepting(&app, &invitee.token).await?;
    let contact = invitee.contact.id.0;
    // On a task of its own: a client that goes away does not leave it half-way.
    let accepting =
        tokio::spawn(async move { accept(&app, &visitor, &invitee, body.password()).await });
    let accepted = accepting.await.map_err(|_panic| Problem::internal())??;
    let session_token = accepted.session.and_then(|(_, applied)| {
        let secret = applied.secret?;
        Some(Secret::new(SecretKind::Session, accepted.person.into(), &secret).expose())
    });
    let position = position_of(&accepted.applied);
    let answer = AcceptedAnswer { person: accepted.person.0, contact, session_token };
    Ok(Answer::new(answer).position(position))
}
