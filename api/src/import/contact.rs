//! What an address book says of somebody, cut to what a contact holds.
//!
//! A contact has one name, six emails, ten phones and one address. The first email that is valid
//! becomes the primary one (R19); one that is marked as preferred counts as first. What does not
//! fit or is not valid is left out and told, and the rest goes in. Only who has no name at all is
//! not taken.

use super::identity::owner_key;
use super::row::{PLACEHOLDERS, Row};
use crate::endpoints::contacts::PHONES_MAX;
use crate::error::FieldError;
use domain::contact::{ContactDetails, EMAILS_MAX};
use domain::text::{Honorific, PersonName, PostalAddress};
use domain::{Command, ContactId, EmailAddress, LedgerId, PhoneNumber};
use event_store::Keys;
use serde::Serialize;
use std::fmt::Display;
use utoipa::ToSchema;

/// The most that is told of one card.
const LEFT_OUT_MAX: usize = 60;
/// The most fields that no contact has; they leave room for what a contact would have.
const PASSED_OVER_MAX: usize = 20;
/// The most values of a kind that are looked at.
const VALUES_MAX: usize = 100;

/// Something that did not become part of the contact. Never its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct LeftOut {
    /// The line on which it begins.
    pub(crate) line: u64,
    /// The property or the column.
    pub(crate) field: String,
    /// Why.
    pub(crate) reason: String,
}

/// Somebody, as the file has them.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// What may be the name, the best first.
    pub(crate) names: Vec<Value>,
    /// What stands before the name, such as `Mr.` (R111).
    pub(crate) titles: Vec<Value>,
    pub(crate) business: Option<String>,
    pub(crate) emails: Vec<Value>,
    pub(crate) phones: Vec<Value>,
    pub(crate) addresses: Vec<Value>,
    pub(crate) left_out: Vec<LeftOut>,
    /// How much more is left out than is told.
    pub(crate) untold: usize,
}

/// A value and where it stands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Value {
    pub(crate) line: u64,
    pub(crate) field: String,
    pub(crate) text: String,
    /// The least goes first; among equals the file's order holds.
    pub(crate) rank: u8,
}

impl Value {
    /// Takes its place behind the others of its kind.
    pub(crate) fn join(self, values: &mut Vec<Self>) {
        if values.len() < VALUES_MAX {
            values.push(self);
        }
    }
}

impl Found {
    /// Notes a value that is left out.
    pub(crate) fn leave_out(&mut self, line: u64, field: &str, reason: &dyn Display) {
        if self.left_out.len() < LEFT_OUT_MAX {
            let (field, reason) = (field.to_owned(), reason.to_string());
            self.left_out.push(LeftOut { line, field, reason });
        } else {
            self.untold += 1;
        }
    }

    /// Notes a field that no contact has, each once.
    pub(crate) fn pass_over(&mut self, line: u64, field: &str) {
        if self.left_out.iter().any(|left| left.field == field) {
            return;
        }
        if self.left_out.len() < PASSED_OVER_MAX {
            self.leave_out(line, field, &"is not kept by a contact");
        } else {
            self.untold += 1;
        }
    }

    /// The command that puts them into the book.
    pub(crate) fn row(mut self, keys: &Keys, ledger: LedgerId) -> Result<Row, FieldError> {
        let details = self.details()?;
        let key = owner_key(&details, self.business.as_deref());
        let contact = ContactId(keys.import_id(ledger, "contact", &key));
        let command = Command::ImportContact { contact, details };
        Ok(Row { command, job: None, contact: Some(contact), left_out: self.told("card") })
    }

    /// What a contact holds of them.
    pub(crate) fn details(&mut self) -> Result<ContactDetails, FieldError> {
        let title = self.title();
        let name = self.name(title.as_ref())?;
        let mut emails = self.emails().into_iter();
        Ok(ContactDetails {
            title,
            name,
            primary_email: emails.next(),
            additional_emails: emails.collect(),
            phones: self.phones(),
            address: self.address(),
        })
    }

