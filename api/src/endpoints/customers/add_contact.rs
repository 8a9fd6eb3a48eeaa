use super::permissions;
use crate::answer::{Answer, CommandAnswer};
use crate::endpoints::contacts::NewContact;
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::{Door, id};
use crate::state::AppState;
use axum::extract::State;
use domain::customer::CustomerCommand;
use domain::{Command, ContactId, CustomerId};
use serde::Deserialize;
use utoipa::ToSchema;

/// Who belongs to a customer from now on: an existing contact or a new one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddCustomerContact {
    /// An existing contact, which belongs to no customer.
    contact_id: Option<String>,
    /// A contact to create.
    new_contact: Option<NewContact>,
    /// What a new contact may do in the portal: any of `admin_access` (which stands for all),
    /// `access_billing`, `access_reports`, `create_work_order` and `edit_contact`. Absent is
    /// `admin_access` (G14).
    #[schema(max_items = 5)]
    permissions: Option<Vec<String>>,
}

impl RequestBody for AddCustomerContact {}

impl AddCustomerContact {
    fn command(&self, new: ContactId) -> Result<CustomerCommand, Problem> {
        let mut door = Door::default();
        let contact = door.take_if("contact_id", self.contact_id.as_deref(), id::<ContactId>);
        let details = self.new_contact.as_ref();
        let details = details.map(|contact| contact.read(&mut door, "new_contact."));
        let set = self.permissions.as_ref();
        let set = set.map(|typed| permissions(&mut door, "permissions", typed));
        if self.contact_id.is_some() == self.new_contact.is_some() {
            door.refuse("contact_id", &"or new_contact must be there, and not both");
        }
        if self.contact_id.is_some() && self.permissions.is_some() {
            door.refuse("permissions", &"are for a new contact");
        }
        door.build(|| {
            Some(match contact? {
                Some(contact) => CustomerCommand::AddContact(contact),
                None => CustomerCommand::SaveContact {
                    contact: new,
                    details: details??,
                    permissions: match set {
                        None => None,
                        Some(set) => Some(set?),
                    },
                },
            })
        })
    }
}

/// Put a contact, one that is there or a new one, among a customer's. A contact belongs to one customer
/// at most. Nobody is invited by it (R4).
#[utoipa::path(post, path = "/v1/customers/{id}/contacts", tag = "customers",
    params(("id" = Uuid, Path, description = "The customer")), request_body = AddCustomerContact,
    responses((status = 200, body = CommandAnswer), (status = 201, body = CommandAnswer),
        (status = "4XX", body = ProblemBody)))]
pub(crate) async fn add_customer_contact(
    State(app): State<AppState>,
    order: Order<CustomerId, AddCustomerContact>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let command = order.body.command(ContactId(order.new_id(&app, "contact")))?;
    add(&app, &order, order.path, command).await
}

/// The same, for whoever has read it.
pub(crate) async fn add<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    customer: CustomerId,
    command: CustomerCommand,
) -> Result<Answer<CommandAnswer>, Problem> {
    let is_new = matches!(command, CustomerCommand::SaveContact { .. });
    let answer = order.carry_out(app, Command::Customer(customer, command)).await?;
    Ok(if is_new { answer.created_in("/v1/contacts") } else { answer })
}
