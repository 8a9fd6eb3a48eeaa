use super::{Place, Tab, in_settings, nudge};
use crate::endpoints::org::to_own;
use crate::endpoints::org::users::list::{OrgUser as Entry, users};
use crate::error::Problem;
use crate::extract::Order;
use crate::input::id;
use crate::pages::form::{Complaints, Form, hidden, no_such_button, quiet_button_about};
use crate::pages::layout::{Page, to};
use crate::pages::once::{keyed, once_field};
use crate::pages::visit::{OrgUser, Sent, Visit};
use crate::pages::words::{sentence, time};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::subcontractor_org::SubcontractorOrgCommand;
use domain::{SubUserId, TokenId};
use maud::{Markup, html};
use uuid::Uuid;

/// The users of the organisation (R78).
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<OrgUser, ()>,
) -> Result<Page, Problem> {
    let page = page(&app, &visit.who, &Complaints::NONE).await?;
    Ok(page.done(visit.query.text("done")))
}

/// Remove one, or send an invitation again or take it back.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<OrgUser, ()>,
) -> Result<Response, Problem> {
    let who = sent.who.clone();
    let (order, form) = sent.order();
    let order = keyed(order, &form);
    match change(&app, &order, &form).await {
        Ok(path) => Ok(to(path)),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let page = page(&app, &who, &complaints).await?;
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

async fn change(
    app: &AppState,
    order: &Order<(), ()>,
    form: &Form,
) -> Result<&'static str, Problem> {
    let user = id::<SubUserId>(form.text("user")).map_err(|_not_an_id| Problem::not_found())?;
    let (command, path) = match form.text("action") {
        "remove" if order.asker.membership()?.1 == user => {
            (SubcontractorOrgCommand::RemoveUser(user), "/accounts?done=org-left")
        }
        "remove" => {
            let remove = SubcontractorOrgCommand::RemoveUser(user);
            (remove, "/org/settings/users?done=org-user-removed")
        }
        "resend" => {
            let token = TokenId(Uuid::now_v7());
            let resend = SubcontractorOrgCommand::ResendUserInvite { user, token };
            (resend, "/org/settings/users?done=org-user-resent")
        }
        "cancel" => {
            let cancel = SubcontractorOrgCommand::CancelUserInvite(user);
            (cancel, "/org/settings/users?done=org-user-cancelled")
        }
        _ => return Err(no_such_button()),
    };
    order.execute(app, to_own(order, command)).await?;
    Ok(path)
}

async fn page(app: &AppState, who: &OrgUser, complaints: &Complaints) -> Result<Page, Problem> {
    let users = users(app, who.asker()).await?;
    let is_alone = users.iter().filter(|user| user.status == "registered").count() == 1;
    let (gone, there): (Vec<&Entry>, Vec<&Entry>) = users
        .iter()
        .partition(|user| ["removed", "cancelled", "declined"].contains(&user.status.as_str()));
    let content = html! {
        (complaints.above(&[]))
        (nudge(app, who).await?)
        p { a .main href="/org/settings/users/new" { "Add User" } }
        @for user in there { (entry(user, is_alone)) }
        @if !gone.is_empty() {
            details {
                summary { "No longer users: " (gone.len()) }
                @for user in gone { (entry(user, is_alone)) }
            }
        }
    };
    Ok(Page::new("Users", in_settings(Tab::Users, &content)).org(who, Place::Settings))
}

fn entry(user: &Entry, is_alone: bool) -> Markup {
    let name = user.name();
    html! {
        article .entry {
            h2 { (name) @if user.yourself { " " span .badge { "you" } } }
            p {
                span .badge .(user.status) { (sentence(&user.status)) }
                @if let Some(email) = &user.email { " " (email) }
            }
            @if let Some(at) = user.expires_at { p .hint { "The link works until " (time(at)) "." } }
            (deeds(user, &name, is_alone))
        }
    }
}

fn deeds(user: &Entry, name: &str, is_alone: bool) -> Markup {
    let id = user.id.to_string();
    let press = |action, label| quiet_button_about(action, label, name);
    html! {
        @if matches!(user.status.as_str(), "invited" | "expired" | "declined") {
            form method="post" action="/org/settings/users" {
                (hidden("user", &id))
                (once_field(&Form::default()))
                (press("resend", "Send again"))
                @if user.status == "invited" { (press("cancel", "Take back")) }
            }
        } @else if user.status == "registered" && is_alone {
            p .hint { "The last user stays: without one, nobody could sign in for the organisation." }
        } @else if user.status == "registered" {
            details {
                summary { @if user.yourself { "Leave" } @else { "Remove" } }
                p {
                    @if user.yourself { "You will see none of its projects any more." }
                    @else { (name) " will see none of the projects any more, from this moment on." }
                }
                form method="post" action="/org/settings/users" {
                    (hidden("user", &id))
                    (press("remove", if user.yourself { "Leave the organisation" } else { "Remove" }))
                }
            }
        }
    }
}
