//! The jobs that somebody has ticked, on this page of the list and on those before it.

use crate::error::Problem;
use crate::input::{Door, id};
use crate::pages::form::{Form, hidden};
use domain::JobId;
use maud::Markup;
use std::collections::HashSet;
use uuid::Uuid;

/// The most jobs that pages carry; an address holds no more.
pub(super) const JOBS_MAX: usize = 200;

/// A box beside a job.
pub(super) const TICKED: &str = "job";
/// Those ticked before, in one field.
pub(super) const TOGETHER: &str = "jobs";

/// Jobs, each once, in the order in which they were ticked.
#[derive(Debug, Clone, Default)]
pub(super) struct Chosen(Vec<Uuid>);

impl Chosen {
    /// Those that a form or a query names.
    pub(super) fn of(form: &Form) -> Result<Self, Problem> {
        let before = form.text(TOGETHER).split(',').filter(|id| !id.is_empty());
        let typed: Vec<String> =
            before.map(str::to_owned).chain(form.each_filled(TICKED)).collect();
        let mut door = Door::default();
        let jobs = door.take_all(TOGETHER, &typed, JOBS_MAX, id::<JobId>);
        let mut seen = HashSet::new();
        let jobs = door.build(|| jobs)?.into_iter().map(|job| job.0);
        Ok(Self(jobs.filter(|job| seen.insert(*job)).collect()))
    }

    /// All of them.
    pub(super) fn ids(&self) -> &[Uuid] {
        &self.0
    }

    /// Whether this one is among them.
    pub(super) fn has(&self, job: Uuid) -> bool {
        self.0.contains(&job)
    }

    /// Those that are not on a page that shows these.
    pub(super) fn beyond(&self, shown: &[Uuid]) -> Self {
        Self(self.0.iter().copied().filter(|job| !shown.contains(job)).collect())
    }

    /// All of them in one text.
    pub(super) fn together(&self) -> String {
        self.0.iter().map(|job| job.simple().to_string()).collect::<Vec<_>>().join(",")
    }

    /// All of them as a field that nobody sees.
    pub(super) fn carried(&self) -> Markup {
        hidden(TOGETHER, &self.together())
    }
}
