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
use domain::text::Title;
use domain::{Command, ContactId, LeadId};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A lead to write down.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateLead {
    /// What it is about.
    #[schema(max_length = 200)]
    pub(crate) title: String,
    /// Whom it is about, if they are in the book.
    pub(crate) contact_id: Option<String>,
    /// Whom it is about, if they come into the book with it; not together with `contact_id`.
    pub(crate) new_contact: Option<NewContact>,
}

impl RequestBody for CreateLead {}

impl CreateLead {
    /// The command that writes it down.
    pub(crate) fn command(&self) -> Result<Command, Problem> {
        let mut door = Door::default();
        let title = door.take("title", Title::parse(&self.title));
        let contact = door.take_if("contact_id", self.contact_id.as_deref(), id::<ContactId>);
        let new = self.new_contact.as_ref();
        let new = new.map(|contact| contact.read(&mut door, "new_contact."));
        if self.contact_id.is_some() && self.new_contact.is_some() {
            door.refuse("contact_id", &"must not be there together with new_contact");
        }
        let lead = LeadId(Uuid::now_v7());
        door.build(|| {
            let (title, contact) = (title?, contact?);
            Some(match new {
                None => Command::Lead(lead, LeadCommand::Create { title, contact }),
                Some(details) => Command::SaveLeadContact {
                    lead,
                    title: Some(title),
                    contact: ContactId(Uuid::now_v7()),
                    details: details?,
                },
            })
        })
    }
}

/// Write a lead down, with an existing contact, with a new one in the same save, or with none yet.
///
/// Nobody is invited by it (R4).
#[utoipa::path(post, path = "/v1/leads", tag = "leads", request_body = CreateLead,
    responses((status = 201, body = LeadAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn create(
    State(app): State<AppState>,
    order: Order<(), CreateLead>,
) -> Result<Answer<LeadAnswer>, Problem> {
    let command = order.body.command()?;
    let applied = order.execute(&app, command).await?;
    let mut answer = with_contact(&applied);
    let location = format!("/v1/leads/{}", answer.body_mut().id);
    Ok(answer.created_at(location))
}
