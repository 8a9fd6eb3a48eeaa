use super::{Typed, oldest_first};
use crate::endpoints::{AUDIT_TRAIL, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::AuditQuestion;
use crate::input::{Door, LIMIT_DEFAULT, cursor, limit};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::LedgerId;
use projections::Page;
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
    /// About this subcontractor; not together with `contact`, `job` or `lead`.
    subcontractor: Option<String>,
    /// By this API key, or by the owner behind this contact.
    actor: Option<String>,
    /// By actors of this kind: `builder_staff` (API keys), `staff_member`, `owner`, `sub_user`, `operator`
    /// or `system`.
    actor_kind: Option<String>,
    /// Through the eyes of this contact.
    acting_as: Option<String>,
    /// That changed this field, such as `name`, `primary_email` or `custom_fields.gate`.
    field: Option<String>,
    /// Not before this time (RFC 3339).
    from: Option<String>,
    /// Before this time (RFC 3339).
    until: Option<String>,
    /// `desc`, newest first, when absent; or `asc`.
    order: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    limit: Option<String>,
}

impl AuditParams {
    fn query(&self) -> Result<AuditQuery, Problem> {
        let mut door = Door::default();
        let typed = Typed {
            contact: self.contact.as_deref(),
            job: self.job.as_deref(),
            lead: self.lead.as_deref(),
            subcontractor: self.subcontractor.as_deref(),
            actor: self.actor.as_deref(),
            actor_kind: self.actor_kind.as_deref(),
            acting_as: self.acting_as.as_deref(),
            field: self.field.as_deref(),
            from: self.from.as_deref(),
            until: self.until.as_deref(),
        };
        let query = typed.read(&mut door);
        let oldest_first = oldest_first(&mut door, self.order.as_deref());
        let cursor = door.take_if("cursor", self.cursor.as_deref(), cursor);
        let limit = door.take_if("limit", self.limit.as_deref(), limit);
        door.build(|| {
            Some(AuditQuery {
                oldest_first: oldest_first?.unwrap_or(false),
                cursor: cursor?,
                limit: limit?.unwrap_or(LIMIT_DEFAULT),
                ..query?
            })
        })
    }
}

/// Read who did what, newest first unless asked otherwise; refused attempts too.
#[utoipa::path(get, path = "/v1/audit", tag = "audit", params(AuditParams),
    responses((status = 200, body = PageOf<HistoryEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_audit(
    State(app): State<AppState>,
    AuditQuestion(question): AuditQuestion<(), AuditParams>,
) -> Result<Json<PageOf<HistoryEntry>>, Problem> {
    let query = question.params.query()?;
    question.ready(&app, &[AUDIT_TRAIL]).await?;
    Ok(Json(entries(&app, question.ledger(), &query).await?.into()))
}

/// A page of the trail.
pub(crate) async fn entries(
    app: &AppState,
    ledger: LedgerId,
    query: &AuditQuery,
) -> Result<Page<HistoryEntry>, Problem> {
    Ok(audit_trail::list(app.store().reader(), ledger, query).await?)
}
