use crate::endpoints::jobs::send_message::MessageBody;
use crate::endpoints::me::job::complete_task::complete;
use crate::endpoints::me::job::get::{OwnJobInFull, in_full};
use crate::endpoints::me::job::send_message::send as send_own;
use crate::endpoints::me::job::{OwnJobNow, Part, change_todo};
use crate::error::Problem;
use crate::input::{Door, cursor, id};
use crate::live::{Listener, Seen, kept_up};
use crate::pages::cookie::{self, Errand};
use crate::pages::form::{
    Complaints, Form, Input, button, hidden, no_such_button, quiet_button_about,
};
use crate::pages::layout::{Page, Place, to};
use crate::pages::once::{keyed, once_of};
use crate::pages::portal::sheet::{items, sheet_with};
use crate::pages::visit::{Owner, Sent, Visit};
use crate::pages::words::{day, time};
use crate::state::AppState;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use domain::job::TaskKind;
use domain::owner_item::TodoChange;
use domain::{JobId, OwnerItemId, TaskId};
use maud::{Markup, html};
use projections::owner_items::{MessageEntry, TodoEntry};
use projections::owner_portal::ItemEntry;
use std::sync::Arc;

/// How many messages stand on the page, and how many To-Dos.
const MESSAGES: u32 = 20;
const TO_DOS: u32 = 100;

/// One of somebody's jobs, as all its owners see it, with what is theirs alone (R61 to R63).
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Owner, JobId>,
) -> Result<Page, Problem> {
    let own = OwnJobNow::find(&app, visit.who.asker(), visit.path).await?;
    let mut door = Door::default();
    let older = door.take_if("messages", visit.query.filled("messages"), cursor);
    let older = door.build(|| older)?;
    let now = now(&app, &own, older.clone()).await?;
    let page = page(&now, older.is_some(), &Form::default(), &Complaints::NONE)?;
    Ok(page.done(visit.query.text("done")))
}

