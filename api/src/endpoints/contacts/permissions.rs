use super::invite_ids;
use crate::error::{Problem, ProblemBody};
use crate::extract::order::submission;
use crate::extract::{NoParams, Question};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::contact::{ContactCommand, InfoEdit, Permission};
use domain::{
    Command, ContactId, EmailAddress, FieldName, ImageId, PersonName, Reason, Rejection,
    RejectionKind, Timestamp, TokenId,
};
use event_store::{Recorded, Rehearsal};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;

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
    code: &'static str,
    /// The number of the rule behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    /// What stands against it.
    cause: String,
    /// What the caller can do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<&'static str>,
    /// The event that made it so.
    #[serde(skip_serializing_if = "Option::is_none")]
    caused_by: Option<CauseEvent>,
}

/// An event of the contact's history.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CauseEvent {
    /// Its type.
    event: &'static str,
    /// Its position in the account's ledger.
    position: u64,
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
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
    let (ledger, contact) = (question.ledger(), question.path);
    let commands = commands(contact).ok_or_else(Problem::internal)?;
    let names: Vec<&'static str> = commands.iter().map(Command::name).collect();
    let submissions = commands
        .into_iter()
        .map(|command| {
            let reason = Reason::parse("a rehearsal").ok();
            submission(ledger, command, question.asker.circumstances(reason))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let rehearsed = app.store().rehearse(ledger, submissions, Rehearsal::Alone).await?;
    let events = app.store().reader().aggregate_events(ledger, &[contact.0]).await?;
    if events.is_empty() {
        return Err(Problem::not_found());
    }
    let commands = names
        .into_iter()
        .zip(rehearsed)
        .map(|(command, outcome)| CommandPermission {
            command,
            allowed: outcome.is_ok(),
            refusal: outcome.err().map(|rejection| WhyNot::of(&rejection, &events)),
        })
        .collect();
    Ok(Json(ContactPermissions { id: contact.0, commands }))
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
