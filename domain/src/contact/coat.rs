//! The contact in the dress of `cqrs_es`: its vocabulary over our `decide` and `apply`.
//!
//! Used where a framework for single aggregates is wanted: its `TestFramework`, and the neighbour's
//! store in the benchmarks. It knows one contact and so no claims of others.

use super::commands::ContactCommand;
use super::decide::{Claims, Holder, decide};
use super::events::ContactEvent;
use super::state::Contact;
use crate::actor::Circumstances;
use crate::ids::ContactId;
use crate::ledger::Halt;
use crate::rejection::Rejection;
use crate::{EmailAddress, ImpossibleStep, Timestamp};
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

/// A contact, or the place where one may be created.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ContactAggregate {
    /// The contact, once it is created.
    pub contact: Option<Contact>,
    /// The first event that could not follow; the trait's `apply` cannot say so itself.
    #[serde(skip)]
    pub impossible: Option<ImpossibleStep>,
    /// The id of the contact, told by the first command; events do not carry it.
    pub id: Option<ContactId>,
}

/// A command with all that comes from outside.
#[derive(Debug, Clone)]
pub struct Given {
    /// The contact.
    pub id: ContactId,
    /// The command.
    pub command: ContactCommand,
    /// Who and from where.
    pub circumstances: Circumstances,
    /// When.
    pub now: Timestamp,
}

/// Why the coat gives no events.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("refused: {0:?}")]
pub struct Refused(pub Rejection);

struct NoClaims;

impl Claims for NoClaims {
    fn holder(&self, _: &EmailAddress) -> Result<Option<Holder>, Halt> {
        Ok(None)
    }
}

impl Aggregate for ContactAggregate {
    const TYPE: &'static str = "contact";
    type Command = Given;
    type Event = ContactEvent;
    type Error = Refused;
    type Services = ();

    async fn handle(
        &mut self,
        given: Self::Command,
        (): &Self::Services,
        sink: &EventSink<Self>,
    ) -> Result<(), Self::Error> {
        self.id = Some(given.id);
        let decided = decide(
            given.id,
            self.contact.as_ref(),
            &given.command,
            &given.circumstances,
            given.now,
            &NoClaims,
        );
        match decided {
            Ok(events) => {
                for event in events {
                    sink.write(event, self).await;
                }
                Ok(())
            }
            Err(Halt::Rejected(rejection)) => Err(Refused(rejection)),
            // One aggregate needs nothing that it has not got.
            Err(Halt::Need(_)) => Err(Refused(Rejection::NotPermitted { needed: "a ledger" })),
        }
    }

    fn apply(&mut self, event: Self::Event) {
        let applied = if let Some(contact) = &mut self.contact {
            contact.apply(&event)
        } else {
            let of = if let ContactEvent::ContactCreated(created) = &event {
                ContactId(created.name.of().0)
            } else {
                // An impossible step in any case, which `from_first` says.
                self.id.unwrap_or(ContactId(uuid::Uuid::nil()))
            };
            Contact::from_first(of, &event).map(|contact| self.contact = Some(contact))
        };
        if let Err(step) = applied {
            self.impossible.get_or_insert(step);
        }
    }
}
