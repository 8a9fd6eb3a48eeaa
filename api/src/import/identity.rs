//! What makes two rows the same job, and the same owner.
//!
//! A job is its reference; without one, the whole row. An owner is its email; without one, its name
//! and phone; without a phone, its name and business name. Names are compared folded.

use domain::contact::ContactDetails;
pub(crate) use projections::search::folded;

/// The text by which a job is found again.
pub(crate) fn job_key(reference: Option<&str>, row: &csv::StringRecord) -> String {
    if let Some(reference) = reference {
        return format!("reference\u{1f}{reference}");
    }
    let cells: Vec<&str> = row.iter().map(str::trim).collect();
    format!("row\u{1f}{}", cells.join("\u{1f}"))
}

/// The text by which an owner is found again.
pub(crate) fn owner_key(details: &ContactDetails, business: Option<&str>) -> String {
    if let Some(email) = &details.primary_email {
        return format!("email\u{1f}{}", email.normal());
    }
    let name = folded(details.name.as_str());
    let phone = details.phones.first().map(domain::PhoneNumber::comparable);
    match phone.filter(|phone| !phone.is_empty()) {
        Some(phone) => format!("phone\u{1f}{name}\u{1f}{phone}"),
        None => format!("business\u{1f}{name}\u{1f}{}", folded(business.unwrap_or_default())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::text::PersonName;
    use domain::{EmailAddress, PhoneNumber};

    fn key(name: &str, phone: &str, email: &str, business: &str) -> String {
        let details = ContactDetails {
            title: None,
            name: PersonName::parse(name).expect("a name"),
            primary_email: EmailAddress::parse(email).ok(),
            additional_emails: Vec::new(),
            phones: PhoneNumber::parse(phone).into_iter().collect(),
            address: None,
        };
        owner_key(&details, Some(business))
    }

    #[test]
    fn one_person_written_in_two_ways_is_one_owner() {
        let one = key("John  LAM", "(212) 555-0180", "", "Lam Group");
        assert_eq!(one, key("john lam", "2125550180", "", "Another Company"));
        assert_ne!(one, key("john lam", "2125550181", "", "Lam Group"));
        assert_ne!(one, key("john lamb", "2125550180", "", "Lam Group"));
    }

    #[test]
    fn without_a_phone_the_business_tells_namesakes_apart() {
        assert_eq!(key("J. Lam", "", "", "LAM GROUP"), key("j lam", "", "", "Lam  Group"));
        assert_ne!(key("J. Lam", "", "", "Lam Group"), key("J. Lam", "", "", "Other"));
    }

    #[test]
    fn an_email_alone_tells_the_owner() {
        assert_eq!(key("A", "1", "ADA@example.org", "x"), key("B", "2", "ada@Example.org", "y"));
    }

    #[test]
    fn a_job_without_a_reference_is_its_row() {
        let row = |cells: &[&str]| csv::StringRecord::from(cells.to_vec());
        assert_eq!(job_key(Some("7"), &row(&["a"])), job_key(Some("7"), &row(&["b"])));
        assert_ne!(job_key(None, &row(&["a", "b"])), job_key(None, &row(&["a", "c"])));
    }
}
