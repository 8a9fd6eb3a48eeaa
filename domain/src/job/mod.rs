//! A job: a building project with any number of owners (R1), none of them the first (R60).

mod commands;
mod decide;
mod events;
mod rejection;
mod state;
mod upcast;

#[cfg(test)]
mod tests;

pub use commands::{JobCommand, JobDetails};
pub use decide::decide;
pub use events::*;
pub use rejection::JobRejection;
pub use state::Job;
pub use upcast::upcasters;
