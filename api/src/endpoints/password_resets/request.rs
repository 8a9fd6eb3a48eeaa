use crate::error::{Problem, ProblemBody};
use crate::extract::Public;
use crate::extract::body::RequestBody;
use crate::extract::order::{execute, submission};
use crate::extract::public::Visitor;
use crate::input::Door;
use crate::persons::accepting::{known, take_over};
use crate::persons::throttle;
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use domain::person::PersonCommand;
use domain::{Actor, Command, EmailAddress, TokenId};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Whose password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestReset {
    /// The login email.
    #[schema(max_length = 254, format = Email)]
    email: String,
}

impl RequestBody for RequestReset {}

/// Ask for a link to set another password with; it goes to the login email and works for half an hour.
///
/// The answer is the same whether or not there is such a login, and does not wait for the mail.
#[utoipa::path(post, path = "/v1/password-resets", tag = "sessions", request_body = RequestReset,
    security(()),
    responses((status = 202), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn request_reset(
    State(app): State<AppState>,
    request: Public<(), RequestReset>,
) -> Result<StatusCode, Problem> {
    let Public { visitor, body, .. } = request;
    ask(&app, visitor, &body.email).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Asks for a link to whoever has the address. What it answers, and when, tells nothing of them.
pub(crate) async fn ask(app: &AppState, visitor: Visitor, typed: &str) -> Result<(), Problem> {
    let mut door = Door::default();
    let email = door.take("email", EmailAddress::parse(typed));
    let email = door.build(|| email)?;
    throttle::resetting(app, &email, visitor.client).await?;
    let app = app.clone();
    // On a task of its own: how long it takes would tell whether there is such a login.
    tokio::spawn(async move {
        if let Err(problem) = order(&app, &visitor, &email).await {
            tracing::warn!(code = problem.body.code, "a password reset was not ordered");
        }
    });
    Ok(())
}

/// Mails the link to whoever has the address; nobody hears of it when nobody has.
async fn order(app: &AppState, visitor: &Visitor, email: &EmailAddress) -> Result<(), Problem> {
    let person = match known(app, email).await? {
        Some(person) => person,
        // Or a crash cut off the registration, which is taken up again.
        None => match take_over(app, visitor, email).await? {
            Some(person) => person,
            None => return Ok(()),
        },
    };
    let ask = PersonCommand::RequestReset(TokenId(Uuid::now_v7()));
    let circumstances = visitor.circumstances(Actor::Owner(person));
    let command = Command::Person(person, ask);
    execute(app, submission(person.into(), command, circumstances)?).await?;
    Ok(())
}
