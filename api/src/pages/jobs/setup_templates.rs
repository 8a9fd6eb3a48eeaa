use super::setup::{by_line, complaints, lines, of_version, version};
use super::setup_types::setup_of;
use super::task_lines::{field, place, typed, written};
use crate::endpoints::job_setup::{TemplateBody, add_template, change_template, remove_template};
use crate::error::{FieldError, Problem};
use crate::extract::Order;
use crate::input::{Door, id};
use crate::pages::form::{
    Complaints, Form, Input, Select, button, hidden, no_such_button, quiet_button,
};
use crate::pages::layout::{Desk, Page, to};
use crate::pages::once::{keyed, once_field};
use crate::pages::settings::{Setting, tabs};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::pages::words::sentence;
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::job::Phase;
use domain::{Outcome, TemplateId};
use maud::{Markup, html};
use projections::job_setup::{JobSetupEntry, TemplateEntry};

/// The templates that jobs can be made from (R55).
pub(super) async fn list(
    State(app): State<AppState>,
    visit: Visit<Staff, ()>,
) -> Result<Page, Problem> {
    let setup = setup_of(&app, &visit.who).await?;
    let who = &visit.who;
    let content = html! {
        (tabs(who, Setting::Templates))
        @if who.changes() {
            p { a .main href="/settings/templates/edit" { "New template" } }
        }
        @if setup.templates.is_empty() {
            div .plain {
                p { "There are no templates yet." }
                p {
                    "A template holds the tasks and milestones that jobs of a kind begin with. Make \
                     one of what you plan again and again."
                }
            }
        } @else { (table(&setup)) }
    };
    let page = Page::new("Job templates", content).desk(who, Desk::Settings);
    Ok(page.done(visit.query.text("done")))
}

/// One of them, or a new one.
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, ()>,
) -> Result<Page, Problem> {
    let setup = setup_of(&app, &visit.who).await?;
    let known = known(&setup, visit.query.filled("template"))?;
    let (form, typed) = (Form::default(), as_it_is(known));
    Ok(page(&visit.who, &setup, known, (&form, &typed), &Complaints::NONE))
}

/// Add it, change it, or take it away.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, ()>,
) -> Result<Response, Problem> {
    let who = sent.who.clone();
    let (order, form) = sent.order();
    let setup = setup_of(&app, &who).await?;
    let known = known(&setup, form.filled("template"))?;
    let body = body(&form, known);
    match carry_out(&app, order, &form, &body).await {
        Ok(done) => Ok(to(&format!("/settings/templates?done={done}"))),
        Err(problem) => {
            let problem = by_line(in_phases(problem, &body), &["milestones"]);
            let complaints = complaints(problem)?;
            let typed = typed_in(&form);
            Ok(page(&who, &setup, known, (&form, &typed), &complaints).into_response())
        }
    }
}

/// Does what the form asks for; the word for when it is done.
async fn carry_out(
    app: &AppState,
    order: Order<(), ()>,
    form: &Form,
    body: &TemplateBody,
) -> Result<&'static str, Problem> {
    let mut door = Door::default();
    let template = door.take_if("template", form.filled("template"), id::<TemplateId>);
    let template = door.build(|| template)?;
    Ok(match (form.text("action"), template) {
        ("save", None) => {
            let order = keyed(order, form);
            let template = TemplateId(order.new_id(app, "template"));
            add_template::add(app, &order, template, body).await?;
            "template-added"
        }
        ("save", Some(template)) => {
            let order = order.at_version(version(form)?);
            let applied = change_template::change(app, &order, template, body).await?;
            if applied.outcome == Outcome::Unchanged { "unchanged" } else { "template-changed" }
        }
        ("remove", Some(template)) => {
            remove_template::remove(app, &order, template).await?;
            "template-removed"
        }
        _ => return Err(no_such_button()),
    })
}

/// The template that is meant; none for a new one.
fn known<'a>(
    setup: &'a JobSetupEntry,
    typed: Option<&str>,
) -> Result<Option<&'a TemplateEntry>, Problem> {
    let Some(typed) = typed else { return Ok(None) };
    let found = setup.templates.iter().find(|entry| entry.id.to_string() == typed);
    found.map(Some).ok_or_else(Problem::not_found)
}

fn body(form: &Form, known: Option<&TemplateEntry>) -> TemplateBody {
    TemplateBody {
        name: form.text("name").to_owned(),
        job_type: form.filled("type").map(str::to_owned),
        tasks: typed(form, known.map_or(&[], |entry| entry.tasks.as_slice())),
        milestones: lines(form.text("milestones")),
    }
}

