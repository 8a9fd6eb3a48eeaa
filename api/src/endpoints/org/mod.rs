//! A subcontractor's organisation, for its own users: who they are, the general contractors that it works
//! with, and the projects of all of them (R75 to R85). All of its users may do the same (R77).

pub(crate) mod general_contractors;
pub(crate) mod get;
pub(crate) mod history;
pub(crate) mod join_requests;
pub(crate) mod projects;
pub(crate) mod rename;
pub(crate) mod users;

use crate::error::Problem;
use crate::extract::Order;
use crate::extract::asker::Asker;
use crate::persons::trades::organisations::listed;
use crate::state::AppState;
use domain::subcontractor_org::SubcontractorOrgCommand;
use domain::{Command, OrgId};
use projections::sub_org_directory::OrgEntry;

/// The organisation that the asker works for.
pub(crate) fn org_of(asker: &Asker) -> OrgId {
    OrgId(asker.ledger().0)
}

/// The same as lists have it, never behind.
pub(crate) async fn organisation(app: &AppState, asker: &Asker) -> Result<OrgEntry, Problem> {
    listed(app, org_of(asker)).await
}

/// A command to the asker's organisation.
pub(crate) fn to_own<P, B>(order: &Order<P, B>, command: SubcontractorOrgCommand) -> Command {
    Command::SubcontractorOrg(org_of(&order.asker), command)
}
