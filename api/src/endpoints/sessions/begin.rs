use crate::answer::{Answer, position_of};
use crate::error::{Problem, ProblemBody};
use crate::extract::Public;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::passwords::Typed;
use crate::persons::signing_in::{SignedIn, sign_in};
use crate::state::AppState;
use axum::extract::State;
use domain::EmailAddress;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Who signs in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// The login email.
    #[schema(max_length = 254, format = Email)]
    email: String,
    /// The password.
    #[schema(value_type = String, max_length = 256, format = Password)]
    password: Typed,
}

impl RequestBody for SignIn {}

/// A session has begun.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionBegun {
    /// The session.
    id: Uuid,
    /// Its secret, told once: `Authorization: Bearer …`.
    token: String,
    /// The person.
    person: Uuid,
}

/// Sign in with the login email and the password.
///
/// An unknown address and a wrong password get the same answer, after the same time. Ten tries an
/// address and quarter of an hour.
#[utoipa::path(post, path = "/v1/sessions", tag = "sessions", request_body = SignIn, security(()),
    responses((status = 201, body = SessionBegun), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn begin(
    State(app): State<AppState>,
    request: Public<(), SignIn>,
) -> Result<Answer<SessionBegun>, Problem> {
    let Public { visitor, body, .. } = request;
    let mut door = Door::default();
    let email = door.take("email", EmailAddress::parse(&body.email));
    let email = door.build(|| email)?;
    let SignedIn { person, session, secret, applied } =
        sign_in(&app, &visitor, &email, &body.password).await?;
    let position = position_of(&applied);
    let token = secret.expose();
    let begun = SessionBegun { id: session.0, token, person: person.0 };
    let location = format!("/v1/sessions/{}", session.0);
    Ok(Answer::new(begun).position(position).created_at(location))
}
