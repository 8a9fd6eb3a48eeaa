use crate::endpoints::{JOB_LIST, OWNER_ITEMS, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::Question;
use crate::input::{Door, LIMIT_DEFAULT, cursor, id, limit};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::JobId;
use projections::job_list;
use projections::owner_items::{self, ItemQuery, MessageEntry, Of};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which messages about a job.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MessageParams {
    /// Those between the builder and this owner; with all of them when absent.
    contact: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    limit: Option<String>,
}

impl MessageParams {
    fn query(&self, job: JobId) -> Result<ItemQuery, Problem> {
        let mut door = Door::default();
        let contact = door.take_if("contact", self.contact.as_deref(), id);
        let cursor = door.take_if("cursor", self.cursor.as_deref(), cursor);
        let limit = door.take_if("limit", self.limit.as_deref(), limit);
        door.build(|| {
            let of = Of::Builder(contact?);
            let limit = limit?.unwrap_or(LIMIT_DEFAULT);
            Some(ItemQuery { job, of, done: None, cursor: cursor?, limit })
        })
    }
}

/// List the messages between the builder and a job's owners, the newest first; one conversation an
/// owner (R63).
#[utoipa::path(get, path = "/v1/jobs/{id}/messages", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job"), MessageParams),
    responses((status = 200, body = PageOf<MessageEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_messages(
    State(app): State<AppState>,
    question: Question<JobId, MessageParams>,
) -> Result<Json<PageOf<MessageEntry>>, Problem> {
    question.ready(&app, &[JOB_LIST, OWNER_ITEMS]).await?;
    let (reader, ledger, job) = (app.store().reader(), question.ledger(), question.path);
    job_list::get(reader, ledger, job).await?.ok_or_else(Problem::not_found)?;
    let query = question.params.query(job)?;
    Ok(Json(owner_items::messages(reader, ledger, &query).await?.into()))
}
