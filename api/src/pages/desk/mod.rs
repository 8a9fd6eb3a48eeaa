//! Where a builder's staff do what is not about one job or contact: leads, imports and settings. And
//! where operators see how the installation stands.

mod imports;
mod leads;
mod operations;
mod parts;
mod settings;

use super::Pages;

/// The pages here.
pub(super) fn add(pages: Pages) -> Pages {
    pages
        .shows("/leads", leads::list)
        .shows("/leads/new", leads::new)
        .takes("/leads/new", leads::create)
        .shows("/leads/{lead}", leads::show)
        .takes("/leads/{lead}", leads::send)
        .shows("/imports", imports::show)
        .takes("/imports", imports::send)
        .shows("/settings", settings::general::show)
        .takes("/settings", settings::general::send)
        .shows("/settings/staff", settings::staff::show)
        .takes("/settings/staff", settings::staff::send)
        .shows("/settings/staff/{member}", settings::member::show)
        .takes("/settings/staff/{member}", settings::member::send)
        .shows("/settings/api-keys", settings::api_keys::show)
        .takes("/settings/api-keys", settings::api_keys::send)
        .shows("/settings/api-keys/{key}", settings::api_key::show)
        .takes("/settings/api-keys/{key}", settings::api_key::send)
        .shows("/operations", operations::show)
        .takes("/operations", operations::send)
}

/// What has just been done, by the word in the page's query.
pub(super) fn notice(word: &str) -> Option<&'static str> {
    Some(match word {
        "lead-created" => "The lead is added.",
        "lead-retitled" => "The lead has its new title.",
        "lead-contact-set" => "The contact of the lead is set.",
        "lead-contact-removed" => "The contact is removed from the lead, and stays in your book.",
        "lead-contact-edited" => "The contact is saved, here and wherever else it shows.",
        "lead-won" => "The lead is won into a job.",
        "lead-lost" => "The lead is marked as lost.",
        "lead-reopened" => "The lead is open again.",
        "second-factor-required" => {
            "Whoever works for this company signs in with a second factor, and you have none yet. \
             Turn one on in your own pages first, then go to work from here."
        }
        "settled" => "The settings are saved.",
        "staff-invited" => "The mail with the link is on its way.",
        "staff-changed" => "The change is saved. It holds from their next click on.",
        "staff-removed" => "They are removed, and what they did goes on showing their name.",
        "key-revoked" => "The key opens nothing any more.",
        _ => return None,
    })
}
