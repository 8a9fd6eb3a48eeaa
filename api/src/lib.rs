//! The server: a JSON API over the ledgers and their read models.
//!
//! [`router`] lists every route; an endpoint is one file under `endpoints/` that takes, builds,
//! executes and answers. [`pages`] are for people with a browser. [`extract`] holds what every endpoint takes, [`error`] how a refusal or a
//! failure looks, [`import`] how a file becomes jobs and owners, [`mail`] how mail
//! leaves, [`live`] how pages keep themselves up. [`server`] starts and stops it all
//! with the settings of [`config`]. Rules are in `domain`, statements in `event-store` and
//! `projections`; neither is here.

mod answer;
mod around;
pub mod clock;
mod codes;
pub mod config;
mod credential;
mod demo;
mod documents;
mod endpoints;
mod error;
mod extract;
mod figures;
mod import;
mod input;
mod live;
pub mod log;
pub mod mail;
mod multipart;
mod openapi;
mod pages;
mod passwords;
mod persons;
mod pictures;
mod portal_links;
mod position;
mod router;
pub mod server;
mod site;
mod start;
mod state;
mod totp;

pub use credential::{Secret, SecretKind};
pub use error::{FieldError, ProblemBody};
pub use pages::listed as listed_pages;
pub use router::router;
pub use site::Site;
pub use state::{AppState, Limits};
