use crate::endpoints::org::org_of;
use crate::error::{Problem, ProblemBody};
use crate::extract::asker::Asker;
use crate::extract::{NoParams, OrgQuestion};
use crate::persons::trades::projects::{Relation, relations};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The general contractors of an organisation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GeneralContractors {
    /// By name.
    items: Vec<GeneralContractor>,
}

/// A general contractor that an organisation works with.
#[derive(Serialize, ToSchema)]
pub(crate) struct GeneralContractor {
    /// What it knows you by: the id for a request.
    pub(crate) subcontractor: Uuid,
    /// Its name.
    pub(crate) name: String,
    /// What it calls your company.
    pub(crate) company: String,
    /// Your primary contact there, whom its invitations go to; each general contractor has its own (G8).
    pub(crate) primary_contact: Option<String>,
    /// Their address.
    pub(crate) primary_contact_email: Option<String>,
    /// Whether a wish for another one waits for an answer.
    pub(crate) change_requested: bool,
}

/// Holds personal values.
impl std::fmt::Debug for GeneralContractor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GeneralContractor(…)")
    }
}

/// List the general contractors that your organisation works with, and your primary contact at each.
#[utoipa::path(get, path = "/v1/org/general-contractors", tag = "organisation",
    responses((status = 200, body = GeneralContractors), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_general_contractors(
    State(app): State<AppState>,
    OrgQuestion(question): OrgQuestion<(), NoParams>,
) -> Result<Json<GeneralContractors>, Problem> {
    Ok(Json(GeneralContractors { items: general_contractors(&app, &question.asker).await? }))
}

/// The general contractors of the asker's organisation, by name.
pub(crate) async fn general_contractors(
    app: &AppState,
    asker: &Asker,
) -> Result<Vec<GeneralContractor>, Problem> {
    let relations = relations(app, org_of(asker)).await?;
    let mut all: Vec<GeneralContractor> = relations.into_iter().map(entry).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name).then(a.subcontractor.cmp(&b.subcontractor)));
    Ok(all)
}

fn entry(relation: Relation) -> GeneralContractor {
    let Relation { subcontractor, general_contractor, there, .. } = relation;
    GeneralContractor {
        subcontractor: subcontractor.0,
        name: general_contractor,
        change_requested: there.requests.iter().any(|request| request.state == "open"),
        company: there.name,
        primary_contact: there.primary_contact.name,
        primary_contact_email: there.primary_contact.email,
    }
}
