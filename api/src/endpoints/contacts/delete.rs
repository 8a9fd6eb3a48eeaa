use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::{RawQuery, State};
use domain::contact::ContactCommand;
use domain::{Command, ContactId};

/// Take a contact out of the book: it leaves its jobs and leads, and its email is free again. Nothing
/// is lost; it can be restored (H7). Asks for a confirmation (R124).
#[utoipa::path(delete, path = "/v1/contacts/{id}", tag = "contacts",
    params(("id" = Uuid, Path, description = "The contact"),
        ("confirm" = Option<bool>, Query, description = "`true`, after the asker was asked")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn delete(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    order: Order<ContactId, NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let confirmed = confirmed(query.as_deref())?;
    let command = Command::Contact(order.path, ContactCommand::Delete { confirmed });
    order.carry_out(&app, command).await
}

/// Whether the asker has been asked, as the query says (R124).
pub(crate) fn confirmed(query: Option<&str>) -> Result<bool, Problem> {
    match query {
        None | Some("" | "confirm=false") => Ok(false),
        Some("confirm=true") => Ok(true),
        Some(_) => Err(Problem::unreadable("confirm", "must be true or false")),
    }
}
