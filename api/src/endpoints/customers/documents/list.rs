use crate::endpoints::{CUSTOMERS, DOCUMENTS, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::Question;
use crate::input::{Door, LIMIT_DEFAULT, cursor, limit};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::CustomerId;
use domain::customer::DocumentKind;
use projections::customers;
use projections::documents::{self, DocumentEntry, DocumentQuery};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which documents of a customer.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DocumentParams {
    /// `billing` or `report`.
    pub(crate) kind: Option<String>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    pub(crate) limit: Option<String>,
}

impl DocumentParams {
    /// Reads them at the door. Where nobody says which kinds, it is all of them.
    pub(crate) fn query(&self, customer: CustomerId) -> Result<DocumentQuery, Problem> {
        let mut door = Door::default();
        let kind = door.take_if("kind", self.kind.as_deref(), DocumentKind::parse);
        let cursor = door.take_if("cursor", self.cursor.as_deref(), cursor);
        let limit = door.take_if("limit", self.limit.as_deref(), limit);
        door.build(|| {
            let kinds = kind?.map_or_else(|| DocumentKind::ALL.to_vec(), |kind| vec![kind]);
            let limit = limit?.unwrap_or(LIMIT_DEFAULT);
            Some(DocumentQuery { customer, kinds, cursor: cursor?, limit })
        })
    }
}

/// List the documents that are published to a customer, the newest first.
#[utoipa::path(get, path = "/v1/customers/{id}/documents", tag = "customers",
    params(("id" = Uuid, Path, description = "The customer"), DocumentParams),
    responses((status = 200, body = PageOf<DocumentEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_documents(
    State(app): State<AppState>,
    question: Question<CustomerId, DocumentParams>,
) -> Result<Json<PageOf<DocumentEntry>>, Problem> {
    let query = question.params.query(question.path)?;
    question.ready(&app, &[CUSTOMERS, DOCUMENTS]).await?;
    let (reader, ledger) = (app.store().reader(), question.ledger());
    if customers::get(reader, ledger, question.path).await?.is_none() {
        return Err(Problem::not_found());
    }
    Ok(Json(documents::list(reader, ledger, &query).await?.into()))
}
