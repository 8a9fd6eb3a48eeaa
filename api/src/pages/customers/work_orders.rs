use crate::endpoints::me::customers::file_work_order::{FileWorkOrder, file};
use crate::endpoints::me::customers::list::name;
use crate::endpoints::me::customers::work_orders::{
    MemberWorkOrder, MemberWorkOrderParams, orders_of,
};
use crate::endpoints::me::jobs::own_jobs;
use crate::error::Problem;
use crate::extract::asker::Asker;
use crate::pages::form::{Complaints, Form, Input, Select, button};
use crate::pages::layout::{Page, Place, further, to};
use crate::pages::once::{keyed, once_field};
use crate::pages::visit::{Owner, Sent, Visit};
use crate::pages::words::{sentence, time};
use crate::persons::links;
use crate::persons::membership::Member;
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::customer::Feature;
use domain::{CustomerId, PersonId};
use maud::{Markup, html};

/// The customer's work orders, and the way to file another (R119).
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Owner, CustomerId>,
) -> Result<Page, Problem> {
    let cursor = visit.query.filled("cursor").map(str::to_owned);
    let (asker, form) = (visit.who.asker(), Form::default());
    let page = page(&app, asker, visit.path, cursor, &form, &Complaints::NONE).await?;
    Ok(page.done(visit.query.text("done")))
}

/// File one.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Owner, CustomerId>,
) -> Result<Response, Problem> {
    let customer = sent.path;
    let (order, form) = sent.order();
    let body = FileWorkOrder {
        title: form.text("title").to_owned(),
        text: form.text("text").to_owned(),
        job_id: form.filled("job_id").map(str::to_owned),
    };
    let order = keyed(order, &form);
    match file(&app, &order, customer, &body).await {
        Ok(_) => Ok(to(&format!("/me/customers/{customer}/work-orders?done=work-order-filed"))),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let page = page(&app, &order.asker, customer, None, &form, &complaints).await?;
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

async fn page(
    app: &AppState,
    asker: &Asker,
    customer: CustomerId,
    cursor: Option<String>,
    form: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    let member = Member::reaching(app, asker, customer, Feature::WorkOrders).await?;
    let params = MemberWorkOrderParams { cursor, ..MemberWorkOrderParams::default() };
    let orders = orders_of(app, &member, &params).await?;
    let jobs = jobs(app, asker, &member).await?;
    let labels = [("title", "What is to be done"), ("text", "More about it"), ("job_id", "Job")];
    let content = html! {
        p .over { (name(app, &member).await?) " · " (member.builder) }
        (complaints.above(&labels))
        form .plain method="post" novalidate {
            h2 { "New work order" }
            (once_field(form))
            (Input::text("title", "What is to be done").value(form.text("title")).shown(complaints))
            (Input::text("text", "More about it").lines(5).value(form.text("text")).shown(complaints))
            @if jobs.len() > 1 {
                (Select::new("job_id", "Job", &jobs).chosen(form.text("job_id")).shown(complaints))
            }
            (button("file", "Send to the builder"))
        }
        @if !orders.items.is_empty() { h2 { "Filed so far" } }
        @for order in &orders.items { (card(order)) }
        (further(
            &format!("/me/customers/{customer}/work-orders"), form, &[], orders.next.as_deref(),
            "Older work orders",
        ))
    };
    Ok(Page::new("Work orders", content).at(Place::Customers))
}

/// The member's own jobs with this builder, and none of them.
async fn jobs(
    app: &AppState,
    asker: &Asker,
    member: &Member,
) -> Result<Vec<(String, String)>, Problem> {
    let person = links::person(app, PersonId(asker.ledger().0)).await?;
    let mut links = links::of(app, &person).await?;
    links.retain(|link| link.ledger == member.ledger);
    let jobs = own_jobs(app, &links).await?;
    let none = (String::new(), "About no job of ours".to_owned());
    let jobs = jobs.into_iter().map(|own| (own.job.id.to_string(), own.job.name));
    Ok(std::iter::once(none).chain(jobs).collect())
}

fn card(order: &MemberWorkOrder) -> Markup {
    html! {
        article .entry {
            h3 { (order.title.as_deref().unwrap_or("–")) }
            p .hint { (stage(&order.stage)) " · " (order.filed_by) " · " (time(order.filed_at)) }
            p .lines { (order.text.as_deref().unwrap_or_default()) }
            @if let Some(why) = &order.declined_reason { p { "The builder: " (why) } }
        }
    }
}

/// What became of it, as the customer reads it.
fn stage(word: &str) -> String {
    match word {
        "open" => "Waits for the builder".to_owned(),
        "task" => "The builder has taken it up".to_owned(),
        other => sentence(other),
    }
}
