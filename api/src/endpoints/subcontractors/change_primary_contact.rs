use super::contact;
use crate::answer::{Answer, CommandAnswer, Warning, done};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::{Door, id};
use crate::persons::primary_contacts::is_registered;
use crate::state::AppState;
use axum::extract::State;
use domain::subcontractor::{NewPrimaryContact, SubcontractorCommand};
use domain::{Command, PrimaryContactRequestId, SubcontractorId};
use serde::Deserialize;
use utoipa::ToSchema;

/// Who is the primary contact from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangePrimaryContact {
    /// Their name.
    #[schema(max_length = 200)]
    name: String,
    /// Where invitations go from now on.
    #[schema(max_length = 254, format = Email)]
    email: String,
    /// The request that this answers (R82).
    #[schema(format = Uuid)]
    request: Option<String>,
}

impl RequestBody for ChangePrimaryContact {}

/// A change that was read.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) to: NewPrimaryContact,
    pub(crate) answers: Option<PrimaryContactRequestId>,
}

impl Change {
    /// Reads it at the door; `fields` says how name and email are called there.
    pub(crate) fn read(
        fields: (&str, &str),
        name: &str,
        email: &str,
        request: Option<&str>,
    ) -> Result<Self, Problem> {
        let mut door = Door::default();
        let contact = contact(&mut door, fields, name, email);
        let request = door.take_if("request", request, id);
        door.build(|| Some(Self { to: contact?, answers: request? }))
    }
}

/// Make somebody else the primary contact (R82). Invitations that were pending must be sent again, and their
/// links open nothing (R83).
///
/// `warnings` says `primary_contact_not_registered` where the new one has no login as a subcontractor yet, or
/// none in the company's organisation: they cannot accept before that (R84).
#[utoipa::path(put, path = "/v1/subcontractors/{id}/primary-contact", tag = "subcontractors",
    params(("id" = Uuid, Path, description = "The subcontractor")), request_body = ChangePrimaryContact,
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn change_primary_contact(
    State(app): State<AppState>,
    order: Order<SubcontractorId, ChangePrimaryContact>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let ChangePrimaryContact { name, email, request } = &order.body;
    let change = Change::read(("name", "email"), name, email, request.as_deref())?;
    change_to(&app, &order, change).await
}

/// The same, for whoever has read who.
pub(crate) async fn change_to<B>(
    app: &AppState,
    order: &Order<SubcontractorId, B>,
    change: Change,
) -> Result<Answer<CommandAnswer>, Problem> {
    let Change { to, answers } = change;
    let email = to.email.clone();
    let command = SubcontractorCommand::ChangePrimaryContact { to, answers };
    let applied = order.execute(app, Command::Subcontractor(order.path, command)).await?;
    let registered = is_registered(app, order.asker.ledger(), order.path, &email).await?;
    let warnings = if registered { Vec::new() } else { vec![WARNING] };
    Ok(done(&applied).warned(warnings))
}

/// The code of the warning that accepting will take the new one longer (R84).
pub(crate) const NOT_REGISTERED: &str = "primary_contact_not_registered";

const WARNING: Warning = Warning {
    code: NOT_REGISTERED,
    rule: "R84",
    detail: "The new primary contact is not registered yet, so accepting takes them longer.",
    contacts: Vec::new(),
};
