//! Giving a job a type of its account's list (R56).

use super::decide::{Asked, done};
use super::{Decision, Halt, Tracked};
use crate::event::Event;
use crate::ids::{AccountId, JobId};
use crate::job;
use crate::text::JobType;

impl Asked<'_> {
    /// Gives a job this type, or none. A type that the job has stays, also when it has left the list.
    pub(super) fn set_job_type(
        &self,
        account: AccountId,
        id: JobId,
        to: Option<&JobType>,
    ) -> Result<Decision, Halt> {
        let events = job::set_type(id, Tracked::state_of(self.state.job(id)?), to)?;
        if !events.is_empty() && to.is_some() {
            self.plan(account, to, None)?;
        }
        Ok(done(id.into(), events, Event::Job))
    }
}
