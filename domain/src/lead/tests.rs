//! The rules of leads, each as: given these events, when this is asked, then that happens.

use super::*;
use crate::ids::{AggregateId, ContactId, JobId, LeadId, MergeId};
use crate::rejection::Rejection;
use crate::text::{Reason, Title};
use uuid::Uuid;

const KITCHEN: LeadId = LeadId(Uuid::from_u128(0x1ead));
const ADA: ContactId = ContactId(Uuid::from_u128(0xada));
const BEA: ContactId = ContactId(Uuid::from_u128(0xbea));
const CID: ContactId = ContactId(Uuid::from_u128(0xc1d));
const ELM_ST: JobId = JobId(Uuid::from_u128(0xe1));
const OAK_ST: JobId = JobId(Uuid::from_u128(0x0a));
const FIRST: MergeId = MergeId(Uuid::from_u128(1));
const SECOND: MergeId = MergeId(Uuid::from_u128(2));

fn title(typed: &str) -> Title {
    Title::parse(typed).expect("a valid title")
}

fn reason(typed: &str) -> Reason {
    Reason::parse(typed).expect("a valid reason")
}

fn create(contact: Option<ContactId>) -> LeadCommand {
    LeadCommand::Create { title: title("Kitchen for the Millers"), contact }
}

fn created() -> LeadEvent {
    LeadCreated { title: title("Kitchen for the Millers") }.into()
}

fn linked(contact: ContactId) -> LeadEvent {
    LeadLinked { contact }.into()
}

fn unlinked(contact: ContactId) -> LeadEvent {
    LeadUnlinked { contact }.into()
}

fn relinked(from: ContactId, to: ContactId, merge: MergeId) -> LeadEvent {
    LeadRelinked { from, to, merge }.into()
}

fn lost() -> LeadEvent {
    LeadLost { reason: reason("They build next year.") }.into()
}

fn won(job: JobId) -> LeadEvent {
    LeadWon { job }.into()
}

fn fold(events: &[LeadEvent]) -> Option<Lead> {
    let (first, rest) = events.split_first()?;
    let mut lead = Lead::from_first(KITCHEN, first).expect("starts a lead");
    for event in rest {
        lead.apply(event).expect("follows");
    }
    Some(lead)
}

/// Compares what happens, and gives the lead after it: the same as before after a refusal.
#[expect(clippy::needless_pass_by_value, reason = "reads as a sentence")]
#[track_caller]
fn check(
    given: Vec<LeadEvent>,
    when: &LeadCommand,
    then: Result<Vec<LeadEvent>, Rejection>,
) -> Option<Lead> {
    let happened = decide(KITCHEN, fold(&given).as_ref(), when);
    assert_eq!(happened, then);
    fold(&[given, happened.unwrap_or_default()].concat())
}

/// One of each command to a lead that is there.
fn commands() -> Vec<LeadCommand> {
    vec![
        LeadCommand::Retitle(title("Bath")),
        LeadCommand::Link(BEA),
        LeadCommand::Unlink,
        LeadCommand::Lose(reason("Too dear.")),
        LeadCommand::Reopen,
    ]
}

#[test]
fn a_lead_is_written_down_once_about_somebody_or_nobody_yet() {
    let lead = check(Vec::new(), &create(None), Ok(vec![created()])).expect("there");
    assert_eq!((lead.contact(), lead.stage), (None, Stage::Open));
    let lead = check(Vec::new(), &create(Some(ADA)), Ok(vec![created(), linked(ADA)]));
    assert_eq!(lead.expect("there").contact(), Some(ADA));
    check(vec![created()], &create(None), Err(LeadRejection::AlreadyExists.into()));
}

#[test]
fn nothing_can_be_asked_of_a_lead_that_is_not_there() {
    for command in commands() {
        check(Vec::new(), &command, Err(Rejection::Unknown(AggregateId::Lead(KITCHEN))));
    }
}

#[test]
fn a_lead_gets_another_title_and_not_the_same_again() {
    let from = title("Kitchen for the Millers");
    let to = title("Bath");
    let retitled = LeadRetitled { from: from.clone(), to: to.clone() };
    check(vec![created()], &LeadCommand::Retitle(to), Ok(vec![retitled.into()]));
    check(vec![created()], &LeadCommand::Retitle(from), Ok(vec![]));
}

#[test]
fn a_leads_contact_is_set_replaced_and_removed() {
    let about_ada = || vec![created(), linked(ADA)];
    check(vec![created()], &LeadCommand::Link(ADA), Ok(vec![linked(ADA)]));
    check(about_ada(), &LeadCommand::Link(ADA), Ok(vec![]));
    let replaced = Ok(vec![unlinked(ADA), linked(BEA)]);
    let lead = check(about_ada(), &LeadCommand::Link(BEA), replaced).expect("there");
    assert_eq!(lead.contact(), Some(BEA));
    let lead = check(about_ada(), &LeadCommand::Unlink, Ok(vec![unlinked(ADA)]));
    assert_eq!(lead.expect("there").contact(), None);
    check(vec![created()], &LeadCommand::Unlink, Ok(vec![]));
}

#[test]
fn a_lost_lead_says_why_and_refuses_every_change_until_it_is_reopened() {
    let why = || reason("They build next year.");
    let open = || vec![created(), linked(ADA)];
    let lead = check(open(), &LeadCommand::Lose(why()), Ok(vec![lost()])).expect("there");
    assert_eq!(lead.stage, Stage::Lost { reason: why() });
    let given = || [open(), vec![lost()]].concat();
    check(given(), &LeadCommand::Lose(why()), Ok(vec![]));
    let refused = || Err(LeadRejection::IsLost.into());
    for command in commands().into_iter().filter(|command| *command != LeadCommand::Reopen) {
        check(given(), &command, refused());
    }
    assert_eq!(win(&lead, ELM_ST), Err(LeadRejection::IsLost.into()));
    let reopened = LeadReopened {}.into();
    let lead = check(given(), &LeadCommand::Reopen, Ok(vec![reopened])).expect("there");
    assert_eq!((lead.stage, lead.link.map(|link| link.contact)), (Stage::Open, Some(ADA)));
    check(open(), &LeadCommand::Reopen, Ok(vec![]));
}

