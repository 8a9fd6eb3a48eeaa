//! What a merge, and taking it back, does to the contacts themselves (H2). Jobs and the order of
//! it all are the ledger's.

mod custom_fields;

pub(crate) use custom_fields::fields_kept;

use super::decide::{EMAILS_MAX, no, refuse_activated_holder};
use super::events::{
    AdditionalEmailAdded, AdditionalEmailRemoved, CancelCause, ContactEvent, ContactInfoUpdated,
    ContactMergedInto, ContactUnmergedFrom, ContactsMerged, ContactsUnmerged, InviteCancelled,
    JobTakenOver, PrimaryEmailChanged, PrimaryEmailClaimed, PrimaryEmailReleased, PrimaryEmailSet,
    PrimaryEmailSwapped,
};
use super::rejection::ContactRejection as No;
use super::state::{Access, Contact, Resume};
use super::{Claims, refuse_gone};
use crate::EmailAddress;
use crate::custom_field::FieldName;
use crate::ids::{ContactId, LeadId, MergeId};
use crate::ledger::Halt;
use crate::personal::{Change, Personal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// From whom the survivor takes what; `None` keeps the survivor's own, or where it has none, takes
/// the first that there is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MergePicks {
    /// The name.
    pub name: Option<ContactId>,
    /// The title.
    pub title: Option<ContactId>,
    /// The phones, all of them.
    pub phones: Option<ContactId>,
    /// The address.
    pub address: Option<ContactId>,
    /// The primary email.
    pub primary_email: Option<ContactId>,
    /// The additional emails to keep, of all that there are; `None` keeps all.
    pub additional_emails: Option<Vec<EmailAddress>>,
    /// The custom fields, one by one; of those that are not named the survivor's own.
    pub custom_fields: BTreeMap<FieldName, ContactId>,
}

/// What an unmerge could not undo, and where it stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// The survivor has its name.
    Name,
    /// The survivor has its title.
    Title,
    /// The survivor has its phones.
    Phones,
    /// The survivor has its address.
    Address,
    /// The survivor has its primary email as its own.
    PrimaryEmail,
    /// The survivor has an additional email of it, which is its owner's by now (G5).
    AdditionalEmail,
    /// The survivor has its value of a custom field.
    CustomField,
    /// Somebody else holds the claim to its primary email.
    PrimaryEmailClaim,
    /// The survivor was taken off a job since; nobody was put back.
    JobOwnerRemoved,
    /// A job takes no more owners.
    JobIsFull,
    /// The survivor shared a job that is archived; nobody is added to it.
    JobArchived,
    /// A lead was given another contact since, or none; it stays so.
    LeadContactChanged,
    /// The survivor belongs to its customer, because nobody else there with admin access can sign in.
    Customer,
}

/// Refuses contacts that cannot be merged: who is active survives, and only one can be.
pub(crate) fn refuse_merge(survivor: &Contact, absorbed: &[&Contact]) -> Result<(), Halt> {
    if absorbed.is_empty() {
        return no(No::MergeWithItself);
    }
    for (index, contact) in absorbed.iter().enumerate() {
        if contact.id == survivor.id || absorbed[..index].iter().any(|c| c.id == contact.id) {
            return no(No::MergeWithItself);
        }
        refuse_gone(contact)?;
    }
    refuse_gone(survivor)?;
    let active: Vec<ContactId> = std::iter::once(&survivor)
        .chain(absorbed)
        .filter(|contact| contact.owner().is_some())
        .map(|contact| contact.id)
        .collect();
    match merge_survivor(&active) {
        Err(refused) => no(refused),
        Ok(Some(active)) if active != survivor.id => no(No::MergeSurvivorMustBeActive { active }),
        Ok(_) => Ok(()),
    }
}

/// Which of the contacts of a merge has to survive it, if one has to (H2); `active` are those with
/// an owner of their own. Of two, neither may be merged.
pub fn merge_survivor(active: &[ContactId]) -> Result<Option<ContactId>, No> {
    match active {
        [] => Ok(None),
        [one] => Ok(Some(*one)),
        _ => Err(No::MergeBothActive),
    }
}

/// What happens to a contact that is merged into another.
pub(crate) fn absorb(
    contact: &Contact,
    survivor: ContactId,
    merge: MergeId,
    jobs: Vec<JobTakenOver>,
    leads: Vec<LeadId>,
) -> Vec<ContactEvent> {
    let mut events = Vec::new();
    if let Access::Pending { invitation, .. } = &contact.access {
        let cause = CancelCause::Merged;
        events.push(InviteCancelled { invitation: invitation.id, cause }.into());
    }
    if let Some(email) = contact.primary_email.clone().filter(|_| contact.claimed) {
        events.push(PrimaryEmailReleased { email }.into());
    }
    events.push(ContactMergedInto { merge, survivor, jobs, leads }.into());
    events
}

