use super::command;
use crate::answer::{Answer, CommandAnswer};
use crate::endpoints::contacts::delete::confirmed;
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, PersonOrder};
use crate::state::AppState;
use axum::extract::{RawQuery, State};
use domain::contact::ContactCommand;
use domain::{ContactId, CustomerId};

/// Delete a contact of your customer, never your own (R122, R123); takes Admin Access. Asks for a
/// confirmation (R124). The builder can restore it.
#[utoipa::path(delete, path = "/v1/me/customers/{customer_id}/contacts/{contact_id}",
    tag = "customer portal",
    params(("customer_id" = Uuid, Path, description = "Your customer"),
        ("contact_id" = Uuid, Path, description = "The contact"),
        ("confirm" = Option<bool>, Query, description = "`true`, after the asker was asked")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn delete_member_contact(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    PersonOrder(order): PersonOrder<(CustomerId, ContactId), NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let confirmed = confirmed(query.as_deref())?;
    command(&app, &order, order.path, ContactCommand::Delete { confirmed }).await
}
