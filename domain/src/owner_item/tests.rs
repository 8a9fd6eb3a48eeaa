//! The life of a To-Do and of a message; who may, the ledger's tests ask.

use super::*;
use crate::day::Day;
use crate::ids::{AggregateId, ContactId, JobId, OwnerItemId};
use crate::personal::{Change, Personal};
use crate::rejection::Rejection;
use crate::text::{MessageText, Title};
use uuid::Uuid;

const ITEM: OwnerItemId = OwnerItemId(Uuid::from_u128(0x17e3));
const ELM_ST: JobId = JobId(Uuid::from_u128(0xe1));
const OAK_ST: JobId = JobId(Uuid::from_u128(0x0a));
const ADA: ContactId = ContactId(Uuid::from_u128(0xada));
const WHOSE: Whose = Whose { job: ELM_ST, contact: ADA, link: Link(1) };

fn title(typed: &str) -> Title {
    Title::parse(typed).expect("a valid title")
}

fn known(typed: &str) -> Personal<Title> {
    Personal::known(ADA, title(typed))
}

fn day(typed: &str) -> Day {
    Day::parse(typed).expect("a day")
}

fn added() -> OwnerItemEvent {
    let due = Some(day("2026-05-31"));
    let title = known("Bring the keys");
    TodoAdded { job: ELM_ST, contact: ADA, link: Link(1), title, due }.into()
}

fn completed() -> OwnerItemEvent {
    TodoCompleted { job: ELM_ST, contact: ADA, title: known("Bring the keys") }.into()
}

fn reopened() -> OwnerItemEvent {
    TodoReopened { job: ELM_ST, contact: ADA, title: known("Bring the keys") }.into()
}

fn removed() -> OwnerItemEvent {
    TodoRemoved { job: ELM_ST, contact: ADA, title: known("Bring the keys") }.into()
}

fn sent(author: Author) -> OwnerItemEvent {
    let text = MessageText::parse("Good morning.").expect("a valid text");
    let text = Personal::known(ADA, text);
    MessageSent { job: ELM_ST, contact: ADA, link: Link(1), author, text }.into()
}

fn fold(events: &[OwnerItemEvent]) -> OwnerItem {
    let mut item = OwnerItem::from_first(ITEM, &events[0]).expect("starts an item");
    for event in &events[1..] {
        item.apply(event).expect("follows");
    }
    item
}

/// Compares what happens to a To-Do or a message; it follows on what happened before.
#[track_caller]
fn check(
    given: &[OwnerItemEvent],
    when: &TodoChange,
    then: &Result<Vec<OwnerItemEvent>, Rejection>,
) {
    let mut item = fold(given);
    let happened = change_todo(&item, when);
    assert_eq!(&happened, then);
    for event in happened.unwrap_or_default() {
        item.apply(&event).expect("follows");
    }
}

#[test]
fn a_to_do_is_added_done_reopened_and_taken_away() {
    let details = TodoDetails { title: title("Bring the keys"), due: Some(day("2026-05-31")) };
    assert_eq!(add_todo(None, WHOSE, &details), Ok(vec![added()]));
    check(&[added()], &TodoChange::Complete, &Ok(vec![completed()]));
    check(&[added(), completed()], &TodoChange::Complete, &Ok(vec![]));
    check(&[added(), completed()], &TodoChange::Reopen, &Ok(vec![reopened()]));
    check(&[added()], &TodoChange::Reopen, &Ok(vec![]));
    check(&[added(), completed()], &TodoChange::Remove, &Ok(vec![removed()]));
    let again = add_todo(Some(&fold(&[added()])), WHOSE, &details);
    assert_eq!(again, Err(OwnerItemRejection::AlreadyExists.into()));
}

