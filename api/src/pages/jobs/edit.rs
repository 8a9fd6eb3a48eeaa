use super::chosen::{Chosen, TOGETHER};
use super::filter::Filter;
use super::picker::Picker;
use super::{may_change, outcome};
use crate::endpoints::jobs::bulk_owners::{BulkMode, BulkOwners, change};
use crate::endpoints::{CONTACT_DIRECTORY, JOB_LIST};
use crate::error::Problem;
use crate::input::{Door, one_of};
use crate::pages::form::{Complaints, Form, Select, button, radio};
use crate::pages::layout::{Desk, Page};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use maud::{Markup, html};
use projections::job_glance;
use projections::job_list::JobEntry;
use std::cmp::Reverse;
use uuid::Uuid;

/// What somebody calls the contacts of a bulk edit.
const CONTACTS: (&str, &str) = ("contacts", "Value");
/// The most owners of the jobs that are offered before others.
const OWNERS_FIRST_MAX: usize = 50;

/// The bulk edit of the jobs that were ticked (R49 to R52).
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, ()>,
) -> Result<Page, Problem> {
    may_change(&visit.who)?;
    page(&app, &visit.who, &visit.query, &Complaints::NONE).await
}

/// Add these contacts to the jobs, or remove them; twice changes nothing, and nobody is invited (H12).
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, ()>,
) -> Result<Page, Problem> {
    let who = sent.who.clone();
    let (order, form) = sent.order();
    let changed = async {
        let body = asked(&form)?;
        let (answer, _) = change(&app, &order, &body).await?;
        Ok::<_, Problem>((body, answer))
    };
    match changed.await {
        Ok((body, answer)) => outcome::page(&app, &who, &form, body.mode, &answer).await,
        // Nothing to type helps whoever may not.
        Err(problem) if problem.status == StatusCode::FORBIDDEN => Err(problem),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            page(&app, &who, &form, &complaints).await
        }
    }
}

/// What the form asks for.
fn asked(form: &Form) -> Result<BulkOwners, Problem> {
    let mut door = Door::default();
    let field = door.take("field", one_of(form.text("field"), &["owners"]));
    let mode = door.take("mode", one_of(form.text("mode"), &["add", "remove"]));
    let mode = door.build(|| field.and(mode))?;
    let mode = if mode == "remove" { BulkMode::Remove } else { BulkMode::Add };
    let jobs = Chosen::of(form)?.ids().iter().map(Uuid::to_string).collect();
    Ok(BulkOwners { mode, jobs, contacts: form.each_filled(CONTACTS.0) })
}

async fn page(
    app: &AppState,
    who: &Staff,
    form: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    let (filter, chosen) = (Filter::of(form), Chosen::of(form)?);
    who.ready(app, &[JOB_LIST, CONTACT_DIRECTORY]).await?;
    let jobs = job_glance::listed(app.store().reader(), who.ledger(), chosen.ids()).await?;
    let content = if jobs.is_empty() {
        html! {
            (complaints.above(&[]))
            div .plain {
                p { "No job is ticked. Tick one or several in the list, then press Edit." }
                p { a href=(filter.path()) { "To the jobs" } }
            }
        }
    } else {
        let picker = Picker::of(app, who, CONTACTS, form, &owners_of(&jobs)).await?;
        fields(&jobs, &filter, &chosen, form, &picker, complaints)
    };
    let title = match jobs.len() {
        1 => "Edit 1 job".to_owned(),
        several => format!("Edit {several} jobs"),
    };
    Ok(Page::new(title, content).status(complaints.status()).desk(who, Desk::Jobs))
}

fn fields(
    jobs: &[JobEntry],
    filter: &Filter,
    chosen: &Chosen,
    form: &Form,
    picker: &Picker,
    complaints: &Complaints,
) -> Markup {
    let labels = [("field", "Field"), ("mode", "Add or Remove"), CONTACTS, (TOGETHER, "Jobs")];
    let removes = form.text("mode") == "remove";
    let find = html! {
        button .quiet type="submit" formmethod="get" formaction="/jobs/edit" { "Find" }
    };
    html! {
        (complaints.above(&labels))
        p { a href=(filter.path()) { "Back to the jobs" } }
        (ticked(jobs))
        form .narrow method="post" action="/jobs/edit" novalidate {
            (filter.carried())
            (chosen.carried())
            (Select::new("field", "Field", &[("owners".to_owned(), "Owners".to_owned())])
                .shown(complaints))
            fieldset .toggle #mode {
                legend { "Add or Remove" }
                @if let Some(why) = complaints.at("mode", "This") { p .why { (why) } }
                (radio("mode", "add", "Add", !removes))
                (radio("mode", "remove", "Remove", removes))
            }
            (picker.shown(&find, complaints))
            p .hint {
                "Nobody is invited by this. A job whose last owner is removed keeps everything else, \
                 but nobody can look at it through an owner's eyes until it has one again."
            }
            (button("save", "Save"))
        }
    }
}

/// Which jobs they are, with the owners that they have.
fn ticked(jobs: &[JobEntry]) -> Markup {
    html! {
        details .plain open[jobs.len() <= 5] {
            summary { "Which jobs" }
            ul {
                @for job in jobs {
                    li {
                        a href=(format!("/jobs/{}", job.id)) { (job.name) }
                        span .hint {
                            " · "
                            @match job.owners.as_slice() {
                                [] => "no owner",
                                [one] => (one.name),
                                several => { (several.len()) " owners" }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The contacts that are owners of these jobs now, those of the most jobs first.
fn owners_of(jobs: &[JobEntry]) -> Vec<Uuid> {
    let mut counted: Vec<(usize, Uuid)> = Vec::new();
    for owner in jobs.iter().flat_map(|job| &job.owners) {
        match counted.iter_mut().find(|(_, id)| *id == owner.id) {
            Some((count, _)) => *count += 1,
            None => counted.push((1, owner.id)),
        }
    }
    counted.sort_by_key(|(count, _)| Reverse(*count));
    counted.truncate(OWNERS_FIRST_MAX);
    counted.into_iter().map(|(_, id)| id).collect()
}
