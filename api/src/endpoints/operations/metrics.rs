use crate::error::{Problem, ProblemBody};
use crate::extract::Inside;
use crate::figures;
use crate::state::AppState;
use axum::extract::State;

/// Figures for Prometheus.
///
/// For whoever runs the installation: without a credential from this machine or a private network,
/// not by a proxy; else with an operator token.
#[utoipa::path(get, path = "/metrics", tag = "operations", security((), ("credential" = [])),
    responses((status = 200, body = String, content_type = "text/plain"),
        (status = "4XX", body = ProblemBody)))]
pub(crate) async fn metrics(
    State(app): State<AppState>,
    Inside(inside): Inside,
) -> Result<String, Problem> {
    if !inside {
        return Err(Problem::unauthorized());
    }
    if figures::refresh(&app).await.is_err() {
        // What the process itself counts shows all the same.
        tracing::warn!("the figures of the views could not be read");
    }
    Ok(figures::recorder().render())
}
