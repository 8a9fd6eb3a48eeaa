use crate::answer::Answer;
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::{self, RequestBody};
use crate::import::charset::{Upload, by_name};
use crate::import::mapping::Mapping;
use crate::import::run::{Content, File, ImportReport, run};
use crate::input::{Door, one_of};
use crate::position::LedgerPosition;
use crate::state::AppState;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
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

/// A file of jobs and owners, or of contacts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportFile {
    /// The file's format.
    format: FileFormat,
    /// The file itself: at most 10,000 rows or cards.
    content: String,
    /// Which columns hold what; for a file of jobs, and there required.
    mapping: Option<Mapping>,
}

/// A file's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum FileFormat {
    /// Jobs and owners, one job a row.
    Csv,
    /// Contacts, with the columns of a Google or Outlook export.
    ContactsCsv,
    /// Contacts as vCards, 2.1 to 4.0.
    Vcard,
}

/// A file as JSON, or an address book as it is.
#[derive(Debug, Deserialize)]
#[serde(from = "ImportFile")]
pub(crate) struct ImportBody {
    format: FileFormat,
    content: Upload,
    mapping: Option<Mapping>,
}

impl From<ImportFile> for ImportBody {
    fn from(ImportFile { format, content, mapping }: ImportFile) -> Self {
        Self { format, content: content.into(), mapping }
    }
}

impl RequestBody for ImportBody {
    const BYTES_MAX: usize = 10 << 20;

    /// An address book may be sent as it is: what it is written in, only its bytes can tell.
    fn parse(headers: &HeaderMap, bytes: &Bytes) -> Result<Self, Problem> {
        let (kind, parameters) = body::media_type(headers).unwrap_or_default();
        let format = match kind.to_ascii_lowercase().as_str() {
            "text/vcard" | "text/x-vcard" | "text/directory" => FileFormat::Vcard,
            "text/csv" => FileFormat::ContactsCsv,
            _ => return body::parse(headers, bytes),
        };
        let mut parameters =
            parameters.split(';').filter_map(|parameter| parameter.split_once('='));
        let charset = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
        let named = charset.and_then(|(_, charset)| by_name(charset));
        let content = Upload { bytes: bytes.clone(), named, is_text: false };
        Ok(Self { format, content, mapping: None })
    }
}

impl ImportBody {
    fn content(self) -> Result<Content, Problem> {
        let Self { format, content, mapping } = self;
        if format == FileFormat::Csv {
            let mapping = mapping.ok_or_else(|| Problem::unreadable("mapping", "is required"))?;
            return Ok(Content::Jobs(content.source().text(), Some(Box::new(mapping))));
        }
        let mut door = Door::default();
        if mapping.is_some() {
            door.refuse("mapping", &"is for a file of jobs; the columns of contacts are known");
        }
        door.build(|| match format {
            FileFormat::Csv => None,
            FileFormat::ContactsCsv => Some(Content::Contacts(content)),
            FileFormat::Vcard => Some(Content::Cards(content)),
        })
    }
}

/// Import a file of jobs and owners, or an address book; the same file twice changes nothing.
///
/// Good rows go in while bad rows are reported with line, field and reason; what is there already
/// stays as it is. What makes two rows the same contact, and what becomes of a card, docs/API.md
/// says.
#[utoipa::path(post, path = "/v1/imports", tag = "imports", params(ImportParams),
    request_body(content((ImportFile = "application/json"), (String = "text/vcard"), (String = "text/csv"))),
    responses((status = 200, body = ImportReport), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn import(
    State(app): State<AppState>,
    params: Query<ImportParams>,
    order: Order<(), ImportBody>,
) -> Result<Answer<ImportReport>, Problem> {
    let mut door = Door::default();
    let words = |typed: &str| one_of(typed, &["true", "false"]);
    let dry_run = door.take_if("dry_run", params.dry_run.as_deref(), words);
    let dry_run = door.build(|| dry_run)? == Some("true");
    let mut circumstances = order.asker.circumstances(order.reason);
    circumstances.channel = Channel::Import;
    let ledger = order.asker.ledger();
    let content = order.body.content()?;
    let file = File { ledger, circumstances, idempotency: order.idempotency, dry_run };
    // A client that goes away does not cut a file in two.
    let ran = tokio::spawn(async move { run(&app, file, content).await });
    let report = ran.await.map_err(|_panic| Problem::internal())??;
    let position = report.position;
    let answer = Answer::new(report);
    Ok(match position {
        Some(position) => answer.position(LedgerPosition { ledger, position }),
        None => answer,
    })
}
