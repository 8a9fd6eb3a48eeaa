//! A person: the human who logs in, in a ledger of their own (RULES.md 2.1).
//!
//! A person is linked to contacts of any number of builder accounts; no account learns of another.
//! Which contacts are theirs now, the contacts' own ledgers say: disabling one closes that link
//! alone. No secret is in an event: a password's hash and a session's stand beside the ledger.

mod orgs;
mod second_factor;
mod work;

pub use orgs::{OrgLinked, OrgSessionBegun};
pub use second_factor::{
    RECOVERY_CODES, RecoveryCodeUsed, SecondFactor, SecondFactorDisabled, SecondFactorEnabled,
};
pub use work::{StaffLinked, StaffSessionBegun};

use crate::ImpossibleStep;
use crate::email::EmailAddress;
use crate::event::{FieldChange, events, nothing_personal};
use crate::ids::{
    AccountId, AggregateId, ContactId, CredentialId, FactorId, OrgId, PersonId, SessionId, StaffId,
    SubUserId, TokenId,
};
use crate::personal::{HoldsPersonal, Personal, PersonalVisitor};
use crate::rejection::{Refusal, Rejection, RejectionKind};
use crate::timestamp::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

mod email_change;

#[cfg(test)]
mod tests;

pub use email_change::{
    EMAIL_CHANGE_TTL_MINUTES, EmailChange, EmailChangeCommand, EmailChangeEnding,
    EmailChangeRejection, LoginEmailChanged, PrimaryEmailChangeBegun, PrimaryEmailChangeRefused,
    PrimaryEmailChangeRequested,
};

/// How long a password reset can be used, in minutes (promise 23).
pub const RESET_TTL_MINUTES: i64 = 30;

/// The most contacts that one person is linked to.
const LINKS_MAX: usize = 500;

events! {
    /// An event of a person.
    PersonEvent {
        PersonRegistered = "person.registered" v 1,
        CredentialsSet = "person.credentials_set" v 1,
        ContactLinked = "person.contact_linked" v 1,
        LoggedIn = "person.logged_in" v 1,
        SessionRevoked = "person.session_revoked" v 1,
        SessionsRevoked = "person.sessions_revoked" v 1,
        PasswordResetRequested = "person.password_reset_requested" v 1,
        PasswordResetCompleted = "person.password_reset_completed" v 1,
        PrimaryEmailChangeRequested = "person.primary_email_change_requested" v 1,
        PrimaryEmailChangeBegun = "person.primary_email_change_begun" v 1,
        PrimaryEmailChangeRefused = "person.primary_email_change_refused" v 1,
        LoginEmailChanged = "person.login_email_changed" v 1,
        StaffLinked = "person.staff_linked" v 1,
        StaffSessionBegun = "person.staff_session_begun" v 1,
        OrgLinked = "person.org_linked" v 1,
        OrgSessionBegun = "person.org_session_begun" v 1,
        SecondFactorEnabled = "person.second_factor_enabled" v 1,
        SecondFactorDisabled = "person.second_factor_disabled" v 1,
        RecoveryCodeUsed = "person.recovery_code_used" v 1,
    }
}

/// Somebody became a person, under an address that they have shown to be theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRegistered {
    /// The login email, which is the primary email of every linked contact.
    pub email: Personal<EmailAddress>,
}

/// The person set a password (R15). Its hash stands beside the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialsSet {
    /// Which one it is; the one before it is gone.
    pub credential: CredentialId,
}

/// The person accepted an invitation (R45).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactLinked {
    /// In which account.
    pub account: AccountId,
    /// Which contact of it is the person's.
    pub contact: ContactId,
}

/// The person signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedIn {
    /// The session that began.
    pub session: SessionId,
}

/// The person ended one session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRevoked {
    /// Which one.
    pub session: SessionId,
}

/// All sessions of the person ended: they asked for it, or their credentials changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionsRevoked {}

/// Somebody asked to reset the password, with the person's address (R17).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordResetRequested {
    /// The link in the mail.
    pub token: TokenId,
    /// Where the mail went.
    pub sent_to: Personal<EmailAddress>,
    /// From then on the link is dead.
    pub expires_at: Timestamp,
}

