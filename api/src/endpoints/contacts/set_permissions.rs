use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::state::AppState;
use axum::extract::State;
use domain::contact::{ContactCommand, Permission};
use domain::{Command, ContactId};
use serde::Deserialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// What the contact may do in the customer portal from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PortalPermissions {
    /// Any of `admin_access` (which stands for all), `access_billing`, `access_reports`,
    /// `create_work_order` and `edit_contact`; none at all lets the contact in and no further.
    #[schema(max_items = 5)]
    pub(crate) permissions: Vec<String>,
}

impl RequestBody for PortalPermissions {}

impl PortalPermissions {
    /// Reads them at the door.
    pub(crate) fn read(&self) -> Result<BTreeSet<Permission>, Problem> {
        let mut door = Door::default();
        let parse = |typed: &str| {
            let known = Permission::ALL.into_iter().find(|permission| permission.word() == typed);
            known.ok_or("must be a permission of the customer portal")
        };
        let permissions = door.take_all("permissions", &self.permissions, 5, parse);
        door.build(|| permissions.map(|permissions| permissions.into_iter().collect()))
    }
}

/// Say what a contact may do in the customer portal (R115 to R120, G12).
#[utoipa::path(put, path = "/v1/contacts/{id}/portal-permissions", tag = "contacts",
    params(("id" = Uuid, Path, description = "The contact")), request_body = PortalPermissions,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn set_permissions(
    State(app): State<AppState>,
    order: Order<ContactId, PortalPermissions>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let set = ContactCommand::SetPermissions(order.body.read()?);
    order.carry_out(&app, Command::Contact(order.path, set)).await
}
