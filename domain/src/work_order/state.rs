//! A work order as its events made it.

use super::events::WorkOrderEvent;
use crate::ImpossibleStep;
use crate::ids::{AggregateId, ContactId, CustomerId, JobId, TaskId, WorkOrderId};

/// What a member of a customer asked for. What it says, no rule asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkOrder {
    /// Its id.
    pub id: WorkOrderId,
    /// The customer.
    pub customer: CustomerId,
    /// Who asked.
    pub contact: ContactId,
    /// What became of it.
    pub stage: WorkOrderStage,
}

/// What became of a work order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkOrderStage {
    /// It waits for the builder.
    Open,
    /// It is a task, whatever becomes of that.
    Task {
        /// Of this job.
        job: JobId,
        /// The task.
        task: TaskId,
    },
    /// The builder said no.
    Declined,
}

impl WorkOrderStage {
    /// The word for open ones.
    pub const OPEN: &'static str = "open";
    /// The word for those that are tasks.
    pub const TASK: &'static str = "task";
    /// The word for those that were declined.
    pub const DECLINED: &'static str = "declined";
    /// All words.
    pub const WORDS: [&'static str; 3] = [Self::OPEN, Self::TASK, Self::DECLINED];
}

impl WorkOrder {
    /// A work order as its first event makes it.
    pub fn from_first(id: WorkOrderId, event: &WorkOrderEvent) -> Result<Self, ImpossibleStep> {
        let WorkOrderEvent::WorkOrderFiled(filed) = event else {
            return Err(ImpossibleStep {
                event: event.stored_type(),
                aggregate: AggregateId::WorkOrder(id),
                why: "the work order has not been filed",
            });
        };
        let (customer, contact) = (filed.customer, filed.contact);
        Ok(Self { id, customer, contact, stage: WorkOrderStage::Open })
    }

    /// Records what happened. Decides nothing.
    pub fn apply(&mut self, event: &WorkOrderEvent) -> Result<(), ImpossibleStep> {
        let aggregate = AggregateId::WorkOrder(self.id);
        self.step(event).map_err(|why| ImpossibleStep {
            event: event.stored_type(),
            aggregate,
            why,
        })
    }

    fn step(&mut self, event: &WorkOrderEvent) -> Result<(), &'static str> {
        if event.place() != (self.customer, self.contact) {
            return Err("it is another customer's, or another contact's");
        }
        if self.stage != WorkOrderStage::Open {
            return Err("the work order is not open");
        }
        self.stage = match event {
            WorkOrderEvent::WorkOrderFiled(_) => return Err("the work order is there already"),
            WorkOrderEvent::WorkOrderTurnedIntoTask(e) => {
                WorkOrderStage::Task { job: e.job, task: e.task }
            }
            WorkOrderEvent::WorkOrderDeclined(_) => WorkOrderStage::Declined,
        };
        Ok(())
    }
}
