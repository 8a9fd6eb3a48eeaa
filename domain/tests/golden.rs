//! Old events stay readable: one stored example per event type and version (promise 15).
//!
//! The files in `golden/` are written by hand, once, when an event type or a version of it is new.
//! They are never edited and never written by a program: what fails here is the code. A new version
//! gets a new file beside the old one, and the old one stays readable through `upcast.rs`.

use cqrs_es::persist::SerializedEvent;
use domain::builder_account::{
    AccountKey, JobTemplate, KeyLife, StaffMember, StaffSecondFactor, StaffStage, TemplateTask,
};
use domain::contact::{Access, Activity, Contact, ContactEvent, Membership, Permission};
use domain::custom_field::FieldKind;
use domain::customer::{Customer, Document, DocumentKind};
use domain::installation::Installation;
use domain::job::impersonation::{Impersonation, Impersonations};
use domain::job::portal_link::{PortalLink, PortalLinks};
use domain::job::{
    Assignee, BudgetLine, Cents, Job, JobEvent, Milestone, MilestoneDetails, MilestoneStatus,
    Phase, Task, TaskDetails, TaskKind,
};
use domain::lead::{Lead, Link, Stage};
use domain::notification::{FailureCause, MailKind, MailOutcome, Notification};
use domain::owner_item::{Link as ItemLink, OwnerItem, Todo, What, Whose};
use domain::person::{EmailChange, EmailChangeEnding, OpenReset, Person, SecondFactor};
use domain::personal::HoldsPersonal;
use domain::subcontractor::RequestStage;
use domain::text::{CustomerName, Title};
use domain::work_order::WorkOrderStage;
use domain::{
    AccountId, AggregateId, ContactId, CustomerId, Day, EmailAddress, Event, JobId, LeadId,
    LedgerState, MailId, OrgId, OwnerItemId, PersonId, Personal, PersonalVisitor, Sealable,
    SubcontractorId, SubjectId, WorkOrderId,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The stored examples by type and version.
fn golden() -> BTreeMap<(String, u64), Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let mut files = BTreeMap::new();
    for aggregate in root.read_dir().expect("a folder per aggregate") {
        let folder = aggregate.expect("readable").path();
        for file in folder.read_dir().expect("a file per event type") {
            let path = file.expect("readable").path();
            let text = std::fs::read_to_string(&path).expect("readable");
            let file: Value = serde_json::from_str(&text).expect("JSON");
            let stored_type = file["type"].as_str().expect("a type").to_owned();
            let version = file["version"].as_u64().expect("a version");
            // The name says what is in it.
            let (aggregate, event) = stored_type.split_once('.').expect("aggregate.event");
            assert_eq!(path, root.join(aggregate).join(format!("{event}.v{version}.json")));
            files.insert((stored_type, version), file["payload"].clone());
        }
    }
    files
}

/// Those of the shapes that are written today.
fn current() -> BTreeMap<String, Value> {
    let written: BTreeSet<_> = types().collect();
    golden()
        .into_iter()
        .filter(|(of, _)| written.contains(of))
        .map(|((stored_type, _), payload)| (stored_type, payload))
        .collect()
}

fn types() -> impl Iterator<Item = (String, u64)> {
    Event::types().map(|(stored_type, version)| (stored_type.to_owned(), u64::from(version)))
}

fn decode(stored_type: &str, payload: &Value) -> Event {
    let version = Event::types().find(|(name, _)| *name == stored_type).map_or(0, |(_, v)| v);
    Event::decode(stored_type, version, &payload.to_string())
        .unwrap_or_else(|error| panic!("{stored_type} does not decode: {error:?}"))
}

/// The golden events of these names, in this order, as one aggregate's history.
fn story(aggregate: &str, names: &str) -> Vec<Event> {
    let golden = current();
    let event = |name| {
        let stored_type = format!("{aggregate}.{name}");
        decode(&stored_type, &golden[&stored_type])
    };
    names.split_whitespace().map(event).collect()
}

fn fold(id: AggregateId, events: &[Event]) -> LedgerState {
    let mut state = LedgerState::default();
    for (sequence, event) in (1..).zip(events) {
        let recorded = state.record(id, sequence, event);
        assert_eq!(recorded, Ok(()), "{} cannot follow", event.stored_type());
    }
    state
}

fn types_of(aggregate: &str) -> BTreeSet<&'static str> {
    Event::types().map(|(name, _)| name).filter(|name| name.starts_with(aggregate)).collect()
}

fn types_in<'a>(events: impl IntoIterator<Item = &'a Event>) -> BTreeSet<&'static str> {
    events.into_iter().map(Event::stored_type).collect()
}

const ADA: &str = "0198c0de-0000-7000-8000-00000000ada0";
const BEA: &str = "0198c0de-0000-7000-8000-00000000bea0";
const ELM_ST: &str = "0198c0de-0000-7000-8000-0000000000e1";
const MILLERS: &str = "0198c0de-0000-7000-8000-0000000000f1";
const MIA: &str = "0198c0de-0000-7000-8000-0000000005a0";
const OLU: &str = "0198c0de-0000-7000-8000-0000000006a0";
const RIDGE: &str = "0198c0de-0000-7000-8000-0000000007b0";
const ANN: &str = "0198c0de-0000-7000-8000-0000000007c0";
const ACCOUNT: &str = "0198c0de-0000-7000-8000-000000000300";

