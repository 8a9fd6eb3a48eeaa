//! Words for people: days and hours, and what happened, in the place of what programs read.

use super::history;
use domain::Timestamp;
use maud::{Markup, html};
use uuid::Uuid;

/// `25 November 2026`, out of `2026-11-25`; what is no day stays as it is.
pub(super) fn day(text: &str) -> String {
    let midnight = Timestamp::parse(&format!("{text}T00:00:00Z"));
    midnight.map_or_else(|_| text.to_owned(), day_of)
}

fn day_of(at: Timestamp) -> String {
    let at = at.moment();
    // With spaces that do not break.
    format!("{}\u{a0}{}\u{a0}{}", at.day(), at.month(), at.year())
}

/// `25 November 2026, 14:30 UTC`.
pub(super) fn day_and_time(at: Timestamp) -> String {
    let moment = at.moment();
    format!("{}, {:02}:{:02} UTC", day_of(at), moment.hour(), moment.minute())
}

/// The same, which a browser with our script shows in its own zone.
pub(super) fn time(at: Timestamp) -> Markup {
    html! { time datetime=(at) { (day_and_time(at)) } }
}

/// How far a day is.
pub(super) fn days_left(days: i64) -> String {
    match days {
        0 => "due today".to_owned(),
        1 => "1 day left".to_owned(),
        -1 => "1 day over".to_owned(),
        days if days < 0 => format!("{} days over", -days),
        days => format!("{days} days left"),
    }
}

/// What happened, told to the one it happened to; where that is said no other way, in the words that
/// the builder's people read.
pub(super) fn event(stored_type: &str) -> String {
    let own = match stored_type {
        "contact.created" => "Put into the builder's book",
        "contact.info_updated" => "Details changed",
        "contact.primary_email_set" => "Primary email set",
        "contact.primary_email_claimed" => "Email kept for this invitation",
        "contact.primary_email_released" => "Email given back",
        "contact.person_linked" => "Connected with your login",
        "contact.owner_activated" => "Access opened",
        "contact.owner_disabled" => "Access closed for now",
        "contact.owner_reactivated" | "contact.owner_reenabled" => "Access opened again",
        "contact.owner_deactivated" => "Access ended",
        "contact.merged" => "Joined with another entry of the book",
        "person.password_reset_requested" => "Link for a new password asked for",
        "person.password_reset_completed" => "Link for a new password used",
        "refused" => "Tried, and not taken",
        other => return history::words::event(other),
    };
    own.to_owned()
}

/// What people call a field.
pub(super) fn field(name: &str) -> String {
    match name {
        "additional_emails" => "Additional email".to_owned(),
        "primary_email" | "login_email" => "Primary email".to_owned(),
        "mail_kind" => "Kind of mail".to_owned(),
        other => sentence(other),
    }
}

/// What a field holds, as people read it: words in the place of programs' words, and nothing in the
/// place of an id, which says nothing to anybody.
pub(super) fn value(field: &str, text: &str) -> Option<String> {
    if Uuid::parse_str(text).is_ok() {
        return None;
    }
    Some(match field {
        "access" | "email_conflict" | "invitation" | "mail" | "mail_kind" | "reason" => {
            text.replace('_', " ")
        }
        _ => text.to_owned(),
    })
}

/// Where a contact's access stands, or what the contact is instead, in a word (R16, G15).
pub(super) fn access_badge(word: &str) -> Markup {
    html! { span .badge .access .(format!("status-{word}")) { (sentence(word)) } }
}

/// What a refusal says somebody would need, as people say it: the API speaks of keys and grants.
pub(super) fn needed(detail: &str) -> String {
    let words = [
        ("an admin or auditor key", "an admin or auditor"),
        ("an admin key", "an admin"),
        (
            "a staff key with the grant impersonate or read_audit",
            "somebody of the staff who may look through owners' eyes or read who changed what",
        ),
        (
            "a staff key with the grant manage_access",
            "somebody of the staff who may disable, enable and deactivate owners",
        ),
        (
            "a staff key with the grant impersonate",
            "somebody of the staff who may look through owners' eyes",
        ),
        (
            "a staff key with the grant read_audit",
            "somebody of the staff who may read who changed what",
        ),
        ("Grants are for the role staff", "Extra rights are for the role Staff"),
    ];
    words.iter().fold(detail.to_owned(), |told, (key, people)| told.replace(key, people))
}

/// What there is, or a dash where there is nothing.
pub(super) const fn or_dash(text: &str) -> &str {
    if text.is_empty() { "–" } else { text }
}

/// `of_this_kind` as `Of this kind`.
pub(super) fn sentence(word: &str) -> String {
    let words = word.replace(['_', '.'], " ");
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_hours_are_written_out() {
        assert_eq!(day("2026-11-05"), "5\u{a0}November\u{a0}2026");
        assert_eq!(day("soon"), "soon");
        let at = Timestamp::parse("2026-11-25T14:03:59Z").expect("a time");
        assert_eq!(day_and_time(at), "25\u{a0}November\u{a0}2026, 14:03 UTC");
        let left = [-2, -1, 0, 1, 2].map(days_left);
        assert_eq!(left, ["2 days over", "1 day over", "due today", "1 day left", "2 days left"]);
    }

    #[test]
    fn a_right_is_said_as_people_say_it() {
        let detail = "It needs an admin key, or a staff key with the grant read_audit.";
        let told = "It needs an admin, or somebody of the staff who may read who changed what.";
        assert_eq!(needed(detail), told);
    }

    #[test]
    fn what_has_no_words_is_told_by_its_type() {
        assert_eq!(event("contact.invite_sent"), "Invitation sent");
        assert_eq!(event("contact.invite_reminded"), "Reminded of the invitation", "the builder's");
        assert_eq!(event("contact.of_tomorrow"), "Of tomorrow");
        assert_eq!(field("address"), "Address");
        assert_eq!(sentence(""), "");
        assert_eq!(value("access", "not_invited").as_deref(), Some("not invited"));
        assert_eq!(value("name", "not_invited").as_deref(), Some("not_invited"));
        assert_eq!(value("person", "0ab836c7-40d7-8693-b5ff-2b42549a19ec"), None);
    }
}
