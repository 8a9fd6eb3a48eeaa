use super::{CONTACT_NOT_REGISTERED, badge, buttons, command, deeds};
use crate::endpoints::subcontractors::change_primary_contact::{Change, change_to};
use crate::endpoints::subcontractors::invite::invite;
use crate::endpoints::subcontractors::rename::rename;
use crate::endpoints::subcontractors::resend_stale::resend_stale;
use crate::endpoints::subcontractors::{VIEWS, present};
use crate::endpoints::{CONTACT_DIRECTORY, JOB_LIST};
use crate::error::Problem;
use crate::extract::Order;
use crate::input::{Door, id, search};
use crate::pages::form::{Complaints, Form, Input, button, hidden, quiet_button};
use crate::pages::layout::{Desk, Page, to};
use crate::pages::once::keyed;
use crate::pages::visit::{Sent, Staff, Visit};
use crate::pages::words::time;
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::subcontractor::SubcontractorCommand;
use domain::{Command, JobId, PrimaryContactRequestId, SubcontractorId};
use maud::{Markup, html};
use projections::job_list::{self, JobEntry, JobQuery};
use projections::subcontractors::{
    PrimaryContactEntry, PrimaryContactRequestEntry, ProjectInvitationEntry, SubcontractorDetail,
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// How many jobs are offered at once; a longer search finds the others.
const FOUND_MAX: usize = 10;

const LABELS: [(&str, &str); 4] =
    [("name", "Company"), ("contact_name", "Name"), ("email", "Email"), ("job", "Job")];

/// A subcontractor: its primary contact, what its people ask for, its invitations to jobs.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, SubcontractorId>,
) -> Result<Page, Problem> {
    let Visit { who, path, query } = visit;
    let sheet = Sheet::of(&app, &who, path, &query).await?;
    Ok(sheet.page(&who, &query, &Form::default(), &Complaints::NONE).done(query.text("done")))
}

