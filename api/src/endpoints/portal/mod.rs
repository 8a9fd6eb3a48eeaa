//! What a link to a job's portal opens, without a login (R90). What it is and shows, is in
//! `portal_links.rs` of this crate.

pub(crate) mod events;
pub(crate) mod get;
