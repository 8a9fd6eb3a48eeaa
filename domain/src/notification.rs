//! A mail that the product sends: what became of it. That it was ordered, the event says that
//! ordered it (an invitation, a reset); here is whether the mail server took it (R68).
//!
//! Each mail is an aggregate of its own, `notification-{mail}`, with one event at its end. Attempts
//! in between are the sender's own business and leave no event.

use crate::ImpossibleStep;
use crate::event::{FieldChange, events, nothing_personal};
use crate::ids::{AggregateId, MailId, SubjectId};
use serde::{Deserialize, Serialize};

events! {
    /// An event of a mail.
    NotificationEvent {
        NotificationSent = "notification.sent" v 1,
        NotificationFailed = "notification.failed" v 1,
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

nothing_personal!(NotificationSent, NotificationFailed);

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
}

impl MailKind {
    /// Every kind.
    pub const ALL: [Self; 4] =
        [Self::Invitation, Self::PasswordReset, Self::StaffInvitation, Self::Notice];

    /// The stored word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::PasswordReset => "password_reset",
            Self::StaffInvitation => "staff_invitation",
            Self::Notice => "notice",
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
            Self::NotificationSent(e) => e.recipient,
            Self::NotificationFailed(e) => e.recipient,
        }
    }

    /// What changed, field by field.
    pub fn changes(&self) -> Vec<FieldChange> {
        let (kind, mail) = match self {
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

/// A mail as its event made it: it has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// The mail.
    pub id: MailId,
    /// How it ended.
    pub outcome: MailOutcome,
}

impl Notification {
    /// The mail that its first event makes.
    pub const fn from_first(id: MailId, event: &NotificationEvent) -> Self {
        let outcome = match event {
            NotificationEvent::NotificationSent(_) => MailOutcome::Sent,
            NotificationEvent::NotificationFailed(e) => MailOutcome::Failed(e.cause),
        };
        Self { id, outcome }
    }

    /// Nothing follows on a mail's end.
    pub const fn apply(&self, event: &NotificationEvent) -> Result<(), ImpossibleStep> {
        Err(ImpossibleStep {
            event: event.stored_type(),
            aggregate: AggregateId::Notification(self.id),
            why: "what became of the mail is recorded already",
        })
    }
}

/// Decides what is recorded of a report. Whoever comes second, after a mail that was sent twice,
/// changes nothing.
pub fn decide(notification: Option<&Notification>, report: &MailReport) -> Vec<NotificationEvent> {
    if notification.is_some() {
        return Vec::new();
    }
    let MailReport { kind, recipient, attempt, outcome } = *report;
    vec![match outcome {
        MailOutcome::Sent => NotificationSent { kind, recipient, attempt }.into(),
        MailOutcome::Failed(cause) => NotificationFailed { kind, recipient, attempt, cause }.into(),
    }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const MAIL: MailId = MailId(Uuid::from_u128(1));

    fn report(outcome: MailOutcome) -> MailReport {
        let recipient = SubjectId(Uuid::from_u128(2));
        MailReport { kind: MailKind::Invitation, recipient, attempt: 3, outcome }
    }

    #[test]
    fn a_mail_ends_once_whatever_is_reported_after_it() {
        let outcomes = [MailOutcome::Sent, MailOutcome::Failed(FailureCause::Refused)];
        for (first, second) in outcomes.into_iter().zip(outcomes.into_iter().rev()) {
            let events = decide(None, &report(first));
            assert_eq!(events.len(), 1);
            let ended = Notification::from_first(MAIL, &events[0]);
            assert_eq!(ended, Notification { id: MAIL, outcome: first });
            assert_eq!(decide(Some(&ended), &report(second)), []);
            assert!(ended.apply(&events[0]).is_err(), "a second end is an impossible history");
        }
    }

    #[test]
    fn words_are_those_that_are_stored() {
        for kind in MailKind::ALL {
            assert_eq!(serde_json::to_value(kind).ok(), Some(kind.word().into()));
            assert_eq!(MailKind::from_word(kind.word()), Some(kind));
        }
        for cause in FailureCause::ALL {
            assert_eq!(serde_json::to_value(cause).ok(), Some(cause.word().into()));
        }
        assert_eq!(MailKind::from_word("sms"), None);
    }
}
