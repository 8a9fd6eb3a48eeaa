use crate::figures;
use crate::state::AppState;
use axum::extract::State;

/// Figures for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operations", security(()),
    responses((status = 200, body = String, content_type = "text/plain")))]
pub(crate) async fn metrics(State(app): State<AppState>) -> String {
    if figures::refresh(&app).await.is_err() {
        // What the process itself counts shows all the same.
        tracing::warn!("the figures of the views could not be read");
    }
    figures::recorder().render()
}
