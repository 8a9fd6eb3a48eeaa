use super::reason;
use super::staff::{name_of, role_and_grants, role_fields};
use crate::endpoints::accounts::grants;
use crate::error::Problem;
use crate::extract::Order;
use crate::pages::form::{Complaints, Form, Input, button, no_such_button, quiet_button};
use crate::pages::layout::{Desk, Page, to};
use crate::pages::once::{keyed, once_of};
use crate::pages::settings::{Setting, tabs};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::pages::words::sentence;
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::builder_account::{BuilderAccountCommand, StaffCommand};
use domain::{Command, StaffId, TokenId};
use maud::{Markup, html};
use projections::staff::{self, StaffEntry};
use uuid::Uuid;

const LABELS: [(&str, &str); 3] = [("role", "Role"), ("grants", "Extra rights"), ("reason", "Why")];

/// One member of the staff, with what may be done about them.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, StaffId>,
) -> Result<Page, Problem> {
    page(&app, &visit.who, visit.path, &Form::default(), &Complaints::NONE).await
}

/// Another role or other grants; another mail; an end.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, StaffId>,
) -> Result<Response, Problem> {
    let who = sent.who.clone();
    let (order, form) = sent.order();
    let mut order = keyed(order, &form);
    let staff = order.path;
    match carry_out(&app, &mut order, &form).await {
        Ok(done) => Ok(to(&format!("/settings/staff?done={done}"))),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let page = page(&app, &who, staff, &form, &complaints).await?;
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

/// Does what a form asks for; the word for when it is done.
async fn carry_out(
    app: &AppState,
    order: &mut Order<StaffId, ()>,
    form: &Form,
) -> Result<&'static str, Problem> {
    let staff = order.path;
    let (command, done) = match form.text("action") {
        "change" => {
            let (role, chosen) = role_and_grants(form)?;
            let (role, grants) = (Some(role.into()), Some(grants(&chosen)));
            (StaffCommand::Change { staff, role, grants }, "staff-changed")
        }
        "resend" => {
            let token = TokenId(Uuid::now_v7());
            (StaffCommand::Resend { staff, token }, "staff-invited")
        }
        "remove" => {
            order.reason = reason(form)?;
            (StaffCommand::Remove(staff), "staff-removed")
        }
        _ => return Err(no_such_button()),
    };
    let command = BuilderAccountCommand::Staff(command);
    order.execute(app, Command::BuilderAccount(order.account(), command)).await?;
    Ok(done)
}

async fn page(
    app: &AppState,
    who: &Staff,
    staff: StaffId,
    form: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    // The account's few events hold them all.
    let listed = staff::list(app.store().reader(), who.ledger(), None, u32::MAX).await?;
    let member = listed.staff.items.into_iter().find(|member| member.id == staff.0);
    let member = member.ok_or_else(Problem::not_found)?;
    let there = matches!(member.status.as_str(), "invited" | "joined");
    let content = html! {
        (tabs(who, Setting::Staff))
        (complaints.above(&LABELS))
        p {
            span .badge .(member.status) { (sentence(&member.status)) }
            @if let Some(email) = &member.email { " " (email) }
        }
        @if there && who.administers() { (deeds(&member, form, complaints)) }
        p { a href="/settings/staff" { "All of the staff" } }
    };
    Ok(Page::new(name_of(&member).to_owned(), content).desk(who, Desk::Settings))
}

fn deeds(member: &StaffEntry, form: &Form, complaints: &Complaints) -> Markup {
    let asked = form.text("action");
    let grants: Vec<String> = if asked == "change" {
        form.each_filled("grants")
    } else {
        member.grants.iter().map(|grant| grant.word().to_owned()).collect()
    };
    let role = if asked == "change" { form.text("role") } else { member.role.word() };
    html! {
        section .plain {
            h2 { "Role" }
            form method="post" novalidate {
                (role_fields(role, &grants, complaints))
                (button("change", "Save the role"))
                p .hint { "It works from their next click on." }
            }
        }
        @if member.status == "invited" {
            form .plain method="post" {
                p { "The link in the last mail works until it is sent again, or its time is over." }
                (once_of(form, "resend"))
                (quiet_button("resend", "Send the invitation again"))
            }
        }
        details .plain open[asked == "remove"] {
            summary {
                @if member.status == "invited" { "Take the invitation back" } @else { "Remove" }
            }
            form method="post" novalidate {
                p { "What they did goes on showing their name." }
                (Input::text("reason", LABELS[2].1).value(form.text("reason"))
                    .hint("If you like; it stands in the history.").shown(complaints))
                (quiet_button("remove", "Yes, remove them"))
            }
        }
    }
}
