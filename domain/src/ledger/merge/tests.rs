//! Deleting, merging and unmerging over a whole ledger: each row of the table in H2, and a long
//! random history beside a model that knows nothing of events.

use super::super::given::{builder, by, email, now};
use crate::actor::{Actor, Authority, Circumstances};
use crate::contact::{
    Access, ClaimChange, Contact, ContactEvent, ContactRejection as No, InfoEdit, Kept, Life,
    MergePicks,
};
use crate::ids::{InvitationId, PersonId, TaskId, TokenId};
use crate::job::{
    Assignee, JobCreated, OwnerAddedToJob, OwnerRemovedFromJob, Phase, TaskDetails, TaskKind,
};
use crate::lead::{LeadCommand, LeadLinked};
use crate::ledger::*;
use crate::text::{JobName, PersonName, Reason, Title};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const ADA: ContactId = ContactId(Uuid::from_u128(0xada));
const BEA: ContactId = ContactId(Uuid::from_u128(0xbea));
const CID: ContactId = ContactId(Uuid::from_u128(0xc1d));
const ELM: JobId = JobId(Uuid::from_u128(0xe1));
const OAK: JobId = JobId(Uuid::from_u128(0x0a));
const KITCHEN: LeadId = LeadId(Uuid::from_u128(0x1ead));
const BATH: LeadId = LeadId(Uuid::from_u128(0xba7));
const MERGE: MergeId = MergeId(Uuid::from_u128(0x2e));

fn details(name: &str, primary: Option<&str>, additional: &[&str]) -> ContactDetails {
    ContactDetails {
        name: PersonName::parse(name).expect("a valid name"),
        title: None,
        primary_email: primary.map(email),
        additional_emails: additional.iter().map(|typed| email(typed)).collect(),
        phones: Vec::new(),
        address: None,
    }
}

fn person(of: ContactId) -> PersonId {
    PersonId(Uuid::from_u128(of.0.as_u128() << 8))
}

/// A ledger from its first event on: what it has not recorded has not happened.
#[derive(Default)]
struct Ledger {
    state: LedgerState,
    invitations: u128,
    /// By address: who holds the claim, told from the events alone.
    claims: BTreeMap<String, ContactId>,
}

impl Ledger {
    fn give_as(&mut self, who: &Circumstances, command: &Command) -> Result<Decision, Rejection> {
        loop {
            match decide(command, &self.state, who, now()) {
                Err(Halt::Rejected(rejection)) => return Err(rejection),
                Err(Halt::Need(Need::Aggregate(id))) => self.state.learn_absent(id),
                Err(Halt::Need(Need::Contacts(ids))) => {
                    for id in ids {
                        self.state.learn_absent(id.into());
                    }
                }
                Err(Halt::Need(Need::Claim(email))) => {
                    let holder = self.claims.get(email.normal()).copied();
                    self.state.learn_claim(&email, holder);
                }
                Err(Halt::Need(Need::CustomerContacts(customer))) => {
                    panic!("nobody belongs to customer {customer}")
                }
                Err(Halt::Need(Need::Jobs(contact) | Need::Leads(contact))) => {
                    panic!("jobs and leads of {contact} are known from its first event on")
                }
                Ok(decision) => {
                    for (id, event) in &decision.events {
                        self.record(*id, event);
                    }
                    return Ok(decision);
                }
            }
        }
    }

    fn record(&mut self, id: AggregateId, event: &Event) {
        let sequence = self.state.version(id) + 1;
        self.state.record(id, sequence, event).expect("the event follows");
        let (AggregateId::Contact(contact), Event::Contact(event)) = (id, event) else { return };
        if let ContactEvent::ContactCreated(_) = event {
            self.state.learn_jobs(contact, BTreeSet::new());
            self.state.learn_leads(contact, BTreeSet::new());
        }
        match event.claim() {
            Some((email, ClaimChange::Taken)) => {
                let email = email.value().expect("known").normal().to_owned();
                assert_eq!(self.claims.insert(email, contact), None, "claimed twice");
            }
            Some((email, ClaimChange::Released)) => {
                let email = email.value().expect("known").normal();
                assert_eq!(self.claims.remove(email), Some(contact), "not its claim");
            }
            None => {}
        }
    }

    #[expect(clippy::needless_pass_by_value, reason = "reads as a sentence")]
    fn give(&mut self, command: Command) -> Result<Decision, Rejection> {
        self.give_as(&builder(), &command)
    }

    fn to(&mut self, contact: ContactId, command: ContactCommand) -> Result<Decision, Rejection> {
        self.give(Command::Contact(contact, command))
    }

    fn create(&mut self, contact: ContactId, name: &str, primary: Option<&str>, more: &[&str]) {
        self.to(contact, ContactCommand::Create(details(name, primary, more))).expect("created");
    }

    fn job(&mut self, job: JobId, owners: &[ContactId]) {
        let name = JobName::parse("A house").expect("a valid name");
        let details = JobDetails { name, reference: None, site: None };
        self.give(Command::Job(job, JobCommand::Create(details, owners.to_vec()))).expect("opened");
    }

    fn invite(&mut self, contact: ContactId) -> TokenId {
        self.invitations += 2;
        let ids = InviteIds {
            invitation: InvitationId(Uuid::from_u128(self.invitations)),
            token: TokenId(Uuid::from_u128(self.invitations + 1)),
        };
        self.to(contact, ContactCommand::SendInvite(ids)).expect("invited");
        ids.token
    }

