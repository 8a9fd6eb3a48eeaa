//! What can be asked about what is one owner's.

use crate::day::Day;
use crate::ids::{ContactId, JobId, OwnerItemId};
use crate::text::{MessageText, Title};

/// What a new To-Do says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TodoDetails {
    /// What is to be done.
    pub title: Title,
    /// By when.
    pub due: Option<Day>,
}

/// What becomes of a To-Do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TodoChange {
    /// It says something else; what is absent stays, and an inner `None` is no day.
    Edit {
        /// What is to be done.
        title: Option<Title>,
        /// By when.
        due: Option<Option<Day>>,
    },
    /// It is done.
    Complete,
    /// It is not done after all.
    Reopen,
    /// It is taken away.
    Remove,
}

/// A command about what is one owner's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnerItemCommand {
    /// Give an owner of a job something to do.
    AddTodo {
        /// The new To-Do's id.
        item: OwnerItemId,
        /// The job.
        job: JobId,
        /// The owner.
        contact: ContactId,
        /// What it says.
        details: TodoDetails,
    },
    /// Change a To-Do.
    ChangeTodo {
        /// The To-Do.
        item: OwnerItemId,
        /// Its job.
        job: JobId,
        /// What becomes of it.
        change: TodoChange,
    },
    /// Write to an owner of a job; or, where the owner commands it, to the builder.
    SendMessage {
        /// The new message's id.
        item: OwnerItemId,
        /// The job.
        job: JobId,
        /// The owner.
        contact: ContactId,
        /// What it says.
        text: MessageText,
    },
}

impl OwnerItemCommand {
    /// The command's name, for logs, figures and the list of refused attempts.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AddTodo { .. } => "AddTodo",
            Self::ChangeTodo { change: TodoChange::Edit { .. }, .. } => "EditTodo",
            Self::ChangeTodo { change: TodoChange::Complete, .. } => "CompleteTodo",
            Self::ChangeTodo { change: TodoChange::Reopen, .. } => "ReopenTodo",
            Self::ChangeTodo { change: TodoChange::Remove, .. } => "RemoveTodo",
            Self::SendMessage { .. } => "SendMessage",
        }
    }

    /// What it is to.
    pub const fn item(&self) -> OwnerItemId {
        match self {
            Self::AddTodo { item, .. }
            | Self::ChangeTodo { item, .. }
            | Self::SendMessage { item, .. } => *item,
        }
    }

    /// The job that it names.
    pub const fn job(&self) -> JobId {
        match self {
            Self::AddTodo { job, .. }
            | Self::ChangeTodo { job, .. }
            | Self::SendMessage { job, .. } => *job,
        }
    }

    /// The contact that it names.
    pub const fn contact(&self) -> Option<ContactId> {
        match self {
            Self::AddTodo { contact, .. } | Self::SendMessage { contact, .. } => Some(*contact),
            Self::ChangeTodo { .. } => None,
        }
    }
}
