//! A person's change of their login email, which is the primary email of every linked contact (R32,
//! H3).
//!
//! It is asked for, or comes with an invitation to another address; it has begun when the new
//! address has been shown to be theirs; then the contacts follow, each in its builder's ledger, and
//! at the end it is so, or refused and taken back. Once begun it goes on until one or the other, so
//! that whoever finds it half-way, after a crash, knows what is left to be done.

mod events;

pub use events::{
    LoginEmailChanged, PrimaryEmailChangeBegun, PrimaryEmailChangeRefused,
    PrimaryEmailChangeRequested,
};

use super::{Person, PersonEvent, PersonRejection, SessionsRevoked};
use crate::email::EmailAddress;
use crate::ids::{AccountId, CredentialId, TokenId};
use crate::personal::Personal;
use crate::rejection::{Refusal, Rejection, RejectionKind};
use crate::timestamp::Timestamp;

/// How long the link in the mail to the new address can be used, in minutes.
pub const EMAIL_CHANGE_TTL_MINUTES: i64 = 60;

/// How a change of the login email ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailChangeEnding {
    /// The login email is the new one.
    Changed,
    /// A builder, or another login, had the address.
    Refused,
    /// The password was set anew before the link was used.
    Void,
}

/// The last change of the login email that somebody asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum EmailChange {
    /// Nobody ever did.
    #[default]
    None,
    /// The link waits to be used.
    Requested {
        /// The link.
        token: TokenId,
        /// The new address.
        to: Personal<EmailAddress>,
        /// From then on the link is dead.
        expires_at: Timestamp,
    },
    /// The contacts are following.
    Begun {
        /// The link.
        token: TokenId,
        /// The new address.
        to: Personal<EmailAddress>,
    },
    /// It is over.
    Ended {
        /// The link.
        token: TokenId,
        /// How.
        how: EmailChangeEnding,
    },
}

impl EmailChange {
    /// The link and the address of a change that has begun and not ended.
    pub const fn under_way(&self) -> Option<(TokenId, &Personal<EmailAddress>)> {
        match self {
            Self::Begun { token, to } => Some((*token, to)),
            Self::None | Self::Requested { .. } | Self::Ended { .. } => None,
        }
    }

    /// Whether it has begun, and not ended, by this link.
    fn goes_on(&self, link: TokenId) -> bool {
        matches!(self, Self::Begun { token, .. } if *token == link)
    }

    /// A password that is set voids a link that waits: whoever asked for it may be why it was set.
    pub(super) fn password_set(&mut self) {
        if let Self::Requested { token, .. } = self {
            *self = Self::Ended { token: *token, how: EmailChangeEnding::Void };
        }
    }

    pub(super) fn requested(
        &mut self,
        event: &PrimaryEmailChangeRequested,
    ) -> Result<(), &'static str> {
        let PrimaryEmailChangeRequested { token, to, expires_at, .. } = event;
        self.open(Self::Requested { token: *token, to: to.clone(), expires_at: *expires_at })
    }

    pub(super) fn begun(&mut self, event: &PrimaryEmailChangeBegun) -> Result<(), &'static str> {
        self.open(Self::Begun { token: event.token, to: event.to.clone() })
    }

    fn open(&mut self, next: Self) -> Result<(), &'static str> {
        if self.under_way().is_some() {
            return Err("a change of the login email is under way");
        }
        *self = next;
        Ok(())
    }

    pub(super) fn ended(
        &mut self,
        token: TokenId,
        how: EmailChangeEnding,
    ) -> Result<(), &'static str> {
        if !self.goes_on(token) {
            return Err("no such change of the login email is under way");
        }
        *self = Self::Ended { token, how };
        Ok(())
    }

    /// Nothing is left to do where it has ended like this.
    fn is_over(
        &self,
        link: TokenId,
        wanted: EmailChangeEnding,
    ) -> Result<Vec<PersonEvent>, Rejection> {
        match self {
            Self::Ended { token, how } if *token == link && *how == wanted => Ok(Vec::new()),
            Self::None | Self::Requested { .. } | Self::Begun { .. } | Self::Ended { .. } => {
                Err(self.dead(link).into())
            }
        }
    }

    /// Why this link does nothing.
    fn dead(&self, link: TokenId) -> EmailChangeRejection {
        match self {
            Self::Ended { token, how } if *token == link => match how {
                EmailChangeEnding::Changed => EmailChangeRejection::Used,
                EmailChangeEnding::Refused => EmailChangeRejection::Refused,
                EmailChangeEnding::Void => EmailChangeRejection::Superseded,
            },
            Self::None | Self::Requested { .. } | Self::Begun { .. } | Self::Ended { .. } => {
                EmailChangeRejection::Superseded
            }
        }
    }
}

/// A step of a person's change of their login email.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmailChangeCommand {
    /// Mail a link to the new address; the password has been checked.
    Request {
        /// The link.
        token: TokenId,
        /// The new address.
        to: EmailAddress,
        /// The password that was checked.
        shown: CredentialId,
    },
    /// Begin, with the link of the mail. Twice is once.
    Begin(TokenId),
    /// Begin, with the link of an invitation to the new address; the password has been checked.
    BeginWithInvitation {
        /// The invitation's link.
        token: TokenId,
        /// The address that it was mailed to.
        to: EmailAddress,
        /// The password that was checked.
        shown: CredentialId,
    },
    /// The contacts have followed, and the directory has the address. Twice is once.
    Complete(TokenId),
    /// A builder, or another login, has the address. Twice is once.
    Refuse {
        /// The link.
        token: TokenId,
        /// The builder account, if it is one.
        account: Option<AccountId>,
    },
}

