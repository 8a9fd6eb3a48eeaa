//! What a command makes of a To-Do or a message. Asks, and changes nothing.

use super::commands::{TodoChange, TodoDetails};
use super::events::{
    Author, DueChange, MessageSent, OwnerItemEvent, TodoAdded, TodoCompleted, TodoEdited,
    TodoRemoved, TodoReopened,
};
use super::rejection::OwnerItemRejection;
use super::state::{OwnerItem, What, Whose};
use crate::ids::AggregateId;
use crate::personal::{Change, Personal};
use crate::rejection::Rejection;
use crate::text::MessageText;

type Decided = Result<Vec<OwnerItemEvent>, Rejection>;

/// Decides to add a To-Do.
pub(crate) fn add_todo(
    present: Option<&OwnerItem>,
    whose: Whose,
    details: &TodoDetails,
) -> Decided {
    not_there(present)?;
    let Whose { job, contact, link } = whose;
    let title = Personal::known(contact, details.title.clone());
    Ok(vec![TodoAdded { job, contact, link, title, due: details.due }.into()])
}

/// Decides to send a message.
pub(crate) fn send_message(
    present: Option<&OwnerItem>,
    whose: Whose,
    author: Author,
    text: &MessageText,
) -> Decided {
    not_there(present)?;
    let Whose { job, contact, link } = whose;
    let text = Personal::known(contact, text.clone());
    Ok(vec![MessageSent { job, contact, link, author, text }.into()])
}

fn not_there(present: Option<&OwnerItem>) -> Result<(), Rejection> {
    match present {
        None => Ok(()),
        Some(_) => Err(OwnerItemRejection::AlreadyExists.into()),
    }
}

/// Decides what becomes of a To-Do; what it is already changes nothing.
pub(crate) fn change_todo(item: &OwnerItem, change: &TodoChange) -> Decided {
    let Whose { job, contact, .. } = item.whose;
    let todo = match (&item.what, change) {
        (What::Todo(todo), _) => todo,
        (What::RemovedTodo, TodoChange::Remove) => return Ok(Vec::new()),
        (What::RemovedTodo | What::Message, _) => {
            return Err(Rejection::Unknown(AggregateId::OwnerItem(item.id)));
        }
    };
    let title = todo.title.clone();
    Ok(match change {
        TodoChange::Edit { title: to, due } => {
            let title = to.as_ref().filter(|to| todo.title.value() != Some(to));
            let title = title.map(|to| Change {
                from: Some(todo.title.clone()),
                to: Some(Personal::known(contact, to.clone())),
            });
            let due = due.filter(|to| *to != todo.due).map(|to| DueChange { from: todo.due, to });
            let changed = title.is_some() || due.is_some();
            changed.then(|| TodoEdited { job, contact, title, due }.into()).into_iter().collect()
        }
        TodoChange::Complete if todo.done => Vec::new(),
        TodoChange::Complete => vec![TodoCompleted { job, contact, title }.into()],
        TodoChange::Reopen if !todo.done => Vec::new(),
        TodoChange::Reopen => vec![TodoReopened { job, contact, title }.into()],
        TodoChange::Remove => vec![TodoRemoved { job, contact, title }.into()],
    })
}
