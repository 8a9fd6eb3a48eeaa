use super::Typed;
use crate::endpoints::AUDIT_TRAIL;
use crate::error::{Problem, ProblemBody};
use crate::extract::AuditQuestion;
use crate::input::Door;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::LedgerId;
use projections::audit_chart::{self, AuditChart};
use projections::audit_trail::AuditQuery;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which entries are counted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChartParams {
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
}

/// Count who did how much, by day, week, month or year and by kind of actor: the entries that
/// `/v1/audit` lists with the same parameters.
///
/// Of what is asked for, the newest 200,000 events and as many refused attempts are looked at;
/// `counted_from` says from when on the counts are whole, where that is not all.
#[utoipa::path(get, path = "/v1/audit/chart", tag = "audit", params(ChartParams),
    responses((status = 200, body = AuditChart), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn audit_chart(
    State(app): State<AppState>,
    AuditQuestion(question): AuditQuestion<(), ChartParams>,
) -> Result<Json<AuditChart>, Problem> {
    let params = &question.params;
    let mut door = Door::default();
    let typed = Typed {
        contact: params.contact.as_deref(),
        job: params.job.as_deref(),
        lead: params.lead.as_deref(),
        subcontractor: params.subcontractor.as_deref(),
        actor: params.actor.as_deref(),
        actor_kind: params.actor_kind.as_deref(),
        acting_as: params.acting_as.as_deref(),
        field: params.field.as_deref(),
        from: params.from.as_deref(),
        until: params.until.as_deref(),
    };
    let query = typed.read(&mut door);
    let query = door.build(|| query)?;
    question.ready(&app, &[AUDIT_TRAIL]).await?;
    Ok(Json(counted(&app, question.ledger(), &query).await?))
}

/// The same, of what a query lists.
pub(crate) async fn counted(
    app: &AppState,
    ledger: LedgerId,
    query: &AuditQuery,
) -> Result<AuditChart, Problem> {
    Ok(audit_chart::count(app.store().reader(), ledger, query).await?)
}
