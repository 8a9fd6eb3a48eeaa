use crate::answer::Answer;
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::{self, RequestBody};
use crate::import::charset::{Upload, by_name};
use crate::import::legacy::{self, mapping::OwnerMapping};
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

/// A file of jobs and owners, of contacts, or of owners of an older system.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportFile {
    /// The file's format.
    format: FileFormat,
    /// The file itself: at most 10,000 rows or cards.
    content: String,
    /// Which columns hold what; for a file of jobs, and there required.
    mapping: Option<Mapping>,
    /// Which columns hold what; for a file of owners. Without it, the columns have the names of its
    /// fields.
    owner_mapping: Option<OwnerMapping>,
}

/// A file's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FileFormat {
    /// Jobs and owners, one job a row.
    Csv,
    /// Contacts, with the columns of a Google or Outlook export.
    ContactsCsv,
    /// Contacts as vCards, 2.1 to 4.0.
    Vcard,
    /// Owners of an older system, one a row, with when they were activated and last signed in.
    OwnersCsv,
}

/// A file as JSON, or an address book as it is.
#[derive(Debug, Deserialize)]
#[serde(from = "ImportFile")]
pub(crate) struct ImportBody {
    pub(crate) format: FileFormat,
    pub(crate) content: Upload,
    pub(crate) mapping: Option<Mapping>,
    pub(crate) owner_mapping: Option<OwnerMapping>,
}

impl From<ImportFile> for ImportBody {
    fn from(ImportFile { format, content, mapping, owner_mapping }: ImportFile) -> Self {
        Self { format, content: content.into(), mapping, owner_mapping }
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
        Ok(Self { format, content, mapping: None, owner_mapping: None })
    }
}

/// What is to be imported.
enum Import {
    /// Rows or cards, each by itself.
    Rows(Content),
    /// Owners of an older system, email by email.
    Owners(Upload, Option<Box<OwnerMapping>>),
}

impl Import {
    async fn run(self, app: &AppState, file: File) -> Result<ImportReport, Problem> {
        match self {
            Self::Rows(content) => run(app, file, content).await,
            Self::Owners(upload, mapping) => {
                let mapping = mapping.map(|mapping| *mapping);
                legacy::run::run(app, file, upload, mapping).await
            }
        }
    }
}

impl ImportBody {
    fn import(self) -> Result<Import, Problem> {
        let Self { format, content, mapping, owner_mapping } = self;
        let mut door = Door::default();
        if mapping.is_some() && format != FileFormat::Csv {
            door.refuse("mapping", &"is for a file of jobs");
        }
        if owner_mapping.is_some() && format != FileFormat::OwnersCsv {
            door.refuse("owner_mapping", &"is for a file of owners");
        }
        door.build(|| Some(()))?;
        Ok(match format {
            FileFormat::Csv => {
                let required = || Problem::unreadable("mapping", "is required");
                let mapping = mapping.ok_or_else(required)?;
                let text = content.source().text();
                Import::Rows(Content::Jobs(text, Some(Box::new(mapping))))
            }
            FileFormat::ContactsCsv => Import::Rows(Content::Contacts(content)),
            FileFormat::Vcard => Import::Rows(Content::Cards(content)),
            FileFormat::OwnersCsv => Import::Owners(content, owner_mapping.map(Box::new)),
        })
    }
}

/// Import a file of jobs and owners, an address book, or owners of an older system; the same file
/// twice changes nothing.
///
/// Good rows go in while bad rows are reported with line, field and reason; what is there already
/// stays as it is. What makes two rows the same contact, what becomes of a card, and who of several
/// active owners keeps an email, docs/API.md says.
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
    let file = File { ledger, circumstances, idempotency: order.idempotency, dry_run };
    let report = import_file(&app, order.body, file).await?;
    let position = report.position;
    let answer = Answer::new(report);
    Ok(match position {
        Some(position) => answer.position(LedgerPosition { ledger, position }),
        None => answer,
    })
}

/// Imports a file, or says what would happen.
pub(crate) async fn import_file(
    app: &AppState,
    body: ImportBody,
    file: File,
) -> Result<ImportReport, Problem> {
    let (app, import) = (app.clone(), body.import()?);
    // A client that goes away does not cut a file in two.
    let ran = tokio::spawn(async move { import.run(&app, file).await });
    ran.await.map_err(|_panic| Problem::internal())?
}
