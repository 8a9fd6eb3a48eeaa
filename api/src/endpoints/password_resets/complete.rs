use crate::credential::{Secret, SecretKind};
use crate::error::{Problem, ProblemBody};
use crate::extract::Public;
use crate::extract::body::RequestBody;
use crate::extract::order::{execute, submission};
use crate::passwords::Typed;
use crate::persons::{links, throttle};
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use domain::person::PersonCommand;
use domain::{Actor, Command, CredentialId, PersonId};
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
    if path.kind() != SecretKind::PasswordReset {
        return Err(Problem::not_found());
    }
    let (store, ledger) = (app.store(), path.ledger());
    let link = store.reset_token(ledger, &path.hash()).await?.ok_or_else(Problem::not_found)?;
    let token = link.token;
    throttle::accepting(&app, &token).await?;
    let person = PersonId(ledger.0);
    let known = links::person(&app, person).await?;
    let acceptable = |email| match known.second_factor {
        None => body.password.acceptable(email),
        Some(_) => body.password.acceptable_beside_code(email),
    };
    if let Some(Err(why)) = known.email.value().map(acceptable) {
        let refused = Problem::new("password_refused", format!("The password {why}."));
        return Err(refused.field("password"));
    }
    let credential = CredentialId(Uuid::now_v7());
    let complete = PersonCommand::CompleteReset { token, credential };
    let circumstances = visitor.circumstances(Actor::Owner(person));
    let mut submission = submission(ledger, Command::Person(person, complete), circumstances)?;
    submission.password = Some(body.password.hash().await?);
    execute(&app, submission).await?;
    Ok(StatusCode::NO_CONTENT)
}
