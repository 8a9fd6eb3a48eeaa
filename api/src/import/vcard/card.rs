//! What a card says, property by property.

use super::lines::Property;
use super::value::{Text, parts, text, whole};
use crate::import::charset::Source;
use crate::import::contact::{Found, Value};

/// The rank of what nobody prefers.
const UNRANKED: u8 = 101;

/// A card while it is read.
#[derive(Debug)]
pub(super) struct Card {
    /// Where it begins.
    pub(super) line: u64,
    pub(super) found: Found,
    /// `N` and `ORG` as names, for a card without `FN`.
    in_parts: Vec<Value>,
    company: Vec<Value>,
    /// Addresses as they are written on envelopes, for a card without `ADR`.
    envelopes: Vec<Value>,
    /// It is a list of other cards.
    pub(super) is_group: bool,
}

impl Card {
    pub(super) fn new(line: u64) -> Self {
        Self {
            line,
            found: Found::default(),
            in_parts: Vec::new(),
            company: Vec::new(),
            envelopes: Vec::new(),
            is_group: false,
        }
    }

    /// Takes over what a contact has, and notes what it has not.
    pub(super) fn take(&mut self, property: &Property, source: &Source<'_>) {
        match property.name.as_str() {
            // About the card and its program, not about the person.
            "VERSION" | "PRODID" | "REV" | "UID" | "SORT-STRING" => {}
            "FN"
            | "N"
            | "ORG"
            | "EMAIL"
            | "TEL"
            | "ADR"
            | "LABEL"
            | "KIND"
            | "X-ADDRESSBOOKSERVER-KIND" => match text(property, source) {
                Ok(Text { text, flaw }) => {
                    if let Some(flaw) = flaw {
                        self.found.leave_out(property.line, &property.name, &flaw);
                    }
                    self.take_text(property, &text);
                }
                Err(reason) => self.found.leave_out(property.line, &property.name, &reason),
            },
            _ => self.found.pass_over(property.line, &property.name),
        }
    }

    fn take_text(&mut self, property: &Property, typed: &str) {
        let value = |text: String, rank: u8| Value {
            line: property.line,
            field: property.name.clone(),
            text,
            rank,
        };
        let rank = property.pref.unwrap_or(UNRANKED);
        let is = |words: &[&str]| property.types.iter().any(|kind| words.contains(&kind.as_str()));
        match property.name.as_str() {
            "FN" => value(whole(typed), rank).join(&mut self.found.names),
            "N" => {
                let parts = parts(typed, " ");
                let title = parts.get(3).cloned().unwrap_or_default();
                value(title, rank).join(&mut self.found.titles);
                value(name_of(&parts), rank).join(&mut self.in_parts);
            }
            "ORG" => {
                let company = parts(typed, ",").into_iter().next().unwrap_or_default();
                if self.found.business.is_none() {
                    self.found.business = Some(company.clone());
                }
                value(company, rank).join(&mut self.company);
            }
            "EMAIL" => value(whole(typed), rank).join(&mut self.found.emails),
            "TEL" => {
                // What nobody answers goes behind what somebody does.
                let silent = is(&["FAX", "PAGER", "MODEM", "TELEX"]);
                let rank = if silent { rank.saturating_add(UNRANKED) } else { rank };
                value(whole(typed), rank).join(&mut self.found.phones);
            }
            "ADR" => {
                let address = address_of(&parts(typed, ", "));
                let label = property.label.clone().filter(|_| address.is_empty());
                // A builder's customers live somewhere; where they work comes behind.
                let rank = if is(&["HOME"]) { rank } else { rank.saturating_add(1) };
                value(label.unwrap_or(address), rank).join(&mut self.found.addresses);
            }
            "LABEL" => value(whole(typed), rank).join(&mut self.envelopes),
            _ => self.is_group |= typed.trim().eq_ignore_ascii_case("group"),
        }
    }

    /// Name: `FN`, else `N`, else `ORG`; what has not become the name of a company is passed over.
    pub(super) fn finished(mut self) -> Found {
        let named = |values: &[Value]| values.iter().any(|value| !value.text.trim().is_empty());
        if named(&self.found.names) || named(&self.in_parts) {
            let is_name = |company: &Value| self.found.names.iter().any(|n| n.text == company.text);
            let said = |company: &&Value| !company.text.trim().is_empty() && !is_name(company);
            let passed_over: Vec<Value> = self.company.iter().filter(said).cloned().collect();
            for company in passed_over {
                self.found.pass_over(company.line, &company.field);
            }
        }
        self.found.names.sort_by_key(|value| value.rank);
        self.found.names.extend(self.in_parts);
        self.found.names.extend(self.company);
        if self.found.addresses.iter().all(|address| address.text.trim().is_empty()) {
            self.found.addresses = self.envelopes;
        }
        self.found
    }
}

/// `N` is family, given, additional, prefix and suffix; people say it the other way round, and the
/// prefix is the title.
fn name_of(parts: &[String]) -> String {
    let spoken = [1, 2, 0, 4].into_iter().filter_map(|place| parts.get(place));
    spoken.filter(|part| !part.trim().is_empty()).map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// `ADR` is box, extension, street, town, region, code and country, and becomes some lines.
fn address_of(parts: &[String]) -> String {
    let part = |place: usize| parts.get(place).map_or("", |part| part.trim());
    address([part(2), part(1), part(0)], part(3), part(4), part(5), part(6))
}

/// An address on lines: the street and what is near it, the town with region and code, the country.
pub(crate) fn address(
    street: [&str; 3],
    town: &str,
    region: &str,
    code: &str,
    country: &str,
) -> String {
    let region = [region, code].map(str::trim).join(" ");
    let town = [town.trim(), region.trim()].into_iter().filter(|part| !part.is_empty());
    let town = town.collect::<Vec<_>>().join(", ");
    let lines = street.into_iter().chain([town.as_str(), country]).map(str::trim);
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}
