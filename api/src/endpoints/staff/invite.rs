use crate::answer::{Answer, PartAnswer, part_made};
use crate::endpoints::accounts::{GrantWord, RoleWord, grants};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::state::AppState;
use axum::extract::State;
use domain::builder_account::{BuilderAccountCommand, NewStaff, StaffCommand};
use domain::{Command, EmailAddress, PersonName, StaffId, TokenId};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Whom to invite.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InviteStaff {
    /// Their name, as histories will show it.
    #[schema(max_length = 200)]
    name: String,
    /// Where the mail goes; it becomes their login, if they have none.
    #[schema(max_length = 254, format = Email)]
    email: String,
    /// What they may do.
    role: RoleWord,
    /// What they may beyond the role; for the role staff alone.
    #[serde(default)]
    grants: Vec<GrantWord>,
}

impl RequestBody for InviteStaff {}

/// Invite somebody to the staff. The link goes to that address and nowhere else.
#[utoipa::path(post, path = "/v1/staff", tag = "staff", request_body = InviteStaff,
    responses((status = 201, body = PartAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn invite_staff(
    State(app): State<AppState>,
    order: Order<(), InviteStaff>,
) -> Result<Answer<PartAnswer>, Problem> {
    let mut door = Door::default();
    let name = door.take("name", PersonName::parse(&order.body.name));
    let email = door.take("email", EmailAddress::parse(&order.body.email));
    let (staff, token) = (StaffId(order.new_id(&app, "staff")), TokenId(Uuid::now_v7()));
    let (role, grants) = (order.body.role.into(), grants(&order.body.grants));
    let new =
        door.build(|| Some(NewStaff { staff, name: name?, email: email?, role, grants, token }))?;
    let invite = BuilderAccountCommand::Staff(StaffCommand::Invite(new));
    let applied = order.execute(&app, Command::BuilderAccount(order.account(), invite)).await?;
    Ok(part_made(&applied, staff.0, "/v1/staff"))
}
