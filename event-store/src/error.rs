//! What can go wrong, in three kinds that stay apart: a rule said no, the caller's version is
//! stale, the machine failed.

use domain::{AggregateId, EventId, ImpossibleStep, LedgerId, Rejection, Sequence};

/// The machine failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, or has no connection free.
    #[error("the database is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database refused a statement that should have worked.
    #[error("the database refused a statement while {doing}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// What it said.
        #[source]
        source: tokio_postgres::Error,
    },
    /// The connection broke between the commit and its answer: it may have happened. A retry with
    /// the same idempotency key tells.
    #[error("the connection broke before the commit was answered")]
    OutcomeUnknown(#[source] tokio_postgres::Error),
    /// There is no such ledger.
    #[error("there is no ledger {0}")]
    UnknownLedger(LedgerId),
    /// A stored event cannot be read.
    #[error("event {position} of ledger {ledger} cannot be read: {why}")]
    Unreadable {
        /// The ledger.
        ledger: LedgerId,
        /// The position.
        position: u64,
        /// Why.
        why: String,
    },
    /// A sealed value does not open, and its key is not recorded as destroyed.
    #[error("a sealed value in event {event} does not open")]
    SealBroken {
        /// The event.
        event: EventId,
    },
    /// A personal value was about to be stored in the clear.
    #[error("event type {event_type} holds a personal value that is not sealed")]
    NotSealed {
        /// The event's type.
        event_type: &'static str,
    },
    /// An event cannot follow the events before it.
    #[error("the history cannot be continued")]
    Impossible(#[from] ImpossibleStep),
    /// A position is missing: the log is damaged.
    #[error("ledger {ledger} has no event at position {position}")]
    Hole {
        /// The ledger.
        ledger: LedgerId,
        /// The missing position.
        position: u64,
    },
    /// JSON that should have been writable was not.
    #[error("an event could not be written as JSON")]
    Encode(#[source] serde_json::Error),
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    NoRandomness,
    /// The master key is not the one that sealed this database.
    #[error(
        "the master key is not the one that sealed this database; \
         start with the key that did, or restore it from its backup"
    )]
    WrongMasterKey,
    /// A migration failed or an applied one has changed.
    #[error("migration {name}: {why}")]
    Migration {
        /// The file.
        name: &'static str,
        /// What is wrong.
        why: String,
    },
    /// The head was not where it was assumed to be; nothing was written.
    #[error("the ledger's head has moved")]
    HeadMoved,
    /// The decision itself failed.
    #[error("deciding the command failed; nothing was written")]
    Panicked,
    /// The server is stopping and takes no more commands.
    #[error("the server is stopping")]
    Stopping,
    /// The turn that carried the command failed, for this reason.
    #[error("{0}")]
    Failed(std::sync::Arc<StoreError>),
    /// A decision kept asking for what could not be found.
    #[error("the command needs more than the ledger has")]
    Unsatisfiable,
}

impl StoreError {
    pub(crate) fn database(doing: &'static str) -> impl FnOnce(tokio_postgres::Error) -> Self {
        move |source| {
            if source.is_closed() || source.as_db_error().is_none() {
                Self::Unavailable(Box::new(source))
            } else {
                Self::Database { doing, source }
            }
        }
    }

    /// Whether the same command may work a little later.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::OutcomeUnknown(_) | Self::Stopping => true,
            // Lock and statement timeouts, an administrator's shutdown, a full disk.
            Self::Database { source, .. } => source.code().is_some_and(|code| {
                let code = code.code();
                code.starts_with("57") || code.starts_with("53") || code == "55P03"
            }),
            Self::UnknownLedger(_)
            | Self::Unreadable { .. }
            | Self::SealBroken { .. }
            | Self::NotSealed { .. }
            | Self::Impossible(_)
            | Self::Hole { .. }
            | Self::Encode(_)
            | Self::NoRandomness
            | Self::WrongMasterKey
            | Self::Migration { .. }
            | Self::HeadMoved
            | Self::Panicked
            | Self::Failed(_)
            | Self::Unsatisfiable => false,
        }
    }
}

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// A rule said no.
    #[error("a rule refused the command")]
    Rejected(Rejection),
    /// The caller's version of the aggregate is not the present one.
    #[error("{aggregate} is at version {current}")]
    Stale {
        /// The aggregate.
        aggregate: AggregateId,
        /// Its version.
        current: Sequence,
    },
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The machine failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