fn ada() -> ContactId {
    ADA.parse().expect("an id")
}

fn email(typed: &str) -> Personal<EmailAddress> {
    Personal::known(ada(), EmailAddress::parse(typed).expect("a valid address"))
}

#[test]
fn each_event_type_has_a_golden_file_and_each_golden_file_a_type() {
    let files: BTreeSet<_> = golden().into_keys().collect();
    // Of every version that was ever written, up to the one of today.
    let types: BTreeSet<_> =
        types().flat_map(|(name, current)| (1..=current).map(move |v| (name.clone(), v))).collect();
    assert_eq!(files, types);
}

#[test]
fn each_golden_file_of_an_older_version_is_brought_to_the_present_one() {
    let mut upcasters = domain::contact::upcasters();
    upcasters.extend(domain::job::upcasters());
    for ((stored_type, version), payload) in golden() {
        let mut event = SerializedEvent {
            aggregate_id: String::new(),
            sequence: 1,
            aggregate_type: String::new(),
            event_type: stored_type,
            event_version: version.to_string(),
            payload,
            metadata: Value::Null,
        };
        for upcaster in &upcasters {
            if upcaster.can_upcast(&event.event_type, &event.event_version) {
                event = upcaster.upcast(event);
            }
        }
        decode(&event.event_type, &event.payload);
    }
}

#[test]
fn each_golden_file_reads_back_and_is_written_the_same_again() {
    for (stored_type, payload) in current() {
        let event = decode(&stored_type, &payload);
        assert_eq!(event.stored_type(), stored_type);
        let written = event.payload().expect("serialises");
        let written: Value = serde_json::from_str(&written).expect("JSON");
        assert_eq!(written, payload, "{stored_type}");
    }
}

#[test]
fn a_field_that_the_code_does_not_know_is_no_reason_not_to_read_an_event() {
    // A newer program may have written it; the envelope's version says when the shape is another.
    for (stored_type, mut payload) in current() {
        payload["from_the_future"] = Value::from(true);
        decode(&stored_type, &payload);
    }
}

#[test]
fn a_contacts_golden_events_fold_to_the_contact_they_always_made() {
    let story = story(
        "contact",
        "created info_updated primary_email_changed primary_email_swapped
         additional_email_added additional_email_edited additional_email_removed
         primary_email_claimed invite_sent invite_resent invite_cancelled primary_email_released
         primary_email_claimed invite_sent invite_declined primary_email_released
         primary_email_claimed invite_sent invite_expired primary_email_released
         primary_email_claimed invite_sent invite_resent
         invite_accepted person_linked owner_activated
         owner_disabled owner_reenabled owner_deactivated
         invite_sent invite_resent invite_accepted person_linked owner_reactivated
         permissions_changed custom_field_set email_conflict_reported email_conflict_closed
         merged unmerged merged_into unmerged_from deleted restored",
    );
    let state = fold(AggregateId::Contact(ada()), &story);
    let folded = &state.contact(ada()).expect("known").expect("there").state;
    let mut mailed_at = vec!["2026-03-02T09:15:00.000250Z", "2026-03-03T10:00:00Z"];
    mailed_at.extend(["2026-03-02T09:15:00.000250Z"; 2]);
    mailed_at.extend(["2026-03-02T09:15:00.000250Z", "2026-03-03T10:00:00Z"].repeat(2));
    let mailed = domain::Timestamp::parse("2026-03-03T10:00:00Z").ok();
    let expected = Contact {
        id: ada(),
        life: domain::contact::Life::Live,
        title: None,
        name: Personal::known(ada(), domain::PersonName::parse("Ada B. Example").expect("valid")),
        phones: Some(Personal::known(
            ada(),
            vec![domain::PhoneNumber::parse("+1 212 555 0181").expect("valid")],
        )),
        address: Some(Personal::known(
            ada(),
            domain::PostalAddress::parse("14 Elm St\nSpringfield").expect("valid"),
        )),
        primary_email: Some(email("ada@work.example")),
        additional_emails: vec![email("ada.example@home.example")],
        // Whoever was active when the contact was deleted needs a new invitation.
        access: Access::Deactivated {
            person: "0198c0de-0000-7000-8000-0000000000a1".parse().expect("an id"),
            readdressed: false,
        },
        claimed: true,
        ended: Some(domain::contact::EndedInvitation {
            token: "0198c0de-0000-7000-8000-000000000102".parse().expect("an id"),
            how: domain::contact::Ending::Accepted,
        }),
        mailed_at: mailed_at
            .into_iter()
            .map(|at| domain::Timestamp::parse(at).expect("valid"))
            .collect(),
        permissions: BTreeSet::from([Permission::AccessBilling, Permission::CreateWorkOrder]),
        absorbed: BTreeSet::new(),
        custom_fields: BTreeMap::from([(
            domain::FieldName::parse("front-door").expect("valid"),
            Personal::known(
                ada(),
                domain::CustomValue::Choice(domain::text::Label::parse("Blue").expect("valid")),
            ),
        )]),
        // Its activations are older than the time in them: they count with the last mail.
        activity: Activity { activated_at: mailed, last_login_at: mailed },
        image: None,
        former_email: None,
        persons: vec!["0198c0de-0000-7000-8000-0000000000a1".parse().expect("an id"); 2],
        membership: None,
        conflicts: BTreeMap::new(),
    };
    assert_eq!(folded, &expected);
    assert_eq!(state.version(ada().into()), 44);

    // A contact with no more than it must have, as the oldest may be.
    let mut bare = current()["contact.created"].clone();
    let fields = bare.as_object_mut().expect("an object");
    fields.retain(|name, _| name == "name");
    let events = [decode("contact.created", &bare)]
        .into_iter()
        .chain(self::story("contact", "primary_email_set"))
        .collect::<Vec<_>>();
    let state = fold(AggregateId::Contact(ada()), &events);
    let folded = &state.contact(ada()).expect("known").expect("there").state;
    assert_eq!(folded.primary_email, Some(email("ada@home.example")));

    // One who was active in an older system, and lost the email to another.
    let imported = self::story(
        "contact",
        "created primary_email_defaulted owner_imported person_linked duplicate_resolved
         owner_deactivated",
    );
    let state = fold(AggregateId::Contact(ada()), &imported);
    let folded = &state.contact(ada()).expect("known").expect("there").state;
    assert_eq!((folded.access.word(), folded.claimed), ("deactivated", false));
    let at = |typed| domain::Timestamp::parse(typed).ok();
    let activity = Activity {
        activated_at: at("2021-06-01T08:00:00Z"),
        last_login_at: at("2023-05-01T17:45:12Z"),
    };
    assert_eq!(folded.activity, activity);

    let rest = [pictured(), reminded(), belonging()].concat();
    let all = story.iter().chain(&events).chain(&imported).chain(&rest);
    assert_eq!(types_in(all), types_of("contact."));
}

