//! Customers, their contacts, and what members may in the customer portal, over a whole ledger (R104 to
//! R124, G11 to G16, H7; the columns PA, PE and PO of RULES.md 2.8).

use super::super::given::{email, now};
use crate::actor::{Actor, Authority, Channel, Circumstances, Grant, Role};
use crate::contact::{
    AcceptProof, ContactCommand, ContactCreated, ContactDetails, ContactJoinedCustomer,
    ContactRejection, InfoEdit, InviteIds, MergePicks, Permission,
};
use crate::customer::{
    Customer, CustomerCommand, CustomerRejection, DocumentDetails, DocumentKind, Feature,
    FileFormat,
};
use crate::event::Event;
use crate::ids::{
    ApiKeyId, CustomerId, DocumentId, ImageId, InvitationId, MailId, MergeId, PersonId, TaskId,
    TokenId, WorkOrderId,
};
use crate::job::{JobCommand, JobDetails, Phase};
use crate::ledger::*;
use crate::text::{CustomerName, Honorific, JobName, MessageText, PersonName, Title};
use crate::work_order::{WorkOrderCommand, WorkOrderRejection};
use crate::{Personal, rejection::Rejection};
use Permission::{AccessBilling, AccessReports, AdminAccess, CreateWorkOrder, EditContact};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const MILLERS: CustomerId = CustomerId(Uuid::from_u128(0x311));
const OAKS: CustomerId = CustomerId(Uuid::from_u128(0x0a5));
const NOBODYS: CustomerId = CustomerId(Uuid::from_u128(0x0));
/// The admin of the Millers' portal, who is signed in.
const ADA: ContactId = ContactId(Uuid::from_u128(0xada));
/// Another member of theirs, who is signed in.
const BEA: ContactId = ContactId(Uuid::from_u128(0xbea));
/// One of theirs without a login.
const CID: ContactId = ContactId(Uuid::from_u128(0xc1d));
/// Somebody of another customer.
const OLA: ContactId = ContactId(Uuid::from_u128(0x01a));
const NEW: ContactId = ContactId(Uuid::from_u128(0x4e3));
const P_ADA: PersonId = PersonId(Uuid::from_u128(1));
const P_BEA: PersonId = PersonId(Uuid::from_u128(2));
const P_OLA: PersonId = PersonId(Uuid::from_u128(3));

fn name(typed: &str) -> CustomerName {
    CustomerName::parse(typed).expect("a valid name")
}

fn set(permissions: &[Permission]) -> BTreeSet<Permission> {
    permissions.iter().copied().collect()
}

fn details(typed: &str) -> ContactDetails {
    ContactDetails {
        name: PersonName::parse("Somebody").expect("a name"),
        title: None,
        primary_email: Some(email(typed)),
        additional_emails: Vec::new(),
        phones: Vec::new(),
        address: None,
    }
}

fn by(actor: Actor, authority: Authority) -> Circumstances {
    Circumstances {
        actor,
        authority,
        acting_as: None,
        channel: Channel::Portal,
        client: None,
        correlation: Uuid::nil(),
        causation: None,
        reason: crate::Reason::parse("because").ok(),
    }
}

fn staff(role: Role, grants: &[Grant]) -> Circumstances {
    let grants = grants.iter().copied().collect();
    by(Actor::BuilderStaff(ApiKeyId(Uuid::nil())), Authority::Builder { role, grants })
}

fn member(contact: ContactId, person: PersonId) -> Circumstances {
    member_of(MILLERS, contact, person)
}

fn member_of(customer: CustomerId, contact: ContactId, person: PersonId) -> Circumstances {
    by(Actor::PortalContact(contact), Authority::Member { person, customer })
}

fn ids(n: u128) -> InviteIds {
    let token = TokenId(Uuid::from_u128(n));
    InviteIds { invitation: InvitationId(token.0), token }
}

// Commands.

fn of_customer(command: CustomerCommand) -> Command {
    Command::Customer(MILLERS, command)
}

fn save(contact: ContactId, typed: &str, permissions: &[Permission]) -> Command {
    let permissions = Some(set(permissions));
    of_customer(CustomerCommand::SaveContact { contact, details: details(typed), permissions })
}

fn rename(contact: ContactId) -> Command {
    let name = PersonName::parse("Another Name").ok();
    let edit = InfoEdit { name, ..InfoEdit::default() };
    of_customer(CustomerCommand::EditContact { contact, edit, permissions: None })
}

fn entitle(contact: ContactId) -> Command {
    let edit = InfoEdit { title: Some(Honorific::parse("Dr").ok()), ..InfoEdit::default() };
    of_customer(CustomerCommand::EditContact { contact, edit, permissions: None })
}

fn permit(contact: ContactId, permissions: &[Permission]) -> Command {
    let (edit, permissions) = (InfoEdit::default(), Some(set(permissions)));
    of_customer(CustomerCommand::EditContact { contact, edit, permissions })
}

fn delete(contact: ContactId) -> Command {
    Command::Contact(contact, ContactCommand::Delete { confirmed: true })
}

fn narrow(contact: ContactId) -> Command {
    Command::Contact(contact, ContactCommand::SetPermissions(set(&[AccessReports])))
}

fn remove(contact: ContactId) -> Command {
    of_customer(CustomerCommand::RemoveContact(contact))
}

fn merge(survivor: ContactId, absorbed: &[ContactId]) -> Command {
    merge_by(7, survivor, absorbed)
}

