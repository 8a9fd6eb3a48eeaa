use crate::endpoints::work_orders::decline::decline;
use crate::endpoints::work_orders::list::WorkOrderParams;
use crate::endpoints::work_orders::turn_into_task::{TaskOfWorkOrder, turn};
use crate::endpoints::{CONTACT_DIRECTORY, CUSTOMERS, JOB_LIST, WORK_ORDERS};
use crate::error::Problem;
use crate::extract::Order;
use crate::input::{Door, id};
use crate::pages::form::{
    Complaints, Form, Input, Select, button, hidden, no_such_button, quiet_button,
};
use crate::pages::layout::{Desk, Page, further, to};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::pages::words::{sentence, time};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::WorkOrderId;
use domain::job::Phase;
use maud::{Markup, html};
use projections::job_glance;
use projections::job_list::{self, JobQuery};
use projections::work_orders::{self, WorkOrderEntry};
use uuid::Uuid;

/// The most jobs that are offered.
const JOBS_MAX: u32 = 200;

/// What customers have asked for, the newest first.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, ()>,
) -> Result<Page, Problem> {
    let page = page(&app, &visit.who, &visit.query, &Form::default(), &Complaints::NONE).await?;
    Ok(page.done(visit.query.text("done")))
}

/// Make a task of one, or decline it.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, ()>,
) -> Result<Response, Problem> {
    let who = sent.who.clone();
    let (order, form) = sent.order();
    match carry_out(&app, &order, &form).await {
        Ok(done) => Ok(to(&format!("/customers/work-orders?done={done}"))),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let page = page(&app, &who, &Form::default(), &form, &complaints).await?;
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

async fn carry_out(
    app: &AppState,
    order: &Order<(), ()>,
    form: &Form,
) -> Result<&'static str, Problem> {
    let mut door = Door::default();
    let work_order = door.take("work_order", id::<WorkOrderId>(form.text("work_order")));
    let work_order = door.build(|| work_order)?;
    match form.text("action") {
        "task" => {
            let mut door = Door::default();
            let job = form.filled("job_id").ok_or("must be chosen");
            let job_id = door.take("job_id", job.map(str::to_owned));
            let body = TaskOfWorkOrder {
                job_id: door.build(|| job_id)?,
                title: form.text("title").to_owned(),
                phase: form.text("phase").to_owned(),
            };
            turn(app, order, work_order, &body).await?;
            Ok("work-order-taken")
        }
        "decline" => {
            decline(app, order, work_order, form.text("reason")).await?;
            Ok("work-order-declined")
        }
        _ => Err(no_such_button()),
    }
}

async fn page(
    app: &AppState,
    who: &Staff,
    query: &Form,
    form: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    let filled = |field: &str| query.filled(field).map(str::to_owned);
    let (stage, cursor) = (filled("stage"), filled("cursor"));
    let asked = WorkOrderParams { customer: filled("customer"), stage, cursor, limit: None };
    who.ready(app, &[WORK_ORDERS, CUSTOMERS, CONTACT_DIRECTORY, JOB_LIST]).await?;
    let (reader, ledger) = (app.store().reader(), who.ledger());
    let orders = work_orders::list(reader, ledger, &asked.query()?).await?;
    let jobs = jobs(app, who, &orders.items).await?;
    let labels = [("title", "Task"), ("job_id", "Job"), ("phase", "Phase"), ("reason", "Why not")];
    let content = html! {
        (complaints.above(&labels))
        p { a href="/customers" { "Customers" } }
        @if orders.items.is_empty() { p { "No customer has asked for anything." } }
        @for order in &orders.items {
            (card(order, who.changes(), &jobs, form, complaints))
        }
        (further(
            "/customers/work-orders", query, &["customer", "stage"], orders.next.as_deref(),
            "Older work orders",
        ))
    };
    Ok(Page::new("Work orders", content).desk(who, Desk::Customers))
}

/// The jobs that one may become a task of: the account's first, and whichever members asked about. None of
/// them is chosen before somebody chooses.
async fn jobs(
    app: &AppState,
    who: &Staff,
    orders: &[WorkOrderEntry],
) -> Result<Vec<(String, String)>, Problem> {
    let (reader, ledger) = (app.store().reader(), who.ledger());
    let query = JobQuery { limit: JOBS_MAX, ..JobQuery::default() };
    let mut jobs = job_list::list(reader, ledger, &query).await?.items;
    let mut asked: Vec<Uuid> = orders.iter().filter_map(|order| order.asked_job_id).collect();
    asked.retain(|id| jobs.iter().all(|job| job.id != *id));
    let asked = job_glance::listed(reader, ledger, &asked).await?;
    jobs.extend(asked.into_iter().filter(|job| !job.archived));
    if jobs.is_empty() {
        return Ok(Vec::new());
    }
    let none = (String::new(), "Choose a job".to_owned());
    let jobs = jobs.into_iter().map(|job| (job.id.to_string(), job.name));
    Ok(std::iter::once(none).chain(jobs).collect())
}

fn card(
    order: &WorkOrderEntry,
    changes: bool,
    jobs: &[(String, String)],
    form: &Form,
    complaints: &Complaints,
) -> Markup {
    html! {
        article .entry {
            h2 { (order.title.as_deref().unwrap_or("–")) }
            p .hint {
                (sentence(&order.stage)) " · "
                a href=(format!("/customers/{}", order.customer_id)) { (order.customer) }
                " · " (order.contact) " · " (time(order.filed_at))
            }
            p .lines { (order.text.as_deref().unwrap_or_default()) }
            @if let Some(why) = &order.declined_reason { p { "Declined: " (why) } }
            @if let Some(job) = &order.job_id { p { a href=(format!("/jobs/{job}")) { "The job" } } }
            @if changes && order.stage == "open" { (answers(order, jobs, form, complaints)) }
        }
    }
}

/// What may be done about an open one. Ids of several such forms differ by whose they are.
fn answers(
    order: &WorkOrderEntry,
    jobs: &[(String, String)],
    form: &Form,
    complaints: &Complaints,
) -> Markup {
    let id = order.id.to_string();
    let about_this = form.text("work_order") == id;
    let none = Complaints::NONE;
    let complaints = if about_this { complaints } else { &none };
    let asked_job = order.asked_job_id.map(|job| job.to_string()).unwrap_or_default();
    let (job, title, phase) = if about_this {
        (form.text("job_id"), form.text("title"), form.text("phase"))
    } else {
        // What the member wrote is sealed, and what a task is called is not: nobody copies it unawares.
        (&*asked_job, "", Phase::Execution.word())
    };
    let phases = Phase::ALL.iter().map(|phase| phase.word());
    let phases: Vec<(String, String)> =
        phases.map(|word| (word.to_owned(), sentence(word))).collect();
    html! {
        details open[about_this] {
            summary aria-label=(format!("Answer {}", order.title.as_deref().unwrap_or_default())) { "Answer" }
            @if jobs.is_empty() { p { "There is no job yet that it could be a task of." } } @else {
                form method="post" novalidate {
                    (hidden("work_order", &id))
                    (Select::new("job_id", "Job", jobs).chosen(job).shown(complaints))
                    (Input::text("title", "Task").value(title)
                        .hint("In your own words; owners of the job may read it.").shown(complaints))
                    (Select::new("phase", "Phase", &phases).chosen(phase).shown(complaints))
                    (button("task", "Make it a task"))
                }
            }
            form method="post" novalidate {
                (hidden("work_order", &id))
                (Input::text("reason", "Why not").shown(complaints))
                (quiet_button("decline", "Decline"))
            }
        }
    }
}
