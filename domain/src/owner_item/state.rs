//! A To-Do or a message as its events made it.

use super::events::{Link, OwnerItemEvent};
use crate::ImpossibleStep;
use crate::contact::Contact;
use crate::day::Day;
use crate::ids::{AggregateId, ContactId, JobId, OwnerItemId};
use crate::personal::Personal;
use crate::text::Title;

/// A To-Do or a message as its events made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerItem {
    /// Its id.
    pub id: OwnerItemId,
    /// Between whom it is, and about what.
    pub whose: Whose,
    /// What it is.
    pub what: What,
}

/// Which of the two it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A To-Do.
    Todo(Todo),
    /// A To-Do that was taken away.
    RemovedTodo,
    /// A message; what it says, no rule asks for.
    Message,
}

/// A To-Do that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Todo {
    /// What is to be done.
    pub title: Personal<Title>,
    /// By when.
    pub due: Option<Day>,
    /// Whether it is done.
    pub done: bool,
}

impl OwnerItem {
    /// What its first event makes.
    pub fn from_first(id: OwnerItemId, event: &OwnerItemEvent) -> Result<Self, ImpossibleStep> {
        match event {
            OwnerItemEvent::TodoAdded(e) => {
                let whose = Whose { job: e.job, contact: e.contact, link: e.link };
                let todo = Todo { title: e.title.clone(), due: e.due, done: false };
                Ok(Self { id, whose, what: What::Todo(todo) })
            }
            OwnerItemEvent::MessageSent(e) => {
                let whose = Whose { job: e.job, contact: e.contact, link: e.link };
                Ok(Self { id, whose, what: What::Message })
            }
            OwnerItemEvent::TodoEdited(_)
            | OwnerItemEvent::TodoCompleted(_)
            | OwnerItemEvent::TodoReopened(_)
            | OwnerItemEvent::TodoRemoved(_) => Err(ImpossibleStep {
                event: event.stored_type(),
                aggregate: AggregateId::OwnerItem(id),
                why: "the To-Do has not been added",
            }),
        }
    }

    /// Records what happened. Decides nothing.
    pub fn apply(&mut self, event: &OwnerItemEvent) -> Result<(), ImpossibleStep> {
        let aggregate = AggregateId::OwnerItem(self.id);
        self.step(event).map_err(|why| ImpossibleStep {
            event: event.stored_type(),
            aggregate,
            why,
        })
    }

    fn step(&mut self, event: &OwnerItemEvent) -> Result<(), &'static str> {
        if event.place() != (self.whose.job, self.whose.contact) {
            return Err("it is another owner's, or about another job");
        }
        let What::Todo(todo) = &mut self.what else {
            return Err("it is no To-Do that is there");
        };
        match event {
            OwnerItemEvent::TodoAdded(_) | OwnerItemEvent::MessageSent(_) => {
                return Err("it is there already");
            }
            OwnerItemEvent::TodoEdited(e) => {
                if let Some(title) = e.title.as_ref().and_then(|title| title.to.clone()) {
                    todo.title = title;
                }
                if let Some(due) = e.due {
                    todo.due = due.to;
                }
            }
            OwnerItemEvent::TodoCompleted(_) if todo.done => return Err("it is done already"),
            OwnerItemEvent::TodoCompleted(_) => todo.done = true,
            OwnerItemEvent::TodoReopened(_) if !todo.done => return Err("it is not done"),
            OwnerItemEvent::TodoReopened(_) => todo.done = false,
            OwnerItemEvent::TodoRemoved(_) => self.what = What::RemovedTodo,
        }
        Ok(())
    }
}

/// Between whom and about which job something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whose {
    /// The job.
    pub job: JobId,
    /// The owner.
    pub contact: ContactId,
    /// Which of the contact's persons.
    pub link: Link,
}

impl Whose {
    /// What is made now for the one whose the contact is.
    pub fn now(job: JobId, contact: &Contact) -> Self {
        Self { job, contact: contact.id, link: contact.link_now() }
    }
}
