//! What the account has made up its mind about for all its jobs: the list of types, the templates.

use super::{BuilderAccount, BuilderAccountEvent, BuilderAccountRejection};
use crate::event::{FieldChange, ShowOf, Shown, nothing_personal};
use crate::ids::{AggregateId, TemplateId};
use crate::job::{Phase, TaskKind};
use crate::rejection::Rejection;
use crate::text::{JobType, Label, Title};
use serde::{Deserialize, Serialize};

/// A task that jobs from a template begin with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateTask {
    /// What is to be done.
    pub title: Title,
    /// What it asks for.
    pub kind: TaskKind,
    /// The section that it counts in.
    pub phase: Phase,
}

/// What jobs can be made from (R55). Who does a task, and by when, is the job's own matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobTemplate {
    /// What it is called.
    pub name: Label,
    /// The type that its jobs have, unless they are given another.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub job_type: Option<JobType>,
    /// The tasks that its jobs begin with.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub tasks: Vec<TemplateTask>,
    /// The milestones that its jobs begin with.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub milestones: Vec<Title>,
}

impl JobTemplate {
    /// The most tasks of a template.
    pub const TASKS_MAX: usize = 200;
    /// The most milestones of a template.
    pub const MILESTONES_MAX: usize = 50;
}

/// The list of job types became another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobTypesSet {
    /// Before.
    pub from: Vec<JobType>,
    /// After.
    pub to: Vec<JobType>,
}

/// The account got a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobTemplateAdded {
    /// Its id.
    pub template: TemplateId,
    /// What it is.
    #[serde(flatten)]
    pub content: JobTemplate,
}

/// A template became another; jobs that were made from it stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobTemplateChanged {
    /// Its id.
    pub template: TemplateId,
    /// Before.
    pub from: JobTemplate,
    /// After.
    pub to: JobTemplate,
}

/// A template was taken away; jobs that were made from it stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobTemplateRemoved {
    /// Its id.
    pub template: TemplateId,
    /// What it was called.
    pub name: Label,
}

nothing_personal!(JobTypesSet, JobTemplateAdded, JobTemplateChanged, JobTemplateRemoved);

/// What the account can be asked about its jobs in general.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobSetup {
    /// Make this the list of job types, each once.
    SetTypes(Vec<JobType>),
    /// Add a template.
    AddTemplate(TemplateId, JobTemplate),
    /// Make a template another.
    ChangeTemplate(TemplateId, JobTemplate),
    /// Take a template away.
    RemoveTemplate(TemplateId),
}

impl BuilderAccount {
    /// The most types on the list.
    pub const JOB_TYPES_MAX: usize = 100;
    /// The most templates of an account.
    pub const TEMPLATES_MAX: usize = 100;
}

/// Decides a command about job types and templates.
pub(super) fn decide(
    account: &BuilderAccount,
    command: &JobSetup,
) -> Result<Vec<BuilderAccountEvent>, Rejection> {
    match command {
        JobSetup::SetTypes(types) => set_types(account, types),
        JobSetup::AddTemplate(template, content) => {
            if account.templates.contains_key(template) {
                return Err(BuilderAccountRejection::TemplateAlreadyExists.into());
            }
            if account.templates.len() >= BuilderAccount::TEMPLATES_MAX {
                return Err(BuilderAccountRejection::TooManyTemplates.into());
            }
            sound(account, content)?;
            Ok(vec![JobTemplateAdded { template: *template, content: content.clone() }.into()])
        }
        JobSetup::ChangeTemplate(template, to) => {
            let from = known(account, *template)?.clone();
            sound(account, to)?;
            if from == *to {
                return Ok(Vec::new());
            }
            Ok(vec![JobTemplateChanged { template: *template, from, to: to.clone() }.into()])
        }
        JobSetup::RemoveTemplate(template) => {
            let name = known(account, *template)?.name.clone();
            Ok(vec![JobTemplateRemoved { template: *template, name }.into()])
        }
    }
}

/// Jobs keep a type that leaves the list; a template's type stays on it, so that the template goes
/// on making jobs.
fn set_types(
    account: &BuilderAccount,
    types: &[JobType],
) -> Result<Vec<BuilderAccountEvent>, Rejection> {
    let mut to: Vec<JobType> = Vec::new();
    for job_type in types {
        if !to.contains(job_type) {
            to.push(job_type.clone());
        }
    }
    if to.len() > BuilderAccount::JOB_TYPES_MAX {
        return Err(BuilderAccountRejection::TooManyJobTypes.into());
    }
    let mut needed = account.templates.values().filter_map(|template| template.job_type.as_ref());
    if needed.any(|job_type| !to.contains(job_type)) {
        return Err(BuilderAccountRejection::JobTypeInTemplate.into());
    }
    if to == account.job_types {
        return Ok(Vec::new());
    }
    Ok(vec![JobTypesSet { from: account.job_types.clone(), to }.into()])
}

fn known(account: &BuilderAccount, id: TemplateId) -> Result<&JobTemplate, Rejection> {
    let unknown = Rejection::Unknown(AggregateId::BuilderAccount(account.id));
    account.templates.get(&id).ok_or(unknown)
}

fn sound(account: &BuilderAccount, template: &JobTemplate) -> Result<(), Rejection> {
    let listed = |job_type: &JobType| account.job_types.contains(job_type);
    if !template.job_type.as_ref().is_none_or(listed) {
        return Err(crate::job::JobRejection::UnknownType.into());
    }
    let too_long = template.tasks.len() > JobTemplate::TASKS_MAX
        || template.milestones.len() > JobTemplate::MILESTONES_MAX;
    if too_long {
        return Err(BuilderAccountRejection::TemplateTooLong.into());
    }
    Ok(())
}

/// What became of the list, in one text.
pub(super) fn types_changed(e: &JobTypesSet) -> FieldChange {
    let shown = |types: &[JobType]| list(types.iter().map(JobType::as_str));
    FieldChange::between("job_types", shown(&e.from), shown(&e.to))
}

/// What became of a template; its name in any case, so that a history says which one it was.
pub(super) fn template_changed(
    from: Option<&JobTemplate>,
    to: Option<&JobTemplate>,
) -> Vec<FieldChange> {
    let both = |show: fn(&JobTemplate) -> Shown| {
        let shown = |template: Option<&JobTemplate>| template.map_or(Shown::Nothing, show);
        (shown(from), shown(to))
    };
    let (before, after) = both(|template| Shown::from(template.name.as_str()));
    let rest: [(&'static str, ShowOf<JobTemplate>); 3] = [
        ("template_type", |template| list(template.job_type.iter().map(JobType::as_str))),
        ("template_tasks", |template| list(template.tasks.iter().map(|task| task.title.as_str()))),
        ("template_milestones", |template| list(template.milestones.iter().map(Title::as_str))),
    ];
    let rest = rest.into_iter().filter_map(|(field, show)| {
        let (before, after) = both(show);
        (before != after).then(|| FieldChange::between(field, before, after))
    });
    std::iter::once(FieldChange::between("job_templates", before, after)).chain(rest).collect()
}

fn list<'a>(texts: impl Iterator<Item = &'a str>) -> Shown {
    let texts: Vec<_> = texts.collect();
    if texts.is_empty() { Shown::Nothing } else { Shown::Value(texts.join(", ")) }
}
