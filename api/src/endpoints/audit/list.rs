use crate::endpoints::{AUDIT_TRAIL, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::AuditQuestion;
use crate::input::{Door, LIMIT_DEFAULT, cursor, limit, uuid};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::Timestamp;
use projections::actors::Persons;
use projections::audit_trail::{self, AuditQuery};
use projections::history::HistoryEntry;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditParams {
    /// About this contact.
    contact: Option<String>,
    /// About this job; not together with `contact`.
    job: Option<String>,
    /// About this lead; not together with `contact` or `job`.
    lead: Option<String>,
    /// By this API key, or by the owner behind this contact.
    actor: Option<String>,
    /// Through the eyes of this contact.
    acting_as: Option<String>,
    /// That changed this field, such as `name`, `primary_email` or `custom_fields.gate`.
    field: Option<String>,
    /// Not before this time (RFC 3339).
    from: Option<String>,
    /// Before this time (RFC 3339).
    until: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    limit: Option<String>,
}

impl AuditParams {
    fn query(&self) -> Result<AuditQuery, Problem> {
        let mut door = Door::default();
        let contact = door.take_if("contact", self.contact.as_deref(), uuid);
        let job = door.take_if("job", self.job.as_deref(), uuid);
        if self.contact.is_some() && self.job.is_some() {
            door.refuse("job", &"must not be there together with contact");
        }
        let lead = door.take_if("lead", self.lead.as_deref(), uuid);
        if self.lead.is_some() && (self.contact.is_some() || self.job.is_some()) {
            door.refuse("lead", &"must not be there together with contact or job");
        }
        let actor = door.take_if("actor", self.actor.as_deref(), uuid);
        let acting_as = door.take_if("acting_as", self.acting_as.as_deref(), uuid);
        let field = door.take_if("field", self.field.as_deref(), word);
        let from = door.take_if("from", self.from.as_deref(), moment);
        let until = door.take_if("until", self.until.as_deref(), moment);
        let cursor = door.take_if("cursor", self.cursor.as_deref(), cursor);
        let limit = door.take_if("limit", self.limit.as_deref(), limit);
        door.build(|| {
            Some(AuditQuery {
                subject: contact?.or(job?).or(lead?),
                actor: actor?,
                acting_as: acting_as?,
                persons: Persons::AsContacts,
                field: field?,
                from: from?,
                until: until?,
                cursor: cursor?,
                limit: limit?.unwrap_or(LIMIT_DEFAULT),
            })
        })
    }
}

fn moment(typed: &str) -> Result<Timestamp, &'static str> {
    Timestamp::parse(typed).map_err(|_no_time| "must be a time as in RFC 3339")
}

fn word(typed: &str) -> Result<String, &'static str> {
    let ours =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | '.');
    if typed.is_empty() || typed.len() > 60 || !typed.chars().all(ours) {
        return Err("must be the name of a field");
    }
    Ok(typed.to_owned())
}

/// Read who did what, newest first; refused attempts too.
#[utoipa::path(get, path = "/v1/audit", tag = "audit", params(AuditParams),
    responses((status = 200, body = PageOf<HistoryEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_audit(
    State(app): State<AppState>,
    AuditQuestion(question): AuditQuestion<(), AuditParams>,
) -> Result<Json<PageOf<HistoryEntry>>, Problem> {
    let query = question.params.query()?;
    question.ready(&app, &[AUDIT_TRAIL]).await?;
    let reader = app.store().reader();
    Ok(Json(audit_trail::list(reader, question.ledger(), &query).await?.into()))
}
