//! What an organisation may see of its general contractors: the projects that were opened to it, with
//! the tasks that are its own (R80). What a project is comes from each general contractor's ledger with
//! every request, so that one that is taken away is gone at once.
//!
//! Whoever adds a field here shows it to a subcontractor: no budget, no note, no owner, nobody else's
//! task, no other subcontractor.

use super::organisations;
use crate::endpoints::{JOB_DETAIL, JOB_LIST, SUBCONTRACTORS};
use crate::error::Problem;
use crate::persons::invitee::builder_name;
use crate::state::AppState;
use domain::{JobId, LedgerId, OrgId, SubcontractorId, TaskId, Timestamp};
use projections::job_detail::{self, CommentEntry, TaskEntry};
use projections::job_list;
use projections::subcontractors::{self, OrgRelation};
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

/// How long the answer waits for what has just happened.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// A general contractor that an organisation works with.
#[derive(Debug)]
pub(crate) struct Relation {
    pub(crate) ledger: LedgerId,
    pub(crate) subcontractor: SubcontractorId,
    pub(crate) general_contractor: String,
    pub(crate) there: OrgRelation,
}

/// A project that is open to an organisation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrgProject {
    /// The job.
    pub(crate) id: Uuid,
    /// What it is called.
    pub(crate) name: String,
    /// Whose it is.
    pub(crate) general_contractor: String,
    /// The day by which it is to be finished.
    pub(crate) deadline: Option<String>,
    /// How many tasks are yours, and how many of them are done.
    pub(crate) tasks: usize,
    /// Of those.
    pub(crate) tasks_done: usize,
}

/// A project with what is to be done in it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrgProjectInFull {
    /// The job.
    pub(crate) id: Uuid,
    /// What it is called.
    pub(crate) name: String,
    /// Whose it is.
    pub(crate) general_contractor: String,
    /// The day by which it is to be finished.
    pub(crate) deadline: Option<String>,
    /// Your tasks, in the order in which they came.
    pub(crate) tasks: Vec<OrgTask>,
}

/// A task of an organisation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrgTask {
    /// Its id.
    pub(crate) id: Uuid,
    /// What is to be done.
    pub(crate) title: String,
    /// `task`, `approval` or `selection`.
    pub(crate) kind: String,
    /// `planning`, `execution` or `closeout`.
    pub(crate) phase: String,
    /// By when.
    pub(crate) due: Option<String>,
    /// Whether it is done.
    pub(crate) done: bool,
    /// What was said about it, the oldest first.
    pub(crate) comments: Vec<OrgTaskComment>,
}

/// What somebody said about a task.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrgTaskComment {
    /// Its id.
    pub(crate) id: Uuid,
    /// What it says; none once its person has been erased.
    pub(crate) text: Option<String>,
    /// `organisation` or `general_contractor`.
    pub(crate) from: &'static str,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) at: Timestamp,
}

/// All general contractors that an organisation works with, as their own ledgers say.
pub(crate) async fn relations(app: &AppState, org: OrgId) -> Result<Vec<Relation>, Problem> {
    let mut relations = Vec::new();
    for linked in organisations::listed(app, org).await?.general_contractors {
        let there = relation(app, org, LedgerId(linked.account), linked.subcontractor).await?;
        relations.extend(there);
    }
    Ok(relations)
}

/// One of them, where its own ledger says so too.
async fn relation(
    app: &AppState,
    org: OrgId,
    ledger: LedgerId,
    subcontractor: Uuid,
) -> Result<Option<Relation>, Problem> {
    let (reader, subcontractor) = (app.store().reader(), SubcontractorId(subcontractor));
    if let Some(head) = reader.head(ledger).await? {
        let views = [SUBCONTRACTORS, JOB_LIST, JOB_DETAIL];
        app.progress().wait(ledger, head.position, &views, WAIT_MAX).await?;
    }
    let now = app.store().now();
    let there = subcontractors::of_org(reader, ledger, subcontractor, org, now).await?;
    let Some(there) = there else { return Ok(None) };
    let general_contractor = builder_name(app, ledger).await?;
    Ok(Some(Relation { ledger, subcontractor, general_contractor, there }))
}

impl Relation {
    /// The jobs that are open to the organisation.
    fn jobs(&self) -> impl Iterator<Item = JobId> {
        self.there.projects().map(|project| JobId(project.job_id))
    }

