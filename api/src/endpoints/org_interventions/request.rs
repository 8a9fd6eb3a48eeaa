use super::assignment;
use crate::answer::{Answer, position_of};
use crate::endpoints::support::of_support;
use crate::error::{Problem, ProblemBody};
use crate::extract::OperatorOrder;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::state::AppState;
use axum::extract::State;
use domain::installation::{OrgInterventionRequested, SupportCommand};
use domain::{
    EmailAddress, InterventionId, OrgId, PersonName, Personal, Reason, SubUserId, subcontractor_org,
};
use projections::org_interventions::company;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Whom to let into which company, and on what evidence.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestOrgIntervention {
    /// Into which company.
    org: Uuid,
    /// First name.
    #[schema(max_length = 200)]
    first_name: String,
    /// Last name.
    #[schema(max_length = 200)]
    last_name: String,
    /// Where the invitation goes, and nowhere else.
    #[schema(max_length = 320)]
    email: String,
    /// The company's one registered user, who has left; absent where nobody is registered.
    replaces: Option<Uuid>,
    /// What shows that it is so, for who approves it. It may name people: it is sealed like their names.
    #[schema(max_length = 500)]
    reason: String,
}

impl RequestBody for RequestOrgIntervention {}

/// An intervention in a company was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrgInterventionAsked {
    /// Which; another operator approves it by this.
    id: Uuid,
}

/// Ask to let somebody into a subcontractor's company whose only user has left (R81). Nothing is done until
/// another operator approves it; what the company's rules refuse already now is refused at once.
#[utoipa::path(post, path = "/v1/org-interventions", tag = "interventions",
    request_body = RequestOrgIntervention,
    responses((status = 201, body = OrgInterventionAsked), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn request_org_intervention(
    State(app): State<AppState>,
    OperatorOrder(mut order): OperatorOrder<(), RequestOrgIntervention>,
) -> Result<Answer<OrgInterventionAsked>, Problem> {
    let body = &order.body;
    let mut door = Door::default();
    let first = door.take("first_name", PersonName::parse(&body.first_name));
    let last = door.take("last_name", PersonName::parse(&body.last_name));
    let email = door.take("email", EmailAddress::parse(&body.email));
    let evidence = door.take("reason", Reason::parse(&body.reason));
    let parsed = door.build(|| Some((first?, last?, email?, evidence?)))?;
    let (first_name, last_name, email, evidence) = parsed;
    let intervention = InterventionId(order.new_id(&app, "org_intervention"));
    let user = SubUserId(order.new_id(&app, "org_intervention_user"));
    let org = OrgId(body.org);
    let requested = OrgInterventionRequested {
        intervention,
        org,
        user,
        first_name: Personal::known(user, first_name),
        last_name: Personal::known(user, last_name),
        email: Personal::known(user, email),
        replaces: body.replaces.map(SubUserId),
        evidence: Box::new(Personal::known(user, evidence)),
        by: order.asker.credential.key,
    };
    // It is in the event, sealed; an event's own reason is not, in the installation's ledger.
    order.reason = None;
    may_be_done(&app, &requested).await?;
    let applied =
        order.execute(&app, of_support(SupportCommand::RequestForOrg(Box::new(requested)))).await?;
    let location = format!("/v1/org-interventions/{intervention}");
    let asked = OrgInterventionAsked { id: intervention.0 };
    Ok(Answer::new(asked).position(position_of(&applied)).created_at(location))
}

/// Asks the company's own rules, as they stand now; they are asked again when it is done.
async fn may_be_done(app: &AppState, requested: &OrgInterventionRequested) -> Result<(), Problem> {
    let there = company(app.store().reader(), requested.org).await?;
    let there = there.ok_or_else(Problem::not_found)?;
    let assign = assignment(requested).ok_or_else(Problem::internal)?;
    subcontractor_org::decide(requested.org, Some(&there), &assign, app.store().now())?;
    Ok(())
}
