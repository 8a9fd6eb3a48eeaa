use crate::endpoints::{CONTACT_DIRECTORY, CUSTOMERS, PageOf, WORK_ORDERS};
use crate::error::{Problem, ProblemBody};
use crate::extract::Question;
use crate::input::{Door, LIMIT_DEFAULT, cursor, id, limit, one_of};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::work_order::WorkOrderStage;
use projections::work_orders::{self, WorkOrderEntry, WorkOrderQuery};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which work orders.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WorkOrderParams {
    /// Those of this customer.
    pub(crate) customer: Option<String>,
    /// `open`, `task` or `declined`.
    pub(crate) stage: Option<String>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    pub(crate) limit: Option<String>,
}

impl WorkOrderParams {
    /// Reads them at the door.
    pub(crate) fn query(&self) -> Result<WorkOrderQuery, Problem> {
        let mut door = Door::default();
        let customer = door.take_if("customer", self.customer.as_deref(), id);
        let stage = |typed: &str| one_of(typed, &WorkOrderStage::WORDS).map(str::to_owned);
        let stage = door.take_if("stage", self.stage.as_deref(), stage);
        let cursor = door.take_if("cursor", self.cursor.as_deref(), cursor);
        let limit = door.take_if("limit", self.limit.as_deref(), limit);
        door.build(|| {
            let limit = limit?.unwrap_or(LIMIT_DEFAULT);
            Some(WorkOrderQuery { customer: customer?, stage: stage?, cursor: cursor?, limit })
        })
    }
}

/// List work orders, the newest first.
#[utoipa::path(get, path = "/v1/work-orders", tag = "work orders", params(WorkOrderParams),
    responses((status = 200, body = PageOf<WorkOrderEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_work_orders(
    State(app): State<AppState>,
    question: Question<(), WorkOrderParams>,
) -> Result<Json<PageOf<WorkOrderEntry>>, Problem> {
    let query = question.params.query()?;
    question.ready(&app, &[WORK_ORDERS, CUSTOMERS, CONTACT_DIRECTORY]).await?;
    Ok(Json(work_orders::list(app.store().reader(), question.ledger(), &query).await?.into()))
}