/// The link in the mail was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordResetCompleted {
    /// Which one.
    pub token: TokenId,
}

nothing_personal!(
    CredentialsSet,
    ContactLinked,
    LoggedIn,
    SessionRevoked,
    SessionsRevoked,
    PasswordResetCompleted,
);

impl HoldsPersonal for PersonRegistered {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        visitor.visit("email", &mut self.email);
    }
}

impl HoldsPersonal for PasswordResetRequested {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        visitor.visit("sent_to", &mut self.sent_to);
    }
}

impl PersonEvent {
    /// What changed, field by field.
    pub fn changes(&self) -> Vec<FieldChange> {
        match self {
            Self::PersonRegistered(e) => vec![FieldChange::new_value("login_email", &e.email)],
            Self::CredentialsSet(_) => vec![FieldChange::new_value("password", "set")],
            Self::ContactLinked(e) => {
                vec![FieldChange::new_value("contact", e.contact.to_string())]
            }
            Self::LoggedIn(e) => vec![FieldChange::new_value("session", e.session.to_string())],
            Self::SessionRevoked(e) => {
                vec![FieldChange::old_value("session", e.session.to_string())]
            }
            Self::SessionsRevoked(_) => vec![FieldChange::old_value("session", "all")],
            Self::PasswordResetRequested(e) => {
                vec![FieldChange::new_value("password_reset", &e.sent_to)]
            }
            Self::PasswordResetCompleted(_) => {
                vec![FieldChange::old_value("password_reset", "used")]
            }
            Self::PrimaryEmailChangeRequested(e) => e.changes(),
            Self::PrimaryEmailChangeBegun(e) => e.changes(),
            Self::PrimaryEmailChangeRefused(_) => PrimaryEmailChangeRefused::changes(),
            Self::LoginEmailChanged(e) => e.changes(),
            Self::StaffLinked(e) => vec![FieldChange::new_value("work", e.account.to_string())],
            Self::StaffSessionBegun(e) => {
                vec![FieldChange::new_value("session", e.session.to_string())]
            }
            Self::OrgLinked(e) => vec![FieldChange::new_value("organisation", e.org.to_string())],
            Self::OrgSessionBegun(e) => {
                vec![FieldChange::new_value("session", e.session.to_string())]
            }
            Self::SecondFactorEnabled(_) => vec![FieldChange::new_value("second_factor", "on")],
            Self::SecondFactorDisabled(_) => vec![FieldChange::old_value("second_factor", "on")],
            Self::RecoveryCodeUsed(e) => {
                vec![FieldChange::old_value("recovery_code", e.number.to_string())]
            }
        }
    }
}

/// A command to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonCommand {
    /// Become a person, with a first password, by somebody whose mail reached this address.
    Register {
        /// The address.
        email: EmailAddress,
        /// The password's id.
        credential: CredentialId,
    },
    /// Become a person without a password, by somebody who came over from an older system and asks to
    /// reset one. Twice is once.
    TakeOver(EmailAddress),
    /// Take note that a contact is this person's. Twice is once.
    Link {
        /// In which account.
        account: AccountId,
        /// Which contact.
        contact: ContactId,
    },
    /// Begin a session; the password has been checked.
    LogIn(SessionId),
    /// End a session.
    Revoke(SessionId),
    /// End all sessions.
    RevokeAll,
    /// Send a link to set another password with (R17).
    RequestReset(TokenId),
    /// Set another password with the link.
    CompleteReset {
        /// The link.
        token: TokenId,
        /// The new password's id.
        credential: CredentialId,
    },
    /// A step of the change of the login email (R32, H3).
    EmailChange(EmailChangeCommand),
    /// Take note that a member of an account's staff is this person. Twice is once.
    LinkStaff {
        /// Which account.
        account: AccountId,
        /// Which member.
        staff: StaffId,
    },
    /// Begin a session to work for an account; the password has been checked.
    LogInAsStaff {
        /// The session.
        session: SessionId,
        /// For which account.
        account: AccountId,
        /// As which member of its staff.
        staff: StaffId,
    },
    /// Take note that a user of a subcontractor's company is this person, or asks to be one. Twice is
    /// once.
    LinkOrg {
        /// Which company.
        org: OrgId,
        /// Which user of it.
        user: SubUserId,
    },
    /// Begin a session to work for a subcontractor's company; the password has been checked.
    LogInForOrg {
        /// The session.
        session: SessionId,
        /// For which company.
        org: OrgId,
        /// As which user of it.
        user: SubUserId,
    },
    /// Turn the second factor on; a code that it told has been checked.
    EnableSecondFactor(FactorId),
    /// Turn it off; password and code have been checked.
    DisableSecondFactor(FactorId),
    /// Use a recovery code; it has been found to be this one.
    UseRecoveryCode {
        /// Of which second factor.
        factor: FactorId,
        /// Which of its codes.
        number: u8,
    },
}

