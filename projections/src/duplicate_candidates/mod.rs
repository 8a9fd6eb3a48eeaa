//! Contacts that may be one person: the same primary email, the same phone, the same name and
//! address (R24). Merging them is the remedy (R29, H2).
//!
//! A contact's row holds what it may be found by, as hashes; names, emails and access are joined
//! when the list is read, in [`groups`]. A group is made then too: a key that two or more contacts
//! have.

mod groups;

pub use groups::{DuplicateContact, DuplicateGroup, DuplicateQuery, KEYS_MAX, MergeRefusal, list};

use crate::search::folded;
use crate::view::{Field, Kind, Rows, Table, Tuple, Unfoldable, View};
use domain::contact::ContactEvent;
use domain::{AggregateId, EmailAddress, PersonName, Personal, PhoneNumber, PostalAddress};
use event_store::keys::sha256;
use event_store::{Open, Recorded};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;

/// The view.
#[derive(Debug)]
pub struct DuplicateCandidates;

/// By what a contact may be found to be the same person as another.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Row {
    primary_email: Option<Uuid>,
    phones: BTreeSet<Uuid>,
    name: Option<Uuid>,
    address: Option<Uuid>,
    live: bool,
}

/// Whoever guesses a number can tell its hash.
impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Row(…)")
    }
}

/// The fewest digits of a phone that tells people apart; what has fewer is an extension or a note.
const PHONE_DIGITS_MIN: usize = 7;

/// A hash as short as an id; none for what has neither a letter nor a digit.
fn hashed(normal: &str) -> Option<Uuid> {
    if normal.is_empty() {
        return None;
    }
    let hash = sha256(normal.as_bytes());
    hash.first_chunk().copied().map(Uuid::from_bytes)
}

fn email_key(email: &Personal<EmailAddress>) -> Option<Uuid> {
    email.value().and_then(|email| hashed(email.normal()))
}

fn phone_keys(phones: Option<&Personal<Vec<PhoneNumber>>>) -> BTreeSet<Uuid> {
    let phones = phones.and_then(Personal::value).into_iter().flatten();
    let comparable = phones.map(PhoneNumber::comparable);
    let long = |phone: &String| phone.chars().filter(char::is_ascii_digit).count();
    comparable.filter(|p| long(p) >= PHONE_DIGITS_MIN).filter_map(|p| hashed(&p)).collect()
}

fn name_key(name: &Personal<PersonName>) -> Option<Uuid> {
    name.value().and_then(|name| hashed(&folded(name.as_str())))
}

fn address_key(address: Option<&Personal<PostalAddress>>) -> Option<Uuid> {
    address.and_then(Personal::value).and_then(|address| hashed(&folded(address.as_str())))
}

impl Row {
    /// The keys that it has for a reason.
    fn keys(&self, reason: Reason) -> BTreeSet<Uuid> {
        if !self.live {
            return BTreeSet::new();
        }
        match reason {
            Reason::PrimaryEmail => self.primary_email.into_iter().collect(),
            Reason::Phone => self.phones.clone(),
            Reason::NameAndAddress => {
                let both = self.name.zip(self.address);
                both.and_then(|(name, address)| hashed(&format!("{name} {address}")))
                    .into_iter()
                    .collect()
            }
        }
    }
}

