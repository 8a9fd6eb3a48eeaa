use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::body::RequestBody;
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::{SubUserId, SubcontractorId};
use serde::Deserialize;
use utoipa::ToSchema;

/// Whom a builder would add; it is not looked at.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AnyUser {}

impl RequestBody for AnyUser {}

/// Refused, always: a subcontractor's users are its own business, at `/v1/org/users` (R76).
#[utoipa::path(post, path = "/v1/subcontractors/{id}/users", tag = "subcontractors",
    params(("id" = Uuid, Path, description = "The subcontractor")), request_body = AnyUser,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn add_subcontractor_user(
    State(app): State<AppState>,
    order: Order<SubcontractorId, AnyUser>,
) -> Result<Answer<CommandAnswer>, Problem> {
    Err(not_ours(&app, &order, order.path).await?)
}

/// Refused, always: a subcontractor's users are its own business, at `/v1/org/users` (R76).
#[utoipa::path(delete, path = "/v1/subcontractors/{id}/users/{user_id}", tag = "subcontractors",
    params(("id" = Uuid, Path, description = "The subcontractor"),
        ("user_id" = Uuid, Path, description = "The user")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn remove_subcontractor_user(
    State(app): State<AppState>,
    order: Order<(SubcontractorId, SubUserId), NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    Err(not_ours(&app, &order, order.path.0).await?)
}

/// Why not; no command of the builder's reaches the organisation's ledger, so none is tried.
async fn not_ours<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    subcontractor: SubcontractorId,
) -> Result<Problem, Problem> {
    let events =
        app.store().reader().aggregate_events(order.asker.ledger(), &[subcontractor.0]).await?;
    if events.is_empty() {
        return Ok(Problem::not_found());
    }
    let detail = "Whoever uses a subcontractor's login is the subcontractor's own business: its own \
                  users add and remove users.";
    let mut problem = Problem::new("org_manages_its_users", detail);
    problem.body.rule = Some("R76");
    Ok(problem)
}
