//! One of a person's jobs: what all its owners see alike, and what is this one's alone (R61 to R63).
//!
//! The account in the path says with which builder; whether the person has a contact there, the person's
//! own ledger and the contact's say. For whoever is no owner of the job it is as if it never was.

pub(crate) mod complete_task;
pub(crate) mod complete_todo;
pub(crate) mod get;
pub(crate) mod messages;
pub(crate) mod portal_link;
pub(crate) mod reopen_todo;
pub(crate) mod send_message;
pub(crate) mod todos;

use crate::answer::{Answer, CommandAnswer, done};
use crate::endpoints::{CONTACT_DIRECTORY, JOB_LIST, OWNER_ITEMS, OWNER_PORTAL};
use crate::error::Problem;
use crate::extract::Order;
use crate::extract::asker::Asker;
use crate::input::{Door, LIMIT_DEFAULT, cursor, limit, one_of};
use crate::persons::eyes::Eyes;
use crate::persons::links::{self, Link};
use crate::state::AppState;
use axum::http::StatusCode;
use domain::owner_item::{OwnerItemCommand, TodoChange};
use domain::{AccountId, Command, ContactId, JobId, OwnerItemId, PersonId, owner_item};
use event_store::Applied;
use projections::job_list;
use projections::owner_items::{ItemQuery, Of};
use serde::Deserialize;
use std::time::Duration;
use utoipa::IntoParams;

/// How long the answer waits for what has just happened.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// Which of one's own are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OwnItemParams {
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    limit: Option<String>,
}

/// Which of one's own To-Dos are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OwnTodoParams {
    /// `true`: those that are done; `false`: those that are not; all when absent.
    done: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    limit: Option<String>,
}

/// Which part of a list.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub(crate) done: Option<bool>,
    pub(crate) cursor: Option<String>,
    pub(crate) limit: Option<u32>,
}

impl OwnItemParams {
    fn part(&self) -> Result<Part, Problem> {
        let mut door = Door::default();
        let cursor = door.take_if("cursor", self.cursor.as_deref(), cursor);
        let limit = door.take_if("limit", self.limit.as_deref(), limit);
        door.build(|| Some(Part { done: None, cursor: cursor?, limit: limit? }))
    }
}

impl OwnTodoParams {
    fn part(&self) -> Result<Part, Problem> {
        let mut door = Door::default();
        let flag = |typed: &str| one_of(typed, &["true", "false"]).map(|word| word == "true");
        let done = door.take_if("done", self.done.as_deref(), flag);
        let cursor = door.take_if("cursor", self.cursor.as_deref(), cursor);
        let limit = door.take_if("limit", self.limit.as_deref(), limit);
        door.build(|| Some(Part { done: done?, cursor: cursor?, limit: limit? }))
    }
}

/// A job of the asker's, as lists have it now.
pub(crate) struct OwnJobNow {
    link: Link,
    job: JobId,
    /// What the job is called.
    pub(crate) name: String,
    /// Of which links of the contact they see what is one owner's alone.
    sees: Vec<owner_item::Link>,
}

impl OwnJobNow {
    /// The job, if the asker, or the one through whose eyes they look, is one of its owners and it is not
    /// put away; shown is what has happened.
    async fn of(
        app: &AppState,
        asker: &Asker,
        (account, job): (AccountId, JobId),
    ) -> Result<Self, Problem> {
        let eyes = Eyes::of(app, asker).await?;
        Self::with(app, &eyes, eyes.with(account)?, job).await
    }

    /// The same, with whichever builder it is.
    pub(crate) async fn find(app: &AppState, asker: &Asker, job: JobId) -> Result<Self, Problem> {
        let eyes = Eyes::of(app, asker).await?;
        for link in eyes.contacts.iter().filter(|link| link.open) {
            match Self::with(app, &eyes, link, job).await {
                Err(problem) if problem.status == StatusCode::NOT_FOUND => {}
                found => return found,
            }
        }
        Err(Problem::not_found())
    }

    async fn with(app: &AppState, eyes: &Eyes, link: &Link, job: JobId) -> Result<Self, Problem> {
        let reader = app.store().reader();
        if let Some(head) = reader.head(link.ledger).await? {
            let views = [JOB_LIST, CONTACT_DIRECTORY, OWNER_PORTAL, OWNER_ITEMS];
            app.progress().wait(link.ledger, head.position, &views, WAIT_MAX).await?;
        }
        let listed = job_list::get(reader, link.ledger, job).await?;
        let listed = listed.filter(|listed| {
            !listed.archived && listed.owners.iter().any(|owner| owner.id == link.contact.id.0)
        });
        let name = listed.ok_or_else(Problem::not_found)?.name;
        Ok(Self { link: link.clone(), job, name, sees: eyes.sees_of(&link.contact) })
    }

    /// The builder's account.
    pub(crate) fn account(&self) -> AccountId {
        AccountId(self.link.ledger.0)
    }

    /// The company.
    pub(crate) fn builder(&self) -> &str {
        &self.link.builder
    }

    /// The part of what is one owner's own.
    fn query(&self, part: Part) -> ItemQuery {
        let contact = &self.link.contact;
        ItemQuery {
            job: self.job,
            of: Of::Owner(contact.id, self.sees.clone()),
            done: part.done,
            cursor: part.cursor,
            limit: part.limit.unwrap_or(LIMIT_DEFAULT),
        }
    }
}

/// Carries out what an owner commands as their contact with this builder; whether they are an owner of
/// the job, is decided with it.
async fn command_as<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    account: AccountId,
    command: impl FnOnce(ContactId) -> Command,
) -> Result<Applied, Problem> {
    order.without_version()?;
    let person = links::person(app, PersonId(order.asker.ledger().0)).await?;
    let link = links::with(app, &person, account).await?;
    order.execute_in(app, link.ledger, command(link.contact.id)).await
}

/// Changes a To-Do of one's own.
pub(crate) async fn change_todo<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    (account, job, item): (AccountId, JobId, OwnerItemId),
    change: TodoChange,
) -> Result<Answer<CommandAnswer>, Problem> {
    let command = |_| Command::OwnerItem(OwnerItemCommand::ChangeTodo { item, job, change });
    Ok(done(&command_as(app, order, account, command).await?))
}
