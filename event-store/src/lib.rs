//! The event store: ledgers with dense positions, decided under the lock, sealed and provable.
//!
//! [`EventStore::execute`] takes a command; [`writer`] puts it in a lane, and one turn of the lane
//! locks the ledger's head, decides, seals and writes everything in one transaction. [`reader`]
//! reads events back, [`merkle`] proves them, [`embedded`] runs the private database. What the
//! rules are, the `domain` crate says; what lists show, the `projections` crate.

mod append;
pub mod attempts;
pub mod codec;
pub mod database;
mod directory;
mod documents;
pub mod embedded;
pub mod error;
mod images;
mod impersonations;
pub mod keys;
mod logins;
pub mod merkle;
pub mod migrate;
mod operators;
pub mod outbox;
mod pipeline;
mod portal_links;
pub mod reader;
mod recorded;
mod rows;
mod sealing;
mod second_factors;
mod staff;
pub mod stock_log;
mod store;
mod trades;
mod turn;
mod writer;

pub use codec::{MaybePersonal, Origin, Recorded};
pub use database::Database;
pub use directory::{BegunMove, EmailChangeLink, Newcomer};
pub use documents::DocumentBytes;
pub use error::{ExecuteError, StoreError};
pub use images::{ImageBytes, StoredImage};
pub use impersonations::OpenImpersonation;
pub use keys::{Keys, MasterKey};
pub use logins::{
    OrgSession, PasswordHash, Registered, ResetLink, SESSION_HOURS, STAFF_SESSION_HOURS, Session,
    StaffSession, StoredPassword, Throttle,
};
pub use portal_links::{PortalToken, PortalTokenEnd, PortalViews};
pub use reader::{Head, Open, Reader};
pub use second_factors::{StoredFactor, base32, recovery_codes};
pub use staff::{StaffLink, StaffRow};
pub use stock_log::StockLog;
pub use store::{
    Applied, CredentialRow, EventStore, Expected, IdempotencyKey, NewSecret, StoreOptions,
    Submission, TokenRow, system_clock,
};
pub use trades::{OrgUserLink, ProjectInvitationLink};
pub use writer::{Hint, Rehearsal};
