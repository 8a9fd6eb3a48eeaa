use super::comments::{comments, company, way};
use super::overview::sections;
use super::subcontractors::{TRADE, trades};
use super::{Tab, changes, edited, job, sheet};
use crate::endpoints::jobs::comment_on_task::text;
use crate::error::Problem;
use crate::extract::Order;
use crate::input::{Door, Maybe, id};
use crate::pages::form::{
    Complaints, Form, Input, Select, button, hidden, no_such_button, quiet_button,
};
use crate::pages::layout::{Page, to};
use crate::pages::once::{once, once_field};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::pages::words::{day, sentence};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::job::{Assignee, JobCommand, Phase, TaskDetails, TaskEdit, TaskKind};
use domain::text::{Label, Title};
use domain::{Command, CommentId, ContactId, Day, JobId, SubcontractorId, TaskId};
use maud::{Markup, html};
use projections::as_of::JobPage;
use projections::job_detail::{AssigneeEntry, TaskEntry};

const LABELS: [(&str, &str); 7] = [
    ("title", "What is to be done"),
    ("kind", "Kind"),
    ("phase", "Phase"),
    ("assignee", "Who it is for"),
    ("name", "Name"),
    ("due", "Due"),
    ("text", "Comment"),
];

/// The values of "Who it is for" beside the owners, who are told by their ids.
const STAFF: &str = "staff";
const SUBCONTRACTOR: &str = "subcontractor";
/// The word for when a comment is sent; it leads back to the other comments.
const COMMENTED: &str = "task-commented";

/// A job's tasks, by phase.
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, JobId>,
) -> Result<Page, Problem> {
    let query = &visit.query;
    let at = At { editing: query.text("edit"), talking: query.text("comments") };
    let (form, none) = (Form::default(), Complaints::NONE);
    let page = page(&app, &visit.who, visit.path, at, &form, &none).await?;
    Ok(page.done(visit.query.text("done")))
}

/// Add a task, edit it, say that it is done or not, or take it away.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, JobId>,
) -> Result<Response, Problem> {
    let (who, id) = (sent.who.clone(), sent.path);
    let (order, form) = sent.order();
    match change(&app, order, &form).await {
        Ok(COMMENTED) => {
            let (tab, task) = (Tab::Tasks.path(id), form.text("task"));
            Ok(to(&format!("{tab}?comments={task}&done={COMMENTED}")))
        }
        Ok(word) => Ok(to(&Tab::Tasks.done(id, word))),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let of = |action| if form.text("action") == action { form.text("task") } else { "" };
            let at = At { editing: of("save"), talking: of("comment") };
            let page = page(&app, &who, id, at, &form, &complaints).await?;
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

/// The task that the page is about, by its id, if it is about one.
#[derive(Clone, Copy)]
struct At<'a> {
    editing: &'a str,
    talking: &'a str,
}

async fn change(
    app: &AppState,
    order: Order<JobId, ()>,
    form: &Form,
) -> Result<&'static str, Problem> {
    let task = || {
        let mut door = Door::default();
        let task = door.take("task", id::<TaskId>(form.text("task")));
        door.build(|| task)
    };
    let (command, word) = match form.text("action") {
        "add" => {
            let details = details(form)?;
            let command = |order: &Order<JobId, ()>| {
                let task = TaskId(order.new_id(app, "task"));
                Command::Job(order.path, JobCommand::AddTask(task, details.clone()))
            };
            once(app, order, form, command).await?;
            return Ok("task-added");
        }
        "comment" => {
            let (task, text) = (task()?, text(form.text("text"))?);
            let command = |order: &Order<JobId, ()>| {
                let comment = CommentId(order.new_id(app, "comment"));
                let comment = JobCommand::CommentOnTask { task, comment, text: text.clone() };
                Command::Job(order.path, comment)
            };
            once(app, order, form, command).await?;
            return Ok(COMMENTED);
        }
        "save" => (JobCommand::EditTask(task()?, edit(form)?), "task-saved"),
        "complete" => (JobCommand::CompleteTask(task()?), "task-done"),
        "reopen" => (JobCommand::ReopenTask(task()?), "task-reopened"),
        "remove" => (JobCommand::RemoveTask(task()?), "task-removed"),
        _ => return Err(no_such_button()),
    };
    order.execute(app, Command::Job(order.path, command)).await?;
    Ok(word)
}

fn details(form: &Form) -> Result<TaskDetails, Problem> {
    let mut door = Door::default();
    let title = door.take("title", Title::parse(form.text("title")));
    let kind = door.take("kind", TaskKind::parse(form.text("kind")));
    let phase = door.take("phase", Phase::parse(form.text("phase")));
    let assignee = assignee(form, &mut door);
    let due = door.take_if("due", form.filled("due"), Day::parse);
    door.build(|| {
        let (title, kind, phase) = (title?, kind?, phase?);
        Some(TaskDetails { title, kind, phase, assignee: assignee?, due: due? })
    })
}

