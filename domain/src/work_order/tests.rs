//! The lives of a work order by itself.

use super::*;
use crate::ids::{ContactId, CustomerId, JobId, TaskId, WorkOrderId};
use crate::rejection::Rejection;
use crate::text::{MessageText, Reason, Title};
use uuid::Uuid;

const ORDER: WorkOrderId = WorkOrderId(Uuid::from_u128(1));
const WHOSE: (CustomerId, ContactId) =
    (CustomerId(Uuid::from_u128(0x311)), ContactId(Uuid::from_u128(0xada)));
const JOB: JobId = JobId(Uuid::from_u128(0xe1));
const TASK: TaskId = TaskId(Uuid::from_u128(0x7a));

fn filed() -> Vec<WorkOrderEvent> {
    let title = Title::parse("A leaking tap").expect("a title");
    let text = MessageText::parse("In the kitchen.\nSince Monday.").expect("a text");
    file(None, WHOSE, &title, &text, Some(JOB)).expect("taken")
}

fn open() -> WorkOrder {
    WorkOrder::from_first(ORDER, &filed()[0]).expect("a first event")
}

fn why(typed: &str) -> Reason {
    Reason::parse(typed).expect("a reason")
}

#[test]
fn a_work_order_is_filed_once() {
    let order = open();
    assert_eq!(
        (order.customer, order.contact, order.stage),
        (WHOSE.0, WHOSE.1, WorkOrderStage::Open)
    );
    let title = Title::parse("Again").expect("a title");
    let text = MessageText::parse("Again").expect("a text");
    let again = file(Some(&order), WHOSE, &title, &text, None);
    assert_eq!(again, Err(Rejection::from(WorkOrderRejection::AlreadyExists)));
}

#[test]
fn an_open_work_order_becomes_a_task_or_is_declined_and_stays_so() {
    let settled = Err(Rejection::from(WorkOrderRejection::Settled));
    let mut order = open();
    let turned = turn_into_task(&order, JOB, TASK).expect("taken");
    order.apply(&turned[0]).expect("follows");
    assert_eq!(order.stage, WorkOrderStage::Task { job: JOB, task: TASK });
    assert_eq!(turn_into_task(&order, JOB, TASK), settled);
    assert_eq!(decline(&order, &why("No")), settled);
    let mut order = open();
    let declined = decline(&order, &why("It is not ours")).expect("taken");
    order.apply(&declined[0]).expect("follows");
    assert_eq!(order.stage, WorkOrderStage::Declined);
    assert_eq!(decline(&order, &why("Still not")), Ok(Vec::new()), "twice is once");
    assert_eq!(turn_into_task(&order, JOB, TASK), settled);
}

#[test]
fn what_cannot_follow_is_an_impossible_step() {
    let turned = turn_into_task(&open(), JOB, TASK).expect("taken");
    assert!(WorkOrder::from_first(ORDER, &turned[0]).is_err());
    assert!(open().apply(&filed()[0]).is_err());
    let mut anothers = open();
    anothers.contact = ContactId(Uuid::from_u128(0xbea));
    assert!(anothers.apply(&turned[0]).is_err());
}
