//! The black-box tests: the event store, and what stands on it, on a real `PostgreSQL`.
//!
//! `cargo test -p titleblock-tests` runs small sizes. With `TITLEBLOCK_TEST_FULL=1` the same
//! scenarios run in the sizes that the product promises (a million events, two hundred kills);
//! that takes hours, so name the one you want, and build it with `--release`:
//!
//! ```sh
//! TITLEBLOCK_TEST_FULL=1 cargo test --release -p titleblock-tests faults::kill -- --nocapture
//! ```
//!
//! All tests share one embedded server without fsync, each with a database of its own
//! ([`support::fresh_database`]); those about durability start a durable one for themselves.

mod faults;
mod journeys;
mod races;
mod replay;
mod support;
mod tidy;
