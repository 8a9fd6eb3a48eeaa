//! The lives of a contact, and how each event moves it from one to the next.

use super::activity::Activity;
use super::email_conflict;
use super::events::{ContactCreated, ContactEvent, JobTakenOver};
use super::image;
use super::membership::{self, Membership};
use super::permission::Permission;
use crate::custom_field::{CustomValue, FieldName};
use crate::ids::{
    AggregateId, ContactId, ImageId, InvitationId, LeadId, MergeId, PersonId, TokenId,
};
use crate::owner_item::Link;
use crate::personal::Personal;
use crate::phone::PhoneNumber;
use crate::text::{Honorific, PersonName, PostalAddress};
use crate::{EmailAddress, ImpossibleStep, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The most mails of invitations that a contact is sent within [`Contact::MAIL_WINDOW_HOURS`].
pub(crate) const INVITE_MAILS_MAX: usize = 10;

/// An open invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Its id, which a resend keeps.
    pub id: InvitationId,
    /// The only link that works.
    pub token: TokenId,
    /// From then on it does not.
    pub expires_at: Timestamp,
    /// How many mails it has had.
    pub attempt: u32,
    /// Whether the invitee has been reminded of it.
    #[serde(default)]
    pub reminded: bool,
}

/// How an invitation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// Somebody accepted.
    Accepted,
    /// It was taken back, or the invitee declined.
    Cancelled,
    /// Nobody answered in time.
    Expired,
}

/// The last invitation that ended, so that its dead link can say why it is dead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedInvitation {
    /// Its last link.
    pub token: TokenId,
    /// How it ended.
    pub how: Ending,
}

/// What a pending contact was before, and becomes again when nobody accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Was {
    /// Nobody ever accepted; the claim goes back when the invitation ends.
    NeverActive,
    /// An owner was active and has been deactivated; the claim stays.
    Deactivated {
        /// The person it was linked to.
        person: PersonId,
        /// The primary email is another since; only that person's own login may link it again (H6).
        readdressed: bool,
    },
}

/// What a disabled contact becomes when it is enabled again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Resume {
    /// Not invited.
    NotInvited,
    /// Active; the info stays the owner's alone.
    Active {
        /// The owner.
        person: PersonId,
    },
    /// Deactivated.
    Deactivated {
        /// The person it was linked to.
        person: PersonId,
        /// See [`Was::Deactivated`].
        readdressed: bool,
    },
}

/// A contact's access, as in RULES.md 2.3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Access {
    /// In the book, no more.
    NotInvited,
    /// Invited; nobody may edit the info (R42).
    Pending {
        /// The open invitation.
        invitation: Invitation,
        /// What it was before.
        was: Was,
    },
    /// The owner alone edits the info (R38).
    Active {
        /// The owner.
        person: PersonId,
    },
    /// Closed for now (R9, R10).
    Disabled {
        /// What it becomes again.
        resume: Resume,
    },
    /// Closed until a new invitation is accepted (R44).
    Deactivated {
        /// The person it was linked to.
        person: PersonId,
        /// See [`Was::Deactivated`].
        readdressed: bool,
    },
}

impl Access {
    /// The word that lists show and search by (G15).
    pub const fn word(&self) -> &'static str {
        match self {
            Self::NotInvited => "not_invited",
            Self::Pending { .. } => "pending",
            Self::Active { .. } => "active",
            Self::Disabled { .. } => "disabled",
            Self::Deactivated { .. } => "deactivated",
        }
    }

    /// All words, for filters.
    pub const WORDS: [&'static str; 5] =
        ["not_invited", "pending", "active", "disabled", "deactivated"];

    /// Whether the holder counts as an activated owner in R25.
    pub const fn is_activated(&self) -> bool {
        matches!(self, Self::Active { .. } | Self::Disabled { .. })
    }
}

/// Whether a contact is in the book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Life {
    /// It is.
    Live,
    /// It was taken out, and can be restored (H7).
    Deleted,
    /// Another contact stands for it (H2).
    Merged {
        /// The merge.
        merge: MergeId,
        /// The contact that stands for it.
        into: ContactId,
        /// The jobs that the survivor took over.
        jobs: Vec<JobTakenOver>,
        /// The leads that it took over.
        #[serde(default)]
        leads: Vec<LeadId>,
    },
}

