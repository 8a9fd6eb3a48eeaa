//! The part of a random history that is about leads.

use crate::support::Account;
use crate::support::account::details;
use domain::contact::InfoEdit;
use domain::job::JobDetails;
use domain::lead::LeadCommand;
use domain::ledger::WonInto;
use domain::text::Title;
use domain::{Command, ContactId, JobId, JobName, LeadId, PersonName, Reason};
use event_store::Submission;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

/// How many there are at most; few, so that they meet.
const LEADS_MAX: usize = 10;

fn title(rng: &mut StdRng) -> Title {
    let typed = ["Kitchen for the Examples", "Überdachung", "A \"pool\"", "Roof \\ gutters"];
    Title::parse(typed.choose(rng).unwrap_or(&typed[0])).expect("a title")
}

/// A command to one of these leads, or a new one. Ids that it makes are added to those that there
/// are.
pub(super) fn command(
    account: &Account,
    rng: &mut StdRng,
    leads: &mut Vec<LeadId>,
    contacts: &mut Vec<ContactId>,
    jobs: &mut Vec<JobId>,
) -> Submission {
    let contact = contacts.choose(rng).copied().unwrap_or_else(|| account.contact_id());
    let job = jobs.choose(rng).copied().unwrap_or_else(|| account.job_id());
    let Some(lead) = leads.choose(rng).copied() else { return new_lead(account, rng, leads) };
    let command = match rng.random_range(0..16) {
        0..=2 if leads.len() < LEADS_MAX => return new_lead(account, rng, leads),
        3 => {
            let contact = account.contact_id();
            contacts.push(contact);
            let details = details("Fay Example", None);
            let title = rng.random_bool(0.5).then(|| title(rng));
            let lead = if title.is_some() { LeadId(account.uuid()) } else { lead };
            Command::SaveLeadContact { lead, title, contact, details }
        }
        4 => Command::Lead(lead, LeadCommand::Retitle(title(rng))),
        5..=8 => Command::Lead(lead, LeadCommand::Link(contact)),
        9 => Command::Lead(lead, LeadCommand::Unlink),
        10 => {
            let reason = Reason::parse("They build\n\"next\" year.").expect("a reason");
            Command::Lead(lead, LeadCommand::Lose(reason))
        }
        11 | 12 => Command::Lead(lead, LeadCommand::Reopen),
        13 if rng.random_bool(0.3) => {
            let into =
                if rng.random_bool(0.5) { WonInto::Job(job) } else { new_job(account, jobs) };
            Command::WinLead { lead, into }
        }
        _ => {
            let name = PersonName::parse("Gil Example").ok();
            Command::EditLeadContact { lead, edit: InfoEdit { name, ..InfoEdit::default() } }
        }
    };
    account.staff(command)
}

fn new_lead(account: &Account, rng: &mut StdRng, leads: &mut Vec<LeadId>) -> Submission {
    let lead = LeadId(account.uuid());
    leads.push(lead);
    let title = title(rng);
    account.staff(Command::Lead(lead, LeadCommand::Create { title, contact: None }))
}

fn new_job(account: &Account, jobs: &mut Vec<JobId>) -> WonInto {
    let job = account.job_id();
    jobs.push(job);
    let name = JobName::parse("Won house").expect("a name");
    let details = JobDetails { name, reference: None, site: None };
    WonInto::NewJob { account: account.id, job, details, job_type: None, template: None }
}
