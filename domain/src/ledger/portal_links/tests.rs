//! Links to portals over a whole ledger: whose, for how long, to whom they are mailed, and all that ends
//! them in the same append (R86 to R90, G17, G18, H10, 2.5).

use super::super::given::{by, now};
use crate::actor::{Actor, Authority, Circumstances, Role};
use crate::builder_account::{BuilderAccountCommand, SettingsEdit};
use crate::contact::activity::Activity;
use crate::contact::{AcceptProof, MergePicks};
use crate::ids::{ApiKeyId, InvitationId, PersonId, PortalLinkId, SubjectId, TokenId};
use crate::job::portal_link::{
    NewPortalLink, PortalLink, PortalLinkCommand, PortalLinkDays, PortalLinkExpired,
    PortalLinkIssued, PortalLinkRevocation, PortalLinkRevoked, PortalLinkRotated, PortalLinkStep,
    PortalLinks,
};
use crate::job::{JobEvent, JobRejection};
use crate::ledger::*;
use crate::notification::{MailKind, NotificationEvent, NotificationQueued};
use crate::personal::Personal;
use crate::text::{JobName, Label, PersonName, Reference};
use crate::{EmailAddress, Timestamp};
use std::collections::BTreeSet;
use uuid::Uuid;

const ADA: ContactId = ContactId(Uuid::from_u128(0xada));
const BEA: ContactId = ContactId(Uuid::from_u128(0xbea));
const CID: ContactId = ContactId(Uuid::from_u128(0xc1d));
const ELM: JobId = JobId(Uuid::from_u128(0xe1));
const OAK: JobId = JobId(Uuid::from_u128(0x0a));
const ACCOUNT: AccountId = AccountId(Uuid::from_u128(0xacc));

fn days(days: i64) -> Timestamp {
    now().plus_hours(days * 24)
}

fn staff() -> Circumstances {
    let authority = Authority::Builder { role: Role::Staff, grants: BTreeSet::new() };
    by(Actor::BuilderStaff(ApiKeyId(Uuid::from_u128(7))), authority)
}

fn admin() -> Circumstances {
    let authority = Authority::Builder { role: Role::Admin, grants: BTreeSet::new() };
    by(Actor::BuilderStaff(ApiKeyId(Uuid::from_u128(7))), authority)
}

/// The login of an owner who has accepted.
fn owner(contact: ContactId) -> Circumstances {
    by(Actor::Owner(PersonId(contact.0)), Authority::Owner)
}

fn clock() -> Circumstances {
    by(Actor::System, Authority::System)
}

fn link(n: u128) -> PortalLinkId {
    PortalLinkId(Uuid::from_u128(n))
}

fn token(n: u128) -> TokenId {
    TokenId(Uuid::from_u128(n))
}

fn name() -> Label {
    Label::parse("For the family").expect("a valid name")
}

fn email(typed: &str) -> EmailAddress {
    EmailAddress::parse(typed).expect("valid")
}

fn new(n: u128, contact: Option<ContactId>) -> NewPortalLink {
    let (link, token) = (link(n), token(n));
    NewPortalLink { link, token, name: name(), contact, expires_at: None, mail_to: None }
}

fn issue(job: JobId, new: NewPortalLink) -> Command {
    Command::PortalLink(job, PortalLinkCommand::Issue(new))
}

fn rotate(job: JobId, n: u128, to: u128) -> Command {
    let (expires_at, mail_to) = (None, None);
    let rotate = PortalLinkCommand::Rotate { link: link(n), token: token(to), expires_at, mail_to };
    Command::PortalLink(job, rotate)
}

fn revoke(job: JobId, n: u128) -> Command {
    Command::PortalLink(job, PortalLinkCommand::Revoke(link(n)))
}

fn expire(job: JobId, n: u128) -> Command {
    Command::PortalLink(job, PortalLinkCommand::Expire(link(n)))
}

fn to(contact: ContactId, command: ContactCommand) -> Command {
    Command::Contact(contact, command)
}

fn revoked(n: u128, contact: Option<ContactId>, why: PortalLinkRevocation) -> JobEvent {
    PortalLinkRevoked { link: link(n), name: name(), contact, token: token(n), why }.into()
}

fn expired(n: u128, contact: Option<ContactId>) -> JobEvent {
    PortalLinkExpired { link: link(n), name: name(), contact, token: token(n) }.into()
}