/// One who came to belong to a customer, left it, and came back.
fn belonging() -> Vec<Event> {
    story("contact", "created joined_customer left_customer joined_customer")
}

#[test]
fn a_contacts_golden_customer_is_the_last_one_that_it_came_to() {
    let state = fold(AggregateId::Contact(ada()), &belonging());
    let folded = &state.contact(ada()).expect("known").expect("there").state;
    let expected = Membership {
        customer: MILLERS.parse().expect("an id"),
        merge: "0198c0de-0000-7000-8000-000000000400".parse().ok(),
        before: None,
    };
    assert_eq!(folded.membership, Some(expected));
    // Most come to it by no merge.
    let mut plain = current()["contact.joined_customer"].clone();
    plain.as_object_mut().expect("an object").remove("merge");
    let written = decode("contact.joined_customer", &plain).payload().expect("serialises");
    assert_eq!(serde_json::from_str::<Value>(&written).expect("JSON"), plain);
}

#[test]
fn a_customers_golden_events_fold_to_the_customer_they_always_made() {
    let id: CustomerId = MILLERS.parse().expect("an id");
    let events = story("customer", "opened renamed document_published document_withdrawn");
    let folded = |events| {
        let state = fold(AggregateId::Customer(id), events);
        state.customer(id).expect("known").expect("there").state.clone()
    };
    let document = "0198c0de-0000-7000-8000-000000000601".parse().expect("an id");
    let title = Personal::known(id, Title::parse("Invoice 2026-17").expect("valid"));
    let published = Document::Published { kind: DocumentKind::Billing, title };
    for (events, then) in [(&events[..3], published), (&events[..], Document::Withdrawn)] {
        let name = CustomerName::parse("Miller & Sons").expect("valid");
        let expected = Customer { id, name, documents: BTreeMap::from([(document, then)]) };
        assert_eq!(folded(events), expected);
    }
    assert_eq!(types_in(&events), types_of("customer."));
}

#[test]
fn a_work_orders_golden_events_fold_to_the_work_order_they_always_made() {
    let id: WorkOrderId = "0198c0de-0000-7000-8000-0000000000f2".parse().expect("an id");
    let (taken, declined) = ("filed turned_into_task", "filed declined");
    let stage = |names| {
        let state = fold(AggregateId::WorkOrder(id), &story("work_order", names));
        let order = state.work_order(id).expect("known").expect("there").state.clone();
        assert_eq!((order.customer.to_string(), order.contact), (MILLERS.to_owned(), ada()));
        order.stage
    };
    let task = WorkOrderStage::Task {
        job: ELM_ST.parse().expect("an id"),
        task: "0198c0de-0000-7000-8000-000000000401".parse().expect("an id"),
    };
    assert_eq!((stage(taken), stage(declined)), (task, WorkOrderStage::Declined));
    let all = [story("work_order", taken), story("work_order", declined)].concat();
    assert_eq!(types_in(&all), types_of("work_order."));
}

/// One who set an image, another one, and took it away.
fn pictured() -> Vec<Event> {
    let active = "created primary_email_claimed invite_sent invite_resent invite_accepted
         person_linked owner_activated";
    let mut first = current()["contact.profile_image_set"].clone();
    first["image"] = first["replaced"].take();
    first.as_object_mut().expect("an object").remove("replaced");
    let mut events = story("contact", active);
    events.push(decode("contact.profile_image_set", &first));
    events.extend(story("contact", "profile_image_set profile_image_removed"));
    events
}

