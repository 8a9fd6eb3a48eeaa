use crate::endpoints::{CONTACT_DIRECTORY, JOB_LIST, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::Question;
use crate::input::{Door, LIMIT_DEFAULT, cursor, id, limit, one_of, search};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use projections::job_list::{self, JobEntry, JobQuery, JobSort};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which jobs, in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct JobParams {
    /// Those that this contact is an owner of (R54).
    pub(crate) owner: Option<String>,
    /// `true`: archived jobs too; `false` when absent.
    pub(crate) archived: Option<String>,
    /// Words, or beginnings of words, of name, reference and site.
    pub(crate) search: Option<String>,
    /// `name` (when absent), `created` or `owner`.
    pub(crate) sort: Option<String>,
    /// `asc` (when absent) or `desc`.
    pub(crate) order: Option<String>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    pub(crate) limit: Option<String>,
}

impl JobParams {
    /// What they ask for, or which of them is not readable.
    pub(crate) fn query(&self) -> Result<JobQuery, Problem> {
        let mut door = Door::default();
        let owner = door.take_if("owner", self.owner.as_deref(), id);
        let flag = |typed: &str| one_of(typed, &["true", "false"]);
        let archived = door.take_if("archived", self.archived.as_deref(), flag);
        let search = door.take_if("search", self.search.as_deref(), search);
        let sort = door.take_if("sort", self.sort.as_deref(), sort);
        let order = |typed: &str| one_of(typed, &["asc", "desc"]);
        let order = door.take_if("order", self.order.as_deref(), order);
        let cursor = door.take_if("cursor", self.cursor.as_deref(), cursor);
        let limit = door.take_if("limit", self.limit.as_deref(), limit);
        door.build(|| {
            Some(JobQuery {
                owner: owner?,
                archived: archived? == Some("true"),
                search: search?,
                sort: sort?.unwrap_or(JobSort::Name),
                descending: order? == Some("desc"),
                cursor: cursor?,
                limit: limit?.unwrap_or(LIMIT_DEFAULT),
            })
        })
    }
}

fn sort(typed: &str) -> Result<JobSort, String> {
    Ok(match one_of(typed, &["name", "created", "owner"])? {
        "created" => JobSort::Created,
        "owner" => JobSort::Owner,
        _ => JobSort::Name,
    })
}

/// List jobs with their owners; archived ones only when they are asked for.
#[utoipa::path(get, path = "/v1/jobs", tag = "jobs", params(JobParams),
    responses((status = 200, body = PageOf<JobEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list(
    State(app): State<AppState>,
    question: Question<(), JobParams>,
) -> Result<Json<PageOf<JobEntry>>, Problem> {
    let query = question.params.query()?;
    question.ready(&app, &[JOB_LIST, CONTACT_DIRECTORY]).await?;
    Ok(Json(job_list::list(app.store().reader(), question.ledger(), &query).await?.into()))
}
