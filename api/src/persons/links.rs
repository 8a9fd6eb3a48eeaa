//! The contacts that are a person's now. The person's ledger says where to look, each contact's own
//! ledger whether it still is theirs: disabling or deactivating one closes that link alone.

use super::invitee::{builder_name, contact};
use crate::error::Problem;
use crate::state::AppState;
use domain::contact::{Access, Contact, ContactEvent, Life, Resume};
use domain::person::Person;
use domain::{AccountId, ContactId, Event, LedgerId, PersonId, Timestamp};

/// A contact that is a person's.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) ledger: LedgerId,
    pub(crate) builder: String,
    pub(crate) contact: Contact,
    /// Whether the builder has left it open.
    pub(crate) open: bool,
}

/// The person as their events made them.
pub(crate) async fn person(app: &AppState, id: PersonId) -> Result<Person, Problem> {
    find_person(app, id).await?.ok_or_else(Problem::not_found)
}

/// The same; none where nobody has registered.
pub(crate) async fn find_person(app: &AppState, id: PersonId) -> Result<Option<Person>, Problem> {
    let events = app.store().reader().aggregate_events(id.into(), &[id.0]).await?;
    let mut person: Option<Person> = None;
    for recorded in &events {
        let Some((id, event)) = recorded.person() else { continue };
        let applied = match &mut person {
            Some(person) => person.apply(event),
            None => Person::from_first(id, event).map(|first| person = Some(first)),
        };
        applied.map_err(|_impossible| Problem::internal())?;
    }
    Ok(person)
}

/// The contacts that are this person's, and those that the builder has closed for now.
pub(crate) async fn of(app: &AppState, person: &Person) -> Result<Vec<Link>, Problem> {
    let noted = person.links.iter().map(|(account, contact)| (LedgerId::from(*account), *contact));
    those(app, person.id, noted.collect()).await
}

/// The contacts as which a file brought the person over since they had a login. No file links anybody
/// to a builder behind their back, nor tells the builder that there is a login: the person takes them.
pub(crate) async fn waiting(app: &AppState, person: &Person) -> Result<Vec<Link>, Problem> {
    let mut imported = app.store().imported_owners(person.id).await?;
    imported.retain(|(ledger, contact)| !person.links.contains(&(AccountId(ledger.0), *contact)));
    let mut waiting = those(app, person.id, imported).await?;
    waiting.retain(|link| link.open);
    Ok(waiting)
}

/// Those of some contacts that are a person's, as the contacts' own ledgers say.
async fn those(
    app: &AppState,
    person: PersonId,
    contacts: Vec<(LedgerId, ContactId)>,
) -> Result<Vec<Link>, Problem> {
    let mut links = Vec::new();
    for (ledger, id) in contacts {
        links.extend(link(app, person, ledger, id).await?);
    }
    Ok(links)
}

/// The contact that is this person's with the builder of this account, if one is and is open. With
/// any other account it is as with one that never was.
pub(crate) async fn with(
    app: &AppState,
    person: &Person,
    account: AccountId,
) -> Result<Link, Problem> {
    for (_, id) in person.links.iter().filter(|(of, _)| *of == account) {
        if let Some(link) =
            link(app, person.id, account.into(), *id).await?.filter(|link| link.open)
        {
            return Ok(link);
        }
    }
    Err(Problem::not_found())
}

async fn link(
    app: &AppState,
    person: PersonId,
    ledger: LedgerId,
    id: ContactId,
) -> Result<Option<Link>, Problem> {
    let Some(contact) = contact(app, ledger, id).await? else { return Ok(None) };
    let open = match (&contact.life, &contact.access) {
        (Life::Live, Access::Active { person: owner }) if *owner == person => true,
        (Life::Live, Access::Disabled { resume: Resume::Active { person: owner } })
            if *owner == person =>
        {
            false
        }
        (
            Life::Live | Life::Deleted | Life::Merged { .. },
            Access::NotInvited
            | Access::Pending { .. }
            | Access::Active { .. }
            | Access::Disabled { .. }
            | Access::Deactivated { .. },
        ) => return Ok(None),
    };
    let builder = builder_name(app, ledger).await?;
    Ok(Some(Link { ledger, builder, contact, open }))
}

/// Since when a contact is this person's, if it was somebody else's before: what that one did and
/// had is not theirs to see (H6).
pub(crate) async fn theirs_since(
    app: &AppState,
    ledger: LedgerId,
    contact: ContactId,
    person: PersonId,
) -> Result<Option<Timestamp>, Problem> {
    let events = app.store().reader().aggregate_events(ledger, &[contact.0]).await?;
    let linked = events.iter().filter_map(|recorded| {
        let Event::Contact(ContactEvent::PersonLinked(linked)) = &recorded.event else {
            return None;
        };
        Some((linked.person, recorded.recorded_at))
    });
    Ok(since_another(linked, person))
}

/// Since when a contact that is nobody's now is so, if it was somebody's before: what that one did and
/// had, whoever accepts next may not see (H6).
pub(crate) async fn nobodys_since(
    app: &AppState,
    ledger: LedgerId,
    contact: ContactId,
) -> Result<Option<Timestamp>, Problem> {
    let events = app.store().reader().aggregate_events(ledger, &[contact.0]).await?;
    let closed = events.iter().rev().find(|recorded| {
        matches!(
            recorded.contact(),
            Some((_, ContactEvent::OwnerDeactivated(_) | ContactEvent::ContactDeleted(_)))
        )
    });
    Ok(closed.map(|recorded| recorded.recorded_at))
}

/// When the person was linked first after the last other one was, if any was.
fn since_another(
    linked: impl Iterator<Item = (PersonId, Timestamp)>,
    person: PersonId,
) -> Option<Timestamp> {
    let (mut another, mut since) = (false, None);
    for (who, at) in linked {
        if who != person {
            (another, since) = (true, None);
        } else if another {
            since = since.or(Some(at));
        }
    }
    since
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_contacts_history_begins_for_a_person_where_another_ones_ended() {
        // H6
        let ada = PersonId(Uuid::from_u128(0xada));
        let bea = PersonId(Uuid::from_u128(0xbea));
        let at =
            |day: u8| Timestamp::parse(&format!("2026-03-{day:02}T12:00:00Z")).expect("a time");
        let since = |linked: &[(PersonId, u8)]| {
            since_another(linked.iter().map(|(who, day)| (*who, at(*day))), ada)
        };
        assert_eq!(since(&[(ada, 1), (ada, 2)]), None);
        assert_eq!(since(&[(bea, 1), (ada, 2), (ada, 3)]), Some(at(2)));
        assert_eq!(since(&[(ada, 1), (bea, 2), (ada, 3)]), Some(at(3)));
    }
}
