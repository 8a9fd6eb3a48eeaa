//! What is one owner's alone (R63): their To-Dos and the messages between them and the company. A page
//! shows one owner's, so that nobody writes to one of them what is meant for another.

use super::{Tab, changes, edited, job, sheet};
use crate::endpoints::OWNER_ITEMS;
use crate::error::Problem;
use crate::extract::Order;
use crate::input::{Door, LIMIT_DEFAULT, cursor, id};
use crate::pages::form::{Complaints, Form, Input, button, hidden, no_such_button, quiet_button};
use crate::pages::layout::{Page, to};
use crate::pages::once::{once, once_of};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::pages::words::{day, time};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::owner_item::{OwnerItemCommand, TodoChange, TodoDetails};
use domain::text::{MessageText, Title};
use domain::{Command, ContactId, Day, JobId, OwnerItemId};
use maud::{Markup, html};
use projections::Page as PageOf;
use projections::as_of::JobPage;
use projections::job_list::OwnerEntry;
use projections::owner_items::{self, ItemQuery, MessageEntry, Of, TodoEntry};

const LABELS: [(&str, &str); 4] =
    [("title", "What is to be done"), ("due", "Due"), ("text", "Message"), ("contact", "Owner")];

/// What a query asks for.
#[derive(Debug, Default)]
struct Asked {
    owner: Option<ContactId>,
    /// The To-Do that is edited.
    edit: String,
    todos: Option<String>,
    messages: Option<String>,
}

/// One owner's To-Dos and messages.
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, JobId>,
) -> Result<Page, Problem> {
    let query = &visit.query;
    let mut door = Door::default();
    let owner = door.take_if("owner", query.filled("owner"), id::<ContactId>);
    let todos = door.take_if("todos", query.filled("todos"), cursor);
    let messages = door.take_if("messages", query.filled("messages"), cursor);
    let edit = query.text("edit").to_owned();
    let asked =
        door.build(|| Some(Asked { owner: owner?, edit, todos: todos?, messages: messages? }))?;
    let (form, none) = (Form::default(), Complaints::NONE);
    let page = page(&app, &visit.who, visit.path, asked, &form, &none).await?;
    Ok(page.done(query.text("done")))
}

