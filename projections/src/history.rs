//! The history of one thing, as people read it: when, who, which field, before, after, why.

use crate::actors::{self, Persons};
use crate::audit_trail::{self, AuditQuery, kind_word};
use crate::{Page, ViewError, contact_directory, customers, subcontractors};
use domain::builder_account::BuilderAccountEvent;
use domain::contact::Contact;
use domain::{ContactId, LedgerId, Shown, Timestamp};
use event_store::attempts::RefusedAttempt;
use event_store::codec::MaybePersonal;
use event_store::{Reader, Recorded, StoreError};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};
use utoipa::ToSchema;
use uuid::Uuid;

/// Something that happened, or was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HistoryEntry {
    /// Its position in the ledger; none for what was refused.
    pub position: Option<u64>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What happened: the event's stored type, or `refused`.
    pub event: String,
    /// What it happened to.
    pub about: Uuid,
    /// The kind of what it happened to; none where only the id is known.
    pub about_kind: Option<String>,
    /// Who.
    pub actor: ActorEntry,
    /// As whom.
    pub acting_as: Option<Uuid>,
    /// By which way in.
    pub channel: String,
    /// From which address.
    pub client: Option<String>,
    /// Why, in the actor's words.
    pub reason: Option<String>,
    /// What belongs together, within this account.
    pub correlation: Uuid,
    /// What changed, field by field.
    pub changes: Vec<ChangeEntry>,
    /// What was tried and which rule refused it.
    pub refused: Option<RefusedEntry>,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ActorEntry {
    /// `builder_staff` (an API key), `staff_member`, `owner`, `portal_contact` (a contact
    /// that acted as a member of its customer), `sub_user` (of a subcontractor's company), `operator` or
    /// `system`.
    pub kind: String,
    /// The API key, the member of the staff, or the token; of an owner, the contact that they are in this
    /// account; of a user of a subcontractor's company, an id that is theirs in this account alone. In a
    /// person's own history, that person.
    pub id: Option<Uuid>,
    /// What people call the key, or the name of the staff member or operator.
    pub label: Option<String>,
}

/// A field before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChangeEntry {
    /// The field.
    pub field: String,
    /// Before; none when it was empty or its person has been erased.
    pub before: Option<String>,
    /// After; none when it is empty or its person has been erased.
    pub after: Option<String>,
    /// Whether a value is missing because its person has been erased.
    pub erased: bool,
}

/// A refused attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RefusedEntry {
    /// What was tried.
    pub command: String,
    /// The refusal's code.
    pub code: String,
    /// The rule.
    pub rule: Option<String>,
}

