//! Who changed what: histories, a thing as of a moment, the audit, the mail log.

mod as_of;
mod audit;
mod chart;
mod csv;
mod facts;
mod filter;
mod life;
mod mail;
pub(super) mod subject;
pub(super) mod timeline;
pub(super) mod title_block;
pub(super) mod words;

use super::Pages;

/// Its pages.
pub(super) fn add(pages: Pages) -> Pages {
    pages
        .shows("/contacts/{contact}/history", life::contact)
        .shows("/jobs/{job}/history", life::job)
        .shows("/leads/{lead}/history", life::lead)
        .shows("/subcontractors/{subcontractor}/history", life::subcontractor)
        .shows("/contacts/{contact}/as-of", as_of::contact)
        .shows("/jobs/{job}/as-of", as_of::job)
        .shows("/leads/{lead}/as-of", as_of::lead)
        .shows("/audit", audit::show)
        .shows("/audit.csv", csv::fetch)
        .shows("/mail", mail::show)
}

/// What has just been done here, by the word in a page's query.
pub(super) fn notice(_word: &str) -> Option<&'static str> {
    None
}
