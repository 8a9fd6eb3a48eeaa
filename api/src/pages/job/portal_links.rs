//! Links that open the job's portal without a login (R87 to R90, G17, G18): who has one, until when.
//! A link is shown once, on the page that answers the form; what is stored is no link.

use super::overview::actor;
use super::{Tab, about, changes, job, sheet};
use crate::endpoints::portal_links::Asked;
use crate::endpoints::portal_links::issue::issue;
use crate::endpoints::portal_links::list::{VIEWS, list};
use crate::endpoints::portal_links::revoke::revoke;
use crate::endpoints::portal_links::rotate::{RotatePortalLink, rotate};
use crate::error::Problem;
use crate::extract::Order;
use crate::input::{Door, id};
use crate::pages::form::{
    Complaints, Form, Input, Select, button, hidden, no_such_button, quiet_button,
};
use crate::pages::layout::{Page, to};
use crate::pages::once::{keyed, once_field, once_of};
use crate::pages::portal_link::{Told, until};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::pages::words::{sentence, time};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::text::Label;
use domain::{ContactId, EmailAddress, JobId, PortalLinkId};
use maud::{Markup, html};
use projections::as_of::JobPage;
use projections::portal_links::PortalLinkEntry;

const LABELS: [(&str, &str); 5] = [
    ("name", "Name"),
    ("contact", "What it shows"),
    ("days", "Days"),
    ("email", "Email"),
    ("role", "Role"),
];

/// What a link is called that somebody is invited with (R89).
const INVITED_NAME: &str = "Invited by mail";

/// The role that somebody is invited in (R88).
const CUSTOMER: &str = "customer";

/// A job's links.
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, JobId>,
) -> Result<Page, Problem> {
    let form = Form::default();
    let page = page(&app, &visit.who, visit.path, &form, &Complaints::NONE, None).await?;
    Ok(page.done(visit.query.text("done")))
}

