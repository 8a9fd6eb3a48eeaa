use crate::answer::{Answer, position_of};
use crate::credential::{Secret, SecretKind};
use crate::error::{Problem, ProblemBody};
use crate::extract::OperatorOrder;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::state::AppState;
use axum::extract::State;
use domain::installation::InstallationCommand;
use domain::{ApiKeyId, Command, PersonName};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Whom to appoint.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AppointOperator {
    /// Their name, as histories of the accounts that they touch will show it.
    #[schema(max_length = 200)]
    name: String,
}

impl RequestBody for AppointOperator {}

/// An operator with their token, which is told once.
#[derive(Serialize, ToSchema)]
pub(crate) struct AppointedAnswer {
    /// The id that histories name as the actor.
    id: Uuid,
    /// The token: `tbo_…`.
    secret: String,
}

/// Give somebody a token of their own to operate the installation with.
#[utoipa::path(post, path = "/v1/operators", tag = "operators", request_body = AppointOperator,
    responses((status = 201, body = AppointedAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn appoint_operator(
    State(app): State<AppState>,
    OperatorOrder(order): OperatorOrder<(), AppointOperator>,
) -> Result<Answer<AppointedAnswer>, Problem> {
    let mut door = Door::default();
    let name = door.take("name", PersonName::parse(&order.body.name));
    let name = door.build(|| name)?;
    let operator = ApiKeyId(order.new_id(&app, "operator"));
    let appoint = InstallationCommand::AppointOperator { operator, name };
    let applied = order.execute(&app, Command::Installation(appoint)).await?;
    let secret = applied.secret.as_ref().ok_or_else(Problem::internal)?;
    let secret = Secret::new(SecretKind::Operator, applied.ledger, secret).expose();
    let body = AppointedAnswer { id: operator.0, secret };
    let location = format!("/v1/operators/{operator}");
    Ok(Answer::new(body).position(position_of(&applied)).created_at(location))
}
