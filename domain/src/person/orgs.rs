//! A person's work for subcontractors' companies: whose users they are, and the sessions in which they
//! act as such. Whether they still are, those companies' own ledgers say.

use super::{Person, PersonEvent, PersonRejection};
use crate::event::nothing_personal;
use crate::ids::{AggregateId, OrgId, SessionId, SubUserId};
use crate::rejection::Rejection;
use serde::{Deserialize, Serialize};

/// The person is, or asks to be, a user of a subcontractor's company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgLinked {
    /// Which company.
    pub org: OrgId,
    /// Which user of it.
    pub user: SubUserId,
}

/// The person signed in to work for one company, and for that one alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgSessionBegun {
    /// The session that began.
    pub session: SessionId,
    /// For which company.
    pub org: OrgId,
    /// As which user of it.
    pub user: SubUserId,
}

nothing_personal!(OrgLinked, OrgSessionBegun);

/// Takes note of where to look. Twice is once.
pub(super) fn link(
    person: &Person,
    org: OrgId,
    user: SubUserId,
) -> Result<Vec<PersonEvent>, Rejection> {
    if person.orgs.contains(&(org, user)) {
        Ok(Vec::new())
    } else if person.orgs.len() >= super::LINKS_MAX {
        Err(PersonRejection::TooManyLinks.into())
    } else {
        Ok(vec![OrgLinked { org, user }.into()])
    }
}

/// Begins a session as a user whom the person was noted to be.
pub(super) fn log_in(
    person: &Person,
    session: SessionId,
    org: OrgId,
    user: SubUserId,
) -> Result<Vec<PersonEvent>, Rejection> {
    if !person.orgs.contains(&(org, user)) {
        return Err(Rejection::Unknown(AggregateId::SubcontractorOrg(org)));
    }
    Ok(vec![OrgSessionBegun { session, org, user }.into()])
}
