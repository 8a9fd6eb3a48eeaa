//! A person's work for builder accounts: where they are staff, and the sessions in which they act as
//! such. Whether they still are, those accounts' own ledgers say.

use super::{Person, PersonEvent, PersonRejection};
use crate::event::nothing_personal;
use crate::ids::{AccountId, AggregateId, SessionId, StaffId};
use crate::rejection::Rejection;
use serde::{Deserialize, Serialize};

/// The person accepts an invitation to an account's staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffLinked {
    /// Which account.
    pub account: AccountId,
    /// Which member of its staff they are.
    pub staff: StaffId,
}

/// The person signed in to work for one account, and for that one alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffSessionBegun {
    /// The session that began.
    pub session: SessionId,
    /// For which account.
    pub account: AccountId,
    /// As which member of its staff.
    pub staff: StaffId,
}

nothing_personal!(StaffLinked, StaffSessionBegun);

/// Takes note of where to look. Twice is once.
pub(super) fn link(
    person: &Person,
    account: AccountId,
    staff: StaffId,
) -> Result<Vec<PersonEvent>, Rejection> {
    if person.staff.contains(&(account, staff)) {
        Ok(Vec::new())
    } else if person.staff.len() >= super::LINKS_MAX {
        Err(PersonRejection::TooManyLinks.into())
    } else {
        Ok(vec![StaffLinked { account, staff }.into()])
    }
}

/// Begins a session as a member of the staff whom the person was invited to be.
pub(super) fn log_in(
    person: &Person,
    session: SessionId,
    account: AccountId,
    staff: StaffId,
) -> Result<Vec<PersonEvent>, Rejection> {
    if !person.staff.contains(&(account, staff)) {
        return Err(Rejection::Unknown(AggregateId::BuilderAccount(account)));
    }
    Ok(vec![StaffSessionBegun { session, account, staff }.into()])
}
