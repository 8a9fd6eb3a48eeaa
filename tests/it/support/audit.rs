//! Reads a whole ledger back and checks that it is what the product promises.

use domain::builder_account::BuilderAccountEvent;
use domain::contact::{ClaimChange, ContactEvent, InvitationStep};
use domain::notification::NotificationEvent;
use domain::person::PersonEvent;
use domain::{ContactId, LedgerId, LedgerState};
use event_store::codec::decode;
use event_store::merkle::{Frontier, leaf_hash};
use event_store::reader::StoredRow;
use event_store::{Reader, Recorded};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const PAGE: u32 = 2_000;

/// Checks a ledger that nobody writes to any more, shows each event, opened, to `see`, and gives
/// the head's position: positions without holes, columns as in the bytes, every aggregate folds,
/// time does not go back, the tree over the stored bytes is the head's, and the rows written
/// beside the events (claims, links, mail, keys) are exactly those that the events tell of.
pub(crate) async fn audit(
    reader: &Reader,
    ledger: LedgerId,
    mut see: impl FnMut(&Recorded),
) -> u64 {
    let mut audit = Audit::default();
    loop {
        let rows = reader.rows_after(ledger, audit.frontier.size(), PAGE).await.expect("rows");
        if rows.is_empty() {
            break;
        }
        let mut events: Vec<Recorded> = rows.iter().map(|row| audit.take(ledger, row)).collect();
        let client = reader.database().connection().await.expect("a connection");
        reader.open_all(&**client, &mut events).await.expect("the sealed values open");
        for event in &events {
            audit.fold(event);
            see(event);
        }
    }
    let head = reader.head(ledger).await.expect("the head").expect("the ledger is there");
    assert_eq!(head.position, audit.frontier.size(), "the head is the last event's position");
    assert_eq!(head.frontier, audit.frontier, "the tree over the stored bytes is the head's");
    audit.compare_beside(reader, ledger).await;
    head.position
}

#[derive(Default)]
struct Audit {
    frontier: Frontier,
    state: LedgerState,
    last: Option<domain::Timestamp>,
    ids: BTreeSet<Uuid>,
    claims: BTreeMap<String, ContactId>,
    links: BTreeMap<Uuid, i64>,
    /// Mails that were sent or given up.
    ended: BTreeSet<Uuid>,
    resets: BTreeMap<Uuid, i64>,
    /// Mails without a link.
    letters: BTreeMap<Uuid, i64>,
    /// Contacts with their images.
    images: BTreeMap<Uuid, Uuid>,
    /// Links to new primary emails, and the notices about them by the event that ordered them.
    email_changes: BTreeMap<Uuid, i64>,
    notices: BTreeMap<(String, u8), i64>,
    staff_links: BTreeMap<Uuid, i64>,
    /// Links of subcontractors to jobs and of people to their companies.
    trade_links: BTreeMap<Uuid, i64>,
    /// Mails that tell owners of something new.
    news: BTreeMap<Uuid, i64>,
    subjects: BTreeSet<Uuid>,
    jobs: BTreeSet<(Uuid, Uuid)>,
    leads: BTreeSet<(Uuid, Uuid)>,
}

impl Audit {
    fn take(&mut self, ledger: LedgerId, row: &StoredRow) -> Recorded {
        assert_eq!(row.position, self.frontier.size() + 1, "positions have no holes");
        self.frontier.push(leaf_hash(row.bytes.as_bytes()));
        let event = decode(ledger, row.position, &row.bytes).expect("a readable event");
        let columns = (
            event.aggregate.uuid(),
            event.sequence,
            event.event.stored_type().to_owned(),
            event.recorded_at,
        );
        assert_eq!(row.copies, columns, "the columns are copies of what is in the bytes");
        event
    }