/// A contact as its events made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// Whether it is in the book.
    pub life: Life,
    /// As shown in lists.
    pub name: Personal<PersonName>,
    /// The honorific (R111).
    pub title: Option<Personal<Honorific>>,
    /// In order; absent when there are none.
    pub phones: Option<Personal<Vec<PhoneNumber>>>,
    /// Where the person is reached.
    pub address: Option<Personal<PostalAddress>>,
    /// Where invitations go (R17).
    pub primary_email: Option<Personal<EmailAddress>>,
    /// Up to five more (R20).
    pub additional_emails: Vec<Personal<EmailAddress>>,
    /// Its access.
    pub access: Access,
    /// Whether it holds the claim to its primary email (R23, G2).
    pub claimed: bool,
    /// The last invitation that ended.
    pub ended: Option<EndedInvitation>,
    /// When the last invitation mails went out, oldest first.
    pub mailed_at: Vec<Timestamp>,
    /// What it may do in the customer portal (G12).
    pub permissions: BTreeSet<Permission>,
    /// The contacts that it stands for.
    pub absorbed: BTreeSet<ContactId>,
    /// What the builder keeps of it beyond that (R41); of fields that have left the account's list
    /// too.
    pub custom_fields: BTreeMap<FieldName, Personal<CustomValue>>,
    /// How active its owner has been, as far as its events say (G20).
    pub activity: Activity,
    /// The profile image that its owner set (R36).
    #[serde(default)]
    pub image: Option<ImageId>,
    /// The primary email that its deactivated owner had, while it is another and nobody has told that
    /// address (H6).
    #[serde(default)]
    pub former_email: Option<Personal<EmailAddress>>,
    /// The persons that it was linked to, one after the other (H6).
    #[serde(default)]
    pub persons: Vec<PersonId>,
    /// The customer that it belongs to, also while it is deleted or merged.
    #[serde(default)]
    pub membership: Option<Membership>,
    /// The owners who want the primary email that it holds, by their own contacts (R32, H4).
    #[serde(default)]
    pub conflicts: BTreeMap<ContactId, PersonId>,
}

impl Contact {
    /// The window over which invitation mails are counted, in hours.
    pub const MAIL_WINDOW_HOURS: i64 = 24;

    /// A contact as its first event makes it.
    pub fn from_first(id: ContactId, event: &ContactEvent) -> Result<Self, ImpossibleStep> {
        let ContactEvent::ContactCreated(created) = event else {
            return Err(ImpossibleStep {
                event: event.stored_type(),
                aggregate: AggregateId::Contact(id),
                why: "the contact has not been created",
            });
        };
        Ok(Self::created(id, created))
    }

    fn created(id: ContactId, created: &ContactCreated) -> Self {
        Self {
            id,
            life: Life::Live,
            name: created.name.clone(),
            title: created.title.clone(),
            phones: created.phones.clone(),
            address: created.address.clone(),
            primary_email: created.primary_email.clone(),
            additional_emails: created.additional_emails.clone(),
            access: Access::NotInvited,
            claimed: false,
            ended: None,
            mailed_at: Vec::new(),
            permissions: Permission::at_first(),
            absorbed: BTreeSet::new(),
            custom_fields: BTreeMap::new(),
            activity: Activity::default(),
            image: None,
            former_email: None,
            persons: Vec::new(),
            membership: None,
            conflicts: BTreeMap::new(),
        }
    }

