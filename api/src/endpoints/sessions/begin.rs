use crate::answer::{Answer, position_of};
use crate::credential::{Secret, SecretKind};
use crate::error::{Problem, ProblemBody};
use crate::extract::Public;
use crate::extract::body::RequestBody;
use crate::extract::order::{execute, submission};
use crate::input::Door;
use crate::passwords::Typed;
use crate::persons::accepting::begin_session;
use crate::persons::joining::begin_work;
use crate::persons::{links, second_factor, throttle, work};
use crate::state::AppState;
use axum::extract::State;
use domain::person::PersonCommand;
use domain::{AccountId, Actor, Command, CredentialId, EmailAddress, PersonId, StaffId};
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
    /// A code of the second factor, or a recovery code, where one is on.
    #[schema(max_length = 100)]
    code: Option<String>,
    /// Sign in to work for this account, one of `/v1/me/accounts`. Absent, the session is for your own
    /// things.
    account: Option<Uuid>,
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
    /// The account that the session works for.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<Uuid>,
    /// As which member of its staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    staff: Option<Uuid>,
}

/// Sign in with the login email and the password.
///
/// An unknown address and a wrong password get the same answer, after the same time. Ten tries an
/// address and quarter of an hour. With a second factor a right password without a code is answered
/// `second_factor_needed`.
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
    let (person, checked) = holder(&app, &email, &body.password).await?;
    let circumstances = visitor.circumstances(Actor::Owner(person));
    second_factor::ask(&app, person, body.code.as_deref(), circumstances.clone()).await?;
    let work = match body.account {
        Some(account) => Some(work_for(&app, person, AccountId(account)).await?),
        None => None,
    };
    let (session, applied) = match work {
        Some((account, staff)) => {
            begin_work(&app, person, account, staff, circumstances.clone()).await?
        }
        None => begin_session(&app, person, circumstances.clone()).await?,
    };
    if app.store().password(person).await?.map(|stored| stored.credential) != Some(checked) {
        // Another password was set meanwhile, which ends what the one before it began.
        let revoke = Command::Person(person, PersonCommand::Revoke(session));
        execute(&app, submission(person.into(), revoke, circumstances)?).await?;
        return Err(no_such_login());
    }
    let position = position_of(&applied);
    let secret = applied.secret.ok_or_else(Problem::internal)?;
    let token = Secret::new(SecretKind::Session, person.into(), &secret).expose();
    let (account, staff) = work.map(|(account, staff)| (account.0, staff.0)).unzip();
    let begun = SessionBegun { id: session.0, token, person: person.0, account, staff };
    let location = format!("/v1/sessions/{}", session.0);
    Ok(Answer::new(begun).position(position).created_at(location))
}

/// Whose address and password they are, and which password; the same answer for an unknown address
/// and a wrong password, after the same time.
async fn holder(
    app: &AppState,
    email: &EmailAddress,
    password: &Typed,
) -> Result<(PersonId, CredentialId), Problem> {
    let registered = app.store().registered(email).await?;
    let person = registered.filter(|found| found.confirmed).map(|Registered { person, .. }| person);
    let stored = match person {
        Some(person) => app.store().password(person).await?,
        None => None,
    };
    let checked = stored.as_ref().map(|stored| stored.credential);
    let matches = password.matches(stored.map(|stored| stored.hash)).await?;
    match (person, checked) {
        (Some(person), Some(checked)) if matches => Ok((person, checked)),
        _ => Err(no_such_login()),
    }
}

/// As whom they work for an account. One that has not got them is answered like one that never was.
async fn work_for(
    app: &AppState,
    person: PersonId,
    account: AccountId,
) -> Result<(AccountId, StaffId), Problem> {
    let person = links::person(app, person).await?;
    let staff = work::staff_of(app, &person, account).await?;
    Ok((account, staff.ok_or_else(Problem::not_found)?))
}

fn no_such_login() -> Problem {
    Problem::new("invalid_credentials", "There is no login with this address and this password.")
}
