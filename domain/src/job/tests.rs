//! The rules of jobs, each as: given these events, when this is asked, then that happens.

use super::*;
use crate::day::Day;
use crate::ids::{AggregateId, BulkId, ContactId, JobId, MilestoneId, NoteId, TaskId};
use crate::rejection::Rejection;
use crate::text::{JobName, JobType, Label, NoteText, PostalAddress, Reference, Title};
use uuid::Uuid;

const ELM_ST: JobId = JobId(Uuid::from_u128(0xe1));
const ADA: ContactId = ContactId(Uuid::from_u128(0xada));
const BEA: ContactId = ContactId(Uuid::from_u128(0xbea));
const BULK: BulkId = BulkId(Uuid::from_u128(0xb));
const TILES: TaskId = TaskId(Uuid::from_u128(0x711e5));
const SINK: TaskId = TaskId(Uuid::from_u128(0x5106));
const IN_USE: MilestoneId = MilestoneId(Uuid::from_u128(0x05e));
const NOTE: NoteId = NoteId(Uuid::from_u128(0x907e));

fn name(typed: &str) -> JobName {
    JobName::parse(typed).expect("a valid name")
}

fn details() -> JobDetails {
    JobDetails {
        name: name("Elm St"),
        reference: Some(Reference::parse("P-7").expect("a valid reference")),
        site: Some(PostalAddress::parse("12 Elm St").expect("a valid address")),
    }
}

fn created() -> JobEvent {
    let JobDetails { name, reference, site } = details();
    JobCreated { name, reference, site }.into()
}

fn added(contact: ContactId, bulk: Option<BulkId>) -> JobEvent {
    OwnerAddedToJob { contact, bulk }.into()
}

fn removed(contact: ContactId, bulk: Option<BulkId>) -> JobEvent {
    OwnerRemovedFromJob { contact, bulk }.into()
}

fn owners(count: usize) -> Vec<ContactId> {
    (0_u128..).take(count).map(|n| ContactId(Uuid::from_u128(n))).collect()
}

fn title(typed: &str) -> Title {
    Title::parse(typed).expect("a valid title")
}

fn label(typed: &str) -> Label {
    Label::parse(typed).expect("a valid label")
}

fn day(typed: &str) -> Option<Day> {
    Day::parse(typed).ok()
}

/// A task of this owner's, or of nobody's.
fn tiles(owner: Option<ContactId>) -> TaskDetails {
    TaskDetails {
        title: title("Choose the tiles"),
        kind: TaskKind::Selection,
        phase: Phase::Planning,
        assignee: owner.map(Assignee::Owner),
        due: day("2026-05-01"),
    }
}

fn task(id: TaskId, details: TaskDetails) -> JobEvent {
    TaskAdded { task: id, details }.into()
}

fn in_use(due: Option<Day>) -> MilestoneDetails {
    MilestoneDetails { title: title("Kitchen in use"), due }
}

fn milestone() -> JobEvent {
    MilestoneAdded { milestone: IN_USE, details: in_use(None) }.into()
}

fn line(typed: &str, amount: i64) -> BudgetLine {
    BudgetLine { label: label(typed), amount_cents: Cents::new(amount).expect("an amount") }
}

fn unknown() -> Result<Vec<JobEvent>, Rejection> {
    Err(Rejection::Unknown(AggregateId::Job(ELM_ST)))
}

/// One of each command to a job that is there, and each changes something of `busy()`.
fn commands() -> Vec<JobCommand> {
    vec![
        JobCommand::Rename(name("Oak St")),
        JobCommand::AddOwner(BEA, None),
        JobCommand::RemoveOwner(ADA, None),
        JobCommand::AddTask(SINK, tiles(None)),
        JobCommand::EditTask(TILES, TaskEdit { due: Some(None), ..TaskEdit::default() }),
        JobCommand::CompleteTask(TILES),
        JobCommand::ReopenTask(TILES),
        JobCommand::RemoveTask(TILES),
        JobCommand::AddMilestone(MilestoneId(Uuid::nil()), in_use(None)),
        JobCommand::EditMilestone(
            IN_USE,
            MilestoneEdit { status: Some(MilestoneStatus::Reached), ..MilestoneEdit::default() },
        ),
        JobCommand::RemoveMilestone(IN_USE),
        JobCommand::SetDeadline(day("2026-08-31")),
        JobCommand::SetBudget(vec![line("Tiles", 120_000)]),
        JobCommand::AddNote(NOTE, NoteText::parse("The dog is friendly.").expect("a note")),
    ]
}