    /// Records what happened. Decides nothing.
    #[expect(clippy::too_many_lines, reason = "one arm per event")]
    pub fn apply(&mut self, event: &ContactEvent) -> Result<(), ImpossibleStep> {
        let impossible = |why| {
            Err(ImpossibleStep {
                event: event.stored_type(),
                aggregate: AggregateId::Contact(self.id),
                why,
            })
        };
        match event {
            ContactEvent::ContactCreated(_) => return impossible("the contact is there already"),
            ContactEvent::ContactInfoUpdated(e) => {
                if let Some(name) = &e.name {
                    let Some(to) = &name.to else {
                        return impossible("a contact has a name");
                    };
                    self.name = to.clone();
                }
                if let Some(title) = &e.title {
                    self.title.clone_from(&title.to);
                }
                if let Some(phones) = &e.phones {
                    self.phones.clone_from(&phones.to);
                }
                if let Some(address) = &e.address {
                    self.address.clone_from(&address.to);
                }
            }
            ContactEvent::PrimaryEmailSet(e) => {
                if self.primary_email.is_some() {
                    return impossible("there is a primary email already");
                }
                self.primary_email = Some(e.email.clone());
            }
            ContactEvent::PrimaryEmailChanged(e) => {
                if self.primary_email.is_none() {
                    return impossible("there is no primary email");
                }
                self.primary_email = Some(e.to.clone());
                self.readdress(&e.from, &e.to);
            }
            ContactEvent::PrimaryEmailSwapped(e) => {
                let Some(place) = self.place_of(&e.to) else {
                    return impossible("the additional email is not there");
                };
                self.additional_emails[place] = e.from.clone();
                self.primary_email = Some(e.to.clone());
                self.readdress(&e.from, &e.to);
            }
            ContactEvent::AdditionalEmailAdded(e) => self.additional_emails.push(e.email.clone()),
            ContactEvent::AdditionalEmailEdited(e) => {
                let Some(place) = self.place_of(&e.from) else {
                    return impossible("the additional email is not there");
                };
                self.additional_emails[place] = e.to.clone();
            }
            ContactEvent::AdditionalEmailRemoved(e) => {
                let Some(place) = self.place_of(&e.email) else {
                    return impossible("the additional email is not there");
                };
                self.additional_emails.remove(place);
            }
            ContactEvent::PrimaryEmailClaimed(_) => {
                if self.claimed {
                    return impossible("the contact holds a claim already");
                }
                self.claimed = true;
            }
            ContactEvent::PrimaryEmailReleased(_) => {
                if !self.claimed {
                    return impossible("the contact holds no claim");
                }
                self.claimed = false;
                // Whoever wanted the address can have it now.
                self.conflicts.clear();
            }
            ContactEvent::InviteSent(e) => {
                let was = match self.access {
                    Access::NotInvited => Was::NeverActive,
                    Access::Deactivated { person, readdressed } => {
                        Was::Deactivated { person, readdressed }
                    }
                    Access::Pending { .. } | Access::Active { .. } | Access::Disabled { .. } => {
                        return impossible("the contact is in no state to be invited");
                    }
                };
                self.remember_mail(e.sent_at);
                self.access = Access::Pending {
                    invitation: Invitation {
                        id: e.invitation,
                        token: e.token,
                        expires_at: e.expires_at,
                        attempt: e.attempt,
                        reminded: false,
                    },
                    was,
                };
            }
            ContactEvent::InviteResent(e) => {
                let Access::Pending { invitation, .. } = &mut self.access else {
                    return impossible("no invitation is open");
                };
                if invitation.id != e.invitation {
                    return impossible("another invitation is open");
                }
                invitation.token = e.token;
                invitation.expires_at = e.expires_at;
                invitation.attempt = e.attempt;
                self.remember_mail(e.sent_at);
            }
            ContactEvent::InviteCancelled(e) => {
                return self.end_invitation(e.invitation, Ending::Cancelled, event.stored_type());
            }
            ContactEvent::InviteDeclined(e) => {
                return self.end_invitation(e.invitation, Ending::Cancelled, event.stored_type());
            }
            ContactEvent::InviteExpired(e) => {
                return self.end_invitation(e.invitation, Ending::Expired, event.stored_type());
            }
            ContactEvent::InviteAccepted(e) => {
                let Access::Pending { invitation, .. } = &self.access else {
                    return impossible("no invitation is open");
                };
                if invitation.id != e.invitation || invitation.token != e.token {
                    return impossible("another invitation or a newer link is open");
                }
                self.ended = Some(EndedInvitation { token: e.token, how: Ending::Accepted });
            }
            // The access beside it says which person it is; this event is for the person's view.
            ContactEvent::PersonLinked(e) => {
                let active = matches!(self.access, Access::Active { person } if person == e.person);
                if !active && !matches!(self.access, Access::Pending { .. }) {
                    return impossible("a person is linked by accepting an invitation");
                }
                self.persons.push(e.person);
            }
            ContactEvent::OwnerActivated(e) => {
                if !matches!(self.access, Access::Pending { was: Was::NeverActive, .. }) {
                    return impossible("an owner is activated from a first invitation");
                }
                self.signed_in(e.at);
                self.access = Access::Active { person: e.person };
            }
            ContactEvent::OwnerReactivated(e) => {
                if !matches!(self.access, Access::Pending { was: Was::Deactivated { .. }, .. }) {
                    return impossible("an owner is reactivated from a repeated invitation");
                }
                self.former_email = None;
                self.signed_in(e.at);
                self.access = Access::Active { person: e.person };
            }
            ContactEvent::OwnerDisabled(_) => {
                let resume = match self.access {
                    Access::NotInvited => Resume::NotInvited,
                    Access::Active { person } => Resume::Active { person },
                    Access::Deactivated { person, readdressed } => {
                        Resume::Deactivated { person, readdressed }
                    }
                    Access::Pending { .. } => {
                        return impossible("a pending invitation is cancelled first");
                    }
                    Access::Disabled { .. } => {
                        return impossible("the contact is disabled already");
                    }
                };
                self.access = Access::Disabled { resume };
            }
            ContactEvent::OwnerReenabled(_) => {
                let Access::Disabled { resume } = self.access else {
                    return impossible("the contact is not disabled");
                };
                self.access = match resume {
                    Resume::NotInvited => Access::NotInvited,
                    Resume::Active { person } => Access::Active { person },
                    Resume::Deactivated { person, readdressed } => {
                        Access::Deactivated { person, readdressed }
                    }
                };
            }
            ContactEvent::OwnerDeactivated(_) => {
                let (Access::Active { person }
                | Access::Disabled { resume: Resume::Active { person } }) = self.access
                else {
                    return impossible("the owner is not active");
                };
                self.access = Access::Deactivated { person, readdressed: false };
            }
            ContactEvent::ContactDeleted(_) => {
                if self.life != Life::Live || matches!(self.access, Access::Pending { .. }) {
                    return impossible("only a live contact without an open invitation is deleted");
                }
                self.life = Life::Deleted;
                self.close_access();
            }
            ContactEvent::ContactRestored(_) => {
                if self.life != Life::Deleted {
                    return impossible("the contact is not deleted");
                }
                self.life = Life::Live;
            }
            ContactEvent::ContactsMerged(e) => {
                if self.life != Life::Live || e.absorbed.contains(&self.id) {
                    return impossible("only others are merged into a live contact");
                }
                self.absorbed.extend(&e.absorbed);
            }
            ContactEvent::ContactMergedInto(e) => {
                if self.life != Life::Live || matches!(self.access, Access::Pending { .. }) {
                    return impossible("only a live contact without an open invitation is merged");
                }
                self.life = Life::Merged {
                    merge: e.merge,
                    into: e.survivor,
                    jobs: e.jobs.clone(),
                    leads: e.leads.clone(),
                };
            }
            // What it gives back stands in events of its own.
            ContactEvent::ContactsUnmerged(e) => {
                if !self.absorbed.remove(&e.absorbed) {
                    return impossible("the contact does not stand for that one");
                }
            }
            ContactEvent::ContactUnmergedFrom(e) => {
                if !matches!(&self.life, Life::Merged { merge, .. } if *merge == e.merge) {
                    return impossible("the contact is not merged by this merge");
                }
                self.life = Life::Live;
            }
            ContactEvent::PermissionsChanged(e) => {
                self.permissions.clone_from(&e.to);
                if let Some(membership) = &mut self.membership {
                    membership.before = e.merge.map(|_| e.from.clone());
                }
            }
            ContactEvent::CustomFieldSet(e) => match &e.value.to {
                Some(to) => {
                    self.custom_fields.insert(e.field.clone(), to.clone());
                }
                None => {
                    if self.custom_fields.remove(&e.field).is_none() {
                        return impossible("the custom field has no value");
                    }
                }
            },
            ContactEvent::OwnerImported(e) => {
                if self.access != Access::NotInvited {
                    return impossible("an owner comes over before anything else has happened");
                }
                let (activated_at, last_login_at) = (e.activated_at, e.last_login_at);
                self.activity = Activity { activated_at, last_login_at };
                if let Some(person) = e.person {
                    self.access = Access::Active { person };
                }
            }
            // The email is the primary one already; this event says how it came to that.
            ContactEvent::PrimaryEmailDefaulted(_) => {
                if self.primary_email.is_none() {
                    return impossible("there is no primary email");
                }
            }
            ContactEvent::DuplicateResolved(e) => {
                if e.loser != self.id || self.claimed {
                    return impossible("who has lost an email holds no claim to it");
                }
            }
            ContactEvent::ProfileImageSet(e) => {
                if let Err(why) = image::set_follows(self, e) {
                    return impossible(why);
                }
                self.image = Some(e.image);
            }
            ContactEvent::ProfileImageRemoved(e) => {
                if self.image != Some(e.image) {
                    return impossible("there is no such image");
                }
                self.image = None;
            }
            ContactEvent::InviteReminded(e) => {
                let Access::Pending { invitation, .. } = &mut self.access else {
                    return impossible("no invitation is open");
                };
                if invitation.id != e.invitation || invitation.reminded {
                    return impossible("an open invitation is reminded of once");
                }
                invitation.reminded = true;
            }
            ContactEvent::FormerAddressTold(e) => {
                let open = matches!(&self.access, Access::Pending { invitation, .. }
                    if invitation.id == e.invitation);
                if !open || self.former_email.is_none() {
                    return impossible("there is no former address to be told of an invitation");
                }
                self.former_email = None;
            }
            ContactEvent::ContactJoinedCustomer(e) => {
                if let Err(why) = membership::join_follows(self) {
                    return impossible(why);
                }
                let (customer, merge) = (e.customer, e.merge);
                self.membership = Some(Membership { customer, merge, before: None });
            }
            ContactEvent::ContactLeftCustomer(e) => {
                if let Err(why) = membership::leave_follows(self, e.customer) {
                    return impossible(why);
                }
                self.membership = None;
            }
            ContactEvent::EmailConflictReported(e) => {
                if let Err(why) = email_conflict::report_follows(self, e) {
                    return impossible(why);
                }
                self.conflicts.insert(e.owner, e.person);
            }
            ContactEvent::EmailConflictClosed(e) => {
                if self.conflicts.remove(&e.owner).is_none() {
                    return impossible("no owner like that wants the contact's email");
                }
            }
        }
        Ok(())
    }