/// Issue a link, rotate it, revoke it, or mail one to somebody.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, JobId>,
) -> Result<Response, Problem> {
    let (who, id) = (sent.who.clone(), sent.path);
    let (order, form) = sent.order();
    match change(&app, order, &form).await {
        Ok(Done::Told(told)) => {
            let (form, none) = (Form::default(), Complaints::NONE);
            Ok(page(&app, &who, id, &form, &none, Some(&told)).await?.into_response())
        }
        Ok(Done::Word(word)) => Ok(to(&Tab::PortalLinks.done(id, word))),
        Err(problem) => {
            let complaints = Complaints::about(about(problem, "expires_at", "days"))?;
            let page = page(&app, &who, id, &form, &complaints, None).await?;
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

/// What became of a form.
enum Done {
    Word(&'static str),
    Told(Told),
}

async fn change(app: &AppState, order: Order<JobId, ()>, form: &Form) -> Result<Done, Problem> {
    let link = || {
        let mut door = Door::default();
        let link = door.take("link", id::<PortalLinkId>(form.text("link")));
        door.build(|| link)
    };
    match form.text("action") {
        "issue" => {
            let asked = asked(app, form)?;
            let mut told = issue(app, &keyed(order, form), asked).await?;
            Ok(Done::Told(Told::of(told.body_mut())))
        }
        "invite" => {
            issue(app, &keyed(order, form), invited(form)?).await?;
            Ok(Done::Word("portal-member-invited"))
        }
        "rotate" => {
            let order = keyed(at_link(order, link()?), form);
            let mut told = rotate(app, &order, &RotatePortalLink::default()).await?;
            Ok(Done::Told(Told::of(told.body_mut())))
        }
        "revoke" => {
            revoke(app, &at_link(order, link()?)).await?;
            Ok(Done::Word("link-revoked"))
        }
        _ => Err(no_such_button()),
    }
}

/// The same, about one of the job's links.
fn at_link(order: Order<JobId, ()>, link: PortalLinkId) -> Order<(JobId, PortalLinkId), ()> {
    Order::of_page(order.asker, (order.path, link))
}

fn asked(app: &AppState, form: &Form) -> Result<Asked, Problem> {
    let mut door = Door::default();
    let name = door.take("name", Label::parse(form.text("name")));
    let contact = door.take_if("contact", form.filled("contact"), id::<ContactId>);
    let until = until(app, form, &mut door);
    door.build(|| Some(Asked { name: name?, contact: contact?, expires_at: until?, mail_to: None }))
}

/// Invite Member (R87 to R89): the link goes to the address, and is shown to nobody else.
fn invited(form: &Form) -> Result<Asked, Problem> {
    let mut door = Door::default();
    let email = door.take("email", EmailAddress::parse(form.text("email")));
    if form.text("role") != CUSTOMER {
        door.refuse("role", &"must be Customer");
    }
    // A name stands in the events in the clear, and an address there would outlive an erasure; whom a
    // mail went to, the mail log says.
    let name = Label::parse(INVITED_NAME).map_err(|_never| Problem::internal())?;
    door.build(|| Some(Asked { name, contact: None, expires_at: None, mail_to: Some(email?) }))
}

async fn page(
    app: &AppState,
    who: &Staff,
    id: JobId,
    form: &Form,
    complaints: &Complaints,
    told: Option<&Told>,
) -> Result<Page, Problem> {
    let job = job(app, who, id).await?;
    who.ready(app, &VIEWS).await?;
    let links = list(app, who.ledger(), id, None).await?;
    let may = changes(who, &job);
    let content = html! {
        (complaints.above(&LABELS))
        @if let Some(told) = told { (told.shown()) }
        p {
            "A link shows how the job goes, without a login, and nothing can be changed with it. It \
             never shows budget, notes, or who does what. Whoever has it can pass it on."
        }
        @if may {
            (invite_form(form, complaints))
            (issue_form(&job, form, complaints))
        }
        h2 { "Links" }
        @if links.is_empty() { p .hint { "None yet." } }
        ul .rows { @for link in &links { (row(link, who.changes())) } }
    };
    Ok(sheet(who, &job, Tab::PortalLinks, &content))
}

fn invite_form(form: &Form, complaints: &Complaints) -> Markup {
    let sent = form.text("action") == "invite";
    let none = Complaints::NONE;
    let complaints = if sent { complaints } else { &none };
    let roles = [(CUSTOMER.to_owned(), "Customer".to_owned())];
    html! {
        section .plain {
            h2 { "Invite Member" }
            form method="post" novalidate {
                (once_of(form, "invite"))
                (Input::email("email", "Email").filled_as("off")
                    .value(if sent { form.text("email") } else { "" })
                    .hint("A mail with a link to the project's portal goes there; the mail log keeps to whom.")
                    .shown(complaints))
                (Select::new("role", "Role", &roles)
                    .hint("A customer sees how the job goes, and changes nothing.")
                    .shown(complaints))
                (button("invite", "Send Invite"))
            }
        }
    }
}

fn issue_form(job: &JobPage, form: &Form, complaints: &Complaints) -> Markup {
    let sent = form.text("action") == "issue";
    let typed = |field| if sent { form.text(field) } else { "" };
    let none = Complaints::NONE;
    let complaints = if sent { complaints } else { &none };
    let mut kinds = vec![(String::new(), "The job, as all its owners see it".to_owned())];
    kinds.extend(
        job.job
            .owners
            .iter()
            .map(|owner| (owner.id.to_string(), format!("What waits for {}, too", owner.name))),
    );
    html! {
        details .plain open[sent] {
            summary { "Make a link to copy" }
            form method="post" novalidate {
                (once_of(form, "issue"))
                (Input::text("name", "Name").value(typed("name"))
                    .hint("What tells it from the job's other links.").shown(complaints))
                (Select::new("contact", "What it shows", &kinds).chosen(typed("contact"))
                    .shown(complaints))
                (Input::number("days", "Days").value(typed("days"))
                    .hint("How long it works, 366 at most. Empty: as long as the account has settled.")
                    .shown(complaints))
                (button("issue", "Make the link"))
            }
        }
    }
}

fn row(link: &PortalLinkEntry, may: bool) -> Markup {
    let open = link.state == "open";
    html! {
        li {
            div {
                p {
                    strong { (link.name) } " "
                    span .badge .late[link.rotate] { @if link.rotate { "Rotate?" } @else { (sentence(&link.state)) } }
                }
                @if link.rotate {
                    p { "An owner was removed from the job, and may still have this link." }
                }
                p .hint {
                    @match &link.contact_name {
                        Some(name) => { "Personal, for " (name) }
                        None => { "For the job" }
                    }
                    " · by " (actor(&link.issued_by)) ", " (time(link.issued_at))
                    " · until " (time(link.expires_at))
                }
                @if let Some(viewed) = link.last_viewed_at {
                    p .hint { "Looked at last " (time(viewed)) ", " (link.views) " times in 90 days" }
                }
            }
            @if open && may {
                form method="post" .deeds {
                    (hidden("link", &link.id.to_string()))
                    (once_field(&Form::default()))
                    (quiet_button("rotate", "Rotate"))
                    (quiet_button("revoke", "Revoke"))
                }
            }
        }
    }
}
