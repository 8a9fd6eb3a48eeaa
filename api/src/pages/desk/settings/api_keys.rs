use super::staff::{role_and_grants, role_fields};
use super::{grants_told, role_word};
use crate::credential::Secret;
use crate::endpoints::accounts::issue_api_key::IssueApiKey;
use crate::endpoints::api_keys::{change, told};
use crate::error::Problem;
use crate::extract::Order;
use crate::input::{Door, LIMIT_DEFAULT, cursor};
use crate::pages::form::{Complaints, Form, Input, button};
use crate::pages::history::subject::reads;
use crate::pages::layout::{Desk, Page, further};
use crate::pages::once::{keyed, once_of};
use crate::pages::settings::{Setting, tabs};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::pages::words::time;
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::ApiKeyId;
use domain::builder_account::BuilderAccountCommand;
use maud::{Markup, html};
use projections::api_keys::{self, ApiKeyEntry};

const LABELS: [(&str, &str); 3] =
    [("label", "What it is for"), ("role", "Role"), ("grants", "Extra rights")];

/// The account's keys, never their secrets.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, ()>,
) -> Result<Page, Problem> {
    let page = page(&app, &visit.who, &visit.query, &Form::default(), &Complaints::NONE).await?;
    Ok(page.done(visit.query.text("done")))
}

/// Issue one more; its secret is told on the page that answers, and nowhere else.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, ()>,
) -> Result<Response, Problem> {
    let who = sent.who.clone();
    let (order, form) = sent.order();
    match issue(&app, order, &form).await {
        Ok(secret) => Ok(told_once(&who, "The new key", &secret).into_response()),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let page = page(&app, &who, &Form::default(), &form, &complaints).await?;
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

async fn issue(app: &AppState, order: Order<(), ()>, form: &Form) -> Result<Secret, Problem> {
    let (role, grants) = role_and_grants(form)?;
    let label = form.text("label").to_owned();
    let order = keyed(order, form);
    let key = IssueApiKey { role, grants, label };
    let key = key.read(ApiKeyId(order.new_id(app, "key")))?;
    told(&change(app, order, BuilderAccountCommand::IssueApiKey(key)).await?)
}

/// The page that tells a secret, once.
pub(super) fn told_once(who: &Staff, title: &str, secret: &Secret) -> Page {
    let content = html! {
        (tabs(who, Setting::ApiKeys))
        p .notice role="status" {
            "Copy it now: it is told on this page alone. Whoever has it may do what the key may."
        }
        p .secret { code { (secret.expose()) } }
        p { a .main href="/settings/api-keys" { "I have it" } }
    };
    Page::new(title, content).desk(who, Desk::Settings)
}

async fn page(
    app: &AppState,
    who: &Staff,
    query: &Form,
    form: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    reads(who)?;
    let mut door = Door::default();
    let from = door.take_if("cursor", query.filled("cursor"), cursor);
    let from = door.build(|| from)?;
    let reader = app.store().reader();
    let listed = api_keys::list(reader, who.ledger(), from.as_deref(), LIMIT_DEFAULT).await?;
    let admin = who.administers();
    let content = html! {
        (tabs(who, Setting::ApiKeys))
        (complaints.above(&LABELS))
        p { "With a key a program does for the account what the key's role may. People sign in." }
        @if admin {
            details .plain open[form.text("action") == "issue"] {
                summary { "Issue a key" }
                form method="post" action="/settings/api-keys" novalidate {
                    (once_of(form, "issue"))
                    (Input::text("label", LABELS[0].1).value(form.text("label"))
                        .hint("As histories will show it, such as: Accounting.").shown(complaints))
                    (role_fields(form.text("role"), &form.each_filled("grants"), complaints))
                    (button("issue", "Issue it"))
                }
            }
        }
        @for key in &listed.keys.items { (entry(key, admin)) }
        (further("/settings/api-keys", query, &[], listed.keys.next.as_deref(), "More keys"))
    };
    Ok(Page::new("API keys", content).desk(who, Desk::Settings))
}

fn entry(key: &ApiKeyEntry, admin: bool) -> Markup {
    html! {
        article .entry {
            h2 { (key.label) }
            p {
                @if key.revoked_at.is_some() { span .badge.late { "Revoked" } " " }
                (role_word(key.role))
                @if !key.grants.is_empty() { ": " (grants_told(&key.grants)) }
            }
            p .hint {
                "Issued " (time(key.issued_at))
                @if let Some(by) = &key.issued_by.label { " by " (by) }
                @if let Some(at) = key.rotated_at { ", a new secret " (time(at)) }
                @if let Some(at) = key.revoked_at { ", revoked " (time(at)) }
            }
            @if admin && key.revoked_at.is_none() {
                p { a href=(format!("/settings/api-keys/{}", key.id)) { "Change" } }
            }
        }
    }
}
