//! What happens to a work order.

use super::state::WorkOrderStage;
use crate::event::{FieldChange, Show, events};
use crate::ids::{ContactId, CustomerId, JobId, TaskId};
use crate::personal::{HoldsPersonal, Personal, PersonalVisitor};
use crate::text::{MessageText, Reason, Title};
use serde::{Deserialize, Serialize};

events! {
    /// An event of a work order.
    WorkOrderEvent {
        WorkOrderFiled = "work_order.filed" v 1,
        WorkOrderTurnedIntoTask = "work_order.turned_into_task" v 1,
        WorkOrderDeclined = "work_order.declined" v 1,
    }
}

/// A member of a customer asked the builder to do something (R119).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkOrderFiled {
    /// The customer.
    pub customer: CustomerId,
    /// Who asked.
    pub contact: ContactId,
    /// What is to be done, in a few words.
    pub title: Personal<Title>,
    /// What is to be done.
    pub text: Personal<MessageText>,
    /// The job that it is about, if any.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub job: Option<JobId>,
}

/// The builder made a task of a job of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkOrderTurnedIntoTask {
    /// The customer.
    pub customer: CustomerId,
    /// Who had asked.
    pub contact: ContactId,
    /// The job.
    pub job: JobId,
    /// The task.
    pub task: TaskId,
}

/// The builder said no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkOrderDeclined {
    /// The customer.
    pub customer: CustomerId,
    /// Who had asked.
    pub contact: ContactId,
    /// Why; whoever asked reads it.
    pub why: Personal<Reason>,
}

impl HoldsPersonal for WorkOrderFiled {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        visitor.visit("title", &mut self.title);
        visitor.visit("text", &mut self.text);
    }
}

impl HoldsPersonal for WorkOrderTurnedIntoTask {
    fn each_personal(&mut self, _: &mut dyn PersonalVisitor) {}
}

impl HoldsPersonal for WorkOrderDeclined {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        visitor.visit("why", &mut self.why);
    }
}

impl Show for Reason {
    fn show(&self) -> String {
        self.as_str().to_owned()
    }
}

impl WorkOrderEvent {
    /// The customer, and the contact who asked.
    pub const fn place(&self) -> (CustomerId, ContactId) {
        match self {
            Self::WorkOrderFiled(e) => (e.customer, e.contact),
            Self::WorkOrderTurnedIntoTask(e) => (e.customer, e.contact),
            Self::WorkOrderDeclined(e) => (e.customer, e.contact),
        }
    }

    /// The job that it is about.
    pub const fn job(&self) -> Option<JobId> {
        match self {
            Self::WorkOrderFiled(e) => e.job,
            Self::WorkOrderTurnedIntoTask(e) => Some(e.job),
            Self::WorkOrderDeclined(_) => None,
        }
    }

    /// What changed, field by field.
    pub fn changes(&self) -> Vec<FieldChange> {
        let from_open = |to| FieldChange::between("stage", WorkOrderStage::OPEN, to);
        match self {
            Self::WorkOrderFiled(e) => {
                let mut changes = vec![
                    FieldChange::new_value("work_order", &e.title),
                    FieldChange::new_value("text", &e.text),
                    FieldChange::new_value("stage", WorkOrderStage::OPEN),
                ];
                changes.extend(e.job.map(|job| FieldChange::new_value("job", job.to_string())));
                changes
            }
            Self::WorkOrderTurnedIntoTask(e) => vec![
                from_open(WorkOrderStage::TASK),
                FieldChange::new_value("job", e.job.to_string()),
            ],
            Self::WorkOrderDeclined(e) => vec![
                from_open(WorkOrderStage::DECLINED),
                FieldChange::new_value("declined_because", &e.why),
            ],
        }
    }
}