/// A ledger from its first event on: what it has not recorded has not happened.
struct Ledger {
    state: LedgerState,
    now: Timestamp,
}

type Given = Result<Vec<(AggregateId, Event)>, Rejection>;

impl Ledger {
    fn give_as(&mut self, who: &Circumstances, command: &Command) -> Given {
        loop {
            match decide(command, &self.state, who, self.now) {
                Err(Halt::Rejected(rejection)) => return Err(rejection),
                Err(Halt::Need(Need::Aggregate(id))) => self.state.learn_absent(id),
                Err(Halt::Need(Need::Contacts(ids))) => {
                    for id in ids {
                        self.state.learn_absent(id.into());
                    }
                }
                Err(Halt::Need(Need::Claim(email))) => self.state.learn_claim(&email, None),
                Err(Halt::Need(Need::CustomerContacts(customer))) => {
                    panic!("nobody belongs to {customer}")
                }
                Err(Halt::Need(Need::Jobs(contact) | Need::Leads(contact))) => {
                    panic!("jobs and leads of {contact} are known from its first event on")
                }
                Ok(decision) => {
                    for (id, event) in &decision.events {
                        let sequence = self.state.version(*id) + 1;
                        self.state.record(*id, sequence, event).expect("the event follows");
                    }
                    return Ok(decision.events);
                }
            }
        }
    }

    fn give(&mut self, command: &Command) -> Given {
        self.give_as(&admin(), command)
    }

    /// What a command does to links, and on which job.
    fn links_after(&mut self, command: &Command) -> Vec<(JobId, JobEvent)> {
        let events = self.give(command).expect("taken");
        let of_jobs = events.into_iter().filter_map(|(id, event)| match (id, event) {
            (AggregateId::Job(job), Event::Job(event)) => Some((job, event)),
            _ => None,
        });
        of_jobs.filter(|(_, event)| event.portal_link().is_some()).collect()
    }

    fn link(&self, job: JobId, n: u128) -> &PortalLink {
        let job = &self.state.job(job).expect("known").expect("there").state;
        job.portal_links.find(link(n)).expect("a link")
    }

    /// Links of the job that open something, as far as nobody looks at the clock.
    fn open(&self, job: JobId) -> Vec<PortalLinkId> {
        let job = &self.state.job(job).expect("known").expect("there").state;
        let PortalLinks(links) = &job.portal_links;
        links.iter().filter(|link| !link.ended).map(|link| link.id).collect()
    }

    fn activate(&mut self, contact: ContactId) {
        let (invitation, token) = (InvitationId(contact.0), TokenId(contact.0));
        self.give(&to(contact, ContactCommand::SendInvite(InviteIds { invitation, token })))
            .expect("invited");
        let (person, proof) = (PersonId(contact.0), AcceptProof::LinkAndLogin);
        let accept = to(contact, ContactCommand::AcceptInvite { token, person, proof });
        self.give_as(&owner(contact), &accept).expect("accepted");
    }
}

/// Ada and Bea own the house in Elm Street, Ada alone the one in Oak Street; Cid owns nothing.
fn houses() -> Ledger {
    let mut ledger = Ledger { state: LedgerState::default(), now: now() };
    for (contact, name) in [(ADA, "Ada"), (BEA, "Bea"), (CID, "Cid")] {
        let details = ContactDetails {
            name: PersonName::parse(name).expect("a valid name"),
            title: None,
            primary_email: Some(email(&format!("{name}@x.org"))),
            additional_emails: vec![email(&format!("{name}@work.example"))],
            phones: Vec::new(),
            address: None,
        };
        ledger.give(&to(contact, ContactCommand::Create(details))).expect("created");
    }
    for (job, owners) in [(ELM, vec![ADA, BEA]), (OAK, vec![ADA])] {
        let name = JobName::parse("A house").expect("a valid name");
        let details = JobDetails { name, reference: None, site: None };
        ledger.give(&Command::Job(job, JobCommand::Create(details, owners))).expect("opened");
    }
    ledger
}

/// The same with a link for each job (1, 2), and personal ones of Ada on both (3, 4) and of Bea (5).
fn linked() -> Ledger {
    let mut ledger = houses();
    for (job, n, contact) in [
        (ELM, 1, None),
        (OAK, 2, None),
        (ELM, 3, Some(ADA)),
        (OAK, 4, Some(ADA)),
        (ELM, 5, Some(BEA)),
    ] {
        ledger.give(&issue(job, new(n, contact))).expect("issued");
    }
    ledger
}

