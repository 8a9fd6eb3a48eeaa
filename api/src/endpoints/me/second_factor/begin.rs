use super::{on_already, shown};
use crate::answer::Answer;
use crate::error::{Problem, ProblemBody};
use crate::extract::body::RequestBody;
use crate::extract::{Order, PersonOrder};
use crate::passwords::Typed;
use crate::state::AppState;
use crate::totp;
use axum::extract::State;
use domain::FactorId;
use event_store::base32;
use event_store::keys::random;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Who wants a second factor.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BeginSecondFactor {
    /// Your password.
    #[schema(value_type = String, max_length = 256, format = Password)]
    password: Typed,
}

impl RequestBody for BeginSecondFactor {}

/// What the app needs; it is told once.
#[derive(Serialize, ToSchema)]
pub(crate) struct SecondFactorBegun {
    /// The secret that it shares with the app, base32.
    pub(crate) secret: String,
    /// The same for apps that read a picture of it.
    pub(crate) uri: String,
}

/// It holds a secret.
impl std::fmt::Debug for SecondFactorBegun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecondFactorBegun(…)")
    }
}

/// Begin a second factor: codes that an app tells by the time (RFC 6238).
///
/// Nothing is on until a first code confirms it. Beginning again voids what was begun before.
#[utoipa::path(post, path = "/v1/me/second-factor", tag = "me", request_body = BeginSecondFactor,
    responses((status = 201, body = SecondFactorBegun), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn begin_second_factor(
    State(app): State<AppState>,
    PersonOrder(order): PersonOrder<(), BeginSecondFactor>,
) -> Result<Answer<SecondFactorBegun>, Problem> {
    let begun = begin(&app, &order, &order.body.password).await?;
    Ok(Answer::new(begun).created_at("/v1/me/second-factor".to_owned()))
}

/// Begins one, for whoever shows their password.
pub(crate) async fn begin<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    password: &Typed,
) -> Result<SecondFactorBegun, Problem> {
    let (person, email) = shown(app, order, password).await?;
    if person.second_factor.is_some() {
        return Err(on_already());
    }
    let secret = random::<{ totp::SECRET_BYTES }>()?;
    let factor = FactorId(Uuid::now_v7());
    if !app.store().begin_second_factor(person.id, factor, &secret).await? {
        // One is being confirmed at this moment.
        return Err(Problem::unavailable());
    }
    let secret = base32(&secret);
    let uri = totp::uri(email.typed(), &secret);
    Ok(SecondFactorBegun { secret, uri })
}
