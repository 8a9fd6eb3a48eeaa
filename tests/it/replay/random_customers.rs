//! The part of a random history that is about customers and their members.

use crate::support::account::details;
use crate::support::{Account, email, name};
use domain::contact::{ContactCommand, InfoEdit, Permission};
use domain::customer::{CustomerCommand, DocumentDetails, DocumentKind, FileFormat};
use domain::job::Phase;
use domain::text::{CustomerName, MessageText, Title};
use domain::work_order::WorkOrderCommand;
use domain::{
    Actor, Authority, Command, ContactId, CustomerId, Day, DocumentId, JobId, PersonId, Reason,
    TaskId, WorkOrderId,
};
use event_store::{DocumentBytes, Submission};
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
    (orders, documents, job): (&mut Vec<WorkOrderId>, &mut Vec<DocumentId>, JobId),
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
    let command = match rng.random_range(0..8) {
        0 | 1 => work_order(account, rng, orders, customer, job),
        2 => of_customer(document(account, rng, documents)),
        _ => command,
    };
    let mut submission = account.staff(command);
    submission.document = Some(DocumentBytes::new(vec![0x25; 64]));
    submission.circumstances.reason = Reason::parse("they asked").ok();
    if let (Some((contact, person)), true) = (member, rng.random_bool(0.6)) {
        submission.circumstances.actor = Actor::PortalContact(contact);
        submission.circumstances.authority = Authority::Member { person, customer };
    }
    submission
}

/// A customer whose one member has asked for something, and to whom a document is published; chance may leave nobody one.
pub(super) fn asking(account: &Account) -> Vec<Submission> {
    let (customer, order) = (CustomerId(account.uuid()), WorkOrderId(account.uuid()));
    let (contact, person, ids) = (account.contact_id(), account.person_id(), account.invite_ids());
    let details = details("Jo Example", Some("jo@example.org"));
    let join = CustomerCommand::SaveContact { contact, details, permissions: None };
    let title = Title::parse("A gate").expect("a title");
    let text = MessageText::parse("It sticks.").expect("a text");
    let file = WorkOrderCommand::File { customer, title, text, job: None };
    let mut file = account.staff(Command::WorkOrder(order, file));
    file.circumstances.actor = Actor::PortalContact(contact);
    file.circumstances.authority = Authority::Member { person, customer };
    let open = CustomerCommand::Open(called("The Jos"));
    let publish = CustomerCommand::PublishDocument(DocumentId(account.uuid()), invoice());
    let mut publish = account.staff(Command::Customer(customer, publish));
    publish.document = Some(DocumentBytes::new(vec![0x25; 64]));
    vec![
        account.staff(Command::Customer(customer, open)),
        publish,
        account.staff(Command::Customer(customer, join)),
        account.invite_as(contact, ids),
        account.accept(person, contact, ids.token),
        file,
    ]
}

/// One is published, or taken back, be it another customer's.
fn document(
    account: &Account,
    rng: &mut StdRng,
    documents: &mut Vec<DocumentId>,
) -> CustomerCommand {
    if let Some(there) = documents.choose(rng).copied().filter(|_| rng.random_bool(0.5)) {
        return CustomerCommand::WithdrawDocument(there);
    }
    let document = DocumentId(account.uuid());
    documents.push(document);
    CustomerCommand::PublishDocument(document, invoice())
}

fn invoice() -> DocumentDetails {
    DocumentDetails {
        kind: DocumentKind::Billing,
        title: Title::parse("Invoice \"17\"").expect("a title"),
        day: Day::parse("2026-03-31").expect("a day"),
        note: MessageText::parse("For the kitchen.\nThank you.").ok(),
        format: FileFormat::Pdf,
        bytes: 64,
    }
}

/// One is filed, or answered.
fn work_order(
    account: &Account,
    rng: &mut StdRng,
    orders: &mut Vec<WorkOrderId>,
    customer: CustomerId,
    job: JobId,
) -> Command {
    let title = Title::parse("A \"leaking\" tap").expect("a title");
    let Some(order) = orders.choose(rng).copied().filter(|_| rng.random_bool(0.5)) else {
        let order = WorkOrderId(account.uuid());
        orders.push(order);
        let text = MessageText::parse("In the kitchen.\nSince Monday.").expect("a text");
        let job = rng.random_bool(0.3).then_some(job);
        return Command::WorkOrder(order, WorkOrderCommand::File { customer, title, text, job });
    };
    let answer = if rng.random_bool(0.6) {
        let (task, phase) = (TaskId(account.uuid()), Phase::Execution);
        WorkOrderCommand::TurnIntoTask { job, task, title, phase }
    } else {
        WorkOrderCommand::Decline(Reason::parse("It is not\nours.").expect("a reason"))
    };
    Command::WorkOrder(order, answer)
}

fn called(typed: &str) -> CustomerName {
    CustomerName::parse(typed).expect("a name")
}

fn some(rng: &mut StdRng) -> BTreeSet<Permission> {
    Permission::ALL.into_iter().filter(|_| rng.random_bool(0.5)).collect()
}