#[test]
fn an_edit_tells_what_changed_and_nothing_else() {
    let edit = |title: Option<&str>, due| TodoChange::Edit { title: title.map(self::title), due };
    let to = known("Bring all keys");
    let changed = Change { from: Some(known("Bring the keys")), to: Some(to) };
    let edited = |title, due| TodoEdited { job: ELM_ST, contact: ADA, title, due }.into();
    let given = [added()];
    check(&given, &edit(Some("Bring all keys"), None), &Ok(vec![edited(Some(changed), None)]));
    let cleared = DueChange { from: Some(day("2026-05-31")), to: None };
    let with_same_title = edit(Some("Bring the keys"), Some(None));
    check(&given, &with_same_title, &Ok(vec![edited(None, Some(cleared))]));
    check(&given, &edit(Some("Bring the keys"), Some(Some(day("2026-05-31")))), &Ok(vec![]));
    check(&given, &edit(None, None), &Ok(vec![]));
}

#[test]
fn what_was_taken_away_is_gone_and_taking_it_away_again_changes_nothing() {
    let unknown = || Err(Rejection::Unknown(AggregateId::OwnerItem(ITEM)));
    let given = [added(), removed()];
    check(&given, &TodoChange::Remove, &Ok(vec![]));
    let edit = TodoChange::Edit { title: None, due: None };
    for change in [edit, TodoChange::Complete, TodoChange::Reopen] {
        check(&given, &change, &unknown());
    }
}

#[test]
fn a_message_is_sent_once_and_is_no_to_do() {
    let text = MessageText::parse("Good morning.").expect("a valid text");
    for author in [Author::Builder, Author::Owner] {
        assert_eq!(send_message(None, WHOSE, author, &text), Ok(vec![sent(author)]));
        let item = fold(&[sent(author)]);
        let again = send_message(Some(&item), WHOSE, author, &text);
        assert_eq!(again, Err(OwnerItemRejection::AlreadyExists.into()));
        let unknown = Err(Rejection::Unknown(AggregateId::OwnerItem(ITEM)));
        check(&[sent(author)], &TodoChange::Complete, &unknown);
        check(&[sent(author)], &TodoChange::Remove, &unknown);
        assert_eq!(serde_json::to_value(author).ok(), Some(author.word().into()));
    }
}

#[test]
fn an_erased_to_do_can_still_be_done_and_edited() {
    // H11
    let title = Personal::Erased { of: ADA.into() };
    let erased = |title| TodoAdded { job: ELM_ST, contact: ADA, link: Link(1), title, due: None };
    let given = [erased(title.clone()).into()];
    let done = TodoCompleted { job: ELM_ST, contact: ADA, title: title.clone() };
    check(&given, &TodoChange::Complete, &Ok(vec![done.into()]));
    let to = Some(self::title("Bring all keys"));
    let changed = Change { from: Some(title), to: Some(known("Bring all keys")) };
    let edited = TodoEdited { job: ELM_ST, contact: ADA, title: Some(changed), due: None };
    check(&given, &TodoChange::Edit { title: to, due: None }, &Ok(vec![edited.into()]));
}

#[test]
fn an_event_that_cannot_follow_is_told_by_its_stored_type() {
    let elsewhere = TodoCompleted { job: OAK_ST, contact: ADA, title: known("Bring the keys") };
    for (given, event) in [
        (vec![added()], added()),
        (vec![added()], sent(Author::Owner)),
        (vec![added(), completed()], completed()),
        (vec![added()], reopened()),
        (vec![added(), removed()], removed()),
        (vec![added()], elsewhere.into()),
        (vec![sent(Author::Owner)], completed()),
        (vec![sent(Author::Owner)], sent(Author::Owner)),
    ] {
        let step = fold(&given).apply(&event).expect_err("cannot follow");
        assert_eq!((step.event, step.aggregate), (event.stored_type(), ITEM.into()));
    }
    for event in [completed(), reopened(), removed()] {
        assert!(OwnerItem::from_first(ITEM, &event).is_err(), "{}", event.stored_type());
    }
}

#[test]
fn nothing_shows_what_is_said() {
    let events = [added(), completed(), sent(Author::Owner)];
    let shown = format!("{events:?} {:?}", fold(&events[..2]));
    assert!(!shown.contains("keys") && !shown.contains("morning"), "{shown}");
}
