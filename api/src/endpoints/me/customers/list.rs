use crate::endpoints::CUSTOMERS;
use crate::error::{Problem, ProblemBody};
use crate::extract::asker::Asker;
use crate::extract::{NoParams, PersonQuestion};
use crate::persons::membership::Member;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::contact::Permission;
use domain::customer::Feature;
use projections::customers;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The customers that you belong to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnCustomers {
    /// Over all builders.
    items: Vec<OwnCustomer>,
}

/// A customer that you belong to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnCustomer {
    /// The customer.
    pub(crate) id: Uuid,
    /// What it is called.
    pub(crate) name: String,
    /// The company whose customer it is.
    pub(crate) builder: String,
    /// Which of its contacts you are.
    contact: Uuid,
    /// What you may do in its portal.
    permissions: Vec<&'static str>,
    /// What is open to you there: any of `manage_contacts`, `contacts`, `billing`, `reports`,
    /// `work_orders` and `audit`.
    pub(crate) features: Vec<&'static str>,
}

/// List the customers that you belong to, with every builder, and what is open to you there.
#[utoipa::path(get, path = "/v1/me/customers", tag = "customer portal",
    responses((status = 200, body = OwnCustomers), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_own_customers(
    State(app): State<AppState>,
    PersonQuestion(question): PersonQuestion<(), NoParams>,
) -> Result<Json<OwnCustomers>, Problem> {
    Ok(Json(OwnCustomers { items: own_customers(&app, &question.asker).await? }))
}

/// The customers that somebody belongs to.
pub(crate) async fn own_customers(
    app: &AppState,
    asker: &Asker,
) -> Result<Vec<OwnCustomer>, Problem> {
    let mut items = Vec::new();
    for member in Member::all(app, asker).await? {
        items.push(OwnCustomer {
            id: member.customer.0,
            name: name(app, &member).await?,
            contact: member.contact.id.0,
            permissions: member.contact.permissions.iter().copied().map(Permission::word).collect(),
            features: Feature::ALL
                .into_iter()
                .filter(|feature| member.reaches(*feature))
                .map(Feature::word)
                .collect(),
            builder: member.builder,
        });
    }
    Ok(items)
}

/// What the member's customer is called.
pub(crate) async fn name(app: &AppState, member: &Member) -> Result<String, Problem> {
    member.ready(app, &[CUSTOMERS]).await?;
    let entry = customers::get(app.store().reader(), member.ledger, member.customer).await?;
    Ok(entry.ok_or_else(Problem::not_found)?.name)
}
