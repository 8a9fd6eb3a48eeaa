//! One job, as its builder works on it.

use super::Pages;

/// Its pages.
pub(super) fn add(pages: Pages) -> Pages {
    pages
}

/// What has just been done here, by the word in a page's query.
pub(super) fn notice(_word: &str) -> Option<&'static str> {
    None
}
