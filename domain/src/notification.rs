//! A mail that the product sends: what became of it. That one with a link was ordered, the event says
//! that ordered it (an invitation, a reset); one that tells owners of something new begins here, address
//! by address (R21), and so does one with a link to a portal (R89). How each ended, whether the mail server took it, is told here (R68).
//!
//! Each mail is an aggregate of its own, `notification-{mail}`. Attempts before its end are the sender's
//! own business and leave no event.

use crate::contact::{Access, Contact, Life};
use crate::email::EmailAddress;
use crate::event::{FieldChange, events, nothing_personal};
use crate::ids::{AggregateId, MailId, SubjectId};
use crate::personal::{HoldsPersonal, Personal, PersonalVisitor};
use crate::rejection::Rejection;
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
        NotificationBounced = "notification.bounced" v 1,
    }
}

/// A mail was ordered that tells an owner of something new (R21), or carries a link to a portal (R89).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationQueued {
    /// What kind of mail.
    pub kind: MailKind,
    /// Whose mail: the contact; of whoever is none, the mail itself.
    pub recipient: SubjectId,
    /// The one address that it goes to.
    pub to: Personal<EmailAddress>,
    /// What is new: the To-Do or message, or the job that has a task or whose portal it is.
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
    /// Whose mail: the contact or the member of the staff, or in a person's ledger the person.
    pub recipient: SubjectId,
    /// Which attempt it was that succeeded, from 1.
    pub attempt: u32,
}

/// The mail is not sent and will not be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationFailed {
    /// What kind of mail.
    pub kind: MailKind,
    /// Whose mail: the contact or the member of the staff, or in a person's ledger the person.
    pub recipient: SubjectId,
    /// Which attempt was the last one, from 1.
    pub attempt: u32,
    /// Why, in a word; never what the mail server said, which may name the address.
    pub cause: FailureCause,
}

/// The mail came back after the mail server had taken it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationBounced {
    /// What kind of mail.
    pub kind: MailKind,
    /// Whose mail: the contact, or in a person's ledger the person.
    pub recipient: SubjectId,
    /// Why, as the far mail server's code says it; never its words, which may name the address.
    pub status: BounceStatus,
}

/// Why a mail came back: an enhanced status code of RFC 3463 that stands for a failure, such as `5.1.1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BounceStatus(String);

impl BounceStatus {
    /// Reads one: class 4 or 5, and two numbers of up to three digits.
    pub fn parse(typed: &str) -> Result<Self, &'static str> {
        let expected = "must be a status code such as 5.1.1";
        let parts: Vec<&str> = typed.split('.').collect();
        let [class, subject, detail] = parts[..] else { return Err(expected) };
        let number = |part: &str| {
            (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !["4", "5"].contains(&class) || !number(subject) || !number(detail) {
            return Err(expected);
        }
        Ok(Self(typed.to_owned()))
    }

    /// As it was told.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for BounceStatus {
    type Error = &'static str;

    fn try_from(typed: String) -> Result<Self, Self::Error> {
        Self::parse(&typed)
    }
}

impl From<BounceStatus> for String {
    fn from(status: BounceStatus) -> Self {
        status.0
    }
}

nothing_personal!(NotificationSent, NotificationFailed, NotificationBounced);

/// What kind of mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailKind {
    /// The link of an invitation (R3, R17).
    Invitation,
    /// The link of a password reset (R17).
    PasswordReset,
    /// The link of an invitation to an account's staff.
    StaffInvitation,
    /// A text about something that changed; it holds no link.
    Notice,
    /// That an invitation waits and ends soon; it holds no link (2.5).
    InvitationReminder,
    /// That somebody is invited at another address than a deactivated owner had (H6).
    FormerAddress,
    /// The link of a change of the primary email, to the new address (R32).
    PrimaryEmailChange,
    /// That such a change was asked for, to the old address; it holds no link.
    PrimaryEmailChangeRequested,
    /// That the primary email was changed, to the old and the new address; it holds no link.
    PrimaryEmailChanged,
    /// The builder has written to an owner (R21, R63); it says that, and not what.
    NewMessage,
    /// An owner has something to do (R21, R63).
    NewTodo,
    /// A task waits for an owner (R21, R93).
    NewTask,
    /// A link to a job's portal (R89).
    PortalLink,
    /// The link of an invitation of a subcontractor to a job (R71).
    ProjectInvitation,
    /// The link of an invitation to a subcontractor's company (R79).
    SubUserInvitation,
    /// Somebody asks to be let into the company (H9).
    JoinRequested,
    /// The company has let somebody in (H9).
    JoinApproved,
}

impl MailKind {
    /// Every kind.
    pub const ALL: [Self; 17] = [
        Self::Invitation,
        Self::PasswordReset,
        Self::StaffInvitation,
        Self::Notice,
        Self::InvitationReminder,
        Self::FormerAddress,
        Self::PrimaryEmailChange,
        Self::PrimaryEmailChangeRequested,
        Self::PrimaryEmailChanged,
        Self::NewMessage,
        Self::NewTodo,
        Self::NewTask,
        Self::PortalLink,
        Self::ProjectInvitation,
        Self::SubUserInvitation,
        Self::JoinRequested,
        Self::JoinApproved,
    ];

