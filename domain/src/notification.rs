//! A mail that the product sends: what became of it. That one with a link was ordered, the event says
//! that ordered it (an invitation, a reset); one that tells owners of something new begins here, address
//! by address (R21). How each ended, whether the mail server took it, is told here (R68).
//!
//! Each mail is an aggregate of its own, `notification-{mail}`. Attempts before its end are the sender's
//! own business and leave no event.

use crate::contact::{Access, Contact, Life};
use crate::email::EmailAddress;
use crate::event::{FieldChange, events, nothing_personal};
use crate::ids::{AggregateId, MailId, SubjectId};
use crate::personal::{HoldsPersonal, Personal, PersonalVisitor};
use crate::{ImpossibleStep, Sequence};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

#[cfg(test)]
mod tests;

events! {
    /// An event of a mail.
    NotificationEvent {
        NotificationQueued = "notification.queued" v 1,
        NotificationSent = "notification.sent" v 1,
        NotificationFailed = "notification.failed" v 1,
    }
}

/// A mail was ordered that tells an owner of something new (R21).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationQueued {
    /// What kind of mail.
    pub kind: MailKind,
    /// Whose mail: the contact.
    pub recipient: SubjectId,
    /// The one address that it goes to.
    pub to: Personal<EmailAddress>,
    /// What is new: the To-Do or message, or the job that has a task.
    pub about: AggregateId,
}

impl HoldsPersonal for NotificationQueued {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        visitor.visit("to", &mut self.to);
    }
}

/// The mail server took the mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationSent {
    /// What kind of mail.
    pub kind: MailKind,
    /// Whose mail: the contact, or in a person's ledger the person.
    pub recipient: SubjectId,
    /// Which attempt it was that succeeded, from 1.
    pub attempt: u32,
}

/// The mail is not sent and will not be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationFailed {
    /// What kind of mail.
    pub kind: MailKind,
    /// Whose mail: the contact, or in a person's ledger the person.
    pub recipient: SubjectId,
    /// Which attempt was the last one, from 1.
    pub attempt: u32,
    /// Why, in a word; never what the mail server said, which may name the address.
    pub cause: FailureCause,
}

nothing_personal!(NotificationSent, NotificationFailed);

/// What kind of mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailKind {
    /// The link of an invitation (R3, R17).
    Invitation,
    /// The link of a password reset (R17).
    PasswordReset,
    /// A text about something that changed; it holds no link.
    Notice,
    /// The builder has written to an owner (R21, R63); it says that, and not what.
    NewMessage,
    /// An owner has something to do (R21, R63).
    NewTodo,
    /// A task waits for an owner (R21, R93).
    NewTask,
}

impl MailKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Invitation,
        Self::PasswordReset,
        Self::Notice,
        Self::NewMessage,
        Self::NewTodo,
        Self::NewTask,
    ];

    /// The stored word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::PasswordReset => "password_reset",
            Self::Notice => "notice",
            Self::NewMessage => "new_message",
            Self::NewTodo => "new_todo",
            Self::NewTask => "new_task",
        }
    }

    /// The kind with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// Why a mail is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureCause {
    /// The mail server refused it for good: no such mailbox, or no such mail taken.
    Refused,
    /// The mail server put it off each time.
    Deferred,
    /// The mail server was not reached, or did not let us in, each time.
    Unreachable,
    /// Its link was void before it went out: a newer mail, a cancelled or answered invitation, or
    /// the link's own end.
    Superseded,
    /// It cannot be written: no address any more, or one that no mail can carry.
    Unsendable,
}

impl FailureCause {
    /// Every cause.
    pub const ALL: [Self; 5] =
        [Self::Refused, Self::Deferred, Self::Unreachable, Self::Superseded, Self::Unsendable];

    /// The stored word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Deferred => "deferred",
            Self::Unreachable => "unreachable",
            Self::Superseded => "superseded",
            Self::Unsendable => "unsendable",
        }
    }
}

impl NotificationEvent {
    /// Whose mail it is.
    pub const fn recipient(&self) -> SubjectId {
        match self {
            Self::NotificationQueued(e) => e.recipient,
            Self::NotificationSent(e) => e.recipient,
            Self::NotificationFailed(e) => e.recipient,
        }
    }