#[test]
fn a_contacts_golden_image_is_the_last_one_that_was_set() {
    let events = pictured();
    let image = |events: &[Event]| {
        let state = fold(AggregateId::Contact(ada()), events);
        state.contact(ada()).expect("known").expect("there").state.image
    };
    let second = "0198c0de-0000-7000-8000-000000000501".parse().ok();
    assert_eq!((image(&events[..events.len() - 1]), image(&events)), (second, None));
}

/// One who was reminded, and whose address became another after a deactivation.
fn reminded() -> Vec<Event> {
    story(
        "contact",
        "created primary_email_claimed invite_sent invite_reminded invite_resent invite_accepted
         person_linked owner_activated owner_deactivated
         primary_email_changed primary_email_released invite_sent former_address_told",
    )
}

#[test]
fn a_contacts_golden_mails_without_a_link_fold_to_what_they_always_did() {
    let state = fold(AggregateId::Contact(ada()), &reminded());
    let folded = &state.contact(ada()).expect("known").expect("there").state;
    assert_eq!((folded.access.word(), &folded.former_email), ("pending", &None));
}

fn line(label: &str, amount: i64) -> BudgetLine {
    let label = domain::text::Label::parse(label).expect("valid");
    BudgetLine { label, amount_cents: Cents::new(amount).expect("valid") }
}

/// The golden link, once it has ended with this secret.
fn adas_link(token: u16, until: &str) -> PortalLink {
    PortalLink {
        id: "0198c0de-0000-7000-8000-000000000450".parse().expect("an id"),
        name: domain::text::Label::parse("For Ada").expect("valid"),
        contact: Some(ada()),
        token: domain::TokenId(
            format!("0198c0de-0000-7000-8000-000000000{token}").parse().expect("an id"),
        ),
        expires_at: domain::Timestamp::parse(until).expect("valid"),
        asks_for_rotation: false,
        ended: true,
    }
}

#[test]
fn a_jobs_golden_events_fold_to_the_job_they_always_made() {
    let id: JobId = ELM_ST.parse().expect("an id");
    let events = story(
        "job",
        "created renamed owner_added owner_removed owner_added owner_replaced owner_added
         type_set template_applied
         task_added task_edited task_completed task_reopened task_commented task_unassigned task_removed task_added
         milestone_added milestone_edited milestone_status_set milestone_removed milestone_added
         deadline_set budget_set note_added archived reopened
         impersonation_started impersonation_ended
         portal_link_issued portal_link_rotated portal_link_revoked",
    );
    let state = fold(AggregateId::Job(id), &events);
    let expected = Job {
        id,
        name: domain::JobName::parse("Elm St 12, kitchen and bath").expect("valid"),
        reference: Some(domain::text::Reference::parse("P-2026-0042").expect("valid")),
        site: Some(domain::PostalAddress::parse("12 Elm St\nSpringfield").expect("valid")),
        owners: BTreeSet::from([ada(), BEA.parse().expect("an id")]),
        job_type: domain::JobType::parse("Remodel").ok(),
        tasks: vec![Task {
            id: "0198c0de-0000-7000-8000-000000000401".parse().expect("an id"),
            details: TaskDetails {
                title: Title::parse("Choose the tiles").expect("valid"),
                kind: TaskKind::Selection,
                phase: Phase::Planning,
                assignee: Some(Assignee::Owner(ada())),
                due: Day::parse("2026-05-01").ok(),
            },
            done: false,
        }],
        milestones: vec![Milestone {
            id: "0198c0de-0000-7000-8000-000000000402".parse().expect("an id"),
            details: MilestoneDetails {
                title: Title::parse("Kitchen in use").expect("valid"),
                due: Day::parse("2026-07-01").ok(),
            },
            status: MilestoneStatus::Planned,
        }],
        deadline: Day::parse("2026-08-31").ok(),
        budget: vec![line("Tiles", 145_050), line("Credit for the old sink", -5_000)],
        notes: BTreeSet::from(["0198c0de-0000-7000-8000-000000000403".parse().expect("an id")]),
        comments: BTreeMap::from([(
            "0198c0de-0000-7000-8000-0000000007f0".parse().expect("an id"),
            "0198c0de-0000-7000-8000-0000000007a0".parse().expect("an id"),
        )]),
        archived: false,
        impersonations: Impersonations {
            open: Vec::new(),
            ended: BTreeSet::from(["0198c0de-0000-7000-8000-000000000440".parse().expect("an id")]),
        },
        portal_links: PortalLinks(vec![adas_link(452, "2026-04-11T09:00:00.000250Z")]),
    };
    assert_eq!(state.job(id).expect("known").expect("there").state, expected);
    // A link ends in one of two ways.
    let over = story("job", "created owner_added portal_link_issued portal_link_expired");
    let state = fold(AggregateId::Job(id), &over);
    let job = &state.job(id).expect("known").expect("there").state;
    let link = adas_link(451, "2026-04-01T09:00:00.000250Z");
    assert_eq!(job.portal_links, PortalLinks(vec![link]));
    assert_eq!(types_in(events.iter().chain(&over)), types_of("job."));

    let looked_at =
        fold(AggregateId::Job(id), &story("job", "created owner_added impersonation_started"));
    let open = Impersonation {
        id: "0198c0de-0000-7000-8000-000000000440".parse().expect("an id"),
        contact: ada(),
        until: domain::Timestamp::parse("2026-03-02T09:30:00.000250Z").expect("valid"),
    };
    let job = looked_at.job(id).expect("known").expect("there");
    assert_eq!(job.state.impersonations.open, [open]);
}