    /// The stored word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::PasswordReset => "password_reset",
            Self::StaffInvitation => "staff_invitation",
            Self::Notice => "notice",
            Self::InvitationReminder => "invitation_reminder",
            Self::FormerAddress => "former_address",
            Self::PrimaryEmailChange => "primary_email_change",
            Self::PrimaryEmailChangeRequested => "primary_email_change_requested",
            Self::PrimaryEmailChanged => "primary_email_changed",
            Self::NewMessage => "new_message",
            Self::NewTodo => "new_todo",
            Self::NewTask => "new_task",
            Self::PortalLink => "portal_link",
            Self::ProjectInvitation => "project_invitation",
            Self::SubUserInvitation => "sub_user_invitation",
            Self::JoinRequested => "join_requested",
            Self::JoinApproved => "join_approved",
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
            Self::NotificationBounced(e) => e.recipient,
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
            Self::NotificationBounced(e) => {
                let bounced = format!("bounced: {}", e.status.as_str());
                (e.kind, FieldChange::between("mail", "sent", bounced))
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
    /// What kind of mail.
    pub kind: MailKind,
    /// Whose mail.
    pub recipient: SubjectId,
    /// How it ended; none while it waits.
    pub outcome: Option<MailOutcome>,
    /// Whether it came back after that.
    pub bounced: bool,
}

/// Why a bounce may not be recorded.
const NOT_SENT: &str = "a mail that was not sent does not come back";

impl Notification {
    /// The mail that its first event makes.
    pub fn from_first(id: MailId, event: &NotificationEvent) -> Result<Self, ImpossibleStep> {
        let (kind, outcome) = match event {
            NotificationEvent::NotificationQueued(e) => (e.kind, None),
            NotificationEvent::NotificationSent(e) => (e.kind, Some(MailOutcome::Sent)),
            NotificationEvent::NotificationFailed(e) => {
                (e.kind, Some(MailOutcome::Failed(e.cause)))
            }
            NotificationEvent::NotificationBounced(_) => {
                return Err(ImpossibleStep {
                    event: event.stored_type(),
                    aggregate: AggregateId::Notification(id),
                    why: NOT_SENT,
                });
            }
        };
        Ok(Self { id, kind, recipient: event.recipient(), outcome, bounced: false })
    }

    /// Records what happened. On a mail's end nothing follows but that it comes back, once.
    pub fn apply(&mut self, event: &NotificationEvent) -> Result<(), ImpossibleStep> {
        let why = match (event, self.outcome) {
            (NotificationEvent::NotificationQueued(_), _) => "the mail is ordered already",
            (NotificationEvent::NotificationSent(_), None) => {
                self.outcome = Some(MailOutcome::Sent);
                return Ok(());
            }
            (NotificationEvent::NotificationFailed(e), None) => {
                self.outcome = Some(MailOutcome::Failed(e.cause));
                return Ok(());
            }
            (
                NotificationEvent::NotificationSent(_) | NotificationEvent::NotificationFailed(_),
                Some(_),
            ) => "what became of the mail is recorded already",
            (NotificationEvent::NotificationBounced(_), _) if self.bounced => {
                "it came back already"
            }
            (NotificationEvent::NotificationBounced(_), Some(MailOutcome::Sent)) => {
                self.bounced = true;
                return Ok(());
            }
            (NotificationEvent::NotificationBounced(_), Some(MailOutcome::Failed(_)) | None) => {
                NOT_SENT
            }
        };
        let aggregate = AggregateId::Notification(self.id);
        Err(ImpossibleStep { event: event.stored_type(), aggregate, why })
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

/// Decides what is recorded of a mail that came back. One that is not sent yet, or not at all, is not
/// known; one that was given up, or came back before, stays as it is.
pub fn bounced(
    id: MailId,
    notification: Option<&Notification>,
    status: &BounceStatus,
) -> Result<Vec<NotificationEvent>, Rejection> {
    let ended = notification.and_then(|mail| Some((mail, mail.outcome?)));
    let Some((mail, outcome)) = ended else {
        return Err(Rejection::Unknown(AggregateId::Notification(id)));
    };
    let Notification { kind, recipient, bounced, .. } = *mail;
    if bounced || outcome != MailOutcome::Sent {
        return Ok(Vec::new());
    }
    Ok(vec![NotificationBounced { kind, recipient, status: status.clone() }.into()])
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

/// The mails that tell people of something new, the event `sequence` of `about`: one to each, and none
/// to whoever is erased.
pub(crate) fn to_each<'a>(
    kind: MailKind,
    about: AggregateId,
    sequence: Sequence,
    people: impl IntoIterator<Item = (SubjectId, &'a Personal<EmailAddress>)>,
) -> Vec<(MailId, NotificationQueued)> {
    let known = people.into_iter().filter(|(_, to)| to.value().is_some());
    let mails = known.enumerate().map(|(nth, (recipient, to))| {
        let queued = NotificationQueued { kind, recipient, to: to.clone(), about };
        (nth_mail(about, sequence, nth), queued)
    });
    mails.collect()
}

/// The id of one of the mails that an event orders. Ids of things are random, and multiples of an odd
/// number are all different: no two events have a mail in common.
fn nth_mail(about: AggregateId, sequence: Sequence, nth: usize) -> MailId {
    const ODD: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
    let nth = u128::try_from(nth).unwrap_or(u128::MAX);
    let number = (u128::from(sequence) << 32) | nth;
    MailId(Uuid::from_u128(about.uuid().as_u128() ^ number.wrapping_mul(ODD)))
}