/// A job with an owner, a task of theirs and a milestone.
fn busy() -> Vec<JobEvent> {
    vec![created(), added(ADA, None), task(TILES, tiles(Some(ADA))), milestone()]
}

fn fold(events: &[JobEvent]) -> Option<Job> {
    let (first, rest) = events.split_first()?;
    let mut job = Job::from_first(ELM_ST, first).expect("starts a job");
    for event in rest {
        job.apply(event).expect("follows");
    }
    Some(job)
}

/// Compares what happens, and gives the job's owners after it: the same as before after a refusal.
#[expect(clippy::needless_pass_by_value, reason = "reads as a sentence")]
#[track_caller]
fn check(
    given: Vec<JobEvent>,
    when: &JobCommand,
    then: Result<Vec<JobEvent>, Rejection>,
) -> Vec<ContactId> {
    let happened = decide(ELM_ST, fold(&given).as_ref(), when);
    assert_eq!(happened, then);
    let events = [given, happened.unwrap_or_default()].concat();
    fold(&events).map_or_else(Vec::new, |job| job.owners.into_iter().collect())
}

#[test]
fn a_job_is_opened_with_any_number_of_owners_each_once() {
    // R1, R56
    assert!(
        check(Vec::new(), &JobCommand::Create(details(), vec![]), Ok(vec![created()])).is_empty()
    );
    let after = check(
        Vec::new(),
        &JobCommand::Create(details(), vec![BEA, ADA, BEA]),
        Ok(vec![created(), added(ADA, None), added(BEA, None)]),
    );
    assert_eq!(after, [ADA, BEA]);
}

#[test]
fn a_job_is_opened_once() {
    let again = JobCommand::Create(details(), vec![]);
    check(vec![created()], &again, Err(JobRejection::AlreadyExists.into()));
}

#[test]
fn a_job_takes_five_hundred_owners_and_no_more() {
    let full: Vec<_> = std::iter::once(created())
        .chain(owners(500).into_iter().map(|owner| added(owner, None)))
        .collect();
    let refused = || Err(JobRejection::TooManyOwners.into());
    check(Vec::new(), &JobCommand::Create(details(), owners(501)), refused());
    let after = check(full.clone(), &JobCommand::AddOwner(ADA, None), refused());
    assert_eq!(after.len(), Job::OWNERS_MAX);
    // Whoever is there already is no one more.
    check(full, &JobCommand::AddOwner(owners(1)[0], None), Ok(vec![]));
}

#[test]
fn a_job_gets_another_name_and_not_the_same_again() {
    let renamed = JobRenamed { from: name("Elm St"), to: name("Oak St") };
    check(vec![created()], &JobCommand::Rename(name("Oak St")), Ok(vec![renamed.into()]));
    check(vec![created()], &JobCommand::Rename(name("Elm St")), Ok(vec![]));
}

#[test]
fn an_owner_is_added_once_and_twice_changes_nothing() {
    // R2, H12
    let add = JobCommand::AddOwner(ADA, Some(BULK));
    let after = check(vec![created()], &add, Ok(vec![added(ADA, Some(BULK))]));
    assert_eq!(after, [ADA]);
    check(vec![created(), added(ADA, None)], &add, Ok(vec![]));
}

#[test]
fn the_last_owner_can_be_removed_and_twice_changes_nothing() {
    // H12
    let remove = JobCommand::RemoveOwner(ADA, Some(BULK));
    let given = vec![created(), added(ADA, None)];
    assert!(check(given, &remove, Ok(vec![removed(ADA, Some(BULK))])).is_empty());
    check(vec![created()], &remove, Ok(vec![]));
}

#[test]
fn nothing_can_be_asked_of_a_job_that_is_not_there() {
    for command in commands().into_iter().chain([JobCommand::Archive, JobCommand::Reopen]) {
        check(Vec::new(), &command, unknown());
    }
    assert_eq!(set_type(ELM_ST, None, None), unknown());
}