#[test]
fn a_subcontractors_golden_events_fold_to_the_relation_they_always_made() {
    let id: SubcontractorId = "0198c0de-0000-7000-8000-0000000007a0".parse().expect("an id");
    let first = "added renamed project_invitation_sent primary_contact_change_requested
         primary_contact_changed project_invitation_staled project_invitation_resent
         project_invitation_cancelled project_invitation_resent project_invitation_declined
         project_invitation_resent project_invitation_expired project_invitation_resent
         org_linked project_invitation_accepted";
    let events = story("subcontractor", first);
    let state = fold(id.into(), &events);
    let folded = &state.subcontractor(id).expect("known").expect("there").state;
    assert_eq!(folded.company.as_str(), "Ridge Roofing");
    assert_eq!(folded.org, RIDGE.parse().ok());
    let contact = folded.contact.email.value().map(EmailAddress::typed);
    assert_eq!(contact, Some("bob@ridge.example"));
    assert!(folded.has_accepted(ELM_ST.parse().expect("an id")));
    assert!(folded.requests.values().all(|request| request.stage == RequestStage::Done));
    assert_eq!((folded.invitations.len(), folded.requests.len()), (1, 1));
    let withdrawn = story("subcontractor", &format!("{first} project_withdrawn"));
    let state = fold(id.into(), &withdrawn);
    let folded = &state.subcontractor(id).expect("known").expect("there").state;
    assert!(!folded.has_accepted(ELM_ST.parse().expect("an id")));
    let declined = story(
        "subcontractor",
        "added primary_contact_change_requested primary_contact_request_declined",
    );
    fold(id.into(), &declined);
    assert_eq!(types_in(withdrawn.iter().chain(&declined)), types_of("subcontractor."));
}

#[test]
fn a_companys_golden_events_fold_to_the_company_they_always_made() {
    let id: OrgId = RIDGE.parse().expect("an id");
    let words = |names: &str| -> (Vec<&'static str>, Vec<Event>) {
        let events = story("subcontractor_org", names);
        let state = fold(id.into(), &events);
        let org = &state.subcontractor_org(id).expect("known").expect("there").state;
        (org.users.values().map(|user| user.stage.word()).collect(), events)
    };
    let (stages, mut all) = words(
        "created renamed general_contractor_linked user_invited user_invite_resent
         user_invite_expired user_invite_resent user_invite_declined user_invite_resent user_joined
         join_requested join_approved user_removed primary_contact_assigned_by_support",
    );
    assert_eq!(stages, ["registered", "removed", "registered", "invited"]);
    let (stages, rest) =
        words("created user_invited user_invite_cancelled join_requested join_rejected");
    assert_eq!(stages, ["registered", "cancelled"]);
    all.extend(rest);
    assert_eq!(types_in(&all), types_of("subcontractor_org."));
}

#[test]
fn a_leads_golden_events_fold_to_the_lead_they_always_made() {
    let id: LeadId = "0198c0de-0000-7000-8000-0000000000d1".parse().expect("an id");
    let (ada, bea): (ContactId, ContactId) = (ada(), BEA.parse().expect("an id"));
    let merge = "0198c0de-0000-7000-8000-000000000400".parse().expect("an id");
    let events =
        story("lead", "created retitled linked unlinked linked relinked lost reopened won");
    let state = fold(AggregateId::Lead(id), &events);
    let expected = Lead {
        id,
        title: Title::parse("Kitchen and bath, Elm St").expect("valid"),
        link: Some(Link { contact: bea, merged: vec![(merge, ada)] }),
        stage: Stage::Won { job: ELM_ST.parse().expect("an id") },
    };
    assert_eq!(state.lead(id).expect("known").expect("there").state, expected);
    assert_eq!(types_in(&events), types_of("lead."));
}

/// What a merge took over of leads came later than the merge itself.
#[test]
fn a_merge_with_leads_is_read_and_written_beside_those_without() {
    let mut merged = current()["contact.merged_into"].clone();
    merged["leads"] = serde_json::json!(["0198c0de-0000-7000-8000-0000000000d1"]);
    let event = decode("contact.merged_into", &merged);
    let written: Value = serde_json::from_str(&event.payload().expect("serialises")).expect("JSON");
    assert_eq!(written, merged);
}

