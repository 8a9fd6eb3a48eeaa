//! What happens to a To-Do, and that a message was sent.

use crate::day::Day;
use crate::event::{FieldChange, Show, Shown, events};
use crate::ids::{ContactId, JobId};
use crate::personal::{Change, HoldsPersonal, Personal, PersonalVisitor};
use crate::text::{MessageText, Title};
use serde::{Deserialize, Serialize};

events! {
    /// An event of a To-Do or a message.
    OwnerItemEvent {
        TodoAdded = "owner_item.todo_added" v 1,
        TodoEdited = "owner_item.todo_edited" v 1,
        TodoCompleted = "owner_item.todo_completed" v 1,
        TodoReopened = "owner_item.todo_reopened" v 1,
        TodoRemoved = "owner_item.todo_removed" v 1,
        MessageSent = "owner_item.message_sent" v 1,
    }
}

/// The builder gave one owner of a job something to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TodoAdded {
    /// The job.
    pub job: JobId,
    /// The owner.
    pub contact: ContactId,
    /// Which of the contact's persons it is for (H6).
    pub link: Link,
    /// What is to be done.
    pub title: Personal<Title>,
    /// By when.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub due: Option<Day>,
}

/// A To-Do became another; what did not change is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TodoEdited {
    /// The job.
    pub job: JobId,
    /// The owner.
    pub contact: ContactId,
    /// What is to be done, before and after.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub title: Option<Change<Title>>,
    /// By when, before and after.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub due: Option<DueChange>,
}

/// A due day before and after; absent where there was, or is, none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueChange {
    /// Before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<Day>,
    /// After.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub to: Option<Day>,
}

macro_rules! of_a_to_do {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $name {
            /// The job.
            pub job: JobId,
            /// The owner.
            pub contact: ContactId,
            /// What was to be done, as it was called then.
            pub title: Personal<Title>,
        }

        impl HoldsPersonal for $name {
            fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
                visitor.visit("title", &mut self.title);
            }
        }
    )+};
}
of_a_to_do!(
    /// The To-Do was done.
    TodoCompleted,
    /// It was found not to be done after all.
    TodoReopened,
    /// The builder took it away.
    TodoRemoved,
);

/// The builder wrote to an owner of a job, or the owner to the builder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageSent {
    /// The job that it is about.
    pub job: JobId,
    /// The owner.
    pub contact: ContactId,
    /// Between which of the contact's persons and the builder it is (H6).
    pub link: Link,
    /// Who of the two wrote it.
    pub author: Author,
    /// What it says.
    pub text: Personal<MessageText>,
}

impl HoldsPersonal for TodoAdded {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        visitor.visit("title", &mut self.title);
    }
}

impl HoldsPersonal for TodoEdited {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        if let Some(title) = &mut self.title {
            title.each("title.from", "title.to", visitor);
        }
    }
}

impl HoldsPersonal for MessageSent {
    fn each_personal(&mut self, visitor: &mut dyn PersonalVisitor) {
        visitor.visit("text", &mut self.text);
    }
}

impl Show for Title {
    fn show(&self) -> String {
        self.as_str().to_owned()
    }
}

impl Show for MessageText {
    fn show(&self) -> String {
        self.as_str().to_owned()
    }
}

impl OwnerItemEvent {
    /// The job and the contact that it is about.
    pub const fn place(&self) -> (JobId, ContactId) {
        match self {
            Self::TodoAdded(e) => (e.job, e.contact),
            Self::TodoEdited(e) => (e.job, e.contact),
            Self::TodoCompleted(e) => (e.job, e.contact),
            Self::TodoReopened(e) => (e.job, e.contact),
            Self::TodoRemoved(e) => (e.job, e.contact),
            Self::MessageSent(e) => (e.job, e.contact),
        }
    }

    /// What changed, field by field.
    pub fn changes(&self) -> Vec<FieldChange> {
        let due = |day: Option<Day>| day.map_or(Shown::Nothing, |day| day.to_string().into());
        match self {
            Self::TodoAdded(e) => {
                let mut changes = vec![FieldChange::new_value("todos", &e.title)];
                changes.extend(e.due.map(|day| FieldChange::new_value("todo_due", due(Some(day)))));
                changes
            }
            Self::TodoEdited(e) => {
                let title = e.title.as_ref().map(|t| FieldChange::between("todos", &t.from, &t.to));
                let days = e.due.map(|d| FieldChange::between("todo_due", due(d.from), due(d.to)));
                title.into_iter().chain(days).collect()
            }
            Self::TodoCompleted(e) => vec![FieldChange::new_value("todos_done", &e.title)],
            Self::TodoReopened(e) => vec![FieldChange::old_value("todos_done", &e.title)],
            Self::TodoRemoved(e) => vec![FieldChange::old_value("todos", &e.title)],
            Self::MessageSent(e) => vec![FieldChange::new_value("messages", &e.text)],
        }
    }
}

/// Which of the persons that a contact has been linked to, one after the other: 1, 2, 3 … A number
/// beyond them is for whoever is linked next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Link(pub u32);

/// Who of the two wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// Somebody of the builder.
    Builder,
    /// The owner.
    Owner,
}

impl Author {
    /// The stored word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Builder => "builder",
            Self::Owner => "owner",
        }
    }
}