fn merge_by(n: u128, survivor: ContactId, absorbed: &[ContactId]) -> Command {
    let (merge, picks) = (MergeId(Uuid::from_u128(n)), MergePicks::default());
    Command::MergeContacts { merge, survivor, absorbed: absorbed.to_vec(), picks }
}

/// A whole ledger.
#[derive(Default, Clone)]
struct Ledger {
    state: LedgerState,
    claims: BTreeMap<String, ContactId>,
    made: u128,
}

impl Ledger {
    fn give(&mut self, who: &Circumstances, command: &Command) -> Result<Vec<Event>, Rejection> {
        loop {
            match decide(command, &self.state, who, now()) {
                Err(Halt::Rejected(rejection)) => return Err(rejection),
                Err(Halt::Need(Need::Aggregate(id))) => self.state.learn_absent(id),
                Err(Halt::Need(Need::Claim(email))) => {
                    let holder = self.claims.get(email.normal()).copied();
                    self.state.learn_claim(&email, holder);
                }
                Err(Halt::Need(need)) => panic!("what happened here is known: {need:?}"),
                Ok(decision) => {
                    for (id, event) in &decision.events {
                        let sequence = self.state.version(*id) + 1;
                        self.state.record(*id, sequence, event).expect("follows");
                    }
                    return Ok(decision.events.into_iter().map(|(_, event)| event).collect());
                }
            }
        }
    }

    /// What happens when this is asked, and how the ledger is then.
    fn types(
        &mut self,
        who: &Circumstances,
        command: &Command,
    ) -> Result<Vec<&'static str>, Rejection> {
        let before = self.state.clone();
        let answer = self.give(who, command);
        if answer.is_err() {
            let versions = |state: &LedgerState| {
                [ADA, BEA, CID, OLA].map(|contact| state.version(contact.into()))
            };
            assert_eq!(versions(&self.state), versions(&before), "a refusal records nothing");
        }
        Ok(answer?.iter().map(Event::stored_type).collect())
    }

    fn build(&mut self, command: &Command) -> Vec<&'static str> {
        self.types(&staff(Role::Admin, &[]), command).expect("the builder may")
    }

    /// Whether it would be taken now, and if not, why not; nothing happens.
    fn asked(&self, who: &Circumstances, command: &Command) -> Result<(), Rejection> {
        self.clone().give(who, command).map(|_| ())
    }

    fn activates(&mut self, contact: ContactId, person: PersonId) {
        self.made += 1;
        let ids = ids(100 + self.made);
        self.build(&Command::Contact(contact, ContactCommand::SendInvite(ids)));
        let proof = AcceptProof::LinkAndLogin;
        let accept = ContactCommand::AcceptInvite { token: ids.token, person, proof };
        let owner = by(Actor::Owner(person), Authority::Owner);
        self.give(&owner, &Command::Contact(contact, accept)).expect("accepted");
    }

    fn customer_of(&self, contact: ContactId) -> Option<CustomerId> {
        let contact = self.state.contact(contact).expect("known").expect("there");
        contact.state.customer()
    }

    fn permissions(&self, contact: ContactId) -> BTreeSet<Permission> {
        let contact = self.state.contact(contact).expect("known").expect("there");
        contact.state.permissions.clone()
    }

    fn of(&mut self, contact: ContactId, command: ContactCommand) {
        self.build(&Command::Contact(contact, command));
    }
}

/// Two customers. The Millers have an admin and another member who can sign in, and one who cannot.
fn millers(bea: &[Permission]) -> Ledger {
    let mut ledger = Ledger::default();
    ledger.build(&of_customer(CustomerCommand::Open(name("The Millers"))));
    ledger.build(&Command::Customer(OAKS, CustomerCommand::Open(name("Oak Ltd"))));
    for (contact, typed) in
        [(ADA, "ada@x.org"), (BEA, "bea@x.org"), (CID, "cid@x.org"), (OLA, "ola@x.org")]
    {
        ledger.of(contact, ContactCommand::Create(details(typed)));
    }
    for contact in [ADA, BEA, CID] {
        ledger.build(&of_customer(CustomerCommand::AddContact(contact)));
    }
    ledger.build(&Command::Customer(OAKS, CustomerCommand::AddContact(OLA)));
    for (contact, person) in [(ADA, P_ADA), (BEA, P_BEA), (OLA, P_OLA)] {
        ledger.activates(contact, person);
    }
    if set(bea) != ledger.permissions(BEA) {
        ledger.of(BEA, ContactCommand::SetPermissions(set(bea)));
    }
    ledger.of(CID, ContactCommand::SetPermissions(set(&[AccessReports])));
    ledger
}

// Which contact belongs to which customer.

#[test]
fn a_contact_belongs_to_one_customer_at_most() {
    let mut ledger = millers(&[]);
    let add = |customer, contact| Command::Customer(customer, CustomerCommand::AddContact(contact));
    assert_eq!(ledger.build(&add(MILLERS, ADA)), Vec::<&str>::new(), "twice is once");
    let builder = staff(Role::Admin, &[]);
    let another = Err(CustomerRejection::BelongsToAnother.into());
    assert_eq!(ledger.asked(&builder, &add(OAKS, ADA)), another);
    assert_eq!(ledger.asked(&builder, &add(NOBODYS, ADA)), unknown(NOBODYS));
    assert_eq!(ledger.asked(&builder, &add(OAKS, NEW)), unknown(NEW));
    assert_eq!(ledger.build(&remove(CID)), ["contact.left_customer"]);
    assert_eq!(ledger.build(&remove(CID)), Vec::<&str>::new(), "twice is once");
    assert_eq!(ledger.build(&add(OAKS, CID)), ["contact.joined_customer"]);
    assert_eq!(ledger.customer_of(CID), Some(OAKS));
}

