//! The customers that a person belongs to now, as one of their contacts, and what they may there.
//!
//! Which contacts are a person's, [`links`] tells; each contact says to which customer it belongs. What a
//! member reads is open to them by what their contact says at this moment; what they command is decided
//! in the builder's ledger alone, under its lock, by what their contact says then.

use super::links::{self, Link};
use crate::error::Problem;
use crate::extract::Order;
use crate::extract::asker::Asker;
use crate::extract::order::submission;
use crate::state::AppState;
use domain::contact::Contact;
use domain::customer::{CustomerRejection, Feature};
use domain::{
    Actor, AggregateId, Authority, Channel, Circumstances, Command, ContactId, CustomerId,
    LedgerId, PersonId, Reason, Rejection,
};
use event_store::{Applied, Rehearsal};
use std::time::Duration;

/// How long an answer waits for what has just happened.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// A person as a member of a customer.
#[derive(Debug)]
pub(crate) struct Member {
    person: PersonId,
    pub(crate) customer: CustomerId,
    pub(crate) ledger: LedgerId,
    /// The company whose customer it is.
    pub(crate) builder: String,
    /// Who they are there.
    pub(crate) contact: Contact,
}

impl Member {
    /// The person as a member of this customer. Of any other it is as of one that never was.
    pub(crate) async fn of(
        app: &AppState,
        asker: &Asker,
        customer: CustomerId,
    ) -> Result<Self, Problem> {
        let all = Self::all(app, asker).await?;
        let this = all.into_iter().find(|member| member.customer == customer);
        this.ok_or_else(Problem::not_found)
    }

    /// The same, if this part of the portal is open to them.
    pub(crate) async fn reaching(
        app: &AppState,
        asker: &Asker,
        customer: CustomerId,
        feature: Feature,
    ) -> Result<Self, Problem> {
        let member = Self::of(app, asker, customer).await?;
        if !member.reaches(feature) {
            return Err(Rejection::from(CustomerRejection::PermissionNeeded(feature)).into());
        }
        Ok(member)
    }

    /// Every customer that the person belongs to, with any builder.
    pub(crate) async fn all(app: &AppState, asker: &Asker) -> Result<Vec<Self>, Problem> {
        let person = links::person(app, PersonId(asker.ledger().0)).await?;
        let links = links::of(app, &person).await?;
        Ok(links.into_iter().filter_map(|link| Self::by(person.id, link)).collect())
    }

    fn by(person: PersonId, link: Link) -> Option<Self> {
        let customer = link.contact.customer().filter(|_| link.open)?;
        let Link { ledger, builder, contact, .. } = link;
        Some(Self { person, customer, ledger, builder, contact })
    }

    /// Whether a part of the portal is open to them.
    pub(crate) fn reaches(&self, feature: Feature) -> bool {
        feature.is_open_to(&self.contact.permissions)
    }

    /// Whether a contact is their own.
    pub(crate) fn is(&self, contact: ContactId) -> bool {
        self.contact.id == contact
    }

    /// Waits until these views show what has happened, as for pages.
    pub(crate) async fn ready(
        &self,
        app: &AppState,
        views: &[&'static str],
    ) -> Result<(), Problem> {
        let Some(head) = app.store().reader().head(self.ledger).await? else { return Ok(()) };
        Ok(app.progress().wait(self.ledger, head.position, views, WAIT_MAX).await?)
    }

    /// Carries out what they command in the portal; `If-Match` is about this aggregate.
    pub(crate) async fn carry_out<P, B>(
        &self,
        app: &AppState,
        order: &Order<P, B>,
        command: Command,
        about: Option<AggregateId>,
    ) -> Result<Applied, Problem> {
        let by = self.circumstances(&order.asker, order.reason.clone());
        order.execute_as(app, self.ledger, command, by, about).await
    }

    /// Whether the portal would take a command of theirs now, be there a reason; nothing happens.
    pub(crate) async fn may(
        &self,
        app: &AppState,
        asker: &Asker,
        command: Command,
    ) -> Result<bool, Problem> {
        let by = self.circumstances(asker, Reason::parse("A rehearsal").ok());
        let tried = vec![submission(self.ledger, command, by)?];
        let rehearsed = app.store().rehearse(self.ledger, tried, Rehearsal::Alone).await?;
        Ok(rehearsed.iter().all(Result::is_ok))
    }

    fn circumstances(&self, asker: &Asker, reason: Option<Reason>) -> Circumstances {
        Circumstances {
            actor: Actor::PortalContact(self.contact.id),
            authority: Authority::Member { person: self.person, customer: self.customer },
            acting_as: None,
            channel: Channel::Portal,
            client: asker.client,
            correlation: asker.correlation,
            causation: None,
            reason,
        }
    }
}
