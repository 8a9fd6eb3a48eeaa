//! Subcontractors as a builder, their general contractor, has them: the company, its primary contact there,
//! and its invitations to jobs (R71, R76, R82 to R84). Who uses the company's login is the company's own
//! business.

pub(crate) mod add;
pub(crate) mod cancel_invitation;
pub(crate) mod change_primary_contact;
pub(crate) mod decline_request;
pub(crate) mod get;
pub(crate) mod history;
pub(crate) mod invite;
pub(crate) mod list;
pub(crate) mod rename;
pub(crate) mod resend_invitation;
pub(crate) mod resend_stale;
pub(crate) mod users;
pub(crate) mod withdraw;

use super::{JOB_LIST, SUBCONTRACTORS};
use crate::error::Problem;
use crate::input::Door;
use crate::state::AppState;
use domain::subcontractor::NewPrimaryContact;
use domain::{EmailAddress, LedgerId, PersonName, SubcontractorId};
use projections::subcontractors::{self, SubcontractorDetail};
use serde::Deserialize;
use utoipa::ToSchema;

/// The views that answers about subcontractors are made of.
pub(crate) const VIEWS: [&str; 2] = [SUBCONTRACTORS, JOB_LIST];

/// To whom a company's invitations go.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrimaryContactBody {
    /// Their name.
    #[schema(max_length = 200)]
    pub(crate) name: String,
    /// Where invitations go, and nowhere else.
    #[schema(max_length = 254, format = Email)]
    pub(crate) email: String,
}

/// Reads who the primary contact is to be; `name` and `email` say how their fields are called.
pub(crate) fn contact(
    door: &mut Door,
    (name_field, email_field): (&str, &str),
    name: &str,
    email: &str,
) -> Option<NewPrimaryContact> {
    let name = door.take(name_field, PersonName::parse(name));
    let email = door.take(email_field, EmailAddress::parse(email));
    Some(NewPrimaryContact { name: name?, email: email? })
}

/// One subcontractor as its view has it now.
pub(crate) async fn present(
    app: &AppState,
    ledger: LedgerId,
    subcontractor: SubcontractorId,
) -> Result<SubcontractorDetail, Problem> {
    let (reader, now) = (app.store().reader(), app.store().now());
    let found = subcontractors::get(reader, ledger, subcontractor, now).await?;
    found.ok_or_else(Problem::not_found)
}