impl EmailChangeCommand {
    /// The command's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Request { .. } => "RequestPrimaryEmailChange",
            Self::Begin(_) => "BeginPrimaryEmailChange",
            Self::BeginWithInvitation { .. } => "MoveLoginToInvitedEmail",
            Self::Complete(_) => "CompletePrimaryEmailChange",
            Self::Refuse { .. } => "RefusePrimaryEmailChange",
        }
    }

    /// Whether a mail with a link comes of it.
    pub const fn makes_link(&self) -> bool {
        matches!(self, Self::Request { .. })
    }
}

/// Why a step was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailChangeRejection {
    /// The password that was shown is not, or no longer, theirs.
    WrongPassword,
    /// It is the login email already.
    SameEmail,
    /// Another change has begun and not ended.
    UnderWay,
    /// A newer link was sent, or the password was set anew since.
    Superseded,
    /// The link was not used in time.
    Expired,
    /// The change is done.
    Used,
    /// The change was refused.
    Refused,
}

impl EmailChangeRejection {
    /// What it says.
    pub(super) fn refusal(self) -> Refusal {
        use RejectionKind::{Conflict, Forbidden, Gone, Unprocessable};
        let (code, kind, cause, remedy) = match self {
            Self::WrongPassword => {
                let cause = "This is not your password.";
                return Refusal::new("wrong_password", Forbidden, cause)
                    .rule("R15")
                    .remedy("Type it again, or reset it first.")
                    .field("password");
            }
            Self::SameEmail => (
                "email_change_same_address",
                Unprocessable,
                "This is your primary email already.",
                "Name another address.",
            ),
            Self::UnderWay => (
                "email_change_under_way",
                Conflict,
                "Another change of your primary email is being carried out.",
                "Try again in a moment; signing in again takes it up where it stopped.",
            ),
            Self::Superseded => (
                "email_change_superseded",
                Gone,
                "A newer link was sent, or the password was set anew since this one was.",
                "Use the link of the newest mail, or ask for another.",
            ),
            Self::Expired => (
                "email_change_expired",
                Gone,
                "This link was not used in time.",
                "Ask for the change again.",
            ),
            Self::Used => (
                "email_change_used",
                Gone,
                "This link was used; the change is done.",
                "Sign in with the new address.",
            ),
            Self::Refused => (
                "email_change_refused",
                Gone,
                "This change was refused, and your primary email stays as it was.",
                "Ask for the change again, when the address is free.",
            ),
        };
        Refusal::new(code, kind, cause).rule("R32").remedy(remedy)
    }
}

impl From<EmailChangeRejection> for Rejection {
    fn from(rejection: EmailChangeRejection) -> Self {
        Self::Person(PersonRejection::EmailChange(rejection))
    }
}

/// Decides a step.
pub(super) fn decide(
    person: &Person,
    command: &EmailChangeCommand,
    now: Timestamp,
) -> Result<Vec<PersonEvent>, Rejection> {
    let known = |email: &EmailAddress| Personal::known(person.id, email.clone());
    let change = &person.email_change;
    match command {
        EmailChangeCommand::Request { token, to, shown } => {
            has_shown(person, *shown)?;
            if change.under_way().is_some() {
                return Err(EmailChangeRejection::UnderWay.into());
            }
            if person.email.value() == Some(to) {
                return Err(EmailChangeRejection::SameEmail.into());
            }
            let expires_at = now.plus_minutes(EMAIL_CHANGE_TTL_MINUTES);
            let (token, from, to) = (*token, person.email.clone(), known(to));
            Ok(vec![PrimaryEmailChangeRequested { token, from, to, expires_at }.into()])
        }
        EmailChangeCommand::Begin(link) => begin(change, *link, now),
        EmailChangeCommand::BeginWithInvitation { token, to, shown } => {
            has_shown(person, *shown)?;
            if change.goes_on(*token) || person.email.value() == Some(to) {
                return Ok(Vec::new());
            }
            if change.under_way().is_some() {
                return Err(EmailChangeRejection::UnderWay.into());
            }
            Ok(vec![PrimaryEmailChangeBegun { token: *token, to: known(to) }.into()])
        }
        EmailChangeCommand::Complete(link) => match change.under_way() {
            Some((token, to)) if token == *link => {
                let (from, to) = (person.email.clone(), to.clone());
                Ok(vec![LoginEmailChanged { token, from, to }.into(), SessionsRevoked {}.into()])
            }
            Some(_) | None => change.is_over(*link, EmailChangeEnding::Changed),
        },
        EmailChangeCommand::Refuse { token, account } => {
            if change.goes_on(*token) {
                let (token, account) = (*token, *account);
                return Ok(vec![PrimaryEmailChangeRefused { token, account }.into()]);
            }
            change.is_over(*token, EmailChangeEnding::Refused)
        }
    }
}

/// Decided with the password that holds now: one that was set meanwhile voids what the one before it
/// would have allowed.
fn has_shown(person: &Person, shown: CredentialId) -> Result<(), Rejection> {
    if person.credential == Some(shown) {
        Ok(())
    } else {
        Err(EmailChangeRejection::WrongPassword.into())
    }
}

fn begin(
    change: &EmailChange,
    link: TokenId,
    now: Timestamp,
) -> Result<Vec<PersonEvent>, Rejection> {
    if change.goes_on(link) {
        return Ok(Vec::new());
    }
    if let EmailChange::Requested { token, to, expires_at } = change
        && *token == link
    {
        if now >= *expires_at {
            return Err(EmailChangeRejection::Expired.into());
        }
        return Ok(vec![PrimaryEmailChangeBegun { token: link, to: to.clone() }.into()]);
    }
    Err(change.dead(link).into())
}
