//! What the account has made up its mind about for all its jobs: types and templates.

pub(crate) mod add_template;
pub(crate) mod change_template;
pub(crate) mod list_templates;
pub(crate) mod list_types;
pub(crate) mod remove_template;
pub(crate) mod set_types;

use crate::error::Problem;
use crate::extract::body::RequestBody;
use crate::input::Door;
use domain::builder_account::{JobTemplate, TemplateTask};
use domain::job::{Phase, TaskKind};
use domain::text::{JobType, Label, Title};
use serde::Deserialize;
use utoipa::ToSchema;

/// More than a template takes, so that the rule and not the door says no.
const PARTS_MAX: usize = 1_000;

/// A template, whole.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TemplateBody {
    /// What it is called.
    #[schema(max_length = 100)]
    pub(crate) name: String,
    /// The type that its jobs have, of `/v1/job-types`.
    #[serde(rename = "type")]
    #[schema(max_length = 100)]
    pub(crate) job_type: Option<String>,
    /// The tasks that its jobs begin with.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub(crate) tasks: Vec<TemplateTaskBody>,
    /// The milestones that its jobs begin with, by title.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub(crate) milestones: Vec<String>,
}

/// A task of a template.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TemplateTaskBody {
    /// What is to be done.
    #[schema(max_length = 200)]
    pub(crate) title: String,
    /// `task` (when absent), `approval` or `selection`.
    pub(crate) kind: Option<String>,
    /// `planning`, `execution` or `closeout`.
    pub(crate) phase: String,
}

impl RequestBody for TemplateBody {}

impl TemplateBody {
    fn read(&self) -> Result<JobTemplate, Problem> {
        let mut door = Door::default();
        let name = door.take("name", Label::parse(&self.name));
        let job_type = door.take_if("type", self.job_type.as_deref(), JobType::parse);
        let milestones = door.take_all("milestones", &self.milestones, PARTS_MAX, Title::parse);
        let tasks = self.tasks(&mut door);
        door.build(|| {
            let (name, job_type) = (name?, job_type?);
            Some(JobTemplate { name, job_type, tasks, milestones: milestones? })
        })
    }

    fn tasks(&self, door: &mut Door) -> Vec<TemplateTask> {
        if self.tasks.len() > PARTS_MAX {
            door.refuse("tasks", &format_args!("must have at most {PARTS_MAX} entries"));
            return Vec::new();
        }
        let mut tasks = Vec::with_capacity(self.tasks.len());
        for (index, task) in self.tasks.iter().enumerate() {
            let field = |name: &str| format!("tasks[{index}].{name}");
            let title = door.take(field("title"), Title::parse(&task.title));
            let kind = door.take_if(&field("kind"), task.kind.as_deref(), TaskKind::parse);
            let phase = door.take(field("phase"), Phase::parse(&task.phase));
            let (Some(title), Some(kind), Some(phase)) = (title, kind, phase) else { continue };
            tasks.push(TemplateTask { title, kind: kind.unwrap_or(TaskKind::Task), phase });
        }
        tasks
    }
}
