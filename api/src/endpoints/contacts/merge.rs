use crate::answer::{Answer, CommandAnswer};
use crate::endpoints::CONTACT_DIRECTORY;
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::{Door, id};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::contact::MergePicks;
use domain::custom_field::FieldName;
use domain::ids::MergeId;
use domain::{AggregateId, Command, ContactId, EmailAddress, Shown};
use event_store::Rehearsal;
use projections::contact_directory::{self, ContactEntry};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

/// The most contacts that are merged into one at once.
const ABSORBED_MAX: usize = 20;

/// The most custom fields that are picked one by one; more than an account has.
const FIELDS_MAX: usize = 200;

/// How long a preview waits for the contacts list.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// Which contacts become one, and what it keeps of whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MergeContacts {
    /// The contact that stays.
    #[schema(format = Uuid)]
    survivor: String,
    /// The others, which redirect to it afterwards.
    #[schema(max_items = 20)]
    absorbed: Vec<String>,
    /// From which contact a field is taken; the survivor's own where nothing is said, or the first
    /// that there is where it has none.
    #[serde(default)]
    fields: MergeFields,
    /// The additional emails to keep, of all that the contacts have; all of them when absent.
    #[schema(max_items = 5)]
    additional_emails: Option<Vec<String>>,
}

/// A contact for each field.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MergeFields {
    name: Option<String>,
    title: Option<String>,
    phones: Option<String>,
    address: Option<String>,
    primary_email: Option<String>,
    /// Custom fields by their names.
    #[serde(default)]
    custom_fields: BTreeMap<String, String>,
}

impl RequestBody for MergeContacts {}

impl MergeFields {
    fn custom_fields(&self, door: &mut Door) -> Option<BTreeMap<FieldName, ContactId>> {
        let within = "fields.custom_fields";
        if self.custom_fields.len() > FIELDS_MAX {
            door.refuse(within, &format_args!("must have at most {FIELDS_MAX} entries"));
            return None;
        }
        let mut picks = BTreeMap::new();
        for (name, typed) in &self.custom_fields {
            // A name that is none is not repeated.
            let name = door.take(within, FieldName::parse(name))?;
            let pick = door.take(format!("{within}.{}", name.as_str()), id::<ContactId>(typed))?;
            picks.insert(name, pick);
        }
        Some(picks)
    }
}

impl MergeContacts {
    fn command(&self, merge: MergeId) -> Result<(Command, Vec<ContactId>), Problem> {
        let mut door = Door::default();
        let survivor = door.take("survivor", id::<ContactId>(&self.survivor));
        let absorbed = door.take_all("absorbed", &self.absorbed, ABSORBED_MAX, id::<ContactId>);
        let mut pick = |field: &str, typed: &Option<String>| {
            door.take_if(&format!("fields.{field}"), typed.as_deref(), id::<ContactId>)
        };
        let name = pick("name", &self.fields.name);
        let title = pick("title", &self.fields.title);
        let phones = pick("phones", &self.fields.phones);
        let address = pick("address", &self.fields.address);
        let primary_email = pick("primary_email", &self.fields.primary_email);
        let custom_fields = self.fields.custom_fields(&mut door);
        let additional = match &self.additional_emails {
            None => Some(None),
            Some(emails) => {
                door.take_all("additional_emails", emails, 50, EmailAddress::parse).map(Some)
            }
        };
        door.build(|| {
            let picks = MergePicks {
                name: name?,
                title: title?,
                phones: phones?,
                address: address?,
                primary_email: primary_email?,
                additional_emails: additional?,
                custom_fields: custom_fields?,
            };
            let (survivor, absorbed) = (survivor?, absorbed?);
            let all = std::iter::once(survivor).chain(absorbed.iter().copied()).collect();
            Some((Command::MergeContacts { merge, survivor, absorbed, picks }, all))
        })
    }
}

/// Merge contacts that are the same person into one (R29, H2).
///
/// Their jobs and leads come along, their ids redirect, and it can be undone. Whoever is active survives; two
/// who are active cannot be merged.
#[utoipa::path(post, path = "/v1/contacts/merge", tag = "contacts", request_body = MergeContacts,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn merge(
    State(app): State<AppState>,
    order: Order<(), MergeContacts>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let (command, _) = order.body.command(MergeId(order.new_id(&app, "merge")))?;
    order.carry_out(&app, command).await
}

/// What a merge would do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MergePreview {
    /// The contacts as they are, the survivor first.
    contacts: Vec<ContactEntry>,
    /// How many jobs would get another owner.
    jobs: usize,
    /// How many leads would be about the survivor.
    leads: usize,
    /// What would change, field by field.
    changes: Vec<PreviewChange>,
}

/// One field before and after.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreviewChange {
    /// The contact, job or lead that changes.
    id: Uuid,
    /// The event that says so.
    event: &'static str,
    /// The field.
    #[schema(value_type = String)]
    field: Cow<'static, str>,
    /// What it is; absent where there is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<String>,
    /// What it becomes; absent where nothing is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

fn text(shown: Shown) -> Option<String> {
    match shown {
        Shown::Nothing => None,
        Shown::Erased => Some("erased".to_owned()),
        Shown::Value(value) => Some(value),
    }
}

/// Look at a merge field by field, without doing it: the same answer or the same refusal.
#[utoipa::path(post, path = "/v1/contacts/merge/preview", tag = "contacts",
    request_body = MergeContacts,
    responses((status = 200, body = MergePreview), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn preview(
    State(app): State<AppState>,
    order: Order<(), MergeContacts>,
) -> Result<Json<MergePreview>, Problem> {
    let (command, ids) = order.body.command(MergeId(Uuid::now_v7()))?;
    let ledger = order.asker.ledger();
    let submission = order.submission(ledger, command)?;
    let rehearsed = app.store().rehearse(ledger, vec![submission], Rehearsal::Alone).await?;
    let decision = rehearsed.into_iter().next().ok_or_else(Problem::internal)??;
    // The contacts as the decision found them, or newer.
    let head = app.store().reader().head(ledger).await?.map_or(0, |head| head.position);
    app.progress().wait(ledger, head, &[CONTACT_DIRECTORY], WAIT_MAX).await?;
    let mut contacts = Vec::new();
    for id in ids {
        contacts.extend(contact_directory::get(app.store().reader(), ledger, id).await?);
    }
    let changes = decision.events.iter().flat_map(|(aggregate, event)| {
        event.changes().into_iter().map(|change| PreviewChange {
            id: aggregate.uuid(),
            event: event.stored_type(),
            field: change.field,
            before: text(change.before),
            after: text(change.after),
        })
    });
    let touched: BTreeSet<AggregateId> = decision.events.iter().map(|(id, _)| *id).collect();
    let count = |of: fn(&&AggregateId) -> bool| touched.iter().filter(of).count();
    Ok(Json(MergePreview {
        contacts,
        jobs: count(|id| matches!(id, AggregateId::Job(_))),
        leads: count(|id| matches!(id, AggregateId::Lead(_))),
        changes: changes.collect(),
    }))
}
