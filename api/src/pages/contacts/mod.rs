//! Contacts, as a builder's people see and keep them: the list, a page for each, merging.
//!
//! [`contact`] shows one contact, section by section ([`info`], [`access`], [`emails`], [`fields`],
//! [`around`]); [`deeds`] takes the forms of that page. What may be done now, the API's own
//! permissions say: a button that would be refused is not shown, and refused anyway. What is refused
//! comes back on the same page with what was typed ([`told`]). Who changed what is in
//! `pages/history`.

mod access;
mod around;
mod contact;
mod create;
mod deeds;
mod delete;
mod duplicates;
mod emails;
mod fields;
mod image;
mod info;
mod list;
mod merge;
mod merge_choices;
mod told;
mod unmerge;

use super::Pages;
use super::words::access_badge;
use maud::Markup;
use projections::contact_directory::ContactEntry;

pub(super) fn add(pages: Pages) -> Pages {
    pages
        .shows("/contacts", list::show)
        .shows("/contacts/new", create::show)
        .takes("/contacts/new", create::send)
        .shows("/contacts/merge", merge::show)
        .takes("/contacts/merge", merge::send)
        .shows("/contacts/duplicates", duplicates::show)
        .shows("/contacts/{contact}", contact::show)
        .takes("/contacts/{contact}", deeds::send)
        .shows("/contacts/{contact}/delete", delete::show)
        .takes("/contacts/{contact}/delete", delete::send)
        .takes("/contacts/{contact}/unmerge", unmerge::send)
        .shows("/contacts/{contact}/image", image::show)
}

/// What has just been done, by the word in the page's query.
pub(super) fn notice(word: &str) -> Option<&'static str> {
    Some(match word {
        "contact-created" => "The contact is saved. Nobody has been invited.",
        "contact-invited" => "The contact is saved, and the invitation is on its way.",
        "contact-saved" => "The contact is saved.",
        "contact-unchanged" => "Nothing was changed.",
        "invite-sent" => "The invitation is on its way to the primary email.",
        "invite-resent" => {
            "The invitation is on its way again. The link in the mail before is dead."
        }
        "invite-cancelled" => "The invitation is taken back. Its link says so.",
        "invite-redirected" => "The invitation is on its way to the new primary email.",
        "access-disabled" => "The access is closed for now.",
        "access-enabled" => "The access is as it was before.",
        "owner-deactivated" => {
            "The owner has no access any more. You may edit the info now, and invite again."
        }
        "primary-saved" => "The primary email is saved.",
        "primary-swapped" => "The primary and the additional email have changed places.",
        "additional-added" => "The additional email is added.",
        "additional-saved" => "The additional email is saved.",
        "additional-removed" => "The additional email is removed.",
        "fields-saved" => "The custom fields are saved.",
        "permissions-saved" => "The portal permissions are saved.",
        "contact-deleted" => "The contact is deleted. It can be restored.",
        "contact-restored" => "The contact is in the book again.",
        "contacts-merged" => "The contacts are merged. You can take that back below.",
        "contact-unmerged" => "The contact stands for itself again.",
        "contact-was-merged" => {
            "The contact that you asked for was merged into this one, which stands for it."
        }
        _ => return None,
    })
}

/// The activation status, or what the contact is instead (R16, G15).
fn status(entry: &ContactEntry) -> Markup {
    let word = if entry.life == "live" { &entry.access } else { &entry.life };
    access_badge(word)
}

/// How a contact is addressed.
fn full_name(entry: &ContactEntry) -> String {
    match &entry.title {
        Some(title) => format!("{title} {}", entry.name),
        None => entry.name.clone(),
    }
}
