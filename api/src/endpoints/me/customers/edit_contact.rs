use crate::answer::{Answer, CommandAnswer, done};
use crate::endpoints::contacts::edit::TypedInfo;
use crate::endpoints::customers::permissions;
use crate::error::{Problem, ProblemBody};
use crate::extract::body::RequestBody;
use crate::extract::{Order, PersonOrder};
use crate::input::{Door, Maybe, nullable};
use crate::persons::membership::Member;
use crate::state::AppState;
use axum::extract::State;
use domain::customer::CustomerCommand;
use domain::{Command, ContactId, CustomerId};
use serde::Deserialize;
use utoipa::ToSchema;

/// Which fields become what (JSON merge patch); a field that is absent stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditMemberContact {
    /// The new title; `null` clears it. Of an active contact with Admin Access alone (G13).
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 40)]
    pub(crate) title: Maybe<String>,
    /// The new name.
    #[schema(max_length = 200)]
    pub(crate) name: Option<String>,
    /// The new phones; an empty list or `null` clears them.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Vec<String>>, max_items = 10)]
    pub(crate) phones: Maybe<Vec<String>>,
    /// The new primary email; it replaces the old one.
    #[schema(max_length = 254, format = Email)]
    pub(crate) primary_email: Option<String>,
    /// What it may do in the portal from now on; takes Admin Access, and is not for yourself.
    #[schema(max_items = 5)]
    pub(crate) permissions: Option<Vec<String>>,
}

impl RequestBody for EditMemberContact {}

impl EditMemberContact {
    fn command(&self, contact: ContactId) -> Result<CustomerCommand, Problem> {
        let Self { title, name, phones, primary_email, permissions: set } = self;
        let primary_email = primary_email.as_deref();
        let edit = TypedInfo { name, title, phones, address: &None, primary_email }.read()?;
        let mut door = Door::default();
        let set = set.as_ref().map(|typed| permissions(&mut door, "permissions", typed));
        door.build(|| {
            let permissions = match set {
                None => None,
                Some(set) => Some(set?),
            };
            Some(CustomerCommand::EditContact { contact, edit, permissions })
        })
    }
}

/// Edit a contact of your customer, in one save (R120, R121).
///
/// Name, phones and email are open while nobody has activated the contact (G13); what an active owner is
/// called and how they are reached, they say themselves (R38).
#[utoipa::path(patch, path = "/v1/me/customers/{customer_id}/contacts/{contact_id}",
    tag = "customer portal",
    params(("customer_id" = Uuid, Path, description = "Your customer"),
        ("contact_id" = Uuid, Path, description = "The contact")),
    request_body = EditMemberContact,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn edit_member_contact(
    State(app): State<AppState>,
    PersonOrder(order): PersonOrder<(CustomerId, ContactId), EditMemberContact>,
) -> Result<Answer<CommandAnswer>, Problem> {
    edit(&app, &order, order.path, &order.body).await
}

/// The same, for whoever has the body.
pub(crate) async fn edit<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    (customer, contact): (CustomerId, ContactId),
    body: &EditMemberContact,
) -> Result<Answer<CommandAnswer>, Problem> {
    let member = Member::of(app, &order.asker, customer).await?;
    let command = Command::Customer(customer, body.command(contact)?);
    Ok(done(&member.carry_out(app, order, command, Some(contact.into())).await?))
}