#[test]
fn a_new_contact_comes_into_the_book_and_to_its_customer_in_one_save() {
    let mut ledger = millers(&[]);
    let events = ledger.build(&save(NEW, "new@x.org", &[EditContact]));
    let expected = ["contact.created", "contact.joined_customer", "contact.permissions_changed"];
    assert_eq!(events, expected);
    assert_eq!(ledger.permissions(NEW), set(&[EditContact]));
    // G14: whom the builder adds without a word has admin access, as every owner of a job.
    let new = ContactId(Uuid::from_u128(0x4e4));
    let details = details("newer@x.org");
    let save = CustomerCommand::SaveContact { contact: new, details, permissions: None };
    ledger.build(&of_customer(save.clone()));
    assert_eq!(ledger.permissions(new), set(&[AdminAccess]));
    let builder = staff(Role::Admin, &[]);
    let nowhere = Command::Customer(NOBODYS, save);
    assert_eq!(ledger.asked(&builder, &nowhere), unknown(NOBODYS));
    // R25 holds here too.
    let taken = of_customer(CustomerCommand::SaveContact {
        contact: ContactId(Uuid::from_u128(0x4e5)),
        details: self::details("ada@x.org"),
        permissions: None,
    });
    let no = ContactRejection::PrimaryEmailOnActivatedOwner { holder: ADA };
    assert_eq!(ledger.asked(&builder, &taken), Err(no.into()));
}

#[test]
fn a_customer_has_five_hundred_contacts_at_most() {
    let mut ledger = Ledger::default();
    ledger.build(&of_customer(CustomerCommand::Open(name("Everybody"))));
    for n in 0..Customer::CONTACTS_MAX {
        let contact = ContactId(Uuid::from_u128(0x1_0000 + u128::try_from(n).expect("small")));
        ledger.build(&save(contact, &format!("p{n}@x.org"), &[]));
    }
    let builder = staff(Role::Admin, &[]);
    let full = || Err(CustomerRejection::TooManyContacts.into());
    assert_eq!(ledger.asked(&builder, &save(NEW, "one-more@x.org", &[])), full());
    // Nor does one come from the book, or by a merge (H2).
    ledger.of(NEW, ContactCommand::Create(details("one-more@x.org")));
    let add = of_customer(CustomerCommand::AddContact(NEW));
    assert_eq!(ledger.asked(&builder, &add), full());
    let first = ContactId(Uuid::from_u128(0x1_0000));
    assert_eq!(ledger.asked(&builder, &merge(NEW, &[first])), full());
    // Who is one of them already stands for another of them.
    let second = ContactId(Uuid::from_u128(0x1_0001));
    assert_eq!(ledger.asked(&builder, &merge(second, &[first])), Ok(()));
    ledger.build(&remove(first));
    assert_eq!(ledger.asked(&builder, &add), Ok(()));
}

#[test]
fn a_deleted_contact_is_no_member_and_comes_back_to_its_customer() {
    let mut ledger = millers(&[AdminAccess]);
    assert_eq!(ledger.build(&delete(ADA)), ["contact.deleted", "contact.primary_email_released"]);
    assert_eq!(ledger.asked(&member(ADA, P_ADA), &rename(CID)), unknown(MILLERS));
    ledger.of(ADA, ContactCommand::Restore);
    assert_eq!(ledger.customer_of(ADA), Some(MILLERS));
    // Whoever was active needs a new invitation first.
    assert_eq!(ledger.asked(&member(ADA, P_ADA), &rename(CID)), unknown(MILLERS));
    ledger.activates(ADA, P_ADA);
    assert_eq!(ledger.asked(&member(ADA, P_ADA), &rename(CID)), Ok(()));
}

#[test]
fn who_stands_for_a_contact_of_a_customer_belongs_there_and_may_no_more_than_that_one_could() {
    // H2
    let mut ledger = millers(&[]);
    ledger.of(NEW, ContactCommand::Create(details("new@x.org")));
    let events = ledger.build(&merge(NEW, &[CID]));
    assert!(events.ends_with(&["contact.joined_customer", "contact.permissions_changed"]));
    assert_eq!(ledger.customer_of(NEW), Some(MILLERS));
    assert_eq!(ledger.permissions(NEW), set(&[AccessReports]), "and not an admin by a merge");
    let events = ledger.build(&Command::UnmergeContact(CID));
    assert!(events.contains(&"contact.left_customer"), "{events:?}");
    assert_eq!((ledger.customer_of(NEW), ledger.customer_of(CID)), (None, Some(MILLERS)));
    // Who belongs to a customer already stays there, with whatever they may.
    ledger.build(&merge(OLA, &[CID]));
    assert_eq!(ledger.customer_of(OLA), Some(OAKS));
    assert_eq!(ledger.permissions(OLA), set(&[AdminAccess]));
    ledger.build(&Command::UnmergeContact(CID));
    assert_eq!((ledger.customer_of(OLA), ledger.customer_of(CID)), (Some(OAKS), Some(MILLERS)));
}

