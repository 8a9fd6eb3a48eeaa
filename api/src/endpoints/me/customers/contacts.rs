use super::MemberContact;
use crate::endpoints::customers::list_contacts::CustomerContactParams;
use crate::endpoints::{CONTACT_DIRECTORY, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::PersonQuestion;
use crate::persons::membership::Member;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::CustomerId;
use domain::customer::Feature;
use projections::Page;
use projections::contact_directory;

/// List the contacts of your customer by name, or those with this name and status (R106 to R110).
#[utoipa::path(get, path = "/v1/me/customers/{customer_id}/contacts", tag = "customer portal",
    params(("customer_id" = Uuid, Path, description = "Your customer"), CustomerContactParams),
    responses((status = 200, body = PageOf<MemberContact>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_member_contacts(
    State(app): State<AppState>,
    PersonQuestion(question): PersonQuestion<CustomerId, CustomerContactParams>,
) -> Result<Json<PageOf<MemberContact>>, Problem> {
    let (asker, customer) = (&question.asker, question.path);
    let member = Member::reaching(&app, asker, customer, Feature::Contacts).await?;
    Ok(Json(listed(&app, &member, &question.params).await?.into()))
}

/// A page of the contacts of a member's customer.
pub(crate) async fn listed(
    app: &AppState,
    member: &Member,
    params: &CustomerContactParams,
) -> Result<Page<MemberContact>, Problem> {
    let query = params.query(member.customer)?;
    member.ready(app, &[CONTACT_DIRECTORY]).await?;
    let page = contact_directory::list(app.store().reader(), member.ledger, &query).await?;
    let items = page.items.into_iter().map(|entry| MemberContact::of(entry, member)).collect();
    Ok(Page { items, next: page.next })
}