impl PersonCommand {
    /// The command's name, for logs, figures and the list of refused attempts.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Register { .. } => "RegisterPerson",
            Self::TakeOver(_) => "TakeOverPerson",
            Self::Link { .. } => "LinkContact",
            Self::LogIn(_) => "LogIn",
            Self::Revoke(_) => "RevokeSession",
            Self::RevokeAll => "RevokeSessions",
            Self::RequestReset(_) => "RequestPasswordReset",
            Self::CompleteReset { .. } => "CompletePasswordReset",
            Self::EmailChange(command) => command.name(),
            Self::LinkStaff { .. } => "LinkStaff",
            Self::LogInAsStaff { .. } => "LogInAsStaff",
            Self::LinkOrg { .. } => "LinkOrg",
            Self::LogInForOrg { .. } => "LogInForOrg",
            Self::EnableSecondFactor(_) => "EnableSecondFactor",
            Self::DisableSecondFactor(_) => "DisableSecondFactor",
            Self::UseRecoveryCode { .. } => "UseRecoveryCode",
        }
    }
}

/// Why a command to a person was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonRejection {
    /// They are registered, and have a password of their own.
    AlreadyRegistered,
    /// The link is not the last one that was mailed, or it was used.
    ResetSuperseded,
    /// The link was not used in time.
    ResetExpired,
    /// They are linked to as many contacts as there may be.
    TooManyLinks,
    /// A step of the change of the login email was refused.
    EmailChange(EmailChangeRejection),
    /// Another second factor is on.
    SecondFactorOn,
    /// The code is not one of the second factor, or was used.
    SecondFactorRefused,
}

impl PersonRejection {
    /// What it says.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::AlreadyRegistered => Refusal::new(
                "login_needed",
                RejectionKind::Forbidden,
                "This address has a login already; its password is its owner's alone.",
            )
            .rule("R15")
            .remedy("Sign in with it, then accept; or reset the password first."),
            Self::ResetSuperseded => Refusal::new(
                "reset_superseded",
                RejectionKind::Gone,
                "This link was used, or a newer one was sent.",
            )
            .rule("R17")
            .remedy("Use the link of the newest mail, or ask for another."),
            Self::ResetExpired => Refusal::new(
                "reset_expired",
                RejectionKind::Gone,
                "This link was not used in time.",
            )
            .rule("R17")
            .remedy("Ask for another."),
            Self::TooManyLinks => Refusal::new(
                "too_many_links",
                RejectionKind::Unprocessable,
                format!("A login can be linked to at most {LINKS_MAX} contacts."),
            )
            .rule("R45")
            .remedy("Use another address for further builders."),
            Self::EmailChange(rejection) => rejection.refusal(),
            Self::SecondFactorOn => Refusal::new(
                "second_factor_on",
                RejectionKind::Conflict,
                "A second factor is on already.",
            )
            .remedy("Turn it off first."),
            Self::SecondFactorRefused => Refusal::new(
                "second_factor_refused",
                RejectionKind::Forbidden,
                "This is not a code of your second factor, or it was used.",
            )
            .remedy("Wait for the next code; or use another recovery code."),
        }
    }
}

