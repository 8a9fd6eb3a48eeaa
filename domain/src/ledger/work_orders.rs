//! Work orders, where they concern a customer's portal and a job (R119).

use super::decide::{Asked, done};
use super::{Decision, Halt, Outcome, Tracked};
use crate::actor::Actor;
use crate::event::Event;
use crate::ids::{ContactId, JobId, TaskId, WorkOrderId};
use crate::job::{JobCommand, Phase, TaskDetails, TaskKind};
use crate::rejection::Rejection;
use crate::text::Title;
use crate::work_order::{self, WorkOrder, WorkOrderCommand};

impl Asked<'_> {
    pub(super) fn work_order(
        &self,
        id: WorkOrderId,
        command: &WorkOrderCommand,
    ) -> Result<Decision, Halt> {
        let present = Tracked::state_of(self.state.work_order(id)?);
        match command {
            WorkOrderCommand::File { customer, title, text, job } => {
                let unknown = || Halt::from(Rejection::Unknown((*customer).into()));
                // That they belong to the customer, and may, was asked before.
                let Actor::PortalContact(contact) = self.circumstances.actor else {
                    return Err(unknown());
                };
                if let Some(job) = job {
                    self.is_theirs(*job, contact)?;
                }
                let whose = (*customer, contact);
                let filed = work_order::file(present, whose, title, text, *job)?;
                Ok(done(id.into(), filed, Event::WorkOrder))
            }
            WorkOrderCommand::TurnIntoTask { job, task, title, phase } => {
                self.task_of(present_one(id, present)?, *job, *task, title, *phase)
            }
            WorkOrderCommand::Decline(why) => {
                let declined = work_order::decline(present_one(id, present)?, why)?;
                Ok(done(id.into(), declined, Event::WorkOrder))
            }
        }
    }

    /// A member names a job that they are an owner of; any other is as one that never was.
    fn is_theirs(&self, job: JobId, contact: ContactId) -> Result<(), Halt> {
        let present = Tracked::state_of(self.state.job(job)?);
        match present.filter(|job| job.owners.contains(&contact) && !job.archived) {
            Some(_) => Ok(()),
            None => Err(Rejection::Unknown(job.into()).into()),
        }
    }

    /// Both happen, or neither.
    fn task_of(
        &self,
        order: &WorkOrder,
        job: JobId,
        task: TaskId,
        title: &Title,
        phase: Phase,
    ) -> Result<Decision, Halt> {
        let turned = work_order::turn_into_task(order, job, task)?;
        let (title, kind) = (title.clone(), TaskKind::Task);
        let details = TaskDetails { title, kind, phase, assignee: None, due: None };
        let added = self.job(job, &JobCommand::AddTask(task, details))?;
        let mut decision = done(order.id.into(), turned, Event::WorkOrder);
        decision.events.extend(added.events);
        decision.outcome = Outcome::Done;
        Ok(decision)
    }
}

fn present_one(id: WorkOrderId, present: Option<&WorkOrder>) -> Result<&WorkOrder, Halt> {
    present.ok_or_else(|| Rejection::Unknown(id.into()).into())
}
