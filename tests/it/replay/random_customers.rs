//! The part of a random history that is about customers and their members.

use crate::support::account::details;
use crate::support::{Account, email, name};
use domain::contact::{ContactCommand, InfoEdit, Permission};
use domain::customer::CustomerCommand;
use domain::text::CustomerName;
use domain::{Actor, Authority, Command, ContactId, CustomerId, PersonId, Reason};
use event_store::Submission;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use std::collections::BTreeSet;

/// How many there are at most; few, so that they meet.
const CUSTOMERS_MAX: usize = 4;

/// A command about customers, by the builder, or by somebody who may be a member of one.
pub(super) fn command(
    account: &Account,
    rng: &mut StdRng,
    customers: &mut Vec<CustomerId>,
    contacts: &mut Vec<ContactId>,
    member: Option<(ContactId, PersonId)>,
) -> Submission {
    let Some(customer) = customers
        .choose(rng)
        .copied()
        .filter(|_| customers.len() >= CUSTOMERS_MAX || rng.random_bool(0.9))
    else {
        let customer = CustomerId(account.uuid());
        customers.push(customer);
        let open = CustomerCommand::Open(called("The \"Examples\""));
        return account.staff(Command::Customer(customer, open));
    };
    let contact = contacts.choose(rng).copied().unwrap_or_else(|| account.contact_id());
    let of_customer = |command| Command::Customer(customer, command);
    let command = match rng.random_range(0..12) {
        0 => of_customer(CustomerCommand::Rename(called("Sämple & Sons"))),
        1..=3 => of_customer(CustomerCommand::AddContact(contact)),
        4 => of_customer(CustomerCommand::RemoveContact(contact)),
        5 => {
            let contact = account.contact_id();
            contacts.push(contact);
            let (details, permissions) = (details("Hal Example", None), some(rng));
            let permissions = rng.random_bool(0.5).then_some(permissions);
            of_customer(CustomerCommand::SaveContact { contact, details, permissions })
        }
        6 | 7 => {
            let edit = InfoEdit { name: Some(name("Ivy Example")), ..InfoEdit::default() };
            let permissions = rng.random_bool(0.5).then(|| some(rng));
            of_customer(CustomerCommand::EditContact { contact, edit, permissions })
        }
        8 => Command::Contact(contact, ContactCommand::Delete { confirmed: true }),
        9 => Command::Contact(contact, ContactCommand::DisableAccess),
        10 => Command::Contact(contact, ContactCommand::EnableAccess),
        _ => {
            Command::Contact(contact, ContactCommand::AddAdditionalEmail(email("ivy@example.org")))
        }
    };
    let mut submission = account.staff(command);
    submission.circumstances.reason = Reason::parse("they asked").ok();
    if let (Some((contact, person)), true) = (member, rng.random_bool(0.6)) {
        submission.circumstances.actor = Actor::PortalContact(contact);
        submission.circumstances.authority = Authority::Member { person, customer };
    }
    submission
}

fn called(typed: &str) -> CustomerName {
    CustomerName::parse(typed).expect("a name")
}

fn some(rng: &mut StdRng) -> BTreeSet<Permission> {
    Permission::ALL.into_iter().filter(|_| rng.random_bool(0.5)).collect()
}
