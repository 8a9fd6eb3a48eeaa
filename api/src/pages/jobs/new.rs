use super::may_change;
use super::picker::Picker;
use crate::endpoints::CONTACT_DIRECTORY;
use crate::endpoints::jobs::create::CreateJob;
use crate::error::Problem;
use crate::pages::form::{Complaints, Form, Input, Select, button};
use crate::pages::layout::{Desk, Page, to};
use crate::pages::once::{keyed, once_field};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::html;
use projections::job_setup::{self, JobSetupEntry};

/// What people call the fields.
const LABELS: [(&str, &str); 6] = [
    ("template", "Begin"),
    ("name", "Job name"),
    ("type", "Job type"),
    ("reference", "Reference"),
    ("site", "Site"),
    OWNERS,
];
const OWNERS: (&str, &str) = ("owners", "Owners");

/// A new job: from scratch or from a template (R55), with its name and type (R56), and owners out of
/// the book (R57).
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, ()>,
) -> Result<Page, Problem> {
    may_change(&visit.who)?;
    page(&app, &visit.who, &visit.query, &Complaints::NONE).await
}

/// Make it, or look for contacts and keep what was typed.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, ()>,
) -> Result<Response, Problem> {
    let who = sent.who.clone();
    let (order, form) = sent.order();
    if form.text("action") == "find" {
        may_change(&who)?;
        return Ok(page(&app, &who, &form, &Complaints::NONE).await?.into_response());
    }
    let made = async {
        let command = asked(&form).command(order.account())?;
        keyed(order, &form).execute(&app, command).await
    };
    match made.await {
        Ok(applied) => Ok(match applied.versions.first() {
            Some((job, _)) => to(&format!("/jobs/{}?done=job-created", job.uuid())),
            None => to("/jobs?done=job-created"),
        }),
        Err(problem) if problem.status == StatusCode::FORBIDDEN => Err(problem),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            Ok(page(&app, &who, &form, &complaints).await?.into_response())
        }
    }
}

fn asked(form: &Form) -> CreateJob {
    let filled = |name| form.filled(name).map(str::to_owned);
    CreateJob {
        name: form.text("name").to_owned(),
        reference: filled("reference"),
        site: filled("site"),
        owners: form.each_filled(OWNERS.0),
        job_type: filled("type"),
        template: filled("template"),
    }
}

async fn page(
    app: &AppState,
    who: &Staff,
    form: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    who.ready(app, &[CONTACT_DIRECTORY]).await?;
    let setup = job_setup::get(app.store().reader(), who.ledger()).await?;
    let setup = setup.ok_or_else(Problem::not_found)?;
    let picker = Picker::of(app, who, OWNERS, form, &[]).await?;
    let find = html! { button .quiet type="submit" name="action" value="find" { "Find" } };
    let (templates, types) = (templates(&setup), types(&setup));
    let begin_hint = if setup.templates.is_empty() {
        "There are no templates yet; Settings is where they are made."
    } else {
        "From a template: its tasks, milestones and type are copied."
    };
    let type_hint = if setup.types.is_empty() {
        "There are no types yet; Settings is where they are listed."
    } else {
        "Left open, it is the template's."
    };
    let content = html! {
        (complaints.above(&LABELS))
        form .narrow method="post" novalidate {
            (once_field(form))
            (Select::new("template", "Begin", &templates).chosen(form.text("template"))
                .hint(begin_hint).shown(complaints))
            (Input::text("name", "Job name").value(form.text("name")).shown(complaints))
            (Select::new("type", "Job type", &types).chosen(form.text("type")).hint(type_hint)
                .shown(complaints))
            (Input::text("reference", "Reference").value(form.text("reference"))
                .hint("Your own number for it, if it has one").shown(complaints))
            (Input::text("site", "Site").lines(2).value(form.text("site"))
                .hint("Where it is built").shown(complaints))
            (picker.shown(&find, complaints))
            p .hint {
                "Nobody is invited by this. Contacts that are not in the book yet are added on the \
                 job's page, and invited there."
            }
            (button("create", "Make the job"))
        }
    };
    Ok(Page::new("New job", content).status(complaints.status()).desk(who, Desk::Jobs))
}

fn templates(setup: &JobSetupEntry) -> Vec<(String, String)> {
    let listed = setup.templates.iter();
    let listed = listed.map(|entry| (entry.id.to_string(), format!("From “{}”", entry.name)));
    std::iter::once((String::new(), "From scratch".to_owned())).chain(listed).collect()
}

fn types(setup: &JobSetupEntry) -> Vec<(String, String)> {
    let listed = setup.types.iter().map(|listed| (listed.clone(), listed.clone()));
    std::iter::once((String::new(), "–".to_owned())).chain(listed).collect()
}
