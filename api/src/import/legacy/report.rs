//! What became of a file of owners: row by row, and email by email.

use super::group::{Apart, Group};
use crate::import::run::{Failed, ImportReport, RowOutcome, RowResult};
use domain::contact::DuplicateResolved;
use domain::ledger::{Imported, ImportedOwner, LegacyAccess, OwnerResult};
use domain::{ContactId, Rejection};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// What became of a file of owners as a whole.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct OwnersReport {
    /// How many new contacts are active.
    pub(crate) active: usize,
    /// How many new contacts are not invited.
    pub(crate) not_invited: usize,
    /// How many new contacts are deactivated, because another one keeps the email.
    pub(crate) deactivated: usize,
    /// Who keeps an email that several active owners have, and who loses it.
    pub(crate) shared_emails: Vec<SharedEmail>,
}

/// An email that several active owners have.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SharedEmail {
    /// Who keeps it.
    kept_by: Party,
    /// Who loses it and is deactivated.
    deactivated: Vec<Lost>,
}

/// One of those who share an email.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Party {
    /// The contact.
    contact_id: Uuid,
    /// The line of its row; absent when it was in the account before.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
}

/// One who loses an email.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Lost {
    #[serde(flatten)]
    party: Party,
    /// What decides: `last_login`, `activation`, `id`, or `held`.
    by: &'static str,
    /// The same in words.
    why: String,
}

/// What became of one owner, beyond being new or there.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnerRowResult {
    /// The access of a new contact: `active`, `not_invited` or `deactivated`.
    #[serde(skip_serializing_if = "Option::is_none")]
    access: Option<LegacyAccessWord>,
    /// Who keeps an email that others have too, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) decision: Option<String>,
    /// Who holds the email of a new contact that is not active: it can be invited with another one
    /// alone (G2).
    #[serde(skip_serializing_if = "Option::is_none")]
    email_held_by: Option<Uuid>,
    /// What became of the jobs that the row names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    jobs: Vec<JobOfOwner>,
}

/// The access that a new contact comes over with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LegacyAccessWord {
    /// It is active.
    Active,
    /// It is not invited.
    NotInvited,
    /// It was active, and another one keeps the email.
    Deactivated,
}

/// What became of one job of an owner.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobOfOwner {
    /// The job as the row names it.
    reference: String,
    /// `added`; `unknown_job`; `job_archived` or `too_many_owners`, and the job is left as it is. Of
    /// a contact that was there before: `already_there` or `was_not_there`, and nothing is changed.
    result: &'static str,
}

impl From<LegacyAccess> for LegacyAccessWord {
    fn from(access: LegacyAccess) -> Self {
        match access {
            LegacyAccess::Active => Self::Active,
            LegacyAccess::NotInvited => Self::NotInvited,
            LegacyAccess::Deactivated => Self::Deactivated,
        }
    }
}

const fn job_word(result: OwnerResult) -> &'static str {
    match result {
        OwnerResult::Added => "added",
        OwnerResult::AlreadyThere => "already_there",
        OwnerResult::Removed | OwnerResult::WasNotThere => "was_not_there",
        OwnerResult::UnknownJob => "unknown_job",
        OwnerResult::UnknownContact => "unknown_contact",
        OwnerResult::TooManyOwners => "too_many_owners",
        OwnerResult::JobArchived => "job_archived",
    }
}

impl ImportReport {
    /// Adds a row that was in no group.
    pub(super) fn add_apart(&mut self, line: u64, apart: Apart) {
        let result = match apart {
            Apart::Refused(refused) => {
                self.failed += 1;
                RowResult::failed(line, refused.into())
            }
            Apart::Twin { first, contact } => {
                self.already_there += 1;
                let same_as_line = Some(first);
                let contact_id = Some(contact.0);
                let result = RowOutcome::AlreadyThere;
                RowResult { contact_id, same_as_line, ..RowResult::of(line, result) }
            }
        };
        self.results.push(result);
    }

    /// Adds a group whose command was refused.
    pub(super) fn add_refused(&mut self, group: &Group, rejection: &Rejection) {
        for (line, _) in &group.rows {
            self.failed += 1;
            self.results.push(RowResult::failed(*line, Failed::from(rejection.clone())));
        }
    }

    /// Adds a group and what became of each of its owners.
    pub(super) fn add_group(
        &mut self,
        group: Group,
        owners: &[ImportedOwner],
        resolved: &[DuplicateResolved],
    ) {
        let lines = group.rows.iter().map(|(line, row)| (row.owner.contact, *line)).collect();
        let report = self.owners.get_or_insert_default();
        report.shared_emails.extend(shared_emails(resolved, &lines));
        for ((line, row), owner) in group.rows.into_iter().zip(owners) {
            let created = owner.imported == Imported::Created;
            match owner.access {
                None => {}
                Some(LegacyAccess::Active) => report.active += 1,
                Some(LegacyAccess::NotInvited) => report.not_invited += 1,
                Some(LegacyAccess::Deactivated) => report.deactivated += 1,
            }
            self.created_contacts += usize::from(created);
            self.already_there += usize::from(!created);
            let result = if created { RowOutcome::Created } else { RowOutcome::AlreadyThere };
            let results = owner.jobs.iter().map(|(_, result)| job_word(*result));
            let jobs = row.jobs.into_iter().zip(results);
            let jobs = jobs.map(|(reference, result)| JobOfOwner { reference, result }).collect();
            self.results.push(RowResult {
                contact_id: Some(owner.contact.0),
                left_out: if created { row.left_out } else { Vec::new() },
                owner: Some(OwnerRowResult {
                    access: owner.access.map(LegacyAccessWord::from),
                    decision: decision(owner.contact, resolved),
                    email_held_by: owner.email_held_by.map(ContactId::uuid),
                    jobs,
                }),
                ..RowResult::of(line, result)
            });
        }
    }
}

/// What was decided about a contact, in words.
fn decision(contact: ContactId, resolved: &[DuplicateResolved]) -> Option<String> {
    let told = |verb: &str, resolved: &DuplicateResolved| format!("{verb}: {}", resolved.why());
    let lost = resolved.iter().find(|resolved| resolved.loser == contact);
    let kept = resolved.iter().find(|resolved| resolved.winner == contact);
    let lost = lost.map(|resolved| told("another keeps the email", resolved));
    lost.or_else(|| kept.map(|resolved| told("keeps the email", resolved)))
}

/// Who keeps an email stands before those who lose it to them.
fn shared_emails(
    resolved: &[DuplicateResolved],
    lines: &BTreeMap<ContactId, u64>,
) -> Vec<SharedEmail> {
    let party = |id: ContactId| Party { contact_id: id.0, line: lines.get(&id).copied() };
    let mut shared: Vec<SharedEmail> = Vec::new();
    for resolved in resolved {
        let lost =
            Lost { party: party(resolved.loser), by: resolved.by.word(), why: resolved.why() };
        let winner = resolved.winner.0;
        if let Some(email) = shared.iter_mut().find(|email| email.kept_by.contact_id == winner) {
            email.deactivated.push(lost);
        } else {
            let (kept_by, deactivated) = (party(resolved.winner), vec![lost]);
            shared.push(SharedEmail { kept_by, deactivated });
        }
    }
    shared
}
