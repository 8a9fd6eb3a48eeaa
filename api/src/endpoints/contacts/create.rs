use super::{NewContact, invite_ids, soft_duplicates};
use crate::answer::{Answer, CommandAnswer, done};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::{Door, id};
use crate::state::AppState;
use axum::extract::State;
use domain::contact::ContactCommand;
use domain::{Command, ContactId, EmailAddress};
use event_store::Applied;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The most jobs that a new contact becomes an owner of at once.
const JOBS_MAX: usize = 100;

/// A contact to create, and what happens with the same save.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateContact {
    /// As shown in lists.
    #[schema(max_length = 200)]
    pub(crate) name: String,
    /// The honorific (R111).
    #[schema(max_length = 40)]
    pub(crate) title: Option<String>,
    /// Where an invitation would go.
    #[schema(max_length = 254, format = Email)]
    pub(crate) primary_email: Option<String>,
    /// Up to five more.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub(crate) additional_emails: Vec<String>,
    /// In order.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub(crate) phones: Vec<String>,
    /// Where the person is reached.
    #[schema(max_length = 500)]
    pub(crate) address: Option<String>,
    /// Jobs that it becomes an owner of.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub(crate) jobs: Vec<String>,
    /// Send Invite was pressed before the save (R5).
    #[serde(default)]
    pub(crate) send_invite: bool,
}

impl RequestBody for CreateContact {}

impl CreateContact {
    fn command(&self, contact: ContactId) -> Result<Command, Problem> {
        let mut door = Door::default();
        let info = NewContact {
            name: self.name.clone(),
            title: self.title.clone(),
            primary_email: self.primary_email.clone(),
            additional_emails: self.additional_emails.clone(),
            phones: self.phones.clone(),
            address: self.address.clone(),
        };
        let details = info.read(&mut door, "");
        let jobs = door.take_all("jobs", &self.jobs, JOBS_MAX, id);
        let invite = self.send_invite.then(invite_ids);
        door.build(|| {
            let (details, jobs) = (details?, jobs?);
            Some(if jobs.is_empty() && invite.is_none() {
                Command::Contact(contact, ContactCommand::Create(details))
            } else {
                Command::SaveContact { contact, details, jobs, invite }
            })
        })
    }
}

/// Create a contact; with `jobs` and `send_invite`, make it an owner and invite it in the same save.
///
/// Without `send_invite` nobody is invited (R4).
#[utoipa::path(post, path = "/v1/contacts", tag = "contacts", request_body = CreateContact,
    responses((status = 201, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn create(
    State(app): State<AppState>,
    order: Order<(), CreateContact>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let email =
        order.body.primary_email.as_deref().and_then(|email| EmailAddress::parse(email).ok());
    let (applied, contact) = save(&app, &order, &order.body).await?;
    let warnings = soft_duplicates(&app, &order, contact, email.as_ref()).await;
    Ok(done(&applied).warned(warnings).created_in("/v1/contacts"))
}

/// Saves a new contact, and does what happens with the same save.
pub(crate) async fn save<B>(
    app: &AppState,
    order: &Order<(), B>,
    body: &CreateContact,
) -> Result<(Applied, ContactId), Problem> {
    let contact = ContactId(Uuid::now_v7());
    let applied = order.execute(app, body.command(contact)?).await?;
    // A retry is answered with the contact that the first request made.
    let contact = applied.versions.first().map_or(contact, |(id, _)| ContactId(id.uuid()));
    Ok((applied, contact))
}