#[test]
fn an_archived_job_refuses_every_change_until_it_is_reopened() {
    let archived = || [busy(), vec![JobArchived {}.into()]].concat();
    let refused = || Err(JobRejection::Archived.into());
    for command in commands() {
        let after = check(archived(), &command, refused());
        assert_eq!(after, [ADA]);
        // The same is taken before, and again once the job is reopened.
        assert!(decide(ELM_ST, fold(&busy()).as_ref(), &command).is_ok(), "{}", command.name());
    }
    assert_eq!(set_type(ELM_ST, fold(&archived()).as_ref(), None), refused());
    check(busy(), &JobCommand::Archive, Ok(vec![JobArchived {}.into()]));
    check(archived(), &JobCommand::Archive, Ok(vec![]));
    check(archived(), &JobCommand::Reopen, Ok(vec![JobReopened {}.into()]));
    check(busy(), &JobCommand::Reopen, Ok(vec![]));
    let again = [archived(), vec![JobReopened {}.into()]].concat();
    check(again, &JobCommand::CompleteTask(TILES), Ok(vec![completed()]));
}

fn completed() -> JobEvent {
    TaskCompleted { task: TILES, title: title("Choose the tiles") }.into()
}

#[test]
fn a_job_gets_a_type_another_and_none() {
    // R56; that the type is on the list, the ledger sees to
    let remodel = JobType::parse("Remodel").ok();
    let set: JobEvent = JobTypeSet { from: None, to: remodel.clone() }.into();
    let job = fold(&[created()]);
    assert_eq!(set_type(ELM_ST, job.as_ref(), remodel.as_ref()), Ok(vec![set.clone()]));
    let job = fold(&[created(), set]);
    assert_eq!(set_type(ELM_ST, job.as_ref(), remodel.as_ref()), Ok(vec![]));
    let cleared = JobTypeSet { from: remodel, to: None };
    assert_eq!(set_type(ELM_ST, job.as_ref(), None), Ok(vec![cleared.into()]));
}

#[test]
fn a_task_is_added_for_nobody_for_an_owner_for_staff_or_for_a_subcontractor() {
    // R93
    let given = || vec![created(), added(ADA, None)];
    let of = |assignee| TaskDetails { assignee, ..tiles(None) };
    for assignee in [
        None,
        Some(Assignee::Owner(ADA)),
        Some(Assignee::Staff(label("Kim"))),
        Some(Assignee::Subcontractor(label("Elm Tiling"))),
    ] {
        let details = of(assignee);
        let happens = task(TILES, details.clone());
        check(given(), &JobCommand::AddTask(TILES, details), Ok(vec![happens]));
    }
    let no = || Err(JobRejection::AssigneeIsNoOwner.into());
    check(given(), &JobCommand::AddTask(TILES, of(Some(Assignee::Owner(BEA)))), no());
    let to_bea = TaskEdit { assignee: Some(Some(Assignee::Owner(BEA))), ..TaskEdit::default() };
    check(busy(), &JobCommand::EditTask(TILES, to_bea), no());
    let twice = JobCommand::AddTask(TILES, tiles(None));
    check(busy(), &twice, Err(JobRejection::PartAlreadyExists.into()));
}

#[test]
fn a_task_is_edited_field_by_field_and_the_same_again_changes_nothing() {
    let edit = TaskEdit {
        kind: Some(TaskKind::Task),
        assignee: Some(None),
        due: Some(None),
        ..TaskEdit::default()
    };
    let from = tiles(Some(ADA));
    let to = TaskDetails { kind: TaskKind::Task, due: None, ..tiles(None) };
    let edited: JobEvent = TaskEdited { task: TILES, from, to }.into();
    check(busy(), &JobCommand::EditTask(TILES, edit.clone()), Ok(vec![edited.clone()]));
    let given = [busy(), vec![edited]].concat();
    check(given, &JobCommand::EditTask(TILES, edit.clone()), Ok(vec![]));
    check(busy(), &JobCommand::EditTask(SINK, edit), unknown());
}

