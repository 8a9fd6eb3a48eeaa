//! Who did what, when: by thing, actor, field and time.
//!
//! The rows say where to look; the values before and after are read from the ledger itself.

use crate::actors::{self, Persons};
use crate::history::{self, HistoryEntry};
use crate::view::{Field, Kind, Rows, Table, Tuple, Unfoldable, View};
use crate::{Cursor, Page, ViewError};
use domain::contact::ContactEvent;
use domain::{AggregateId, Event, LedgerId, Timestamp};
use event_store::attempts::{ActorFilter, AttemptQuery};
use event_store::{Open, Reader, Recorded};
use time::OffsetDateTime;
use uuid::Uuid;

/// The view.
#[derive(Debug)]
pub struct AuditTrail;

/// An event's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is about; the first is what it happened to.
    subjects: Vec<Uuid>,
    event_type: String,
    actor_kind: String,
    actor_id: Option<Uuid>,
    acting_as: Option<Uuid>,
    channel: String,
    fields: Vec<String>,
    recorded_at: OffsetDateTime,
}

impl View for AuditTrail {
    const NAME: &'static str = "audit_trail";
    const OPENS: Open = Open::Nothing;
    const ROW_PER_EVENT: bool = true;
    const TABLES: &'static [Table] = &[Table {
        name: "audit_trail",
        columns: &[
            ("position", Kind::Number),
            ("subject_id", Kind::Id),
            ("own", Kind::Flag),
            ("event_type", Kind::Text),
            ("actor_kind", Kind::Text),
            ("actor_id", Kind::IdOrNone),
            ("acting_as", Kind::IdOrNone),
            ("channel", Kind::Text),
            ("fields", Kind::Texts),
            ("recorded_at", Kind::Time),
        ],
        key: 2,
    }];
    type Key = i64;
    type Row = Row;

    fn key(event: &Recorded) -> Option<i64> {
        i64::try_from(event.position).ok()
    }

    /// Takes every event of every kind: that is what it is for.
    fn fold(rows: &mut Rows<i64, Row>, event: &Recorded) -> Result<(), Unfoldable> {
        let mut subjects = vec![event.aggregate.uuid()];
        match &event.event {
            Event::Job(job) => {
                let (left, came) = job.owner_change();
                let about = left.into_iter().chain(came).chain(job.contact());
                for contact in about.map(domain::ContactId::uuid) {
                    if !subjects.contains(&contact) {
                        subjects.push(contact);
                    }
                }
            }
            Event::Lead(lead) => {
                let (left, came) = lead.contact_change();
                let about = left.into_iter().chain(came).map(domain::ContactId::uuid);
                subjects.extend(about.chain(lead.job().map(domain::JobId::uuid)));
            }
            // It stands in the histories of its job and of its contact.
            Event::OwnerItem(item) => {
                let (job, contact) = item.place();
                subjects.extend([job.0, contact.0]);
            }
            // It stands in the histories of its customer, of who filed it, and of its job.
            Event::WorkOrder(order) => {
                let (customer, contact) = order.place();
                subjects.extend([customer.0, contact.0]);
                subjects.extend(order.job().map(domain::JobId::uuid));
            }
            // It stands in the history of its job.
            Event::Subcontractor(event) => {
                subjects.extend(event.invitation().map(|(_, job)| job.0));
            }
            // Who kept an email finds it in their history, too.
            Event::Contact(ContactEvent::DuplicateResolved(resolved)) => {
                subjects.push(resolved.winner.0);
            }
            // The owner who wanted the email, too.
            Event::Contact(ContactEvent::EmailConflictReported(reported)) => {
                subjects.push(reported.owner.0);
            }
            Event::Contact(ContactEvent::EmailConflictClosed(closed)) => {
                subjects.push(closed.owner.0);
            }
            // A customer's history has who came to it and who left it.
            Event::Contact(contact)
                if matches!(contact.customer_change(), (Some(_), _) | (_, Some(_))) =>
            {
                let (left, came) = contact.customer_change();
                subjects.extend(left.into_iter().chain(came).map(domain::CustomerId::uuid));
            }
            // Whose mail it is: it stands in their history (R68).
            Event::Notification(mail) => {
                let whose = mail.recipient().0;
                // Whoever is nobody's contact is known by the mail alone.
                subjects.extend((whose != event.aggregate.uuid()).then_some(whose));
            }
            Event::Contact(_)
            | Event::Customer(_)
            | Event::BuilderAccount(_)
            | Event::Installation(_)
            | Event::SubcontractorOrg(_)
            | Event::Person(_) => {}
        }
        let mut fields: Vec<String> =
            event.event.changes().into_iter().map(|change| change.field.into_owned()).collect();
        fields.sort();
        fields.dedup();
        let key = Self::key(event).ok_or(Unfoldable("the position is no position"))?;
        rows.insert(
            key,
            Row {
                subjects,
                event_type: event.event.stored_type().to_owned(),
                actor_kind: event.origin.actor.kind().to_owned(),
                actor_id: event.origin.actor.id(),
                acting_as: event.origin.acting_as.map(domain::ContactId::uuid),
                channel: event.origin.channel.word().to_owned(),
                fields,
                recorded_at: event.recorded_at.moment(),
            },
        )
    }

    fn expand(key: &i64, row: &Row) -> Vec<Vec<Tuple>> {
        let mut tuples: Vec<Tuple> = row
            .subjects
            .iter()
            .enumerate()
            .map(|(place, subject)| {
                vec![
                    Field::Number(*key),
                    Field::Id(*subject),
                    Field::Flag(place == 0),
                    Field::Text(row.event_type.clone()),
                    Field::Text(row.actor_kind.clone()),
                    Field::IdOrNone(row.actor_id),
                    Field::IdOrNone(row.acting_as),
                    Field::Text(row.channel.clone()),
                    Field::Texts(row.fields.clone()),
                    Field::Time(row.recorded_at),
                ]
            })
            .collect();
        tuples.sort();
        vec![tuples]
    }

    fn read(tuple: &tokio_postgres::Row) -> Result<(i64, Row), Unfoldable> {
        let row = Row {
            subjects: vec![tuple.get(1)],
            event_type: tuple.get(3),
            actor_kind: tuple.get(4),
            actor_id: tuple.get(5),
            acting_as: tuple.get(6),
            channel: tuple.get(7),
            fields: tuple.get(8),
            recorded_at: tuple.get(9),
        };
        Ok((tuple.get(0), row))
    }
}

