use super::on_already;
use crate::answer::{Answer, position_of};
use crate::error::{Problem, ProblemBody};
use crate::extract::body::RequestBody;
use crate::extract::{Order, PersonOrder};
use crate::persons::second_factor::take;
use crate::state::AppState;
use axum::extract::State;
use domain::person::PersonCommand;
use domain::{Command, PersonId};
use event_store::{Applied, recovery_codes};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The first code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmSecondFactor {
    /// What the app tells now.
    #[schema(max_length = 100)]
    code: String,
}

impl RequestBody for ConfirmSecondFactor {}

/// The second factor is on.
#[derive(Serialize, ToSchema)]
pub(crate) struct SecondFactorOn {
    /// Ten codes for when the app is lost; each works once. They are told once.
    pub(crate) recovery_codes: Vec<String>,
}

/// It holds secrets.
impl std::fmt::Debug for SecondFactorOn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecondFactorOn(…)")
    }
}

/// Turn the second factor on with a first code of the app; answers with the recovery codes.
#[utoipa::path(post, path = "/v1/me/second-factor/confirm", tag = "me",
    request_body = ConfirmSecondFactor,
    responses((status = 200, body = SecondFactorOn), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn confirm_second_factor(
    State(app): State<AppState>,
    PersonOrder(order): PersonOrder<(), ConfirmSecondFactor>,
) -> Result<Answer<SecondFactorOn>, Problem> {
    let (on, applied) = confirm(&app, &order, &order.body.code).await?;
    Ok(Answer::new(on).position(position_of(&applied)))
}

/// Turns it on, for whoever gives a code.
pub(crate) async fn confirm<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    code: &str,
) -> Result<(SecondFactorOn, Applied), Problem> {
    let person = PersonId(order.asker.ledger().0);
    let Some(factor) = app.store().second_factor(person).await? else {
        let detail = "No second factor has been begun.";
        return Err(Problem::new("second_factor_off", detail));
    };
    // A retry of the request that turned it on needs no other code: its receipt answers it.
    if !factor.on {
        let circumstances = order.asker.circumstances(None);
        take(app, person, &factor, code, circumstances).await?;
    }
    let enable = Command::Person(person, PersonCommand::EnableSecondFactor(factor.factor));
    let applied = order.execute(app, enable).await?;
    let secret = applied.secret.as_ref().ok_or_else(on_already)?;
    let on = SecondFactorOn { recovery_codes: recovery_codes(secret) };
    Ok((on, applied))
}