/// What happens to the contact that others are merged into.
pub(crate) fn survive(
    survivor: &Contact,
    absorbed: &[&Contact],
    merge: MergeId,
    picks: &MergePicks,
    claims: &dyn Claims,
) -> Result<Vec<ContactEvent>, Halt> {
    let ids = absorbed.iter().map(|contact| contact.id).collect();
    let mut events = vec![ContactsMerged { merge, absorbed: ids }.into()];
    let merging = Merging { survivor, absorbed };
    events.extend(merging.info(picks)?);
    events.extend(merging.custom_fields(picks)?);
    let emails = merging.emails(picks, claims)?;
    events.extend(emails);
    Ok(events)
}

struct Merging<'a> {
    survivor: &'a Contact,
    absorbed: &'a [&'a Contact],
}

impl Merging<'_> {
    fn info(&self, picks: &MergePicks) -> Result<Option<ContactEvent>, Halt> {
        let name = self.taken(picks.name, |c| Some(&c.name))?;
        let title = self.taken(picks.title, |c| c.title.as_ref())?;
        let phones = self.taken(picks.phones, |c| c.phones.as_ref())?;
        let address = self.taken(picks.address, |c| c.address.as_ref())?;
        if name.is_none() && title.is_none() && phones.is_none() && address.is_none() {
            return Ok(None);
        }
        Ok(Some(ContactInfoUpdated { name, title, phones, address }.into()))
    }

    /// The change of a field of the info, if there is one. Values keep whose they are.
    fn taken<T: Clone + PartialEq>(
        &self,
        pick: Option<ContactId>,
        field: impl Fn(&Contact) -> Option<&Personal<T>>,
    ) -> Result<Option<Change<T>>, Halt> {
        let own = field(self.survivor);
        let from = match pick {
            None if own.is_some() || self.locked().is_some() => return Ok(None),
            None => self.absorbed.iter().find(|contact| field(contact).is_some()).copied(),
            Some(id) if id == self.survivor.id => return Ok(None),
            Some(id) => Some(self.part(id)?),
        };
        let Some(from) = from else { return Ok(None) };
        let Some(value) = field(from) else { return no(No::MergePickUnknown) };
        if let Some(locked) = self.locked() {
            return no(locked);
        }
        if own.is_some_and(|own| own.value() == value.value()) {
            return Ok(None);
        }
        Ok(Some(Change { from: own.cloned(), to: Some(value.clone()) }))
    }

    fn part(&self, id: ContactId) -> Result<&Contact, Halt> {
        match self.absorbed.iter().find(|contact| contact.id == id) {
            Some(contact) => Ok(contact),
            None => no(No::MergePickUnknown),
        }
    }

    /// A merge is no back door to the info of an owner, or of somebody who is invited (R38, R42).
    const fn locked(&self) -> Option<No> {
        match self.survivor.access {
            Access::Pending { .. } => Some(No::LockedPending),
            Access::Active { .. } | Access::Disabled { resume: Resume::Active { .. } } => {
                Some(No::LockedActive)
            }
            Access::NotInvited
            | Access::Deactivated { .. }
            | Access::Disabled { resume: Resume::NotInvited | Resume::Deactivated { .. } } => None,
        }
    }

    /// Whose primary email it becomes, if another's.
    fn new_primary(&self, picks: &MergePicks) -> Result<Option<&Contact>, Halt> {
        let from = match picks.primary_email {
            Some(id) if id == self.survivor.id => None,
            Some(id) => Some(self.part(id)?),
            None if self.survivor.primary_email.is_some() => None,
            None => self.absorbed.iter().find(|contact| contact.primary_email.is_some()).copied(),
        };
        match from {
            None => Ok(None),
            Some(contact) if contact.primary_email.is_none() => no(No::MergePickUnknown),
            Some(contact) if contact.primary() == self.survivor.primary() => Ok(None),
            Some(contact) => match self.locked() {
                Some(locked) => no(locked),
                None => Ok(Some(contact)),
            },
        }
    }

    fn emails(&self, picks: &MergePicks, claims: &dyn Claims) -> Result<Vec<ContactEvent>, Halt> {
        let mut events = Vec::new();
        let mut primary = self.survivor.primary_email.as_ref();
        let mut own = self.survivor.additional_emails.clone();
        if let Some(contact) = self.new_primary(picks)?
            && let Some(to) = &contact.primary_email
        {
            self.move_primary(contact, to, &mut own, &mut events, claims)?;
            primary = Some(to);
        }
        let wanted = self.wanted(primary, picks)?;
        for email in &own {
            if !wanted.iter().any(|kept| same(kept, email)) {
                if self.survivor.owner().is_some() {
                    return no(No::AdditionalEmailIsOwners);
                }
                events.push(AdditionalEmailRemoved { email: email.clone() }.into());
            }
        }
        for email in wanted {
            if !own.iter().any(|there| same(there, email)) {
                events.push(AdditionalEmailAdded { email: email.clone() }.into());
            }
        }
        Ok(events)
    }

    /// The claim follows its email: it moves with one that becomes primary (H2).
    fn move_primary(
        &self,
        of: &Contact,
        to: &Personal<EmailAddress>,
        own: &mut [Personal<EmailAddress>],
        events: &mut Vec<ContactEvent>,
        claims: &dyn Claims,
    ) -> Result<(), Halt> {
        if let Some(address) = to.value()
            && !self
                .absorbed
                .iter()
                .any(|contact| contact.claimed && contact.primary() == Some(address))
        {
            refuse_activated_holder(self.survivor.id, address, claims)?;
        }
        let to = to.clone();
        match (&self.survivor.primary_email, own.iter().position(|there| same(there, &to))) {
            (None, _) => events.push(PrimaryEmailSet { email: to.clone() }.into()),
            (Some(from), Some(place)) => {
                let there = std::mem::replace(&mut own[place], from.clone());
                events.push(PrimaryEmailSwapped { from: from.clone(), to: there }.into());
            }
            (Some(from), None) => {
                events.push(PrimaryEmailChanged { from: from.clone(), to: to.clone() }.into());
            }
        }
        if let Some(email) = self.survivor.primary_email.clone().filter(|_| self.survivor.claimed) {
            events.push(PrimaryEmailReleased { email }.into());
        }
        let stays = matches!(
            of.access,
            Access::Deactivated { .. } | Access::Disabled { resume: Resume::Deactivated { .. } }
        );
        if of.claimed && stays {
            events.push(PrimaryEmailClaimed { email: to }.into());
        }
        Ok(())
    }

    /// The additional emails afterwards: all that there are, or those of them that are picked.
    fn wanted<'b>(
        &'b self,
        primary: Option<&Personal<EmailAddress>>,
        picks: &MergePicks,
    ) -> Result<Vec<&'b Personal<EmailAddress>>, Halt> {
        let mut all: Vec<&Personal<EmailAddress>> = Vec::new();
        let contacts = std::iter::once(self.survivor).chain(self.absorbed.iter().copied());
        for contact in contacts {
            for email in contact.primary_email.iter().chain(&contact.additional_emails) {
                let is_primary = primary.is_some_and(|primary| same(primary, email));
                if !is_primary && !all.iter().any(|there| same(there, email)) {
                    all.push(email);
                }
            }
        }
        if let Some(picked) = &picks.additional_emails {
            let there = |email: &EmailAddress| all.iter().any(|e| e.value() == Some(email));
            if !picked.iter().all(there) {
                return no(No::MergePickUnknown);
            }
            all.retain(|email| email.value().is_some_and(|email| picked.contains(email)));
        }
        if primary.is_some() && all.len() + 1 > EMAILS_MAX {
            return no(No::MergeTooManyEmails);
        }
        Ok(all)
    }
}

