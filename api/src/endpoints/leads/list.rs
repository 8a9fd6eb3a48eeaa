use crate::endpoints::{CONTACT_DIRECTORY, LEAD_VIEW, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::Question;
use crate::input::{Door, LIMIT_DEFAULT, cursor, id, limit, one_of, search};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::lead::Stage;
use projections::lead_view::{self, LeadEntry, LeadQuery, LeadSort};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which leads, in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LeadParams {
    /// Those about this contact.
    contact: Option<String>,
    /// `open`, `won` or `lost`.
    stage: Option<String>,
    /// Words, or beginnings of words, of the title, or of the contact's name, primary email or
    /// phone.
    search: Option<String>,
    /// `title` (when absent), `created` or `contact`.
    sort: Option<String>,
    /// `asc` (when absent) or `desc`.
    order: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    limit: Option<String>,
}

impl LeadParams {
    fn query(&self) -> Result<LeadQuery, Problem> {
        let mut door = Door::default();
        let contact = door.take_if("contact", self.contact.as_deref(), id);
        let stage = |typed: &str| one_of(typed, &Stage::WORDS).map(str::to_owned);
        let stage = door.take_if("stage", self.stage.as_deref(), stage);
        let search = door.take_if("search", self.search.as_deref(), search);
        let sort = door.take_if("sort", self.sort.as_deref(), sort);
        let order = |typed: &str| one_of(typed, &["asc", "desc"]);
        let order = door.take_if("order", self.order.as_deref(), order);
        let cursor = door.take_if("cursor", self.cursor.as_deref(), cursor);
        let limit = door.take_if("limit", self.limit.as_deref(), limit);
        door.build(|| {
            Some(LeadQuery {
                contact: contact?,
                stage: stage?,
                search: search?,
                sort: sort?.unwrap_or(LeadSort::Title),
                descending: order? == Some("desc"),
                cursor: cursor?,
                limit: limit?.unwrap_or(LIMIT_DEFAULT),
            })
        })
    }
}

fn sort(typed: &str) -> Result<LeadSort, String> {
    Ok(match one_of(typed, &["title", "created", "contact"])? {
        "created" => LeadSort::Created,
        "contact" => LeadSort::Contact,
        _ => LeadSort::Title,
    })
}

/// List leads, each with its contact as that one is now (R47).
#[utoipa::path(get, path = "/v1/leads", tag = "leads", params(LeadParams),
    responses((status = 200, body = PageOf<LeadEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list(
    State(app): State<AppState>,
    question: Question<(), LeadParams>,
) -> Result<Json<PageOf<LeadEntry>>, Problem> {
    let query = question.params.query()?;
    question.ready(&app, &[LEAD_VIEW, CONTACT_DIRECTORY]).await?;
    Ok(Json(lead_view::list(app.store().reader(), question.ledger(), &query).await?.into()))
}
