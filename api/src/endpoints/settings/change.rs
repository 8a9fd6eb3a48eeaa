use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::state::AppState;
use axum::extract::State;
use domain::Command;
use domain::builder_account::{
    BuilderAccountCommand, InvitationTtl, SettingsEdit, StaffSecondFactor,
};
use serde::Deserialize;
use utoipa::ToSchema;

/// Which settings become what; one that is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeSettings {
    /// For how many hours an invitation can be accepted, from the next mail on: 1 to 168.
    #[schema(minimum = 1, maximum = 168)]
    pub(crate) invitation_ttl_hours: Option<i64>,
    /// Whether whoever has not answered is reminded, a day before the invitation ends.
    pub(crate) invitation_reminder: Option<bool>,
    /// `required`: nobody of the staff begins a session for work without a second factor. Sessions that
    /// have begun go on to their end.
    #[schema(value_type = Option<String>)]
    pub(crate) staff_second_factor: Option<StaffSecondFactor>,
}

impl RequestBody for ChangeSettings {}

impl ChangeSettings {
    pub(crate) fn read(&self) -> Result<SettingsEdit, Problem> {
        let mut door = Door::default();
        let ttl = match self.invitation_ttl_hours {
            None => Some(None),
            Some(hours) => {
                door.take("invitation_ttl_hours", InvitationTtl::of_hours(hours)).map(Some)
            }
        };
        let Self { invitation_reminder, staff_second_factor, .. } = *self;
        door.build(|| {
            Some(SettingsEdit { invitation_ttl: ttl?, invitation_reminder, staff_second_factor })
        })
    }
}

/// Change what holds for all invitations, and for all of the staff, from now on.
///
/// An invitation that is out keeps its end; a resend has the new one.
#[utoipa::path(patch, path = "/v1/settings", tag = "settings", request_body = ChangeSettings,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn change_settings(
    State(app): State<AppState>,
    order: Order<(), ChangeSettings>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let change = BuilderAccountCommand::ChangeSettings(order.body.read()?);
    order.carry_out(&app, Command::BuilderAccount(order.account(), change)).await
}