    /// What is left out, and how much more; `whole` is what they stand on.
    pub(crate) fn told(mut self, whole: &str) -> Vec<LeftOut> {
        if self.untold > 0 {
            let reason = format!("has more that is left out ({} times)", self.untold);
            let line = self.left_out.last().map_or(0, |last| last.line);
            self.left_out.push(LeftOut { line, field: whole.to_owned(), reason });
        }
        self.left_out
    }

    fn title(&mut self) -> Option<Honorific> {
        for Value { line, field, text, .. } in std::mem::take(&mut self.titles) {
            let Some(text) = on_one_line(&text) else { continue };
            match Honorific::parse(&text) {
                Ok(title) => return Some(title),
                Err(reason) => self.leave_out(line, &field, &reason),
            }
        }
        None
    }

    fn name(&mut self, title: Option<&Honorific>) -> Result<PersonName, FieldError> {
        let mut refused = None;
        for Value { line, field, text, .. } in std::mem::take(&mut self.names) {
            let Some(text) = on_one_line(&text) else { continue };
            match PersonName::parse(untitled(&text, title)) {
                Ok(name) => return Ok(name),
                Err(reason) => {
                    self.leave_out(line, &field, &reason);
                    refused = refused.or(Some(FieldError { field, reason: reason.to_string() }));
                }
            }
        }
        let reason = "must be there: a name, its parts, or a company".to_owned();
        Err(refused.unwrap_or(FieldError { field: "name".to_owned(), reason }))
    }

    fn emails(&mut self) -> Vec<EmailAddress> {
        let mut emails: Vec<EmailAddress> = Vec::new();
        for Value { line, field, text, .. } in in_order(std::mem::take(&mut self.emails)) {
            let Some(text) = on_one_line(&text) else { continue };
            match EmailAddress::parse(bare_address(&text)) {
                // G7: the same address twice is one.
                Ok(email) if emails.contains(&email) => {}
                Ok(email) if emails.len() < EMAILS_MAX => emails.push(email),
                Ok(_) => self.leave_out(line, &field, &"is a seventh email or more (R20)"),
                Err(reason) => self.leave_out(line, &field, &reason),
            }
        }
        emails
    }

    fn phones(&mut self) -> Vec<PhoneNumber> {
        let mut phones: Vec<PhoneNumber> = Vec::new();
        for Value { line, field, text, .. } in in_order(std::mem::take(&mut self.phones)) {
            let Some(text) = on_one_line(&text) else { continue };
            match PhoneNumber::parse(&dialled(&text)) {
                Ok(phone) if phones.iter().any(|there| is_same(there, &phone)) => {}
                Ok(phone) if phones.len() < PHONES_MAX => phones.push(phone),
                Ok(_) => {
                    let reason = format!("is one more than the {PHONES_MAX} phones of a contact");
                    self.leave_out(line, &field, &reason);
                }
                Err(reason) => self.leave_out(line, &field, &reason),
            }
        }
        phones
    }

    fn address(&mut self) -> Option<PostalAddress> {
        let mut address: Option<PostalAddress> = None;
        for Value { line, field, text, .. } in in_order(std::mem::take(&mut self.addresses)) {
            let Some(text) = on_lines(&text) else { continue };
            match PostalAddress::parse(&text) {
                Ok(parsed) if address.as_ref().is_none_or(|there| *there == parsed) => {
                    address = Some(parsed);
                }
                Ok(_) => self.leave_out(line, &field, &"is a second address; a contact has one"),
                Err(reason) => self.leave_out(line, &field, &reason),
            }
        }
        address
    }
}

/// The name without the title that is told beside it: `Dr. Ada` is `Ada` with the title `Dr.`
fn untitled<'a>(name: &'a str, title: Option<&Honorific>) -> &'a str {
    let bare = title.and_then(|title| name.strip_prefix(title.as_str())?.strip_prefix(' '));
    bare.unwrap_or(name)
}

fn in_order(mut values: Vec<Value>) -> Vec<Value> {
    values.sort_by_key(|value| value.rank);
    values
}

/// The text on one line, unless it says nothing.
pub(crate) fn on_one_line(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    let nothing = PLACEHOLDERS.iter().any(|placeholder| text.eq_ignore_ascii_case(placeholder));
    (!text.is_empty() && !nothing).then_some(text)
}

