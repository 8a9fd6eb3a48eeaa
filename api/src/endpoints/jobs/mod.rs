//! Jobs: the building projects, their owners, and what there is to do.

pub(crate) mod add_milestone;
pub(crate) mod add_note;
pub(crate) mod add_owner;
pub(crate) mod add_task;
pub(crate) mod add_todo;
pub(crate) mod archive;
pub(crate) mod bulk_owners;
pub(crate) mod comment_on_task;
pub(crate) mod create;
pub(crate) mod edit_milestone;
pub(crate) mod edit_task;
pub(crate) mod edit_todo;
pub(crate) mod end_impersonation;
pub(crate) mod get;
pub(crate) mod history;
pub(crate) mod list;
pub(crate) mod list_impersonations;
pub(crate) mod list_messages;
pub(crate) mod list_todos;
pub(crate) mod owners;
pub(crate) mod portal;
pub(crate) mod remove_milestone;
pub(crate) mod remove_owner;
pub(crate) mod remove_task;
pub(crate) mod remove_todo;
pub(crate) mod rename;
pub(crate) mod reopen;
pub(crate) mod send_message;
pub(crate) mod set_budget;
pub(crate) mod set_deadline;
pub(crate) mod set_type;
pub(crate) mod start_impersonation;
pub(crate) mod subcontractors;

use crate::input::{Door, Maybe, id};
use domain::job::Assignee;
use domain::text::Label;
use serde::Deserialize;
use utoipa::ToSchema;

/// Who a task is for: one of `{"owner": contact}`, `{"staff": name}`, `{"trade": subcontractor}`,
/// `{"subcontractor": name}`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AssigneeBody {
    /// One of the job's owners, by contact.
    Owner(String),
    /// Somebody of the builder's own, by name.
    Staff(String),
    /// A subcontractor that is noted nowhere, by name.
    Subcontractor(String),
    /// One of the job's subcontractors, by id.
    Trade(String),
}

impl AssigneeBody {
    /// Reads who may be absent.
    fn read(body: Option<&Self>, door: &mut Door) -> Maybe<Assignee> {
        let Some(body) = body else { return Some(None) };
        match body {
            Self::Owner(contact) => door.take("assignee.owner", id(contact)).map(Assignee::Owner),
            Self::Staff(name) => {
                door.take("assignee.staff", Label::parse(name)).map(Assignee::Staff)
            }
            Self::Subcontractor(name) => {
                door.take("assignee.subcontractor", Label::parse(name)).map(Assignee::Subcontractor)
            }
            Self::Trade(trade) => door.take("assignee.trade", id(trade)).map(Assignee::Trade),
        }
        .map(Some)
    }
}