/// Give an owner something to do, change or take it back; or write to them.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, JobId>,
) -> Result<Response, Problem> {
    let (who, job) = (sent.who.clone(), sent.path);
    let (order, form) = sent.order();
    let mut door = Door::default();
    let owner = door.take("contact", id::<ContactId>(form.text("contact")));
    let owner = door.build(|| owner)?;
    match change(&app, order, owner, &form).await {
        Ok(word) => Ok(to(&format!("/jobs/{job}/todos?owner={owner}&done={word}"))),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let edit = if form.text("action") == "save" { form.text("todo") } else { "" };
            let asked = Asked { owner: Some(owner), edit: edit.to_owned(), ..Asked::default() };
            let page = page(&app, &who, job, asked, &form, &complaints).await?;
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

async fn change(
    app: &AppState,
    order: Order<JobId, ()>,
    contact: ContactId,
    form: &Form,
) -> Result<&'static str, Problem> {
    let (job, mut door) = (order.path, Door::default());
    let todo = |change| {
        let mut door = Door::default();
        let item = door.take("todo", id::<OwnerItemId>(form.text("todo")));
        Ok::<_, Problem>(OwnerItemCommand::ChangeTodo { item: door.build(|| item)?, job, change })
    };
    let (command, word) = match form.text("action") {
        "add" => {
            let title = door.take("title", Title::parse(form.text("title")));
            let due = door.take_if("due", form.filled("due"), Day::parse);
            let details = door.build(|| Some(TodoDetails { title: title?, due: due? }))?;
            let command = |order: &Order<JobId, ()>| {
                let item = OwnerItemId(order.new_id(app, "to-do"));
                let details = details.clone();
                Command::OwnerItem(OwnerItemCommand::AddTodo { item, job, contact, details })
            };
            once(app, order, form, command).await?;
            return Ok("owners-todo-added");
        }
        "save" => {
            let title = door.take_if("title", edited(form, "title"), Title::parse);
            let due = match edited(form, "due") {
                None => Some(None),
                Some(_) => door.take_if("due", form.filled("due"), Day::parse).map(Some),
            };
            let edit = door.build(|| Some(TodoChange::Edit { title: title?, due: due? }))?;
            (todo(edit)?, "owners-todo-saved")
        }
        "complete" => (todo(TodoChange::Complete)?, "owners-todo-done"),
        "reopen" => (todo(TodoChange::Reopen)?, "owners-todo-reopened"),
        "remove" => (todo(TodoChange::Remove)?, "owners-todo-removed"),
        "message" => {
            let text = door.take("text", MessageText::parse(form.text("text")));
            let text = door.build(|| text)?;
            let command = |order: &Order<JobId, ()>| {
                let item = OwnerItemId(order.new_id(app, "message"));
                let text = text.clone();
                Command::OwnerItem(OwnerItemCommand::SendMessage { item, job, contact, text })
            };
            once(app, order, form, command).await?;
            return Ok("message-sent");
        }
        _ => return Err(no_such_button()),
    };
    order.execute(app, Command::OwnerItem(command)).await?;
    Ok(word)
}

async fn page(
    app: &AppState,
    who: &Staff,
    id: JobId,
    asked: Asked,
    form: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    let job = job(app, who, id).await?;
    let owner = match asked.owner {
        None => job.job.owners.first(),
        // Whoever is no owner any more has a page no more.
        Some(owner) => {
            let owner = job.job.owners.iter().find(|there| there.id == owner.0);
            Some(owner.ok_or_else(Problem::not_found)?)
        }
    };
    let content = match owner {
        None => html! {
            (complaints.above(&LABELS))
            p .plain { "This job has no owner yet. To-Dos and messages are each owner's own." }
        },
        Some(owner) => {
            let items = Items::of(app, who, id, owner, &asked).await?;
            html! {
                (complaints.above(&LABELS))
                (whose(&job, owner))
                p .hint { "To-Dos and messages are each owner's own; no co-owner sees them." }
                (shown(&job, owner, &items, &asked, changes(who, &job), form, complaints))
            }
        }
    };
    Ok(sheet(who, &job, Tab::Todos, &content))
}

/// What there is of one owner.
struct Items {
    todos: PageOf<TodoEntry>,
    messages: PageOf<MessageEntry>,
}

impl Items {
    async fn of(
        app: &AppState,
        who: &Staff,
        job: JobId,
        owner: &OwnerEntry,
        asked: &Asked,
    ) -> Result<Self, Problem> {
        who.ready(app, &[OWNER_ITEMS]).await?;
        let (reader, ledger) = (app.store().reader(), who.ledger());
        let of = |cursor: &Option<String>| ItemQuery {
            job,
            of: Of::Builder(Some(ContactId(owner.id))),
            done: None,
            cursor: cursor.clone(),
            limit: LIMIT_DEFAULT,
        };
        Ok(Self {
            todos: owner_items::todos(reader, ledger, &of(&asked.todos)).await?,
            messages: owner_items::messages(reader, ledger, &of(&asked.messages)).await?,
        })
    }
}

/// The owners, to go from one to the next.
fn whose(job: &JobPage, here: &OwnerEntry) -> Markup {
    html! {
        nav .tabs aria-label="Whose" {
            ul { @for owner in &job.job.owners {
                li {
                    a href=(format!("?owner={}", owner.id))
                        aria-current=[(owner.id == here.id).then_some("true")] { (owner.name) }
                }
            } }
        }
    }
}

fn shown(
    job: &JobPage,
    owner: &OwnerEntry,
    items: &Items,
    asked: &Asked,
    may: bool,
    form: &Form,
    complaints: &Complaints,
) -> Markup {
    let edits = items.todos.items.iter().find(|todo| may && todo.id.to_string() == asked.edit);
    if let Some(todo) = edits {
        return edit_form(job, owner, todo, form, complaints);
    }
    let older = |what: &str, next: &str| format!("?owner={}&{what}={next}", owner.id);
    html! {
        section {
            h2 { "To-Dos of " (owner.name) }
            @if items.todos.items.is_empty() { p .hint { "None." } }
            ul .rows { @for todo in &items.todos.items { (todo_row(owner, todo, may)) } }
            @if let Some(next) = &items.todos.next { p { a href=(older("todos", next)) { "Older To-Dos" } } }
            @if may { (add_form(owner, form, complaints)) }
        }
        section {
            h2 { "Messages with " (owner.name) }
            @if may { (message_form(owner, form, complaints)) }
            @if items.messages.items.is_empty() { p .hint { "None." } }
            ol .messages { @for message in &items.messages.items { (message_row(owner, message)) } }
            @if let Some(next) = &items.messages.next {
                p { a href=(older("messages", next)) { "Older messages" } }
            }
        }
    }
}

fn todo_row(owner: &OwnerEntry, todo: &TodoEntry, may: bool) -> Markup {
    let title = todo.title.as_deref().unwrap_or("erased");
    html! {
        li .done[todo.done] {
            div {
                p { (title) }
                @if todo.due.is_some() || todo.done {
                    p .hint {
                        @if let Some(due) = todo.due { "Due " (day(&due.to_string())) " " }
                        @if todo.done { "done" }
                    }
                }
            }
            @if may {
                form method="post" .deeds {
                    (hidden("contact", &owner.id.to_string()))
                    (hidden("todo", &todo.id.to_string()))
                    @if todo.done { (quiet_button("reopen", "Reopen")) }
                    @else { (quiet_button("complete", "Done")) }
                    a href=(format!("?owner={}&edit={}", owner.id, todo.id))
                        aria-label=(format!("Edit {title}")) { "Edit" }
                }
            }
        }
    }
}

fn message_row(owner: &OwnerEntry, message: &MessageEntry) -> Markup {
    let theirs = message.author == "owner";
    html! {
        li .theirs[theirs] {
            p .over { (time(message.sent_at)) " · " @if theirs { (owner.name) } @else { "You" } }
            p .lines { (message.text.as_deref().unwrap_or("erased")) }
        }
    }
}

/// The form of this button as it was typed, or empty where another was sent.
fn typed_for<'a>(
    form: &'a Form,
    action: &str,
    complaints: &'a Complaints,
) -> (impl Fn(&str) -> &'a str, &'a Complaints) {
    static NONE: Complaints = Complaints::NONE;
    let sent = form.text("action") == action;
    let typed = move |field: &str| if sent { form.text(field) } else { "" };
    (typed, if sent { complaints } else { &NONE })
}