/// H2: with whichever merge each of them came, in whichever order they are taken back.
#[test]
fn a_survivor_leaves_its_customer_with_the_last_one_of_it_that_is_taken_back() {
    const DOT: ContactId = ContactId(Uuid::from_u128(0xd07));
    for merges in [&[&[CID][..], &[DOT]][..], &[&[CID, DOT]]] {
        for [first, last] in [[CID, DOT], [DOT, CID]] {
            let mut ledger = millers(&[]);
            ledger.build(&save(DOT, "dot@x.org", &[AccessBilling]));
            ledger.of(NEW, ContactCommand::Create(details("new@x.org")));
            for (n, absorbed) in (1..).zip(merges) {
                ledger.build(&merge_by(n, NEW, absorbed));
            }
            assert_eq!(ledger.customer_of(NEW), Some(MILLERS));
            ledger.build(&Command::UnmergeContact(first));
            assert_eq!(ledger.customer_of(NEW), Some(MILLERS), "stands for the other");
            assert_eq!(ledger.permissions(NEW), set(&[AccessReports]));
            let events = ledger.build(&Command::UnmergeContact(last));
            assert!(events.contains(&"contact.left_customer"), "{merges:?}: {events:?}");
            let customers = [NEW, CID, DOT].map(|contact| ledger.customer_of(contact));
            assert_eq!(customers, [None, Some(MILLERS), Some(MILLERS)]);
            assert_eq!(ledger.permissions(NEW), set(&[AdminAccess]), "as before (G14)");
        }
    }
}

/// H2: what a merge narrowed comes back with it; what somebody has said since stays.
#[test]
fn what_a_survivor_may_is_given_back_unless_it_was_changed_since() {
    let merged = |before: &[Permission]| {
        let mut ledger = millers(&[]);
        ledger.of(NEW, ContactCommand::Create(details("new@x.org")));
        if set(before) != ledger.permissions(NEW) {
            ledger.of(NEW, ContactCommand::SetPermissions(set(before)));
        }
        ledger.build(&merge(NEW, &[CID]));
        assert_eq!(ledger.permissions(NEW), set(&[AccessReports]));
        ledger
    };
    let mut ledger = merged(&[EditContact]);
    let events = ledger.build(&Command::UnmergeContact(CID));
    assert!(events.contains(&"contact.permissions_changed"), "{events:?}");
    assert_eq!(ledger.permissions(NEW), set(&[EditContact]));
    for before in [&[EditContact][..], &[AccessReports]] {
        let mut ledger = merged(before);
        ledger.of(NEW, ContactCommand::SetPermissions(set(&[AccessBilling])));
        let events = ledger.build(&Command::UnmergeContact(CID));
        assert!(!events.contains(&"contact.permissions_changed"), "{events:?}");
        assert_eq!(ledger.permissions(NEW), set(&[AccessBilling]), "{before:?}");
    }
}

/// A contact comes over from a log of another store with all that it says.
#[test]
fn a_contact_that_is_taken_over_belongs_only_to_a_customer_that_is_here() {
    let ledger = millers(&[]);
    let operator = by(Actor::Operator(ApiKeyId(Uuid::nil())), Authority::Operator);
    let joins = |customer| {
        let created = ContactCreated {
            name: Personal::known(NEW, PersonName::parse("Nia").expect("a name")),
            title: None,
            primary_email: None,
            additional_emails: Vec::new(),
            phones: None,
            address: None,
        };
        let joined = ContactJoinedCustomer { customer, merge: None };
        let events = vec![created.into(), joined.into()];
        Command::TakeOver { contact: NEW, after: 0, events }
    };
    assert_eq!(ledger.asked(&operator, &joins(NOBODYS)), unknown(NOBODYS));
    assert_eq!(ledger.asked(&operator, &joins(MILLERS)), Ok(()));
}

#[test]
fn an_unmerge_leaves_no_customer_without_its_last_admin() {
    // H2, H7
    let mut ledger = Ledger::default();
    ledger.build(&of_customer(CustomerCommand::Open(name("The Millers"))));
    ledger.build(&save(CID, "cid@x.org", &[AdminAccess]));
    ledger.of(ADA, ContactCommand::Create(details("ada@x.org")));
    ledger.activates(ADA, P_ADA);
    ledger.build(&merge(ADA, &[CID]));
    assert_eq!(ledger.customer_of(ADA), Some(MILLERS));
    let builder = staff(Role::Admin, &[]);
    let unmerge = Command::UnmergeContact(CID);
    let decision = decide(&unmerge, &ledger.state, &builder, now()).expect("decided");
    let Outcome::Unmerged(kept) = decision.outcome else { panic!("an unmerge") };
    assert!(kept.iter().any(|kept| kept.what == crate::contact::Kept::Customer));
    ledger.build(&unmerge);
    assert_eq!((ledger.customer_of(ADA), ledger.customer_of(CID)), (Some(MILLERS), Some(MILLERS)));
}

// The last admin.

