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
    pub(crate) name: String,
    /// Where the mail goes; it becomes their login, if they have none.
    #[schema(max_length = 254, format = Email)]
    pub(crate) email: String,
    /// What they may do.
    pub(crate) role: RoleWord,
    /// What they may beyond the role; for the role staff alone.
    #[serde(default)]
    pub(crate) grants: Vec<GrantWord>,
}

impl RequestBody for InviteStaff {}

impl InviteStaff {
    /// Who is to be invited, under this id.
    pub(crate) fn read(&self, staff: StaffId) -> Result<NewStaff, Problem> {
        let mut door = Door::default();
        let name = door.take("name", PersonName::parse(&self.name));
        let email = door.take("email", EmailAddress::parse(&self.email));
        let (role, grants) = (self.role.into(), grants(&self.grants));
        let token = TokenId(Uuid::now_v7());
        door.build(|| Some(NewStaff { staff, name: name?, email: email?, role, grants, token }))
    }
}

/// Invite somebody to the staff. The link goes to that address and nowhere else.
#[utoipa::path(post, path = "/v1/staff", tag = "staff", request_body = InviteStaff,
    responses((status = 201, body = PartAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn invite_staff(
    State(app): State<AppState>,
    order: Order<(), InviteStaff>,
) -> Result<Answer<PartAnswer>, Problem> {
    let staff = StaffId(order.new_id(&app, "staff"));
    let new = order.body.read(staff)?;
    let invite = BuilderAccountCommand::Staff(StaffCommand::Invite(new));
    let applied = order.execute(&app, Command::BuilderAccount(order.account(), invite)).await?;
    Ok(part_made(&applied, staff.0, "/v1/staff"))
}
