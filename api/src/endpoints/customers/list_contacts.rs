use crate::endpoints::{CONTACT_DIRECTORY, CUSTOMERS, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::Question;
use crate::input::{Door, LIMIT_DEFAULT, cursor, limit, one_of, search};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::CustomerId;
use domain::contact::Access;
use projections::contact_directory::{self, ContactEntry, ContactQuery};
use projections::customers;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which contacts of a customer.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CustomerContactParams {
    /// Words, or beginnings of words, of the name.
    pub(crate) name: Option<String>,
    /// `not_invited`, `pending`, `active`, `disabled` or `deactivated`.
    pub(crate) status: Option<String>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    pub(crate) limit: Option<String>,
}

impl CustomerContactParams {
    /// Reads them at the door.
    pub(crate) fn query(&self, customer: CustomerId) -> Result<ContactQuery, Problem> {
        let mut door = Door::default();
        let status = |typed: &str| one_of(typed, &Access::WORDS).map(str::to_owned);
        let name = door.take_if("name", self.name.as_deref(), search);
        let status = door.take_if("status", self.status.as_deref(), status);
        let cursor = door.take_if("cursor", self.cursor.as_deref(), cursor);
        let limit = door.take_if("limit", self.limit.as_deref(), limit);
        door.build(|| {
            Some(ContactQuery {
                search: name?,
                status: status?,
                email: None,
                customer: Some(customer),
                free: false,
                cursor: cursor?,
                limit: limit?.unwrap_or(LIMIT_DEFAULT),
            })
        })
    }
}

/// List the contacts that belong to a customer, by name.
#[utoipa::path(get, path = "/v1/customers/{id}/contacts", tag = "customers",
    params(("id" = Uuid, Path, description = "The customer"), CustomerContactParams),
    responses((status = 200, body = PageOf<ContactEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_customer_contacts(
    State(app): State<AppState>,
    question: Question<CustomerId, CustomerContactParams>,
) -> Result<Json<PageOf<ContactEntry>>, Problem> {
    let query = question.params.query(question.path)?;
    question.ready(&app, &[CUSTOMERS, CONTACT_DIRECTORY]).await?;
    let (reader, ledger) = (app.store().reader(), question.ledger());
    if customers::get(reader, ledger, question.path).await?.is_none() {
        return Err(Problem::not_found());
    }
    Ok(Json(contact_directory::list(reader, ledger, &query).await?.into()))
}
