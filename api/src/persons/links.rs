//! The contacts that are a person's now. The person's ledger says where to look, each contact's own
//! ledger whether it still is theirs: disabling or deactivating one closes that link alone.

use super::invitee::{builder_name, contact};
use crate::error::Problem;
use crate::state::AppState;
use domain::contact::{Access, Contact, ContactEvent, Life, Resume};
use domain::person::Person;
use domain::{AccountId, ContactId, Event, LedgerId, PersonId, Timestamp};

/// A contact that is a person's.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) ledger: LedgerId,
    pub(crate) builder: String,
    pub(crate) contact: Contact,
    /// Whether the builder has left it open.
    pub(crate) open: bool,
}

/// The person as their events made them.
pub(crate) async fn person(app: &AppState, id: PersonId) -> Result<Person, Problem> {
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
    person.ok_or_else(Problem::not_found)
}

/// The contacts that are this person's, and those that the builder has closed for now.
pub(crate) async fn of(app: &AppState, person: &Person) -> Result<Vec<Link>, Problem> {
    let mut links = Vec::new();
    for (account, id) in &person.links {
        links.extend(link(app, person, *account, *id).await?);
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
        if let Some(link) = link(app, person, account, *id).await?.filter(|link| link.open) {
            return Ok(link);
        }
    }
    Err(Problem::not_found())
}

async fn link(
    app: &AppState,
    person: &Person,
    account: AccountId,
    id: ContactId,
) -> Result<Option<Link>, Problem> {
    let ledger = LedgerId::from(account);
    let Some(contact) = contact(app, ledger, id).await? else { return Ok(None) };
    let open = match (&contact.life, &contact.access) {
        (Life::Live, Access::Active { person: owner }) if *owner == person.id => true,
        (Life::Live, Access::Disabled { resume: Resume::Active { person: owner } })
            if *owner == person.id =>
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
