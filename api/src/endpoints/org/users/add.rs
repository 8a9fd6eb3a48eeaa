use crate::answer::{Answer, PartAnswer, part_made};
use crate::endpoints::org::to_own;
use crate::error::{Problem, ProblemBody};
use crate::extract::OrgOrder;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::state::AppState;
use axum::extract::State;
use domain::subcontractor_org::{NewSubUser, SubcontractorOrgCommand};
use domain::text::PersonName;
use domain::{EmailAddress, SubUserId, TokenId};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Whom to add; all three are needed (R79).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddUser {
    /// Their first name.
    #[schema(max_length = 200)]
    pub(crate) first_name: String,
    /// Their last name.
    #[schema(max_length = 200)]
    pub(crate) last_name: String,
    /// Where the mail goes; it becomes their login, if they have none.
    #[schema(max_length = 254, format = Email)]
    pub(crate) email: String,
}

impl RequestBody for AddUser {}

impl AddUser {
    /// Who is to be invited, under this id.
    pub(crate) fn read(&self, user: SubUserId) -> Result<SubcontractorOrgCommand, Problem> {
        let mut door = Door::default();
        let first_name = door.take("first_name", PersonName::parse(&self.first_name));
        let last_name = door.take("last_name", PersonName::parse(&self.last_name));
        let email = door.take("email", EmailAddress::parse(&self.email));
        let token = TokenId(Uuid::now_v7());
        door.build(|| {
            let (first_name, last_name, email) = (first_name?, last_name?, email?);
            let who = NewSubUser { first_name, last_name, email };
            Some(SubcontractorOrgCommand::InviteUser { user, who, token })
        })
    }
}

/// Add a user to your organisation: the invitation goes to that address and nowhere else (R79). Once it
/// is accepted, all projects of the organisation are open to them (R80).
#[utoipa::path(post, path = "/v1/org/users", tag = "organisation", request_body = AddUser,
    responses((status = 201, body = PartAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn add_user(
    State(app): State<AppState>,
    OrgOrder(order): OrgOrder<(), AddUser>,
) -> Result<Answer<PartAnswer>, Problem> {
    let user = SubUserId(order.new_id(&app, "user"));
    let invite = order.body.read(user)?;
    let applied = order.execute(&app, to_own(&order, invite)).await?;
    Ok(part_made(&applied, user.0, "/v1/org/users"))
}
