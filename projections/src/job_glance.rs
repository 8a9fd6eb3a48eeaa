//! Several jobs at once, in one question however many they are: rows of the list by their ids, and
//! what a list shows of each beside its row.

use crate::ViewError;
use crate::job_detail::JobDetail;
use crate::job_list::{self, JobEntry, JobList};
use crate::view::{View, columns, from_json};
use domain::job::Progress;
use domain::{Day, LedgerId};
use event_store::Reader;
use serde::Deserialize;
use std::collections::HashMap;
use uuid::Uuid;

/// What a list shows of a job beside its row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobGlance {
    /// Its type, of the account's list (R56).
    pub job_type: Option<String>,
    /// The day by which it is to be finished (R92).
    pub deadline: Option<Day>,
    /// How much of it is done; none while it has no tasks (G19).
    pub percent: Option<u8>,
}

/// All that a glance needs of a task.
#[derive(Deserialize)]
struct Standing {
    done: bool,
}

/// A glance at each of these jobs; those that are not there are left out.
pub async fn of(
    reader: &Reader,
    ledger: LedgerId,
    jobs: &[Uuid],
) -> Result<HashMap<Uuid, JobGlance>, ViewError> {
    if jobs.is_empty() {
        return Ok(HashMap::new());
    }
    let failed = || ViewError::database(JobDetail::NAME);
    let client = reader.database().connection().await?;
    let statement = client
        .prepare_cached(
            "SELECT job_id, job_type, deadline, tasks FROM job_detail \
             WHERE ledger_id = $1 AND job_id = ANY($2)",
        )
        .await
        .map_err(failed())?;
    let rows = client.query(&statement, &[&ledger.0, &jobs]).await.map_err(failed())?;
    let glance = |row: &tokio_postgres::Row| {
        let deadline: Option<&str> = row.get(2);
        let tasks: Vec<Standing> =
            from_json(row.get(3)).map_err(ViewError::row(JobDetail::NAME))?;
        let glance = JobGlance {
            job_type: row.get(1),
            deadline: deadline.and_then(|day| Day::parse(day).ok()),
            percent: Progress::of(tasks.iter().map(|task| task.done)).percent(),
        };
        Ok((row.get(0), glance))
    };
    rows.iter().map(glance).collect()
}

/// These jobs as the list has them, by name; those that are not there are left out.
pub async fn listed(
    reader: &Reader,
    ledger: LedgerId,
    jobs: &[Uuid],
) -> Result<Vec<JobEntry>, ViewError> {
    if jobs.is_empty() {
        return Ok(Vec::new());
    }
    let failed = || ViewError::database(JobList::NAME);
    let client = reader.database().connection().await?;
    let sql = format!(
        "SELECT {} FROM job_list j WHERE j.ledger_id = $1 AND j.job_id = ANY($2) \
         ORDER BY j.sort_name, j.job_id",
        columns(&JobList::TABLES[0])
    );
    let statement = client.prepare_cached(&sql).await.map_err(failed())?;
    let rows = client.query(&statement, &[&ledger.0, &jobs]).await.map_err(failed())?;
    job_list::entries(&client, ledger, &rows).await
}
