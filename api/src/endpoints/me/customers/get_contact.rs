use super::{MemberContact, contact_of};
use crate::answer::Answer;
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, PersonQuestion};
use crate::persons::membership::Member;
use crate::state::AppState;
use axum::extract::State;
use domain::customer::Feature;
use domain::{ContactId, CustomerId};

/// Read one contact of your customer (R113); `ETag` is its present version.
#[utoipa::path(get, path = "/v1/me/customers/{customer_id}/contacts/{contact_id}",
    tag = "customer portal",
    params(("customer_id" = Uuid, Path, description = "Your customer"),
        ("contact_id" = Uuid, Path, description = "The contact")),
    responses((status = 200, body = MemberContact), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_member_contact(
    State(app): State<AppState>,
    PersonQuestion(question): PersonQuestion<(CustomerId, ContactId), NoParams>,
) -> Result<Answer<MemberContact>, Problem> {
    let (customer, contact) = question.path;
    let member = Member::reaching(&app, &question.asker, customer, Feature::Contacts).await?;
    let contact = contact_of(&app, &member, contact).await?;
    let version = contact.version;
    Ok(Answer::new(contact).version(version))
}