/// The history of a contact, a job, a lead or the account, newest first, as its builder knows it.
pub async fn of(
    reader: &Reader,
    ledger: LedgerId,
    subject: Uuid,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<HistoryEntry>, ViewError> {
    let cursor = cursor.map(str::to_owned);
    let query = AuditQuery { subject: Some(subject), cursor, limit, ..AuditQuery::default() };
    audit_trail::list(reader, ledger, &query).await
}

/// The events at some positions, in order, as the account's builder knows them.
pub async fn at(
    reader: &Reader,
    ledger: LedgerId,
    positions: &[u64],
) -> Result<Vec<HistoryEntry>, ViewError> {
    let events = reader.events_at(ledger, positions).await?;
    let mut entries: Vec<HistoryEntry> = events.iter().map(HistoryEntry::of_event).collect();
    name_all(reader, ledger, &mut entries).await?;
    show_access(reader, ledger, &mut entries).await?;
    actors::tell(reader, ledger, Persons::AsContacts, &mut entries).await?;
    Ok(entries)
}

/// Up to `limit` events after a position as histories tell them, oldest first, for whoever runs the
/// installation: owners are told by their persons' ids.
pub async fn after(
    reader: &Reader,
    ledger: LedgerId,
    position: u64,
    limit: u32,
) -> Result<Vec<HistoryEntry>, ViewError> {
    let events = reader.events_after(ledger, position, limit).await?;
    let mut entries: Vec<HistoryEntry> = events.iter().map(HistoryEntry::of_event).collect();
    name_all(reader, ledger, &mut entries).await?;
    show_access(reader, ledger, &mut entries).await?;
    Ok(entries)
}

fn shown(value: Shown) -> (Option<String>, bool) {
    match value {
        Shown::Nothing => (None, false),
        Shown::Value(value) => (Some(value), false),
        Shown::Erased => (None, true),
    }
}

impl HistoryEntry {
    /// An opened event as an entry.
    pub fn of_event(event: &Recorded) -> Self {
        let changes = event
            .event
            .changes()
            .into_iter()
            .map(|change| {
                let (before, before_erased) = shown(change.before);
                let (after, after_erased) = shown(change.after);
                let erased = before_erased || after_erased;
                ChangeEntry { field: change.field.into_owned(), before, after, erased }
            })
            .collect();
        let origin = &event.origin;
        Self {
            position: Some(event.position),
            at: event.recorded_at,
            event: event.event.stored_type().to_owned(),
            about: event.aggregate.uuid(),
            about_kind: Some(kind_word(event.aggregate).to_owned()),
            actor: ActorEntry {
                kind: origin.actor.kind().to_owned(),
                id: origin.actor.id(),
                label: None,
            },
            acting_as: origin.acting_as.map(domain::ContactId::uuid),
            channel: origin.channel.word().to_owned(),
            client: origin.client.as_ref().and_then(MaybePersonal::value).map(ToString::to_string),
            reason: origin
                .reason
                .as_ref()
                .and_then(MaybePersonal::value)
                .map(|reason| reason.as_str().to_owned()),
            correlation: origin.correlation,
            changes,
            refused: None,
        }
    }

    pub(crate) fn of_attempt(attempt: &RefusedAttempt) -> Self {
        Self {
            position: None,
            at: attempt.refused_at,
            event: "refused".to_owned(),
            about: attempt.aggregate,
            about_kind: None,
            actor: ActorEntry {
                kind: attempt.actor_kind.clone(),
                id: attempt.actor_id,
                label: None,
            },
            acting_as: attempt.acting_as,
            channel: attempt.channel.clone(),
            client: attempt.client.map(|client| client.to_string()),
            reason: attempt.reason.clone(),
            correlation: attempt.correlation,
            changes: Vec::new(),
            refused: Some(RefusedEntry {
                command: attempt.command.clone(),
                code: attempt.code.clone(),
                rule: attempt.rule.clone(),
            }),
        }
    }
}

/// The fields whose values are contacts.
const CONTACT_FIELDS: [&str; 5] =
    ["owners", "contact", "primary_email_kept_by", "primary_email_wanted_by", "impersonation"];

/// The field whose values are customers.
const CUSTOMER_FIELD: &str = "customer";

/// The field whose values are members of the staff.
const STAFF_FIELD: &str = "staff";

/// Whether a contact did it as a member of its customer.
fn is_member(entry: &HistoryEntry) -> bool {
    entry.actor.kind == "portal_contact"
}

/// The field whose values say for whom a task is.
const ASSIGNEE_FIELD: &str = "task_assignee";

/// What stands before the id of an owner and of a subcontractor that is invited, in such a value.
const ASSIGNED: [&str; 2] = ["owner ", "trade "];

/// The values of some fields, as they were and as they are.
fn values<'a>(
    entries: &'a mut [HistoryEntry],
    fields: &'a [&str],
) -> impl Iterator<Item = &'a mut String> {
    let changes = entries.iter_mut().flat_map(|entry| &mut entry.changes);
    let changes = changes.filter(|change| fields.contains(&&*change.field));
    changes.flat_map(|change| [&mut change.before, &mut change.after]).flatten()
}

/// The ids among them that stand behind this.
fn ids(entries: &mut [HistoryEntry], fields: &[&str], behind: &str) -> Vec<Uuid> {
    values(entries, fields).filter_map(|text| id_in(text, behind)).collect()
}

fn id_in(text: &str, behind: &str) -> Option<Uuid> {
    Uuid::parse_str(text.strip_prefix(behind)?).ok()
}

/// Puts what things are called in the place of their ids.
fn put(entries: &mut [HistoryEntry], fields: &[&str], called: impl Fn(Uuid) -> Option<String>) {
    for text in values(entries, fields) {
        if let Some(name) = id_in(text, "").and_then(&called) {
            *text = name;
        }
    }
}

/// Puts names in the place of ids: of the keys and staff that acted, of owners, leads' contacts,
/// subcontractors and others.
pub(crate) async fn name_all(
    reader: &Reader,
    ledger: LedgerId,
    entries: &mut [HistoryEntry],
) -> Result<(), ViewError> {
    if entries.is_empty() {
        return Ok(());
    }
    let mut labels = labels(reader, ledger).await?;
    labels.extend(operators(reader, entries.iter().map(|entry| &entry.actor)).await?);
    let mut contacts = ids(entries, &CONTACT_FIELDS, "");
    contacts.extend(ids(entries, &[ASSIGNEE_FIELD], ASSIGNED[0]));
    contacts.extend(entries.iter().filter(|entry| is_member(entry)).filter_map(|e| e.actor.id));
    let trades = ids(entries, &[ASSIGNEE_FIELD], ASSIGNED[1]);
    let joined = ids(entries, &[CUSTOMER_FIELD], "");
    let client = reader.database().connection().await?;
    let names = contact_directory::names(&client, ledger, &contacts).await?;
    let customers = customers::names(&client, ledger, &joined).await?;
    let trades = subcontractors::names(&client, ledger, &trades).await?;
    drop(client);
    let name = |id: Uuid| names.get(&id).map(|(name, _)| name.clone());
    for entry in entries.iter_mut() {
        let label = |id| if is_member(entry) { name(id) } else { labels.get(&id).cloned() };
        entry.actor.label = entry.actor.id.and_then(label);
    }
    put(entries, &[CUSTOMER_FIELD], |id| customers.get(&id).cloned());
    put(entries, &[STAFF_FIELD], |id| labels.get(&id).cloned());
    put(entries, &CONTACT_FIELDS, name);
    for text in values(entries, &[ASSIGNEE_FIELD]) {
        let owner = id_in(text, ASSIGNED[0]).and_then(name).map(|name| format!("owner {name}"));
        let trade = id_in(text, ASSIGNED[1]).and_then(|id| trades.get(&id));
        let trade = trade.map(|name| format!("subcontractor {name}"));
        if let Some(told) = owner.or(trade) {
            *text = told;
        }
    }
    Ok(())
}

