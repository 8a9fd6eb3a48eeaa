//! Through whose eyes a request looks, and so which contacts it shows: all that are a person's, or the
//! one of the builder's who is impersonated (H13). Everything that is an owner's is read from here,
//! so that there is one place that narrows it.

use super::invitee::{builder_name, contact};
use super::links::{self, Link};
use crate::error::Problem;
use crate::extract::asker::Asker;
use crate::state::AppState;
use domain::contact::{Access, Contact, Life};
use domain::person::Person;
use domain::{AccountId, LedgerId, PersonId, Timestamp, owner_item};
use event_store::OpenImpersonation;

/// Whose eyes, and what they see.
#[derive(Debug)]
pub(crate) struct Eyes {
    pub(crate) whose: Whose,
    /// The contacts that are shown; of those that are not open, no more than that.
    pub(crate) contacts: Vec<Link>,
}

/// Whose eyes they are.
#[derive(Debug)]
pub(crate) enum Whose {
    /// The person's own.
    Own(Box<Person>),
    /// An owner's, through which somebody of that builder looks. Neither their login nor what they are
    /// to other builders is seen.
    Anothers(OpenImpersonation),
}

impl Eyes {
    pub(crate) async fn of(app: &AppState, asker: &Asker) -> Result<Self, Problem> {
        let ledger = asker.ledger();
        if let Some(looks) = asker.credential.looks {
            let contacts = vec![seen(app, ledger, &looks).await?];
            return Ok(Self { whose: Whose::Anothers(looks), contacts });
        }
        let person = links::person(app, PersonId(ledger.0)).await?;
        let contacts = links::of(app, &person).await?;
        Ok(Self { whose: Whose::Own(Box::new(person)), contacts })
    }

    /// The person, if they look themselves.
    pub(crate) const fn person(&self) -> Option<&Person> {
        match &self.whose {
            Whose::Own(person) => Some(person),
            Whose::Anothers(_) => None,
        }
    }

    /// The impersonation, if somebody else looks.
    pub(crate) const fn impersonation(&self) -> Option<&OpenImpersonation> {
        match &self.whose {
            Whose::Own(_) => None,
            Whose::Anothers(looks) => Some(looks),
        }
    }

    /// The contact with the builder of this account, if there is one and it is open. With any other
    /// account it is as with one that never was.
    pub(crate) fn with(&self, account: AccountId) -> Result<&Link, Problem> {
        let mut there = self.contacts.iter();
        there.find(|link| link.open && link.ledger == account.into()).ok_or_else(Problem::not_found)
    }

    /// What was made for which of a contact's persons is theirs to see (H6): the one's who looks, or
    /// through whose eyes somebody does; where that one has not accepted yet, what waits for them.
    pub(crate) fn sees_of(&self, contact: &Contact) -> Vec<owner_item::Link> {
        let person = match &self.whose {
            Whose::Own(person) => Some(person.id),
            Whose::Anothers(_) => contact.owner(),
        };
        person.map_or_else(|| vec![contact.link_now()], |person| contact.links_of(person))
    }

    /// From when on a contact's history is theirs to see, if somebody else had it before (H6).
    pub(crate) async fn since(
        &self,
        app: &AppState,
        link: &Link,
    ) -> Result<Option<Timestamp>, Problem> {
        let person = match (&self.whose, &link.contact.access) {
            (Whose::Own(person), _) => Some(person.id),
            (Whose::Anothers(_), Access::Active { person }) => Some(*person),
            (
                Whose::Anothers(_),
                Access::NotInvited
                | Access::Pending { .. }
                | Access::Disabled { .. }
                | Access::Deactivated { .. },
            ) => None,
        };
        match person {
            Some(person) => links::theirs_since(app, link.ledger, link.contact.id, person).await,
            None => links::nobodys_since(app, link.ledger, link.contact.id).await,
        }
    }
}

/// The contact through whose eyes somebody looks. What closes its access ends that in the same append;
/// it is looked at all the same, so that nothing is shown that the owner would not see.
async fn seen(
    app: &AppState,
    ledger: LedgerId,
    looks: &OpenImpersonation,
) -> Result<Link, Problem> {
    let sees = |contact: &Contact| match (&contact.life, &contact.access) {
        (Life::Live, Access::NotInvited | Access::Pending { .. } | Access::Active { .. }) => true,
        (
            Life::Live | Life::Deleted | Life::Merged { .. },
            Access::NotInvited
            | Access::Pending { .. }
            | Access::Active { .. }
            | Access::Disabled { .. }
            | Access::Deactivated { .. },
        ) => false,
    };
    let contact = contact(app, ledger, looks.contact).await?.filter(sees);
    let contact = contact.ok_or_else(Problem::unauthorized)?;
    Ok(Link { ledger, builder: builder_name(app, ledger).await?, contact, open: true })
}
