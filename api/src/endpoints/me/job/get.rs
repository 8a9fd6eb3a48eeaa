use super::{OwnJobNow, Part};
use crate::endpoints::PageOf;
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, OwnerQuestion};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::{AccountId, Day, JobId};
use projections::owner_items::{self, MessageEntry, TodoEntry};
use projections::owner_portal::{self, ItemEntry, PortalEntry};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A job of yours, with what is yours alone.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnJobInFull {
    /// The builder's account.
    account: Uuid,
    /// The company.
    pub(crate) builder: String,
    /// Which contact of its book you are.
    contact: Uuid,
    /// The job as all its owners see it (R61), with what waits for you.
    pub(crate) job: PortalEntry,
    /// What waits for another owner and any owner may settle: approvals and selections (R62).
    pub(crate) approvals: Vec<ItemEntry>,
    /// Your newest To-Dos; no co-owner sees them (R63).
    pub(crate) todos: PageOf<TodoEntry>,
    /// The newest messages between you and the builder; no co-owner sees them (R63).
    pub(crate) messages: PageOf<MessageEntry>,
}

/// Read one of your jobs: how far it is, what waits for you, your To-Dos and messages.
#[utoipa::path(get, path = "/v1/me/jobs/{account_id}/{job_id}", tag = "me",
    params(("account_id" = Uuid, Path, description = "The builder's account"),
        ("job_id" = Uuid, Path, description = "The job")),
    responses((status = 200, body = OwnJobInFull), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_own_job(
    State(app): State<AppState>,
    OwnerQuestion(question): OwnerQuestion<(AccountId, JobId), NoParams>,
) -> Result<Json<OwnJobInFull>, Problem> {
    let own = OwnJobNow::of(&app, &question.asker, question.path).await?;
    Ok(Json(in_full(&app, &own, Part::default(), Part::default()).await?))
}

/// The job, with these parts of one's own To-Dos and messages.
pub(crate) async fn in_full(
    app: &AppState,
    own: &OwnJobNow,
    todos: Part,
    messages: Part,
) -> Result<OwnJobInFull, Problem> {
    let (reader, today) = (app.store().reader(), Day::of(app.store().now()));
    let (ledger, contact) = (own.link.ledger, own.link.contact.id);
    let entry = owner_portal::get(reader, ledger, own.job, Some(contact), today).await?;
    let todos = owner_items::todos(reader, ledger, &own.query(todos)).await?;
    let messages = owner_items::messages(reader, ledger, &own.query(messages)).await?;
    Ok(OwnJobInFull {
        account: ledger.0,
        builder: own.link.builder.clone(),
        contact: contact.0,
        job: entry.ok_or_else(Problem::not_found)?,
        approvals: owner_portal::approvals(reader, ledger, own.job, contact).await?,
        todos: todos.into(),
        messages: messages.into(),
    })
}