#[test]
fn the_last_admin_of_a_customer_who_can_sign_in_is_neither_deleted_removed_nor_narrowed() {
    // H7
    let builder = staff(Role::Admin, &[]);
    for bea in [&[][..], &[EditContact, AccessBilling]] {
        let ledger = millers(bea);
        for command in [delete(ADA), remove(ADA), narrow(ADA), permit(ADA, &[EditContact])] {
            let last = Err(CustomerRejection::LastAdmin.into());
            assert_eq!(ledger.asked(&builder, &command), last, "{}", command.name());
        }
        // Those who are no admins come and go, and so does what the admin may beside it.
        for command in [delete(BEA), remove(BEA), delete(CID), remove(CID)] {
            assert_eq!(ledger.asked(&builder, &command), Ok(()), "{}", command.name());
        }
        assert_eq!(ledger.asked(&builder, &permit(ADA, &[AdminAccess, EditContact])), Ok(()));
    }
    // With another admin who can sign in, one of them may go.
    let ledger = millers(&[AdminAccess]);
    for command in [delete(ADA), remove(ADA), narrow(ADA)] {
        assert_eq!(ledger.asked(&builder, &command), Ok(()), "{}", command.name());
    }
    // An admin who cannot sign in is none, and the builder closes an access whatever hangs on it.
    let mut ledger = millers(&[AdminAccess]);
    ledger.of(BEA, ContactCommand::DisableAccess);
    assert_eq!(ledger.asked(&builder, &delete(ADA)), Err(CustomerRejection::LastAdmin.into()));
    ledger.of(ADA, ContactCommand::DeactivateOwner);
    assert_eq!(ledger.asked(&builder, &delete(ADA)), Ok(()), "there is none any more");
    // Of whoever belongs to no customer nothing hangs on it.
    let mut ledger = Ledger::default();
    ledger.of(ADA, ContactCommand::Create(details("ada@x.org")));
    ledger.activates(ADA, P_ADA);
    for command in [narrow(ADA), delete(ADA)] {
        ledger.build(&command);
    }
}

// Who may what in the portal.

fn of(contact: ContactId, command: ContactCommand) -> Command {
    Command::Contact(contact, command)
}

fn unknown(id: impl Into<AggregateId>) -> Result<(), Rejection> {
    Err(Rejection::Unknown(id.into()))
}

fn needed(feature: Feature) -> Result<(), Rejection> {
    Err(CustomerRejection::PermissionNeeded(feature).into())
}

/// What is asked about one contact, by the row of the table, with the part of the portal that it takes.
fn rows(to: ContactId) -> Vec<(Command, Feature)> {
    let more = || email("more@x.org");
    let edit = ContactCommand::EditAdditionalEmail { from: more(), to: email("most@x.org") };
    vec![
        (rename(to), Feature::Contacts),
        (of(to, ContactCommand::AddAdditionalEmail(more())), Feature::Contacts),
        (of(to, edit), Feature::Contacts),
        (of(to, ContactCommand::SendInvite(ids(1))), Feature::ManageContacts),
        (of(to, ContactCommand::ResendInvite(ids(2).token)), Feature::ManageContacts),
        (of(to, ContactCommand::CancelInvite), Feature::ManageContacts),
        (
            of(to, ContactCommand::RedirectInvite { to: more(), ids: ids(3) }),
            Feature::ManageContacts,
        ),
        (of(to, ContactCommand::DisableAccess), Feature::ManageContacts),
        (of(to, ContactCommand::EnableAccess), Feature::ManageContacts),
        (of(to, ContactCommand::DeactivateOwner), Feature::ManageContacts),
        (permit(to, &[EditContact]), Feature::ManageContacts),
        (delete(to), Feature::ManageContacts),
        (save(NEW, "new@x.org", &[]), Feature::ManageContacts),
    ]
}

/// PA, PE and PO: whoever lacks the permission is told which, whatever the contact is.
#[test]
fn each_command_of_the_portal_takes_the_permission_that_the_table_says() {
    // R116 to R120, G12, G16
    let sets: [&[Permission]; 7] = [
        &[],
        &[AccessBilling],
        &[AccessReports],
        &[CreateWorkOrder],
        &[EditContact],
        &[AdminAccess],
        &[AccessBilling, AccessReports, CreateWorkOrder, EditContact],
    ];
    for permissions in sets {
        let ledger = millers(permissions);
        for to in [CID, ADA, OLA, NEW] {
            for (command, feature) in rows(to) {
                let answer = ledger.asked(&member(BEA, P_BEA), &command);
                let open = feature.is_open_to(&set(permissions));
                let refused = answer == needed(feature);
                assert_eq!(refused, !open, "{} with {permissions:?}", command.name());
            }
        }
    }
}

/// 2.8, condition c: of any other customer, or of none, a contact is as one that never was.
#[test]
fn a_member_reaches_only_contacts_of_their_own_customer() {
    let mut ledger = millers(&[]);
    let free = ContactId(Uuid::from_u128(0xf4ee));
    ledger.of(free, ContactCommand::Create(details("free@x.org")));
    for to in [OLA, free, ContactId(Uuid::from_u128(0x404))] {
        for (command, _) in rows(to).into_iter().filter(|(c, _)| c.newborn().is_none()) {
            let answer = ledger.asked(&member(ADA, P_ADA), &command);
            assert_eq!(answer, unknown(to), "{}", command.name());
        }
    }
    // Nor do they act in another customer's portal, nor as anybody but themselves.
    let save = |customer| {
        let details = details("new@x.org");
        let save = CustomerCommand::SaveContact { contact: NEW, details, permissions: None };
        Command::Customer(customer, save)
    };
    let own = member(ADA, P_ADA);
    assert_eq!(ledger.asked(&own, &save(MILLERS)), Ok(()));
    assert_eq!(ledger.asked(&own, &save(OAKS)), unknown(OAKS));
    for another in [member_of(OAKS, ADA, P_ADA), member_of(OAKS, OLA, P_ADA)] {
        assert_eq!(ledger.asked(&another, &save(OAKS)), unknown(OAKS));
    }
    assert_eq!(ledger.asked(&member(ADA, P_BEA), &save(MILLERS)), unknown(MILLERS));
    assert_eq!(ledger.asked(&member(CID, P_ADA), &save(MILLERS)), unknown(MILLERS));
    // Whoever left, or whose access is closed, is nobody there from the same append on.
    ledger.of(BEA, ContactCommand::SetPermissions(set(&[AdminAccess])));
    for closes in [remove(ADA), of(ADA, ContactCommand::DisableAccess), delete(ADA)] {
        let mut ledger = ledger.clone();
        ledger.build(&closes);
        assert_eq!(ledger.asked(&own, &save(MILLERS)), unknown(MILLERS), "{}", closes.name());
    }
}

