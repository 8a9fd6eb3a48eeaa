use crate::endpoints::PageOf;
use crate::error::{Problem, ProblemBody};
use crate::extract::Question;
use crate::input::{Door, LIMIT_DEFAULT, cursor, id, limit};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use projections::email_conflicts::{self, EmailConflictEntry, EmailConflictQuery, READS};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EmailConflictParams {
    /// Those of this contact, be it the owner or the one that has the email.
    contact: Option<String>,
    /// Those of owners of this job.
    job: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    limit: Option<String>,
}

impl EmailConflictParams {
    fn query(&self) -> Result<EmailConflictQuery, Problem> {
        let mut door = Door::default();
        let contact = door.take_if("contact", self.contact.as_deref(), id);
        let job = door.take_if("job", self.job.as_deref(), id);
        let cursor = door.take_if("cursor", self.cursor.as_deref(), cursor);
        let limit = door.take_if("limit", self.limit.as_deref(), limit);
        door.build(|| {
            Some(EmailConflictQuery {
                contact: contact?,
                job: job?,
                cursor: cursor?,
                limit: limit?.unwrap_or(LIMIT_DEFAULT),
            })
        })
    }
}

/// List the owners who wanted a primary email that another contact has, and who wait for you (R32, H4).
///
/// They were told to work with you, and nothing of the other contact. Put that contact on their jobs, merge the
/// two, or set the matter aside. An entry goes by itself when the email becomes free.
#[utoipa::path(get, path = "/v1/email-conflicts", tag = "contacts", params(EmailConflictParams),
    responses((status = 200, body = PageOf<EmailConflictEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_email_conflicts(
    State(app): State<AppState>,
    question: Question<(), EmailConflictParams>,
) -> Result<Json<PageOf<EmailConflictEntry>>, Problem> {
    let query = question.params.query()?;
    question.ready(&app, &READS).await?;
    let reader = app.store().reader();
    Ok(Json(email_conflicts::list(reader, question.ledger(), &query).await?.into()))
}