/// What was edited, and no more.
fn edit(form: &Form) -> Result<TaskEdit, Problem> {
    let mut door = Door::default();
    let title = door.take_if("title", edited(form, "title"), Title::parse);
    let kind = door.take_if("kind", edited(form, "kind"), TaskKind::parse);
    let phase = door.take_if("phase", edited(form, "phase"), Phase::parse);
    let assignee = match (edited(form, "assignee"), edited(form, "name")) {
        (None, None) => Some(None),
        (Some(_), _) | (_, Some(_)) => assignee(form, &mut door).map(Some),
    };
    let due = match edited(form, "due") {
        None => Some(None),
        Some(_) => door.take_if("due", form.filled("due"), Day::parse).map(Some),
    };
    door.build(|| {
        let (title, kind, phase) = (title?, kind?, phase?);
        Some(TaskEdit { title, kind, phase, assignee: assignee?, due: due? })
    })
}

/// One of the job's owners or subcontractors, or somebody by name, or nobody.
fn assignee(form: &Form, door: &mut Door) -> Maybe<Assignee> {
    let name = |door: &mut Door| door.take("name", Label::parse(form.text("name")));
    Some(Some(match form.text("assignee") {
        "" => return Some(None),
        STAFF => Assignee::Staff(name(door)?),
        SUBCONTRACTOR => Assignee::Subcontractor(name(door)?),
        other if other.starts_with(TRADE) => {
            let trade = id::<SubcontractorId>(other.strip_prefix(TRADE).unwrap_or_default());
            Assignee::Trade(door.take("assignee", trade)?)
        }
        owner => Assignee::Owner(door.take("assignee", id::<ContactId>(owner))?),
    }))
}

async fn page(
    app: &AppState,
    who: &Staff,
    id: JobId,
    at: At<'_>,
    form: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    let job = job(app, who, id).await?;
    let may = changes(who, &job);
    let trades = if may { trades(app, who, &job).await? } else { Vec::new() };
    let task = |id: &str| job.detail.tasks.iter().find(|task| task.id.to_string() == id);
    let edits = task(at.editing).filter(|_| may);
    let content = html! {
        (complaints.above(&LABELS))
        @if let Some(task) = edits { (edit_form(&job, &trades, task, form, complaints)) }
        @else if let Some(task) = task(at.talking) { (comments(&job, task, form, complaints, may)) }
        @else {
            section .plain { h2 { "How far it is" } (sections(&job.detail.sections)) }
            @for phase in Phase::ALL {
                section .phase {
                    h2 { (sentence(phase.word())) }
                    (list(&job, *phase, may))
                }
            }
            @if may { (add_form(&job, &trades, form, complaints)) }
        }
    };
    Ok(sheet(who, &job, Tab::Tasks, &content))
}

fn list(job: &JobPage, phase: Phase, may: bool) -> Markup {
    let tasks: Vec<&TaskEntry> =
        job.detail.tasks.iter().filter(|task| task.phase == phase).collect();
    html! {
        @if tasks.is_empty() { p .hint { "No tasks." } }
        ul .rows { @for task in tasks {
            li .done[task.done] {
                div {
                    p { (task.title) }
                    p .hint {
                        (sentence(task.kind.word()))
                        @if let Some(whose) = whose(job, task) { " · " (whose) }
                        @if let Some(due) = task.due { " · due " (day(&due.to_string())) }
                        @if task.done { " · done" }
                        " " (way(job, task))
                    }
                }
                @if may {
                    form method="post" .deeds {
                        (hidden("task", &task.id.to_string()))
                        @if task.done { (quiet_button("reopen", "Reopen")) }
                        @else { (quiet_button("complete", "Done")) }
                        a href=(format!("?edit={}", task.id))
                            aria-label=(format!("Edit {}", task.title)) { "Edit" }
                    }
                }
            }
        } }
    }
}

/// Who a task is for, as people say it.
fn whose(job: &JobPage, task: &TaskEntry) -> Option<String> {
    Some(match task.assignee.as_ref()? {
        AssigneeEntry::Owner(contact) => {
            let owner = job.job.owners.iter().find(|owner| owner.id == *contact);
            format!("for {} (owner)", owner.map_or("an owner", |owner| &*owner.name))
        }
        AssigneeEntry::Staff(name) => format!("for {name}"),
        AssigneeEntry::Subcontractor(name) => format!("for {name} (subcontractor)"),
        AssigneeEntry::Trade(id) => format!("for {} (subcontractor)", company(job, *id)),
    })
}