    /// Accepting is signing in. Who accepted before its time was kept did so after the last mail.
    fn signed_in(&mut self, at: Option<Timestamp>) {
        let at = at.or(self.mailed_at.last().copied());
        self.activity = Activity {
            activated_at: at.or(self.activity.activated_at),
            last_login_at: at.max(self.activity.last_login_at),
        };
    }

    /// Whoever was active needs a new invitation after a restore.
    fn close_access(&mut self) {
        self.access = match self.access {
            Access::Active { person } | Access::Disabled { resume: Resume::Active { person } } => {
                Access::Deactivated { person, readdressed: false }
            }
            Access::Deactivated { person, readdressed }
            | Access::Disabled { resume: Resume::Deactivated { person, readdressed } } => {
                Access::Deactivated { person, readdressed }
            }
            Access::NotInvited
            | Access::Pending { .. }
            | Access::Disabled { resume: Resume::NotInvited } => Access::NotInvited,
        };
    }

    /// The person whose contact this is or was, and who may not be locked out by a merge (H2).
    pub const fn owner(&self) -> Option<PersonId> {
        match self.access {
            Access::Active { person } | Access::Disabled { resume: Resume::Active { person } } => {
                Some(person)
            }
            Access::NotInvited
            | Access::Pending { .. }
            | Access::Deactivated { .. }
            | Access::Disabled { resume: Resume::NotInvited | Resume::Deactivated { .. } } => None,
        }
    }