    fn fold(&mut self, event: &Recorded) {
        let folded = self.state.record(event.aggregate, event.sequence, &event.event);
        folded.expect("the event follows on those before it");
        assert!(self.ids.insert(event.event_id.0), "an event's id is its own");
        assert!(self.last.is_none_or(|last| last <= event.recorded_at), "time went back");
        self.last = Some(event.recorded_at);
        if let Some((job, of_job)) = event.job() {
            let (left, came) = of_job.owner_change();
            self.jobs.retain(|there| Some(*there) != left.map(|contact| (contact.0, job.0)));
            self.jobs.extend(came.map(|contact| (contact.0, job.0)));
        }
        if let Some((lead, of_lead)) = event.lead() {
            let (left, came) = of_lead.contact_change();
            self.leads.retain(|there| Some(*there) != left.map(|contact| (contact.0, lead.0)));
            self.leads.extend(came.map(|contact| (contact.0, lead.0)));
        }
        let position = i64::try_from(event.position).expect("a position fits");
        self.fold_beside_contacts(event, position);
        let Some((contact, of_contact)) = event.contact() else { return };
        if let ContactEvent::ContactCreated(_) = of_contact {
            self.subjects.insert(contact.0);
        }
        match of_contact.claim() {
            Some((email, ClaimChange::Taken)) => {
                let email = email.value().expect("nobody was erased").normal().to_owned();
                let before = self.claims.insert(email, contact);
                assert_eq!(before, None, "an address was claimed twice");
            }
            Some((email, ClaimChange::Released)) => {
                let email = email.value().expect("nobody was erased").normal();
                assert_eq!(self.claims.remove(email), Some(contact), "no claim to give back");
            }
            None => {}
        }
        match of_contact.invitation() {
            Some((_, InvitationStep::Sent(e))) => {
                self.links.insert(e.token.0, position);
            }
            Some((_, InvitationStep::Resent(e))) => {
                self.links.insert(e.token.0, position);
            }
            Some((_, InvitationStep::Reminded(e))) => {
                self.letters.insert(e.mail.0, position);
            }
            Some((_, InvitationStep::FormerTold(e))) => {
                self.letters.insert(e.mail.0, position);
            }
            Some((_, InvitationStep::Ended(_))) | None => {}
        }
        if let ContactEvent::ProfileImageSet(set) = of_contact {
            self.images.insert(contact.0, set.image.0);
        }
        if let ContactEvent::ProfileImageRemoved(removed) = of_contact {
            assert_eq!(self.images.remove(&contact.0), Some(removed.image.0), "the one it had");
        }
    }

    /// What mails, persons and staff have beside their ledgers.
    fn fold_beside_contacts(&mut self, event: &Recorded, position: i64) {
        if let Some((mail, of_mail)) = event.notification() {
            match of_mail {
                NotificationEvent::NotificationQueued(_) => {
                    self.news.insert(mail.0, position);
                }
                NotificationEvent::NotificationSent(_)
                | NotificationEvent::NotificationFailed(_) => {
                    assert!(self.ended.insert(mail.0), "a mail ends once");
                }
                NotificationEvent::NotificationBounced(_) => {
                    assert!(self.ended.contains(&mail.0), "a mail comes back after it was sent");
                }
            }
        }
        if let Some((person, of_person)) = event.person() {
            if let PersonEvent::PersonRegistered(_) = of_person {
                self.subjects.insert(person.0);
            }
            if let PersonEvent::PasswordResetRequested(asked) = of_person {
                self.resets.insert(asked.token.0, position);
            }
            if let PersonEvent::PrimaryEmailChangeRequested(asked) = of_person {
                self.email_changes.insert(asked.token.0, position);
                self.notices.insert((event.event_id.to_string(), 1), position);
            }
            if let PersonEvent::LoginEmailChanged(_) = of_person {
                for number in [1, 2] {
                    self.notices.insert((event.event_id.to_string(), number), position);
                }
            }
        }
        if let domain::Event::Subcontractor(of_subcontractor) = &event.event {
            let mail = of_subcontractor.invitation_mail();
            self.trade_links.extend(mail.map(|mail| (mail.token.0, position)));
        }
        if let domain::Event::SubcontractorOrg(of_org) = &event.event {
            let mail = of_org.user_invitation();
            self.trade_links.extend(mail.map(|mail| (mail.token.0, position)));
        }
        if let Some((_, of_account)) = event.account() {
            if let BuilderAccountEvent::StaffInvited(e) = of_account {
                self.subjects.insert(e.staff.0);
                self.staff_links.insert(e.token.0, position);
            }
            if let BuilderAccountEvent::StaffInviteResent(e) = of_account {
                self.staff_links.insert(e.token.0, position);
            }
        }
    }

