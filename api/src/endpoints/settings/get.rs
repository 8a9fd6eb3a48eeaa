use crate::answer::Answer;
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, Question};
use crate::state::AppState;
use axum::extract::State;
use projections::settings::{self, SettingsEntry};

/// Read what the account has settled for its invitations and its staff; never behind.
#[utoipa::path(get, path = "/v1/settings", tag = "settings",
    responses((status = 200, body = SettingsEntry), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_settings(
    State(app): State<AppState>,
    question: Question<(), NoParams>,
) -> Result<Answer<SettingsEntry>, Problem> {
    let entry = settings::get(app.store().reader(), question.ledger()).await?;
    let (entry, version) = entry.ok_or_else(Problem::not_found)?;
    Ok(Answer::new(entry).version(version))
}