/// Whether two addresses are one; erased ones are all different.
fn same(one: &Personal<EmailAddress>, other: &Personal<EmailAddress>) -> bool {
    one.value().is_some_and(|one| other.value() == Some(one))
}

/// What happens to a contact that stands for itself again, and what could not be undone.
pub(crate) fn part(
    contact: &Contact,
    merge: MergeId,
    survivor: ContactId,
    claims: &dyn Claims,
) -> Result<(Vec<ContactEvent>, Option<Kept>), Halt> {
    let mut events = vec![ContactUnmergedFrom { merge, survivor }.into()];
    let deactivated = matches!(
        contact.access,
        Access::Deactivated { .. } | Access::Disabled { resume: Resume::Deactivated { .. } }
    );
    let (true, Some(email)) = (deactivated, &contact.primary_email) else {
        return Ok((events, None));
    };
    let Some(address) = email.value() else { return Ok((events, None)) };
    if claims.holder(address)?.is_some() {
        return Ok((events, Some(Kept::PrimaryEmailClaim)));
    }
    events.push(PrimaryEmailClaimed { email: email.clone() }.into());
    Ok((events, None))
}

/// What happens to the survivor when a contact stands for itself again: the additional emails that
/// are that contact's go, what else is that contact's is kept and listed.
pub(crate) fn give_back(
    survivor: &Contact,
    contact: &Contact,
    merge: MergeId,
) -> (Vec<ContactEvent>, Vec<Kept>) {
    let mut events = vec![ContactsUnmerged { merge, absorbed: contact.id }.into()];
    let mut kept = Vec::new();
    let of = contact.id.into();
    if survivor.name.of() == of {
        kept.push(Kept::Name);
    }
    if survivor.title.as_ref().is_some_and(|value| value.of() == of) {
        kept.push(Kept::Title);
    }
    if survivor.phones.as_ref().is_some_and(|value| value.of() == of) {
        kept.push(Kept::Phones);
    }
    if survivor.address.as_ref().is_some_and(|value| value.of() == of) {
        kept.push(Kept::Address);
    }
    if survivor.primary_email.as_ref().is_some_and(|value| value.of() == of) {
        kept.push(Kept::PrimaryEmail);
    }
    for email in survivor.additional_emails.iter().filter(|email| email.of() == of) {
        if survivor.owner().is_some() {
            kept.push(Kept::AdditionalEmail);
        } else {
            events.push(AdditionalEmailRemoved { email: email.clone() }.into());
        }
    }
    (events, kept)
}
