use crate::answer::{Answer, CommandAnswer, done};
use crate::endpoints::CONTACT_DIRECTORY;
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::asker::Asker;
use crate::extract::body::RequestBody;
use crate::extract::order::submission;
use crate::input::{Door, id};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::contact::MergePicks;
use domain::custom_field::FieldName;
use domain::ids::MergeId;
use domain::{AggregateId, Command, ContactId, EmailAddress, Shown};
use event_store::{Applied, Rehearsal};
use projections::contact_directory::{self, ContactEntry};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

/// The most contacts that are merged into one at once.
const ABSORBED_MAX: usize = 20;

/// The most contacts of a merge.
pub(crate) const CONTACTS_MAX: usize = ABSORBED_MAX + 1;

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
    pub(crate) survivor: String,
    /// The others, which redirect to it afterwards.
    #[schema(max_items = 20)]
    pub(crate) absorbed: Vec<String>,
    /// From which contact a field is taken; the survivor's own where nothing is said, or the first
    /// that there is where it has none.
    #[serde(default)]
    pub(crate) fields: MergeFields,
    /// The additional emails to keep, of all that the contacts have; all of them when absent.
    #[schema(max_items = 5)]
    pub(crate) additional_emails: Option<Vec<String>>,
}

/// A contact for each field.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MergeFields {
    pub(crate) name: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) phones: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) primary_email: Option<String>,
    /// Custom fields by their names.
    #[serde(default)]
    pub(crate) custom_fields: BTreeMap<String, String>,
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
    Ok(done(&merge_all(&app, &order, &order.body).await?))
}

/// Merges them.
pub(crate) async fn merge_all<B>(
    app: &AppState,
    order: &Order<(), B>,
    body: &MergeContacts,
) -> Result<Applied, Problem> {
    let (command, _) = body.command(MergeId(order.new_id(app, "merge")))?;
    order.execute(app, command).await
}

/// What a merge would do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MergePreview {
    /// The contacts as they are, the survivor first.
    pub(crate) contacts: Vec<ContactEntry>,
    /// How many jobs would get another owner.
    pub(crate) jobs: usize,
    /// How many leads would be about the survivor.
    pub(crate) leads: usize,
    /// What would change, field by field.
    pub(crate) changes: Vec<PreviewChange>,
}

/// One field before and after.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreviewChange {
    /// The contact, job or lead that changes.
    pub(crate) id: Uuid,
    /// The event that says so.
    pub(crate) event: &'static str,
    /// The field.
    #[schema(value_type = String)]
    pub(crate) field: Cow<'static, str>,
    /// What it is; absent where there is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) before: Option<String>,
    /// What it becomes; absent where nothing is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) after: Option<String>,
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
    Ok(Json(rehearsed(&app, &order.asker, &order.body).await?))
}

/// What a merge would do, or why it would be refused.
pub(crate) async fn rehearsed(
    app: &AppState,
    asker: &Asker,
    body: &MergeContacts,
) -> Result<MergePreview, Problem> {
    let (command, ids) = body.command(MergeId(Uuid::now_v7()))?;
    let ledger = asker.ledger();
    let submission = submission(ledger, command, asker.circumstances(None))?;
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
    Ok(MergePreview {
        contacts,
        jobs: count(|id| matches!(id, AggregateId::Job(_))),
        leads: count(|id| matches!(id, AggregateId::Lead(_))),
        changes: changes.collect(),
    })
}
