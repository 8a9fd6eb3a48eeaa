use crate::answer::{Answer, PartAnswer, part_made};
use crate::documents::{self, FILE, Fields, FileForm};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::input::Door;
use crate::state::AppState;
use axum::body::Bytes;
use axum::extract::State;
use domain::customer::{CustomerCommand, DocumentDetails, DocumentKind};
use domain::text::{MessageText, Title};
use domain::{CustomerId, Day, DocumentId};
use utoipa::ToSchema;

/// A document to publish.
#[derive(Debug, Default, ToSchema)]
pub(crate) struct PublishDocument {
    /// `billing` (an invoice or a statement) or `report`.
    pub(crate) kind: String,
    /// What it is called.
    #[schema(max_length = 200)]
    pub(crate) title: String,
    /// The day that it bears, such as `2026-05-31`.
    #[schema(format = Date)]
    pub(crate) day: String,
    /// What you say of it.
    #[schema(max_length = 4000)]
    pub(crate) note: Option<String>,
    /// A PDF, JPEG, PNG or WebP of at most 5 MiB, told by its content.
    #[schema(value_type = String, format = Binary)]
    pub(crate) file: Bytes,
}

impl PublishDocument {
    /// What a form says, whose fields are these and no others, each once.
    fn of((fields, file): Fields) -> Result<Self, Problem> {
        let mut read = Self { file, ..Self::default() };
        let mut seen = Vec::new();
        for (name, text) in fields {
            let name = match name.as_str() {
                "kind" => "kind",
                "title" => "title",
                "day" => "day",
                "note" => "note",
                _ => {
                    let reason = "has a field that is not one of this request";
                    return Err(Problem::unreadable("body", reason));
                }
            };
            if seen.contains(&name) {
                return Err(Problem::unreadable(name, "must be there once"));
            }
            seen.push(name);
            match name {
                "kind" => read.kind = text,
                "title" => read.title = text,
                "day" => read.day = text,
                _ => read.note = Some(text),
            }
        }
        Ok(read)
    }
}

/// Publish a document to a customer: to its members who may see such, and to those with Admin Access.
///
/// The body is a form with the file in it. A PDF is kept as it is; of a picture, a JPEG of at most 1,600
/// pixels a side and nothing else of the file. A retry with the same `Idempotency-Key` sends the same
/// bytes, with the same boundary.
#[utoipa::path(post, path = "/v1/customers/{id}/documents", tag = "customers",
    params(("id" = Uuid, Path, description = "The customer")),
    request_body(content = PublishDocument, content_type = "multipart/form-data"),
    responses((status = 201, body = PartAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn publish_document(
    State(app): State<AppState>,
    order: Order<CustomerId, FileForm>,
) -> Result<Answer<PartAnswer>, Problem> {
    let body = PublishDocument::of(order.body.fields().await?)?;
    publish(&app, &order, order.path, &body).await
}

/// The same, for whoever has the body.
pub(crate) async fn publish<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    customer: CustomerId,
    body: &PublishDocument,
) -> Result<Answer<PartAnswer>, Problem> {
    let mut door = Door::default();
    let kind = door.take("kind", DocumentKind::parse(&body.kind));
    let title = door.take("title", Title::parse(&body.title));
    let day = door.take("day", Day::parse(&body.day));
    let note = door.take_if("note", body.note.as_deref(), MessageText::parse);
    if body.file.is_empty() {
        door.refuse(FILE, &"must be chosen");
    }
    let (kind, title, day, note) = door.build(|| Some((kind?, title?, day?, note?)))?;
    let _turn = documents::turn().await?;
    let (format, file) = documents::kept(&body.file).await?;
    let bytes = u32::try_from(file.len()).unwrap_or(u32::MAX);
    let details = DocumentDetails { kind, title, day, note, format, bytes };
    let document = DocumentId(order.new_id(app, "document"));
    let publish = CustomerCommand::PublishDocument(document, details);
    let applied = order.execute_with_document(app, customer, publish, file).await?;
    Ok(part_made(&applied, document.0, &format!("/v1/customers/{customer}/documents")))
}
