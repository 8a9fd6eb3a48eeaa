use super::VIEWS;
use crate::endpoints::PageOf;
use crate::error::{Problem, ProblemBody};
use crate::extract::Question;
use crate::input::{Door, LIMIT_DEFAULT, cursor, limit, one_of, search};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use projections::subcontractors::{self, SubcontractorEntry, SubcontractorQuery};
use serde::Deserialize;
use utoipa::IntoParams;

/// Where a relation can stand.
pub(crate) const STATUSES: [&str; 3] = ["not_invited", "invited", "accepted"];

/// Which subcontractors.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SubcontractorParams {
    /// Words, or beginnings of words, of the company's name, its primary contact's or that one's email.
    pub(crate) search: Option<String>,
    /// `not_invited`, `invited` or `accepted`.
    pub(crate) status: Option<String>,
    /// `true`: those with invitations to be sent again (R83); `false`: those without.
    pub(crate) stale: Option<String>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    pub(crate) limit: Option<String>,
}

impl SubcontractorParams {
    /// Reads them at the door.
    pub(crate) fn query(&self) -> Result<SubcontractorQuery, Problem> {
        let mut door = Door::default();
        let search = door.take_if("search", self.search.as_deref(), search);
        let status = |typed: &str| one_of(typed, &STATUSES).map(str::to_owned);
        let status = door.take_if("status", self.status.as_deref(), status);
        let stale = |typed: &str| one_of(typed, &["true", "false"]).map(|word| word == "true");
        let stale = door.take_if("stale", self.stale.as_deref(), stale);
        let cursor = door.take_if("cursor", self.cursor.as_deref(), cursor);
        let limit = door.take_if("limit", self.limit.as_deref(), limit);
        door.build(|| {
            let (search, status, stale) = (search?, status?, stale?);
            let limit = limit?.unwrap_or(LIMIT_DEFAULT);
            Some(SubcontractorQuery { search, status, stale, cursor: cursor?, limit })
        })
    }
}

/// List subcontractors by name, with where each stands.
#[utoipa::path(get, path = "/v1/subcontractors", tag = "subcontractors", params(SubcontractorParams),
    responses((status = 200, body = PageOf<SubcontractorEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_subcontractors(
    State(app): State<AppState>,
    question: Question<(), SubcontractorParams>,
) -> Result<Json<PageOf<SubcontractorEntry>>, Problem> {
    let query = question.params.query()?;
    question.ready(&app, &VIEWS).await?;
    let (reader, now) = (app.store().reader(), app.store().now());
    Ok(Json(subcontractors::list(reader, question.ledger(), &query, now).await?.into()))
}
