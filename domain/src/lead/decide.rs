//! Which commands a lead takes. Asks, and changes nothing.

use super::commands::LeadCommand;
use super::events::{
    LeadCreated, LeadEvent, LeadLinked, LeadLost, LeadRelinked, LeadReopened, LeadRetitled,
    LeadUnlinked, LeadWon,
};
use super::rejection::LeadRejection;
use super::state::{Lead, Stage};
use crate::ids::{AggregateId, ContactId, JobId, LeadId, MergeId};
use crate::rejection::Rejection;
use crate::text::Title;

type Decided = Result<Vec<LeadEvent>, Rejection>;

/// Decides a command: the events that happen, or why not. None at all means that it is so already.
pub fn decide(id: LeadId, lead: Option<&Lead>, command: &LeadCommand) -> Decided {
    if let LeadCommand::Create { title, contact } = command {
        return create(lead, title, *contact);
    }
    let lead = lead.ok_or(Rejection::Unknown(AggregateId::Lead(id)))?;
    match (command, &lead.stage) {
        (LeadCommand::Reopen, Stage::Lost { .. }) => Ok(vec![LeadReopened {}.into()]),
        (LeadCommand::Lose(reason), Stage::Lost { reason: present }) if reason == present => {
            Ok(Vec::new())
        }
        (_, Stage::Won { .. }) => Err(LeadRejection::IsWon.into()),
        (_, Stage::Lost { .. }) => Err(LeadRejection::IsLost.into()),
        (command, Stage::Open) => change(lead, command),
    }
}

fn create(lead: Option<&Lead>, title: &Title, contact: Option<ContactId>) -> Decided {
    if lead.is_some() {
        return Err(LeadRejection::AlreadyExists.into());
    }
    let created = LeadCreated { title: title.clone() }.into();
    let linked = contact.map(|contact| LeadLinked { contact }.into());
    Ok(std::iter::once(created).chain(linked).collect())
}

/// A command to a lead that is open.
fn change(lead: &Lead, command: &LeadCommand) -> Decided {
    match command {
        LeadCommand::Create { .. } => Err(LeadRejection::AlreadyExists.into()),
        LeadCommand::Retitle(title) if *title == lead.title => Ok(Vec::new()),
        LeadCommand::Retitle(title) => {
            Ok(vec![LeadRetitled { from: lead.title.clone(), to: title.clone() }.into()])
        }
        LeadCommand::Link(contact) if lead.contact() == Some(*contact) => Ok(Vec::new()),
        LeadCommand::Link(contact) => {
            let linked = LeadLinked { contact: *contact }.into();
            Ok(unlinked(lead).into_iter().chain([linked]).collect())
        }
        LeadCommand::Unlink => Ok(unlinked(lead).into_iter().collect()),
        LeadCommand::Lose(reason) => Ok(vec![LeadLost { reason: reason.clone() }.into()]),
        LeadCommand::Reopen => Ok(Vec::new()),
    }
}

fn unlinked(lead: &Lead) -> Option<LeadEvent> {
    lead.contact().map(|contact| LeadUnlinked { contact }.into())
}

/// The lead becomes a job; what that does to the job is the ledger's. Twice the same job changes
/// nothing.
pub(crate) fn win(lead: &Lead, job: JobId) -> Decided {
    match &lead.stage {
        Stage::Open => Ok(vec![LeadWon { job }.into()]),
        Stage::Won { job: present } if *present == job => Ok(Vec::new()),
        Stage::Won { .. } => Err(LeadRejection::IsWon.into()),
        Stage::Lost { .. } => Err(LeadRejection::IsLost.into()),
    }
}

/// What happens when a contact leaves the book, also to a lead that is won or lost (H7).
pub(crate) fn leave(lead: &Lead, contact: ContactId) -> Option<LeadEvent> {
    unlinked(lead).filter(|_| lead.contact() == Some(contact))
}

/// What happens when a contact is merged into another: whoever is gone has no lead, whatever became
/// of that (H2).
pub(crate) fn relink(
    lead: &Lead,
    from: ContactId,
    to: ContactId,
    merge: MergeId,
) -> Option<LeadEvent> {
    (lead.contact() == Some(from)).then(|| LeadRelinked { from, to, merge }.into())
}

/// What happens when a contact stands for itself again: the lead goes back to it, if it is where
/// this very merge brought it.
pub(crate) fn relink_back(
    lead: &Lead,
    survivor: ContactId,
    contact: ContactId,
    merge: MergeId,
) -> Option<LeadEvent> {
    let link = lead.link.as_ref()?;
    let by_this = link.contact == survivor && link.merged.last() == Some(&(merge, contact));
    by_this.then(|| LeadRelinked { from: survivor, to: contact, merge }.into())
}