/// The lines that say something.
fn on_lines(text: &str) -> Option<String> {
    let lines = text.lines().filter_map(on_one_line);
    let lines: Vec<String> = lines.map(|line| line.trim_end_matches(',').to_owned()).collect();
    let text = lines.join("\n");
    (!text.is_empty()).then_some(text)
}

/// `mailto:ada@example.org` and `Ada Byron <ada@example.org>` hold an address.
fn bare_address(text: &str) -> &str {
    let text = without_scheme(text, "mailto:");
    match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
        Some((_, address)) => address,
        None => text,
    }
}

/// `tel:+1-212-555-0180;ext=7` is a number with an extension.
fn dialled(text: &str) -> String {
    let number = without_scheme(text, "tel:");
    if number.len() == text.len() {
        return text.to_owned();
    }
    let mut parts = number.split(';');
    let number = parts.next().unwrap_or_default().to_owned();
    match parts.find_map(|part| part.strip_prefix("ext=")) {
        Some(extension) => format!("{number} ext. {extension}"),
        None => number,
    }
}

fn without_scheme<'a>(text: &'a str, scheme: &str) -> &'a str {
    match text.split_at_checked(scheme.len()) {
        Some((before, behind)) if before.eq_ignore_ascii_case(scheme) => behind,
        Some(_) | None => text,
    }
}

fn is_same(one: &PhoneNumber, other: &PhoneNumber) -> bool {
    // Who has an extension shares the number in front of it.
    let digits_alone = [one, other].iter().all(|p| !p.typed().contains(char::is_alphabetic));
    let comparable = one.comparable();
    let alike = !comparable.is_empty() && comparable == other.comparable();
    one.typed() == other.typed() || digits_alone && alike
}

#[cfg(test)]
mod tests {
    use super::*;
    use event_store::MasterKey;

    fn values(texts: &[&str]) -> Vec<Value> {
        let value = |text: &&str| Value { text: (*text).to_owned(), ..Value::default() };
        texts.iter().map(value).collect()
    }

    fn row(found: Found) -> (ContactDetails, Vec<LeftOut>) {
        let keys = Keys::derive(&MasterKey::generate().expect("random bytes"));
        let row = found.row(&keys, LedgerId::INSTALLATION).expect("taken");
        let Command::ImportContact { details, .. } = row.command else { panic!("no contact") };
        (details, row.left_out)
    }

    fn named(name: &str) -> Found {
        Found { names: values(&[name]), ..Found::default() }
    }

    #[test]
    fn the_first_valid_email_is_the_primary_one_and_a_seventh_is_told() {
        // R19, R20
        let emails = ["at home", "a1@x.org", "A1@X.org", "a2@x.org", "a3@x.org", "a4@x.org"];
        let mut found = named("Ada");
        found.emails = values(&emails);
        found.emails.extend(values(&["mailto:a5@x.org", "Ada <a6@x.org>", "a7@x.org"]));
        for (line, email) in (1..).zip(&mut found.emails) {
            email.line = line;
            email.field = format!("EMAIL {line}");
        }
        let (details, left_out) = row(found);
        let normal = |email: &EmailAddress| email.normal().to_owned();
        assert_eq!(details.primary_email.as_ref().map(normal).as_deref(), Some("a1@x.org"));
        let additional: Vec<String> = details.additional_emails.iter().map(normal).collect();
        assert_eq!(additional, ["a2@x.org", "a3@x.org", "a4@x.org", "a5@x.org", "a6@x.org"]);
        let left_out: Vec<(u64, &str)> =
            left_out.iter().map(|left| (left.line, left.reason.as_str())).collect();
        let seventh = "is a seventh email or more (R20)";
        assert_eq!(left_out, [(1, "must have exactly one @"), (9, seventh)]);
    }

