use crate::answer::{Answer, position_of};
use crate::credential::{Secret, SecretKind};
use crate::error::{Problem, ProblemBody};
use crate::extract::Public;
use crate::extract::body::RequestBody;
use crate::extract::order::{execute, submission};
use crate::input::Door;
use crate::passwords::Typed;
use crate::persons::accepting::begin_session;
use crate::persons::email_change::signs_in;
use crate::persons::throttle;
use crate::state::AppState;
use axum::extract::State;
use domain::person::PersonCommand;
use domain::{Actor, Command, EmailAddress};
use event_store::Registered;
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
    throttle::signing_in(&app, &email, visitor.client).await?;
    let registered = app.store().registered(&email).await?;
    let person = registered.filter(|found| found.confirmed).map(|Registered { person, .. }| person);
    let stored = match person {
        Some(person) => app.store().password(person).await?,
        None => None,
    };
    let checked = stored.as_ref().map(|stored| stored.credential);
    let matches = body.password.matches(stored.map(|stored| stored.hash)).await?;
    let (Some(person), true) = (person, matches) else { return Err(no_such_login()) };
    let circumstances = visitor.circumstances(Actor::Owner(person));
    if !signs_in(&app, &circumstances, person, &email).await? {
        return Err(no_such_login());
    }
    let (session, applied) = begin_session(&app, person, circumstances.clone()).await?;
    if app.store().password(person).await?.map(|stored| stored.credential) != checked {
        // Another password was set meanwhile, which ends what the one before it began.
        let revoke = Command::Person(person, PersonCommand::Revoke(session));
        execute(&app, submission(person.into(), revoke, circumstances)?).await?;
        return Err(no_such_login());
    }
    let position = position_of(&applied);
    let secret = applied.secret.ok_or_else(Problem::internal)?;
    let token = Secret::new(SecretKind::Session, person.into(), &secret).expose();
    let begun = SessionBegun { id: session.0, token, person: person.0 };
    let location = format!("/v1/sessions/{}", session.0);
    Ok(Answer::new(begun).position(position).created_at(location))
}

fn no_such_login() -> Problem {
    Problem::new("invalid_credentials", "There is no login with this address and this password.")
}
