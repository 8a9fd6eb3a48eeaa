//! The pages as a browser without scripts sees them: forms that are filled in, links that are
//! followed, cookies that are kept.

mod accessibility;
mod browser;
mod cases;
mod contacts;
mod contacts_browser;
mod customers;
mod customers_browser;
mod desk;
mod desk_browser;
mod email_conflicts;
mod forms;
mod going_to_work;
mod headers;
mod history;
mod invitations;
mod invites_browser;
mod job;
mod jobs;
mod jobs_browser;
mod jobs_in_browser;
mod journey;
mod kept;
mod links;
mod me_image;
mod me_job;
mod me_live;
mod me_portal_links;
mod me_second_factor;
mod org;
mod org_browser;
mod owners_browser;
mod passwords;
mod portal;
mod portal_browser;
mod privacy;
mod real_browser;
mod sessions;
mod snapshots;
mod subcontractors;
mod twice;
mod ways;
mod whose_work;

/// A password that is taken.
const PASSWORD: &str = "a house by the river";
/// Another one.
const OTHER: &str = "a house by the sea";
