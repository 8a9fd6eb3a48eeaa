//! The contacts that are a person's now. The person's ledger says where to look, each contact's own
//! ledger whether it still is theirs: disabling or deactivating one closes that link alone.

use super::invitee::{builder_name, contact};
use crate::error::Problem;
use crate::state::AppState;
use domain::contact::{Access, Contact, Life, Resume};
use domain::person::Person;
use domain::{AggregateId, Event, LedgerId, PersonId};

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
        let (AggregateId::Person(id), Event::Person(event)) = (recorded.aggregate, &recorded.event)
        else {
            continue;
        };
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
        let ledger = LedgerId::from(*account);
        let Some(contact) = contact(app, ledger, *id).await? else { continue };
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
            ) => continue,
        };
        let builder = builder_name(app, ledger).await?;
        links.push(Link { ledger, builder, contact, open });
    }
    Ok(links)
}