fn no(refused: JobRejection) -> Given {
    Err(refused.into())
}

#[test]
fn a_link_works_for_thirty_days_or_as_the_account_has_settled_or_as_is_asked_for() {
    // G17, promise 28
    let mut ledger = houses();
    let happened = ledger.give_as(&staff(), &issue(ELM, new(1, None))).expect("issued");
    let issued = PortalLinkIssued {
        link: link(1),
        name: name(),
        contact: None,
        token: token(1),
        expires_at: days(30),
    };
    assert_eq!(happened, [(ELM.into(), Event::Job(issued.into()))]);
    let decided = decide(&rotate(ELM, 1, 9), &ledger.state, &admin(), now()).expect("taken");
    assert_eq!(decided.outcome, Outcome::PortalLink { until: days(30) });

    ledger.state.belongs_to(ACCOUNT);
    let name = Label::parse("Elm").expect("valid");
    let open = BuilderAccountCommand::Open { name, key: None };
    ledger.give_as(&clock(), &Command::BuilderAccount(ACCOUNT, open)).expect("opened");
    let week =
        SettingsEdit { portal_link_days: PortalLinkDays::new(7).ok(), ..SettingsEdit::default() };
    let settle = BuilderAccountCommand::ChangeSettings(week);
    ledger.give(&Command::BuilderAccount(ACCOUNT, settle)).expect("settled");
    assert_eq!(ledger.link(ELM, 1).expires_at, days(30), "what is out stays as it is");
    ledger.give(&rotate(ELM, 1, 9)).expect("rotated");
    assert_eq!(ledger.link(ELM, 1).expires_at, days(7));

    for (asked_for, taken) in [(0_i64, false), (1, true), (366, true), (367, false)] {
        let mut asked = new(20 + u128::from(asked_for.unsigned_abs()), None);
        asked.expires_at = Some(days(asked_for));
        let answer = ledger.give(&issue(ELM, asked));
        if taken {
            answer.expect("issued");
        } else {
            assert_eq!(answer, no(JobRejection::PortalLinkTerm), "{asked_for}");
        }
    }
    assert!(PortalLinkDays::new(0).is_err() && PortalLinkDays::new(367).is_err());
}

#[test]
fn a_personal_link_is_for_an_owner_of_that_very_job_whose_access_is_not_closed() {
    // G18
    let mut ledger = houses();
    let refused = || no(JobRejection::PortalLinkForNoOwner);
    assert_eq!(ledger.give(&issue(OAK, new(1, Some(BEA)))), refused());
    assert_eq!(ledger.give(&issue(ELM, new(1, Some(CID)))), refused());
    let nobody = ContactId(Uuid::nil());
    assert_eq!(
        ledger.give(&issue(ELM, new(1, Some(nobody)))),
        Err(Rejection::Unknown(nobody.into()))
    );
    let nowhere = JobId(Uuid::nil());
    assert_eq!(ledger.give(&issue(nowhere, new(1, None))), Err(Rejection::Unknown(nowhere.into())));
    // It works without a login, so one is not asked for.
    ledger.give(&issue(ELM, new(1, Some(BEA)))).expect("not invited yet");
    ledger.activate(BEA);
    for close in [ContactCommand::DisableAccess, ContactCommand::DeactivateOwner] {
        ledger.give(&to(BEA, close)).expect("closed");
        let again = ledger.give(&issue(ELM, new(2, Some(BEA))));
        assert_eq!(again, no(JobRejection::PortalLinkForClosed));
    }
    ledger.give(&issue(ELM, new(2, None))).expect("a link for the job is nobody's");
}

