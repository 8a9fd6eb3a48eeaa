use crate::answer::{Answer, OutcomeWord, outcome_word, position_of};
use crate::endpoints::contacts::{NewContact, invite_ids};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::{Door, id};
use crate::state::AppState;
use axum::extract::State;
use domain::contact::ContactDetails;
use domain::job::JobCommand;
use domain::{AggregateId, Command, ContactId, JobId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Who becomes an owner: an existing contact or a new one (R2, R12).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddOwner {
    /// An existing contact.
    contact_id: Option<String>,
    /// A contact to create.
    new_contact: Option<NewContact>,
    /// Invite it in the same save (R5).
    #[serde(default)]
    send_invite: bool,
}

impl RequestBody for AddOwner {}

/// The job and its new owner.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnerAnswer {
    /// The job.
    id: Uuid,
    /// The job's version after the command; the `ETag` too.
    version: u64,
    /// Whether anything had to happen.
    outcome: OutcomeWord,
    /// The owner.
    contact_id: Uuid,
    /// The owner's version after the command.
    contact_version: u64,
}

impl AddOwner {
    fn command(&self, job: JobId) -> Result<Command, Problem> {
        let mut door = Door::default();
        let contact = door.take_if("contact_id", self.contact_id.as_deref(), id::<ContactId>);
        let new = self.new_contact.as_ref();
        let new = new.map(|contact| contact.read(&mut door, "new_contact."));
        if self.contact_id.is_some() == self.new_contact.is_some() {
            door.refuse("contact_id", &"or new_contact must be there, and not both");
        }
        door.build(|| {
            let becomes = match contact? {
                Some(contact) => Becomes::Existing(contact),
                None => Becomes::New(ContactId(Uuid::now_v7()), new??),
            };
            Some(adding(job, becomes, self.send_invite))
        })
    }
}

/// Who becomes an owner.
#[derive(Debug)]
pub(crate) enum Becomes {
    /// A contact that is in the book.
    Existing(ContactId),
    /// One that comes into it under this id.
    New(ContactId, ContactDetails),
}

/// The command that makes somebody an owner of a job, and invites them with it or not (R4, R5).
pub(crate) fn adding(job: JobId, becomes: Becomes, send_invite: bool) -> Command {
    match (becomes, send_invite.then(invite_ids)) {
        (Becomes::Existing(contact), Some(invite)) => {
            Command::AddOwnerAndInvite { job, contact, invite }
        }
        (Becomes::Existing(contact), None) => {
            Command::Job(job, JobCommand::AddOwner(contact, None))
        }
        (Becomes::New(contact, details), invite) => {
            Command::SaveContact { contact, details, jobs: vec![job], invite }
        }
    }
}

/// Make a contact an owner of a job; twice changes nothing.
#[utoipa::path(post, path = "/v1/jobs/{id}/owners", tag = "jobs",
    params(("id" = Uuid, Path, description = "The job")), request_body = AddOwner,
    responses((status = 200, body = OwnerAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn add_owner(
    State(app): State<AppState>,
    order: Order<JobId, AddOwner>,
) -> Result<Answer<OwnerAnswer>, Problem> {
    let job = AggregateId::Job(order.path);
    let command = order.body.command(order.path)?;
    let applied = order.execute_about(&app, command, Some(job)).await?;
    let version = applied.version(job).unwrap_or(0);
    let owner = applied.versions.iter().find(|(id, _)| *id != job);
    let (contact_id, contact_version) =
        owner.map_or((Uuid::nil(), 0), |(id, version)| (id.uuid(), *version));
    let outcome = outcome_word(&applied.outcome);
    let body = OwnerAnswer { id: order.path.0, version, outcome, contact_id, contact_version };
    Ok(Answer::new(body).version(version).position(position_of(&applied)))
}