#[test]
fn a_task_is_done_once_and_can_be_opened_again() {
    let done = || [busy(), vec![completed()]].concat();
    check(busy(), &JobCommand::CompleteTask(TILES), Ok(vec![completed()]));
    check(done(), &JobCommand::CompleteTask(TILES), Ok(vec![]));
    let reopened = TaskReopened { task: TILES, title: title("Choose the tiles") };
    check(done(), &JobCommand::ReopenTask(TILES), Ok(vec![reopened.into()]));
    check(busy(), &JobCommand::ReopenTask(TILES), Ok(vec![]));
    check(busy(), &JobCommand::CompleteTask(SINK), unknown());
    check(busy(), &JobCommand::ReopenTask(SINK), unknown());
}

#[test]
fn a_task_is_removed_once() {
    let removed: JobEvent = TaskRemoved { task: TILES, title: title("Choose the tiles") }.into();
    check(busy(), &JobCommand::RemoveTask(TILES), Ok(vec![removed.clone()]));
    check([busy(), vec![removed]].concat(), &JobCommand::RemoveTask(TILES), unknown());
}

#[test]
fn the_tasks_of_an_owner_who_leaves_are_nobodys() {
    // R63: no co-owner gets them, and who comes back does not find them again
    let mut given = [busy(), vec![added(BEA, None), completed()]].concat();
    given.push(task(SINK, tiles(Some(BEA))));
    let unassigned = TaskUnassigned { task: TILES, title: title("Choose the tiles"), contact: ADA };
    let happens = vec![removed(ADA, None), unassigned.into()];
    check(given.clone(), &JobCommand::RemoveOwner(ADA, None), Ok(happens.clone()));
    let job = fold(&[given, happens].concat()).expect("a job");
    let whose: Vec<_> = job.tasks.iter().map(|task| task.details.assignee.clone()).collect();
    assert_eq!(whose, [None, Some(Assignee::Owner(BEA))]);
    assert!(job.tasks[0].done, "what is done stays done");
}

#[test]
fn a_milestone_is_added_edited_reached_missed_and_removed() {
    // R94
    let add = JobCommand::AddMilestone(IN_USE, in_use(None));
    check(vec![created()], &add, Ok(vec![milestone()]));
    check(busy(), &add, Err(JobRejection::PartAlreadyExists.into()));
    let edit = MilestoneEdit {
        due: Some(day("2026-07-01")),
        status: Some(MilestoneStatus::Missed),
        ..MilestoneEdit::default()
    };
    let set = |from, to| -> JobEvent {
        MilestoneStatusSet { milestone: IN_USE, title: title("Kitchen in use"), from, to }.into()
    };
    let (from, to) = (in_use(None), in_use(day("2026-07-01")));
    let happens = vec![
        MilestoneEdited { milestone: IN_USE, from, to }.into(),
        set(MilestoneStatus::Planned, MilestoneStatus::Missed),
    ];
    check(busy(), &JobCommand::EditMilestone(IN_USE, edit.clone()), Ok(happens.clone()));
    let given = [busy(), happens].concat();
    check(given.clone(), &JobCommand::EditMilestone(IN_USE, edit.clone()), Ok(vec![]));
    let reached =
        MilestoneEdit { status: Some(MilestoneStatus::Reached), ..MilestoneEdit::default() };
    let happens = vec![set(MilestoneStatus::Missed, MilestoneStatus::Reached)];
    check(given, &JobCommand::EditMilestone(IN_USE, reached), Ok(happens));
    let gone: JobEvent =
        MilestoneRemoved { milestone: IN_USE, title: title("Kitchen in use") }.into();
    check(busy(), &JobCommand::RemoveMilestone(IN_USE), Ok(vec![gone.clone()]));
    let given = [busy(), vec![gone]].concat();
    check(given.clone(), &JobCommand::RemoveMilestone(IN_USE), unknown());
    check(given, &JobCommand::EditMilestone(IN_USE, edit), unknown());
}