#[test]
fn an_owner_issues_links_for_themselves_alone_and_knows_of_no_other() {
    // 2.8
    let mut ledger = linked();
    let unknown = || Err(Rejection::Unknown(ELM.into()));
    // Who has not accepted signs nothing in.
    assert_eq!(ledger.give_as(&owner(ADA), &issue(ELM, new(9, Some(ADA)))), unknown());
    ledger.activate(ADA);
    ledger.activate(CID);
    let for_the_job = ledger.give_as(&owner(ADA), &issue(ELM, new(9, None)));
    assert!(matches!(for_the_job, Err(Rejection::NotPermitted { .. })));
    assert_eq!(ledger.give_as(&owner(ADA), &issue(ELM, new(9, Some(BEA)))), unknown());
    assert_eq!(ledger.give_as(&owner(CID), &issue(ELM, new(9, Some(CID)))), unknown());
    ledger.give_as(&owner(ADA), &issue(ELM, new(9, Some(ADA)))).expect("her own");
    for others in [1, 5] {
        assert_eq!(ledger.give_as(&owner(ADA), &rotate(ELM, others, 90)), unknown());
        assert_eq!(ledger.give_as(&owner(ADA), &revoke(ELM, others)), unknown());
    }
    // Also one that the builder issued for her.
    ledger.give_as(&owner(ADA), &rotate(ELM, 3, 90)).expect("rotated");
    let happened = ledger.give_as(&owner(ADA), &revoke(ELM, 9)).expect("revoked");
    let why = PortalLinkRevocation::ByOwner;
    assert_eq!(happened, [(ELM.into(), Event::Job(revoked(9, Some(ADA), why)))]);
}

#[test]
fn rotating_keeps_the_name_and_makes_a_new_secret_and_what_has_ended_stays_so() {
    // H10
    let mut ledger = linked();
    ledger.now = days(10);
    let happened = ledger.give(&rotate(ELM, 1, 11)).expect("rotated");
    let rotated = PortalLinkRotated {
        link: link(1),
        name: name(),
        contact: None,
        from: token(1),
        to: token(11),
        expires_at: days(40),
    };
    assert_eq!(happened, [(ELM.into(), Event::Job(rotated.into()))]);
    ledger.give(&revoke(ELM, 1)).expect("revoked");
    assert_eq!(ledger.give(&rotate(ELM, 1, 12)), no(JobRejection::PortalLinkEnded));
    assert_eq!(ledger.give(&revoke(ELM, 1)), Ok(Vec::new()), "twice changes nothing");
    // A link of another job is none of this one's.
    assert_eq!(ledger.give(&rotate(ELM, 2, 12)), Err(Rejection::Unknown(ELM.into())));
    assert_eq!(ledger.give(&revoke(ELM, 2)), Err(Rejection::Unknown(ELM.into())));
    assert_eq!(ledger.give(&issue(ELM, new(1, None))), no(JobRejection::PartAlreadyExists));
    ledger.now = days(30);
    assert_eq!(ledger.give(&rotate(OAK, 2, 12)), no(JobRejection::PortalLinkEnded));
    assert_eq!(ledger.open(OAK), [link(2), link(4)], "nobody has written down that it is over");
}

#[test]
fn the_clock_ends_what_is_over_and_nothing_before_its_time() {
    // 2.3
    let mut ledger = linked();
    ledger.now = days(29);
    assert_eq!(ledger.give_as(&clock(), &expire(ELM, 1)), no(JobRejection::PortalLinkNotOver));
    ledger.give(&rotate(ELM, 1, 1)).expect("rotated");
    ledger.now = days(30);
    assert_eq!(ledger.give_as(&clock(), &expire(ELM, 1)), no(JobRejection::PortalLinkNotOver));
    let happened = ledger.give_as(&clock(), &expire(ELM, 3));
    assert_eq!(happened, Ok(vec![(ELM.into(), Event::Job(expired(3, Some(ADA))))]));
    assert_eq!(ledger.give_as(&clock(), &expire(ELM, 3)), Ok(Vec::new()));
    // Whoever revokes one after its time has not cut it short.
    assert_eq!(ledger.links_after(&revoke(OAK, 2)), [(OAK, expired(2, None))]);
    let by_hand = ledger.give(&expire(ELM, 5));
    assert!(matches!(by_hand, Err(Rejection::NotPermitted { .. })));
}

#[test]
fn no_link_is_issued_or_rotated_on_an_archived_job_and_any_is_revoked_there() {
    let mut ledger = linked();
    ledger.give(&Command::Job(OAK, JobCommand::Archive)).expect("archived");
    assert_eq!(ledger.give(&issue(OAK, new(9, None))), no(JobRejection::Archived));
    assert_eq!(ledger.give(&rotate(OAK, 2, 9)), no(JobRejection::Archived));
    let why = PortalLinkRevocation::ByBuilder;
    assert_eq!(ledger.links_after(&revoke(OAK, 2)), [(OAK, revoked(2, None, why))]);
}

