use crate::endpoints::{JOB_LIST, OWNER_ITEMS, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::Question;
use crate::input::{Door, LIMIT_DEFAULT, cursor, id, limit, one_of};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::JobId;
use projections::job_list;
use projections::owner_items::{self, ItemQuery, Of, TodoEntry};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which To-Dos of a job.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TodoParams {
    /// Those of this owner; of all when absent.
    contact: Option<String>,
    /// `true`: those that are done; `false`: those that are not; all when absent.
    done: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    limit: Option<String>,
}

impl TodoParams {
    fn query(&self, job: JobId) -> Result<ItemQuery, Problem> {
        let mut door = Door::default();
        let contact = door.take_if("contact", self.contact.as_deref(), id);
        let flag = |typed: &str| one_of(typed, &["true", "false"]).map(|word| word == "true");
        let done = door.take_if("done", self.done.as_deref(), flag);
        let cursor = door.take_if("cursor", self.cursor.as_deref(), cursor);
        let limit = door.take_if("limit", self.limit.as_deref(), limit);
        door.build(|| {
            let of = Of::Builder(contact?);
            let limit = limit?.unwrap_or(LIMIT_DEFAULT);
            Some(ItemQuery { job, of, done: done?, cursor: cursor?, limit })
        })
    }
}

/// List the To-Dos of a job's owners, the newest first. Each is one owner's (R63).
#[utoipa::path(get, path = "/v1/jobs/{id}/todos", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job"), TodoParams),
    responses((status = 200, body = PageOf<TodoEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_todos(
    State(app): State<AppState>,
    question: Question<JobId, TodoParams>,
) -> Result<Json<PageOf<TodoEntry>>, Problem> {
    question.ready(&app, &[JOB_LIST, OWNER_ITEMS]).await?;
    let (reader, ledger, job) = (app.store().reader(), question.ledger(), question.path);
    job_list::get(reader, ledger, job).await?.ok_or_else(Problem::not_found)?;
    let query = question.params.query(job)?;
    Ok(Json(owner_items::todos(reader, ledger, &query).await?.into()))
}