/// Shows access as it was before and is after: an event says what happened, the fold of the
/// contact's events says between which states.
pub(crate) async fn show_access(
    reader: &Reader,
    ledger: LedgerId,
    entries: &mut [HistoryEntry],
) -> Result<(), ViewError> {
    let changes_access = |entry: &HistoryEntry| entry.changes.iter().any(|c| c.field == "access");
    let contacts: BTreeSet<Uuid> =
        entries.iter().filter(|entry| changes_access(entry)).map(|entry| entry.about).collect();
    if contacts.is_empty() {
        return Ok(());
    }
    let contacts: Vec<Uuid> = contacts.into_iter().collect();
    let words = access_words(&reader.aggregate_events(ledger, &contacts).await?)?;
    for entry in entries {
        let Some((before, after)) = entry.position.and_then(|at| words.get(&at)) else { continue };
        for change in entry.changes.iter_mut().filter(|change| change.field == "access") {
            change.before = Some((*before).to_owned());
            change.after = Some((*after).to_owned());
        }
    }
    Ok(())
}

/// The access of contacts before and after each of their events, by position.
fn access_words(
    events: &[Recorded],
) -> Result<HashMap<u64, (&'static str, &'static str)>, StoreError> {
    let mut contacts: HashMap<ContactId, Contact> = HashMap::new();
    let mut words = HashMap::new();
    for recorded in events {
        let Some((id, event)) = recorded.contact() else { continue };
        if let Some(contact) = contacts.get_mut(&id) {
            let before = contact.access.word();
            contact.apply(event)?;
            words.insert(recorded.position, (before, contact.access.word()));
        } else {
            contacts.insert(id, Contact::from_first(id, event)?);
        }
    }
    Ok(words)
}

/// Those of the actors who are operators with a name, as accounts are told of them.
pub(crate) async fn operators(
    reader: &Reader,
    actors: impl Iterator<Item = &ActorEntry>,
) -> Result<HashMap<Uuid, String>, ViewError> {
    let ids: BTreeSet<Uuid> =
        actors.filter(|actor| actor.kind == "operator").filter_map(|actor| actor.id).collect();
    let names = reader.operator_names(&ids.into_iter().collect::<Vec<_>>()).await?;
    Ok(names.into_iter().map(|(id, name)| (id, format!("Titleblock operator {name}"))).collect())
}

/// What the keys of an account are called, and its staff, those who were removed too.
async fn labels(reader: &Reader, ledger: LedgerId) -> Result<HashMap<Uuid, String>, ViewError> {
    Ok(labels_of(&reader.aggregate_events(ledger, &[ledger.0]).await?))
}

/// The same, from the account's events. Whoever has been erased has no name.
pub(crate) fn labels_of(events: &[Recorded]) -> HashMap<Uuid, String> {
    let mut labels = HashMap::new();
    for event in events {
        let Some((_, event)) = event.account() else { continue };
        match event {
            BuilderAccountEvent::ApiKeyIssued(issued) => {
                labels.insert(issued.key.0, issued.label.as_str().to_owned());
            }
            BuilderAccountEvent::StaffInvited(invited) => {
                let name = invited.name.value().map(|name| name.as_str().to_owned());
                labels.extend(name.map(|name| (invited.staff.0, name)));
            }
            BuilderAccountEvent::BuilderAccountOpened(_)
            // A key keeps its name when it is revoked, and so does who is removed.
            | BuilderAccountEvent::ApiKeyRotated(_)
            | BuilderAccountEvent::ApiKeyRevoked(_)
            | BuilderAccountEvent::JobTypesSet(_)
            | BuilderAccountEvent::JobTemplateAdded(_)
            | BuilderAccountEvent::JobTemplateChanged(_)
            | BuilderAccountEvent::JobTemplateRemoved(_)
            | BuilderAccountEvent::CustomFieldsSet(_)
                | BuilderAccountEvent::AccountSettingsChanged(_)
            | BuilderAccountEvent::StaffSecondFactorSet(_)
            | BuilderAccountEvent::StaffInviteResent(_)
            | BuilderAccountEvent::StaffInviteCancelled(_)
            | BuilderAccountEvent::StaffJoined(_)
            | BuilderAccountEvent::StaffRoleChanged(_)
            | BuilderAccountEvent::StaffGrantsChanged(_)
            | BuilderAccountEvent::StaffRemoved(_) => {}
        }
    }
    labels
}
