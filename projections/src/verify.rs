//! Checks a whole ledger: dense positions, the Merkle root, copies beside the bytes, every aggregate
//! folding without an impossible step, claims equal to their events, views equal to a fresh fold.

use crate::ViewError;
use crate::diff::{Diff, diff};
use crate::rebuild::OnEvents;
use crate::view::all_views;
use domain::builder_account::{BuilderAccount, StaffStage};
use domain::contact::{ClaimChange, ContactEvent};
use domain::installation::Installation;
use domain::job::impersonation::ImpersonationStep;
use domain::job::portal_link::PortalLinkStep;
use domain::{
    AccountId, AggregateId, Channel, ContactId, EmailAddress, Event, Grant, LedgerId, LedgerState,
    OrgId, Personal, Role,
};
use event_store::codec::decode;
use event_store::merkle::{Frontier, leaf_hash};
use event_store::reader::StoredRow;
use event_store::{Reader, Recorded, StoreError};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// How many rows are read at once.
const PAGE: u32 = 2_000;

/// The most problems that are told one by one; all are counted.
const TOLD_MAX: usize = 50;

/// What a check of a ledger found.
#[derive(Debug, Clone, Serialize)]
pub struct Verified {
    /// The ledger.
    pub ledger: Uuid,
    /// The head that was checked.
    pub head: u64,
    /// The Merkle root at that head, hexadecimal.
    pub root: String,
    /// How many things are wrong.
    pub problems: u64,
    /// The first of them.
    pub told: Vec<String>,
    /// How the views stand.
    pub views: BTreeMap<&'static str, Diff>,
}

impl Verified {
    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.problems == 0 && self.views.values().all(Diff::is_clean)
    }

    fn problem(&mut self, what: String) {
        self.problems += 1;
        if self.told.len() < TOLD_MAX {
            self.told.push(what);
        }
    }
}