/// The rows of 2.8 on what is edited, by the state of the contact.
#[test]
fn a_contact_is_edited_in_the_portal_while_nobody_has_activated_it() {
    // R120, G13, R38, R42
    for permissions in [&[AdminAccess][..], &[EditContact]] {
        let who = member(BEA, P_BEA);
        let mut ledger = millers(permissions);
        assert_eq!(ledger.asked(&who, &rename(CID)), Ok(()), "not invited");
        ledger.of(CID, ContactCommand::SendInvite(ids(50)));
        let pending = Err(ContactRejection::LockedPending.into());
        assert_eq!(ledger.asked(&who, &rename(CID)), pending, "R42");
        let admin = member(ADA, P_ADA);
        assert_eq!(ledger.asked(&admin, &permit(CID, &[EditContact])), Ok(()), "no info");
        ledger.of(CID, ContactCommand::CancelInvite);
        ledger.of(CID, ContactCommand::DisableAccess);
        let disabled = Err(ContactRejection::IsDisabled.into());
        assert_eq!(ledger.asked(&who, &rename(CID)), disabled, "disabled");
        ledger.of(CID, ContactCommand::EnableAccess);
        ledger.activates(CID, PersonId(Uuid::from_u128(9)));
        let active = Err(ContactRejection::LockedActive.into());
        assert_eq!(ledger.asked(&who, &rename(CID)), active, "R38 wins");
        assert_eq!(ledger.asked(&who, &rename(BEA)), active, "their own they edit as owners");
        ledger.of(CID, ContactCommand::DeactivateOwner);
        assert_eq!(ledger.asked(&who, &rename(CID)), Ok(()), "deactivated");
        // Additional emails are added and edited in any state, as by the builder (R40).
        let add = of(CID, ContactCommand::AddAdditionalEmail(email("more@x.org")));
        assert_eq!(ledger.asked(&who, &add), Ok(()), "deactivated");
        ledger.of(CID, ContactCommand::SendInvite(ids(51)));
        assert_eq!(ledger.asked(&who, &add), Ok(()), "pending");
        ledger.of(CID, ContactCommand::CancelInvite);
        ledger.activates(CID, PersonId(Uuid::from_u128(9)));
        assert_eq!(ledger.asked(&who, &add), Ok(()), "active");
    }
}

#[test]
fn title_and_permissions_of_an_active_contact_are_for_admins_to_change() {
    // G13
    let mut ledger = millers(&[EditContact]);
    let (admin, editor) = (member(ADA, P_ADA), member(BEA, P_BEA));
    assert_eq!(ledger.types(&editor, &entitle(CID)), Ok(vec!["contact.info_updated"]));
    assert_eq!(ledger.asked(&editor, &entitle(ADA)), needed(Feature::ManageContacts));
    assert_eq!(ledger.types(&admin, &entitle(BEA)), Ok(vec!["contact.info_updated"]));
    let permissions = ledger.types(&admin, &permit(BEA, &[AccessBilling]));
    assert_eq!(permissions, Ok(vec!["contact.permissions_changed"]));
    assert_eq!(ledger.permissions(BEA), set(&[AccessBilling]));
    // In one save, or not at all.
    let edit = InfoEdit { name: PersonName::parse("X").ok(), ..InfoEdit::default() };
    let both = CustomerCommand::EditContact { contact: BEA, edit, permissions: Some(set(&[])) };
    let locked = Err(ContactRejection::LockedActive.into());
    assert_eq!(ledger.types(&admin, &of_customer(both)).map(|_| ()), locked);
    assert_eq!(ledger.permissions(BEA), set(&[AccessBilling]));
}

/// R123, scenario 25.
#[test]
fn r123_nobody_deletes_their_own_contact_in_the_portal_nor_changes_their_own_access() {
    let mut ledger = millers(&[AdminAccess]);
    let own = member(ADA, P_ADA);
    let delete_self = Err(ContactRejection::CannotDeleteSelf.into());
    assert_eq!(ledger.asked(&own, &delete(ADA)), delete_self);
    let not_oneself = || Err(CustomerRejection::NotOneself.into());
    for command in [
        of(ADA, ContactCommand::DisableAccess),
        of(ADA, ContactCommand::EnableAccess),
        of(ADA, ContactCommand::DeactivateOwner),
        permit(ADA, &[AccessBilling]),
    ] {
        assert_eq!(ledger.asked(&own, &command), not_oneself(), "{}", command.name());
    }
    // R124: others, when it is confirmed.
    let unconfirmed = of(BEA, ContactCommand::Delete { confirmed: false });
    let confirm = Err(ContactRejection::ConfirmationNeeded.into());
    assert_eq!(ledger.asked(&own, &unconfirmed), confirm);
    let deleted = ledger.types(&own, &delete(BEA));
    assert_eq!(deleted, Ok(vec!["contact.deleted", "contact.primary_email_released"]));
    // Whoever is gone is nobody of the customer any more, and comes back by the builder alone.
    ledger.build(&merge(OLA, &[CID]));
    for gone in [BEA, CID] {
        for (command, _) in rows(gone).into_iter().filter(|(c, _)| c.newborn().is_none()) {
            let answer = ledger.asked(&own, &command);
            assert_eq!(answer, unknown(gone), "{}", command.name());
        }
    }
}

