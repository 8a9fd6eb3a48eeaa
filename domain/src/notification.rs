//! A mail that the product sends: what became of it. That it was ordered, the event says that
//! ordered it (an invitation, a reset); here is whether the mail server took it (R68).
//!
//! Each mail is an aggregate of its own, `notification-{mail}`, with one event at its end. Attempts
//! in between are the sender's own business and leave no event.

use crate::ImpossibleStep;
use crate::event::{FieldChange, events, nothing_personal};
use crate::ids::{AggregateId, MailId, SubjectId};
use crate::rejection::Rejection;
use serde::{Deserialize, Serialize};

events! {
    /// An event of a mail.
    NotificationEvent {
        NotificationSent = "notification.sent" v 1,
        NotificationFailed = "notification.failed" v 1,
        NotificationBounced = "notification.bounced" v 1,
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
}

impl MailKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Invitation,
        Self::PasswordReset,
        Self::StaffInvitation,
        Self::Notice,
        Self::InvitationReminder,
        Self::FormerAddress,
        Self::PrimaryEmailChange,
        Self::PrimaryEmailChangeRequested,
        Self::PrimaryEmailChanged,
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
            Self::NotificationBounced(e) => e.recipient,
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

/// A mail as its event made it: it has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// The mail.
    pub id: MailId,
    /// What kind of mail.
    pub kind: MailKind,
    /// Whose mail.
    pub recipient: SubjectId,
    /// How it ended.
    pub outcome: MailOutcome,
    /// Whether it came back after that.
    pub bounced: bool,
}

impl Notification {
    /// The mail that its first event makes.
    pub fn from_first(id: MailId, event: &NotificationEvent) -> Result<Self, ImpossibleStep> {
        let (kind, outcome) = match event {
            NotificationEvent::NotificationSent(e) => (e.kind, MailOutcome::Sent),
            NotificationEvent::NotificationFailed(e) => (e.kind, MailOutcome::Failed(e.cause)),
            NotificationEvent::NotificationBounced(_) => {
                return Err(ImpossibleStep {
                    event: event.stored_type(),
                    aggregate: AggregateId::Notification(id),
                    why: "a mail that was not sent does not come back",
                });
            }
        };
        Ok(Self { id, kind, recipient: event.recipient(), outcome, bounced: false })
    }

    /// On a mail's end nothing follows but that it comes back, once.
    pub fn apply(&mut self, event: &NotificationEvent) -> Result<(), ImpossibleStep> {
        let why = match event {
            NotificationEvent::NotificationSent(_) | NotificationEvent::NotificationFailed(_) => {
                "what became of the mail is recorded already"
            }
            NotificationEvent::NotificationBounced(_) if self.bounced => "it came back already",
            NotificationEvent::NotificationBounced(_) => match self.outcome {
                MailOutcome::Sent => {
                    self.bounced = true;
                    return Ok(());
                }
                MailOutcome::Failed(_) => "a mail that was not sent does not come back",
            },
        };
        let aggregate = AggregateId::Notification(self.id);
        Err(ImpossibleStep { event: event.stored_type(), aggregate, why })
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

/// Decides what is recorded of a mail that came back. One that is not sent yet, or not at all, is not
/// known; one that was given up, or came back before, stays as it is.
pub fn bounced(
    id: MailId,
    notification: Option<&Notification>,
    status: &BounceStatus,
) -> Result<Vec<NotificationEvent>, Rejection> {
    let Some(mail) = notification else {
        return Err(Rejection::Unknown(AggregateId::Notification(id)));
    };
    let Notification { kind, recipient, outcome, bounced, .. } = *mail;
    if bounced || outcome != MailOutcome::Sent {
        return Ok(Vec::new());
    }
    Ok(vec![NotificationBounced { kind, recipient, status: status.clone() }.into()])
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
            let mut ended = Notification::from_first(MAIL, &events[0]).expect("ends");
            assert_eq!((ended.id, ended.outcome, ended.bounced), (MAIL, first, false));
            assert_eq!(decide(Some(&ended), &report(second)), []);
            assert!(ended.apply(&events[0]).is_err(), "a second end is an impossible history");
        }
    }

    #[test]
    fn a_mail_that_was_sent_comes_back_once_and_no_other_does() {
        // R68
        let status = BounceStatus::parse("5.1.1").expect("a status");
        let unknown = Rejection::Unknown(AggregateId::Notification(MAIL));
        assert_eq!(bounced(MAIL, None, &status), Err(unknown));
        let sent = decide(None, &report(MailOutcome::Sent));
        let mut mail = Notification::from_first(MAIL, &sent[0]).expect("ends");
        let back = bounced(MAIL, Some(&mail), &status).expect("known");
        let recipient = SubjectId(Uuid::from_u128(2));
        let expected = NotificationBounced { kind: MailKind::Invitation, recipient, status };
        assert_eq!(back, [expected.clone().into()]);
        assert!(Notification::from_first(MAIL, &back[0]).is_err(), "nothing was sent");
        assert_eq!(mail.apply(&back[0]), Ok(()));
        assert_eq!(bounced(MAIL, Some(&mail), &expected.status), Ok(Vec::new()));
        assert!(mail.apply(&back[0]).is_err(), "it came back already");
        let failed = decide(None, &report(MailOutcome::Failed(FailureCause::Refused)));
        let mut failed = Notification::from_first(MAIL, &failed[0]).expect("ends");
        assert_eq!(bounced(MAIL, Some(&failed), &expected.status), Ok(Vec::new()));
        assert!(failed.apply(&back[0]).is_err(), "it was never sent");
    }

    #[test]
    fn a_bounce_has_a_status_of_failure() {
        for good in ["5.1.1", "4.4.7", "5.7.999"] {
            assert_eq!(BounceStatus::parse(good).map(String::from), Ok(good.to_owned()));
        }
        for bad in
            ["", "2.0.0", "5.1", "5.1.1.1", "5.1.1000", "5..1", "550", "5.1.x", "5.1.1 ada@x"]
        {
            assert!(BounceStatus::parse(bad).is_err(), "{bad}");
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
