//! Read models: lists and pages as folds of the events.
//!
//! Each view is one file: its rows, how each event changes them, its queries. [`view`] is the
//! machinery that they share: the same fold runs live in the [`runner`], in a [`rebuild`] and in a
//! [`diff`], and for one contact, job or lead as of an
//! earlier position ([`as_of`]). [`verify`] checks a whole ledger. Values that the rows do not hold, such as what a
//! field was before, are read from the ledger by [`audit_trail`] and [`history`].

pub mod actors;
pub mod api_keys;
pub mod as_of;
pub mod audit_chart;
pub mod audit_trail;
pub mod called;
pub mod contact_directory;
pub mod custom_fields;
pub mod customers;
pub mod diff;
pub mod documents;
pub mod duplicate_candidates;
pub mod email_conflicts;
pub mod history;
pub mod impersonations;
pub mod interventions;
pub mod invitations;
pub mod job_detail;
pub mod job_glance;
pub mod job_list;
pub mod job_owners;
pub mod job_setup;
pub mod lead_view;
pub mod mail_log;
pub mod member_audit;
mod moves;
pub mod operators;
pub mod org_interventions;
pub mod owner_items;
pub mod owner_portal;
pub mod page;
pub mod portal_links;
pub mod rebuild;
pub mod revisions;
pub mod runner;
pub mod search;
pub mod settings;
pub mod staff;
pub mod status;
mod stored_tuples;
pub mod sub_org_directory;
pub mod subcontractors;
mod support;
pub mod turn;
pub mod unfinished;
pub mod verify;
pub mod view;
pub mod work_orders;

pub use page::{Cursor, Page};
pub use runner::{Progress, Runner};
pub use view::{AnyView, VIEW_NAMES, all_views, view_named};

use event_store::StoreError;

/// What can go wrong with a read model.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// The event store, or the database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database refused a statement.
    #[error("the database refused a statement of view {view}")]
    Database {
        /// The view.
        view: &'static str,
        /// What it said.
        #[source]
        source: tokio_postgres::Error,
    },
    /// A stored row does not read back.
    #[error("a row of view {view} does not read back")]
    Row {
        /// The view.
        view: &'static str,
        /// What about it.
        #[source]
        source: view::Unfoldable,
    },
    /// The view has not reached the position that was asked for.
    #[error("view {view} is at {position}")]
    Behind {
        /// The view.
        view: &'static str,
        /// Where it is.
        position: u64,
    },
    /// The position that was asked for has not happened.
    #[error("the position is beyond the ledger's head")]
    BeyondHead,
    /// A cursor that this list did not give out.
    #[error("the cursor is not one of this list")]
    BadCursor,
}

/// SQLSTATEs, or their classes, of what passes: the connection went, a lock was held or a statement ran for too
/// long, the server had no room, turned somebody back or was told to stop. No row was refused, and nothing parks by it.
const PASSING: [&str; 7] = ["08", "25P03", "40", "53", "55P03", "57", "58"];

impl ViewError {
    pub(crate) const fn row(view: &'static str) -> impl Fn(view::Unfoldable) -> Self + Copy {
        move |source| Self::Row { view, source }
    }

    pub(crate) fn database(view: &'static str) -> impl FnOnce(tokio_postgres::Error) -> Self {
        move |source| {
            let passing = |code: &tokio_postgres::error::SqlState| {
                PASSING.iter().any(|of| code.code().starts_with(of))
            };
            if source.code().is_none_or(passing) {
                Self::Store(StoreError::Unavailable(Box::new(source)))
            } else {
                Self::Database { view, source }
            }
        }
    }
}