    fn activate(&mut self, contact: ContactId) {
        let token = self.invite(contact);
        let accept = accept(token, person(contact));
        let who = by(Actor::Owner(person(contact)), Authority::Owner);
        self.give_as(&who, &Command::Contact(contact, accept)).expect("accepted");
    }

    fn merge(
        &mut self,
        survivor: ContactId,
        absorbed: &[ContactId],
        picks: MergePicks,
    ) -> Result<Decision, Rejection> {
        let absorbed = absorbed.to_vec();
        self.give(Command::MergeContacts { merge: MERGE, survivor, absorbed, picks })
    }

    fn unmerge(&mut self, contact: ContactId) -> Result<Vec<KeptBack>, Rejection> {
        let outcome = self.give(Command::UnmergeContact(contact))?.outcome;
        let Outcome::Unmerged(kept) = outcome else { panic!("an unmerge answers {outcome:?}") };
        Ok(kept)
    }

    fn contact(&self, id: ContactId) -> &Contact {
        &self.state.contact(id).expect("known").expect("there").state
    }

    fn owners(&self, job: JobId) -> Vec<ContactId> {
        let job = self.state.job(job).expect("known").expect("there");
        job.state.owners.iter().copied().collect()
    }

    fn lead(&mut self, lead: LeadId, contact: Option<ContactId>) {
        let title = Title::parse("A kitchen").expect("a title");
        self.give(Command::Lead(lead, LeadCommand::Create { title, contact })).expect("created");
    }

    fn about(&self, lead: LeadId) -> Option<ContactId> {
        self.state.lead(lead).expect("known").expect("there").state.contact()
    }

    fn emails(&self, id: ContactId) -> Vec<String> {
        let contact = self.contact(id);
        let all = contact.primary_email.iter().chain(&contact.additional_emails);
        all.map(|email| email.value().expect("known").typed().to_owned()).collect()
    }
}

fn accept(token: TokenId, person: PersonId) -> ContactCommand {
    ContactCommand::AcceptInvite { token, person, proof: crate::contact::AcceptProof::Link }
}

#[track_caller]
fn refused(happened: Result<Decision, Rejection>, why: No) {
    assert_eq!(happened.map(|decision| decision.events), Err(Rejection::Contact(why)));
}

fn ada_and_bea() -> Ledger {
    let mut ledger = Ledger::default();
    ledger.create(ADA, "Ada", Some("ada@x.org"), &[]);
    ledger.create(BEA, "Ada Example", Some("ada@work.org"), &["bea@x.org"]);
    ledger.job(ELM, &[BEA]);
    ledger.job(OAK, &[ADA, BEA]);
    ledger
}

#[test]
fn without_an_active_owner_any_contact_survives_and_takes_what_is_picked() {
    // H2, none active; same job
    let mut ledger = ada_and_bea();
    let picks = MergePicks { name: Some(BEA), ..MergePicks::default() };
    ledger.merge(ADA, &[BEA], picks).expect("merged");
    assert_eq!(ledger.contact(ADA).name.value().expect("known").as_str(), "Ada Example");
    assert_eq!(ledger.emails(ADA), ["ada@x.org", "ada@work.org", "bea@x.org"]);
    assert_eq!((ledger.owners(ELM), ledger.owners(OAK)), (vec![ADA], vec![ADA]));
    assert!(matches!(ledger.contact(BEA).life, Life::Merged { into: ADA, .. }));
    // Whose the name is, stays: it is erased with that person.
    assert_eq!(ledger.contact(ADA).name.of(), BEA.into());
}

#[test]
fn who_is_active_survives_and_a_merge_is_no_back_door_to_the_info() {
    // H2, one active; R38
    let mut ledger = ada_and_bea();
    ledger.activate(BEA);
    refused(
        ledger.merge(ADA, &[BEA], MergePicks::default()),
        No::MergeSurvivorMustBeActive { active: BEA },
    );
    let name = MergePicks { name: Some(ADA), ..MergePicks::default() };
    refused(ledger.merge(BEA, &[ADA], name), No::LockedActive);
    let primary = MergePicks { primary_email: Some(ADA), ..MergePicks::default() };
    refused(ledger.merge(BEA, &[ADA], primary), No::LockedActive);
    let fewer = MergePicks { additional_emails: Some(Vec::new()), ..MergePicks::default() };
    refused(ledger.merge(BEA, &[ADA], fewer), No::AdditionalEmailIsOwners);
    ledger.merge(BEA, &[ADA], MergePicks::default()).expect("merged");
    assert_eq!(ledger.emails(BEA), ["ada@work.org", "bea@x.org", "ada@x.org"]);
    assert_eq!(ledger.contact(BEA).name.value().expect("known").as_str(), "Ada Example");
}

#[test]
fn two_active_owners_are_not_merged() {
    // H2, two active: their to-dos and messages are individual (R63)
    let mut ledger = ada_and_bea();
    ledger.activate(ADA);
    ledger.activate(BEA);
    refused(ledger.merge(ADA, &[BEA], MergePicks::default()), No::MergeBothActive);
    ledger.to(BEA, ContactCommand::DisableAccess).expect("disabled");
    refused(ledger.merge(ADA, &[BEA], MergePicks::default()), No::MergeBothActive);
    ledger.to(BEA, ContactCommand::DeactivateOwner).expect("deactivated");
    ledger.merge(ADA, &[BEA], MergePicks::default()).expect("merged");
}

