use super::NameOfCustomer;
use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::state::AppState;
use axum::extract::State;
use domain::customer::CustomerCommand;
use domain::text::CustomerName;
use domain::{Command, CustomerId};

/// Note a household or company that contacts may belong to.
#[utoipa::path(post, path = "/v1/customers", tag = "customers", request_body = NameOfCustomer,
    responses((status = 201, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn open_customer(
    State(app): State<AppState>,
    order: Order<(), NameOfCustomer>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let name = order.body.read()?;
    open(&app, &order, name).await
}

/// The same, for whoever has read the name.
pub(crate) async fn open<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    name: CustomerName,
) -> Result<Answer<CommandAnswer>, Problem> {
    let customer = CustomerId(order.new_id(app, "customer"));
    let command = Command::Customer(customer, CustomerCommand::Open(name));
    Ok(order.carry_out(app, command).await?.created_in("/v1/customers"))
}
