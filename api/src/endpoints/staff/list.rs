use crate::answer::Answer;
use crate::endpoints::PageOf;
use crate::error::{Problem, ProblemBody};
use crate::extract::Question;
use crate::input::{Door, LIMIT_DEFAULT, cursor, limit};
use crate::state::AppState;
use axum::extract::State;
use projections::staff::{self, StaffEntry};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StaffParams {
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    limit: Option<String>,
}

/// List the account's staff, who was invited last first, those who were removed too; never behind.
#[utoipa::path(get, path = "/v1/staff", tag = "staff", params(StaffParams),
    responses((status = 200, body = PageOf<StaffEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_staff(
    State(app): State<AppState>,
    question: Question<(), StaffParams>,
) -> Result<Answer<PageOf<StaffEntry>>, Problem> {
    let mut door = Door::default();
    let cursor = door.take_if("cursor", question.params.cursor.as_deref(), cursor);
    let limit = door.take_if("limit", question.params.limit.as_deref(), limit);
    let (cursor, limit) = door.build(|| Some((cursor?, limit?.unwrap_or(LIMIT_DEFAULT))))?;
    let reader = app.store().reader();
    let listed = staff::list(reader, question.ledger(), cursor.as_deref(), limit).await?;
    Ok(Answer::new(listed.staff.into()).version(listed.version))
}