    /// Whose it is what the builder and the owner have between them now (R63): the present or last
    /// person's. Where nobody was linked yet, or the address is another since, whoever's the contact
    /// becomes next (H6).
    pub fn link_now(&self) -> Link {
        let last = u32::try_from(self.persons.len()).unwrap_or(u32::MAX);
        let next = Link(last.saturating_add(1));
        match self.access {
            Access::Active { .. } | Access::Disabled { resume: Resume::Active { .. } } => {
                Link(last)
            }
            Access::NotInvited
            | Access::Disabled { resume: Resume::NotInvited }
            | Access::Pending { was: Was::NeverActive, .. } => next,
            Access::Pending { was: Was::Deactivated { readdressed, .. }, .. }
            | Access::Deactivated { readdressed, .. }
            | Access::Disabled { resume: Resume::Deactivated { readdressed, .. } } => {
                if readdressed { next } else { Link(last) }
            }
        }
    }

    /// The links that are this person's: what was made for one of them is theirs to see (H6).
    pub fn links_of(&self, person: PersonId) -> Vec<Link> {
        let numbered = (1..).zip(&self.persons);
        numbered.filter(|(_, linked)| **linked == person).map(|(number, _)| Link(number)).collect()
    }

    /// The primary email, unless there is none or its person has been erased.
    pub fn primary(&self) -> Option<&EmailAddress> {
        self.primary_email.as_ref().and_then(Personal::value)
    }

