//! What is a person's own: their info in every builder's book, their jobs, their history.

pub(crate) mod accounts;
pub(crate) mod add_additional_email;
pub(crate) mod change_primary_email;
pub(crate) mod customers;
pub(crate) mod edit;
pub(crate) mod edit_additional_email;
pub(crate) mod get;
pub(crate) mod get_image;
pub(crate) mod history;
pub(crate) mod job;
pub(crate) mod jobs;
pub(crate) mod organisations;
pub(crate) mod remove_image;
pub(crate) mod second_factor;
pub(crate) mod set_image;
pub(crate) mod take_contact;

use crate::error::Problem;
use crate::extract::Order;
use crate::persons::links::{self, Link};
use crate::state::AppState;
use domain::contact::ContactCommand;
use domain::{Command, PersonId};
use event_store::{Applied, ImageBytes};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What became of a change, builder by builder.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnChange {
    /// One entry a builder whose contact is yours now.
    pub(crate) items: Vec<OwnChanged>,
}

/// What became of it with one builder.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnChanged {
    /// The company.
    pub(crate) builder: String,
    /// The contact in its book.
    contact: Uuid,
    /// Whether it is so now: done, or so already.
    pub(crate) done: bool,
    /// Why not, where a rule said no.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refused: Option<Refused>,
}

/// Why a builder's book did not take it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Refused {
    /// Stable, for programs.
    pub(crate) code: &'static str,
    /// One sentence for people.
    pub(crate) detail: String,
}

/// Carries a command out on every contact that is the asker's now, one builder after the other. Each
/// is a step that may be taken again: what is so already is not changed twice.
pub(crate) async fn change_all<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    command: &ContactCommand,
) -> Result<OwnChange, Problem> {
    change_all_with(app, order, command, None).await
}

/// The same, with the image that the command sets.
async fn change_all_with<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    command: &ContactCommand,
    image: Option<&ImageBytes>,
) -> Result<OwnChange, Problem> {
    order.without_version()?;
    let person = links::person(app, PersonId(order.asker.ledger().0)).await?;
    let mut items = Vec::new();
    for link in links::of(app, &person).await?.into_iter().filter(|link| link.open) {
        let to_contact = Command::Contact(link.contact.id, command.clone());
        let applied = match image {
            None => order.execute_in(app, link.ledger, to_contact).await,
            Some(image) => {
                let image = image.clone();
                order.execute_in_with_image(app, link.ledger, to_contact, image).await
            }
        };
        items.push(changed(link, applied)?);
    }
    Ok(OwnChange { items })
}

fn changed(link: Link, applied: Result<Applied, Problem>) -> Result<OwnChanged, Problem> {
    let refused = match applied {
        Ok(_) => None,
        Err(problem) if problem.status.is_client_error() => {
            Some(Refused { code: problem.body.code, detail: problem.body.detail })
        }
        Err(failed) => return Err(failed),
    };
    let (builder, contact) = (link.builder, link.contact.id.0);
    Ok(OwnChanged { builder, contact, done: refused.is_none(), refused })
}
