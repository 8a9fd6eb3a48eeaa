use crate::endpoints::{CONTACT_DIRECTORY, CUSTOMERS, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::Question;
use crate::input::{Door, LIMIT_DEFAULT, cursor, limit, search};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use projections::customers::{self, CustomerEntry, CustomerQuery};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which customers.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CustomerParams {
    /// Words, or beginnings of words, of the name.
    search: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    limit: Option<String>,
}

impl CustomerParams {
    fn query(&self) -> Result<CustomerQuery, Problem> {
        let mut door = Door::default();
        let search = door.take_if("search", self.search.as_deref(), search);
        let cursor = door.take_if("cursor", self.cursor.as_deref(), cursor);
        let limit = door.take_if("limit", self.limit.as_deref(), limit);
        door.build(|| {
            let limit = limit?.unwrap_or(LIMIT_DEFAULT);
            Some(CustomerQuery { search: search?, cursor: cursor?, limit })
        })
    }
}

/// List customers by name.
#[utoipa::path(get, path = "/v1/customers", tag = "customers", params(CustomerParams),
    responses((status = 200, body = PageOf<CustomerEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_customers(
    State(app): State<AppState>,
    question: Question<(), CustomerParams>,
) -> Result<Json<PageOf<CustomerEntry>>, Problem> {
    let query = question.params.query()?;
    question.ready(&app, &[CUSTOMERS, CONTACT_DIRECTORY]).await?;
    Ok(Json(customers::list(app.store().reader(), question.ledger(), &query).await?.into()))
}
