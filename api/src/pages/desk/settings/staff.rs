use super::{GRANTS, ROLES, grants_told, role_word};
use crate::endpoints::accounts::{GrantWord, RoleWord};
use crate::endpoints::staff::invite::InviteStaff;
use crate::error::Problem;
use crate::input::{Door, LIMIT_DEFAULT, cursor};
use crate::pages::desk::parts::options;
use crate::pages::form::{Complaints, Form, Input, Select, button, checkbox};
use crate::pages::layout::{Desk, Page, further, to};
use crate::pages::once::{keyed, once_of};
use crate::pages::settings::{Setting, tabs};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::pages::words::{sentence, time};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::builder_account::{BuilderAccountCommand, StaffCommand};
use domain::{Command, StaffId};
use maud::{Markup, html};
use projections::staff::{self, StaffEntry};

const LABELS: [(&str, &str); 4] =
    [("name", "Name"), ("email", "Email"), ("role", "Role"), ("grants", "Extra rights")];

/// Who works for the account, and who did.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, ()>,
) -> Result<Page, Problem> {
    let page = page(&app, &visit.who, &visit.query, &Form::default(), &Complaints::NONE).await?;
    Ok(page.done(visit.query.text("done")))
}

/// Invite somebody: the link goes to that address and nowhere else.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, ()>,
) -> Result<Response, Problem> {
    let who = sent.who.clone();
    let (order, form) = sent.order();
    let order = keyed(order, &form);
    let staff = StaffId(order.new_id(&app, "staff"));
    let invited = match asked(&form).and_then(|invite| invite.read(staff)) {
        Ok(new) => {
            let invite = BuilderAccountCommand::Staff(StaffCommand::Invite(new));
            order.execute(&app, Command::BuilderAccount(order.account(), invite)).await
        }
        Err(problem) => Err(problem),
    };
    match invited {
        Ok(_) => Ok(to("/settings/staff?done=staff-invited")),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let page = page(&app, &who, &Form::default(), &form, &complaints).await?;
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

fn asked(form: &Form) -> Result<InviteStaff, Problem> {
    let (role, grants) = role_and_grants(form)?;
    let (name, email) = (form.text("name").to_owned(), form.text("email").to_owned());
    Ok(InviteStaff { name, email, role, grants })
}

/// What was chosen of both.
pub(super) fn role_and_grants(form: &Form) -> Result<(RoleWord, Vec<GrantWord>), Problem> {
    let mut door = Door::default();
    let role = door.take("role", RoleWord::parse(form.text("role")));
    let grants = form.each_filled("grants");
    let grants = door.take_all("grants", &grants, GRANTS.len(), GrantWord::parse);
    door.build(|| Some((role?, grants?)))
}

/// The fields of both, as they are or as they were chosen.
pub(super) fn role_fields(role: &str, grants: &[String], complaints: &Complaints) -> Markup {
    let roles = options(ROLES);
    html! {
        (Select::new("role", LABELS[2].1, &roles).chosen(role).shown(complaints))
        fieldset {
            legend { "Extra rights, for the role Staff" }
            @for (word, label) in GRANTS {
                (checkbox("grants", word, label, grants.iter().any(|there| there == word)))
            }
        }
    }
}

async fn page(
    app: &AppState,
    who: &Staff,
    query: &Form,
    form: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    let mut door = Door::default();
    let from = door.take_if("cursor", query.filled("cursor"), cursor);
    let from = door.build(|| from)?;
    let reader = app.store().reader();
    let listed = staff::list(reader, who.ledger(), from.as_deref(), LIMIT_DEFAULT).await?;
    let admin = who.administers();
    let content = html! {
        (tabs(who, Setting::Staff))
        (complaints.above(&LABELS))
        @if admin {
            details .plain open[form.text("action") == "invite"] {
                summary { "Invite somebody" }
                form method="post" action="/settings/staff" novalidate {
                    (once_of(form, "invite"))
                    (Input::text("name", LABELS[0].1).value(form.text("name"))
                        .hint("As histories will show it.").shown(complaints))
                    (Input::email("email", LABELS[1].1).filled_as("off").value(form.text("email"))
                        .hint("The mail with the link goes there, and nowhere else.")
                        .shown(complaints))
                    (role_fields(form.text("role"), &form.each_filled("grants"), complaints))
                    (button("invite", "Send the invitation"))
                }
            }
        }
        @if listed.staff.items.is_empty() {
            p .plain { "Nobody has been invited yet: this account is worked with by its keys." }
        }
        @for member in &listed.staff.items { (entry(member, admin)) }
        (further("/settings/staff", query, &[], listed.staff.next.as_deref(), "More of the staff"))
    };
    Ok(Page::new("Staff", content).desk(who, Desk::Settings))
}

fn entry(member: &StaffEntry, admin: bool) -> Markup {
    html! {
        article .entry {
            h2 { (name_of(member)) }
            p {
                span .badge .(member.status) { (sentence(&member.status)) } " "
                (role_word(member.role))
                @if !member.grants.is_empty() { ": " (grants_told(&member.grants)) }
            }
            @if let Some(email) = &member.email { p { (email) } }
            p .hint { "Invited " (time(member.invited_at))
                @if let Some(at) = member.joined_at { ", joined " (time(at)) }
                @if let Some(at) = member.removed_at { ", gone " (time(at)) }
                @if let Some(at) = member.expires_at { ", the link works until " (time(at)) }
            }
            @if admin && matches!(member.status.as_str(), "invited" | "joined") {
                p { a href=(format!("/settings/staff/{}", member.id)) { "Change" } }
            }
        }
    }
}

/// What a member is called; who has been erased has no name.
pub(super) fn name_of(member: &StaffEntry) -> &str {
    member.name.as_deref().unwrap_or("Erased person")
}
