//! The pages as a browser without scripts sees them: forms that are filled in, links that are
//! followed, cookies that are kept.

mod browser;
mod cases;
mod desk;
mod desk_browser;
mod forms;
mod headers;
mod invitations;
mod journey;
mod links;
mod passwords;
mod real_browser;
mod sessions;

/// A password that is taken.
const PASSWORD: &str = "a house by the river";
/// Another one.
const OTHER: &str = "a house by the sea";
