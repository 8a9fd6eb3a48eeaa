//! The part of a random history that is about To-Dos and messages.

use crate::support::Account;
use domain::job::JobCommand;
use domain::owner_item::{OwnerItemCommand, TodoChange, TodoDetails};
use domain::text::{MessageText, Title};
use domain::{Command, ContactId, Day, JobId, OwnerItemId, PersonId};
use event_store::Submission;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

/// What was made, if it was.
#[derive(Default)]
pub(super) struct Items {
    /// To-Dos and messages.
    made: Vec<(JobId, OwnerItemId, Option<PersonId>)>,
    /// Owners of jobs, as long as they are.
    owners: Vec<(JobId, ContactId, Option<PersonId>)>,
}

fn title(rng: &mut StdRng) -> Title {
    let typed = ["Bring the keys", "Call \"the bank\"", "Rasen mähen", "Look \\ listen"];
    Title::parse(typed.choose(rng).unwrap_or(&typed[0])).expect("a title")
}

fn day(rng: &mut StdRng) -> Option<Day> {
    let day = rng.random_range(1..29);
    rng.random_bool(0.6).then(|| Day::parse(&format!("2026-06-{day:02}")).expect("a day"))
}

/// A To-Do for an owner of a job.
pub(super) fn todo(account: &Account, job: JobId, contact: ContactId) -> Command {
    let title = Title::parse("Bring the keys").expect("a title");
    let (item, details) = (OwnerItemId(account.uuid()), TodoDetails { title, due: None });
    Command::OwnerItem(OwnerItemCommand::AddTodo { item, job, contact, details })
}

/// A command by the builder or by an owner, about their own or, now and then, about another's.
pub(super) fn command(
    account: &Account,
    rng: &mut StdRng,
    items: &mut Items,
    job: JobId,
    contact: ContactId,
    person: Option<PersonId>,
) -> Submission {
    if items.owners.is_empty() || rng.random_bool(0.35) {
        items.owners.push((job, contact, person));
        return account.staff(Command::Job(job, JobCommand::AddOwner(contact, None)));
    }
    // The last ones most likely still are.
    let last = items.owners.len().saturating_sub(4);
    let known = items.owners[last..].choose(rng).copied().filter(|_| rng.random_bool(0.9));
    let (job, contact, person) = known.unwrap_or((job, contact, person));
    let new = OwnerItemId(account.uuid());
    let (of, item, whose) = items.made.choose(rng).copied().unwrap_or((job, new, person));
    let change = |change| OwnerItemCommand::ChangeTodo { item, job: of, change };
    let command = match rng.random_range(0..12) {
        0..=2 => {
            let details = TodoDetails { title: title(rng), due: day(rng) };
            OwnerItemCommand::AddTodo { item: new, job, contact, details }
        }
        3..=5 => {
            let text = MessageText::parse("Good \"morning\".\n\nGrüße").expect("a text");
            OwnerItemCommand::SendMessage { item: new, job, contact, text }
        }
        6 => change(TodoChange::Edit { title: Some(title(rng)), due: None }),
        7 => change(TodoChange::Edit { title: None, due: Some(day(rng)) }),
        8 | 9 => change(TodoChange::Complete),
        10 => change(TodoChange::Reopen),
        _ => change(TodoChange::Remove),
    };
    if command.item() == new {
        items.made.push((job, new, person));
    }
    let asks = if rng.random_bool(0.8) { whose.or(person) } else { person };
    match asks {
        Some(asks) if rng.random_bool(0.4) => account.by_owner(asks, Command::OwnerItem(command)),
        Some(_) | None => account.staff(Command::OwnerItem(command)),
    }
}