impl View for DuplicateCandidates {
    const NAME: &'static str = "duplicate_candidates";
    const OPENS: Open = Open::Outcome;
    const ROW_PER_EVENT: bool = false;
    const TABLES: &'static [Table] = &[
        Table {
            name: "duplicate_candidates",
            columns: &[
                ("contact_id", Kind::Id),
                ("primary_email", Kind::IdOrNone),
                ("phones", Kind::Ids),
                ("name", Kind::IdOrNone),
                ("address", Kind::IdOrNone),
                ("live", Kind::Flag),
            ],
            key: 1,
        },
        Table {
            name: "duplicate_candidates_keys",
            columns: &[("contact_id", Kind::Id), ("reason", Kind::Text), ("key", Kind::Id)],
            key: 3,
        },
    ];
    type Key = Uuid;
    type Row = Row;

    fn key(event: &Recorded) -> Option<Uuid> {
        match event.aggregate {
            AggregateId::Contact(contact) => Some(contact.0),
            AggregateId::Installation
            | AggregateId::BuilderAccount(_)
            | AggregateId::Job(_)
            | AggregateId::Lead(_)
            | AggregateId::Customer(_)
            | AggregateId::WorkOrder(_)
            | AggregateId::OwnerItem(_)
            | AggregateId::Subcontractor(_)
            | AggregateId::SubcontractorOrg(_)
            | AggregateId::Person(_)
            | AggregateId::Notification(_) => None,
        }
    }

    fn fold(rows: &mut Rows<Uuid, Row>, event: &Recorded) -> Result<(), Unfoldable> {
        let Some((_, contact)) = event.contact() else { return Ok(()) };
        let key = event.aggregate.uuid();
        if let ContactEvent::ContactCreated(e) = contact {
            return rows.insert(
                key,
                Row {
                    primary_email: e.primary_email.as_ref().and_then(email_key),
                    phones: phone_keys(e.phones.as_ref()),
                    name: name_key(&e.name),
                    address: address_key(e.address.as_ref()),
                    live: true,
                },
            );
        }
        let row = rows.row(&key)?;
        match contact {
            ContactEvent::ContactInfoUpdated(e) => {
                if let Some(to) = e.name.as_ref().and_then(|change| change.to.as_ref()) {
                    row.name = name_key(to);
                }
                if let Some(change) = &e.phones {
                    row.phones = phone_keys(change.to.as_ref());
                }
                if let Some(change) = &e.address {
                    row.address = address_key(change.to.as_ref());
                }
            }
            ContactEvent::PrimaryEmailSet(e) => row.primary_email = email_key(&e.email),
            ContactEvent::PrimaryEmailChanged(e) => row.primary_email = email_key(&e.to),
            ContactEvent::PrimaryEmailSwapped(e) => row.primary_email = email_key(&e.to),
            ContactEvent::ContactDeleted(_) | ContactEvent::ContactMergedInto(_) => {
                row.live = false;
            }
            ContactEvent::ContactRestored(_) | ContactEvent::ContactUnmergedFrom(_) => {
                row.live = true;
            }
            // A created contact was taken above. Additional emails may be the same (R33), a claim
            // follows the primary email, and access is joined when the list is read.
            ContactEvent::ContactCreated(_)
            | ContactEvent::AdditionalEmailAdded(_)
            | ContactEvent::AdditionalEmailEdited(_)
            | ContactEvent::AdditionalEmailRemoved(_)
            | ContactEvent::PrimaryEmailClaimed(_)
            | ContactEvent::PrimaryEmailReleased(_)
            | ContactEvent::InviteSent(_)
            | ContactEvent::InviteResent(_)
            | ContactEvent::InviteCancelled(_)
            | ContactEvent::InviteAccepted(_)
            | ContactEvent::InviteDeclined(_)
            | ContactEvent::InviteExpired(_)
            | ContactEvent::PersonLinked(_)
            | ContactEvent::OwnerActivated(_)
            | ContactEvent::OwnerReactivated(_)
            | ContactEvent::OwnerDisabled(_)
            | ContactEvent::OwnerReenabled(_)
            | ContactEvent::OwnerDeactivated(_)
            | ContactEvent::ContactsMerged(_)
            | ContactEvent::ContactsUnmerged(_)
            | ContactEvent::CustomFieldSet(_)
            | ContactEvent::OwnerImported(_)
            | ContactEvent::PrimaryEmailDefaulted(_)
            | ContactEvent::DuplicateResolved(_)
            | ContactEvent::ProfileImageSet(_)
            | ContactEvent::ProfileImageRemoved(_)
            | ContactEvent::InviteReminded(_)
            | ContactEvent::FormerAddressTold(_)
            | ContactEvent::ContactJoinedCustomer(_)
            | ContactEvent::ContactLeftCustomer(_)
            | ContactEvent::EmailConflictReported(_)
            | ContactEvent::EmailConflictClosed(_)
            | ContactEvent::PermissionsChanged(_) => {}
        }
        Ok(())
    }

    fn expand(key: &Uuid, row: &Row) -> Vec<Vec<Tuple>> {
        let id = Field::Id(*key);
        let contact = vec![
            id.clone(),
            Field::IdOrNone(row.primary_email),
            Field::Ids(row.phones.iter().copied().collect()),
            Field::IdOrNone(row.name),
            Field::IdOrNone(row.address),
            Field::Flag(row.live),
        ];
        let mut keys: Vec<Tuple> = Reason::ALL
            .into_iter()
            .flat_map(|reason| row.keys(reason).into_iter().map(move |key| (reason, key)))
            .map(|(reason, key)| {
                vec![id.clone(), Field::Text(reason.word().to_owned()), Field::Id(key)]
            })
            .collect();
        keys.sort();
        vec![vec![contact], keys]
    }

    fn read(tuple: &tokio_postgres::Row) -> Result<(Uuid, Row), Unfoldable> {
        let row = Row {
            primary_email: tuple.get(1),
            phones: tuple.get::<_, Vec<Uuid>>(2).into_iter().collect(),
            name: tuple.get(3),
            address: tuple.get(4),
            live: tuple.get(5),
        };
        Ok((tuple.get(0), row))
    }
}