/// Which part of the trail is asked for.
#[derive(Debug, Clone, Default)]
pub struct AuditQuery {
    /// What is about this contact, job, lead or account.
    pub subject: Option<Uuid>,
    /// What this actor did: a key; an owner as [`Self::persons`] has it.
    pub actor: Option<Uuid>,
    /// What actors of this kind did.
    pub actor_kind: Option<String>,
    /// What was done through the eyes of this contact.
    pub acting_as: Option<Uuid>,
    /// Whose ids of persons are told.
    pub persons: Persons,
    /// What changed this field.
    pub field: Option<String>,
    /// What happened at or after this time.
    pub from: Option<Timestamp>,
    /// What happened before this time.
    pub until: Option<Timestamp>,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// The most entries of a page.
    pub limit: u32,
    /// Whether what happened first comes first.
    pub oldest_first: bool,
}

/// Where a page starts: beyond this position, and beyond this attempt.
type Place = (Option<i64>, Option<(Timestamp, Uuid)>);

/// A page of the trail, newest first unless asked otherwise: what happened, and what was refused.
pub async fn list(
    reader: &Reader,
    ledger: LedgerId,
    query: &AuditQuery,
) -> Result<Page<HistoryEntry>, ViewError> {
    let place: Place = match &query.cursor {
        Some(cursor) => Cursor::read(cursor)?,
        None => (None, None),
    };
    let actor = match query.actor {
        Some(actor) => Some(actors::asked(reader, ledger, actor, query.persons).await?),
        None => None,
    };
    let positions = positions(reader, ledger, query, actor.as_ref(), place.0).await?;
    let events = reader.events_at(ledger, &positions).await?;
    let attempts = if query.field.is_some() {
        // A refused attempt changed no field.
        Vec::new()
    } else {
        let attempts = AttemptQuery {
            aggregate: query.subject,
            actor,
            actor_kind: query.actor_kind.clone(),
            acting_as: query.acting_as,
            from: query.from,
            until: query.until,
            beyond: place.1,
            limit: query.limit.saturating_add(1),
            oldest_first: query.oldest_first,
        };
        reader.refused_attempts(ledger, &attempts).await?
    };
    let mut entries: Vec<(Place, HistoryEntry)> = Vec::new();
    for event in &events {
        let position = i64::try_from(event.position).ok();
        entries.push(((position, None), HistoryEntry::of_event(event)));
    }
    for attempt in &attempts {
        let key = (attempt.refused_at, attempt.attempt);
        entries.push(((None, Some(key)), HistoryEntry::of_attempt(attempt)));
    }
    entries.sort_by(|(a_place, a), (b_place, b)| (b.at, b_place).cmp(&(a.at, a_place)));
    if query.oldest_first {
        entries.reverse();
    }
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let more = entries.len() > limit;
    entries.truncate(limit);
    let mut last = place;
    for ((position, attempt), _) in &entries {
        last = (position.or(last.0), attempt.or(last.1));
    }
    let mut items: Vec<HistoryEntry> = entries.into_iter().map(|(_, entry)| entry).collect();
    history::name_all(reader, ledger, &mut items).await?;
    history::show_access(reader, ledger, &mut items).await?;
    actors::tell(reader, ledger, query.persons, &mut items).await?;
    // Who was the owner behind another contact before did that as the other one.
    items.retain(|entry| query.actor.is_none_or(|actor| entry.actor.id == Some(actor)));
    Ok(Page { items, next: more.then(|| Cursor::write(&last)).flatten() })
}

