//! Who did what to the contacts of a customer, as the customer's own admins may know it (2.8, condition c).
//!
//! An allow-list three times over. Whose: contacts that belong to the customer now, from when they came to
//! it. What: what happens to a contact itself and shows in the portal; jobs, leads, messages, mails and what
//! was refused stay the builder's. Which fields: those that the portal shows of a contact. Of the builder's
//! people it says that it was the builder, and of anybody of another customer nothing.

use crate::actors::{self, Persons};
use crate::audit_trail::AuditTrail;
use crate::contact_directory::{self, ContactEntry};
use crate::history::{self, ChangeEntry, HistoryEntry};
use crate::view::View;
use crate::{Cursor, Page, ViewError};
use domain::contact::ContactEvent;
use domain::{ContactId, CustomerId, LedgerId, Timestamp};
use event_store::{Reader, Recorded};
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The fields of a contact that the portal shows, or that say what became of its access.
const FIELDS: [&str; 8] = [
    "title",
    "name",
    "phones",
    "primary_email",
    "additional_emails",
    "permissions",
    "access",
    "invitation",
];

/// Something that happened to a contact of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MemberAuditEntry {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What happened: the event's stored type.
    pub event: String,
    /// The contact that it happened to.
    pub contact_id: Uuid,
    /// What it is called.
    pub contact_name: String,
    /// Who did it.
    pub by: MemberAuditActor,
    /// Why, in the words of somebody of the customer; the builder's own are the builder's.
    pub reason: Option<String>,
    /// What changed, field by field, of what the portal shows.
    pub changes: Vec<ChangeEntry>,
}

/// Who did something, as a customer knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MemberAuditActor {
    /// `member` (somebody of the customer), `builder`, `support` or `system`.
    pub kind: String,
    /// Which contact of the customer; none for others, and for who belongs to it no more.
    pub contact_id: Option<Uuid>,
    /// That contact's name.
    pub contact_name: Option<String>,
}

/// Which part is asked for.
#[derive(Debug, Clone)]
pub struct MemberAuditQuery {
    /// Of this customer.
    pub customer: CustomerId,
    /// About this contact of it alone.
    pub contact: Option<ContactId>,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// The most entries of a page.
    pub limit: u32,
}

/// A page, newest first; it may hold fewer entries than asked for and still have a next one.
pub async fn list(
    reader: &Reader,
    ledger: LedgerId,
    query: &MemberAuditQuery,
) -> Result<Page<MemberAuditEntry>, ViewError> {
    let beyond = query.cursor.as_deref().map(Cursor::read::<i64>).transpose()?;
    let found = positions(reader, ledger, query, beyond).await?;
    let page = Page::cut(found, query.limit, |position| *position);
    let positions: Vec<u64> = page.items.iter().filter_map(|at| u64::try_from(*at).ok()).collect();
    let events = reader.events_at(ledger, &positions).await?;
    let mut entries: Vec<HistoryEntry> =
        events.iter().filter(|event| is_told(event)).map(HistoryEntry::of_event).collect();
    history::name_all(reader, ledger, &mut entries).await?;
    history::show_access(reader, ledger, &mut entries).await?;
    actors::tell(reader, ledger, Persons::AsContacts, &mut entries).await?;
    let mut named: Vec<Uuid> = entries.iter().map(|entry| entry.about).collect();
    named.extend(entries.iter().filter_map(|entry| entry.actor.id));
    let mut members = contact_directory::several(reader, ledger, &named).await?;
    members.retain(|_, contact| belongs(contact, query.customer));
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.position));
    let items = entries.into_iter().filter_map(|entry| told(entry, &members)).collect();
    Ok(Page { items, next: page.next })
}

/// Whether the customer's admins may know of what happens to a contact: it belongs there, or did when it
/// was deleted.
pub fn belongs(contact: &ContactEntry, customer: CustomerId) -> bool {
    contact.customer == Some(customer.0) && ["live", "deleted"].contains(&&*contact.life)
}