/// The same problem, about the texts that the tasks are typed into.
fn in_phases(mut problem: Problem, body: &TemplateBody) -> Problem {
    let in_text = |field_name: &str| {
        let index = field_name.strip_prefix("tasks[")?.split(']').next()?.parse().ok()?;
        let (phase, line) = place(&body.tasks, index)?;
        Some(format!("{}[{line}]", field(phase)))
    };
    for error in &mut problem.body.errors {
        if let Some(text) = in_text(&error.field) {
            error.field = text;
        }
    }
    if problem.body.errors.is_empty()
        && let Some(one) = problem.body.field.clone()
        && let Some(text) = in_text(&one)
    {
        let reason = problem.body.detail.trim_start_matches(&*one).trim_matches([' ', '.']);
        let error = FieldError { field: text, reason: reason.to_owned() };
        problem = Problem::invalid(problem.status, vec![error]);
    }
    let fields = Phase::ALL.iter().map(|phase| field(*phase)).collect::<Vec<_>>();
    by_line(problem, &fields.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What stands in the form.
struct Typed {
    name: String,
    job_type: String,
    /// The tasks of each phase.
    tasks: Vec<(Phase, String)>,
    milestones: String,
}

fn as_it_is(known: Option<&TemplateEntry>) -> Typed {
    let tasks = known.map_or(&[][..], |entry| entry.tasks.as_slice());
    Typed {
        name: known.map_or_else(String::new, |entry| entry.name.clone()),
        job_type: known.and_then(|entry| entry.job_type.clone()).unwrap_or_default(),
        tasks: Phase::ALL.iter().map(|phase| (*phase, written(tasks, *phase))).collect(),
        milestones: known.map_or_else(String::new, |entry| entry.milestones.join("\n")),
    }
}

fn typed_in(form: &Form) -> Typed {
    let tasks = Phase::ALL.iter().map(|phase| (*phase, form.text(&field(*phase)).to_owned()));
    Typed {
        name: form.text("name").to_owned(),
        job_type: form.text("type").to_owned(),
        tasks: tasks.collect(),
        milestones: form.text("milestones").to_owned(),
    }
}

fn table(setup: &JobSetupEntry) -> Markup {
    html! {
        table .cards role="table" {
            thead role="rowgroup" { tr role="row" {
                @for label in ["Name", "Job type", "Tasks", "Milestones"] {
                    th scope="col" role="columnheader" { (label) }
                }
            } }
            tbody role="rowgroup" { @for entry in &setup.templates {
                tr role="row" {
                    th scope="row" role="rowheader" {
                        a href=(format!("/settings/templates/edit?template={}", entry.id)) {
                            (entry.name)
                        }
                    }
                    td role="cell" data-label="Job type" {
                        (entry.job_type.as_deref().unwrap_or("–"))
                    }
                    td role="cell" data-label="Tasks" { (entry.tasks.len()) }
                    td role="cell" data-label="Milestones" { (entry.milestones.len()) }
                }
            } }
        }
    }
}

fn page(
    who: &Staff,
    setup: &JobSetupEntry,
    known: Option<&TemplateEntry>,
    (form, typed): (&Form, &Typed),
    complaints: &Complaints,
) -> Page {
    let fields: Vec<(String, String)> = typed
        .tasks
        .iter()
        .map(|(phase, _)| (field(*phase), format!("{}: tasks", sentence(phase.word()))))
        .collect();
    let mut labels = vec![("name", "Name"), ("type", "Job type"), ("milestones", "Milestones")];
    labels.extend(fields.iter().map(|(field, label)| (field.as_str(), label.as_str())));
    let content = html! {
        (tabs(who, Setting::Templates))
        p { a href="/settings/templates" { "All templates" } }
        (complaints.above(&labels))
        @if who.changes() {
            form .narrow method="post" novalidate {
                (of_version(setup.version))
                @if let Some(entry) = known { (hidden("template", &entry.id.to_string())) }
                @else { (once_field(form)) }
                (inputs(setup, typed, &fields, complaints))
                (button("save", "Save the template"))
            }
            @if let Some(entry) = known { (removal(entry)) }
        } @else { (to_read(typed, &fields)) }
    };
    let title = known.map_or("New template", |entry| entry.name.as_str());
    Page::new(title, content).status(complaints.status()).desk(who, Desk::Settings)
}

fn inputs(
    setup: &JobSetupEntry,
    typed: &Typed,
    fields: &[(String, String)],
    complaints: &Complaints,
) -> Markup {
    let listed = setup.types.iter().map(|listed| (listed.clone(), listed.clone()));
    let offered: Vec<(String, String)> =
        std::iter::once((String::new(), "–".to_owned())).chain(listed).collect();
    html! {
        (Input::text("name", "Name").value(&typed.name).shown(complaints))
        (Select::new("type", "Job type", &offered).chosen(&typed.job_type)
            .hint("That jobs of this template have, unless they are given another.")
            .shown(complaints))
        p .hint {
            "A task a line. Begin a line with “approval:” or “selection:” where an owner is to \
             settle something."
        }
        @for ((_, tasks), (field, label)) in typed.tasks.iter().zip(fields) {
            (Input::text(field, label).lines(5).value(tasks).shown(complaints))
        }
        (Input::text("milestones", "Milestones").lines(4).value(&typed.milestones)
            .hint("One a line").shown(complaints))
    }
}

/// The same for whoever may only read.
fn to_read(typed: &Typed, fields: &[(String, String)]) -> Markup {
    let tasks = typed.tasks.iter().map(|(_, tasks)| tasks).zip(fields.iter().map(|(_, l)| l));
    let rest = [(&typed.job_type, "Job type"), (&typed.milestones, "Milestones")];
    let rest = rest.into_iter();
    html! {
        dl .facts {
            @for (text, label) in rest.chain(tasks.map(|(text, label)| (text, label.as_str()))) {
                dt { (label) }
                dd .lines { @if text.is_empty() { "–" } @else { (text) } }
            }
        }
    }
}

/// What takes it away is asked for once more, by opening it.
fn removal(entry: &TemplateEntry) -> Markup {
    html! {
        details .plain {
            summary { "Remove this template" }
            p { "Jobs that were made from it stay as they are." }
            form method="post" {
                (hidden("template", &entry.id.to_string()))
                (quiet_button("remove", "Yes, remove it"))
            }
        }
    }
}
