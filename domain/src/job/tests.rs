//! The rules of jobs, each as: given these events, when this is asked, then that happens.

use super::*;
use crate::ids::{AggregateId, BulkId, ContactId, JobId};
use crate::rejection::Rejection;
use crate::text::{JobName, PostalAddress, Reference};
use uuid::Uuid;

const ELM_ST: JobId = JobId(Uuid::from_u128(0xe1));
const ADA: ContactId = ContactId(Uuid::from_u128(0xada));
const BEA: ContactId = ContactId(Uuid::from_u128(0xbea));
const BULK: BulkId = BulkId(Uuid::from_u128(0xb));

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
    for command in [
        JobCommand::Rename(name("Oak St")),
        JobCommand::AddOwner(ADA, None),
        JobCommand::RemoveOwner(ADA, None),
    ] {
        check(Vec::new(), &command, Err(Rejection::Unknown(AggregateId::Job(ELM_ST))));
    }
}

#[test]
fn an_event_that_cannot_follow_is_told_by_its_stored_type() {
    for (given, event) in [
        (vec![created()], created()),
        (vec![created(), added(ADA, None)], added(ADA, None)),
        (vec![created()], removed(ADA, None)),
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
    assert_eq!(added(ADA, None).owner_change(), (None, Some(ADA)));
    assert_eq!(removed(BEA, None).owner_change(), (Some(BEA), None));
    assert_eq!(created().owner_change(), (None, None));
}