    /// A job as it is now; none where it is put away.
    async fn project(
        &self,
        app: &AppState,
        job: JobId,
    ) -> Result<Option<OrgProjectInFull>, Problem> {
        let (reader, ledger) = (app.store().reader(), self.ledger);
        let listed = job_list::get(reader, ledger, job).await?;
        let Some(listed) = listed.filter(|listed| !listed.archived) else { return Ok(None) };
        let detail = job_detail::get(reader, ledger, job).await?;
        let tasks = job_detail::tasks_of_trade(reader, ledger, job, self.subcontractor).await?;
        Ok(Some(OrgProjectInFull {
            id: job.0,
            name: listed.name,
            general_contractor: self.general_contractor.clone(),
            deadline: detail.and_then(|detail| detail.deadline),
            tasks: tasks.into_iter().map(OrgTask::of).collect(),
        }))
    }
}

impl OrgTask {
    fn of(task: TaskEntry) -> Self {
        let said = |comment: CommentEntry| OrgTaskComment {
            id: comment.id,
            text: comment.text,
            from: if comment.by == CommentEntry::TRADE {
                "organisation"
            } else {
                "general_contractor"
            },
            at: comment.at,
        };
        Self {
            id: task.id,
            title: task.title,
            kind: task.kind.word().to_owned(),
            phase: task.phase.word().to_owned(),
            due: task.due.map(|day| day.to_string()),
            done: task.done,
            comments: task.comments.into_iter().map(said).collect(),
        }
    }
}

/// All projects of an organisation, across its general contractors (R80).
pub(crate) async fn projects(app: &AppState, org: OrgId) -> Result<Vec<OrgProject>, Problem> {
    let mut projects: Vec<OrgProject> = Vec::new();
    for relation in relations(app, org).await? {
        for job in relation.jobs() {
            let Some(project) = relation.project(app, job).await? else { continue };
            let tasks = project.tasks.len();
            let tasks_done = project.tasks.iter().filter(|task| task.done).count();
            // Known there as two, and invited as both.
            if let Some(there) = projects.iter_mut().find(|there| there.id == project.id) {
                there.tasks += tasks;
                there.tasks_done += tasks_done;
                continue;
            }
            projects.push(OrgProject {
                id: project.id,
                name: project.name,
                general_contractor: project.general_contractor,
                deadline: project.deadline,
                tasks,
                tasks_done,
            });
        }
    }
    projects.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
    Ok(projects)
}

/// One of them. One that is not open to the organisation is one that never was.
pub(crate) async fn project(
    app: &AppState,
    org: OrgId,
    job: JobId,
) -> Result<OrgProjectInFull, Problem> {
    let mut whole: Option<OrgProjectInFull> = None;
    for relation in relations_with(app, org, job).await? {
        let Some(project) = relation.project(app, job).await? else { continue };
        match &mut whole {
            Some(whole) => whole.tasks.extend(project.tasks),
            None => whole = Some(project),
        }
    }
    whole.ok_or_else(Problem::not_found)
}

/// The relation through which a task of a job is the organisation's; any through which the job is open to
/// it, where none is.
pub(crate) async fn relation_of_task(
    app: &AppState,
    org: OrgId,
    job: JobId,
    task: TaskId,
) -> Result<Relation, Problem> {
    let mut first = None;
    for relation in relations_with(app, org, job).await? {
        let (reader, trade) = (app.store().reader(), relation.subcontractor);
        let tasks = job_detail::tasks_of_trade(reader, relation.ledger, job, trade).await?;
        if tasks.iter().any(|one| one.id == task.0) {
            return Ok(relation);
        }
        first = first.or(Some(relation));
    }
    first.ok_or_else(Problem::not_found)
}

/// The relations through which a job is open to the organisation: a general contractor may know one company
/// as several (H9). One general contractor whose lists are behind keeps nobody from another's job.
async fn relations_with(app: &AppState, org: OrgId, job: JobId) -> Result<Vec<Relation>, Problem> {
    let (mut found, mut behind) = (Vec::new(), None);
    for linked in organisations::listed(app, org).await?.general_contractors {
        match relation(app, org, LedgerId(linked.account), linked.subcontractor).await {
            Ok(Some(relation)) if relation.jobs().any(|open| open == job) => found.push(relation),
            Ok(_) => {}
            Err(problem) if problem.body.code == "view_behind" => behind = Some(problem),
            Err(problem) => return Err(problem),
        }
    }
    match behind {
        Some(problem) if found.is_empty() => Err(problem),
        Some(_) | None => Ok(found),
    }
}