#[test]
fn an_absorbed_invitation_is_cancelled_and_the_survivors_is_kept() {
    // H2, pending
    let mut ledger = ada_and_bea();
    let dead = ledger.invite(BEA);
    let kept = ledger.invite(ADA);
    let name = MergePicks { name: Some(BEA), ..MergePicks::default() };
    refused(ledger.merge(ADA, &[BEA], name), No::LockedPending);
    ledger.merge(ADA, &[BEA], MergePicks::default()).expect("merged");
    assert_eq!(ledger.claims, BTreeMap::from([("ada@x.org".to_owned(), ADA)]));
    let invitee = by(Actor::Owner(person(ADA)), Authority::Owner);
    let accepted = ledger.give_as(&invitee, &Command::Contact(BEA, accept(dead, person(ADA))));
    refused(accepted, No::InviteMerged);
    let accepted = Command::Contact(ADA, accept(kept, person(ADA)));
    ledger.give_as(&invitee, &accepted).expect("the survivor's works");
}

#[test]
fn a_seventh_email_is_not_dropped_silently() {
    // H2, R20
    let mut ledger = ada_and_bea();
    ledger.create(CID, "Cid", Some("c@x.org"), &["c1@x.org", "c2@x.org", "c3@x.org"]);
    refused(ledger.merge(ADA, &[BEA, CID], MergePicks::default()), No::MergeTooManyEmails);
    let unknown = Some(vec![email("nobody@x.org")]);
    let picks = MergePicks { additional_emails: unknown, ..MergePicks::default() };
    refused(ledger.merge(ADA, &[BEA, CID], picks), No::MergePickUnknown);
    let some = Some(vec![email("c@x.org"), email("bea@x.org")]);
    let picks = MergePicks { additional_emails: some, ..MergePicks::default() };
    ledger.merge(ADA, &[BEA, CID], picks).expect("merged");
    assert_eq!(ledger.emails(ADA), ["ada@x.org", "bea@x.org", "c@x.org"]);
}

#[test]
fn a_claim_follows_its_email() {
    // H2: it is released with an email that becomes additional, and moves with a primary one
    for (survivors, moves) in [(Some("cid@x.org"), false), (None, true)] {
        let mut ledger = ada_and_bea();
        ledger.activate(BEA);
        ledger.to(BEA, ContactCommand::DeactivateOwner).expect("deactivated");
        assert_eq!(ledger.claims.get("ada@work.org"), Some(&BEA));
        ledger.create(CID, "Cid", survivors, &[]);
        ledger.merge(CID, &[BEA], MergePicks::default()).expect("merged");
        let holder = moves.then_some(CID);
        assert_eq!(ledger.claims.get("ada@work.org").copied(), holder);
        assert_eq!(ledger.contact(CID).claimed, moves);
    }
}

#[test]
fn a_survivor_takes_what_it_lacks_and_keeps_what_is_its_own() {
    // H2, field by field
    let mut ledger = Ledger::default();
    ledger.create(ADA, "Ada", Some("ada@x.org"), &[]);
    let address = crate::text::PostalAddress::parse("1 Elm Street").ok();
    let more = ContactDetails { address, ..details("Bea", None, &[]) };
    ledger.to(BEA, ContactCommand::Create(more)).expect("created");
    // Its own name and email may be picked, too; that changes nothing.
    let own = MergePicks { name: Some(ADA), primary_email: Some(ADA), ..MergePicks::default() };
    refused(
        ledger.merge(ADA, &[BEA], MergePicks { primary_email: Some(BEA), ..own.clone() }),
        No::MergePickUnknown,
    );
    ledger.merge(ADA, &[BEA], own).expect("merged");
    let ada = ledger.contact(ADA);
    assert_eq!(ada.name.value().expect("known").as_str(), "Ada");
    let taken = ada.address.as_ref().expect("an address");
    assert_eq!((taken.value().expect("known").as_str(), taken.of()), ("1 Elm Street", BEA.into()));
    assert_eq!(ledger.emails(ADA), ["ada@x.org"]);
}

#[test]
fn a_picked_primary_email_takes_the_others_place_and_its_claim_goes_with_it() {
    // H2: the claim follows its email; no email is in two places
    let primary = |id| MergePicks { primary_email: Some(id), ..MergePicks::default() };
    let mut ledger = ada_and_bea();
    ledger.activate(ADA);
    ledger.to(ADA, ContactCommand::DeactivateOwner).expect("deactivated");
    assert_eq!(ledger.claims, BTreeMap::from([("ada@x.org".to_owned(), ADA)]));
    ledger.merge(ADA, &[BEA], primary(BEA)).expect("merged");
    assert_eq!(ledger.claims, BTreeMap::new(), "the email that was claimed is an additional one");
    assert!(!ledger.contact(ADA).claimed);
    assert_eq!(ledger.emails(ADA), ["ada@work.org", "ada@x.org", "bea@x.org"]);

    // One that the survivor has already, as an additional one, changes places with its own.
    let mut ledger = Ledger::default();
    ledger.create(ADA, "Ada", Some("ada@x.org"), &["ada@work.org", "more@x.org"]);
    ledger.create(BEA, "Bea", Some("ada@work.org"), &[]);
    ledger.merge(ADA, &[BEA], primary(BEA)).expect("merged");
    assert_eq!(ledger.emails(ADA), ["ada@work.org", "ada@x.org", "more@x.org"]);

    // The same email is no change, also while an invitation to it is open.
    let mut ledger = Ledger::default();
    ledger.create(ADA, "Ada", Some("ada@x.org"), &[]);
    ledger.create(BEA, "Bea", Some("ada@x.org"), &[]);
    ledger.invite(ADA);
    ledger.merge(ADA, &[BEA], primary(BEA)).expect("merged");
    assert_eq!(ledger.emails(ADA), ["ada@x.org"]);
}

