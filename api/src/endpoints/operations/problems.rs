use crate::codes::CODES;
use crate::error::{Problem, ProblemBody};
use axum::Json;
use axum::extract::Path;
use serde::Serialize;
use utoipa::ToSchema;

/// What a code means.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemPage {
    code: &'static str,
    /// The status that goes with it.
    status: u16,
    /// The rule behind it, where there is one.
    rule: Option<&'static str>,
    title: &'static str,
    /// What the caller can do about it.
    remedy: Option<&'static str>,
}

/// What a problem's `type` leads to.
#[utoipa::path(get, path = "/problems/{code}", tag = "operations", security(()),
    params(("code" = String, Path, description = "The code of a problem")),
    responses((status = 200, body = ProblemPage), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn problem(Path(code): Path<String>) -> Result<Json<ProblemPage>, Problem> {
    let entry = CODES.iter().find(|entry| entry.word == code).ok_or_else(Problem::not_found)?;
    let crate::codes::Code { word: code, status, rule, title, remedy } = *entry;
    Ok(Json(ProblemPage { code, status, rule, title, remedy }))
}
