//! The part of a random history that is about what jobs consist of.

use crate::support::Account;
use crate::support::account::label;
use domain::builder_account::{JobSetup, JobTemplate, TemplateTask};
use domain::job::{
    Assignee, BudgetLine, Cents, JobCommand, JobDetails, MilestoneDetails, MilestoneEdit,
    MilestoneStatus, Phase, TaskDetails, TaskEdit, TaskKind,
};
use domain::ledger::JobFromTemplate;
use domain::text::{NoteText, Title};
use domain::{
    Command, ContactId, Day, JobId, JobType, MilestoneId, NoteId, PersonId, TaskId, TemplateId,
};
use event_store::Submission;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

/// Tasks, milestones and templates that were made; whose they are, chance forgets now and then.
#[derive(Default)]
pub(super) struct Parts {
    tasks: Vec<(JobId, TaskId)>,
    milestones: Vec<(JobId, MilestoneId)>,
    templates: Vec<TemplateId>,
}

fn title(rng: &mut StdRng) -> Title {
    let typed = ["Choose the tiles", "Lay the \"tiles\"", "Überprüfen", "Sign off \\ pay"];
    Title::parse(typed.choose(rng).unwrap_or(&typed[0])).expect("a title")
}

fn pick<T: Copy>(rng: &mut StdRng, all: &[T]) -> T {
    *all.choose(rng).expect("there are some")
}

fn day(rng: &mut StdRng) -> Option<Day> {
    let day = rng.random_range(1..29);
    rng.random_bool(0.7).then(|| Day::parse(&format!("2026-05-{day:02}")).expect("a day"))
}

fn job_type(rng: &mut StdRng) -> Option<JobType> {
    rng.random_bool(0.7)
        .then(|| JobType::parse(pick(rng, &["Remodel", "New home", "Pool"])).expect("a type"))
}

fn assignee(rng: &mut StdRng, contact: ContactId) -> Option<Assignee> {
    match rng.random_range(0..5) {
        0 => None,
        1 => Some(Assignee::Staff(label("Kim"))),
        2 => Some(Assignee::Subcontractor(label("Elm Tiling"))),
        _ => Some(Assignee::Owner(contact)),
    }
}

impl Parts {
    pub(super) fn setup(&mut self, account: &Account, rng: &mut StdRng) -> Submission {
        let template = self.templates.choose(rng).copied();
        let content = |rng: &mut StdRng| JobTemplate {
            name: label("Kitchen"),
            job_type: job_type(rng),
            tasks: (0..rng.random_range(0..4))
                .map(|_| TemplateTask {
                    title: title(rng),
                    kind: pick(rng, TaskKind::ALL),
                    phase: pick(rng, Phase::ALL),
                })
                .collect(),
            milestones: vec![title(rng)],
        };
        account.job_setup(match (rng.random_range(0..6), template) {
            (0 | 1, _) => JobSetup::SetTypes((0..3).filter_map(|_| job_type(rng)).collect()),
            (2, Some(template)) => JobSetup::ChangeTemplate(template, content(rng)),
            (3, Some(template)) if rng.random_bool(0.3) => JobSetup::RemoveTemplate(template),
            _ => {
                let template = TemplateId(account.uuid());
                self.templates.push(template);
                JobSetup::AddTemplate(template, content(rng))
            }
        })
    }

    pub(super) fn new_job(
        &mut self,
        account: &Account,
        rng: &mut StdRng,
        job: JobId,
        details: JobDetails,
        owners: Vec<ContactId>,
    ) -> Submission {
        let template = self.templates.choose(rng).map(|template| JobFromTemplate {
            template: *template,
            tasks: (0..4).map(|_| TaskId(account.uuid())).collect(),
            milestones: vec![MilestoneId(account.uuid())],
        });
        let copied = template.iter();
        self.tasks.extend(copied.clone().flat_map(|t| t.tasks.iter().map(|task| (job, *task))));
        self.milestones.extend(copied.flat_map(|t| t.milestones.iter().map(|one| (job, *one))));
        let (account_id, job_type) = (account.id, job_type(rng));
        let job_type = job_type.filter(|_| rng.random_bool(0.3));
        let create =
            Command::CreateJob { account: account_id, job, details, owners, job_type, template };
        account.staff(create)
    }

    pub(super) fn command(
        &mut self,
        account: &Account,
        rng: &mut StdRng,
        job: JobId,
        contact: ContactId,
        person: Option<PersonId>,
    ) -> Submission {
        if rng.random_bool(0.1) {
            let to = job_type(rng);
            return account.staff(Command::SetJobType { account: account.id, job, to });
        }
        let (task_job, task) =
            self.tasks.choose(rng).copied().unwrap_or((job, TaskId(account.uuid())));
        let (milestone_job, milestone) =
            self.milestones.choose(rng).copied().unwrap_or((job, MilestoneId(account.uuid())));
        if let Some(person) = person
            && rng.random_bool(0.1)
        {
            let complete = Command::CompleteForOwner { job: task_job, contact, task };
            return account.by_owner(person, complete);
        }
        let (job, command) = match rng.random_range(0..19) {
            0..=3 => {
                let task = TaskId(account.uuid());
                self.tasks.push((job, task));
                let details = TaskDetails {
                    title: title(rng),
                    kind: pick(rng, TaskKind::ALL),
                    phase: pick(rng, Phase::ALL),
                    assignee: assignee(rng, contact),
                    due: day(rng),
                };
                (job, JobCommand::AddTask(task, details))
            }
            4 | 5 => {
                let edit = TaskEdit {
                    title: Some(title(rng)),
                    phase: Some(pick(rng, Phase::ALL)),
                    assignee: Some(assignee(rng, contact)),
                    ..TaskEdit::default()
                };
                (task_job, JobCommand::EditTask(task, edit))
            }
            6..=8 => (task_job, JobCommand::CompleteTask(task)),
            9 => (task_job, JobCommand::ReopenTask(task)),
            10 => (task_job, JobCommand::RemoveTask(task)),
            11 => {
                let milestone = MilestoneId(account.uuid());
                self.milestones.push((job, milestone));
                let details = MilestoneDetails { title: title(rng), due: day(rng) };
                (job, JobCommand::AddMilestone(milestone, details))
            }
            12 => {
                let status = Some(pick(rng, MilestoneStatus::ALL));
                let edit = MilestoneEdit { title: None, due: Some(day(rng)), status };
                (milestone_job, JobCommand::EditMilestone(milestone, edit))
            }
            13 => (milestone_job, JobCommand::RemoveMilestone(milestone)),
            14 => (job, JobCommand::SetDeadline(day(rng))),
            15 => {
                let amount_cents = Cents::new(rng.random_range(-5_000..500_000)).expect("small");
                let line = BudgetLine { label: label("Tiles"), amount_cents };
                (job, JobCommand::SetBudget(vec![line]))
            }
            16 => {
                let text = NoteText::parse("Ask for the \"key\".\nNext door.").expect("a note");
                (job, JobCommand::AddNote(NoteId(account.uuid()), text))
            }
            17 => (job, JobCommand::Archive),
            _ => (job, JobCommand::Reopen),
        };
        account.staff(Command::Job(job, command))
    }
}
