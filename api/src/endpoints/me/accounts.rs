use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, PersonQuestion};
use crate::persons::links;
use crate::persons::work::{self, Work};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::PersonId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The accounts that you work for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnAccounts {
    /// One entry an account whose staff you are of now.
    items: Vec<OwnAccount>,
}

/// An account that you work for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnAccount {
    /// The account; sign in with it to work for it.
    account: Uuid,
    /// The company.
    builder: String,
    /// Which member of its staff you are.
    staff: Uuid,
    /// `admin`, `staff` or `auditor`.
    role: String,
    /// What you may beyond the role.
    grants: Vec<String>,
}

/// List the accounts that you work for; sign in with one of them to do so.
#[utoipa::path(get, path = "/v1/me/accounts", tag = "me",
    responses((status = 200, body = OwnAccounts), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_own_accounts(
    State(app): State<AppState>,
    PersonQuestion(question): PersonQuestion<(), NoParams>,
) -> Result<Json<OwnAccounts>, Problem> {
    let person = links::person(&app, PersonId(question.ledger().0)).await?;
    let entry = |work: Work| OwnAccount {
        account: work.account.0,
        builder: work.builder,
        staff: work.staff.0,
        role: work.row.role,
        grants: work.row.grants,
    };
    let items = work::of(&app, &person).await?.into_iter().map(entry).collect();
    Ok(Json(OwnAccounts { items }))
}
