//! All that a turn writes, gathered while it is decided.

use super::credentials::Credentials;
use super::documents::Documents;
use super::effects::EndedMail;
use super::images::Images;
use super::impersonations::Impersonations;
use super::logins::Logins;
use super::portal_links::PortalLinks;
use super::staff::Staff;
use super::trades::Trades;
use crate::rows::{AttemptRow, MailRow, NewTokenRow, ReceiptRow, SubjectKeyRow};
use domain::{ContactId, CustomerId, JobId, LeadId, LedgerId, SubjectId};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that a turn writes.
#[derive(Default)]
pub(super) struct Writes {
    pub(super) subject_keys: Vec<SubjectKeyRow>,
    pub(super) claims: BTreeMap<(LedgerId, [u8; 32]), Claim>,
    /// Who is an owner of which job after the turn, and who no more.
    pub(super) jobs: BTreeMap<(LedgerId, ContactId, JobId), bool>,
    /// Which leads are about whom after the turn, and which no more.
    pub(super) leads: BTreeMap<(LedgerId, ContactId, LeadId), bool>,
    /// Which contacts belong to which customers after the turn, and which no more.
    pub(super) customers: BTreeMap<(LedgerId, CustomerId, ContactId), bool>,
    pub(super) receipts: Vec<ReceiptRow>,
    pub(super) tokens: Vec<NewTokenRow>,
    pub(super) mails: Vec<MailRow>,
    /// Mails that have ended.
    pub(super) mails_ended: Vec<EndedMail>,
    pub(super) credentials: Credentials,
    pub(super) impersonations: Impersonations,
    pub(super) portal_links: PortalLinks,
    pub(super) attempts: Vec<AttemptRow>,
    pub(super) logins: Logins,
    pub(super) images: Images,
    pub(super) documents: Documents,
    pub(super) staff: Staff,
    pub(super) trades: Trades,
    /// Subjects whose keys this turn made, to let go when it is rolled back.
    pub(super) newborn: Vec<(LedgerId, SubjectId)>,
}

impl Writes {
    /// Whether all of it can go into one statement with the events: nothing in it has to be written
    /// before something else is, and it has no other rows than those that most commands make.
    pub(super) fn fit_one_statement(&self) -> bool {
        let Self {
            subject_keys: _,
            claims,
            jobs,
            leads,
            customers,
            receipts: _,
            tokens: _,
            mails: _,
            mails_ended,
            credentials,
            impersonations,
            portal_links,
            attempts: _,
            logins,
            images,
            documents,
            staff,
            trades,
            newborn: _,
        } = self;
        let claims = claims.values().filter(|claim| claim.before != claim.after);
        let gone: BTreeSet<ContactId> = claims.clone().filter_map(|claim| claim.before).collect();
        // An address that changes hands is released first, and so is a contact's former one.
        claims.clone().all(|claim| claim.before.is_none() || claim.after.is_none())
            && !claims.filter_map(|claim| claim.after).any(|contact| gone.contains(&contact))
            && jobs.is_empty()
            && leads.is_empty()
            && customers.is_empty()
            && mails_ended.is_empty()
            && credentials.are_none()
            && impersonations.are_none()
            && portal_links.are_none()
            && logins.are_none()
            && images.are_none()
            && documents.are_none()
            && staff.are_none()
            && trades.are_none()
    }
}

/// A claim before the turn and after it; only the difference is written.
#[derive(Clone, Copy)]
pub(super) struct Claim {
    pub(super) before: Option<ContactId>,
    pub(super) after: Option<ContactId>,
}

#[cfg(test)]
mod tests {
    use super::{Claim, Writes};
    use domain::{ContactId, LedgerId};
    use uuid::Uuid;

    const ADA: Option<ContactId> = Some(ContactId(Uuid::from_u128(1)));
    const BEA: Option<ContactId> = Some(ContactId(Uuid::from_u128(2)));

    fn with(claims: &[(Option<ContactId>, Option<ContactId>)]) -> Writes {
        let mut writes = Writes::default();
        for (n, (before, after)) in (0..).zip(claims) {
            let claim = Claim { before: *before, after: *after };
            writes.claims.insert((LedgerId::INSTALLATION, [n; 32]), claim);
        }
        writes
    }

    #[test]
    fn what_must_be_written_in_order_does_not_fit_one_statement() {
        let fit = [
            &[][..],
            &[(None, ADA)],
            &[(ADA, None)],
            &[(ADA, ADA), (None, BEA)],
            &[(None, ADA), (None, BEA)],
            &[(ADA, None), (BEA, None)],
            &[(ADA, None), (None, BEA)],
        ];
        for fits in fit {
            assert!(with(fits).fit_one_statement(), "{fits:?}");
        }
        for moves in [&[(ADA, BEA)][..], &[(ADA, None), (None, ADA)]] {
            assert!(!with(moves).fit_one_statement(), "{moves:?}");
        }
    }
}
