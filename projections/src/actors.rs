//! Who acted, as far as whoever reads a history may know it.
//!
//! A person's id is the same with every builder (R45): two builders who saw it would find that they
//! have an owner in common. So a builder gets its own contact in its place. A correlation may join
//! what one request changed with several builders, and is told as another id in each account; so is a user of
//! a subcontractor's company, and which company that is, is not told.

use crate::ViewError;
use crate::audit_trail::AuditTrail;
use crate::history::HistoryEntry;
use crate::view::View;
use domain::{LedgerId, PersonId, Timestamp};
use event_store::Reader;
use event_store::attempts::{ActorFilter, ActorSpan};
use std::collections::{BTreeSet, HashMap};
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

/// Whose ids of persons a history tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Persons {
    /// Nobody's: an owner is the contact that they are in this account, as a builder knows them.
    #[default]
    AsContacts,
    /// This person's own, and nobody else's.
    Own(PersonId),
    /// Everybody's, for whoever runs the installation.
    All,
}

/// Those whose correlations stay within one account.
const OF_ONE_ACCOUNT: [&str; 2] = ["builder_staff", "operator"];

/// A user of a subcontractor's company.
const SUB_USER: &str = "sub_user";
/// The kind of such a company's own ledger.
const ORG_LEDGER: &str = "subcontractor_org";
/// That a subcontractor turned out to be an organisation, which may work for other builders, too.
const ORG_LINKED: &str = "subcontractor.org_linked";

/// The id by which an account's builder knows a user of a subcontractor's company.
fn told_as(reader: &Reader, ledger: LedgerId, user: Uuid) -> Uuid {
    reader.keys().import_id(ledger, SUB_USER, &user.to_string())
}

/// The user whom a builder knows by this id: one of those who did something here, or tried to.
async fn sub_user(
    reader: &Reader,
    ledger: LedgerId,
    told: Uuid,
) -> Result<Option<Uuid>, ViewError> {
    let failed = || ViewError::database(AuditTrail::NAME);
    let client = reader.database().connection().await?;
    // From one actor of the index to the next: there are few of them beside what they did.
    let sql = "WITH RECURSIVE actors AS ( \
                 (SELECT actor_id, actor_kind FROM audit_trail \
                   WHERE ledger_id = $1 AND actor_id IS NOT NULL ORDER BY actor_id LIMIT 1) \
                 UNION ALL \
                 SELECT later.actor_id, later.actor_kind FROM actors CROSS JOIN LATERAL \
                   (SELECT actor_id, actor_kind FROM audit_trail \
                     WHERE ledger_id = $1 AND actor_id > actors.actor_id \
                     ORDER BY actor_id LIMIT 1) later) \
               SELECT actor_id FROM actors WHERE actor_kind = $2 \
               UNION SELECT actor_id FROM refused_attempts \
                 WHERE ledger_id = $1 AND actor_kind = $2 AND actor_id IS NOT NULL";
    let statement = client.prepare_cached(sql).await.map_err(failed())?;
    let rows = client.query(&statement, &[&ledger.0, &SUB_USER]).await.map_err(failed())?;
    let mut users = rows.iter().map(|row| row.get(0));
    Ok(users.find(|user| told_as(reader, ledger, *user) == told))
}

fn is_owner(entry: &HistoryEntry) -> bool {
    entry.actor.kind == "owner"
}

/// Whose deeds somebody who gives this id asks for. A builder names an owner by the contact.
pub(crate) async fn asked(
    reader: &Reader,
    ledger: LedgerId,
    actor: Uuid,
    persons: Persons,
) -> Result<ActorFilter, ViewError> {
    if persons != Persons::AsContacts {
        return Ok(ActorFilter { ids: vec![actor], owners: None });
    }
    let failed = || ViewError::database(AuditTrail::NAME);
    let client = reader.database().connection().await?;
    let sql = "SELECT DISTINCT actor_id FROM audit_trail \
               WHERE ledger_id = $1 AND subject_id = $2 AND own AND actor_kind = 'owner' \
                 AND actor_id IS NOT NULL";
    let statement = client.prepare_cached(sql).await.map_err(failed())?;
    let rows = client.query(&statement, &[&ledger.0, &actor]).await.map_err(failed())?;
    drop(client);
    if let Some(user) = sub_user(reader, ledger, actor).await? {
        return Ok(ActorFilter { ids: vec![user], owners: Some(false) });
    }
    let mut owners: BTreeSet<Uuid> = rows.iter().map(|row| row.get(0)).collect();
    let imported = reader.imported_links(ledger, &[actor]).await?;
    owners.extend(imported.iter().filter(|(_, c)| c.0 == actor).map(|(person, _)| person.0));
    if owners.is_empty() {
        // A key; and the id of a person, which nobody here should have, finds nothing.
        return Ok(ActorFilter { ids: vec![actor], owners: Some(false) });
    }
    // What they did as a member of their customer, they did as the contact.
    owners.insert(actor);
    Ok(ActorFilter { ids: owners.into_iter().collect(), owners: Some(true) })
}

