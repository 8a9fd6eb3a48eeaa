use crate::credential::Secret;
use crate::error::{Problem, ProblemBody};
use crate::extract::Public;
use crate::extract::body::RequestBody;
use crate::extract::public::Visitor;
use crate::input::Door;
use crate::passwords::Typed;
use crate::persons::throttle;
use crate::persons::trades::asking::{Asked, Asking, ask};
use crate::persons::trades::invitee::TradeInvitee;
use crate::persons::trades::which::names;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::OrgId;
use domain::text::PersonName;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Which organisation is yours, and who you are.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskToJoin {
    /// One of those that the invitation names; may be absent where it names one.
    #[schema(value_type = Option<Uuid>)]
    pub(crate) org: Option<Uuid>,
    /// Your first name; otherwise as the general contractor has written you.
    #[schema(max_length = 200)]
    pub(crate) first_name: Option<String>,
    /// Your last name, likewise.
    #[schema(max_length = 200)]
    pub(crate) last_name: Option<String>,
    /// The password of a new login. Absent for one who has a login, and is signed in with it.
    #[schema(value_type = Option<String>, min_length = 15, max_length = 256, format = Password)]
    pub(crate) password: Option<Typed>,
}

impl RequestBody for AskToJoin {}

impl AskToJoin {
    fn read(self, invitee: &TradeInvitee) -> Result<Asking, Problem> {
        let mut door = Door::default();
        let (first, last) = names(invitee);
        let mut named = |field: &'static str, typed: Option<&str>, known: Option<PersonName>| match (
            typed, known,
        ) {
            (None, Some(known)) => Some(known),
            (typed, _) => door.take(field, PersonName::parse(typed.unwrap_or_default())),
        };
        let first = named("first_name", self.first_name.as_deref(), first);
        let last = named("last_name", self.last_name.as_deref(), last);
        let (org, password) = (self.org.map(OrgId), self.password);
        door.build(|| Some(Asking { org, first: first?, last: last?, password }))
    }
}

/// The organisation's users know that somebody wants to join.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JoinAsked {
    /// The organisation.
    org: Uuid,
    /// The request; a user of the organisation answers it.
    request: Uuid,
}

/// Ask to join an organisation that is here already, with the link of an invitation to a project (H9).
///
/// Its users are told by mail. The invitation stays as it is: once one of them has said yes, accept it
/// with your login. Asking again while they have not answered changes nothing.
#[utoipa::path(post, path = "/v1/project-invitations/{token}/join", tag = "invitee",
    params(("token" = String, Path, description = "The link's last part")),
    request_body = AskToJoin, security((), ("credential" = [])),
    responses((status = 202, body = JoinAsked), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn ask_to_join(
    State(app): State<AppState>,
    request: Public<Secret, AskToJoin>,
) -> Result<(StatusCode, Json<JoinAsked>), Problem> {
    let Public { visitor, path, body } = request;
    let asked = ask_by_link(&app, visitor, &path, body).await?;
    let asked = JoinAsked { org: asked.org.0, request: asked.request.0 };
    Ok((StatusCode::ACCEPTED, Json(asked)))
}

/// Asks with a link: as whoever is signed in, or as a new person with a password.
pub(crate) async fn ask_by_link(
    app: &AppState,
    visitor: Visitor,
    link: &Secret,
    body: AskToJoin,
) -> Result<Asked, Problem> {
    let invitee = TradeInvitee::of(app, link).await?;
    invitee.still_open(app)?;
    invitee.project(app).await?;
    let asking = body.read(&invitee)?;
    throttle::accepting(app, &invitee.link.token).await?;
    let app = app.clone();
    // On a task of its own: a client that goes away does not leave it half-way.
    let asking = tokio::spawn(async move { ask(&app, &visitor, &invitee, &asking).await });
    asking.await.map_err(|_panic| Problem::internal())?
}
