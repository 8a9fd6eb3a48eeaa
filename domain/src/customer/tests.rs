//! The rules of a customer by itself, and what its portal opens to whom.

use super::*;
use crate::contact::Permission;
use crate::day::Day;
use crate::ids::{CustomerId, DocumentId, SubjectId};
use crate::rejection::Rejection;
use crate::text::{CustomerName, MessageText, Title};
use std::collections::BTreeSet;
use uuid::Uuid;

const MILLERS: CustomerId = CustomerId(Uuid::from_u128(0x311));

fn name(typed: &str) -> CustomerName {
    CustomerName::parse(typed).expect("a valid name")
}

fn millers() -> Customer {
    let opened = CustomerOpened { name: name("The Millers") }.into();
    Customer::from_first(MILLERS, &opened).expect("a first event")
}

#[test]
fn a_customer_is_opened_once() {
    let opened = open(None, &name("The Millers")).expect("taken");
    assert_eq!(opened, [CustomerOpened { name: name("The Millers") }.into()]);
    let again = open(Some(&millers()), &name("The Millers"));
    assert_eq!(again, Err(Rejection::from(CustomerRejection::AlreadyExists)));
}

#[test]
fn a_customer_gets_another_name_and_the_same_changes_nothing() {
    let mut customer = millers();
    let renamed = rename(&customer, &name("Miller & Sons"));
    let expected = CustomerRenamed { from: name("The Millers"), to: name("Miller & Sons") };
    assert_eq!(renamed, [expected.into()]);
    customer.apply(&renamed[0]).expect("follows");
    assert_eq!(customer.name, name("Miller & Sons"));
    assert_eq!(rename(&customer, &name("Miller & Sons")), []);
}

#[test]
fn what_cannot_follow_is_an_impossible_step() {
    let renamed = CustomerRenamed { from: name("A"), to: name("B") }.into();
    assert!(Customer::from_first(MILLERS, &renamed).is_err());
    let opened = CustomerOpened { name: name("A") }.into();
    assert!(millers().apply(&opened).is_err());
}

/// R116 to R120, G12, and scenario 26: a set, in which admin access stands for all.
#[test]
fn each_permission_level_opens_only_its_own_part_of_the_portal() {
    use Permission::{AccessBilling, AccessReports, AdminAccess, CreateWorkOrder, EditContact};
    let opened = |permissions: &[Permission]| {
        let set = permissions.iter().copied().collect::<BTreeSet<_>>();
        Feature::ALL.into_iter().filter(|part| part.is_open_to(&set)).collect::<Vec<_>>()
    };
    assert_eq!(opened(&[AdminAccess]), Feature::ALL);
    assert_eq!(opened(&[AccessBilling]), [Feature::Billing], "R117: no contacts, no work orders");
    assert_eq!(opened(&[AccessReports]), [Feature::Reports], "R118");
    assert_eq!(opened(&[CreateWorkOrder]), [Feature::WorkOrders]);
    assert_eq!(opened(&[EditContact]), [Feature::Contacts]);
    assert_eq!(opened(&[CreateWorkOrder, EditContact]), [Feature::Contacts, Feature::WorkOrders]);
    assert_eq!(opened(&[AdminAccess, AccessReports]), Feature::ALL);
    assert_eq!(opened(&[]), []);
}

#[test]
fn each_refusal_of_a_customer_says_what_stands_against_it() {
    let refusals = [
        (CustomerRejection::AlreadyExists, "already_exists", None),
        (CustomerRejection::BelongsToAnother, "contact_of_another_customer", Some("2.2")),
        (CustomerRejection::TooManyContacts, "too_many_customer_contacts", Some("2.2")),
        (CustomerRejection::LastAdmin, "last_admin", Some("H7")),
        (CustomerRejection::NotOneself, "not_to_oneself", Some("2.8")),
        (CustomerRejection::DocumentExists, "already_exists", None),
        (CustomerRejection::TooManyDocuments, "too_many_documents", Some("R117")),
    ];
    for (refusal, code, rule) in refusals {
        let said = refusal.refusal();
        assert_eq!((said.code, said.rule), (code, rule));
        assert!(said.cause.ends_with('.'), "{}", said.cause);
    }
    for part in Feature::ALL {
        let said = CustomerRejection::PermissionNeeded(part).refusal();
        assert_eq!((said.code, said.rule), ("portal_permission_needed", Some(part.rule())));
        assert!(said.cause.contains("Admin Access"), "{}", said.cause);
        assert!(said.remedy.is_some());
    }
}

const INVOICE: DocumentId = DocumentId(Uuid::from_u128(0xd0c));

fn invoice() -> DocumentDetails {
    DocumentDetails {
        kind: DocumentKind::Billing,
        title: Title::parse("Invoice 17").expect("a title"),
        day: Day::parse("2026-03-31").expect("a day"),
        note: MessageText::parse("Thank you.").ok(),
        format: FileFormat::Pdf,
        bytes: 48_213,
    }
}

/// R117, R118
#[test]
fn a_document_is_published_once_and_taken_back_for_good() {
    let mut customer = millers();
    let unknown = Err(Rejection::Unknown(MILLERS.into()));
    assert_eq!(withdraw(&customer, INVOICE), unknown);
    let published = publish(&customer, INVOICE, &invoice()).expect("taken");
    let [CustomerEvent::DocumentPublished(event)] = &published[..] else { panic!("{published:?}") };
    assert_eq!(
        (event.kind, event.day, event.bytes),
        (DocumentKind::Billing, invoice().day, 48_213)
    );
    assert_eq!(event.title.of(), SubjectId::from(MILLERS), "sealed with the customer's key");
    assert_eq!(event.note.as_ref().map(crate::Personal::of), Some(SubjectId::from(MILLERS)));
    customer.apply(&published[0]).expect("follows");
    assert!(customer.apply(&published[0]).is_err(), "an impossible step");
    let exists = Err(Rejection::from(CustomerRejection::DocumentExists));
    assert_eq!(publish(&customer, INVOICE, &invoice()), exists);
    let withdrawn = withdraw(&customer, INVOICE).expect("taken");
    assert_eq!(withdrawn.len(), 1);
    customer.apply(&withdrawn[0]).expect("follows");
    assert!(customer.apply(&withdrawn[0]).is_err(), "an impossible step");
    assert!(Customer::from_first(MILLERS, &withdrawn[0]).is_err());
    assert_eq!(withdraw(&customer, INVOICE), Ok(Vec::new()), "twice is once");
    assert_eq!(publish(&customer, INVOICE, &invoice()), exists, "nor does it come back");
}

#[test]
fn a_customer_has_two_thousand_documents_at_most_beside_those_taken_back() {
    let mut customer = millers();
    let id = |n: usize| DocumentId(Uuid::from_u128(u128::try_from(n).expect("small")));
    for n in 0..Customer::DOCUMENTS_MAX {
        let published = publish(&customer, id(n), &invoice()).expect("taken");
        customer.apply(&published[0]).expect("follows");
    }
    let full = Err(Rejection::from(CustomerRejection::TooManyDocuments));
    assert_eq!(publish(&customer, INVOICE, &invoice()), full);
    let withdrawn = withdraw(&customer, id(7)).expect("taken");
    customer.apply(&withdrawn[0]).expect("follows");
    assert!(publish(&customer, INVOICE, &invoice()).is_ok());
}