/// Rename it, change its primary contact or answer who asks for that; invite it, send again, take back.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, SubcontractorId>,
) -> Result<Response, Problem> {
    let (who, subcontractor) = (sent.who.clone(), sent.path);
    let (order, form) = sent.order();
    let order = keyed(order, &form);
    match carry_out(&app, &order, &form).await {
        Ok(word) => Ok(to(&format!("/subcontractors/{subcontractor}?done={word}"))),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let nothing = Form::default();
            let sheet = Sheet::of(&app, &who, subcontractor, &nothing).await?;
            let page = sheet.page(&who, &nothing, &form, &complaints);
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

/// Does what a button asks for, and tells the word for when it is done.
async fn carry_out(
    app: &AppState,
    order: &Order<SubcontractorId, ()>,
    form: &Form,
) -> Result<&'static str, Problem> {
    let mut door = Door::default();
    match form.text("action") {
        "rename" => {
            rename(app, order, form.text("name")).await?;
            Ok("trade-renamed")
        }
        "change" => {
            let fields = ("contact_name", "email");
            let (name, email) = (form.text(fields.0), form.text(fields.1));
            let change = Change::read(fields, name, email, form.filled("request"))?;
            let mut changed = change_to(app, order, change).await?;
            let registered = changed.body_mut().warnings().is_empty();
            Ok(if registered { "trade-contact-changed" } else { CONTACT_NOT_REGISTERED })
        }
        "decline" => {
            let request = form.text("request");
            let request = door.take("request", id::<PrimaryContactRequestId>(request));
            let decline =
                SubcontractorCommand::DeclinePrimaryContactRequest(door.build(|| request)?);
            order.carry_out(app, Command::Subcontractor(order.path, decline)).await?;
            Ok("trade-request-declined")
        }
        "invite" => {
            let job = door.take("job", id::<JobId>(form.text("job")));
            invite(app, order, order.path, door.build(|| job)?).await?;
            Ok("trade-invited")
        }
        "resend-all" => {
            resend_stale(app, order).await?;
            Ok("trade-invites-resent")
        }
        deed => {
            let (command, word) = command(deed, form)?;
            order.carry_out(app, Command::Subcontractor(order.path, command)).await?;
            Ok(word)
        }
    }
}

/// What the page shows.
struct Sheet {
    detail: SubcontractorDetail,
    /// Jobs that are called so, where one is looked for.
    found: Option<Vec<JobEntry>>,
}

impl Sheet {
    async fn of(
        app: &AppState,
        who: &Staff,
        subcontractor: SubcontractorId,
        query: &Form,
    ) -> Result<Self, Problem> {
        who.ready(app, &VIEWS).await?;
        who.ready(app, &[JOB_LIST, CONTACT_DIRECTORY]).await?;
        let detail = present(app, who.ledger(), subcontractor).await?;
        let mut door = Door::default();
        let find = door.take_if("find", query.filled("find"), search);
        let found = match door.build(|| find)? {
            None => None,
            Some(find) => {
                let open = detail.invitations.iter().filter(|one| one.is_open());
                let there: BTreeSet<Uuid> = open.map(|one| one.job_id).collect();
                // So many that those it is on already take no other's place.
                let limit = u32::try_from(FOUND_MAX + there.len()).unwrap_or(u32::MAX);
                let asked = JobQuery { search: Some(find), limit, ..JobQuery::default() };
                let page = job_list::list(app.store().reader(), who.ledger(), &asked).await?;
                let others = page.items.into_iter().filter(|job| !there.contains(&job.id));
                Some(others.take(FOUND_MAX).collect())
            }
        };
        Ok(Self { detail, found })
    }

    fn page(&self, who: &Staff, query: &Form, form: &Form, complaints: &Complaints) -> Page {
        let one = &self.detail.subcontractor;
        let may = who.changes();
        let open = self.detail.requests.iter().filter(|request| request.state == "open");
        let content = html! {
            (complaints.above(&LABELS))
            div .of-job .trade {
                (self.standing())
                @if who.asker().credential.reads_audit() {
                    p { a href=(format!("/subcontractors/{}/history", one.id)) { "History" } }
                }
                @if one.needs_resend > 0 && may { (resending(one.needs_resend)) }
                @for request in open { (asking(request, may)) }
                h2 { "Invitations to projects" }
                @if self.detail.invitations.is_empty() { p .hint { "None yet." } }
                ul .rows { @for invitation in &self.detail.invitations { (row(invitation, may)) } }
                @if may {
                    (self.choosing(query))
                    (Self::changing(form, complaints))
                    (self.renaming(form, complaints))
                }
            }
        };
        Page::new(one.name.clone(), content).desk(who, Desk::Subcontractors)
    }

    /// Where the company stands, and who its primary contact is here.
    fn standing(&self) -> Markup {
        let one = &self.detail.subcontractor;
        html! {
            dl .facts {
                dt { "Status" } dd { (badge(&one.status)) }
                dt { "Primary contact" } dd { (contact(&one.primary_contact)) }
                dt { "Projects" } dd { (one.projects) }
            }
            @if one.status == "accepted" {
                p .hint {
                    "The company looks after its own users: each of them sees all of its projects, and \
                     only they add or remove users. (Rule R76)"
                }
            }
        }
    }

    /// Picks a job to invite the company to.
    fn choosing(&self, query: &Form) -> Markup {
        html! {
            section .plain {
                h2 { "Invite to a project" }
                p .hint { "The invitation goes to the primary contact." }
                form .bar method="get" role="search" {
                    (Input::search("find", "Job, reference or site").value(query.text("find"))
                        .shown(&Complaints::NONE))
                    button .main type="submit" { "Find" }
                }
                @if let Some(found) = &self.found {
                    @if found.is_empty() {
                        p { "No job that the company is not invited to already is called so." }
                    }
                    @for job in found {
                        form method="post" {
                            (hidden("job", &job.id.to_string()))
                            p {
                                (job.name) " "
                                button .quiet type="submit" name="action" value="invite"
                                    aria-label=(format!("Invite to {}", job.name)) { "Invite" }
                            }
                        }
                    }
                }
            }
        }
    }

    fn changing(form: &Form, complaints: &Complaints) -> Markup {
        let asked = form.text("action") == "change";
        let none = Complaints::NONE;
        let complaints = if asked { complaints } else { &none };
        let typed = |field| if asked { form.text(field) } else { "" };
        html! {
            details .plain open[asked] {
                summary { "Change the primary contact" }
                p .hint {
                    "Invitations that are pending then wait until you send them again, and their links \
                     open nothing. It takes least time if the new one is registered already."
                }
                form method="post" novalidate {
                    (Input::text("contact_name", "Name").value(typed("contact_name")).shown(complaints))
                    (Input::email("email", "Email").filled_as("off").value(typed("email")).shown(complaints))
                    (button("change", "Change the primary contact"))
                }
            }
        }
    }

    fn renaming(&self, form: &Form, complaints: &Complaints) -> Markup {
        let asked = form.text("action") == "rename";
        let none = Complaints::NONE;
        let complaints = if asked { complaints } else { &none };
        let name = if asked { form.text("name") } else { &self.detail.subcontractor.name };
        html! {
            details .plain open[asked] {
                summary { "Rename this subcontractor" }
                form method="post" novalidate {
                    (Input::text("name", "Company").value(name).shown(complaints))
                    (quiet_button("rename", "Save the name"))
                }
            }
        }
    }
}

fn contact(contact: &PrimaryContactEntry) -> Markup {
    html! {
        (contact.name.as_deref().unwrap_or("Erased person"))
        @if let Some(email) = &contact.email { " · " (email) }
    }
}

/// One action for all that went to who is primary contact no more (R83).
fn resending(count: u64) -> Markup {
    html! {
        section .prompt {
            h2 {
                @if count == 1 { "1 invitation must be sent again" }
                @else { (count) " invitations must be sent again" }
            }
            p { "They went to the primary contact before this one, and their links open nothing." }
            form method="post" { (button("resend-all", "Resend all")) }
        }
    }
}

/// Somebody of the company asks for another primary contact (R82).
fn asking(request: &PrimaryContactRequestEntry, may: bool) -> Markup {
    html! {
        section .prompt {
            h2 { "They ask for another primary contact" }
            p { (contact(&request.contact)) " · asked " (time(request.requested_at)) }
            @if may {
                form method="post" {
                    (hidden("request", &request.id.to_string()))
                    (hidden("contact_name", request.contact.name.as_deref().unwrap_or_default()))
                    (hidden("email", request.contact.email.as_deref().unwrap_or_default()))
                    (button("change", "Make them the primary contact"))
                    (quiet_button("decline", "Decline"))
                }
            }
        }
    }
}

fn row(invitation: &ProjectInvitationEntry, may: bool) -> Markup {
    html! {
        li {
            div {
                p {
                    a href=(format!("/jobs/{}/subcontractors", invitation.job_id)) { (invitation.job) }
                    " " (badge(&invitation.stage))
                }
                p .hint {
                    "sent " (time(invitation.sent_at))
                    @if let Some(until) = invitation.expires_at { " · until " (time(until)) }
                    @if let Some(at) = invitation.settled_at { " · since " (time(at)) }
                }
            }
            @if may && !deeds(invitation).is_empty() {
                form method="post" .deeds { (buttons(invitation, &invitation.job)) }
            }
        }
    }
}
