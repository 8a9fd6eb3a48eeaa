use crate::endpoints::{AUDIT_TRAIL, CONTACT_DIRECTORY, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::PersonQuestion;
use crate::input::{Door, LIMIT_DEFAULT, cursor, id, limit};
use crate::persons::membership::Member;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::customer::Feature;
use domain::{ContactId, CustomerId};
use projections::Page;
use projections::contact_directory;
use projections::member_audit::{self, MemberAuditEntry, MemberAuditQuery};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which entries of your customer's.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MemberAuditParams {
    /// About this contact of your customer alone.
    pub(crate) contact: Option<String>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    pub(crate) limit: Option<String>,
}

/// Read who did what to the contacts of your customer, newest first; takes Admin Access (2.8).
///
/// It begins where a contact came to the customer, and tells what the portal shows of it: not what the
/// builder keeps, nor which of the builder's people it was, nor what was refused. A page may therefore hold
/// fewer entries than asked for and still have a next one.
#[utoipa::path(get, path = "/v1/me/customers/{customer_id}/audit", tag = "customer portal",
    params(("customer_id" = Uuid, Path, description = "Your customer"), MemberAuditParams),
    responses((status = 200, body = PageOf<MemberAuditEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn read_member_audit(
    State(app): State<AppState>,
    PersonQuestion(question): PersonQuestion<CustomerId, MemberAuditParams>,
) -> Result<Json<PageOf<MemberAuditEntry>>, Problem> {
    let (asker, customer) = (&question.asker, question.path);
    let member = Member::reaching(&app, asker, customer, Feature::Audit).await?;
    Ok(Json(entries_of(&app, &member, &question.params).await?.into()))
}

/// A page of what happened to the contacts of a member's customer. About any other contact it is as about
/// one that never was.
pub(crate) async fn entries_of(
    app: &AppState,
    member: &Member,
    params: &MemberAuditParams,
) -> Result<Page<MemberAuditEntry>, Problem> {
    let mut door = Door::default();
    let contact = door.take_if("contact", params.contact.as_deref(), id::<ContactId>);
    let cursor = door.take_if("cursor", params.cursor.as_deref(), cursor);
    let limit = door.take_if("limit", params.limit.as_deref(), limit);
    let query = door.build(|| {
        Some(MemberAuditQuery {
            customer: member.customer,
            contact: contact?,
            cursor: cursor?,
            limit: limit?.unwrap_or(LIMIT_DEFAULT),
        })
    })?;
    member.ready(app, &[AUDIT_TRAIL, CONTACT_DIRECTORY]).await?;
    let reader = app.store().reader();
    if let Some(contact) = query.contact {
        let entry = contact_directory::get(reader, member.ledger, contact).await?;
        let theirs = entry.filter(|entry| member_audit::belongs(entry, member.customer));
        theirs.ok_or_else(Problem::not_found)?;
    }
    Ok(member_audit::list(reader, member.ledger, &query).await?)
}
