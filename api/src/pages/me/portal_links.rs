//! An owner's own links to a job's portal (2.8, G18): each opens it without a login, and shows what waits
//! for them. A link is shown once, on the page that answers the form; what is stored is no link.

use crate::answer::Answer;
use crate::endpoints::me::job::OwnJobNow;
use crate::endpoints::me::job::portal_link::issue::issue_own;
use crate::endpoints::me::job::portal_link::list::{OwnPortalLink, own_links};
use crate::endpoints::me::job::portal_link::revoke::revoke_own;
use crate::endpoints::me::job::portal_link::rotate::rotate_own;
use crate::endpoints::portal_links::{Asked, PortalLinkAnswer, USUAL_NAME};
use crate::error::Problem;
use crate::extract::Order;
use crate::input::{Door, id};
use crate::pages::form::{
    Complaints, Form, Input, button, hidden, no_such_button, quiet_button_about,
};
use crate::pages::layout::{Page, Place, to};
use crate::pages::once::{keyed, once_field, once_of};
use crate::pages::portal_link::{Told, until};
use crate::pages::visit::{Owner, Sent, Visit};
use crate::pages::words::{sentence, time};
use crate::persons::eyes::Eyes;
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::text::Label;
use domain::{JobId, PortalLinkId};
use maud::{Markup, html};

const LABELS: [(&str, &str); 2] = [("name", "Name"), ("days", "Days")];

/// Somebody's links to one of their jobs, those that the builder made for them, too.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Owner, JobId>,
) -> Result<Page, Problem> {
    let form = Form::default();
    let page = page(&app, &visit.who, visit.path, &form, &Complaints::NONE, None).await?;
    Ok(page.done(visit.query.text("done")))
}

/// Make a link, replace one by another, or revoke it.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Owner, JobId>,
) -> Result<Response, Problem> {
    let (who, job) = (sent.who.clone(), sent.path);
    // Whoever is no owner of the job is told so before anything else.
    let own = OwnJobNow::find(&app, who.asker(), job).await?;
    let (order, form) = sent.order();
    let order = keyed(order, &form);
    let told = match change(&app, &order, &own, &form).await {
        Ok(Some(mut told)) => Told::of(told.body_mut()),
        Ok(None) => return Ok(to(&format!("/me/jobs/{job}/portal-links?done=own-link-revoked"))),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let page = page(&app, &who, job, &form, &complaints, None).await?;
            return Ok(page.status(complaints.status()).into_response());
        }
    };
    let (form, none) = (Form::default(), Complaints::NONE);
    Ok(page(&app, &who, job, &form, &none, Some(&told)).await?.into_response())
}

/// A link that was made or has a new secret; none of one that was revoked.
async fn change(
    app: &AppState,
    order: &Order<JobId, ()>,
    own: &OwnJobNow,
    form: &Form,
) -> Result<Option<Answer<PortalLinkAnswer>>, Problem> {
    let (account, job) = (own.account(), order.path);
    // What is no id is a link that nobody has.
    let link = || id::<PortalLinkId>(form.text("link")).map_err(|_not_an_id| Problem::not_found());
    Ok(match form.text("action") {
        "issue" => Some(issue_own(app, order, (account, job), asked(app, form)?).await?),
        "rotate" => Some(rotate_own(app, order, (account, job, link()?)).await?),
        "revoke" => {
            revoke_own(app, order, (account, job, link()?)).await?;
            None
        }
        _ => return Err(no_such_button()),
    })
}

fn asked(app: &AppState, form: &Form) -> Result<Asked, Problem> {
    let mut door = Door::default();
    let name = door.take("name", Label::parse(form.filled("name").unwrap_or(USUAL_NAME)));
    let until = until(app, form, &mut door);
    door.build(|| Some(Asked { name: name?, contact: None, expires_at: until?, mail_to: None }))
}

async fn page(
    app: &AppState,
    who: &Owner,
    job: JobId,
    form: &Form,
    complaints: &Complaints,
    told: Option<&Told>,
) -> Result<Page, Problem> {
    let own = OwnJobNow::find(app, who.asker(), job).await?;
    let links = own_links(app, &Eyes::of(app, who.asker()).await?, &own).await?;
    let content = html! {
        p .over { (own.builder()) }
        (complaints.above(&LABELS))
        @if let Some(told) = told { (told.shown()) }
        p {
            "A link of yours opens this project without signing in: how far it is, and what waits for \
             you. Nobody changes anything with it, and your To-Dos and messages are not shown. Whoever \
             has it can pass it on."
        }
        (issue_form(form, complaints))
        h2 { "Your links" }
        @if links.is_empty() { p .hint { "None yet." } }
        @for link in &links { (entry(link)) }
        p { a href={ "/me/jobs/" (job) } { "Back to the project" } }
    };
    Ok(Page::new(format!("Links to {}", own.name), content).at(Place::Jobs))
}

fn issue_form(form: &Form, complaints: &Complaints) -> Markup {
    html! {
        form .plain method="post" novalidate {
            (once_of(form, "issue"))
            (Input::text("name", "Name").value(form.text("name"))
                .hint("What tells it from your other links, such as whom it is for.").shown(complaints))
            (Input::number("days", "Days").value(form.text("days"))
                .hint("How long it works, 366 at most. Empty: as long as your builder has settled.")
                .shown(complaints))
            (button("issue", "Make a link"))
        }
    }
}

fn entry(link: &OwnPortalLink) -> Markup {
    html! {
        article .entry {
            p { strong { (link.name) } " " span .badge { (sentence(&link.state)) } }
            p .hint { "Made " (time(link.issued_at)) " · until " (time(link.expires_at)) }
            @if let Some(viewed) = link.last_viewed_at {
                p .hint { "Looked at last " (time(viewed)) }
            }
            @if link.state == "open" {
                form method="post" .buttons {
                    (hidden("link", &link.id.to_string()))
                    (once_field(&Form::default()))
                    (quiet_button_about("rotate", "Replace", &link.name))
                    (quiet_button_about("revoke", "Revoke", &link.name))
                }
            }
        }
    }
}
