use crate::error::{Problem, ProblemBody};
use crate::extract::Public;
use crate::extract::body::RequestBody;
use crate::extract::order::{execute, submission};
use crate::input::Door;
use crate::persons::accepting::login_of;
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
    let mut door = Door::default();
    let email = door.take("email", EmailAddress::parse(&body.email));
    let email = door.build(|| email)?;
    throttle::resetting(&app, &email, visitor.client).await?;
    // On a task of its own: how long it takes would tell whether there is such a login.
    tokio::spawn(async move {
        let person = match login_of(&app, &email).await {
            Ok(Some(person)) => person,
            Ok(None) => return,
            Err(problem) => {
                tracing::warn!(code = problem.body.code, "a password reset was not ordered");
                return;
            }
        };
        let ask = PersonCommand::RequestReset(TokenId(Uuid::now_v7()));
        let command = Command::Person(person, ask);
        let circumstances = visitor.circumstances(Actor::Owner(person));
        let Ok(submission) = submission(person.into(), command, circumstances) else {
            return;
        };
        if let Err(error) = execute(&app, submission).await {
            tracing::warn!(%error, "a password reset was not ordered");
        }
    });
    Ok(StatusCode::ACCEPTED)
}
