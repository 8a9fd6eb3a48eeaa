use crate::endpoints::{AUDIT_TRAIL, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::OwnerQuestion;
use crate::input::{Door, LIMIT_DEFAULT, cursor, id, limit};
use crate::persons::eyes::Eyes;
use crate::persons::links::Link;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::{ContactId, PersonId};
use projections::Page;
use projections::actors::Persons;
use projections::audit_trail::{self, AuditQuery};
use projections::history::HistoryEntry;
use serde::Deserialize;
use std::time::Duration;
use utoipa::IntoParams;

/// How long the answer waits for what has just happened.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// Of what.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OwnHistoryParams {
    /// One of your contacts, as `/v1/me` names them; your login itself when absent. Who looks through
    /// an owner's eyes sees that contact's, and no login.
    contact: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    limit: Option<String>,
}

/// Read who changed what of you, newest first: of your login, or of your contact with one builder.
///
/// What was another person's before you is not in it, nor what the builder keeps for itself; a page
/// may therefore hold fewer entries than asked for and still have a next one. That somebody of the
/// builder looked through your eyes is in it: who, since when and until when, and why.
#[utoipa::path(get, path = "/v1/me/history", tag = "me", params(OwnHistoryParams),
    responses((status = 200, body = PageOf<HistoryEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn own_history(
    State(app): State<AppState>,
    OwnerQuestion(question): OwnerQuestion<(), OwnHistoryParams>,
) -> Result<Json<PageOf<HistoryEntry>>, Problem> {
    let mut door = Door::default();
    let params = &question.params;
    let contact = door.take_if("contact", params.contact.as_deref(), id::<ContactId>);
    let cursor = door.take_if("cursor", params.cursor.as_deref(), cursor);
    let limit = door.take_if("limit", params.limit.as_deref(), limit);
    let asked = door.build(|| {
        let limit = limit?.unwrap_or(LIMIT_DEFAULT);
        Some(OwnHistory { contact: contact?, cursor: cursor?, limit })
    })?;
    let eyes = Eyes::of(&app, &question.asker).await?;
    Ok(Json(own_entries(&app, &eyes, asked).await?.into()))
}

/// Of what, from where on, and how many entries.
#[derive(Debug)]
pub(crate) struct OwnHistory {
    /// One of the person's contacts; their login itself when absent.
    pub(crate) contact: Option<ContactId>,
    pub(crate) cursor: Option<String>,
    pub(crate) limit: u32,
}

/// A page of a person's own history, as new as what has happened.
pub(crate) async fn own_entries(
    app: &AppState,
    eyes: &Eyes,
    asked: OwnHistory,
) -> Result<Page<HistoryEntry>, Problem> {
    let OwnHistory { contact, cursor, limit } = asked;
    let person = eyes.person().map(|person| person.id);
    let contact = contact.or(eyes.impersonation().map(|looks| looks.contact));
    let (ledger, subject, from) = match (contact, person) {
        (None, Some(person)) => (person.into(), person.0, None),
        (contact, _) => {
            let mine = |link: &&Link| link.open && Some(link.contact.id) == contact;
            let link = eyes.contacts.iter().find(mine).ok_or_else(Problem::not_found)?;
            (link.ledger, link.contact.id.0, eyes.since(app, link).await?)
        }
    };
    let reader = app.store().reader();
    if let Some(head) = reader.head(ledger).await? {
        app.progress().wait(ledger, head.position, &[AUDIT_TRAIL], WAIT_MAX).await?;
    }
    let query = AuditQuery {
        subject: Some(subject),
        persons: person.map_or(Persons::AsContacts, Persons::Own),
        from,
        cursor,
        limit,
        ..AuditQuery::default()
    };
    let mut page = audit_trail::list(reader, ledger, &query).await?;
    // What happened to it, and who looked through its eyes.
    page.items.retain(|entry| entry.about == subject || entry.acting_as == Some(subject));
    page.items = page.items.into_iter().filter_map(|entry| as_theirs(entry, person)).collect();
    Ok(page)
}

/// What tells of another contact and an email that is the builder's to know of (R32, H3).
const WHO_HAS_AN_EMAIL: [&str; 3] =
    ["primary_email_kept_by", "primary_email_wanted_by", "email_conflict"];

/// An entry as the one whom it is about sees it: not from where the builder's people work, what they
/// noted or tried in vain, what they keep in fields of their own (R41), or who else has an email (R32).
/// Why somebody looked through their eyes, they may know. Where that one reads it, nothing is `person`'s own.
fn as_theirs(mut entry: HistoryEntry, person: Option<PersonId>) -> Option<HistoryEntry> {
    let theirs = |person: PersonId| entry.actor.id == Some(person.0);
    let own = entry.actor.kind == "owner" && person.is_some_and(theirs);
    if !own {
        entry.client = None;
        entry.reason = entry.reason.filter(|_| entry.acting_as.is_some());
    }
    let told = entry.changes.len();
    entry.changes.retain(|change| {
        !WHO_HAS_AN_EMAIL.contains(&&*change.field) && !change.field.starts_with("custom_fields.")
    });
    let nothing_left = told > 0 && entry.changes.is_empty();
    (!nothing_left && (own || entry.refused.is_none())).then_some(entry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Timestamp;
    use projections::history::{ActorEntry, ChangeEntry, RefusedEntry};
    use uuid::Uuid;

    const ADA: PersonId = PersonId(Uuid::from_u128(0xada));

    fn entry(kind: &str, id: Uuid, fields: &[&str]) -> HistoryEntry {
        let change = |field: &&str| ChangeEntry {
            field: (*field).to_owned(),
            before: None,
            after: Some("after".to_owned()),
            erased: false,
        };
        HistoryEntry {
            position: Some(1),
            at: Timestamp::parse("2026-03-02T12:00:00Z").expect("a time"),
            event: "contact.info_updated".to_owned(),
            about: Uuid::from_u128(1),
            about_kind: Some("contact".to_owned()),
            actor: ActorEntry { kind: kind.to_owned(), id: Some(id), label: None },
            acting_as: None,
            channel: "api".to_owned(),
            client: Some("192.0.2.7".to_owned()),
            reason: None,
            correlation: Uuid::nil(),
            changes: fields.iter().map(change).collect(),
            refused: None,
        }
    }

    #[test]
    fn an_owner_sees_from_where_they_acted_and_not_from_where_the_builder_did() {
        let own = entry("owner", ADA.0, &["name"]);
        assert_eq!(as_theirs(own.clone(), Some(ADA)), Some(own));
        let staff = entry("builder_staff", ADA.0, &["name"]);
        let seen = as_theirs(staff.clone(), Some(ADA)).expect("seen");
        assert_eq!(seen, HistoryEntry { client: None, ..staff });
        let another = entry("owner", Uuid::from_u128(9), &["name"]);
        assert_eq!(as_theirs(another, Some(ADA)).expect("seen").client, None);
    }

    #[test]
    fn an_owner_sees_neither_the_builders_fields_nor_who_has_an_email_nor_what_it_tried_in_vain() {
        let staff = |fields: &[&str]| entry("builder_staff", Uuid::from_u128(2), fields);
        assert_eq!(as_theirs(staff(&["custom_fields.gate"]), Some(ADA)), None);
        assert_eq!(as_theirs(staff(&["primary_email_kept_by"]), Some(ADA)), None);
        assert_eq!(
            as_theirs(staff(&["primary_email_wanted_by", "email_conflict"]), Some(ADA)),
            None
        );
        // Nor where another owner of the same builder did it.
        let another = entry("owner", Uuid::from_u128(9), &["primary_email_wanted_by"]);
        assert_eq!(as_theirs(another, Some(ADA)), None);
        let seen = as_theirs(staff(&["access", "primary_email_kept_by"]), Some(ADA)).expect("seen");
        assert_eq!(seen.changes.len(), 1);
        let refused = |mut entry: HistoryEntry| {
            let (command, code) = ("EditInfo".to_owned(), "contact_locked_active".to_owned());
            entry.refused = Some(RefusedEntry { command, code, rule: None });
            as_theirs(entry, Some(ADA)).is_some()
        };
        assert!(!refused(staff(&[])));
        assert!(refused(entry("owner", ADA.0, &[])));
    }

    #[test]
    fn an_owner_sees_why_somebody_looked_through_their_eyes_and_not_why_else_anything_was_done() {
        let staff = |acting_as: Option<Uuid>| {
            let mut entry = entry("builder_staff", Uuid::from_u128(2), &["impersonation"]);
            (entry.acting_as, entry.reason) = (acting_as, Some("her page is empty".to_owned()));
            as_theirs(entry, Some(ADA)).expect("seen")
        };
        let looked = staff(Some(Uuid::from_u128(1)));
        assert_eq!((looked.reason.as_deref(), looked.client), (Some("her page is empty"), None));
        assert_eq!(staff(None).reason, None);
    }

    #[test]
    fn who_looks_through_an_owners_eyes_does_not_see_from_where_the_owner_acted() {
        let own = entry("owner", ADA.0, &["name"]);
        let seen = as_theirs(own.clone(), None).expect("seen");
        assert_eq!(seen, HistoryEntry { client: None, ..own });
    }
}
