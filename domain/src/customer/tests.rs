//! The rules of a customer by itself, and what its portal opens to whom.

use super::*;
use crate::contact::Permission;
use crate::ids::CustomerId;
use crate::rejection::Rejection;
use crate::text::CustomerName;
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
    assert_eq!(opened(&[AccessBilling]), [], "R117: no contacts, no work orders");
    assert_eq!(opened(&[AccessReports]), [], "R118");
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