#[test]
fn an_accounts_golden_events_fold_to_the_account_they_always_made() {
    let id: AccountId = ACCOUNT.parse().expect("an id");
    let events = story(
        "builder_account",
        "opened api_key_issued job_types_set job_template_added job_template_changed
         job_template_removed job_template_added custom_fields_set settings_changed
         staff_second_factor_set
         api_key_rotated api_key_revoked",
    );
    let state = fold(AggregateId::BuilderAccount(id), &events);
    let account = state.builder_account(id).expect("known").expect("there");
    assert_eq!(account.name, domain::text::Label::parse("Elm Builders").expect("valid"));
    let office = AccountKey {
        role: domain::Role::Staff,
        label: domain::text::Label::parse("Office").expect("valid"),
        life: KeyLife::Revoked,
    };
    assert_eq!(account.keys.values().collect::<Vec<_>>(), [&office]);
    let types: Vec<_> = account.job_types.iter().map(domain::JobType::as_str).collect();
    assert_eq!(types, ["New home", "Remodel"]);
    let remodel = domain::JobType::parse("Remodel").ok();
    let kitchen = JobTemplate {
        name: domain::text::Label::parse("Kitchen").expect("valid"),
        job_type: remodel,
        tasks: vec![TemplateTask {
            title: Title::parse("Choose the tiles").expect("valid"),
            kind: TaskKind::Selection,
            phase: Phase::Planning,
        }],
        milestones: vec![Title::parse("Kitchen in use").expect("valid")],
    };
    assert_eq!(account.templates.values().collect::<Vec<_>>(), [&kitchen]);
    let label = |typed| domain::text::Label::parse(typed).expect("valid");
    let field = |name, typed, kind| domain::CustomField {
        name: domain::FieldName::parse(name).expect("valid"),
        label: label(typed),
        kind,
    };
    let options = FieldKind::Choice { choices: vec![label("Red"), label("Blue")] };
    assert_eq!(
        account.custom_fields,
        [
            field("lot", "Lot number", FieldKind::Text),
            field("living-space", "Living space", FieldKind::Number),
            field("moved-in", "Moved in", FieldKind::Date),
            field("front-door", "Front door", options),
        ]
    );
    assert_eq!(account.settings.invitation_ttl_hours.hours(), 168);
    assert!(account.settings.invitation_reminder);
    assert_eq!(account.staff_second_factor, StaffSecondFactor::Required);
    let staff = a_story_of_staff(id);
    assert_eq!(types_in(events.iter().chain(&staff)), types_of("builder_account."));
}

/// Somebody who joined and was removed, and somebody whose invitation was taken back.
fn a_story_of_staff(id: AccountId) -> Vec<Event> {
    let joined = "opened staff_invited staff_invite_resent staff_joined staff_role_changed
         staff_grants_changed";
    let mia = MIA.parse().expect("an id");
    let member = |names: &str| {
        let state = fold(AggregateId::BuilderAccount(id), &story("builder_account", names));
        let account = state.builder_account(id).expect("known").expect("there");
        account.staff[&mia].clone()
    };
    let at = |typed| domain::Timestamp::parse(typed).expect("valid");
    let expected = StaffMember {
        name: Personal::known(mia, domain::PersonName::parse("Mia Mason").expect("valid")),
        email: Personal::known(mia, EmailAddress::parse("Mia@Elm.example").expect("valid")),
        role: domain::Role::Admin,
        grants: BTreeSet::new(),
        stage: StaffStage::Joined { person: ADA.parse().expect("an id") },
        mailed_at: vec![at("2026-03-02T09:15:00.000250Z"), at("2026-03-03T10:00:00Z")],
    };
    assert_eq!(member(joined), expected);
    let removed = format!("{joined} staff_removed");
    assert_eq!(member(&removed), StaffMember { stage: StaffStage::Removed, ..expected });
    let cancelled = "opened staff_invited staff_invite_cancelled";
    assert_eq!(member(cancelled).stage, StaffStage::Cancelled);
    let mut events = story("builder_account", &removed);
    events.extend(story("builder_account", cancelled));
    events
}

#[test]
fn the_installations_golden_events_fold_to_the_installation_they_always_made() {
    let events = story(
        "installation",
        "operator_token_issued account_opening_ordered api_key_issue_ordered
         operator_appointed operator_dismissed
         intervention_requested intervention_approved intervention_carried_out",
    );
    let state = fold(AggregateId::Installation, &events);
    let installation = state.installation().expect("known").expect("there");
    let stages = |installation: &Installation| {
        installation.interventions.values().map(|one| one.stage.word()).collect::<Vec<_>>()
    };
    assert_eq!(stages(installation), ["carried_out"]);
    assert_eq!(installation.operator_tokens, 1);
    assert_eq!(installation.accounts.len(), 1);
    assert_eq!(installation.live_operators().count(), 1, "the printed one is left");
    let refused = story("installation", "intervention_refused");
    let before = story("installation", "intervention_requested intervention_approved");
    let before = [before, refused].concat();
    let state = fold(AggregateId::Installation, &before);
    assert_eq!(stages(state.installation().expect("known").expect("there")), ["refused"]);
    let rejected = story("installation", "intervention_requested intervention_rejected");
    let state = fold(AggregateId::Installation, &rejected);
    assert_eq!(stages(state.installation().expect("known").expect("there")), ["rejected"]);
    let of_company = story("installation", "org_intervention_requested");
    let state = fold(AggregateId::Installation, &of_company);
    assert_eq!(stages(state.installation().expect("known").expect("there")), ["requested"]);
    let all = events.iter().chain(&before).chain(&rejected).chain(&of_company);
    assert_eq!(types_in(all), types_of("installation."));
}

