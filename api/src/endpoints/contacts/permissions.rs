use super::invite_ids;
use crate::error::{Problem, ProblemBody};
use crate::extract::asker::Asker;
use crate::extract::order::submission;
use crate::extract::{NoParams, Question};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::contact::{ContactCommand, InfoEdit, Permission};
use domain::job::JobRejection;
use domain::job::impersonation::{ImpersonationCommand, ImpersonationMinutes};
use domain::{
    Command, ContactId, Decision, EmailAddress, FieldName, ImageId, ImpersonationId, JobId,
    LedgerId, PersonName, Reason, Rejection, RejectionKind, Timestamp, TokenId,
};
use event_store::{Recorded, Rehearsal};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;

/// On how many of a contact's jobs, the newest, it is asked whether somebody may look through its eyes.
const JOBS_MAX: u32 = 20;

/// What the caller may do with a contact now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContactPermissions {
    /// The contact.
    id: Uuid,
    /// One entry a command.
    commands: Vec<CommandPermission>,
}

/// Whether one command would be taken now, and if not, why not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CommandPermission {
    /// The command's name.
    command: &'static str,
    /// Whether it would be taken.
    allowed: bool,
    /// The refusal that it would get.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<WhyNot>,
}

/// A refusal that teaches.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WhyNot {
    /// The code of the refusal.
    pub(crate) code: &'static str,
    /// The number of the rule behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule: Option<&'static str>,
    /// What stands against it.
    pub(crate) cause: String,
    /// What the caller can do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) remedy: Option<&'static str>,
    /// The event that made it so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) caused_by: Option<CauseEvent>,
}

/// An event of the contact's history.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CauseEvent {
    /// Its type.
    pub(crate) event: &'static str,
    /// Its position in the account's ledger.
    pub(crate) position: u64,
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) at: Timestamp,
}