/// Why contacts may be one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DuplicateReason)]
pub enum Reason {
    /// The same primary email, by its normal form.
    PrimaryEmail,
    /// One phone in common, in E.164.
    Phone,
    /// The same name and the same address, both folded.
    NameAndAddress,
}

impl Reason {
    /// Every reason, the one that is right most often first.
    pub const ALL: [Self; 3] = [Self::PrimaryEmail, Self::Phone, Self::NameAndAddress];

    /// Their words, for filters.
    pub const WORDS: [&'static str; 3] =
        [Self::ALL[0].word(), Self::ALL[1].word(), Self::ALL[2].word()];

    /// As it is stored and shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::PrimaryEmail => "primary_email",
            Self::Phone => "phone",
            Self::NameAndAddress => "name_and_address",
        }
    }

    /// The reason with this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ContactId;

    fn personal<T>(value: T) -> Personal<T> {
        Personal::known(ContactId(Uuid::nil()), value)
    }

    fn row(name: &str, email: &str, phones: &[&str], address: &str) -> Row {
        let phones = phones.iter().map(|typed| PhoneNumber::parse(typed).expect("a phone"));
        Row {
            primary_email: EmailAddress::parse(email).ok().and_then(|e| email_key(&personal(e))),
            phones: phone_keys(Some(&personal(phones.collect()))),
            name: name_key(&personal(PersonName::parse(name).expect("a name"))),
            address: address_key(PostalAddress::parse(address).ok().map(personal).as_ref()),
            live: true,
        }
    }

    fn in_common(one: &Row, other: &Row) -> Vec<&'static str> {
        let common = |reason: &Reason| !one.keys(*reason).is_disjoint(&other.keys(*reason));
        Reason::ALL.into_iter().filter(common).map(Reason::word).collect()
    }

    #[test]
    fn one_person_written_in_two_ways_has_the_same_keys() {
        let one =
            row("Ada  BYRON", "Ada@Example.org", &["(212) 555-0180"], "12 Elm St.\nMillbrook");
        let two = row("ada byron", "ada@example.org", &["+1 212 555 0180"], "12 elm st, millbrook");
        assert_eq!(in_common(&one, &two), Reason::WORDS);
    }

    #[test]
    fn any_phone_in_common_is_enough_and_a_note_is_none() {
        let one = row("Ada", "", &["212 555 0180", "ext. 12", "call first"], "");
        assert_eq!(in_common(&one, &row("Bea", "", &["5550199", "2125550180"], "")), ["phone"]);
        assert!(in_common(&one, &row("Cem", "", &["ext 12", "call first"], "")).is_empty());
    }

    #[test]
    fn a_name_alone_or_an_address_alone_is_no_key() {
        let ada = row("Ada", "", &[], "12 Elm St");
        assert!(in_common(&ada, &row("Ada", "", &[], "")).is_empty());
        assert!(in_common(&ada, &row("Bea", "", &[], "12 Elm St")).is_empty());
        assert!(row("Ada", "", &[], "").keys(Reason::NameAndAddress).is_empty());
        let signs = row("???", "", &[], "12 Elm St");
        assert!(signs.keys(Reason::NameAndAddress).is_empty());
    }

    #[test]
    fn who_is_gone_or_erased_has_no_keys() {
        let gone = Row { live: false, ..row("Ada", "a@x.org", &["2125550180"], "12 Elm St") };
        assert!(Reason::ALL.into_iter().all(|reason| gone.keys(reason).is_empty()));
        let of = ContactId(Uuid::nil()).into();
        assert_eq!(email_key(&Personal::Erased { of }), None);
        assert_eq!(name_key(&Personal::Erased { of }), None);
        assert_eq!(address_key(Some(&Personal::Erased { of })), None);
        assert!(phone_keys(Some(&Personal::Erased { of })).is_empty());
    }
}
