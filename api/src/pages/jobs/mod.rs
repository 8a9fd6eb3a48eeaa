//! The jobs list, its bulk edit, new jobs, and what the account sets up for jobs.

use super::Pages;

/// Its pages.
pub(super) fn add(pages: Pages) -> Pages {
    pages
}

/// What has just been done here, by the word in a page's query.
pub(super) fn notice(_word: &str) -> Option<&'static str> {
    None
}
