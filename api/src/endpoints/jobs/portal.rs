use crate::endpoints::OWNER_PORTAL;
use crate::error::{Problem, ProblemBody};
use crate::extract::Question;
use crate::input::{Door, id};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::{Day, JobId};
use projections::owner_portal::{self, PortalEntry};
use serde::Deserialize;
use utoipa::IntoParams;

/// Through whose eyes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PortalParams {
    /// The contact whose items are shown; nobody's when absent (G18).
    contact: Option<String>,
}

/// Read what customers see of a job: progress, days remaining, milestones, a contact's items.
#[utoipa::path(get, path = "/v1/jobs/{id}/portal", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job"), PortalParams),
    responses((status = 200, body = PortalEntry), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn portal(
    State(app): State<AppState>,
    question: Question<JobId, PortalParams>,
) -> Result<Json<PortalEntry>, Problem> {
    let mut door = Door::default();
    let contact = door.take_if("contact", question.params.contact.as_deref(), id);
    let contact = door.build(|| contact)?;
    question.ready(&app, &[OWNER_PORTAL]).await?;
    let (reader, today) = (app.store().reader(), Day::of(app.store().now()));
    let (ledger, job) = (question.ledger(), question.path);
    let entry = owner_portal::get(reader, ledger, job, contact, today).await?;
    entry.map(Json).ok_or_else(Problem::not_found)
}