fn add_form(
    job: &JobPage,
    trades: &[(String, String)],
    form: &Form,
    complaints: &Complaints,
) -> Markup {
    let adding = form.text("action") == "add";
    let (empty, none) = (Form::default(), Complaints::NONE);
    let (form, complaints) = if adding { (form, complaints) } else { (&empty, &none) };
    let typed = Typed::of(form);
    html! {
        section .plain {
            h2 { "Add a task" }
            form method="post" novalidate {
                (once_field(form))
                (inputs(job, trades, &typed, complaints))
                (button("add", "Add the task"))
            }
        }
    }
}

fn edit_form(
    job: &JobPage,
    trades: &[(String, String)],
    task: &TaskEntry,
    form: &Form,
    complaints: &Complaints,
) -> Markup {
    let now = Typed::from(task);
    let sent = form.text("action") == "save";
    let typed = if sent { Typed::of(form) } else { now.clone() };
    let shown = if sent { Typed::shown(form) } else { now };
    html! {
        section .plain {
            h2 { "Edit the task" }
            form method="post" novalidate {
                (hidden("task", &task.id.to_string()))
                (hidden("title_shown", &shown.title))
                (hidden("kind_shown", &shown.kind))
                (hidden("phase_shown", &shown.phase))
                (hidden("assignee_shown", &shown.assignee))
                (hidden("name_shown", &shown.name))
                (hidden("due_shown", &shown.due))
                (inputs(job, trades, &typed, complaints))
                (button("save", "Save"))
                (quiet_button("remove", "Remove the task"))
            }
            p { a href=(Tab::Tasks.path(JobId(job.job.id))) { "Back to all tasks" } }
        }
    }
}

/// What the inputs hold.
#[derive(Debug, Clone, Default)]
struct Typed {
    title: String,
    kind: String,
    phase: String,
    assignee: String,
    name: String,
    due: String,
}

impl Typed {
    fn of(form: &Form) -> Self {
        Self::read(|field| form.text(field).to_owned())
    }

    fn shown(form: &Form) -> Self {
        Self::read(|field| form.text(&format!("{field}_shown")).to_owned())
    }

    fn read(text: impl Fn(&str) -> String) -> Self {
        Self {
            title: text("title"),
            kind: text("kind"),
            phase: text("phase"),
            assignee: text("assignee"),
            name: text("name"),
            due: text("due"),
        }
    }
}

impl From<&TaskEntry> for Typed {
    fn from(task: &TaskEntry) -> Self {
        let (assignee, name) = match &task.assignee {
            None => (String::new(), String::new()),
            Some(AssigneeEntry::Owner(contact)) => (contact.to_string(), String::new()),
            Some(AssigneeEntry::Staff(name)) => (STAFF.to_owned(), name.clone()),
            Some(AssigneeEntry::Subcontractor(name)) => (SUBCONTRACTOR.to_owned(), name.clone()),
            Some(AssigneeEntry::Trade(id)) => (format!("{TRADE}{id}"), String::new()),
        };
        Self {
            title: task.title.clone(),
            kind: task.kind.word().to_owned(),
            phase: task.phase.word().to_owned(),
            assignee,
            name,
            due: task.due.map(|due| due.to_string()).unwrap_or_default(),
        }
    }
}

fn inputs(
    job: &JobPage,
    trades: &[(String, String)],
    typed: &Typed,
    complaints: &Complaints,
) -> Markup {
    let option = |value: &str, words: String| (value.to_owned(), words);
    let words = |word: &str| option(word, sentence(word));
    let kinds: Vec<_> = TaskKind::ALL.iter().map(|kind| words(kind.word())).collect();
    let phases: Vec<_> = Phase::ALL.iter().map(|phase| words(phase.word())).collect();
    let owners = job.job.owners.iter();
    let owners =
        owners.map(|owner| option(&owner.id.to_string(), format!("Owner: {}", owner.name)));
    let mut whose = vec![option("", "Nobody".to_owned())];
    whose.extend(owners);
    whose.extend_from_slice(trades);
    whose.push(option(STAFF, "Staff, by the name below".to_owned()));
    whose.push(option(SUBCONTRACTOR, "Subcontractor, by the name below".to_owned()));
    html! {
        (Input::text("title", "What is to be done").value(&typed.title).shown(complaints))
        (Select::new("kind", "Kind", &kinds).chosen(&typed.kind).shown(complaints))
        (Select::new("phase", "Phase", &phases).chosen(&typed.phase).shown(complaints))
        (Select::new("assignee", "Who it is for", &whose).chosen(&typed.assignee)
            .hint("Owners see their own tasks, and so do the subcontractors of the job. Whom else a task \
                   is for, owners never see.")
            .shown(complaints))
        (Input::text("name", "Name").value(&typed.name)
            .hint("Of the staff or the subcontractor.").shown(complaints))
        (Input::date("due", "Due").value(&typed.due).shown(complaints))
    }
}