/// The positions of one page's events and one more, in the order that is asked for.
async fn positions(
    reader: &Reader,
    ledger: LedgerId,
    query: &AuditQuery,
    actor: Option<&ActorFilter>,
    beyond: Option<i64>,
) -> Result<Vec<u64>, ViewError> {
    let failed = || ViewError::database(AuditTrail::NAME);
    let client = reader.database().connection().await?;
    let ids = actor.map(|actor| &actor.ids);
    let owners = actor.and_then(|actor| actor.owners);
    let of_subject = "a.subject_id = $2";
    let of_all = "$2::uuid IS NULL AND a.own";
    let sql = format!(
        "SELECT a.position FROM audit_trail a WHERE a.ledger_id = $1 AND {} \
           AND ($3::uuid[] IS NULL OR {}) \
           AND ($10::boolean IS NULL OR (a.actor_kind IN ('owner', 'portal_contact')) = $10) \
           AND ($4::text IS NULL OR $4 = ANY(a.fields)) \
           AND ($5::timestamptz IS NULL OR a.recorded_at >= $5) \
           AND ($6::timestamptz IS NULL OR a.recorded_at < $6) \
           AND ($7::bigint IS NULL OR a.position {} $7) \
           AND ($9::uuid IS NULL OR a.acting_as = $9) \
           AND ($11::text IS NULL OR a.actor_kind = $11) \
         ORDER BY a.position {} LIMIT $8",
        if query.subject.is_some() { of_subject } else { of_all },
        // One alone is found in the order of its positions.
        if ids.is_some_and(|ids| ids.len() == 1) {
            "a.actor_id = ($3::uuid[])[1]"
        } else {
            "a.actor_id = ANY($3)"
        },
        if query.oldest_first { ">" } else { "<" },
        if query.oldest_first { "ASC" } else { "DESC" },
    );
    let statement = client.prepare_cached(&sql).await.map_err(failed())?;
    let (from, until) = (query.from.map(Timestamp::moment), query.until.map(Timestamp::moment));
    let limit = i64::from(query.limit) + 1;
    let rows = client
        .query(
            &statement,
            &[
                &ledger.0,
                &query.subject,
                &ids,
                &query.field,
                &from,
                &until,
                &beyond,
                &limit,
                &query.acting_as,
                &owners,
                &query.actor_kind,
            ],
        )
        .await
        .map_err(failed())?;
    Ok(rows.iter().filter_map(|row| u64::try_from(row.get::<_, i64>(0)).ok()).collect())
}

/// What the aggregate of an event is called in a history.
pub(crate) const fn kind_word(aggregate: AggregateId) -> &'static str {
    match aggregate {
        AggregateId::Installation => "installation",
        AggregateId::BuilderAccount(_) => "builder_account",
        AggregateId::Contact(_) => "contact",
        AggregateId::Job(_) => "job",
        AggregateId::Lead(_) => "lead",
        AggregateId::Customer(_) => "customer",
        AggregateId::WorkOrder(_) => "work_order",
        AggregateId::OwnerItem(_) => "owner_item",
        AggregateId::Subcontractor(_) => "subcontractor",
        AggregateId::SubcontractorOrg(_) => "subcontractor_org",
        AggregateId::Person(_) => "person",
        AggregateId::Notification(_) => "notification",
    }
}