/// What the caller may do with a contact now, and what not, with rule, cause and remedy.
///
/// Each command is rehearsed as the caller: the answers are those that the commands themselves
/// would get. What a command needs beyond the contact, such as a new address, is made up.
#[utoipa::path(get, path = "/v1/contacts/{id}/permissions", tag = "contacts",
    params(("id" = Uuid, Path, description = "The contact")),
    responses((status = 200, body = ContactPermissions), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn permissions(
    State(app): State<AppState>,
    question: Question<ContactId, NoParams>,
) -> Result<Json<ContactPermissions>, Problem> {
    Ok(Json(of_contact(&app, &question.asker, question.path).await?))
}

/// The same for whoever asks.
pub(crate) async fn of_contact(
    app: &AppState,
    asker: &Asker,
    contact: ContactId,
) -> Result<ContactPermissions, Problem> {
    let ledger = asker.ledger();
    let mut commands = commands(contact).ok_or_else(Problem::internal)?;
    let one_each = commands.len();
    commands.extend(looks(app, ledger, contact).await?);
    let names: Vec<&'static str> = commands.iter().map(Command::name).collect();
    let submissions = commands
        .into_iter()
        .map(|command| {
            let reason = Reason::parse("a rehearsal").ok();
            submission(ledger, command, asker.circumstances(reason))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut rehearsed = app.store().rehearse(ledger, submissions, Rehearsal::Alone).await?;
    let no_look = no_look(rehearsed.split_off(one_each.min(rehearsed.len())));
    let refusals = rehearsed.into_iter().map(Result::err).chain([no_look]);
    let events = app.store().reader().aggregate_events(ledger, &[contact.0]).await?;
    if events.is_empty() {
        return Err(Problem::not_found());
    }
    let commands = names
        .into_iter()
        .zip(refusals)
        .map(|(command, refusal)| CommandPermission {
            command,
            allowed: refusal.is_none(),
            refusal: refusal.map(|rejection| WhyNot::of(&rejection, &events)),
        })
        .collect();
    Ok(ContactPermissions { id: contact.0, commands })
}

impl ContactPermissions {
    /// The refusal that this command would get, if any.
    pub(crate) fn refusal(&self, command: &str) -> Option<&WhyNot> {
        let mut entries = self.commands.iter();
        entries.find(|entry| entry.command == command)?.refusal.as_ref()
    }

    /// The same, and nothing else.
    pub(crate) fn into_refusal(self, command: &str) -> Option<WhyNot> {
        let mut entries = self.commands.into_iter();
        entries.find(|entry| entry.command == command)?.refusal
    }
}

impl WhyNot {
    fn of(rejection: &Rejection, events: &[Recorded]) -> Self {
        let refusal = rejection.refusal();
        let causes = rejection.caused_by();
        let cause = events.iter().rev().find(|event| causes.contains(&event.event.stored_type()));
        // What the caller's role does not take, no event of the contact has caused.
        let cause = cause.filter(|_| refusal.kind != RejectionKind::Unknown);
        Self {
            code: refusal.code,
            rule: refusal.rule,
            cause: refusal.cause,
            remedy: refusal.remedy,
            caused_by: cause.map(|event| CauseEvent {
                event: event.event.stored_type(),
                position: event.position,
                at: event.recorded_at,
            }),
        }
    }
}

/// Looking through the contact's eyes, on each of its newest jobs; where it is of none, on one that
/// nobody has.
async fn looks(
    app: &AppState,
    ledger: LedgerId,
    contact: ContactId,
) -> Result<Vec<Command>, Problem> {
    let mut jobs = app.store().newest_jobs_of(ledger, contact, JOBS_MAX).await?;
    if jobs.is_empty() {
        jobs.push(JobId(Uuid::now_v7()));
    }
    let minutes = ImpersonationMinutes::DEFAULT;
    let look = |job| {
        let impersonation = ImpersonationId(Uuid::now_v7());
        let start = ImpersonationCommand::Start { impersonation, contact, minutes };
        Command::Impersonation(job, start)
    };
    Ok(jobs.into_iter().map(look).collect())
}

/// Why none of them would be taken, if none would: the refusal on the newest job.
fn no_look(outcomes: Vec<Result<Decision, Rejection>>) -> Option<Rejection> {
    let refused = outcomes.into_iter().map(Result::err).collect::<Option<Vec<_>>>()?;
    match refused.into_iter().next() {
        // That there is no such job means that it was made up.
        Some(Rejection::Unknown(_)) => Some(JobRejection::ImpersonatedIsNoOwner.into()),
        first => first,
    }
}

/// One command of each kind, with made-up values where it takes any.
fn commands(contact: ContactId) -> Option<Vec<Command>> {
    let address = EmailAddress::parse("somebody-else@titleblock.invalid").ok()?;
    let name = PersonName::parse("Somebody Else").ok()?;
    let field = FieldName::parse("somewhat-else").ok()?;
    let permissions = BTreeSet::from([Permission::AccessReports, Permission::EditContact]);
    let of_contact = [
        ContactCommand::EditInfo(InfoEdit { name: Some(name), ..InfoEdit::default() }),
        ContactCommand::AddAdditionalEmail(address.clone()),
        ContactCommand::SetCustomField { field, to: None },
        ContactCommand::SendInvite(invite_ids()),
        ContactCommand::ResendInvite(TokenId(Uuid::now_v7())),
        ContactCommand::CancelInvite,
        ContactCommand::RedirectInvite { to: address, ids: invite_ids() },
        ContactCommand::DisableAccess,
        ContactCommand::EnableAccess,
        ContactCommand::DeactivateOwner,
        ContactCommand::SetPermissions(permissions),
        ContactCommand::SetImage(ImageId(Uuid::now_v7())),
        ContactCommand::Delete { confirmed: true },
        ContactCommand::Restore,
    ];
    let of_contact = of_contact.into_iter().map(|command| Command::Contact(contact, command));
    Some(of_contact.chain([Command::UnmergeContact(contact)]).collect())
}