    async fn compare_beside(&self, reader: &Reader, ledger: LedgerId) {
        let client = reader.database().connection().await.expect("a connection");
        let rows = |sql: &'static str| {
            let client = &client;
            async move { client.query(sql, &[&ledger.0]).await.expect("the rows") }
        };
        let ids = async |sql: &'static str| -> BTreeSet<Uuid> {
            rows(sql).await.iter().map(|row| row.get(0)).collect()
        };
        let claims: BTreeMap<Vec<u8>, Uuid> =
            rows("SELECT email_hash, contact_id FROM primary_email_claims WHERE ledger_id = $1")
                .await
                .iter()
                .map(|row| (row.get(0), row.get(1)))
                .collect();
        let told: BTreeMap<Vec<u8>, Uuid> = self
            .claims
            .iter()
            .map(|(email, contact)| {
                let hash = reader.keys().claim_hash(ledger, &super::email(email));
                (hash.to_vec(), contact.0)
            })
            .collect();
        assert_eq!(claims, told, "the claims are those that the events tell of");
        let links = ids("SELECT token_id FROM tokens WHERE ledger_id = $1").await;
        assert_eq!(links, self.links.keys().copied().collect(), "a link for each invitation mail");
        let mails: BTreeMap<Uuid, i64> =
            rows("SELECT mail_id, position FROM outbox WHERE ledger_id = $1")
                .await
                .iter()
                .map(|row| (row.get(0), row.get(1)))
                .collect();
        let links = self.links.iter().chain(&self.resets).chain(&self.email_changes);
        let links = links.chain(&self.letters).chain(&self.staff_links).chain(&self.news);
        let links = links.chain(&self.trade_links);
        let notices = self.notices.iter().map(|((order, number), position)| {
            let order = format!("{order} {number}");
            (reader.keys().import_id(ledger, "notice", &order), *position)
        });
        let told: BTreeMap<Uuid, i64> = links.map(|(k, v)| (*k, *v)).chain(notices).collect();
        assert_eq!(
            mails, told,
            "a mail for each that an event ordered, and the notices of each changed email"
        );
        let changes = ids("SELECT token_id FROM email_change_tokens WHERE ledger_id = $1").await;
        let told_changes: BTreeSet<Uuid> = self.email_changes.keys().copied().collect();
        assert_eq!(changes, told_changes, "a link for each change of a primary email");
        let links = ids("SELECT token_id FROM staff_tokens WHERE ledger_id = $1").await;
        assert_eq!(links, self.staff_links.keys().copied().collect(), "a link for each to join");
        for (ended, sql) in [
            (true, "SELECT mail_id FROM outbox WHERE ledger_id = $1 AND sealed IS NULL"),
            (
                true,
                "SELECT mail_id FROM outbox WHERE ledger_id = $1 \
                    AND num_nonnulls(sent_at, failed_at) = 1",
            ),
            (false, "SELECT mail_id FROM outbox WHERE ledger_id = $1 AND sealed IS NOT NULL"),
        ] {
            let marked = ids(sql).await;
            let told = told.keys().filter(|mail| self.ended.contains(mail) == ended);
            assert_eq!(marked, told.copied().collect(), "marked and wiped as the events tell");
        }
        let resets = ids("SELECT token_id FROM reset_tokens WHERE ledger_id = $1").await;
        assert_eq!(resets, self.resets.keys().copied().collect(), "a link for each reset");
        let images: BTreeMap<Uuid, Uuid> =
            rows("SELECT contact_id, image_id FROM profile_images WHERE ledger_id = $1")
                .await
                .iter()
                .map(|row| (row.get(0), row.get(1)))
                .collect();
        assert_eq!(images, self.images, "images as the events tell");
        let jobs: BTreeSet<(Uuid, Uuid)> =
            rows("SELECT contact_id, job_id FROM contact_jobs WHERE ledger_id = $1")
                .await
                .iter()
                .map(|row| (row.get(0), row.get(1)))
                .collect();
        assert_eq!(jobs, self.jobs, "owners of jobs as the events tell");
        let leads: BTreeSet<(Uuid, Uuid)> =
            rows("SELECT contact_id, lead_id FROM contact_leads WHERE ledger_id = $1")
                .await
                .iter()
                .map(|row| (row.get(0), row.get(1)))
                .collect();
        assert_eq!(leads, self.leads, "leads' contacts as the events tell");
        let subjects = ids("SELECT subject_id FROM subject_keys WHERE ledger_id = $1").await;
        assert_eq!(subjects, self.subjects, "a key for each contact, person and member");
    }
}