#[test]
fn a_persons_golden_events_fold_to_the_person_they_always_made() {
    let person: PersonId = ADA.parse().expect("an id");
    let first = "registered credentials_set contact_linked logged_in session_revoked
         password_reset_requested";
    let events = story("person", first);
    let state = fold(person.into(), &events);
    let token = "0198c0de-0000-7000-8000-000000000420".parse().expect("an id");
    let expires_at = domain::Timestamp::parse("2026-03-02T09:45:00.000250Z").expect("valid");
    let mut expected = Person {
        id: person,
        email: email("Ada@Home.example"),
        credential: "0198c0de-0000-7000-8000-000000000400".parse().ok(),
        links: BTreeSet::from([(ACCOUNT.parse().expect("an id"), BEA.parse().expect("an id"))]),
        reset: Some(OpenReset { token, expires_at }),
        email_change: EmailChange::None,
        staff: BTreeSet::new(),
        orgs: BTreeSet::new(),
        second_factor: None,
    };
    assert_eq!(state.person(person), Ok(Some(&expected)));

    let rest = "password_reset_completed credentials_set sessions_revoked
         staff_linked staff_session_begun org_linked org_session_begun second_factor_enabled recovery_code_used";
    let events = story("person", &format!("{first} {rest}"));
    let state = fold(person.into(), &events);
    expected.reset = None;
    let staff = MIA.parse().expect("an id");
    expected.staff = BTreeSet::from([(ACCOUNT.parse().expect("an id"), staff)]);
    let user = ANN.parse().expect("an id");
    expected.orgs = BTreeSet::from([(RIDGE.parse().expect("an id"), user)]);
    let factor = "0198c0de-0000-7000-8000-0000000005f0".parse().expect("an id");
    expected.second_factor = Some(SecondFactor { factor, used: BTreeSet::from([3]) });
    assert_eq!(state.person(person), Ok(Some(&expected)));
    let rest = format!("{rest} second_factor_disabled");
    let events = story("person", &format!("{first} {rest}"));
    let state = fold(person.into(), &events);
    expected.second_factor = None;
    assert_eq!(state.person(person), Ok(Some(&expected)));
    assert_eq!(state.version(person.into()), 16);

    let refused = "primary_email_change_requested primary_email_change_begun
         primary_email_change_refused";
    let token = "0198c0de-0000-7000-8000-000000000430".parse().expect("an id");
    let state = fold(person.into(), &story("person", &format!("{first} {rest} {refused}")));
    expected.email_change = EmailChange::Ended { token, how: EmailChangeEnding::Refused };
    assert_eq!(state.person(person), Ok(Some(&expected)));
    let changed = "primary_email_change_requested primary_email_change_begun login_email_changed";
    let events = story("person", &format!("{first} {rest} {refused} {changed}"));
    let state = fold(person.into(), &events);
    expected.email_change = EmailChange::Ended { token, how: EmailChangeEnding::Changed };
    expected.email = email("Ada@Work.example");
    assert_eq!(state.person(person), Ok(Some(&expected)));
    assert_eq!(types_in(&events), types_of("person."));
}

#[test]
fn a_mails_golden_events_fold_to_the_end_they_always_told() {
    let id: MailId = "0198c0de-0000-7000-8000-000000000102".parse().expect("an id");
    let mut types = BTreeSet::new();
    for (name, outcome) in
        [("sent", MailOutcome::Sent), ("failed", MailOutcome::Failed(FailureCause::Refused))]
    {
        let events = story("notification", name);
        let Event::Notification(event) = &events[0] else { panic!("a mail's event") };
        let (kind, recipient) = (MailKind::Invitation, SubjectId::from(ada()));
        let expected = Notification { id, kind, recipient, outcome: Some(outcome), bounced: false };
        assert_eq!(Notification::from_first(id, event), Ok(expected));
        assert_eq!(event.recipient(), SubjectId::from(ada()));
        assert_eq!(
            fold(AggregateId::Notification(id), &events).version(AggregateId::Notification(id)),
            1
        );
        types.extend(types_in(&events));
        // One that tells an owner of something new begins with its order.
        let ordered = story("notification", &format!("queued {name}"));
        let Event::Notification(queued) = &ordered[0] else { panic!("a mail's event") };
        let (kind, recipient) = (MailKind::NewMessage, SubjectId::from(ada()));
        let expected = Notification { id, kind, recipient, outcome: None, bounced: false };
        assert_eq!(Notification::from_first(id, queued), Ok(expected));
        assert_eq!(queued.recipient(), SubjectId::from(ada()));
        fold(AggregateId::Notification(id), &ordered);
        types.extend(types_in(&ordered));
    }
    let events = story("notification", "sent bounced");
    let state = fold(AggregateId::Notification(id), &events);
    assert_eq!(state.version(AggregateId::Notification(id)), 2);
    types.extend(types_in(&events));
    assert_eq!(types, types_of("notification."));
}

#[test]
fn an_owner_items_golden_events_fold_to_the_item_they_always_made() {
    let id: OwnerItemId = "0198c0de-0000-7000-8000-000000000501".parse().expect("an id");
    let job: JobId = ELM_ST.parse().expect("an id");
    let whose = Whose { job, contact: ada(), link: ItemLink(1) };
    let folded = |names: &str| {
        let events = story("owner_item", names);
        let state = fold(id.into(), &events);
        let item = state.owner_item(id).expect("known").expect("there").state.clone();
        (item, types_in(&events))
    };
    let (item, mut types) = folded("todo_added todo_edited todo_completed todo_reopened");
    let title = Personal::known(ada(), Title::parse("Bring all keys").expect("valid"));
    let todo = Todo { title, due: Day::parse("2026-06-05").ok(), done: false };
    assert_eq!(item, OwnerItem { id, whose, what: What::Todo(todo) });
    let (item, removed) = folded("todo_added todo_removed");
    assert_eq!(item, OwnerItem { id, whose, what: What::RemovedTodo });
    types.extend(removed);
    let (item, sent) = folded("message_sent");
    assert_eq!(item, OwnerItem { id, whose, what: What::Message });
    types.extend(sent);
    assert_eq!(types, types_of("owner_item."));
}

