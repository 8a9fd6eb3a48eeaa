//! A lead as its events made it.

use super::events::{LeadEvent, LeadRelinked};
use crate::ImpossibleStep;
use crate::ids::{AggregateId, ContactId, JobId, LeadId, MergeId};
use crate::text::{Reason, Title};

/// Somebody who may become a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// Its id.
    pub id: LeadId,
    /// What it is about.
    pub title: Title,
    /// Whom it is about.
    pub link: Option<Link>,
    /// How far it has come.
    pub stage: Stage,
}

/// The contact of a lead, and why it is this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The contact.
    pub contact: ContactId,
    /// Who was merged on the way from the contact that somebody chose to this one, and by which
    /// merge, the last one last; taking that merge back takes the lead back (H2).
    pub merged: Vec<(MergeId, ContactId)>,
}

/// How far a lead has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// It may become something.
    Open,
    /// It became this job, and stays so.
    Won {
        /// The job.
        job: JobId,
    },
    /// It was given up, and can be taken up again.
    Lost {
        /// Why.
        reason: Reason,
    },
}

impl Stage {
    /// The word for open leads.
    pub const OPEN: &'static str = "open";
    /// The word for won ones.
    pub const WON: &'static str = "won";
    /// The word for lost ones.
    pub const LOST: &'static str = "lost";
    /// All words.
    pub const WORDS: [&'static str; 3] = [Self::OPEN, Self::WON, Self::LOST];
}

impl Lead {
    /// A lead as its first event makes it.
    pub fn from_first(id: LeadId, event: &LeadEvent) -> Result<Self, ImpossibleStep> {
        let LeadEvent::LeadCreated(created) = event else {
            return Err(ImpossibleStep {
                event: event.stored_type(),
                aggregate: AggregateId::Lead(id),
                why: "the lead has not been created",
            });
        };
        Ok(Self { id, title: created.title.clone(), link: None, stage: Stage::Open })
    }

    /// Whom it is about.
    pub fn contact(&self) -> Option<ContactId> {
        self.link.as_ref().map(|link| link.contact)
    }

    /// Records what happened. Decides nothing.
    pub fn apply(&mut self, event: &LeadEvent) -> Result<(), ImpossibleStep> {
        self.step(event).map_err(|why| ImpossibleStep {
            event: event.stored_type(),
            aggregate: AggregateId::Lead(self.id),
            why,
        })
    }

    fn step(&mut self, event: &LeadEvent) -> Result<(), &'static str> {
        match event {
            LeadEvent::LeadCreated(_) => return Err("the lead is there already"),
            LeadEvent::LeadRetitled(e) => self.title = e.to.clone(),
            LeadEvent::LeadLinked(_) if self.link.is_some() => {
                return Err("the lead has a contact already");
            }
            LeadEvent::LeadLinked(e) => {
                self.link = Some(Link { contact: e.contact, merged: Vec::new() });
            }
            LeadEvent::LeadUnlinked(e) if self.contact() != Some(e.contact) => {
                return Err("the contact is not the lead's");
            }
            LeadEvent::LeadUnlinked(_) => self.link = None,
            LeadEvent::LeadRelinked(e) => match &mut self.link {
                Some(link) if link.contact == e.from => link.follow(e),
                Some(_) | None => return Err("the contact is not the lead's"),
            },
            LeadEvent::LeadWon(e) => {
                self.must_be_open()?;
                self.stage = Stage::Won { job: e.job };
            }
            LeadEvent::LeadLost(e) => {
                self.must_be_open()?;
                self.stage = Stage::Lost { reason: e.reason.clone() };
            }
            LeadEvent::LeadReopened(_) => match self.stage {
                Stage::Lost { .. } => self.stage = Stage::Open,
                Stage::Open | Stage::Won { .. } => return Err("the lead is not lost"),
            },
        }
        Ok(())
    }

    const fn must_be_open(&self) -> Result<(), &'static str> {
        match self.stage {
            Stage::Open => Ok(()),
            Stage::Won { .. } | Stage::Lost { .. } => Err("the lead is not open"),
        }
    }
}

impl Link {
    /// Follows a merge, or its being taken back.
    fn follow(&mut self, relinked: &LeadRelinked) {
        if self.merged.last() == Some(&(relinked.merge, relinked.to)) {
            self.merged.pop();
        } else {
            self.merged.push((relinked.merge, relinked.from));
        }
        self.contact = relinked.to;
    }
}