    #[test]
    fn a_preferred_one_counts_as_first() {
        let mut found = named("Ada");
        found.emails = values(&["a@x.org", "b@x.org", "c@x.org"]);
        for (email, rank) in found.emails.iter_mut().zip([101, 2, 1]) {
            email.rank = rank;
        }
        let (details, _) = row(found);
        let emails: Vec<&str> = details
            .primary_email
            .iter()
            .chain(&details.additional_emails)
            .map(EmailAddress::normal)
            .collect();
        assert_eq!(emails, ["c@x.org", "b@x.org", "a@x.org"]);
    }

    #[test]
    fn phones_are_kept_as_typed_once_each() {
        let mut found = named("Ada");
        found.phones = values(&["(212) 555-0180", "+1 212 555 0180", "call first"]);
        found.phones.extend(values(&["tel:+1-212-555-0181;ext=7", "n/a"]));
        let (details, left_out) = row(found);
        let typed: Vec<&str> = details.phones.iter().map(PhoneNumber::typed).collect();
        assert_eq!(typed, ["(212) 555-0180", "call first", "+1-212-555-0181 ext. 7"]);
        assert_eq!(left_out, []);
        let mut found = named("Ada");
        let many: Vec<String> = (10..21).map(|n| format!("212 555 01{n}")).collect();
        found.phones = values(&many.iter().map(String::as_str).collect::<Vec<_>>());
        let (details, left_out) = row(found);
        assert_eq!((details.phones.len(), left_out.len()), (10, 1));
    }

    #[test]
    fn an_honorific_is_the_title_and_not_part_of_the_name() {
        // R111
        let titled = |name: &str, title: &str| {
            let mut found = named(name);
            found.titles = values(&[title]);
            let (details, left_out) = row(found);
            let title = details.title.map(|title| title.as_str().to_owned());
            (title, details.name.as_str().to_owned(), left_out.len())
        };
        let is = |title: Option<&str>, name: &str, left_out| {
            (title.map(str::to_owned), name.to_owned(), left_out)
        };
        assert_eq!(titled("Ada Byron", " Dr. "), is(Some("Dr."), "Ada Byron", 0));
        assert_eq!(titled("Dr. Ada Byron", "Dr."), is(Some("Dr."), "Ada Byron", 0));
        assert_eq!(titled("Drake", "Dr"), is(Some("Dr"), "Drake", 0));
        assert_eq!(titled("Ada", &"x".repeat(41)), is(None, "Ada", 1));
        assert_eq!(titled("Ada", "n/a"), is(None, "Ada", 0));
    }

    #[test]
    fn one_address_is_kept_with_its_lines() {
        let mut found = named("Ada");
        found.addresses = values(&[" , ", "12  Elm St,\n\n Millbrook ", "7 Oak Lane"]);
        let (details, left_out) = row(found);
        let address = details.address.expect("an address");
        assert_eq!((address.as_str(), left_out.len()), ("12 Elm St\nMillbrook", 1));
    }

    #[test]
    fn who_has_no_name_is_not_taken_and_the_reason_holds_no_value() {
        let keys = Keys::derive(&MasterKey::generate().expect("random bytes"));
        let refused = |found: Found| found.row(&keys, LedgerId::INSTALLATION).expect_err("refused");
        let none = refused(named(" "));
        assert_eq!((none.field.as_str(), none.reason.starts_with("must be there")), ("name", true));
        assert_eq!(refused(named(&"x".repeat(201))).reason, "must have at most 200 characters");
        let mut long = named(&"x".repeat(201));
        long.names.extend(values(&["Elm LLC"]));
        assert_eq!(row(long).0.name.as_str(), "Elm LLC");
    }

    #[test]
    fn little_is_told_of_a_card_that_is_full_of_strange_things() {
        let mut found = named("Ada");
        for line in 0..1_000 {
            found.pass_over(line, &format!("X-{line}"));
            found.pass_over(line, "X-0");
            found.leave_out(line, "EMAIL", &"must have exactly one @");
        }
        let left_out = row(found).1;
        assert_eq!(left_out.len(), LEFT_OUT_MAX + 1);
        let last = left_out.last().expect("something");
        assert_eq!(
            (&*last.field, &*last.reason),
            ("card", "has more that is left out (1940 times)")
        );
    }
}
