//! A job as its owners see it, behind a link that needs no login.

pub(super) mod sheet;

use super::Pages;

/// Its pages.
pub(super) fn add(pages: Pages) -> Pages {
    pages
}

/// What has just been done here, by the word in a page's query.
pub(super) fn notice(_word: &str) -> Option<&'static str> {
    None
}
