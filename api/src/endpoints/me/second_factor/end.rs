use super::shown;
use crate::error::{Problem, ProblemBody};
use crate::extract::body::RequestBody;
use crate::extract::{Order, PersonOrder};
use crate::passwords::Typed;
use crate::persons::second_factor::take;
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use domain::Command;
use domain::person::PersonCommand;
use serde::Deserialize;
use utoipa::ToSchema;

/// Who wants no second factor any more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndSecondFactor {
    /// Your password.
    #[schema(value_type = String, max_length = 256, format = Password)]
    password: Typed,
    /// What the app tells now, or a recovery code.
    #[schema(max_length = 100)]
    code: String,
}

impl RequestBody for EndSecondFactor {}

/// Turn your second factor off. A password that is too short to stand alone is to be reset first.
#[utoipa::path(delete, path = "/v1/me/second-factor", tag = "me", request_body = EndSecondFactor,
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn end_second_factor(
    State(app): State<AppState>,
    PersonOrder(order): PersonOrder<(), EndSecondFactor>,
) -> Result<StatusCode, Problem> {
    end(&app, &order, &order.body.password, &order.body.code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Turns it off, for whoever shows their password and gives a code.
pub(crate) async fn end<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    password: &Typed,
    code: &str,
) -> Result<(), Problem> {
    let (person, _) = shown(app, order, password).await?;
    let factor = app.store().second_factor(person.id).await?.filter(|factor| factor.on);
    let Some(factor) = factor else {
        return Err(Problem::new("second_factor_off", "No second factor is on."));
    };
    if !password.stands_alone() {
        let detail = "Without a second factor the password must have at least 15 characters.";
        return Err(Problem::new("password_too_short_alone", detail));
    }
    let circumstances = order.asker.circumstances(order.reason.clone());
    take(app, person.id, &factor, code, circumstances).await?;
    let disable = PersonCommand::DisableSecondFactor(factor.factor);
    order.execute(app, Command::Person(person.id, disable)).await?;
    Ok(())
}
