//! What is between the builder and one owner of a job and nobody else's: a To-Do or a message (R63).
//!
//! Each is an aggregate of its own, so that one more costs the same however many there are. It names its
//! job and its contact, and by `link` which of the persons that the contact has been linked to it is
//! for: whoever is linked after another one sees nothing of what was that one's (H6). Who may, and
//! whether the job and the contact are there, `ledger/owner_items.rs` asks.

mod commands;
mod decide;
mod events;
mod rejection;
mod state;

#[cfg(test)]
mod tests;

pub use commands::{OwnerItemCommand, TodoChange, TodoDetails};
pub(crate) use decide::{add_todo, change_todo, send_message};
pub use events::{
    Author, DueChange, Link, MessageSent, OwnerItemEvent, TodoAdded, TodoCompleted, TodoEdited,
    TodoRemoved, TodoReopened,
};
pub use rejection::OwnerItemRejection;
pub use state::{OwnerItem, Todo, What, Whose};