#[test]
fn a_merge_is_no_back_door_to_an_activated_owners_email() {
    // R25: Cid has the email of Bea, who is active; Ada does not get it by way of Cid
    let mut ledger = ada_and_bea();
    ledger.create(CID, "Cid", Some("ada@work.org"), &[]);
    ledger.activate(BEA);
    let picks = MergePicks { primary_email: Some(CID), ..MergePicks::default() };
    refused(ledger.merge(ADA, &[CID], picks), No::PrimaryEmailOnActivatedOwner { holder: BEA });
    ledger.merge(ADA, &[CID], MergePicks::default()).expect("as an additional one it may (R33)");
}

#[test]
fn additional_emails_that_are_not_picked_are_dropped() {
    let mut ledger = Ledger::default();
    ledger.create(ADA, "Ada", Some("ada@x.org"), &["old@x.org", "kept@x.org"]);
    ledger.create(BEA, "Bea", Some("bea@x.org"), &[]);
    let additional_emails = Some(vec![email("kept@x.org")]);
    ledger
        .merge(ADA, &[BEA], MergePicks { additional_emails, ..MergePicks::default() })
        .expect("ok");
    assert_eq!(ledger.emails(ADA), ["ada@x.org", "kept@x.org"]);
}

#[test]
fn a_deactivated_owners_contact_has_its_claim_again_when_it_is_unmerged() {
    // H2, 2.3: a deactivated owner's contact keeps its claim
    let mut ledger = ada_and_bea();
    ledger.activate(BEA);
    ledger.to(BEA, ContactCommand::DeactivateOwner).expect("deactivated");
    ledger.merge(ADA, &[BEA], MergePicks::default()).expect("merged");
    assert_eq!(ledger.claims, BTreeMap::new());
    assert_eq!(ledger.unmerge(BEA), Ok(Vec::new()));
    assert_eq!(ledger.claims, BTreeMap::from([("ada@work.org".to_owned(), BEA)]));
    assert!(ledger.contact(BEA).claimed);
}

#[test]
fn a_merge_names_live_contacts_each_once() {
    // H2, chain and cycle
    let mut ledger = ada_and_bea();
    refused(ledger.merge(ADA, &[], MergePicks::default()), No::MergeWithItself);
    refused(ledger.merge(ADA, &[ADA], MergePicks::default()), No::MergeWithItself);
    refused(ledger.merge(ADA, &[BEA, BEA], MergePicks::default()), No::MergeWithItself);
    let picks = MergePicks { name: Some(CID), ..MergePicks::default() };
    refused(ledger.merge(ADA, &[BEA], picks), No::MergePickUnknown);
    assert_eq!(
        ledger.merge(ADA, &[CID], MergePicks::default()).map(|_| ()),
        Err(Rejection::Unknown(CID.into()))
    );
    ledger.create(CID, "Cid", None, &[]);
    ledger.merge(ADA, &[BEA], MergePicks::default()).expect("merged");
    let merged = || No::IsMerged { into: ADA };
    refused(ledger.merge(BEA, &[CID], MergePicks::default()), merged());
    refused(ledger.merge(CID, &[BEA], MergePicks::default()), merged());
    refused(ledger.to(BEA, ContactCommand::DisableAccess), merged());
    refused(ledger.give(Command::Job(ELM, JobCommand::AddOwner(BEA, None))), merged());
}

#[test]
fn a_merge_is_taken_back_with_a_list_of_what_could_not_be_undone() {
    // H2, undo; scenario 28
    let mut ledger = ada_and_bea();
    let before = ledger.contact(BEA).clone();
    let picks = MergePicks { name: Some(BEA), ..MergePicks::default() };
    ledger.merge(ADA, &[BEA], picks).expect("merged");
    refused(ledger.give(Command::UnmergeContact(ADA)), No::NotMerged);
    let kept = ledger.unmerge(BEA).expect("unmerged");
    assert_eq!(kept, [KeptBack { what: Kept::Name, field: None, job: None, lead: None }]);
    assert_eq!(ledger.contact(BEA), &before);
    assert_eq!(ledger.emails(ADA), ["ada@x.org"]);
    assert_eq!((ledger.owners(ELM), ledger.owners(OAK)), (vec![BEA], vec![ADA, BEA]));
    refused(ledger.give(Command::UnmergeContact(BEA)), No::NotMerged);
    // The survivor leaves a job, and somebody else takes the claim.
    ledger.activate(BEA);
    ledger.to(BEA, ContactCommand::DeactivateOwner).expect("deactivated");
    ledger.merge(ADA, &[BEA], MergePicks::default()).expect("merged again");
    ledger.give(Command::Job(ELM, JobCommand::RemoveOwner(ADA, None))).expect("removed");
    ledger.create(CID, "Cid", Some("ada@work.org"), &[]);
    ledger.invite(CID);
    let kept = ledger.unmerge(BEA).expect("unmerged");
    assert_eq!(
        kept,
        [
            KeptBack { what: Kept::Name, field: None, job: None, lead: None },
            KeptBack { what: Kept::PrimaryEmailClaim, field: None, job: None, lead: None },
            KeptBack { what: Kept::JobOwnerRemoved, field: None, job: Some(ELM), lead: None },
        ]
    );
    assert!(matches!(ledger.contact(BEA).access, Access::Deactivated { .. }));
    assert!(!ledger.contact(BEA).claimed);
}