/// R27 is the builder's: a member is told no name and no id (H3).
#[test]
fn a_member_is_not_told_who_else_has_an_email() {
    let ledger = millers(&[]);
    let own = member(ADA, P_ADA);
    let taken = || Err(ContactRejection::PrimaryEmailTaken.into());
    assert_eq!(ledger.asked(&own, &save(NEW, "ola@x.org", &[])), taken());
    let primary_email = Some(email("ola@x.org"));
    let edit = InfoEdit { primary_email, ..InfoEdit::default() };
    let edit = CustomerCommand::EditContact { contact: CID, edit, permissions: None };
    assert_eq!(ledger.asked(&own, &of_customer(edit)), taken());
    let mut claimed = millers(&[]);
    claimed.of(NEW, ContactCommand::Create(details("cid@x.org")));
    claimed.of(NEW, ContactCommand::SendInvite(ids(60)));
    let invite = of(CID, ContactCommand::SendInvite(ids(61)));
    assert_eq!(claimed.asked(&own, &invite), taken());
    let builder = claimed.asked(&staff(Role::Admin, &[]), &invite);
    assert!(matches!(
        builder,
        Err(Rejection::Contact(ContactRejection::PrimaryEmailClaimed { .. }))
    ));
}

/// All else is for others: the columns PA, PE and PO say N.
#[test]
fn a_member_commands_nothing_that_is_not_the_portals() {
    let ledger = millers(&[]);
    let more = || email("more@x.org");
    let job = crate::ids::JobId(Uuid::nil());
    for command in [
        of(NEW, ContactCommand::Create(details("new@x.org"))),
        of(CID, ContactCommand::EditInfo(InfoEdit::default())),
        of(CID, ContactCommand::SwapPrimaryEmail(more())),
        of(CID, ContactCommand::RemoveAdditionalEmail(more())),
        of(
            CID,
            ContactCommand::AcceptInvite {
                token: ids(1).token,
                person: P_ADA,
                proof: AcceptProof::Link,
            },
        ),
        of(CID, ContactCommand::DeclineInvite(ids(1).token)),
        of(CID, ContactCommand::AskForPrimaryEmail(more())),
        of(CID, ContactCommand::MovePrimaryEmail(more())),
        of(CID, ContactCommand::ExpireInvite),
        of(CID, ContactCommand::RemindInvite(MailId(Uuid::nil()))),
        of(CID, ContactCommand::Restore),
        of(CID, ContactCommand::SetPermissions(set(&[]))),
        of(CID, ContactCommand::SetImage(ImageId(Uuid::nil()))),
        of(CID, ContactCommand::RemoveImage),
        of_customer(CustomerCommand::Open(name("Another"))),
        of_customer(CustomerCommand::Rename(name("Another"))),
        of_customer(CustomerCommand::AddContact(CID)),
        of_customer(CustomerCommand::PublishDocument(INVOICE, invoice())),
        of_customer(CustomerCommand::WithdrawDocument(INVOICE)),
        remove(CID),
        merge(BEA, &[CID]),
        Command::UnmergeContact(CID),
        Command::Job(job, JobCommand::AddOwner(CID, None)),
        Command::Job(job, JobCommand::RemoveOwner(CID, None)),
    ] {
        let answer = ledger.asked(&member(ADA, P_ADA), &command);
        let refused = matches!(answer, Err(Rejection::NotPermitted { .. }));
        assert!(refused, "{}: {answer:?}", command.name());
    }
}

// Documents.

const INVOICE: DocumentId = DocumentId(Uuid::from_u128(0xd0c));

fn invoice() -> DocumentDetails {
    DocumentDetails {
        kind: DocumentKind::Billing,
        title: Title::parse("Invoice 17").expect("a title"),
        day: crate::Day::parse("2026-03-31").expect("a day"),
        note: None,
        format: FileFormat::Pdf,
        bytes: 48_213,
    }
}

/// R117, R118: published to a customer that is there; a document of another is as one that never was.
#[test]
fn the_builder_publishes_documents_to_a_customer_and_takes_them_back() {
    let mut ledger = millers(&[]);
    let publish = CustomerCommand::PublishDocument(INVOICE, invoice());
    let withdraw = CustomerCommand::WithdrawDocument(INVOICE);
    let builder = staff(Role::Staff, &[]);
    let nowhere = Command::Customer(NOBODYS, publish.clone());
    assert_eq!(ledger.asked(&builder, &nowhere), unknown(NOBODYS));
    let published = ledger.types(&builder, &of_customer(publish));
    assert_eq!(published, Ok(vec!["customer.document_published"]));
    let of_another = Command::Customer(OAKS, withdraw.clone());
    assert_eq!(ledger.asked(&builder, &of_another), unknown(OAKS));
    let withdrawn = ledger.types(&builder, &of_customer(withdraw.clone()));
    assert_eq!(withdrawn, Ok(vec!["customer.document_withdrawn"]));
    assert_eq!(ledger.types(&builder, &of_customer(withdraw)), Ok(Vec::new()), "twice is once");
}

// Work orders.

