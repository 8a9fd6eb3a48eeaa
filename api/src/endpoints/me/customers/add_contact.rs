use crate::answer::{Answer, CommandAnswer, done};
use crate::endpoints::contacts::PHONES_MAX;
use crate::endpoints::customers::permissions;
use crate::error::{Problem, ProblemBody};
use crate::extract::body::RequestBody;
use crate::extract::{Order, PersonOrder};
use crate::input::Door;
use crate::persons::membership::Member;
use crate::state::AppState;
use axum::extract::State;
use domain::contact::ContactDetails;
use domain::customer::CustomerCommand;
use domain::text::Honorific;
use domain::{Command, ContactId, CustomerId, EmailAddress, PersonName, PhoneNumber};
use serde::Deserialize;
use utoipa::ToSchema;

/// A contact that your customer gets (R114, R115).
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddMemberContact {
    /// The honorific.
    #[schema(max_length = 40)]
    pub(crate) title: Option<String>,
    /// As shown.
    #[schema(max_length = 200)]
    pub(crate) name: String,
    /// In order.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub(crate) phones: Vec<String>,
    /// Where an invitation would go.
    #[schema(max_length = 254, format = Email)]
    pub(crate) primary_email: Option<String>,
    /// What it may do in the portal: any of `admin_access` (which stands for all), `access_billing`,
    /// `access_reports`, `create_work_order` and `edit_contact`, or nothing.
    #[schema(max_items = 5)]
    pub(crate) permissions: Vec<String>,
}

impl RequestBody for AddMemberContact {}

impl AddMemberContact {
    fn command(&self, contact: ContactId) -> Result<CustomerCommand, Problem> {
        let mut door = Door::default();
        let title = door.take_if("title", self.title.as_deref(), Honorific::parse);
        let name = door.take("name", PersonName::parse(&self.name));
        let phones = door.take_all("phones", &self.phones, PHONES_MAX, PhoneNumber::parse);
        let email = self.primary_email.as_deref();
        let email = door.take_if("primary_email", email, EmailAddress::parse);
        let permissions = permissions(&mut door, "permissions", &self.permissions);
        door.build(|| {
            let details = ContactDetails {
                name: name?,
                title: title?,
                primary_email: email?,
                additional_emails: Vec::new(),
                phones: phones?,
                address: None,
            };
            let permissions = Some(permissions?);
            Some(CustomerCommand::SaveContact { contact, details, permissions })
        })
    }
}

/// Add a contact to your customer, with what it may do in the portal; takes Admin Access (G16). Nobody
/// is invited by it.
#[utoipa::path(post, path = "/v1/me/customers/{customer_id}/contacts", tag = "customer portal",
    params(("customer_id" = Uuid, Path, description = "Your customer")),
    request_body = AddMemberContact,
    responses((status = 201, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn add_member_contact(
    State(app): State<AppState>,
    PersonOrder(order): PersonOrder<CustomerId, AddMemberContact>,
) -> Result<Answer<CommandAnswer>, Problem> {
    add(&app, &order, order.path, &order.body).await
}

/// The same, for whoever has the body.
pub(crate) async fn add<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    customer: CustomerId,
    body: &AddMemberContact,
) -> Result<Answer<CommandAnswer>, Problem> {
    let member = Member::of(app, &order.asker, customer).await?;
    let command = body.command(ContactId(order.new_id(app, "contact")))?;
    let command = Command::Customer(customer, command);
    let applied = member.carry_out(app, order, command, None).await?;
    Ok(done(&applied).created_in(&format!("/v1/me/customers/{customer}/contacts")))
}
