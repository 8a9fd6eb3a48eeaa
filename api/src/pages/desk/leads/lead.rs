use super::contact::{edited, editing, facts};
use super::pick::{Offered, chosen};
use super::win::{self, Jobs};
use super::{contact, pick, stage_word};
use crate::endpoints::leads::set_contact::SetContact;
use crate::endpoints::{CONTACT_DIRECTORY, JOB_LIST, LEAD_VIEW};
use crate::error::Problem;
use crate::extract::Order;
use crate::input::Door;
use crate::pages::form::{Complaints, Form, Input, button, no_such_button, quiet_button};
use crate::pages::layout::{Desk, Page, to};
use crate::pages::once::{keyed, once_if};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::pages::words::time;
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::lead::LeadCommand;
use domain::text::Title;
use domain::{Command, ContactId, LeadId, Reason};
use maud::{Markup, html};
use projections::contact_directory;
use projections::lead_view::{self, LeadEntry};

/// One lead with its contact as that one is now, and what may be done about it.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, LeadId>,
) -> Result<Page, Problem> {
    let Visit { who, path, query } = visit;
    let page = page(&app, &who, path, &Form::default(), &Complaints::NONE).await?;
    Ok(page.done(query.text("done")))
}

/// Retitle it; name somebody else; edit the contact (R46); win, lose or reopen it.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, LeadId>,
) -> Result<Response, Problem> {
    let who = sent.who.clone();
    let (order, form) = sent.order();
    let (lead, order) = (order.path, keyed(order, &form));
    let complaints = match form.text("action") {
        // Looks for a name among those who may be chosen, and changes nothing.
        "find" | "find-job" => Complaints::NONE,
        action => match asked(action, &order, &form) {
            Ok(None) => return Ok(to(&format!("/leads/{lead}?done=unchanged"))),
            Ok(Some((command, done))) => match order.execute(&app, command).await {
                Ok(_) => return Ok(to(&format!("/leads/{lead}?done={done}"))),
                Err(problem) => Complaints::about(problem)?,
            },
            Err(problem) => Complaints::about(problem)?,
        },
    };
    Ok(page(&app, &who, lead, &form, &complaints).await?.into_response())
}