fn add_form(owner: &OwnerEntry, form: &Form, complaints: &Complaints) -> Markup {
    let (typed, complaints) = typed_for(form, "add", complaints);
    html! {
        form .plain method="post" novalidate {
            h3 { "Add a To-Do" }
            (once_of(form, "add"))
            (hidden("contact", &owner.id.to_string()))
            (Input::text("title", "What is to be done").value(typed("title")).shown(complaints))
            (Input::date("due", "Due").value(typed("due")).shown(complaints))
            (button("add", "Add the To-Do"))
        }
    }
}

fn message_form(owner: &OwnerEntry, form: &Form, complaints: &Complaints) -> Markup {
    let (typed, complaints) = typed_for(form, "message", complaints);
    html! {
        form .plain method="post" novalidate {
            (once_of(form, "message"))
            (hidden("contact", &owner.id.to_string()))
            (Input::text("text", "Message").lines(4).value(typed("text"))
                .hint("The owner is told by mail that there is one, and not what it says.")
                .shown(complaints))
            (button("message", "Send the message"))
        }
    }
}

fn edit_form(
    job: &JobPage,
    owner: &OwnerEntry,
    todo: &TodoEntry,
    form: &Form,
    complaints: &Complaints,
) -> Markup {
    let sent = form.text("action") == "save";
    let now = |field: &str| match field {
        "title" => todo.title.clone().unwrap_or_default(),
        _ => todo.due.map(|due| due.to_string()).unwrap_or_default(),
    };
    let typed = |field: &str| if sent { form.text(field).to_owned() } else { now(field) };
    let shown = |field: &str| {
        let name = format!("{field}_shown");
        let shown = if sent { form.text(&name).to_owned() } else { now(field) };
        hidden(&name, &shown)
    };
    html! {
        section .plain {
            h2 { "Edit the To-Do of " (owner.name) }
            form method="post" novalidate {
                (hidden("contact", &owner.id.to_string()))
                (hidden("todo", &todo.id.to_string()))
                (shown("title")) (shown("due"))
                (Input::text("title", "What is to be done").value(&typed("title")).shown(complaints))
                (Input::date("due", "Due").value(&typed("due")).shown(complaints))
                (button("save", "Save"))
                (quiet_button("remove", "Remove the To-Do"))
            }
            p {
                a href=(format!("/jobs/{}/todos?owner={}", job.job.id, owner.id)) {
                    "Back to all To-Dos"
                }
            }
        }
    }
}
