use crate::answer::{Answer, position_of};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::{Door, id};
use crate::position::LedgerPosition;
use crate::state::AppState;
use axum::extract::State;
use domain::ledger::{OwnerChangeMode, OwnerOutcome, OwnerResult};
use domain::{BulkId, Command, Outcome};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

const JOBS_MAX: usize = 1_000;
const CONTACTS_MAX: usize = 100;

/// Which contacts become owners of which jobs, or are owners no more (R48 to R53).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkOwners {
    /// Which way.
    pub(crate) mode: BulkMode,
    /// The jobs that were ticked.
    #[schema(min_items = 1, max_items = 1000)]
    pub(crate) jobs: Vec<String>,
    /// The contacts that were picked.
    #[schema(min_items = 1, max_items = 100)]
    pub(crate) contacts: Vec<String>,
}

impl RequestBody for BulkOwners {}

/// Which way a bulk change goes (R51).
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BulkMode {
    Add,
    Remove,
}

/// What became of a bulk change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BulkAnswer {
    /// The bulk change, as histories name it.
    id: Uuid,
    /// How many pairs changed.
    pub(crate) changed: usize,
    /// What became of each pair.
    pub(crate) results: Vec<PairAnswer>,
}

/// What became of one job and contact.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PairAnswer {
    pub(crate) job_id: Uuid,
    pub(crate) contact_id: Uuid,
    /// `added`, `already_there`, `removed`, `was_not_there`, `unknown_job`, `unknown_contact`,
    /// `too_many_owners` or `job_archived`.
    #[schema(value_type = String)]
    pub(crate) result: OwnerResult,
    /// The job has no owner any more; nobody can be impersonated on it (R64).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) last_owner_left: bool,
}

impl From<&OwnerOutcome> for PairAnswer {
    fn from(pair: &OwnerOutcome) -> Self {
        Self {
            job_id: pair.job.0,
            contact_id: pair.contact.0,
            result: pair.result,
            last_owner_left: pair.last_owner_left,
        }
    }
}

impl BulkOwners {
    fn command(&self, bulk: BulkId) -> Result<Command, Problem> {
        let mut door = Door::default();
        let jobs = door.take_all("jobs", &self.jobs, JOBS_MAX, id);
        let contacts = door.take_all("contacts", &self.contacts, CONTACTS_MAX, id);
        for (field, list) in [("jobs", &self.jobs), ("contacts", &self.contacts)] {
            if list.is_empty() {
                door.refuse(field, &"must not be empty");
            }
        }
        let mode = match self.mode {
            BulkMode::Add => OwnerChangeMode::Add,
            BulkMode::Remove => OwnerChangeMode::Remove,
        };
        door.build(|| Some(Command::ChangeOwners { bulk, jobs: jobs?, contacts: contacts?, mode }))
    }
}

/// Add or remove owners over many jobs at once; twice changes nothing, and nobody is invited (R4).
#[utoipa::path(post, path = "/v1/jobs/bulk-owners", tag = "jobs", request_body = BulkOwners,
    responses((status = 200, body = BulkAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn bulk_owners(
    State(app): State<AppState>,
    order: Order<(), BulkOwners>,
) -> Result<Answer<BulkAnswer>, Problem> {
    let (answer, position) = change(&app, &order, &order.body).await?;
    Ok(Answer::new(answer).position(position))
}

/// Carries the change out; what became of each pair, and from which position on it shows.
pub(crate) async fn change<B>(
    app: &AppState,
    order: &Order<(), B>,
    body: &BulkOwners,
) -> Result<(BulkAnswer, LedgerPosition), Problem> {
    let bulk = BulkId(order.new_id(app, "bulk"));
    let command = body.command(bulk)?;
    let applied = order.execute_about(app, command, None).await?;
    let results: Vec<PairAnswer> = match &applied.outcome {
        Outcome::Owners(pairs) => pairs.iter().map(PairAnswer::from).collect(),
        Outcome::Done
        | Outcome::Unchanged
        | Outcome::Impersonating { .. }
        | Outcome::PortalLink { .. }
        | Outcome::Imported { .. }
        | Outcome::ImportedContact(_)
        | Outcome::ImportedOwners { .. }
        | Outcome::Unmerged(_) => Vec::new(),
    };
    let is_change = |result| matches!(result, OwnerResult::Added | OwnerResult::Removed);
    let changed = results.iter().filter(|pair| is_change(pair.result)).count();
    Ok((BulkAnswer { id: bulk.0, changed, results }, position_of(&applied)))
}
