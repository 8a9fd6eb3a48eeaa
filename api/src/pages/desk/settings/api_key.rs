use super::api_keys::told_once;
use super::{reason, role_word};
use crate::endpoints::api_keys::{change, told};
use crate::error::Problem;
use crate::pages::form::{Complaints, Form, Input, no_such_button, quiet_button};
use crate::pages::history::subject::reads;
use crate::pages::layout::{Desk, Page, to};
use crate::pages::once::{keyed, once_of};
use crate::pages::settings::{Setting, tabs};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::ApiKeyId;
use domain::builder_account::BuilderAccountCommand;
use maud::{Markup, html};
use projections::api_keys;

/// One key, with what may be done about it.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, ApiKeyId>,
) -> Result<Page, Problem> {
    page(&app, &visit.who, visit.path, &Form::default(), &Complaints::NONE).await
}

/// A new secret, or an end for good.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, ApiKeyId>,
) -> Result<Response, Problem> {
    let who = sent.who.clone();
    let (mut order, form) = sent.order();
    let key = order.path;
    let answered = match form.text("action") {
        "rotate" => {
            let order = keyed(order, &form);
            let rotated = change(&app, order, BuilderAccountCommand::RotateApiKey(key)).await;
            rotated
                .and_then(|applied| told(&applied))
                .map(|secret| told_once(&who, "The key's new secret", &secret).into_response())
        }
        "revoke" => match reason(&form) {
            Ok(why) => {
                order.reason = why;
                let revoked = change(&app, order, BuilderAccountCommand::RevokeApiKey(key)).await;
                revoked.map(|_| to("/settings/api-keys?done=key-revoked"))
            }
            Err(problem) => Err(problem),
        },
        _ => Err(no_such_button()),
    };
    match answered {
        Ok(response) => Ok(response),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let page = page(&app, &who, key, &form, &complaints).await?;
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

async fn page(
    app: &AppState,
    who: &Staff,
    key: ApiKeyId,
    form: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    reads(who)?;
    // The account's few events hold them all.
    let listed = api_keys::list(app.store().reader(), who.ledger(), None, u32::MAX).await?;
    let entry = listed.keys.items.into_iter().find(|entry| entry.id == key.0);
    let entry = entry.ok_or_else(Problem::not_found)?;
    let content = html! {
        (tabs(who, Setting::ApiKeys))
        (complaints.above(&[("reason", "Why")]))
        p {
            @if entry.revoked_at.is_some() { span .badge.late { "Revoked" } " " }
            (role_word(entry.role))
        }
        @if who.administers() && entry.revoked_at.is_none() { (deeds(form, complaints)) }
        p { a href="/settings/api-keys" { "All keys" } }
    };
    Ok(Page::new(entry.label, content).desk(who, Desk::Settings))
}

fn deeds(form: &Form, complaints: &Complaints) -> Markup {
    html! {
        form .plain method="post" {
            (once_of(form, "rotate"))
            p { "A new secret opens what the one before did; that one opens nothing from then on." }
            (quiet_button("rotate", "Give it a new secret"))
        }
        details .plain open[form.text("action") == "revoke"] {
            summary { "Revoke it" }
            form method="post" novalidate {
                p { "For good: what uses it opens nothing any more." }
                (Input::text("reason", "Why").value(form.text("reason"))
                    .hint("If you like; it stands in the history.").shown(complaints))
                (quiet_button("revoke", "Yes, revoke it"))
            }
        }
    }
}
