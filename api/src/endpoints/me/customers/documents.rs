use crate::endpoints::customers::documents::list::DocumentParams;
use crate::endpoints::{DOCUMENTS, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::PersonQuestion;
use crate::persons::membership::Member;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::customer::{CustomerRejection, DocumentKind};
use domain::{CustomerId, Rejection};
use projections::Page;
use projections::documents::{self, DocumentEntry};

/// List the documents that your builder published to your customer, the newest first: those about billing
/// with Access Billing (R117), reports with Access Reports (R118), all with Admin Access (R116).
#[utoipa::path(get, path = "/v1/me/customers/{customer_id}/documents", tag = "customer portal",
    params(("customer_id" = Uuid, Path, description = "Your customer"), DocumentParams),
    responses((status = 200, body = PageOf<DocumentEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_member_documents(
    State(app): State<AppState>,
    PersonQuestion(question): PersonQuestion<CustomerId, DocumentParams>,
) -> Result<Json<PageOf<DocumentEntry>>, Problem> {
    let member = Member::of(&app, &question.asker, question.path).await?;
    Ok(Json(documents_of(&app, &member, &question.params).await?.into()))
}

/// A page of the documents of a member's customer that are open to them.
pub(crate) async fn documents_of(
    app: &AppState,
    member: &Member,
    params: &DocumentParams,
) -> Result<Page<DocumentEntry>, Problem> {
    let mut query = params.query(member.customer)?;
    query.kinds = open_to(member, &query.kinds)?;
    member.ready(app, &[DOCUMENTS]).await?;
    Ok(documents::list(app.store().reader(), member.ledger, &query).await?)
}

/// Which of these kinds are open to a member; refused where none is.
pub(super) fn open_to(
    member: &Member,
    kinds: &[DocumentKind],
) -> Result<Vec<DocumentKind>, Problem> {
    let reached = kinds.iter().copied().filter(|kind| member.reaches(kind.feature()));
    let reached: Vec<DocumentKind> = reached.collect();
    match kinds.first() {
        Some(first) if reached.is_empty() => {
            let needed = CustomerRejection::PermissionNeeded(first.feature());
            Err(Rejection::from(needed).into())
        }
        _ => Ok(reached),
    }
}