/// What a form asks for, and the word for when it is done; none where nothing differs from what was shown.
type Asked = Option<(Command, &'static str)>;

fn asked(action: &str, order: &Order<LeadId, ()>, form: &Form) -> Result<Asked, Problem> {
    let lead = order.path;
    let of_lead = |command, done| Some((Command::Lead(lead, command), done));
    Ok(match action {
        "retitle" => {
            let mut door = Door::default();
            let title = door.take("lead_title", Title::parse(form.text("lead_title")));
            of_lead(LeadCommand::Retitle(door.build(|| title)?), "lead-retitled")
        }
        "set-contact" => {
            let (contact_id, new_contact) = chosen(form);
            let command = SetContact { contact_id, new_contact }.command(lead)?;
            Some((command, "lead-contact-set"))
        }
        "remove-contact" => of_lead(LeadCommand::Unlink, "lead-contact-removed"),
        "edit-contact" => edited(form)?
            .map(|edit| (Command::EditLeadContact { lead, edit }, "lead-contact-edited")),
        "win" => {
            let command = win::asked(form).command(lead, order.account())?;
            Some((command, "lead-won"))
        }
        "lose" => {
            let mut door = Door::default();
            let reason = door.take("reason", Reason::parse(form.text("reason")));
            of_lead(LeadCommand::Lose(door.build(|| reason)?), "lead-lost")
        }
        "reopen" => of_lead(LeadCommand::Reopen, "lead-reopened"),
        _ => return Err(no_such_button()),
    })
}

async fn page(
    app: &AppState,
    who: &Staff,
    lead: LeadId,
    form: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    who.ready(app, &[LEAD_VIEW, CONTACT_DIRECTORY, JOB_LIST]).await?;
    let (reader, ledger) = (app.store().reader(), who.ledger());
    let entry = lead_view::get(reader, ledger, lead).await?.ok_or_else(Problem::not_found)?;
    let contact = match &entry.contact {
        Some(named) => contact_directory::get(reader, ledger, ContactId(named.id)).await?,
        None => None,
    };
    let works = who.changes();
    let offered = Offered::of(app, who, form).await?;
    let jobs = Jobs::of(app, who, form).await?;
    let wrong = [complaints, &offered.wrong, &jobs.wrong];
    let complaints =
        wrong.into_iter().find(|wrong| !wrong.status().is_success()).unwrap_or(complaints);
    let labels: Vec<(&str, &str)> = [("lead_title", "Title"), ("reason", "Why it is lost")]
        .into_iter()
        .chain(contact::LABELS)
        .chain(pick::LABELS)
        .chain(win::LABELS)
        .collect();
    let content = html! {
        (complaints.above(&labels))
        (standing(&entry))
        section .plain {
            h2 { "Contact" }
            @match &contact {
                Some(contact) => {
                    (facts(contact))
                    @if works { (editing(contact, form, complaints)) }
                }
                None => p { "There is no contact yet." },
            }
            @if works { (somebody_else(&offered, &entry, form, complaints)) }
        }
        @if works {
            (deeds(&jobs, &entry, form, complaints))
        }
        p {
            @if who.reads_audit() {
                a href=(format!("/leads/{lead}/history")) { "Who changed what" } " · "
            }
            a href="/leads" { "All leads" }
        }
    };
    let page = Page::new(entry.title.clone(), content).status(complaints.status());
    Ok(page.desk(who, Desk::Leads))
}

fn standing(lead: &LeadEntry) -> Markup {
    html! {
        p {
            span .badge .(lead.stage) { (stage_word(&lead.stage)) }
            @if let Some(job) = lead.job_id {
                " It became " a href=(format!("/jobs/{job}")) { "a job" } "."
            }
            @if let Some(reason) = &lead.lost_reason { " " (reason) }
        }
        p .hint {
            "Added " (time(lead.created_at)) ", last changed " (time(lead.updated_at)) "."
        }
    }
}

/// Naming the first contact, another one, or nobody any more.
fn somebody_else(
    offered: &Offered,
    lead: &LeadEntry,
    form: &Form,
    complaints: &Complaints,
) -> Markup {
    let asked = matches!(form.text("action"), "find" | "set-contact");
    let named = lead.contact.is_some();
    html! {
        details open[asked] {
            summary { @if named { "Set another contact" } @else { "Set the contact" } }
            form method="post" novalidate {
                (once_if(asked, form))
                (offered.shown(form, "Please choose", complaints))
                (button("set-contact", "Set the contact"))
            }
        }
        @if named {
            form method="post" { (quiet_button("remove-contact", "Remove the contact")) }
        }
    }
}

/// What becomes of the lead itself.
fn deeds(jobs: &Jobs, lead: &LeadEntry, form: &Form, complaints: &Complaints) -> Markup {
    let asked = form.text("action");
    let title = if asked == "retitle" { form.text("lead_title") } else { lead.title.as_str() };
    let winning = match lead.stage.as_str() {
        "won" => html! {},
        _ => jobs.shown(lead, form, complaints),
    };
    html! {
        (winning)
        @if lead.stage == "open" {
            details .plain open[asked == "lose"] {
                summary { "Mark it as lost" }
                form method="post" novalidate {
                    (Input::text("reason", "Why it is lost").value(form.text("reason"))
                        .hint("Those who read the history see it.").shown(complaints))
                    (quiet_button("lose", "Mark it as lost"))
                }
            }
        }
        @if lead.stage == "lost" {
            form .plain method="post" {
                p { "This lead is lost. It can be opened again." }
                (quiet_button("reopen", "Open it again"))
            }
        }
        details .plain open[asked == "retitle"] {
            summary { "Change the title" }
            form method="post" novalidate {
                (Input::text("lead_title", "Title").value(title).shown(complaints))
                (button("retitle", "Save the title"))
            }
        }
    }
}
