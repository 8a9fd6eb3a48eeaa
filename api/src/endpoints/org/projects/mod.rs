//! The projects that are open to an organisation, across its general contractors (R80), and what its
//! users do on their own tasks.

pub(crate) mod comment;
pub(crate) mod complete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod reopen;

use crate::answer::{Answer, CommandAnswer, done};
use crate::error::Problem;
use crate::extract::Order;
use crate::persons::trades::projects::relation_of_task;
use crate::state::AppState;
use domain::subcontractor::TradeDeed;
use domain::{Command, JobId, TaskId};
use event_store::Applied;

/// Does something on a task of the asker's organisation, in the ledger of the general contractor whose
/// job it is. Whether the job is open and the task theirs, is decided with it.
pub(crate) async fn deed<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    (job, task): (JobId, TaskId),
    deed: TradeDeed,
) -> Result<Applied, Problem> {
    order.without_version()?;
    let (org, user) = order.asker.membership()?;
    let relation = relation_of_task(app, org, job, task).await?;
    let subcontractor = relation.subcontractor;
    let command = Command::TradeTask { job, subcontractor, user, task, deed };
    order.execute_in(app, relation.ledger, command).await
}

/// The same, answered: what stands in the general contractor's ledger, and how often, is its own.
pub(crate) async fn done_so<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    at: (JobId, TaskId),
    what: TradeDeed,
) -> Result<Answer<CommandAnswer>, Problem> {
    Ok(done(&deed(app, order, at, what).await?).elsewhere())
}