/// Seals every value it sees, and notes whose they are.
#[derive(Default)]
struct Seal(BTreeSet<SubjectId>);

impl PersonalVisitor for Seal {
    fn visit(&mut self, field: &'static str, value: &mut dyn Sealable) {
        self.0.insert(value.subject());
        value.seal(field.into());
    }
}

/// Takes every value away, as erasing a person does.
struct Erase;

impl PersonalVisitor for Erase {
    fn visit(&mut self, _: &'static str, value: &mut dyn Sealable) {
        value.erase();
    }
}

#[test]
fn no_personal_value_is_passed_over_when_an_event_is_sealed_or_erased() {
    // H11, promise 20: a contact's or person's, a customer's, a staff member's, an operator's, that of a subcontractor's
    // primary contact and those of its company's users
    let trades = ["a0", "c0", "c1", "c2", "c3"].map(|end| format!("{}{end}", &RIDGE[..34]));
    let whose = [ADA, MILLERS, MIA, OLU].into_iter().chain(trades.iter().map(String::as_str));
    let whose: Vec<_> = whose.map(|id| SubjectId(id.parse().expect("an id"))).collect();
    for (stored_type, payload) in current() {
        let personal = payload.to_string().contains("\"plain\":");
        let mut sealed = decode(&stored_type, &payload);
        let mut seal = Seal::default();
        sealed.each_personal(&mut seal);
        assert_eq!(!seal.0.is_empty(), personal, "{stored_type}");
        assert!(seal.0.iter().all(|subject| whose.contains(subject)), "{stored_type}");
        let mut erased = sealed.clone();
        erased.each_personal(&mut Erase);
        for event in [sealed, erased] {
            let stored = event.payload().expect("serialises");
            assert!(!stored.contains("\"plain\":"), "{stored_type}: {stored}");
            let stored: Value = serde_json::from_str(&stored).expect("JSON");
            assert_eq!(decode(&stored_type, &stored), event);
        }
    }
}

#[test]
fn a_title_that_came_later_is_sealed_as_a_name_is() {
    let title = serde_json::json!({ "of": ADA, "plain": "Dr" });
    let mut created = current()["contact.created"].clone();
    created["title"] = title.clone();
    let mut updated = current()["contact.info_updated"].clone();
    updated["title"] = serde_json::json!({ "from": title, "to": title });
    for (stored_type, payload) in [("contact.created", created), ("contact.info_updated", updated)]
    {
        let mut event = decode(stored_type, &payload);
        event.each_personal(&mut Seal::default());
        assert!(!event.payload().expect("serialises").contains("Dr"), "{stored_type}");
    }
}

#[test]
fn a_time_and_a_reason_that_came_later_are_read_and_written() {
    let person = "0198c0de-0000-7000-8000-0000000000a1";
    let at = serde_json::json!({ "person": person, "at": "2026-03-04T08:00:00.000000Z" });
    let reason = serde_json::json!({ "reason": "duplicate_primary_email" });
    let later = [
        ("contact.owner_activated", at.clone()),
        ("contact.owner_reactivated", at),
        ("contact.owner_deactivated", reason),
    ];
    for (stored_type, payload) in later {
        let written = decode(stored_type, &payload).payload().expect("serialises");
        assert_eq!(serde_json::from_str::<Value>(&written).expect("JSON"), payload);
    }
}

#[test]
fn an_erased_history_still_folds() {
    // H11: the state is the same but for what is gone
    let story = story(
        "contact",
        "created info_updated primary_email_changed primary_email_swapped
         additional_email_added additional_email_edited additional_email_removed
         primary_email_claimed invite_sent invite_resent invite_accepted person_linked
         owner_activated owner_disabled owner_reenabled owner_deactivated",
    );
    let erased: Vec<_> = story
        .into_iter()
        .map(|mut event| {
            event.each_personal(&mut Erase);
            event
        })
        .collect();
    let state = fold(AggregateId::Contact(ada()), &erased);
    let folded = &state.contact(ada()).expect("known").expect("there").state;
    assert_eq!(folded.access.word(), "deactivated");
    assert_eq!(folded.additional_emails, [Personal::Erased { of: ada().into() }]);
    assert!(folded.claimed);
}

#[test]
fn each_golden_event_tells_what_it_changed() {
    // promise 17: before and after
    for (stored_type, payload) in current() {
        assert!(!decode(&stored_type, &payload).changes().is_empty(), "{stored_type}");
    }
}

#[test]
fn the_types_of_an_aggregate_begin_with_its_word() {
    for (stored_type, payload) in current() {
        let word = decode(&stored_type, &payload).kind().word();
        assert_eq!(stored_type.split_once('.').map(|(aggregate, _)| aggregate), Some(word));
    }
    assert_eq!(
        ContactEvent::TYPES.len() + JobEvent::TYPES.len(),
        types_of("contact.").len() + types_of("job.").len()
    );
}
