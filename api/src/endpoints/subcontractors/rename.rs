use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::state::AppState;
use axum::extract::State;
use domain::subcontractor::SubcontractorCommand;
use domain::{Command, CompanyName, SubcontractorId};
use serde::Deserialize;
use utoipa::ToSchema;

/// What a company is called from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RenameSubcontractor {
    /// Its name in this account; what it calls itself is its own business.
    #[schema(max_length = 200)]
    name: String,
}

impl RequestBody for RenameSubcontractor {}

/// Give a subcontractor another name.
#[utoipa::path(patch, path = "/v1/subcontractors/{id}", tag = "subcontractors",
    params(("id" = Uuid, Path, description = "The subcontractor")), request_body = RenameSubcontractor,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn rename_subcontractor(
    State(app): State<AppState>,
    order: Order<SubcontractorId, RenameSubcontractor>,
) -> Result<Answer<CommandAnswer>, Problem> {
    rename(&app, &order, &order.body.name).await
}

/// The same, for whoever has the name.
pub(crate) async fn rename<B>(
    app: &AppState,
    order: &Order<SubcontractorId, B>,
    typed: &str,
) -> Result<Answer<CommandAnswer>, Problem> {
    let mut door = Door::default();
    let name = door.take("name", CompanyName::parse(typed));
    let rename = SubcontractorCommand::Rename(door.build(|| name)?);
    order.carry_out(app, Command::Subcontractor(order.path, rename)).await
}