    /// Whether one of the contact's addresses is this one.
    pub(crate) fn has_email(&self, email: &EmailAddress) -> bool {
        self.primary() == Some(email)
            || self.additional_emails.iter().any(|additional| additional.value() == Some(email))
    }

    /// How many addresses the contact has (R20).
    pub(crate) fn email_count(&self) -> usize {
        usize::from(self.primary_email.is_some()) + self.additional_emails.len()
    }

    fn place_of(&self, email: &Personal<EmailAddress>) -> Option<usize> {
        match email {
            Personal::Known { value, .. } => {
                self.additional_emails.iter().position(|there| there.value() == Some(value))
            }
            // Which one it was nobody knows any more, and nobody needs to; the count stays right.
            Personal::Erased { .. } => (!self.additional_emails.is_empty()).then_some(0),
            // Whoever folds opens the values first.
            Personal::Sealed { .. } => None,
        }
    }

    /// A deactivated owner's contact has another primary email now (H6), not the same one written
    /// differently. Where nobody can tell any more, it counts as another.
    fn readdress(&mut self, from: &Personal<EmailAddress>, to: &Personal<EmailAddress>) {
        if from.value().is_some_and(|from| to.value() == Some(from)) {
            return;
        }
        match &mut self.access {
            Access::Deactivated { readdressed, .. }
            | Access::Disabled { resume: Resume::Deactivated { readdressed, .. } } => {
                if !*readdressed {
                    self.former_email = Some(from.clone());
                }
                *readdressed = true;
            }
            Access::NotInvited
            | Access::Pending { .. }
            | Access::Active { .. }
            | Access::Disabled { resume: Resume::NotInvited | Resume::Active { .. } } => {}
        }
    }

    fn remember_mail(&mut self, at: Timestamp) {
        self.mailed_at.push(at);
        if self.mailed_at.len() > INVITE_MAILS_MAX {
            self.mailed_at.remove(0);
        }
    }

    fn end_invitation(
        &mut self,
        ended: InvitationId,
        how: Ending,
        event: &'static str,
    ) -> Result<(), ImpossibleStep> {
        let impossible =
            |why| Err(ImpossibleStep { event, aggregate: AggregateId::Contact(self.id), why });
        let Access::Pending { invitation, was } = &self.access else {
            return impossible("no invitation is open");
        };
        if invitation.id != ended {
            return impossible("another invitation is open");
        }
        self.ended = Some(EndedInvitation { token: invitation.token, how });
        self.access = match *was {
            Was::NeverActive => Access::NotInvited,
            Was::Deactivated { person, readdressed } => Access::Deactivated { person, readdressed },
        };
        Ok(())
    }
}