#[test]
fn a_merge_is_not_taken_back_behind_a_survivor_that_is_gone() {
    let mut ledger = ada_and_bea();
    ledger.create(CID, "Cid", None, &[]);
    ledger.merge(ADA, &[BEA], MergePicks::default()).expect("merged");
    ledger.merge(CID, &[ADA], MergePicks::default()).expect("merged on");
    refused(ledger.give(Command::UnmergeContact(BEA)), No::MergeSurvivorGone { survivor: ADA });
    assert_eq!(ledger.owners(ELM), [CID]);
    ledger.unmerge(ADA).expect("unmerged");
    ledger.unmerge(BEA).expect("unmerged");
    assert_eq!((ledger.owners(ELM), ledger.owners(OAK)), (vec![BEA], vec![ADA, BEA]));
}

#[test]
fn a_deleted_contact_leaves_its_jobs_and_its_claim_and_can_be_restored() {
    // H7, R124
    let mut ledger = ada_and_bea();
    ledger.activate(BEA);
    refused(ledger.to(BEA, ContactCommand::Delete { confirmed: false }), No::ConfirmationNeeded);
    ledger.to(BEA, ContactCommand::Delete { confirmed: true }).expect("deleted");
    assert_eq!((ledger.owners(ELM), ledger.owners(OAK)), (vec![], vec![ADA]));
    assert_eq!(ledger.claims, BTreeMap::new());
    refused(ledger.to(BEA, ContactCommand::DisableAccess), No::IsDeleted);
    refused(ledger.merge(ADA, &[BEA], MergePicks::default()), No::IsDeleted);
    refused(ledger.give(Command::Job(ELM, JobCommand::AddOwner(BEA, None))), No::IsDeleted);
    ledger.to(BEA, ContactCommand::Restore).expect("restored");
    assert!(matches!(ledger.contact(BEA).access, Access::Deactivated { .. }));
    assert_eq!(ledger.claims, BTreeMap::from([("ada@work.org".to_owned(), BEA)]));
    refused(ledger.to(BEA, ContactCommand::Restore), No::NotDeleted);
    // Somebody else takes the email meanwhile: the contact is back without its claim.
    ledger.to(BEA, ContactCommand::Delete { confirmed: true }).expect("deleted");
    ledger.create(CID, "Cid", Some("ada@work.org"), &[]);
    ledger.invite(CID);
    ledger.to(BEA, ContactCommand::Restore).expect("restored");
    assert_eq!(ledger.claims, BTreeMap::from([("ada@work.org".to_owned(), CID)]));
}

#[test]
fn nobody_deletes_their_own_contact() {
    // R123
    let mut ledger = ada_and_bea();
    ledger.activate(ADA);
    let herself = by(Actor::Owner(person(ADA)), Authority::System);
    let delete = Command::Contact(ADA, ContactCommand::Delete { confirmed: true });
    refused(ledger.give_as(&herself, &delete), No::CannotDeleteSelf);
}

#[test]
fn an_invitation_is_redirected_in_one_step() {
    // H5
    let mut ledger = ada_and_bea();
    let old = ledger.invite(ADA);
    let ids = InviteIds {
        invitation: InvitationId(Uuid::from_u128(900)),
        token: TokenId(Uuid::from_u128(901)),
    };
    let redirect = |to| ContactCommand::RedirectInvite { to: email(to), ids };
    refused(ledger.to(ADA, redirect("ada@x.org")), No::SameAddress);
    ledger.to(ADA, ContactCommand::AddAdditionalEmail(email("two@x.org"))).expect("added");
    refused(ledger.to(ADA, redirect("two@x.org")), No::DuplicateEmail);
    ledger.invite(BEA);
    let name = PersonName::parse("Ada Example").ok();
    refused(
        ledger.to(ADA, redirect("ada@work.org")),
        No::PrimaryEmailClaimed { holder: BEA, name },
    );
    let decision = ledger.to(ADA, redirect("right@x.org")).expect("redirected");
    let types: Vec<_> = decision.events.iter().map(|(_, event)| event.stored_type()).collect();
    assert_eq!(
        types,
        [
            "contact.invite_cancelled",
            "contact.primary_email_released",
            "contact.primary_email_changed",
            "contact.primary_email_claimed",
            "contact.invite_sent",
        ]
    );
    let invitee = by(Actor::Owner(person(ADA)), Authority::Owner);
    let dead = Command::Contact(ADA, accept(old, person(ADA)));
    refused(ledger.give_as(&invitee, &dead), No::InviteCancelled);
    let works = Command::Contact(ADA, accept(ids.token, person(ADA)));
    ledger.give_as(&invitee, &works).expect("accepted");
}

