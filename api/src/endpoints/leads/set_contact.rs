use super::{LeadAnswer, with_contact};
use crate::answer::Answer;
use crate::endpoints::contacts::NewContact;
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::{Door, id};
use crate::state::AppState;
use axum::extract::State;
use domain::lead::LeadCommand;
use domain::{Command, ContactId, LeadId};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Whom a lead is about: an existing contact or a new one (R2).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetContact {
    /// An existing contact.
    pub(crate) contact_id: Option<String>,
    /// A contact to create.
    pub(crate) new_contact: Option<NewContact>,
}

impl RequestBody for SetContact {}

impl SetContact {
    /// The command that names them.
    pub(crate) fn command(&self, lead: LeadId) -> Result<Command, Problem> {
        let mut door = Door::default();
        let contact = door.take_if("contact_id", self.contact_id.as_deref(), id::<ContactId>);
        let new = self.new_contact.as_ref();
        let new = new.map(|contact| contact.read(&mut door, "new_contact."));
        if self.contact_id.is_some() == self.new_contact.is_some() {
            door.refuse("contact_id", &"or new_contact must be there, and not both");
        }
        door.build(|| {
            Some(match contact? {
                Some(contact) => Command::Lead(lead, LeadCommand::Link(contact)),
                None => Command::SaveLeadContact {
                    lead,
                    title: None,
                    contact: ContactId(Uuid::now_v7()),
                    details: new??,
                },
            })
        })
    }
}

/// Say whom a lead is about, in the place of whoever was named before.
#[utoipa::path(put, path = "/v1/leads/{id}/contact", tag = "leads",
    params(("id" = Uuid, Path, description = "The lead")), request_body = SetContact,
    responses((status = 200, body = LeadAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn set_contact(
    State(app): State<AppState>,
    order: Order<LeadId, SetContact>,
) -> Result<Answer<LeadAnswer>, Problem> {
    let command = order.body.command(order.path)?;
    let applied = order.execute_about(&app, command, Some(order.path.into())).await?;
    Ok(with_contact(&applied))
}
