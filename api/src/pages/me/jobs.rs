use super::no_builder;
use crate::endpoints::me::jobs::{OwnJob, own_jobs};
use crate::endpoints::me::take_contact::take;
use crate::error::Problem;
use crate::input::{Door, id};
use crate::pages::customers;
use crate::pages::form::{button, hidden};
use crate::pages::layout::{Page, Place, to};
use crate::pages::visit::{Owner, Sent, Visit};
use crate::pages::words::{day, days_left, sentence};
use crate::persons::links::{self, Link};
use crate::state::AppState;
use axum::extract::State;
use axum::response::Response;
use domain::ContactId;
use maud::{Markup, html};
use projections::owner_portal::{ItemEntry, PortalMilestone, SectionEntry};

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
            h2 { (job.name) }
            p .standing {
                @match job.percent {
                    Some(percent) => {
                        strong { (percent) " %" } " done"
                    }
                    None => "No tasks yet"
                }
                @if let (Some(deadline), Some(days)) = (&job.deadline, job.days_remaining) {
                    " · " span .badge .late[days < 0] { (days_left(days)) }
                    " · by " (day(deadline))
                }
            }
            @if let Some(percent) = job.percent {
                progress max="100" value=(percent) aria-label="How much of the job is done" {}
            }
            @if job.percent.is_some() { (sections(&job.sections)) }
            @if !job.items.is_empty() { (items(&job.items)) }
            @if !job.milestones.is_empty() { (milestones(&job.milestones)) }
        }
    }
}

fn sections(sections: &[SectionEntry]) -> Markup {
    html! {
        dl .sections {
            @for section in sections {
                @let phase = sentence(section.phase.word());
                div {
                    dt { (phase) }
                    dd {
                        @match section.percent {
                            Some(percent) => {
                                progress max="100" value=(percent) aria-label=(phase) {}
                                span { (percent) " %" }
                            }
                            None => span { "–" }
                        }
                    }
                }
            }
        }
    }
}

fn items(items: &[ItemEntry]) -> Markup {
    html! {
        h3 { "Your items" }
        ul .items {
            @for item in items {
                li .done[item.done] {
                    (item.title)
                    span .hint {
                        " · " (sentence(item.kind.word()))
                        @if item.done { " · done" }
                        @else if let Some(due) = item.due { " · by " (day(&due.to_string())) }
                    }
                }
            }
        }
    }
}

fn milestones(milestones: &[PortalMilestone]) -> Markup {
    html! {
        h3 { "Milestones" }
        ul .milestones {
            @for milestone in milestones {
                li class=(milestone.status.word()) {
                    (milestone.title)
                    span .hint {
                        " · " (sentence(milestone.status.word()))
                        @if let Some(due) = milestone.due { " · " (day(&due.to_string())) }
                    }
                }
            }
        }
    }
}