#[test]
fn a_won_lead_stays_won_and_as_it_is() {
    let lead = fold(&[created()]).expect("there");
    assert_eq!(win(&lead, ELM_ST), Ok(vec![won(ELM_ST)]));
    let given = || vec![created(), won(ELM_ST)];
    for command in commands() {
        check(given(), &command, Err(LeadRejection::IsWon.into()));
    }
    let lead = fold(&given()).expect("there");
    assert_eq!(win(&lead, ELM_ST), Ok(vec![]), "into the same job again changes nothing");
    assert_eq!(win(&lead, OAK_ST), Err(LeadRejection::IsWon.into()));
}

#[test]
fn who_leaves_the_book_leaves_the_lead_also_when_it_is_won_or_lost() {
    // H7
    for over in [None, Some(lost()), Some(won(ELM_ST))] {
        let events: Vec<_> = [created(), linked(ADA)].into_iter().chain(over).collect();
        let mut lead = fold(&events).expect("there");
        assert_eq!(leave(&lead, BEA), None);
        let left = leave(&lead, ADA).expect("it was hers");
        assert_eq!(left, unlinked(ADA));
        lead.apply(&left).expect("follows");
        assert_eq!(leave(&lead, ADA), None);
    }
}

#[test]
fn a_lead_follows_a_merge_and_goes_back_by_that_very_merge() {
    // H2, over a chain of two
    let mut lead = fold(&[created(), linked(ADA), won(ELM_ST)]).expect("there");
    assert_eq!(relink(&lead, BEA, CID, FIRST), None);
    let mut follow = |event: Option<LeadEvent>, expected: LeadEvent| {
        assert_eq!(event.as_ref(), Some(&expected));
        lead.apply(&expected).expect("follows");
        lead.clone()
    };
    let of = |events: &[LeadEvent]| {
        fold(&[&[created(), linked(ADA), won(ELM_ST)], events].concat()).expect("there")
    };
    let before = of(&[]);
    let once = follow(relink(&before, ADA, BEA, FIRST), relinked(ADA, BEA, FIRST));
    let twice = follow(relink(&once, BEA, CID, SECOND), relinked(BEA, CID, SECOND));
    assert_eq!(relink_back(&twice, CID, ADA, FIRST), None, "it is not where that merge brought it");
    let back = relink_back(&twice, CID, BEA, SECOND);
    let once_again = follow(back, relinked(CID, BEA, SECOND));
    assert_eq!(once_again, once);
    let back = relink_back(&once_again, BEA, ADA, FIRST);
    assert_eq!(follow(back, relinked(BEA, ADA, FIRST)), before);
}

#[test]
fn a_lead_that_was_given_its_contact_by_hand_since_stays_where_it_is() {
    // H2: because of this merge, and not because of another or of somebody's choice
    let by_hand = [relinked(ADA, BEA, FIRST), unlinked(BEA), linked(BEA)];
    let events = [&[created(), linked(ADA)], &by_hand[..]].concat();
    let lead = fold(&events).expect("there");
    assert_eq!(lead.contact(), Some(BEA));
    assert_eq!(relink_back(&lead, BEA, ADA, FIRST), None);
    let by_another = [unlinked(BEA), linked(CID), relinked(CID, BEA, SECOND)];
    let lead = fold(&[&events[..], &by_another].concat()).expect("there");
    assert_eq!(relink_back(&lead, BEA, ADA, FIRST), None);
    assert!(relink_back(&lead, BEA, CID, SECOND).is_some());
}

#[test]
fn an_event_that_cannot_follow_is_told_by_its_stored_type() {
    for (given, event) in [
        (vec![created()], created()),
        (vec![created(), linked(ADA)], linked(BEA)),
        (vec![created()], unlinked(ADA)),
        (vec![created(), linked(ADA)], unlinked(BEA)),
        (vec![created()], relinked(ADA, BEA, FIRST)),
        (vec![created(), linked(BEA)], relinked(ADA, BEA, FIRST)),
        (vec![created(), lost()], won(ELM_ST)),
        (vec![created(), won(ELM_ST)], lost()),
        (vec![created()], LeadReopened {}.into()),
        (vec![created(), won(ELM_ST)], LeadReopened {}.into()),
    ] {
        let mut lead = fold(&given).expect("a lead");
        let step = lead.apply(&event).expect_err("cannot follow");
        assert_eq!((step.event, step.aggregate), (event.stored_type(), AggregateId::Lead(KITCHEN)));
    }
    let first = Lead::from_first(KITCHEN, &linked(ADA)).expect_err("starts no lead");
    assert_eq!(first.event, "lead.linked");
}

#[test]
fn an_event_says_whom_the_lead_is_about_since_and_which_job_it_became() {
    assert_eq!(linked(ADA).contact_change(), (None, Some(ADA)));
    assert_eq!(unlinked(ADA).contact_change(), (Some(ADA), None));
    assert_eq!(relinked(ADA, BEA, FIRST).contact_change(), (Some(ADA), Some(BEA)));
    assert_eq!((created().contact_change(), created().job()), ((None, None), None));
    assert_eq!(won(ELM_ST).job(), Some(ELM_ST));
}