/// Settle what waits, do a To-Do or take that back, write to the builder.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Owner, JobId>,
) -> Result<Response, Problem> {
    let own = OwnJobNow::find(&app, sent.who.asker(), sent.path).await?;
    let (order, form) = sent.order();
    let (account, job) = (own.account(), order.path);
    let order = keyed(order, &form);
    let deed = async {
        Ok(match form.text("action") {
            "complete" => {
                let task: TaskId = named(&form, "task")?;
                complete(&app, &order, (account, job, task)).await?;
                "item-done"
            }
            "todo-done" => {
                let todo: OwnerItemId = named(&form, "todo")?;
                change_todo(&app, &order, (account, job, todo), TodoChange::Complete).await?;
                "todo-done"
            }
            "todo-reopen" => {
                let todo: OwnerItemId = named(&form, "todo")?;
                change_todo(&app, &order, (account, job, todo), TodoChange::Reopen).await?;
                "todo-reopened"
            }
            "write" => {
                let text = MessageBody::from(form.text("text").to_owned()).read()?;
                send_own(&app, &order, (account, job), text).await?;
                "written"
            }
            _ => return Err(no_such_button()),
        })
    };
    match deed.await {
        Ok(done) => Ok(to(&format!("/me/jobs/{job}?done={done}"))),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let now = now(&app, &own, None).await?;
            let page = page(&now, false, &form, &complaints)?;
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

/// Tells the page when it would look otherwise (R100): for as long as the session lasts, and the job is
/// theirs.
pub(in crate::pages) async fn live(
    State(app): State<AppState>,
    headers: HeaderMap,
    visit: Visit<Owner, JobId>,
) -> Result<Response, Problem> {
    let (asker, job) = (visit.who.asker().clone(), visit.path);
    let own = OwnJobNow::find(&app, &asker, job).await?;
    let secret = cookie::session(&headers, Errand::Own, app.site());
    let secret = Arc::new(secret.ok_or_else(Problem::unauthorized)?);
    let (listener, ledgers) =
        (Listener::Person(visit.who.person()), [own.account().into(), asker.ledger()]);
    let look = {
        let app = app.clone();
        move || {
            let (app, asker, secret) = (app.clone(), asker.clone(), Arc::clone(&secret));
            async move {
                app.credential(&secret).await?.ok_or_else(Problem::unauthorized)?;
                let own = OwnJobNow::find(&app, &asker, job).await?;
                Seen::of(&now(&app, &own, None).await?)
            }
        }
    };
    app.live().stream(listener, &ledgers, look).await
}

/// An id in a form. What is none is one that nobody has.
fn named<T: std::str::FromStr>(form: &Form, field: &str) -> Result<T, Problem> {
    id(form.text(field)).map_err(|_not_an_id| Problem::not_found())
}

async fn now(
    app: &AppState,
    own: &OwnJobNow,
    messages: Option<String>,
) -> Result<OwnJobInFull, Problem> {
    let todos = Part { limit: Some(TO_DOS), ..Part::default() };
    let messages = Part { cursor: messages, limit: Some(MESSAGES), ..Part::default() };
    in_full(app, own, todos, messages).await
}

/// Whoever reads older messages reads them in peace: that page is not kept up.
fn page(
    own: &OwnJobInFull,
    older: bool,
    form: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    let path = format!("/me/jobs/{}", own.job.id);
    let content = html! {
        (sheet_with(&own.job, |item| completes(item, &path)))
        (approvals(&own.approvals, &path))
        (todos(&own.todos.items, &path))
        h2 #messages { "Messages" }
        p .hint { "Between you and " (own.builder) ". No co-owner sees them." }
        (messages(own, &path))
    };
    let write = format!("Write to {}", own.builder);
    let content = html! {
        p .over { (own.builder) }
        (complaints.above(&[("text", &write)]))
        @if older {
            (content)
            p { a href=(path) { "Back to the newest" } }
        } @else {
            (kept_up(&format!("{path}/live"), &Seen::of(own)?, &content))
        }
        form method="post" action=(path) novalidate {
            (once_of(form, "write"))
            (Input::text("text", &write).lines(4).value(form.text("text")).shown(complaints))
            (button("write", "Send"))
        }
        p { a href={ (path) "/portal-links" } { "Links to this project, for a look without signing in" } }
        p { a href="/me" { "All your jobs" } }
    };
    Ok(Page::new(own.job.name.clone(), content).at(Place::Jobs))
}

/// What somebody presses who has done what waits.
fn completes(item: &ItemEntry, path: &str) -> Markup {
    let label = match item.kind {
        TaskKind::Task => "Done",
        TaskKind::Approval => "I approve this",
        TaskKind::Selection => "I have chosen",
    };
    html! {
        @if !item.done {
            form method="post" action=(path) {
                (hidden("task", &item.id.to_string()))
                (quiet_button_about("complete", label, &item.title))
            }
        }
    }
}

/// What waits for another owner, and any of them may settle (R62).
fn approvals(approvals: &[ItemEntry], path: &str) -> Markup {
    html! {
        @if !approvals.is_empty() {
            h2 { "For any owner" }
            p .hint { "Whoever of you comes first settles these for all of you." }
            (items(approvals, |item| completes(item, path)))
        }
    }
}

fn todos(todos: &[TodoEntry], path: &str) -> Markup {
    let (done, open): (Vec<&TodoEntry>, Vec<&TodoEntry>) = todos.iter().partition(|todo| todo.done);
    let entry = |todo: &TodoEntry| {
        let title = todo.title.as_deref().unwrap_or("Erased");
        html! {
            li .done[todo.done] {
                p { (title) }
                @if let Some(due) = todo.due { p .hint { "by " (day(&due.to_string())) } }
                form method="post" action=(path) {
                    (hidden("todo", &todo.id.to_string()))
                    @if todo.done { (quiet_button_about("todo-reopen", "Not done after all", title)) }
                    @else { (quiet_button_about("todo-done", "Done", title)) }
                }
            }
        }
    };
    html! {
        @if !todos.is_empty() {
            h2 { "Your To-Dos" }
            p .hint { "You and your builder see these, and no co-owner." }
            ul .waits { @for todo in open { (entry(todo)) } }
            @if !done.is_empty() {
                details {
                    summary { "Done: " (done.len()) }
                    ul .waits { @for todo in done { (entry(todo)) } }
                }
            }
        }
    }
}

/// The messages, the newest last.
fn messages(own: &OwnJobInFull, path: &str) -> Markup {
    let entry = |message: &MessageEntry| {
        let mine = message.author == "owner";
        html! {
            li .mine[mine] {
                p .hint {
                    strong { @if mine { "You" } @else { (own.builder) } }
                    " · " (time(message.sent_at))
                }
                p .lines { (message.text.as_deref().unwrap_or("Erased")) }
            }
        }
    };
    html! {
        @if let Some(next) = &own.messages.next {
            p { a href={ (path) "?messages=" (next) "#messages" } { "Older messages" } }
        }
        @if own.messages.items.is_empty() { p { "None yet." } }
        ol .messages { @for message in own.messages.items.iter().rev() { (entry(message)) } }
    }
}
