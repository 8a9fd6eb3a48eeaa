//! The figures that `/metrics` shows.

use crate::error::Problem;
use crate::state::AppState;
use axum::http::{Method, StatusCode};
use domain::notification::{FailureCause, MailKind, MailOutcome};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

const SECONDS: [f64; 12] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// The process's figures; the first call begins to count.
pub(crate) fn recorder() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let builder = PrometheusBuilder::new();
        let builder = builder
            .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)
            .unwrap_or_else(|_no_buckets| PrometheusBuilder::new());
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("figures are counted by somebody else; /metrics shows none");
        }
        handle
    })
}

/// The method as a label: what nobody sends does not make a label of its own.
pub(crate) fn method(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "HEAD" => "HEAD",
        _ => "other",
    }
}

pub(crate) fn request(method: &'static str, route: String, status: StatusCode, took: Duration) {
    let labels = [("method", method.to_owned()), ("route", route)];
    metrics::histogram!("titleblock_request_seconds", &labels).record(took.as_secs_f64());
    let [method, route] = labels;
    let labels = [method, route, ("status", status.as_str().to_owned())];
    metrics::counter!("titleblock_requests_total", &labels).increment(1);
}

pub(crate) fn command(name: &'static str, outcome: &'static str, took: Duration) {
    let labels = [("command", name), ("outcome", outcome)];
    metrics::histogram!("titleblock_command_seconds", &labels).record(took.as_secs_f64());
}

/// A mail was sent or given up.
pub(crate) fn mail_ended(kind: MailKind, outcome: MailOutcome) {
    match outcome {
        MailOutcome::Sent => {
            metrics::counter!("titleblock_mails_sent_total", "kind" => kind.word()).increment(1);
        }
        MailOutcome::Failed(cause) => {
            let labels = [("kind", kind.word()), ("cause", cause.word())];
            metrics::counter!("titleblock_mails_failed_total", &labels).increment(1);
        }
    }
}

/// An attempt failed, and another one follows.
pub(crate) fn mail_put_off(kind: MailKind, cause: FailureCause) {
    let labels = [("kind", kind.word()), ("cause", cause.word())];
    metrics::counter!("titleblock_mails_put_off_total", &labels).increment(1);
}

/// Gauges that are looked up when somebody asks.
pub(crate) async fn refresh(app: &AppState) -> Result<(), Problem> {
    let (open, waiting) = app.store().reader().database().pool_status();
    gauge("titleblock_pool_connections", &[], open);
    gauge("titleblock_pool_waiting", &[], waiting);
    let free = app.permits().available_permits();
    gauge("titleblock_requests_in_flight", &[], app.limits().requests_max.saturating_sub(free));
    let mails = usize::try_from(app.waiting_mails().await?).unwrap_or(usize::MAX);
    gauge("titleblock_mails_waiting", &[], mails);
    let status = app.status().await?;
    gauge("titleblock_ledgers", &[], status.len());
    let mut views: BTreeMap<&str, (u64, usize)> = BTreeMap::new();
    for view in status.iter().flat_map(|ledger| &ledger.views) {
        let (lag, parked) = views.entry(&view.view).or_default();
        *lag = view.lag.max(*lag);
        *parked += usize::from(view.parked.is_some());
    }
    for (view, (lag, parked)) in views {
        let labels = [("view", view.to_owned())];
        gauge("titleblock_view_lag_events", &labels, usize::try_from(lag).unwrap_or(usize::MAX));
        gauge("titleblock_views_parked", &labels, parked);
    }
    Ok(())
}

fn gauge(name: &'static str, labels: &[(&'static str, String)], value: usize) {
    let value = f64::from(u32::try_from(value).unwrap_or(u32::MAX));
    metrics::gauge!(name, labels).set(value);
}
