use crate::answer::{Answer, position_of};
use crate::endpoints::jobs::bulk_owners::PairAnswer;
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::{Door, id};
use crate::position::LedgerPosition;
use crate::state::AppState;
use axum::extract::State;
use domain::ledger::EmailConflictCommand;
use domain::{Command, ContactId, JobId, Outcome};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const JOBS_MAX: usize = 1_000;

/// On which jobs the contact takes the owner's place.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplaceOwner {
    /// The jobs; every open one that the owner is on when none is named.
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub(crate) jobs: Vec<String>,
}

impl RequestBody for ReplaceOwner {}

/// What became of the jobs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReplaceAnswer {
    /// On each job: who was `removed`, and who was `added` or `already_there`; or that the owner
    /// `was_not_there`.
    results: Vec<PairAnswer>,
}

/// Put the contact that has the email on jobs in the place of the owner who wanted it (R32, H4).
///
/// One append for all the jobs. Tasks that were the owner's are the contact's from then on; To-Dos and messages stay
/// the owner's alone (R63). Nobody is invited (R4). The matter is closed when the owner is on no open job any more.
#[utoipa::path(post, path = "/v1/contacts/{id}/email-conflicts/{owner_id}/replace", tag = "contacts",
    params(("id" = Uuid, Path, description = "The contact that has the email"),
        ("owner_id" = Uuid, Path, description = "The owner's own contact")),
    request_body = ReplaceOwner,
    responses((status = 200, body = ReplaceAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn replace_owner_by_holder(
    State(app): State<AppState>,
    order: Order<(ContactId, ContactId), ReplaceOwner>,
) -> Result<Answer<ReplaceAnswer>, Problem> {
    let mut door = Door::default();
    let jobs = door.take_all("jobs", &order.body.jobs, JOBS_MAX, id);
    let jobs = door.build(|| jobs)?;
    let (results, position) = replace(&app, &order, order.path, jobs).await?;
    Ok(Answer::new(ReplaceAnswer { results }).position(position))
}

/// Carries it out; what became of each pair, and from which position on it shows.
pub(crate) async fn replace<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    (holder, owner): (ContactId, ContactId),
    jobs: Vec<JobId>,
) -> Result<(Vec<PairAnswer>, LedgerPosition), Problem> {
    let replace = EmailConflictCommand::Replace { holder, owner, jobs };
    let applied = order.execute(app, Command::EmailConflict(replace)).await?;
    let results = match &applied.outcome {
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
    Ok((results, position_of(&applied)))
}