#[test]
fn a_deadline_and_a_budget_are_set_changed_and_cleared() {
    // R92, R96
    let (may, june) = (day("2026-05-31"), day("2026-06-30"));
    let set = |from, to| -> JobEvent { DeadlineSet { from, to }.into() };
    check(vec![created()], &JobCommand::SetDeadline(may), Ok(vec![set(None, may)]));
    let given = || vec![created(), set(None, may)];
    check(given(), &JobCommand::SetDeadline(may), Ok(vec![]));
    check(given(), &JobCommand::SetDeadline(june), Ok(vec![set(may, june)]));
    check(given(), &JobCommand::SetDeadline(None), Ok(vec![set(may, None)]));

    let budget = || vec![line("Tiles", 120_000), line("Credit", -5_000)];
    let set = |from, to| -> JobEvent { BudgetSet { from, to }.into() };
    check(vec![created()], &JobCommand::SetBudget(budget()), Ok(vec![set(vec![], budget())]));
    let given = || vec![created(), set(vec![], budget())];
    check(given(), &JobCommand::SetBudget(budget()), Ok(vec![]));
    check(given(), &JobCommand::SetBudget(vec![]), Ok(vec![set(budget(), vec![])]));
    let long = vec![line("Tiles", 1); Job::BUDGET_LINES_MAX + 1];
    check(given(), &JobCommand::SetBudget(long), Err(JobRejection::TooManyBudgetLines.into()));
    assert!(Cents::new(Cents::MAX).is_ok() && Cents::new(-Cents::MAX - 1).is_err());
}

#[test]
fn a_note_is_kept_once() {
    // R97
    let text = NoteText::parse("The dog is friendly.").expect("a note");
    let kept: JobEvent = InternalNoteAdded { note: NOTE, text: text.clone() }.into();
    let add = JobCommand::AddNote(NOTE, text);
    check(vec![created()], &add, Ok(vec![kept.clone()]));
    check(vec![created(), kept], &add, Err(JobRejection::PartAlreadyExists.into()));
}

#[test]
fn a_job_takes_so_many_tasks_milestones_and_notes_and_no_more() {
    let ids = |count| (1_u128..).map(Uuid::from_u128).take(count);
    let full = |events: &mut dyn Iterator<Item = JobEvent>| {
        std::iter::once(created()).chain(events).collect::<Vec<_>>()
    };
    let tasks = full(&mut ids(Job::TASKS_MAX).map(|id| task(TaskId(id), tiles(None))));
    let add = JobCommand::AddTask(TILES, tiles(None));
    check(tasks, &add, Err(JobRejection::TooManyTasks.into()));
    let milestones = full(
        &mut ids(Job::MILESTONES_MAX)
            .map(|id| MilestoneAdded { milestone: MilestoneId(id), details: in_use(None) }.into()),
    );
    let add = JobCommand::AddMilestone(MilestoneId(Uuid::nil()), in_use(None));
    check(milestones, &add, Err(JobRejection::TooManyMilestones.into()));
    let text = NoteText::parse("Once more.").expect("a note");
    let notes = full(
        &mut ids(Job::NOTES_MAX)
            .map(|id| InternalNoteAdded { note: NoteId(id), text: text.clone() }.into()),
    );
    let add = JobCommand::AddNote(NoteId(Uuid::nil()), text.clone());
    check(notes, &add, Err(JobRejection::TooManyNotes.into()));
}

#[test]
fn an_event_that_cannot_follow_is_told_by_its_stored_type() {
    for (given, event) in [
        (vec![created()], created()),
        (vec![created(), added(ADA, None)], added(ADA, None)),
        (vec![created()], removed(ADA, None)),
        (busy(), task(TILES, tiles(None))),
        (vec![created()], completed()),
        (busy(), milestone()),
        (busy(), JobReopened {}.into()),
        (vec![created(), JobArchived {}.into()], JobArchived {}.into()),
    ] {
        let mut job = fold(&given).expect("a job");
        let step = job.apply(&event).expect_err("cannot follow");
        assert_eq!((step.event, step.aggregate), (event.stored_type(), AggregateId::Job(ELM_ST)));
    }
    let first = Job::from_first(ELM_ST, &added(ADA, None)).expect_err("starts no job");
    assert_eq!(first.event, "job.owner_added");
}

#[test]
fn an_event_of_an_owner_says_which_contact_it_is_about() {
    assert_eq!(added(ADA, None).contact(), Some(ADA));
    assert_eq!(removed(BEA, None).contact(), Some(BEA));
    assert_eq!(task(TILES, tiles(Some(ADA))).contact(), Some(ADA));
    assert_eq!(task(TILES, tiles(None)).contact(), None);
    assert_eq!(created().contact(), None);
    assert_eq!(added(ADA, None).owner_change(), (None, Some(ADA)));
    assert_eq!(removed(BEA, None).owner_change(), (Some(BEA), None));
    assert_eq!(created().owner_change(), (None, None));
}