#[test]
fn what_closes_a_contacts_access_ends_its_personal_links_on_all_its_jobs() {
    // 2.5
    for (close, why) in [
        (ContactCommand::DisableAccess, PortalLinkRevocation::AccessDisabled),
        (ContactCommand::DeactivateOwner, PortalLinkRevocation::OwnerDeactivated),
    ] {
        let mut ledger = linked();
        ledger.activate(ADA);
        ledger.give(&to(ADA, close)).expect("closed");
        assert_eq!(ledger.open(ELM), [link(1), link(5)], "{why:?}");
        assert_eq!(ledger.open(OAK), [link(2)]);
        // Nobody has left: what others hold is as good as before.
        assert!(!ledger.link(ELM, 1).asks_for_rotation);
    }
    let mut ledger = linked();
    let happened = ledger.links_after(&to(ADA, ContactCommand::DisableAccess));
    let mut ended = happened;
    ended.sort_by_key(|(job, _)| *job);
    let why = PortalLinkRevocation::AccessDisabled;
    assert_eq!(ended, [(OAK, revoked(4, Some(ADA), why)), (ELM, revoked(3, Some(ADA), why))]);
    // A link does not come back with the access.
    ledger.give(&to(ADA, ContactCommand::EnableAccess)).expect("enabled");
    assert_eq!(ledger.open(OAK), [link(2)]);
}

#[test]
fn who_leaves_a_job_takes_their_link_along_and_the_jobs_own_had_better_be_rotated() {
    // 2.5
    let mut ledger = linked();
    let leaves = Command::Job(ELM, JobCommand::RemoveOwner(ADA, None));
    let why = PortalLinkRevocation::OwnerRemoved;
    assert_eq!(ledger.links_after(&leaves), [(ELM, revoked(3, Some(ADA), why))]);
    assert!(ledger.link(ELM, 1).asks_for_rotation, "who left may still hold it");
    assert!(!ledger.link(ELM, 5).asks_for_rotation, "Bea's own she never had");
    assert!(!ledger.link(OAK, 2).asks_for_rotation, "there she still is an owner");
    assert_eq!(ledger.open(OAK), [link(2), link(4)]);
    ledger.give(&rotate(ELM, 1, 11)).expect("rotated");
    assert!(!ledger.link(ELM, 1).asks_for_rotation);

    // In a bulk change, and when the contact leaves the book, also on a job that was put away (H7).
    let mut ledger = linked();
    let bulk = Command::ChangeOwners {
        bulk: BulkId(Uuid::nil()),
        jobs: vec![ELM, OAK],
        contacts: vec![ADA],
        mode: OwnerChangeMode::Remove,
    };
    assert_eq!(ledger.links_after(&bulk).len(), 2);
    let mut ledger = linked();
    ledger.give(&Command::Job(OAK, JobCommand::Archive)).expect("archived");
    ledger.give(&to(ADA, ContactCommand::Delete { confirmed: true })).expect("deleted");
    assert_eq!((ledger.open(ELM), ledger.open(OAK)), (vec![link(1), link(5)], vec![link(2)]));
    assert!(ledger.link(OAK, 2).asks_for_rotation);
}

#[test]
fn a_merge_ends_the_personal_links_of_who_is_replaced() {
    // H2, 2.5
    let mut ledger = linked();
    let merge = Command::MergeContacts {
        merge: crate::ids::MergeId(Uuid::from_u128(0x2e)),
        survivor: CID,
        absorbed: vec![ADA],
        picks: MergePicks { additional_emails: Some(Vec::new()), ..MergePicks::default() },
    };
    let mut ended = ledger.links_after(&merge);
    ended.sort_by_key(|(job, _)| *job);
    let why = PortalLinkRevocation::OwnerReplaced;
    assert_eq!(ended, [(OAK, revoked(4, Some(ADA), why)), (ELM, revoked(3, Some(ADA), why))]);
    assert!(!ledger.link(ELM, 1).asks_for_rotation, "it is the same person");
}