    /// What changed, field by field.
    pub fn changes(&self) -> Vec<FieldChange> {
        let (kind, mail) = match self {
            Self::NotificationQueued(e) => {
                let kind = FieldChange::new_value("mail_kind", e.kind.word());
                let to = FieldChange::new_value("mail_to", &e.to);
                return vec![kind, to, FieldChange::new_value("mail", "waiting")];
            }
            Self::NotificationSent(e) => (e.kind, FieldChange::between("mail", "waiting", "sent")),
            Self::NotificationFailed(e) => {
                let failed = format!("failed: {}", e.cause.word());
                (e.kind, FieldChange::between("mail", "waiting", failed))
            }
        };
        vec![FieldChange::new_value("mail_kind", kind.word()), mail]
    }
}

/// What the sender tells of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailReport {
    /// What kind of mail.
    pub kind: MailKind,
    /// Whose mail.
    pub recipient: SubjectId,
    /// Which attempt it was, from 1.
    pub attempt: u32,
    /// What became of it.
    pub outcome: MailOutcome,
}

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailOutcome {
    /// The mail server took it.
    Sent,
    /// It is given up.
    Failed(FailureCause),
}

/// A mail as its events made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// The mail.
    pub id: MailId,
    /// How it ended; none while it waits.
    pub outcome: Option<MailOutcome>,
}

impl Notification {
    /// The mail that its first event makes.
    pub const fn from_first(id: MailId, event: &NotificationEvent) -> Self {
        Self { id, outcome: outcome(event) }
    }

    /// Records what happened. Nothing follows on a mail's end.
    pub const fn apply(&mut self, event: &NotificationEvent) -> Result<(), ImpossibleStep> {
        let why = match (self.outcome, outcome(event)) {
            (None, Some(ended)) => {
                self.outcome = Some(ended);
                return Ok(());
            }
            (None, None) => "the mail is ordered already",
            (Some(_), _) => "what became of the mail is recorded already",
        };
        let aggregate = AggregateId::Notification(self.id);
        Err(ImpossibleStep { event: event.stored_type(), aggregate, why })
    }
}

const fn outcome(event: &NotificationEvent) -> Option<MailOutcome> {
    match event {
        NotificationEvent::NotificationQueued(_) => None,
        NotificationEvent::NotificationSent(_) => Some(MailOutcome::Sent),
        NotificationEvent::NotificationFailed(e) => Some(MailOutcome::Failed(e.cause)),
    }
}

/// Decides what is recorded of a report. Whoever comes second, after a mail that was sent twice,
/// changes nothing.
pub fn decide(notification: Option<&Notification>, report: &MailReport) -> Vec<NotificationEvent> {
    if notification.is_some_and(|mail| mail.outcome.is_some()) {
        return Vec::new();
    }
    let MailReport { kind, recipient, attempt, outcome } = *report;
    vec![match outcome {
        MailOutcome::Sent => NotificationSent { kind, recipient, attempt }.into(),
        MailOutcome::Failed(cause) => NotificationFailed { kind, recipient, attempt, cause }.into(),
    }]
}

/// The mails that tell owners of something new, the event `sequence` of `about`: to the primary and all
/// additional addresses of those who are Active (R21), and to no address twice, though several of the
/// contacts have it (H15).
pub(crate) fn to_owners<'a>(
    kind: MailKind,
    about: AggregateId,
    sequence: Sequence,
    contacts: impl IntoIterator<Item = &'a Contact>,
) -> Vec<(MailId, NotificationQueued)> {
    let told = |contact: &&Contact| {
        contact.life == Life::Live && matches!(contact.access, Access::Active { .. })
    };
    let mut addresses = BTreeSet::new();
    let mut mails = Vec::new();
    for contact in contacts.into_iter().filter(told) {
        let emails = contact.primary_email.iter().chain(&contact.additional_emails);
        for to in emails.filter(|to| to.value().is_some_and(|to| addresses.insert(to.normal()))) {
            let mail = nth_mail(about, sequence, mails.len());
            let (recipient, to) = (contact.id.into(), to.clone());
            mails.push((mail, NotificationQueued { kind, recipient, to, about }));
        }
    }
    mails
}

/// The id of one of the mails that an event orders. Ids of things are random, and multiples of an odd
/// number are all different: no two events have a mail in common.
fn nth_mail(about: AggregateId, sequence: Sequence, nth: usize) -> MailId {
    const ODD: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
    let nth = u128::try_from(nth).unwrap_or(u128::MAX);
    let number = (u128::from(sequence) << 32) | nth;
    MailId(Uuid::from_u128(about.uuid().as_u128() ^ number.wrapping_mul(ODD)))
}