/// Checks one ledger beside the live server, up to the head it has when the check starts.
pub async fn verify(
    reader: &Reader,
    ledger: LedgerId,
    on_events: OnEvents<'_>,
) -> Result<Verified, ViewError> {
    let Snapshot {
        head,
        claims,
        links,
        keys,
        impersonations,
        portal_links,
        images,
        staff,
        org_users,
    } = snapshot(reader, ledger).await?;
    let mut verified = Verified {
        ledger: ledger.0,
        head: head.size(),
        root: head.root().iter().map(|byte| format!("{byte:02x}")).collect(),
        problems: 0,
        told: Vec::new(),
        views: BTreeMap::new(),
    };
    let mut checking = Checking {
        ledger,
        frontier: Frontier::default(),
        state: LedgerState::default(),
        claims: BTreeMap::new(),
        links: BTreeSet::new(),
        impersonations: BTreeSet::new(),
        portal_links: BTreeMap::new(),
        images: BTreeMap::new(),
    };
    checking.log(reader, &head, &mut verified, on_events).await?;
    if checking.frontier != head {
        verified.problem("the Merkle tree of the stored events is not the one of the head".into());
    }
    let folded: BTreeMap<Vec<u8>, Uuid> =
        checking.claims.iter().map(|(contact, hash)| (hash.to_vec(), *contact)).collect();
    for (hash, contact) in &claims {
        if folded.get(hash) != Some(contact) {
            verified.problem(format!("the claim of contact {contact} is not in the events"));
        }
    }
    for (hash, contact) in &folded {
        if claims.get(hash) != Some(contact) {
            verified.problem(format!("the claim of contact {contact} is not in the index"));
        }
    }
    for link in links.symmetric_difference(&checking.links) {
        verified.problem(match link {
            (contact, Theirs::Job(job)) => {
                format!("contact {contact} as an owner of job {job} is not as in the events")
            }
            (contact, Theirs::Customer(customer)) => {
                format!("contact {contact} as one of customer {customer} is not as in the events")
            }
            (contact, Theirs::Lead(lead)) => {
                format!("contact {contact} as whom lead {lead} is about is not as in the events")
            }
        });
    }
    checking.check_keys(&keys, &mut verified);
    for (impersonation, _) in impersonations.symmetric_difference(&checking.impersonations) {
        let what = "what opens as impersonation";
        verified.problem(format!("{what} {impersonation} is not as in the events"));
    }
    checking.check_portal_links(&portal_links, &mut verified);
    checking.check_images(&images, &mut verified);
    checking.check_staff(&staff, &mut verified);
    checking.check_org_users(&org_users, &mut verified);
    for view in all_views() {
        match diff(reader, view, ledger, &|_| {}).await {
            Ok(diff) => {
                verified.views.insert(view.name(), diff);
            }
            Err(ViewError::Store(
                error @ (StoreError::Unreadable { .. } | StoreError::Hole { .. }),
            )) => {
                verified.problem(format!("view {}: {error}", view.name()));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(verified)
}

type ClaimTable = BTreeMap<Vec<u8>, Uuid>;

/// What belongs to a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Theirs {
    /// A job that it is an owner of.
    Job(Uuid),
    /// A lead that is about it.
    Lead(Uuid),
    /// The customer that it belongs to.
    Customer(Uuid),
}

/// Contacts with what belongs to them.
type Links = BTreeSet<(Uuid, Theirs)>;

/// API keys that open something, with their roles.
type KeyTable = BTreeSet<(Uuid, String)>;

/// Impersonations that open something, with the contact through whose eyes it is.
type ImpersonationTable = BTreeSet<(Uuid, Uuid)>;

/// The secrets of links to portals, with the link, the job, whose it is and how it ended.
type PortalLinkTable = BTreeMap<Uuid, (Uuid, Uuid, Option<Uuid>, Option<String>)>;

/// Contacts with their images.
type ImageTable = BTreeMap<Uuid, Uuid>;

/// The staff as it is now: who, which person signs in as them, role and grants.
type StaffTable = BTreeSet<(Uuid, Option<Uuid>, String, Vec<String>)>;

/// The registered users of a subcontractor's company, each with who signs in as them.
type OrgUserTable = BTreeSet<(Uuid, Uuid)>;

/// The head and what changes with the append that moves it.
struct Snapshot {
    head: Frontier,
    claims: ClaimTable,
    links: Links,
    keys: KeyTable,
    impersonations: ImpersonationTable,
    portal_links: PortalLinkTable,
    images: ImageTable,
    staff: StaffTable,
    org_users: OrgUserTable,
}

async fn snapshot(reader: &Reader, ledger: LedgerId) -> Result<Snapshot, ViewError> {
    let failed = || ViewError::database("primary_email_claims");
    let mut client = reader.database().own_connection(None).await?;
    let snapshot = client
        .build_transaction()
        .isolation_level(tokio_postgres::IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await
        .map_err(failed())?;
    let row = snapshot
        .query_opt("SELECT head, frontier FROM ledgers WHERE ledger_id = $1", &[&ledger.0])
        .await
        .map_err(failed())?
        .ok_or(StoreError::UnknownLedger(ledger))?;
    let position = u64::try_from(row.get::<_, i64>(0)).unwrap_or(0);
    let head = Frontier::from_bytes(position, row.get(1)).ok_or_else(|| {
        let why = "the stored frontier does not fit the head".to_owned();
        StoreError::Unreadable { ledger, position, why }
    })?;
    let rows = snapshot
        .query(
            "SELECT email_hash, contact_id FROM primary_email_claims WHERE ledger_id = $1",
            &[&ledger.0],
        )
        .await
        .map_err(failed())?;
    let jobs = snapshot
        .query("SELECT contact_id, job_id FROM contact_jobs WHERE ledger_id = $1", &[&ledger.0])
        .await
        .map_err(failed())?;
    let leads = snapshot
        .query("SELECT contact_id, lead_id FROM contact_leads WHERE ledger_id = $1", &[&ledger.0])
        .await
        .map_err(failed())?;
    let members = "SELECT contact_id, customer_id FROM customer_contacts WHERE ledger_id = $1";
    let members = snapshot.query(members, &[&ledger.0]).await.map_err(failed())?;
    let keys = snapshot
        .query("SELECT key_id, role FROM credentials WHERE ledger_id = $1", &[&ledger.0])
        .await
        .map_err(failed())?;
    let open = "SELECT impersonation_id, contact_id FROM impersonation_credentials \
                WHERE ledger_id = $1";
    let open = snapshot.query(open, &[&ledger.0]).await.map_err(failed())?;
    let portals = "SELECT token_id, link_id, job_id, contact_id, ended FROM portal_link_tokens \
                   WHERE ledger_id = $1";
    let portals = snapshot.query(portals, &[&ledger.0]).await.map_err(failed())?;
    let images = snapshot
        .query("SELECT contact_id, image_id FROM profile_images WHERE ledger_id = $1", &[&ledger.0])
        .await
        .map_err(failed())?;
    let staff = "SELECT staff_id, person_id, role, grants FROM staff_members WHERE ledger_id = $1";
    let staff = snapshot.query(staff, &[&ledger.0]).await.map_err(failed())?;
    let users = "SELECT user_id, person_id FROM org_users WHERE ledger_id = $1";
    let users = snapshot.query(users, &[&ledger.0]).await.map_err(failed())?;
    snapshot.commit().await.map_err(failed())?;
    let jobs = jobs.iter().map(|row| (row.get(0), Theirs::Job(row.get(1))));
    let leads = leads.iter().map(|row| (row.get(0), Theirs::Lead(row.get(1))));
    let members = members.iter().map(|row| (row.get(0), Theirs::Customer(row.get(1))));
    Ok(Snapshot {
        head,
        claims: rows.iter().map(|row| (row.get(0), row.get(1))).collect(),
        links: jobs.chain(leads).chain(members).collect(),
        keys: keys.iter().map(|row| (row.get(0), row.get(1))).collect(),
        impersonations: open.iter().map(|row| (row.get(0), row.get(1))).collect(),
        portal_links: portals
            .iter()
            .map(|row| (row.get(0), (row.get(1), row.get(2), row.get(3), row.get(4))))
            .collect(),
        images: images.iter().map(|row| (row.get(0), row.get(1))).collect(),
        staff: staff.iter().map(|r| (r.get(0), r.get(1), r.get(2), r.get(3))).collect(),
        org_users: users.iter().map(|row| (row.get(0), row.get(1))).collect(),
    })
}

struct Checking {
    ledger: LedgerId,
    frontier: Frontier,
    state: LedgerState,
    /// By contact, because an erased address has no hash any more.
    claims: BTreeMap<Uuid, [u8; 32]>,
    links: Links,
    impersonations: ImpersonationTable,
    portal_links: PortalLinkTable,
    images: ImageTable,
}

impl Checking {
    async fn log(
        &mut self,
        reader: &Reader,
        head: &Frontier,
        verified: &mut Verified,
        on_events: OnEvents<'_>,
    ) -> Result<(), ViewError> {
        let mut at = 0;
        let client = reader.database().own_connection(None).await?;
        while at < head.size() {
            let left = u32::try_from(head.size() - at).unwrap_or(u32::MAX);
            let rows = reader.rows_after(self.ledger, at, PAGE.min(left)).await?;
            if rows.is_empty() {
                verified.problem(format!("positions {} to {} are missing", at + 1, head.size()));
                return Ok(());
            }
            let mut events = Vec::new();
            for row in &rows {
                if row.position > head.size() {
                    break;
                }
                if row.position != at + 1 {
                    let gap = format!("positions {} to {} are missing", at + 1, row.position - 1);
                    verified.problem(gap);
                }
                at = row.position;
                self.frontier.push(leaf_hash(row.bytes.as_bytes()));
                match decode(self.ledger, row.position, &row.bytes) {
                    Ok(event) => {
                        check_copies(row, &event, verified);
                        events.push(event);
                    }
                    Err(error) => verified.problem(error.to_string()),
                }
            }
            match reader.open_all(&client, &mut events).await {
                Ok(()) => {}
                Err(error @ StoreError::Unreadable { .. }) => verified.problem(error.to_string()),
                Err(error) => return Err(error.into()),
            }
            for event in &events {
                self.fold(reader, event, verified);
            }
            on_events(u64::try_from(rows.len()).unwrap_or(0));
        }
        Ok(())
    }

    fn fold(&mut self, reader: &Reader, event: &Recorded, verified: &mut Verified) {
        let recorded = self.state.record(event.aggregate, event.sequence, &event.event);
        if let Err(step) = recorded {
            verified.problem(format!("position {}: {step}", event.position));
            return;
        }
        if !self.state.knows(event.aggregate) {
            let (position, aggregate) = (event.position, event.aggregate);
            verified.problem(format!("position {position}: {aggregate} starts in its middle"));
        }
        self.fold_links(event);
        match event.job().and_then(|(_, job)| job.impersonation()) {
            Some(ImpersonationStep::Started(e)) => {
                self.impersonations.insert((e.impersonation.0, e.contact.0));
            }
            Some(ImpersonationStep::Ended(e)) => {
                self.impersonations.remove(&(e.impersonation.0, e.contact.0));
            }
            None => {}
        }
        self.fold_portal_link(event);
        let Some((contact, contact_event)) = event.contact() else { return };
        // The bytes of one that was taken over are where it comes from.
        if let ContactEvent::ProfileImageSet(set) = contact_event
            && event.origin.channel != Channel::Import
        {
            self.images.insert(contact.0, set.image.0);
        }
        if matches!(contact_event, ContactEvent::ProfileImageRemoved(_)) {
            self.images.remove(&contact.0);
        }
        match contact_event.claim() {
            Some((email, ClaimChange::Taken)) => {
                if let Some(email) = Personal::<EmailAddress>::value(email) {
                    let hash = reader.keys().claim_hash(self.ledger, email);
                    self.claims.insert(contact.0, hash);
                }
            }
            Some((_, ClaimChange::Released)) => {
                self.claims.remove(&contact.0);
            }
            None => {}
        }
    }
}

impl Checking {
    /// The keys that open something are those that were issued and not revoked since, and in the
    /// installation's own ledger the operators' tokens.
    fn check_keys(&self, stored: &KeyTable, verified: &mut Verified) {
        let installation = self.state.installation().ok().flatten();
        let operators = installation.into_iter().flat_map(Installation::live_operators);
        let operators = operators.map(|id| (id.0, "operator".to_owned()));
        let account = self.state.builder_account(AccountId(self.ledger.0)).ok().flatten();
        let word = |role| match role {
            Role::Admin => "admin",
            Role::Staff => "staff",
            Role::Auditor => "auditor",
        };
        let live = account.into_iter().flat_map(BuilderAccount::live_keys);
        let keys = live.map(|(id, key)| (id.0, word(key.role).to_owned()));
        let folded: KeyTable = keys.chain(operators).collect();
        for (key, _) in stored.symmetric_difference(&folded) {
            verified.problem(format!("what opens as API key {key} is not as in the events"));
        }
    }

    fn fold_portal_link(&mut self, event: &Recorded) {
        let Some(step) = event.job().and_then(|(_, job)| job.portal_link()) else { return };
        let whose = step.contact().map(|contact| contact.0);
        let made = (step.id().0, event.aggregate.uuid(), whose, None);
        let (token, how) = match step {
            PortalLinkStep::Issued(e) => {
                self.portal_links.insert(e.token.0, made);
                return;
            }
            PortalLinkStep::Rotated(e) => {
                self.portal_links.insert(e.to.0, made);
                (e.from, "rotated")
            }
            PortalLinkStep::Revoked(e) => (e.token, "revoked"),
            PortalLinkStep::Expired(e) => (e.token, "expired"),
        };
        if let Some((.., ended)) = self.portal_links.get_mut(&token.0) {
            *ended = Some(how.to_owned());
        }
    }

    /// What opens portals, and what is told of what opens none any more, is as the events made it.
    fn check_portal_links(&self, stored: &PortalLinkTable, verified: &mut Verified) {
        let tokens: BTreeSet<&Uuid> = stored.keys().chain(self.portal_links.keys()).collect();
        for token in tokens {
            if stored.get(token) != self.portal_links.get(token) {
                let what = "what opens a portal as";
                verified.problem(format!("{what} {token} is not as in the events"));
            }
        }
    }

    /// The images that are kept are those that were set and not removed since; an erased person has
    /// none.
    fn check_images(&self, stored: &ImageTable, verified: &mut Verified) {
        for (contact, image) in stored {
            if self.images.get(contact) != Some(image) {
                verified.problem(format!("the image of contact {contact} is not in the events"));
            }
        }
        for contact in self.images.keys().filter(|contact| !stored.contains_key(contact)) {
            let known = self.state.contact(ContactId(*contact)).ok().flatten();
            if known.is_some_and(|known| known.state.name.value().is_some()) {
                verified.problem(format!("the image of contact {contact} is not kept"));
            }
        }
    }

    /// What lets the staff in is what the account's events made of it.
    fn check_staff(&self, stored: &StaffTable, verified: &mut Verified) {
        let account = self.state.builder_account(AccountId(self.ledger.0)).ok().flatten();
        let words = |grants: &BTreeSet<Grant>| grants.iter().map(|g| g.word().to_owned()).collect();
        let folded: StaffTable = account
            .into_iter()
            .flat_map(|account| &account.staff)
            .filter_map(|(id, member)| match member.stage {
                StaffStage::Invited { .. } => Some((id, None, member)),
                StaffStage::Joined { person } => Some((id, Some(person.0), member)),
                StaffStage::Cancelled | StaffStage::Removed => None,
            })
            .map(|(id, person, member)| {
                (id.0, person, member.role.word().to_owned(), words(&member.grants))
            })
            .collect();
        for (member, ..) in stored.symmetric_difference(&folded) {
            verified.problem(format!("what lets staff member {member} in is not as in the events"));
        }
    }

    /// Who signs in for a company is whom the company's events made a registered user.
    fn check_org_users(&self, stored: &OrgUserTable, verified: &mut Verified) {
        let org = self.state.subcontractor_org(OrgId(self.ledger.0)).ok().flatten();
        let registered = org.into_iter().flat_map(|org| org.state.registered());
        let folded = registered.map(|(user, person, _)| (user.0, person.0)).collect();
        for (user, _) in stored.symmetric_difference(&folded) {
            verified.problem(format!("who signs in as user {user} is not as in the events"));
        }
    }

    fn fold_links(&mut self, event: &Recorded) {
        if let Some((contact, event)) = event.contact() {
            let (left, came) = event.customer_change();
            if let Some(customer) = left {
                self.links.remove(&(contact.0, Theirs::Customer(customer.0)));
            }
            if let Some(customer) = came {
                self.links.insert((contact.0, Theirs::Customer(customer.0)));
            }
        }
        let ((left, came), theirs) = match (event.aggregate, &event.event) {
            (AggregateId::Job(job), Event::Job(event)) => {
                (event.owner_change(), Theirs::Job(job.0))
            }
            (AggregateId::Lead(lead), Event::Lead(event)) => {
                (event.contact_change(), Theirs::Lead(lead.0))
            }
            (
                _,
                Event::Contact(_)
                | Event::Job(_)
                | Event::Lead(_)
                | Event::Customer(_)
                | Event::WorkOrder(_)
                | Event::OwnerItem(_)
                | Event::BuilderAccount(_)
                | Event::Installation(_)
                | Event::Subcontractor(_)
                | Event::SubcontractorOrg(_)
                | Event::Person(_)
                | Event::Notification(_),
            ) => return,
        };
        if let Some(contact) = left {
            self.links.remove(&(contact.0, theirs));
        }
        if let Some(contact) = came {
            self.links.insert((contact.0, theirs));
        }
    }
}

/// The columns beside an event's bytes are copies of what the bytes say.
fn check_copies(row: &StoredRow, event: &Recorded, verified: &mut Verified) {
    let said = (
        event.aggregate.uuid(),
        event.sequence,
        event.event.stored_type().to_owned(),
        event.recorded_at,
    );
    if row.copies != said {
        verified.problem(format!("position {}: the columns are not the event's", row.position));
    }
}
