use super::{PrimaryContactBody, contact};
use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::state::AppState;
use axum::extract::State;
use domain::subcontractor::{NewPrimaryContact, SubcontractorCommand};
use domain::{Command, CompanyName, SubcontractorId};
use serde::Deserialize;
use utoipa::ToSchema;

/// A company to note.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddSubcontractor {
    /// What it is called.
    #[schema(max_length = 200)]
    name: String,
    /// To whom its invitations go.
    primary_contact: PrimaryContactBody,
}

impl RequestBody for AddSubcontractor {}

impl AddSubcontractor {
    fn read(&self) -> Result<(CompanyName, NewPrimaryContact), Problem> {
        let fields = ("name", "primary_contact.name", "primary_contact.email");
        let PrimaryContactBody { name, email } = &self.primary_contact;
        read(fields, &self.name, name, email)
    }
}

/// Reads a company and its primary contact at the door; `fields` says how they are called there.
pub(crate) fn read(
    fields: (&str, &str, &str),
    company: &str,
    name: &str,
    email: &str,
) -> Result<(CompanyName, NewPrimaryContact), Problem> {
    let mut door = Door::default();
    let company = door.take(fields.0, CompanyName::parse(company));
    let contact = contact(&mut door, (fields.1, fields.2), name, email);
    door.build(|| company.zip(contact))
}

/// Note a company that builds for the account, with its primary contact. Nobody is invited by it.
#[utoipa::path(post, path = "/v1/subcontractors", tag = "subcontractors", request_body = AddSubcontractor,
    responses((status = 201, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn add_subcontractor(
    State(app): State<AppState>,
    order: Order<(), AddSubcontractor>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let (company, contact) = order.body.read()?;
    add(&app, &order, company, contact).await
}

/// The same, for whoever has read who it is.
pub(crate) async fn add<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    company: CompanyName,
    contact: NewPrimaryContact,
) -> Result<Answer<CommandAnswer>, Problem> {
    let subcontractor = SubcontractorId(order.new_id(app, "subcontractor"));
    let add = SubcontractorCommand::Add { company, contact };
    let command = Command::Subcontractor(subcontractor, add);
    Ok(order.carry_out(app, command).await?.created_in("/v1/subcontractors"))
}
