use crate::answer::Answer;
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::import::mapping::Mapping;
use crate::import::run::{File, ImportReport, run};
use crate::input::{Door, one_of};
use crate::position::LedgerPosition;
use crate::state::AppState;
use axum::extract::{Query, State};
use domain::Channel;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// Whether to try first.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportParams {
    /// `true` shows row by row what would happen and changes nothing; `false` when absent.
    dry_run: Option<String>,
}

/// A file of jobs and owners.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportFile {
    /// The file's format.
    format: FileFormat,
    /// The file itself: a header and at most 10,000 rows.
    content: String,
    /// Which columns hold what.
    mapping: Mapping,
}

/// A file's format.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum FileFormat {
    Csv,
}

impl RequestBody for ImportFile {
    const BYTES_MAX: usize = 10 << 20;
}

/// Import a file of jobs and owners, one job a row; the same file twice changes nothing.
///
/// Good rows go in while bad rows are reported with line, field and reason. What makes two rows the
/// same owner, docs/API.md says.
#[utoipa::path(post, path = "/v1/imports", tag = "imports", params(ImportParams),
    request_body = ImportFile,
    responses((status = 200, body = ImportReport), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn import(
    State(app): State<AppState>,
    params: Query<ImportParams>,
    order: Order<(), ImportFile>,
) -> Result<Answer<ImportReport>, Problem> {
    let mut door = Door::default();
    let words = |typed: &str| one_of(typed, &["true", "false"]);
    let dry_run = door.take_if("dry_run", params.dry_run.as_deref(), words);
    let dry_run = door.build(|| dry_run)? == Some("true");
    let mut circumstances = order.asker.circumstances(order.reason);
    circumstances.channel = Channel::Import;
    let ledger = order.asker.ledger();
    let ImportFile { format: FileFormat::Csv, content, mapping } = order.body;
    let (mapping, idempotency) = (Some(mapping), order.idempotency);
    let file = File { content, mapping, ledger, circumstances, idempotency, dry_run };
    // A client that goes away does not cut a file in two.
    let ran = tokio::spawn(async move { run(&app, file).await });
    let report = ran.await.map_err(|_panic| Problem::internal())??;
    let position = report.position;
    let answer = Answer::new(report);
    Ok(match position {
        Some(position) => answer.position(LedgerPosition { ledger, position }),
        None => answer,
    })
}
