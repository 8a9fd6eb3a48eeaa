use super::{PHONES_MAX, soft_duplicates};
use crate::answer::{Answer, CommandAnswer, done};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::{Door, Maybe, nullable};
use crate::state::AppState;
use axum::extract::State;
use domain::contact::{ContactCommand, InfoEdit};
use domain::text::{Honorific, PersonName, PostalAddress};
use domain::{Command, ContactId, EmailAddress, PhoneNumber};
use serde::Deserialize;
use utoipa::ToSchema;

/// Which fields become what (JSON merge patch); a field that is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditContact {
    /// The new name.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// The new title; `null` clears it.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 40)]
    title: Maybe<String>,
    /// The new phones; an empty list or `null` clears them.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Vec<String>>, max_items = 10)]
    phones: Maybe<Vec<String>>,
    /// The new address; `null` clears it.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 500)]
    address: Maybe<String>,
    /// The new primary email; it replaces the old one.
    #[schema(max_length = 254, format = Email)]
    primary_email: Option<String>,
}

impl RequestBody for EditContact {}

impl EditContact {
    pub(crate) fn edit(&self) -> Result<InfoEdit, Problem> {
        let Self { name, title, phones, address, primary_email } = self;
        let primary_email = primary_email.as_deref();
        TypedInfo { name, title, phones, address, primary_email }.read()
    }
}

/// What is edited of a person's info, as it is typed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TypedInfo<'a> {
    pub(crate) name: &'a Option<String>,
    pub(crate) title: &'a Maybe<String>,
    pub(crate) phones: &'a Maybe<Vec<String>>,
    pub(crate) address: &'a Maybe<String>,
    pub(crate) primary_email: Option<&'a str>,
}

impl TypedInfo<'_> {
    /// Reads it at the door.
    pub(crate) fn read(&self) -> Result<InfoEdit, Problem> {
        let mut door = Door::default();
        let name = door.take_if("name", self.name.as_deref(), PersonName::parse);
        let title = match self.title {
            None => Some(None),
            Some(title) => door.take_if("title", title.as_deref(), Honorific::parse).map(Some),
        };
        let phones = match self.phones {
            None => Some(None),
            Some(phones) => {
                let phones = phones.as_deref().unwrap_or_default();
                door.take_all("phones", phones, PHONES_MAX, PhoneNumber::parse).map(Some)
            }
        };
        let address = match self.address {
            None => Some(None),
            Some(address) => {
                door.take_if("address", address.as_deref(), PostalAddress::parse).map(Some)
            }
        };
        let email = door.take_if("primary_email", self.primary_email, EmailAddress::parse);
        door.build(|| {
            Some(InfoEdit {
                name: name?,
                title: title?,
                phones: phones?,
                address: address?,
                primary_email: email?,
            })
        })
    }
}

/// Edit a contact's name, phones, address or primary email.
///
/// Locked while an invitation is pending (R42) and once the owner is active (R39).
#[utoipa::path(patch, path = "/v1/contacts/{id}", tag = "contacts",
    params(("id" = Uuid, Path, description = "The contact")), request_body = EditContact,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn edit(
    State(app): State<AppState>,
    order: Order<ContactId, EditContact>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let edit = order.body.edit()?;
    let email = edit.primary_email.clone();
    let command = Command::Contact(order.path, ContactCommand::EditInfo(edit));
    let applied = order.execute(&app, command).await?;
    let warnings = soft_duplicates(&app, &order, order.path, email.as_ref()).await;
    Ok(done(&applied).warned(warnings))
}