/// The positions of one page's events and one more.
async fn positions(
    reader: &Reader,
    ledger: LedgerId,
    query: &MemberAuditQuery,
    beyond: Option<i64>,
) -> Result<Vec<i64>, ViewError> {
    let failed = || ViewError::database(AuditTrail::NAME);
    let client = reader.database().connection().await?;
    // From when each contact came to the customer last; so many of each as stand on a page.
    let statement = client
        .prepare_cached(
            "WITH came AS ( \
               SELECT own.subject_id AS contact_id, max(own.position) AS since \
               FROM audit_trail joined \
               JOIN audit_trail own ON own.ledger_id = $1 AND own.position = joined.position \
                 AND own.own \
               WHERE joined.ledger_id = $1 AND joined.subject_id = $2 \
                 AND joined.event_type = 'contact.joined_customer' \
               GROUP BY own.subject_id) \
             SELECT h.position FROM came \
             JOIN contact_directory c ON c.ledger_id = $1 AND c.contact_id = came.contact_id \
               AND c.customer_id = $2 AND c.life IN ('live', 'deleted') \
             CROSS JOIN LATERAL ( \
               SELECT a.position FROM audit_trail a \
               WHERE a.ledger_id = $1 AND a.subject_id = came.contact_id AND a.own \
                 AND a.position >= came.since AND ($4::bigint IS NULL OR a.position < $4) \
               ORDER BY a.position DESC LIMIT $5) h \
             WHERE $3::uuid IS NULL OR came.contact_id = $3 \
             ORDER BY h.position DESC LIMIT $5",
        )
        .await
        .map_err(failed())?;
    let contact = query.contact.map(|contact| contact.0);
    let limit = i64::from(query.limit) + 1;
    let rows = client
        .query(&statement, &[&ledger.0, &query.customer.0, &contact, &beyond, &limit])
        .await
        .map_err(failed())?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Whether members see what an event tells: it changed what the portal shows of the contact.
fn is_told(event: &Recorded) -> bool {
    let Some((_, event)) = event.contact() else { return false };
    match event {
        ContactEvent::ContactInfoUpdated(_)
        | ContactEvent::PrimaryEmailSet(_)
        | ContactEvent::PrimaryEmailChanged(_)
        | ContactEvent::PrimaryEmailSwapped(_)
        | ContactEvent::AdditionalEmailAdded(_)
        | ContactEvent::AdditionalEmailEdited(_)
        | ContactEvent::AdditionalEmailRemoved(_)
        | ContactEvent::InviteSent(_)
        | ContactEvent::InviteResent(_)
        | ContactEvent::InviteCancelled(_)
        | ContactEvent::InviteAccepted(_)
        | ContactEvent::InviteDeclined(_)
        | ContactEvent::InviteExpired(_)
        | ContactEvent::OwnerActivated(_)
        | ContactEvent::OwnerReactivated(_)
        | ContactEvent::OwnerDisabled(_)
        | ContactEvent::OwnerReenabled(_)
        | ContactEvent::OwnerDeactivated(_)
        | ContactEvent::ContactDeleted(_)
        | ContactEvent::ContactRestored(_)
        | ContactEvent::PermissionsChanged(_)
        | ContactEvent::ContactJoinedCustomer(_) => true,
        // It was there before it came to the customer.
        ContactEvent::ContactCreated(_)
        // Which other contacts there are, what the builder keeps in fields of its own, what older systems
        // had, and the inner workings of claims, logins and mails; an image is its owner's.
        | ContactEvent::PrimaryEmailClaimed(_)
        | ContactEvent::PrimaryEmailReleased(_)
        | ContactEvent::InviteReminded(_)
        | ContactEvent::FormerAddressTold(_)
        | ContactEvent::EmailConflictReported(_)
        | ContactEvent::EmailConflictClosed(_)
        | ContactEvent::PersonLinked(_)
        | ContactEvent::ContactsMerged(_)
        | ContactEvent::ContactMergedInto(_)
        | ContactEvent::ContactsUnmerged(_)
        | ContactEvent::ContactUnmergedFrom(_)
        | ContactEvent::CustomFieldSet(_)
        | ContactEvent::OwnerImported(_)
        | ContactEvent::PrimaryEmailDefaulted(_)
        | ContactEvent::DuplicateResolved(_)
        | ContactEvent::ProfileImageSet(_)
        | ContactEvent::ProfileImageRemoved(_)
        | ContactEvent::ContactLeftCustomer(_) => false,
    }
}

/// An entry as the customer's admins see it; none where nothing is left of what changed.
fn told(
    mut entry: HistoryEntry,
    members: &HashMap<Uuid, ContactEntry>,
) -> Option<MemberAuditEntry> {
    let contact = members.get(&entry.about)?;
    // To whom it came, the list says itself.
    let changed = entry.changes.iter().filter(|change| change.field != "customer").count();
    entry.changes.retain(|change| FIELDS.contains(&&*change.field));
    if changed > 0 && entry.changes.is_empty() {
        return None;
    }
    let kind = match &*entry.actor.kind {
        "owner" | "portal_contact" => "member",
        "builder_staff" | "staff_member" => "builder",
        "operator" => "support",
        _ => "system",
    };
    let by = entry.actor.id.filter(|_| kind == "member").and_then(|id| members.get(&id));
    Some(MemberAuditEntry {
        at: entry.at,
        event: entry.event,
        contact_id: contact.id,
        contact_name: contact.name.clone(),
        by: MemberAuditActor {
            kind: kind.to_owned(),
            contact_id: by.map(|member| member.id),
            contact_name: by.map(|member| member.name.clone()),
        },
        reason: entry.reason.filter(|_| by.is_some()),
        changes: entry.changes,
    })
}