#[test]
fn an_owner_of_an_older_system_who_gives_way_loses_their_links() {
    // R34
    let mut ledger = houses();
    let legacy = |contact, at: &str, jobs| LegacyOwner {
        contact,
        reference: Reference::parse(&format!("OWN-{contact}")).expect("valid"),
        details: ContactDetails {
            name: PersonName::parse("Dee").expect("valid"),
            title: None,
            primary_email: Some(email("dee@x.org")),
            additional_emails: Vec::new(),
            phones: Vec::new(),
            address: None,
        },
        person: Some(PersonId(contact.0)),
        activity: Activity { activated_at: None, last_login_at: Timestamp::parse(at).ok() },
        jobs,
    };
    let dee = ContactId(Uuid::from_u128(0xdee));
    let first = Command::ImportOwners(vec![legacy(dee, "2023-05-01T00:00:00Z", vec![OAK])]);
    ledger.give(&first).expect("imported");
    ledger.give(&issue(OAK, new(9, Some(dee)))).expect("issued");
    let later = ContactId(Uuid::from_u128(0x1a7e));
    let second = Command::ImportOwners(vec![legacy(later, "2023-06-01T00:00:00Z", Vec::new())]);
    let why = PortalLinkRevocation::OwnerDeactivated;
    assert_eq!(ledger.links_after(&second), [(OAK, revoked(9, Some(dee), why))]);
}

#[test]
fn a_link_is_mailed_to_one_address_sealed_for_whom_it_is() {
    // R89
    let mut ledger = houses();
    let mut mailed = |n: u128, contact, address: &str| {
        let mail_to = Some(email(address));
        ledger.give(&issue(ELM, NewPortalLink { mail_to, ..new(n, contact) }))
    };
    let queued = |n: u128, recipient: SubjectId, address: &str| {
        let to = Personal::known(recipient, email(address));
        let (kind, about) = (MailKind::PortalLink, ELM.into());
        let queued = NotificationQueued { kind, recipient, to, about };
        let mail = AggregateId::Notification(crate::ids::MailId(token(n).0));
        (mail, Event::Notification(NotificationEvent::from(queued)))
    };
    // Somebody who is in no book: the mail is all that is known of them.
    let happened = mailed(1, None, "aunt@y.org").expect("mailed");
    assert_eq!(happened[1], queued(1, SubjectId(token(1).0), "aunt@y.org"));
    // A personal link goes to an address of its owner, and to nobody else's (R63).
    let happened = mailed(2, Some(BEA), "bea@WORK.example").expect("mailed");
    assert_eq!(happened[1], queued(2, BEA.into(), "bea@WORK.example"));
    for elsewhere in ["aunt@y.org", "ada@x.org"] {
        let refused = mailed(3, Some(BEA), elsewhere);
        assert_eq!(refused, no(JobRejection::PortalLinkNotTheirAddress));
    }
    // An address that a contact has claimed is that contact's.
    ledger.activate(ADA);
    let mail_to = Some(email("ada@x.org"));
    let happened = ledger.give(&issue(ELM, NewPortalLink { mail_to, ..new(4, None) }));
    assert_eq!(happened.expect("mailed")[1], queued(4, ADA.into(), "ada@x.org"));
    let again = PortalLinkCommand::Rotate {
        link: link(1),
        token: token(5),
        expires_at: None,
        mail_to: Some(email("aunt@y.org")),
    };
    let happened = ledger.give(&Command::PortalLink(ELM, again)).expect("mailed");
    assert_eq!(happened[1], queued(5, SubjectId(token(5).0), "aunt@y.org"));
}

#[test]
fn a_job_takes_so_many_links() {
    let mut ledger = houses();
    for n in (1..).take(PortalLinks::MAX) {
        ledger.give(&issue(ELM, new(n, None))).expect("issued");
    }
    let one_more = new(0xfff_ffff, None);
    assert_eq!(ledger.give(&issue(ELM, one_more)), no(JobRejection::TooManyPortalLinks));
    ledger.give(&rotate(ELM, 1, 0xfff_ffff)).expect("rotated");
}

#[test]
fn histories_say_what_became_of_a_link_and_never_its_secret() {
    let mut ledger = linked();
    for command in [rotate(ELM, 3, 33), revoke(ELM, 1), rotate(ELM, 5, 55)] {
        for (_, event) in ledger.give(&command).expect("taken") {
            let changes = event.changes();
            assert!(changes.iter().any(|change| change.field == "portal_link"), "{changes:?}");
            let Event::Job(job) = event else { panic!("a job's") };
            let whose = job.portal_link().and_then(PortalLinkStep::contact);
            assert_eq!(job.contact(), whose, "it stands in the owner's history, too");
        }
    }
}
