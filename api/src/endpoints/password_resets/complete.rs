use crate::credential::{Secret, SecretKind};
use crate::error::{Problem, ProblemBody};
use crate::extract::Public;
use crate::extract::body::RequestBody;
use crate::extract::order::{execute, submission};
use crate::extract::public::Visitor;
use crate::passwords::Typed;
use crate::persons::{links, throttle};
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use domain::person::{self, PersonCommand};
use domain::{Actor, Command, CredentialId, EmailAddress, PersonId, TokenId};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The new password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CompleteReset {
    /// At least 15 characters; 8 with a second factor.
    #[schema(value_type = String, min_length = 8, max_length = 256, format = Password)]
    password: Typed,
}

impl RequestBody for CompleteReset {}

/// Set another password with the link of the mail. Ends all sessions; signs nobody in.
#[utoipa::path(post, path = "/v1/password-resets/{token}", tag = "sessions",
    params(("token" = String, Path, description = "The link's last part")),
    request_body = CompleteReset, security(()),
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn complete_reset(
    State(app): State<AppState>,
    request: Public<Secret, CompleteReset>,
) -> Result<StatusCode, Problem> {
    let Public { visitor, path, body } = request;
    complete(&app, &visitor, &path, &body.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Refuses with the reason why a link is dead, when it is; tells whose password it sets. Nothing is
/// recorded.
pub(crate) async fn still_open(
    app: &AppState,
    link: &Secret,
) -> Result<Option<EmailAddress>, Problem> {
    let token = token(app, link).await?;
    let person = links::person(app, PersonId(link.ledger().0)).await?;
    let rehearsed = PersonCommand::CompleteReset { token, credential: CredentialId(token.0) };
    person::decide(person.id, Some(&person), &rehearsed, app.store().now())?;
    Ok(person.email.value().cloned())
}

async fn token(app: &AppState, link: &Secret) -> Result<TokenId, Problem> {
    if link.kind() != SecretKind::PasswordReset {
        return Err(Problem::not_found());
    }
    let found = app.store().reset_token(link.ledger(), &link.hash()).await?;
    found.map(|found| found.token).ok_or_else(Problem::not_found)
}

/// Sets another password with a link.
pub(crate) async fn complete(
    app: &AppState,
    visitor: &Visitor,
    link: &Secret,
    password: &Typed,
) -> Result<(), Problem> {
    let token = token(app, link).await?;
    throttle::accepting(app, &token).await?;
    let person = PersonId(link.ledger().0);
    let known = links::person(app, person).await?;
    let acceptable = |email| match known.second_factor {
        None => password.acceptable(email),
        Some(_) => password.acceptable_beside_code(email),
    };
    if let Some(Err(why)) = known.email.value().map(acceptable) {
        let refused = Problem::new("password_refused", format!("The password {why}."));
        return Err(refused.field("password"));
    }
    let credential = CredentialId(Uuid::now_v7());
    let complete = PersonCommand::CompleteReset { token, credential };
    let circumstances = visitor.circumstances(Actor::Owner(person));
    let command = Command::Person(person, complete);
    let mut submission = submission(link.ledger(), command, circumstances)?;
    submission.password = Some(password.hash().await?);
    execute(app, submission).await?;
    Ok(())
}