fn choose_the_door(ledger: &mut Ledger, job: JobId, owner: ContactId) -> TaskId {
    let task = TaskId(Uuid::from_u128(0x7a));
    let details = TaskDetails {
        title: Title::parse("Choose the door").expect("a title"),
        kind: TaskKind::Selection,
        phase: Phase::Planning,
        assignee: Some(Assignee::Owner(owner)),
        due: None,
    };
    ledger.give(Command::Job(job, JobCommand::AddTask(task, details))).expect("added");
    task
}

fn assignee(ledger: &Ledger, job: JobId) -> Option<Assignee> {
    let job = ledger.state.job(job).expect("known").expect("there");
    job.state.tasks[0].details.assignee.clone()
}

#[test]
fn tasks_follow_a_merge_and_its_undoing_also_on_a_job_that_was_put_away() {
    // H2: nobody who is gone is asked for anything
    let mut ledger = ada_and_bea();
    choose_the_door(&mut ledger, ELM, BEA);
    ledger.give(Command::Job(ELM, JobCommand::Archive)).expect("archived");
    ledger.give(Command::Job(OAK, JobCommand::Archive)).expect("archived");
    ledger.merge(ADA, &[BEA], MergePicks::default()).expect("merged");
    assert_eq!((ledger.owners(ELM), ledger.owners(OAK)), (vec![ADA], vec![ADA]));
    assert_eq!(assignee(&ledger, ELM), Some(Assignee::Owner(ADA)));
    let kept = ledger.unmerge(BEA).expect("unmerged");
    // Where both were owners, somebody would have to be added.
    assert_eq!(
        kept,
        [KeptBack { what: Kept::JobArchived, field: None, job: Some(OAK), lead: None }]
    );
    assert_eq!((ledger.owners(ELM), ledger.owners(OAK)), (vec![BEA], vec![ADA]));
    assert_eq!(assignee(&ledger, ELM), Some(Assignee::Owner(BEA)));
}

#[test]
fn a_deleted_contacts_tasks_are_nobodys_and_its_link_is_dead() {
    // H7
    let mut ledger = ada_and_bea();
    choose_the_door(&mut ledger, ELM, BEA);
    ledger.give(Command::Job(ELM, JobCommand::Archive)).expect("archived");
    let link = ledger.invite(BEA);
    ledger.to(BEA, ContactCommand::Delete { confirmed: true }).expect("deleted");
    assert_eq!((ledger.owners(ELM), assignee(&ledger, ELM)), (vec![], None));
    let invitee = by(Actor::Owner(person(BEA)), Authority::Owner);
    let accept = Command::Contact(BEA, accept(link, person(BEA)));
    refused(ledger.give_as(&invitee, &accept), No::InviteCancelled);
    let bulk = Command::ChangeOwners {
        bulk: crate::ids::BulkId(Uuid::from_u128(7)),
        jobs: vec![OAK],
        contacts: vec![BEA],
        mode: OwnerChangeMode::Add,
    };
    ledger.give(bulk).expect("says what it could not do");
    assert_eq!(ledger.owners(OAK), [ADA]);
}

#[test]
fn an_imported_row_finds_who_stands_for_its_owner_and_nobody_who_is_gone() {
    let mut ledger = ada_and_bea();
    let row = |job: u128| Command::ImportRow {
        job: JobId(Uuid::from_u128(job)),
        details: JobDetails {
            name: JobName::parse("A house").expect("a valid name"),
            reference: None,
            site: None,
        },
        owner: Some((BEA, details("Bea", None, &[]))),
    };
    ledger.merge(ADA, &[BEA], MergePicks::default()).expect("merged");
    ledger.give(row(1)).expect("imported");
    assert_eq!(ledger.owners(JobId(Uuid::from_u128(1))), [ADA]);
    ledger.to(ADA, ContactCommand::Delete { confirmed: true }).expect("deleted");
    ledger.give(row(2)).expect("imported");
    assert_eq!(ledger.owners(JobId(Uuid::from_u128(2))), []);
}

#[test]
fn leads_follow_a_merge_and_its_undoing_whatever_became_of_them() {
    // H2
    let mut ledger = ada_and_bea();
    ledger.lead(KITCHEN, Some(BEA));
    ledger.lead(BATH, Some(BEA));
    let win = Command::WinLead { lead: BATH, into: WonInto::Job(ELM) };
    ledger.give(win).expect("won");
    let decision = ledger.merge(ADA, &[BEA], MergePicks::default()).expect("merged");
    let relinked = decision.events.iter().filter(|(_, e)| e.stored_type() == "lead.relinked");
    assert_eq!(relinked.count(), 2, "in the same append");
    assert_eq!((ledger.about(KITCHEN), ledger.about(BATH)), (Some(ADA), Some(ADA)));
    assert_eq!(ledger.unmerge(BEA), Ok(vec![]));
    assert_eq!((ledger.about(KITCHEN), ledger.about(BATH)), (Some(BEA), Some(BEA)));
}

