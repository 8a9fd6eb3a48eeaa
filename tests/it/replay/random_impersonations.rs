//! The part of a random history that is about looking through owners' eyes.

use crate::support::Account;
use domain::job::impersonation::{ImpersonationCommand, ImpersonationMinutes};
use domain::{Command, ContactId, ImpersonationId, JobId, Reason};
use event_store::Submission;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

/// Who was to be an owner of which job, and through whose eyes somebody was to look there.
#[derive(Default)]
pub(super) struct Looks {
    pub(super) owners: Vec<(JobId, ContactId)>,
    asked_for: Vec<(JobId, ImpersonationId)>,
}

/// Somebody looks through an owner's eyes.
pub(super) fn start(account: &Account, job: JobId, contact: ContactId) -> Submission {
    let impersonation = ImpersonationId(account.uuid());
    start_as(account, job, contact, impersonation)
}

fn start_as(
    account: &Account,
    job: JobId,
    contact: ContactId,
    impersonation: ImpersonationId,
) -> Submission {
    let minutes = ImpersonationMinutes::new(30).expect("half an hour");
    let start = ImpersonationCommand::Start { impersonation, contact, minutes };
    let mut submission = account.staff(Command::Impersonation(job, start));
    submission.circumstances.reason = Reason::parse("they asked for it").ok();
    submission.with_secret().expect("random bytes")
}

impl Looks {
    pub(super) fn command(
        &mut self,
        account: &Account,
        rng: &mut StdRng,
        job: JobId,
        contact: ContactId,
    ) -> Submission {
        let asked_for = self.asked_for.choose(rng).copied();
        match (rng.random_range(0..8), asked_for) {
            (0 | 1, Some((job, id))) => {
                account.staff(Command::Impersonation(job, ImpersonationCommand::End(id)))
            }
            (2, Some((job, id))) => {
                account.system(Command::Impersonation(job, ImpersonationCommand::TimeOut(id)))
            }
            (chance, _) => {
                let owner = self.owners.choose(rng).copied().filter(|_| chance > 3);
                let (job, contact) = owner.unwrap_or((job, contact));
                let impersonation = ImpersonationId(account.uuid());
                self.asked_for.push((job, impersonation));
                start_as(account, job, contact, impersonation)
            }
        }
    }
}
