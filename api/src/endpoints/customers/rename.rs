use super::NameOfCustomer;
use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::state::AppState;
use axum::extract::State;
use domain::customer::CustomerCommand;
use domain::{Command, CustomerId};

/// Give a customer another name.
#[utoipa::path(patch, path = "/v1/customers/{id}", tag = "customers",
    params(("id" = Uuid, Path, description = "The customer")), request_body = NameOfCustomer,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn rename_customer(
    State(app): State<AppState>,
    order: Order<CustomerId, NameOfCustomer>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let name = order.body.read()?;
    order.carry_out(&app, Command::Customer(order.path, CustomerCommand::Rename(name))).await
}