impl From<PersonRejection> for Rejection {
    fn from(rejection: PersonRejection) -> Self {
        Self::Person(rejection)
    }
}

/// A link that waits to be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenReset {
    /// The link.
    pub token: TokenId,
    /// From then on it is dead.
    pub expires_at: Timestamp,
}

/// A person as their events made them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// The login email.
    pub email: Personal<EmailAddress>,
    /// The password that holds.
    pub credential: Option<CredentialId>,
    /// The contacts that they were linked to; whether they still are, those ledgers say.
    pub links: BTreeSet<(AccountId, ContactId)>,
    /// The last reset that was mailed and not used.
    pub reset: Option<OpenReset>,
    /// The last change of the login email.
    pub email_change: EmailChange,
    /// The accounts whose staff they were invited to be; whether they still are, those ledgers say.
    pub staff: BTreeSet<(AccountId, StaffId)>,
    /// The subcontractors' companies whose users they were noted to be; whether they are, those ledgers
    /// say.
    pub orgs: BTreeSet<(OrgId, SubUserId)>,
    /// The second factor, if it is on.
    pub second_factor: Option<SecondFactor>,
}

impl Person {
    /// Begins with the first event.
    pub fn from_first(id: PersonId, event: &PersonEvent) -> Result<Self, ImpossibleStep> {
        let PersonEvent::PersonRegistered(first) = event else {
            return Err(ImpossibleStep {
                event: event.stored_type(),
                aggregate: AggregateId::Person(id),
                why: "a person begins by being registered",
            });
        };
        let email = first.email.clone();
        Ok(Self {
            id,
            email,
            credential: None,
            links: BTreeSet::new(),
            staff: BTreeSet::new(),
            orgs: BTreeSet::new(),
            reset: None,
            second_factor: None,
            email_change: EmailChange::None,
        })
    }

    /// Records what happened. Decides nothing.
    pub fn apply(&mut self, event: &PersonEvent) -> Result<(), ImpossibleStep> {
        let id = self.id;
        let impossible = |why| {
            let aggregate = AggregateId::Person(id);
            Err(ImpossibleStep { event: event.stored_type(), aggregate, why })
        };
        match event {
            PersonEvent::PersonRegistered(_) => return impossible("they are registered already"),
            PersonEvent::CredentialsSet(e) => {
                self.credential = Some(e.credential);
                self.reset = None;
                self.email_change.password_set();
            }
            PersonEvent::ContactLinked(e) => {
                if !self.links.insert((e.account, e.contact)) {
                    return impossible("they are linked to that contact already");
                }
            }
            PersonEvent::PasswordResetRequested(e) => {
                self.reset = Some(OpenReset { token: e.token, expires_at: e.expires_at });
            }
            PersonEvent::PasswordResetCompleted(e) => match self.reset {
                Some(reset) if reset.token == e.token => self.reset = None,
                Some(_) | None => return impossible("no such reset is open"),
            },
            PersonEvent::PrimaryEmailChangeRequested(e) => {
                return self.email_change.requested(e).or_else(impossible);
            }
            PersonEvent::PrimaryEmailChangeBegun(e) => {
                return self.email_change.begun(e).or_else(impossible);
            }
            PersonEvent::PrimaryEmailChangeRefused(e) => {
                let refused = self.email_change.ended(e.token, EmailChangeEnding::Refused);
                return refused.or_else(impossible);
            }
            PersonEvent::LoginEmailChanged(e) => {
                if let Err(why) = self.email_change.ended(e.token, EmailChangeEnding::Changed) {
                    return impossible(why);
                }
                self.email = e.to.clone();
                self.reset = None;
            }
            PersonEvent::StaffLinked(e) => {
                if !self.staff.insert((e.account, e.staff)) {
                    return impossible("they are linked to that account already");
                }
            }
            PersonEvent::OrgLinked(e) => {
                if !self.orgs.insert((e.org, e.user)) {
                    return impossible("they are linked to that company already");
                }
            }
            PersonEvent::SecondFactorEnabled(_)
            | PersonEvent::SecondFactorDisabled(_)
            | PersonEvent::RecoveryCodeUsed(_) => {
                if let Err(why) = self.factor_changed(event) {
                    return impossible(why);
                }
            }
            // Sessions are kept beside the ledger.
            PersonEvent::LoggedIn(_)
            | PersonEvent::StaffSessionBegun(_)
            | PersonEvent::OrgSessionBegun(_)
            | PersonEvent::SessionRevoked(_)
            | PersonEvent::SessionsRevoked(_) => {}
        }
        Ok(())
    }
}