const ORDER: WorkOrderId = WorkOrderId(Uuid::from_u128(0x0de4));
const ELM: JobId = JobId(Uuid::from_u128(0xe1));

fn file_for(customer: CustomerId, job: Option<JobId>) -> Command {
    let title = Title::parse("A leaking tap").expect("a title");
    let text = MessageText::parse("In the kitchen.").expect("a text");
    Command::WorkOrder(ORDER, WorkOrderCommand::File { customer, title, text, job })
}

fn into_task(job: JobId) -> Command {
    let (task, phase) = (TaskId(Uuid::from_u128(0x7a)), Phase::Execution);
    let title = Title::parse("Mend the tap").expect("a title");
    Command::WorkOrder(ORDER, WorkOrderCommand::TurnIntoTask { job, task, title, phase })
}

fn decline() -> Command {
    let why = crate::Reason::parse("It is the landlord's").expect("a reason");
    Command::WorkOrder(ORDER, WorkOrderCommand::Decline(why))
}

fn house(owners: &[ContactId]) -> Command {
    let name = JobName::parse("A house").expect("a name");
    let details = JobDetails { name, reference: None, site: None };
    Command::Job(ELM, JobCommand::Create(details, owners.to_vec()))
}

/// R119
#[test]
fn r119_a_work_order_takes_its_permission_and_becomes_a_task_in_one_append() {
    for permissions in [&[][..], &[AccessBilling], &[AccessReports], &[EditContact]] {
        let ledger = millers(permissions);
        let answer = ledger.asked(&member(BEA, P_BEA), &file_for(MILLERS, None));
        assert_eq!(answer, needed(Feature::WorkOrders), "{permissions:?}");
    }
    let mut ledger = millers(&[CreateWorkOrder]);
    let bea = member(BEA, P_BEA);
    assert_eq!(ledger.asked(&bea, &file_for(OAKS, None)), unknown(OAKS));
    ledger.build(&house(&[ADA]));
    assert_eq!(ledger.asked(&bea, &file_for(MILLERS, Some(ELM))), unknown(ELM), "not her job");
    assert_eq!(ledger.asked(&member(ADA, P_ADA), &file_for(MILLERS, Some(ELM))), Ok(()));
    assert_eq!(ledger.types(&bea, &file_for(MILLERS, None)), Ok(vec!["work_order.filed"]));
    let answered = [into_task(ELM), decline()];
    for command in &answered {
        let no = ledger.asked(&bea, command);
        assert!(matches!(no, Err(Rejection::NotPermitted { .. })), "{}", command.name());
    }
    let nowhere = into_task(JobId(Uuid::from_u128(9)));
    let builder = staff(Role::Staff, &[]);
    assert_eq!(ledger.asked(&builder, &nowhere), unknown(JobId(Uuid::from_u128(9))));
    let mut another = ledger.clone();
    assert_eq!(another.build(&into_task(ELM)), ["work_order.turned_into_task", "job.task_added"]);
    let settled = Err(WorkOrderRejection::Settled.into());
    assert_eq!(another.asked(&builder, &into_task(ELM)), settled);
    assert_eq!(another.asked(&builder, &decline()), settled);
    assert_eq!(ledger.build(&decline()), ["work_order.declined"]);
    assert_eq!(ledger.build(&decline()), Vec::<&str>::new(), "twice is once");
    assert_eq!(ledger.asked(&builder, &into_task(ELM)), settled);
    // Nobody but a member files one, and on none of an archived job's.
    for asker in [staff(Role::Admin, &[]), by(Actor::Owner(P_ADA), Authority::Owner)] {
        let no = ledger.asked(&asker, &file_for(MILLERS, None));
        assert!(matches!(no, Err(Rejection::NotPermitted { .. })), "{no:?}");
    }
    ledger.build(&Command::Job(ELM, JobCommand::Archive));
    let order = WorkOrderId(Uuid::from_u128(0x0de5));
    let Command::WorkOrder(_, file) = file_for(MILLERS, Some(ELM)) else { panic!("a work order") };
    let answer = ledger.asked(&member(ADA, P_ADA), &Command::WorkOrder(order, file));
    assert_eq!(answer, unknown(ELM));
}

/// BA, BS and auditors, on customers.
#[test]
fn who_works_for_the_builder_keeps_customers_and_grants_say_who_closes_the_portal() {
    let ledger = millers(&[]);
    let work = [
        Command::Customer(NOBODYS, CustomerCommand::Open(name("Another"))),
        of_customer(CustomerCommand::Rename(name("Another"))),
        of_customer(CustomerCommand::AddContact(CID)),
        rename(CID),
    ];
    let access = [remove(CID), save(NEW, "new@x.org", &[]), permit(CID, &[])];
    let askers = [
        (staff(Role::Admin, &[]), true, true),
        (staff(Role::Staff, &[Grant::ManageAccess]), true, true),
        (staff(Role::Staff, &[]), true, false),
        (staff(Role::Auditor, &[Grant::ManageAccess]), false, false),
        (by(Actor::Owner(P_ADA), Authority::Owner), false, false),
        (by(Actor::Operator(ApiKeyId(Uuid::nil())), Authority::Operator), false, false),
    ];
    for (asker, works, grants) in askers {
        for (commands, may) in [(&work[..], works), (&access[..], grants)] {
            for command in commands {
                let answer = ledger.asked(&asker, command);
                let refused = matches!(answer, Err(Rejection::NotPermitted { .. }));
                assert_eq!(!refused, may, "{} by {asker:?}: {answer:?}", command.name());
            }
        }
    }
}
