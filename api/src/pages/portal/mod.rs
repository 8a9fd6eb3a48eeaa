//! A job as its owners see it, behind a link that needs no login (R86 to R102).
//!
//! The link's address holds its secret once: the first look has the browser keep it in a cookie for this
//! portal alone, and goes on at the address without it (H10). Nothing is changed from here.

mod cookie;
mod events;
mod share;
pub(super) mod sheet;
mod show;

use super::Pages;

/// Its pages.
pub(super) fn add(pages: Pages) -> Pages {
    pages
        .shows("/portal/{portal}", show::show)
        .shows("/portal/{portal}/events", events::show)
        .shows("/portal/{portal}/share", share::show)
}

/// What has just been done here, by the word in a page's query.
pub(super) fn notice(_word: &str) -> Option<&'static str> {
    None
}
