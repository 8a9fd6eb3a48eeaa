use super::to_own;
use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::OrgOrder;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::state::AppState;
use axum::extract::State;
use domain::subcontractor_org::SubcontractorOrgCommand;
use domain::text::CompanyName;
use serde::Deserialize;
use utoipa::ToSchema;

/// What the organisation is called from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RenameOrg {
    /// The name. Each general contractor has its own for you.
    #[schema(max_length = 200)]
    pub(crate) name: String,
}

impl RequestBody for RenameOrg {}

impl RenameOrg {
    /// The command.
    pub(crate) fn read(&self) -> Result<SubcontractorOrgCommand, Problem> {
        let mut door = Door::default();
        let name = door.take("name", CompanyName::parse(&self.name));
        door.build(|| Some(SubcontractorOrgCommand::Rename(name?)))
    }
}

/// Give your organisation another name.
#[utoipa::path(patch, path = "/v1/org", tag = "organisation", request_body = RenameOrg,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn rename_org(
    State(app): State<AppState>,
    OrgOrder(order): OrgOrder<(), RenameOrg>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let rename = order.body.read()?;
    order.carry_out(&app, to_own(&order, rename)).await
}
