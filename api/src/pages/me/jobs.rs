use super::no_builder;
use crate::endpoints::me::jobs::{OwnJob, own_jobs};
use crate::endpoints::me::take_contact::take;
use crate::error::Problem;
use crate::input::{Door, id};
use crate::pages::customers;
use crate::pages::form::{button, hidden};
use crate::pages::layout::{Page, Place, to};
use crate::pages::portal::sheet::glance;
use crate::pages::visit::{Owner, Sent, Visit};
use crate::persons::links::{self, Link};
use crate::state::AppState;
use axum::extract::State;
use axum::response::Response;
use domain::ContactId;
use maud::{Markup, html};

/// Somebody's jobs, with every builder: how far each is, and what waits for them (R91 to R95).
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Owner, ()>,
) -> Result<Page, Problem> {
    let person = links::person(&app, visit.who.person()).await?;
    let links = links::of(&app, &person).await?;
    let waiting = links::waiting(&app, &person).await?;
    let jobs = own_jobs(&app, &links).await?;
    let portal = customers::entry(&app, visit.who.asker()).await?;
    let open: Vec<&str> =
        links.iter().filter(|link| link.open).map(|link| link.builder.as_str()).collect();
    let closed: Vec<&str> =
        links.iter().filter(|link| !link.open).map(|link| link.builder.as_str()).collect();
    let content = html! {
        @if open.is_empty() && waiting.is_empty() { (no_builder()) }
        @for link in &waiting { (waits(link)) }
        (portal)
        @for own in &jobs { (card(own)) }
        @if jobs.is_empty() && !open.is_empty() {
            p .plain {
                (open.join(", ")) ": there is no job for you to see yet. It shows here as soon as \
                your builder puts you on one."
            }
        }
        @if !closed.is_empty() {
            p .hint {
                "Closed for now by the builder: " (closed.join(", ")) ". Please ask them if you did \
                not expect that."
            }
        }
    };
    let page = Page::new("Your jobs", content).at(Place::Jobs);
    Ok(page.done(visit.query.text("done")))
}

/// Take a contact that waits.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Owner, ()>,
) -> Result<Response, Problem> {
    let (order, form) = sent.order();
    if form.text("action") != "take" {
        return Err(Problem::unreadable("action", "must be the page's button"));
    }
    let mut door = Door::default();
    let contact = door.take("contact", id::<ContactId>(form.text("contact")));
    take(&app, &order, door.build(|| contact)?).await?;
    Ok(to("/me?done=taken"))
}

/// A builder who brought them over from an older system since they have a login (R45).
fn waits(link: &Link) -> Markup {
    html! {
        section .plain {
            h2 { (link.builder) }
            p {
                "This builder has moved here from an older system, and says that you are one of its \
                 owners. Until you take that up, neither of you sees anything of the other."
            }
            form method="post" {
                (hidden("contact", &link.contact.id.to_string()))
                (button("take", "Yes, this is my builder"))
            }
        }
    }
}

fn card(own: &OwnJob) -> Markup {
    let job = &own.job;
    html! {
        article .job {
            p .over { (own.builder) }
            h2 { a href={ "/me/jobs/" (job.id) } { (job.name) } }
            (glance(job))
        }
    }
}