/// Puts the actors as the reader may know them.
pub(crate) async fn tell(
    reader: &Reader,
    ledger: LedgerId,
    persons: Persons,
    entries: &mut [HistoryEntry],
) -> Result<(), ViewError> {
    match persons {
        Persons::All => {}
        Persons::Own(own) => {
            for entry in entries.iter_mut().filter(|entry| is_owner(entry)) {
                entry.actor.id = entry.actor.id.filter(|id| *id == own.0);
            }
        }
        Persons::AsContacts => as_contacts(reader, ledger, entries).await?,
    }
    Ok(())
}

async fn as_contacts(
    reader: &Reader,
    ledger: LedgerId,
    entries: &mut [HistoryEntry],
) -> Result<(), ViewError> {
    let owners: BTreeSet<Uuid> =
        entries.iter().filter(|entry| is_owner(entry)).filter_map(|entry| entry.actor.id).collect();
    let links = if owners.is_empty() {
        HashMap::new()
    } else {
        links(reader, ledger, &owners.into_iter().collect::<Vec<_>>()).await?
    };
    // In the company's own ledger its users are themselves.
    let abroad = entries.iter().any(|entry| entry.actor.kind == SUB_USER)
        && reader.head(ledger).await?.is_none_or(|head| head.kind != ORG_LEDGER);
    for entry in entries {
        if abroad && entry.actor.kind == SUB_USER {
            entry.actor.id = entry.actor.id.map(|user| told_as(reader, ledger, user));
        }
        if entry.event == ORG_LINKED {
            entry.changes.retain(|change| change.field != "organisation");
        }
        if !OF_ONE_ACCOUNT.contains(&&*entry.actor.kind) {
            let keys = reader.keys();
            entry.correlation =
                keys.import_id(ledger, "correlation", &entry.correlation.to_string());
        }
        if !is_owner(entry) {
            continue;
        }
        let links = entry.actor.id.and_then(|person| links.get(&person));
        let linked = links.into_iter().flatten().rev().find(|link| link.since <= entry.at);
        // Whoever is linked to none acted by an invitation's link, on the contact that is invited.
        let about = entry.about_kind.as_deref() == Some("contact");
        entry.actor.id = linked.map(|link| link.contact).or_else(|| about.then_some(entry.about));
    }
    Ok(())
}

/// When a person was the owner behind a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stay {
    pub(crate) span: ActorSpan,
    /// Whether they are told as the contact in what they did to the contact itself alone: whoever was
    /// linked to none yet acted by an invitation's link.
    pub(crate) at_own: bool,
}

/// When each of these persons is told as this contact, as [`tell`] does it.
pub(crate) async fn stays(
    reader: &Reader,
    ledger: LedgerId,
    contact: Uuid,
    persons: &[Uuid],
) -> Result<Vec<Stay>, ViewError> {
    let ever = Timestamp::new(OffsetDateTime::UNIX_EPOCH);
    let never = Timestamp::new(datetime!(9999-12-31 23:59:59 UTC));
    let links = links(reader, ledger, persons).await?;
    let mut stays = Vec::new();
    for actor in persons {
        if *actor == contact {
            // What they did as a member of their customer, they did as the contact, on any other too.
            let span = ActorSpan { actor: *actor, since: ever, until: never };
            stays.push(Stay { span, at_own: false });
            continue;
        }
        let links = links.get(actor).map_or(&[][..], Vec::as_slice);
        let until = links.first().map_or(never, |link| link.since);
        let span = |since, until| ActorSpan { actor: *actor, since, until };
        stays.push(Stay { span: span(ever, until), at_own: true });
        let ends = links.iter().skip(1).map(|link| link.since).chain([never]);
        for (link, until) in links.iter().zip(ends).filter(|(link, _)| link.contact == contact) {
            stays.push(Stay { span: span(link.since, until), at_own: false });
        }
    }
    Ok(stays)
}

/// From when on a person was the owner behind a contact.
struct Link {
    contact: Uuid,
    since: Timestamp,
}

/// The contacts that these persons were linked to in this account, the latest last.
async fn links(
    reader: &Reader,
    ledger: LedgerId,
    persons: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Link>>, ViewError> {
    let mut links: HashMap<Uuid, Vec<Link>> = HashMap::new();
    for (person, contact) in reader.imported_links(ledger, persons).await? {
        let link = Link { contact: contact.0, since: Timestamp::new(OffsetDateTime::UNIX_EPOCH) };
        links.entry(person.0).or_default().push(link);
    }
    let failed = || ViewError::database(AuditTrail::NAME);
    let client = reader.database().connection().await?;
    let sql = "SELECT actor_id, subject_id, recorded_at FROM audit_trail \
               WHERE ledger_id = $1 AND actor_id = ANY($2) AND own \
                 AND event_type = 'contact.person_linked' ORDER BY position";
    let statement = client.prepare_cached(sql).await.map_err(failed())?;
    for row in client.query(&statement, &[&ledger.0, &persons]).await.map_err(failed())? {
        let since = Timestamp::new(row.get::<_, OffsetDateTime>(2));
        let link = Link { contact: row.get(1), since };
        links.entry(row.get(0)).or_default().push(link);
    }
    Ok(links)
}
