use crate::endpoints::{CONTACT_DIRECTORY, MAIL_LOG, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::Question;
use crate::input::{Door, LIMIT_DEFAULT, cursor, id, limit, one_of};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::LedgerId;
use projections::Page;
use projections::mail_log::{self, MailEntry, MailQuery};
use serde::Deserialize;
use utoipa::IntoParams;

/// What can have become of a mail.
pub(crate) const STATUSES: [&str; 4] = ["waiting", "sent", "failed", "bounced"];

/// Which mails.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MailParams {
    /// To this contact.
    contact: Option<String>,
    /// `waiting`, `sent`, `failed` or `bounced`.
    status: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    limit: Option<String>,
}

impl MailParams {
    fn query(&self) -> Result<MailQuery, Problem> {
        let mut door = Door::default();
        let contact = door.take_if("contact", self.contact.as_deref(), id);
        let status = |typed: &str| one_of(typed, &STATUSES).map(str::to_owned);
        let status = door.take_if("status", self.status.as_deref(), status);
        let cursor = door.take_if("cursor", self.cursor.as_deref(), cursor);
        let limit = door.take_if("limit", self.limit.as_deref(), limit);
        door.build(|| {
            Some(MailQuery {
                contact: contact?,
                status: status?,
                cursor: cursor?,
                limit: limit?.unwrap_or(LIMIT_DEFAULT),
            })
        })
    }
}

/// List every mail that the account ordered and what became of it, newest first.
#[utoipa::path(get, path = "/v1/mail-log", tag = "mail", params(MailParams),
    responses((status = 200, body = PageOf<MailEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_mail(
    State(app): State<AppState>,
    question: Question<(), MailParams>,
) -> Result<Json<PageOf<MailEntry>>, Problem> {
    let query = question.params.query()?;
    question.ready(&app, &[MAIL_LOG, CONTACT_DIRECTORY]).await?;
    Ok(Json(mails(&app, question.ledger(), &query).await?.into()))
}

/// A page of the log.
pub(crate) async fn mails(
    app: &AppState,
    ledger: LedgerId,
    query: &MailQuery,
) -> Result<Page<MailEntry>, Problem> {
    Ok(mail_log::list(app.store().reader(), ledger, query).await?)
}
