//! What a command makes of a work order. Asks, and changes nothing.

use super::events::{WorkOrderDeclined, WorkOrderEvent, WorkOrderFiled, WorkOrderTurnedIntoTask};
use super::rejection::WorkOrderRejection;
use super::state::{WorkOrder, WorkOrderStage};
use crate::ids::{ContactId, CustomerId, JobId, TaskId};
use crate::personal::Personal;
use crate::rejection::Rejection;
use crate::text::{MessageText, Reason, Title};

type Decided = Result<Vec<WorkOrderEvent>, Rejection>;

/// Decides to file one.
pub(crate) fn file(
    present: Option<&WorkOrder>,
    (customer, contact): (CustomerId, ContactId),
    title: &Title,
    text: &MessageText,
    job: Option<JobId>,
) -> Decided {
    if present.is_some() {
        return Err(WorkOrderRejection::AlreadyExists.into());
    }
    let title = Personal::known(contact, title.clone());
    let text = Personal::known(contact, text.clone());
    Ok(vec![WorkOrderFiled { customer, contact, title, text, job }.into()])
}

/// Decides to make a task of it; the job's own rules say whether there can be one.
pub(crate) fn turn_into_task(order: &WorkOrder, job: JobId, task: TaskId) -> Decided {
    let (customer, contact) = (order.customer, order.contact);
    match order.stage {
        WorkOrderStage::Open => {
            Ok(vec![WorkOrderTurnedIntoTask { customer, contact, job, task }.into()])
        }
        WorkOrderStage::Task { .. } | WorkOrderStage::Declined => {
            Err(WorkOrderRejection::Settled.into())
        }
    }
}

/// Decides to say no; twice is once.
pub(crate) fn decline(order: &WorkOrder, why: &Reason) -> Decided {
    let (customer, contact) = (order.customer, order.contact);
    match order.stage {
        WorkOrderStage::Open => {
            let why = Personal::known(contact, why.clone());
            Ok(vec![WorkOrderDeclined { customer, contact, why }.into()])
        }
        WorkOrderStage::Declined => Ok(Vec::new()),
        WorkOrderStage::Task { .. } => Err(WorkOrderRejection::Settled.into()),
    }
}
