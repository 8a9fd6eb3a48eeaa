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
    let confirmed = match query.as_deref() {
        None | Some("" | "confirm=false") => false,
        Some("confirm=true") => true,
        Some(_) => return Err(Problem::unreadable("confirm", "must be true or false")),
    };
    let command = Command::Contact(order.path, ContactCommand::Delete { confirmed });
    order.carry_out(&app, command).await
}