#[test]
fn a_lead_that_was_given_another_contact_since_stays_and_is_told() {
    // H2: only what still points to the survivor because of this merge
    let mut ledger = ada_and_bea();
    ledger.create(CID, "Cid", None, &[]);
    ledger.lead(KITCHEN, Some(BEA));
    ledger.lead(BATH, Some(BEA));
    ledger.merge(ADA, &[BEA], MergePicks::default()).expect("merged");
    let link = |lead, contact| Command::Lead(lead, LeadCommand::Link(contact));
    ledger.give(link(KITCHEN, CID)).expect("linked");
    // By hand to the survivor, which is somebody's choice then.
    ledger.give(link(BATH, CID)).expect("linked");
    ledger.give(link(BATH, ADA)).expect("linked");
    let stays = |lead| KeptBack {
        what: Kept::LeadContactChanged,
        field: None,
        job: None,
        lead: Some(lead),
    };
    let mut kept = ledger.unmerge(BEA).expect("unmerged");
    kept.sort_by_key(|kept| kept.lead);
    assert_eq!(kept, [stays(BATH), stays(KITCHEN)]);
    assert_eq!((ledger.about(KITCHEN), ledger.about(BATH)), (Some(CID), Some(ADA)));
}

#[test]
fn a_lead_goes_back_over_a_chain_of_merges() {
    // H2, chain
    let mut ledger = ada_and_bea();
    ledger.create(CID, "Cid", None, &[]);
    ledger.lead(KITCHEN, Some(BEA));
    ledger.merge(ADA, &[BEA], MergePicks::default()).expect("merged");
    ledger.merge(CID, &[ADA], MergePicks::default()).expect("merged on");
    assert_eq!(ledger.about(KITCHEN), Some(CID));
    ledger.unmerge(ADA).expect("unmerged");
    assert_eq!(ledger.about(KITCHEN), Some(ADA));
    ledger.unmerge(BEA).expect("unmerged");
    assert_eq!(ledger.about(KITCHEN), Some(BEA));
}

#[test]
fn a_deleted_contact_leaves_its_leads_and_nobody_who_is_gone_gets_one() {
    // H7
    let mut ledger = ada_and_bea();
    ledger.lead(KITCHEN, Some(BEA));
    let reason = Reason::parse("They build next year.").expect("a reason");
    ledger.give(Command::Lead(KITCHEN, LeadCommand::Lose(reason))).expect("lost");
    ledger.to(BEA, ContactCommand::Delete { confirmed: true }).expect("deleted");
    assert_eq!(ledger.about(KITCHEN), None);
    ledger.lead(BATH, None);
    let link = |contact| Command::Lead(BATH, LeadCommand::Link(contact));
    refused(ledger.give(link(BEA)), No::IsDeleted);
    ledger.create(CID, "Cid", None, &[]);
    ledger.merge(ADA, &[CID], MergePicks::default()).expect("merged");
    refused(ledger.give(link(CID)), No::IsMerged { into: ADA });
    let title = Title::parse("A bath").expect("a title");
    let create = LeadCommand::Create { title, contact: Some(CID) };
    refused(ledger.give(Command::Lead(LeadId(Uuid::nil()), create)), No::IsMerged { into: ADA });
}

#[test]
fn what_is_recorded_of_a_contacts_leads_stands_above_what_is_written() {
    let mut state = LedgerState::default();
    let title = Title::parse("A kitchen").expect("a title");
    let created = crate::lead::LeadCreated { title };
    state.record(KITCHEN.into(), 1, &Event::Lead(created.into())).expect("follows");
    let linked = LeadLinked { contact: ADA };
    state.record(KITCHEN.into(), 2, &Event::Lead(linked.into())).expect("follows");
    state.learn_leads(ADA, BTreeSet::from([BATH]));
    assert_eq!(state.leads_of(ADA), Ok(&BTreeSet::from([KITCHEN, BATH])));
}

/// Several commands of one turn are decided before any of them is written.
#[test]
fn what_is_recorded_of_a_contacts_jobs_stands_above_what_is_written() {
    let mut state = LedgerState::default();
    let name = JobName::parse("A house").expect("a valid name");
    let opened = JobCreated { name, reference: None, site: None };
    state.record(ELM.into(), 1, &Event::Job(opened.into())).expect("follows");
    let added = OwnerAddedToJob { contact: ADA, bulk: None };
    state.record(ELM.into(), 2, &Event::Job(added.into())).expect("follows");
    // The table has not heard of it, and still has a job that she has left.
    state.learn_jobs(ADA, BTreeSet::from([OAK]));
    assert_eq!(state.jobs_of(ADA), Ok(&BTreeSet::from([ELM, OAK])));
    let removed = OwnerRemovedFromJob { contact: BEA, bulk: None };
    let bea = OwnerAddedToJob { contact: BEA, bulk: None };
    state.record(ELM.into(), 3, &Event::Job(bea.into())).expect("follows");
    state.record(ELM.into(), 4, &Event::Job(removed.into())).expect("follows");
    state.learn_jobs(BEA, BTreeSet::from([ELM]));
    assert_eq!(state.jobs_of(BEA), Ok(&BTreeSet::new()));
}

/// What a person would keep on paper: who is in the book, who stands for whom, who owns what.
#[derive(Default)]
struct Model {
    gone: BTreeSet<ContactId>,
    into: BTreeMap<ContactId, ContactId>,
}