/// Decides a command: the events that happen, or why not.
pub fn decide(
    id: PersonId,
    person: Option<&Person>,
    command: &PersonCommand,
    now: Timestamp,
) -> Result<Vec<PersonEvent>, Rejection> {
    if let PersonCommand::Register { email, credential } = command {
        return match person {
            None => Ok(vec![
                PersonRegistered { email: Personal::known(id, email.clone()) }.into(),
                CredentialsSet { credential: *credential }.into(),
            ]),
            Some(_) => Err(PersonRejection::AlreadyRegistered.into()),
        };
    }
    if let PersonCommand::TakeOver(email) = command {
        return Ok(match person {
            None => vec![PersonRegistered { email: Personal::known(id, email.clone()) }.into()],
            Some(_) => Vec::new(),
        });
    }
    let Some(person) = person else {
        return Err(Rejection::Unknown(AggregateId::Person(id)));
    };
    match command {
        PersonCommand::Register { .. } | PersonCommand::TakeOver(_) => {
            Err(PersonRejection::AlreadyRegistered.into())
        }
        PersonCommand::Link { account, contact } => {
            if person.links.contains(&(*account, *contact)) {
                Ok(Vec::new())
            } else if person.links.len() >= LINKS_MAX {
                Err(PersonRejection::TooManyLinks.into())
            } else {
                Ok(vec![ContactLinked { account: *account, contact: *contact }.into()])
            }
        }
        PersonCommand::LogIn(session) => Ok(vec![LoggedIn { session: *session }.into()]),
        PersonCommand::Revoke(session) => Ok(vec![SessionRevoked { session: *session }.into()]),
        PersonCommand::RevokeAll => Ok(vec![SessionsRevoked {}.into()]),
        PersonCommand::RequestReset(token) => Ok(vec![
            PasswordResetRequested {
                token: *token,
                sent_to: person.email.clone(),
                expires_at: now.plus_minutes(RESET_TTL_MINUTES),
            }
            .into(),
        ]),
        PersonCommand::CompleteReset { token, credential } => {
            complete_reset(person, *token, *credential, now)
        }
        PersonCommand::EmailChange(command) => email_change::decide(person, command, now),
        PersonCommand::LinkStaff { account, staff } => work::link(person, *account, *staff),
        PersonCommand::LogInAsStaff { session, account, staff } => {
            work::log_in(person, *session, *account, *staff)
        }
        PersonCommand::LinkOrg { org, user } => orgs::link(person, *org, *user),
        PersonCommand::LogInForOrg { session, org, user } => {
            orgs::log_in(person, *session, *org, *user)
        }
        PersonCommand::EnableSecondFactor(factor) => second_factor::enable(person, *factor),
        PersonCommand::DisableSecondFactor(factor) => Ok(second_factor::disable(person, *factor)),
        PersonCommand::UseRecoveryCode { factor, number } => {
            second_factor::recover(person, *factor, *number)
        }
    }
}

/// A changed credential ends all sessions (promise 25).
fn complete_reset(
    person: &Person,
    token: TokenId,
    credential: CredentialId,
    now: Timestamp,
) -> Result<Vec<PersonEvent>, Rejection> {
    match person.reset {
        Some(reset) if reset.token != token => Err(PersonRejection::ResetSuperseded.into()),
        None => Err(PersonRejection::ResetSuperseded.into()),
        Some(reset) if now >= reset.expires_at => Err(PersonRejection::ResetExpired.into()),
        Some(_) => Ok(vec![
            PasswordResetCompleted { token }.into(),
            CredentialsSet { credential }.into(),
            SessionsRevoked {}.into(),
        ]),
    }
}
