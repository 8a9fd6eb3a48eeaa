use crate::endpoints::{CONTACT_DIRECTORY, INVITATIONS, MAIL_LOG, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::Question;
use crate::input::{Door, LIMIT_DEFAULT, cursor, id, limit, one_of};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use projections::invitations::{self, InvitationEntry, InvitationQuery};
use serde::Deserialize;
use utoipa::IntoParams;

const STATUSES: [&str; 5] = ["pending", "accepted", "cancelled", "declined", "expired"];

/// Which invitations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct InvitationParams {
    /// `pending`, `accepted`, `cancelled`, `declined` or `expired`.
    status: Option<String>,
    /// Of this contact.
    contact: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    limit: Option<String>,
}

impl InvitationParams {
    fn query(&self) -> Result<InvitationQuery, Problem> {
        let mut door = Door::default();
        let status = |typed: &str| one_of(typed, &STATUSES).map(str::to_owned);
        let status = door.take_if("status", self.status.as_deref(), status);
        let contact = door.take_if("contact", self.contact.as_deref(), id);
        let cursor = door.take_if("cursor", self.cursor.as_deref(), cursor);
        let limit = door.take_if("limit", self.limit.as_deref(), limit);
        door.build(|| {
            Some(InvitationQuery {
                status: status?,
                contact: contact?,
                cursor: cursor?,
                limit: limit?.unwrap_or(LIMIT_DEFAULT),
            })
        })
    }
}

/// List invitations, the last one sent first.
#[utoipa::path(get, path = "/v1/invitations", tag = "invitations", params(InvitationParams),
    responses((status = 200, body = PageOf<InvitationEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_invitations(
    State(app): State<AppState>,
    question: Question<(), InvitationParams>,
) -> Result<Json<PageOf<InvitationEntry>>, Problem> {
    let query = question.params.query()?;
    question.ready(&app, &[INVITATIONS, CONTACT_DIRECTORY, MAIL_LOG]).await?;
    let reader = app.store().reader();
    Ok(Json(invitations::list(reader, question.ledger(), &query).await?.into()))
}
