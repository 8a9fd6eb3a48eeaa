use crate::endpoints::{AUDIT_TRAIL, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::PersonQuestion;
use crate::input::{Door, LIMIT_DEFAULT, cursor, id, limit};
use crate::persons::links;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::{ContactId, PersonId};
use projections::Page;
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
    /// One of your contacts, as `/v1/me` names them; your login itself when absent.
    contact: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    limit: Option<String>,
}

/// Read who changed what of you, newest first: of your login, or of your contact with one builder.
///
/// What was another person's before you is not in it, nor what the builder keeps for itself; a page
/// may therefore hold fewer entries than asked for and still have a next one.
#[utoipa::path(get, path = "/v1/me/history", tag = "me", params(OwnHistoryParams),
    responses((status = 200, body = PageOf<HistoryEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn own_history(
    State(app): State<AppState>,
    PersonQuestion(question): PersonQuestion<(), OwnHistoryParams>,
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
    let page = own_entries(&app, PersonId(question.ledger().0), asked).await?;
    Ok(Json(page.into()))
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
    person: PersonId,
    asked: OwnHistory,
) -> Result<Page<HistoryEntry>, Problem> {
    let OwnHistory { contact, cursor, limit } = asked;
    let person = links::person(app, person).await?;
    let (ledger, subject, from) = match contact {
        None => (person.id.into(), person.id.0, None),
        Some(contact) => {
            let mut links = links::of(app, &person).await?.into_iter();
            let link = links.find(|link| link.open && link.contact.id == contact);
            let ledger = link.ok_or_else(Problem::not_found)?.ledger;
            let since = links::theirs_since(app, ledger, contact, person.id).await?;
            (ledger, contact.0, since)
        }
    };
    let reader = app.store().reader();
    if let Some(head) = reader.head(ledger).await? {
        app.progress().wait(ledger, head.position, &[AUDIT_TRAIL], WAIT_MAX).await?;
    }
    let query = AuditQuery { subject: Some(subject), from, cursor, limit, ..AuditQuery::default() };
    let mut page = audit_trail::list(reader, ledger, &query).await?;
    page.items.retain(|entry| entry.about == subject);
    page.items = page.items.into_iter().filter_map(|entry| as_theirs(entry, person.id)).collect();
    Ok(page)
}

/// An entry as the one whom it is about sees it: not from where the builder's people work, what they
/// noted or tried in vain, what they keep in fields of their own (R41), or who else has an email (R32).
fn as_theirs(mut entry: HistoryEntry, person: PersonId) -> Option<HistoryEntry> {
    let own = entry.actor.kind == "owner" && entry.actor.id == Some(person.0);
    if !own {
        entry.client = None;
        entry.reason = None;
    }
    let told = entry.changes.len();
    entry.changes.retain(|change| {
        change.field != "primary_email_kept_by" && !change.field.starts_with("custom_fields.")
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
        assert_eq!(as_theirs(own.clone(), ADA), Some(own));
        let staff = entry("builder_staff", ADA.0, &["name"]);
        let seen = as_theirs(staff.clone(), ADA).expect("seen");
        assert_eq!(seen, HistoryEntry { client: None, ..staff });
        let another = entry("owner", Uuid::from_u128(9), &["name"]);
        assert_eq!(as_theirs(another, ADA).expect("seen").client, None);
    }

    #[test]
    fn an_owner_sees_neither_the_builders_fields_nor_who_has_an_email_nor_what_it_tried_in_vain() {
        let staff = |fields: &[&str]| entry("builder_staff", Uuid::from_u128(2), fields);
        assert_eq!(as_theirs(staff(&["custom_fields.gate"]), ADA), None);
        assert_eq!(as_theirs(staff(&["primary_email_kept_by"]), ADA), None);
        let seen = as_theirs(staff(&["access", "primary_email_kept_by"]), ADA).expect("seen");
        assert_eq!(seen.changes.len(), 1);
        let refused = |mut entry: HistoryEntry| {
            let (command, code) = ("EditInfo".to_owned(), "contact_locked_active".to_owned());
            entry.refused = Some(RefusedEntry { command, code, rule: None });
            as_theirs(entry, ADA).is_some()
        };
        assert!(!refused(staff(&[])));
        assert!(refused(entry("owner", ADA.0, &[])));
    }
}
