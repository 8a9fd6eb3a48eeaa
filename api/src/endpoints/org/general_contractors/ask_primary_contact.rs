use crate::answer::{Answer, PartAnswer, part_made};
use crate::endpoints::org::organisation;
use crate::error::{Problem, ProblemBody};
use crate::extract::body::RequestBody;
use crate::extract::{Order, OrgOrder};
use crate::input::Door;
use crate::persons::trades::projects::relations;
use crate::state::AppState;
use axum::extract::State;
use domain::subcontractor::{NewPrimaryContact, SubcontractorCommand};
use domain::text::PersonName;
use domain::{Command, EmailAddress, PrimaryContactRequestId, SubUserId, SubcontractorId};
use event_store::Applied;
use projections::sub_org_directory::{NamesEntry, OrgEntry};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Who is to be the primary contact.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskPrimaryContact {
    /// A user of your organisation. Let them register before (R84): until then, what the general
    /// contractor sends them waits.
    pub(crate) user: Uuid,
}

impl RequestBody for AskPrimaryContact {}

/// Ask a general contractor to make another user of your organisation the primary contact. It is the
/// general contractor's to do (R82); its pending invitations are sent anew then (R83).
#[utoipa::path(post,
    path = "/v1/org/general-contractors/{subcontractor}/primary-contact-requests",
    tag = "organisation",
    params(("subcontractor" = Uuid, Path, description = "What the general contractor knows you by")),
    request_body = AskPrimaryContact,
    responses((status = 201, body = PartAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn ask_primary_contact(
    State(app): State<AppState>,
    OrgOrder(order): OrgOrder<SubcontractorId, AskPrimaryContact>,
) -> Result<Answer<PartAnswer>, Problem> {
    let request = PrimaryContactRequestId(order.new_id(&app, "primary contact"));
    let user = SubUserId(order.body.user);
    let applied = ask(&app, &order, order.path, user, request).await?;
    let collection = format!("/v1/org/general-contractors/{}/primary-contact-requests", order.path);
    Ok(part_made(&applied, request.0, &collection).elsewhere())
}

/// Asks the general contractor, in its ledger.
pub(crate) async fn ask<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    subcontractor: SubcontractorId,
    wanted: SubUserId,
    request: PrimaryContactRequestId,
) -> Result<Applied, Problem> {
    order.without_version()?;
    let (org, user) = order.asker.membership()?;
    let relations = relations(app, org).await?;
    let relation = relations.into_iter().find(|one| one.subcontractor == subcontractor);
    let relation = relation.ok_or_else(Problem::not_found)?;
    let to = primary_contact(organisation(app, &order.asker).await?, wanted)?;
    let ask = SubcontractorCommand::RequestPrimaryContactChange { request, user, to };
    order.execute_in(app, relation.ledger, Command::Subcontractor(subcontractor, ask)).await
}

/// A user who is there, as general contractors know people.
fn primary_contact(org: OrgEntry, wanted: SubUserId) -> Result<NewPrimaryContact, Problem> {
    let unknown = || Problem::not_found().field("user");
    let is_there = |stage: &str| ["registered", "invited"].contains(&stage);
    let mut users = org.users.into_iter();
    let user = users.find(|user| user.id == wanted.0 && is_there(&user.stage));
    let NamesEntry { first_name, last_name, email } = user.ok_or_else(unknown)?.names;
    let (first, last) = first_name.zip(last_name).ok_or_else(unknown)?;
    let mut door = Door::default();
    let name = door.take("user", PersonName::parse(&format!("{first} {last}")));
    let email = door.take("user", EmailAddress::parse(&email.ok_or_else(unknown)?));
    door.build(|| Some(NewPrimaryContact { name: name?, email: email? }))
}