impl Model {
    fn is_live(&self, contact: ContactId) -> bool {
        !self.gone.contains(&contact) && !self.into.contains_key(&contact)
    }
}

/// Promise 11: no id dangles, whatever is merged, unmerged, deleted and restored. The full size is
/// 100,000 operations: `TITLEBLOCK_TEST_FULL=1`.
#[test]
#[expect(clippy::too_many_lines, reason = "one step after the other")]
fn over_a_long_random_history_no_id_dangles() {
    let steps = if std::env::var_os("TITLEBLOCK_TEST_FULL").is_some() { 100_000 } else { 4_000 };
    let contacts: Vec<ContactId> = (1..=12).map(|n| ContactId(Uuid::from_u128(n))).collect();
    let jobs: Vec<JobId> = (100..=104).map(|n| JobId(Uuid::from_u128(n))).collect();
    let leads: Vec<LeadId> = (200..=204).map(|n| LeadId(Uuid::from_u128(n))).collect();
    let mut ledger = Ledger::default();
    for (index, contact) in contacts.iter().enumerate() {
        // Some share an address.
        let address = format!("c{}@x.org", index / 2);
        ledger.create(*contact, &format!("C {index}"), Some(&address), &[]);
    }
    for job in &jobs {
        ledger.job(*job, &contacts[..2]);
    }
    for lead in &leads {
        ledger.lead(*lead, None);
    }
    let mut model = Model::default();
    let mut seed: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut draw = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % u64::try_from(below).expect("small")).expect("small")
    };
    let mut done = BTreeMap::<&str, u32>::new();
    for step in 0..steps {
        let (one, other) = (contacts[draw(12)], contacts[draw(12)]);
        let (job, lead) = (jobs[draw(5)], leads[draw(5)]);
        let (what, happened) = match draw(10) {
            0 => {
                let picks =
                    MergePicks { additional_emails: Some(Vec::new()), ..MergePicks::default() };
                let merged = ledger.merge(one, &[other], picks).is_ok();
                if merged {
                    assert!(model.is_live(one) && model.is_live(other) && one != other);
                    model.into.insert(other, one);
                }
                ("merge", merged)
            }
            1 | 2 => {
                let unmerged = ledger.unmerge(one).is_ok();
                assert_eq!(unmerged, model.into.get(&one).is_some_and(|s| model.is_live(*s)));
                if unmerged {
                    model.into.remove(&one);
                }
                ("unmerge", unmerged)
            }
            3 => {
                let delete = ContactCommand::Delete { confirmed: true };
                let deleted = ledger.to(one, delete).is_ok();
                assert_eq!(deleted, model.is_live(one));
                model.gone.extend(deleted.then_some(one));
                ("delete", deleted)
            }
            4 => {
                let restored = ledger.to(one, ContactCommand::Restore).is_ok();
                assert_eq!(restored, model.gone.remove(&one));
                ("restore", restored)
            }
            5 | 6 => {
                let add = Command::Job(job, JobCommand::AddOwner(one, None));
                let added = ledger.give(add).is_ok();
                assert_eq!(added, model.is_live(one));
                ("add", added)
            }
            7 => {
                if model.is_live(one)
                    && matches!(ledger.contact(one).access, Access::NotInvited)
                    && !ledger
                        .claims
                        .contains_key(ledger.contact(one).primary().expect("an address").normal())
                {
                    ledger.activate(one);
                    ("activate", true)
                } else {
                    ("activate", ledger.to(one, ContactCommand::DeactivateOwner).is_ok())
                }
            }
            8 => {
                let link = Command::Lead(lead, LeadCommand::Link(one));
                let linked = ledger.give(link).is_ok();
                assert_eq!(linked, model.is_live(one));
                ("link", linked)
            }
            _ => {
                let name = PersonName::parse(&format!("C {step}")).ok();
                let edit = InfoEdit { name, ..InfoEdit::default() };
                ("edit", ledger.to(one, ContactCommand::EditInfo(edit)).is_ok())
            }
        };
        *done.entry(what).or_default() += u32::from(happened);
        for job in &jobs {
            for owner in ledger.owners(*job) {
                assert!(model.is_live(owner), "step {step}: {owner} is gone and owns {job}");
                let known = ledger.state.jobs_of(owner).expect("known");
                assert!(known.contains(job), "step {step}: {owner} does not know of {job}");
            }
        }
        for lead in &leads {
            let Some(contact) = ledger.about(*lead) else { continue };
            assert!(model.is_live(contact), "step {step}: {lead} is about {contact}, who is gone");
            let known = ledger.state.leads_of(contact).expect("known");
            assert!(known.contains(lead), "step {step}: {contact} does not know of {lead}");
        }
        for contact in &contacts {
            let life = match &ledger.contact(*contact).life {
                Life::Live => (true, None),
                Life::Deleted => (false, None),
                Life::Merged { into, .. } => (false, Some(*into)),
            };
            let told = (model.is_live(*contact), model.into.get(contact).copied());
            assert_eq!(life, told, "step {step}");
            let holds = ledger.claims.values().any(|holder| holder == contact);
            assert_eq!(ledger.contact(*contact).claimed, holds, "step {step}: the claim");
            assert!(model.is_live(*contact) || !holds, "step {step}: who is gone holds a claim");
        }
    }
    assert!(done.values().all(|count| *count > 10), "everything happened often: {done:?}");
}
