//! What is read of subcontractors: lists for their builder, and what an organisation has with one.

use super::entries::{entry, invitations, requests};
use super::{
    JobSubcontractor, OrgRelation, ProjectInvitationEntry, Row, SubcontractorDetail,
    SubcontractorEntry, SubcontractorQuery, Subcontractors,
};
use crate::search::{beyond, terms};
use crate::view::{View, columns, read_stored};
use crate::{Cursor, Page, ViewError};
use domain::{JobId, LedgerId, OrgId, SubcontractorId, Timestamp};
use event_store::Reader;
use event_store::database::Connection;
use postgres_types::ToSql;
use std::collections::HashMap;
use uuid::Uuid;

/// A page of the list, by name, as it is `now`.
pub async fn list(
    reader: &Reader,
    ledger: LedgerId,
    query: &SubcontractorQuery,
    now: Timestamp,
) -> Result<Page<SubcontractorEntry>, ViewError> {
    let failed = || ViewError::database(Subcontractors::NAME);
    let mut params: Vec<Box<dyn ToSql + Sync + Send>> = vec![Box::new(ledger.0)];
    let mut conditions = String::new();
    for term in query.search.iter().flat_map(|search| terms(search)) {
        params.push(Box::new(term.clone()));
        params.push(Box::new(beyond(&term)));
        let (from, to) = (params.len() - 1, params.len());
        conditions.push_str(&format!(
            " AND s.subcontractor_id IN (SELECT w.subcontractor_id FROM subcontractors_words w \
               WHERE w.ledger_id = $1 AND w.word >= ${from} AND w.word < ${to})"
        ));
    }
    if let Some(status) = &query.status {
        params.push(Box::new(status.clone()));
        conditions.push_str(&format!(" AND s.status = ${}", params.len()));
    }
    if let Some(stale) = query.stale {
        params.push(Box::new(stale));
        conditions.push_str(&format!(" AND (s.stale > 0) = ${}", params.len()));
    }
    if let Some(cursor) = &query.cursor {
        let (name, id): (String, Uuid) = Cursor::read(cursor)?;
        params.push(Box::new(name));
        params.push(Box::new(id));
        let (name, id) = (params.len() - 1, params.len());
        conditions.push_str(&format!(" AND (s.sort_name, s.subcontractor_id) > (${name}, ${id})"));
    }
    params.push(Box::new(i64::from(query.limit) + 1));
    let sql = format!(
        "SELECT {} FROM subcontractors s WHERE s.ledger_id = $1{conditions} \
         ORDER BY s.sort_name, s.subcontractor_id LIMIT ${}",
        columns(&Subcontractors::TABLES[0]),
        params.len()
    );
    let client = reader.database().connection().await?;
    let statement = client.prepare_cached(&sql).await.map_err(failed())?;
    let params: Vec<&(dyn ToSql + Sync)> =
        params.iter().map(|param| -> &(dyn ToSql + Sync) { &**param }).collect();
    let rows = client.query(&statement, &params).await.map_err(failed())?;
    let mut items = Vec::with_capacity(rows.len());
    for tuple in &rows {
        let (id, row) = read_stored::<Subcontractors>(ledger, tuple)?;
        items.push((tuple.get::<_, String>(2), entry(id, &row, now)));
    }
    let page = Page::cut(items, query.limit, |(key, entry)| (key.clone(), entry.id));
    Ok(Page { items: page.items.into_iter().map(|(_, entry)| entry).collect(), next: page.next })
}

/// One subcontractor, as it is `now`.
pub async fn get(
    reader: &Reader,
    ledger: LedgerId,
    subcontractor: SubcontractorId,
    now: Timestamp,
) -> Result<Option<SubcontractorDetail>, ViewError> {
    let client = reader.database().connection().await?;
    let Some(row) = row(&client, ledger, subcontractor).await? else { return Ok(None) };
    let jobs = job_names(&client, ledger, [&row]).await?;
    Ok(Some(SubcontractorDetail {
        subcontractor: entry(subcontractor.0, &row, now),
        invitations: invitations(&row, &jobs, now),
        requests: requests(row.requests),
    }))
}

/// The subcontractors that were invited to a job, by name, each with its last invitation to it.
pub async fn of_job(
    reader: &Reader,
    ledger: LedgerId,
    job: JobId,
    now: Timestamp,
) -> Result<Vec<JobSubcontractor>, ViewError> {
    let failed = || ViewError::database(Subcontractors::NAME);
    let sql = format!(
        "SELECT {} FROM subcontractors s WHERE s.ledger_id = $1 AND s.subcontractor_id IN \
           (SELECT j.subcontractor_id FROM subcontractors_jobs j \
             WHERE j.ledger_id = $1 AND j.job_id = $2) \
         ORDER BY s.sort_name, s.subcontractor_id",
        columns(&Subcontractors::TABLES[0])
    );
    let client = reader.database().connection().await?;
    let statement = client.prepare_cached(&sql).await.map_err(failed())?;
    let rows = client.query(&statement, &[&ledger.0, &job.0]).await.map_err(failed())?;
    let rows: Vec<(Uuid, Row)> = rows
        .iter()
        .map(|tuple| read_stored::<Subcontractors>(ledger, tuple))
        .collect::<Result<_, _>>()?;
    let jobs = job_names(&client, ledger, rows.iter().map(|(_, row)| row)).await?;
    let on_job = |(id, row): &(Uuid, Row)| {
        let mut invitations = invitations(row, &jobs, now);
        invitations.retain(|invitation| invitation.job_id == job.0);
        // One that ended may have been sent again after a later one ended.
        let open = invitations.iter().position(ProjectInvitationEntry::is_open);
        let invitation = invitations.into_iter().nth(open.unwrap_or(0))?;
        Some(JobSubcontractor { subcontractor: entry(*id, row, now), invitation })
    };
    Ok(rows.iter().filter_map(on_job).collect())
}

/// What an organisation has with an account by this relation; none where the relation is not its own.
pub async fn of_org(
    reader: &Reader,
    ledger: LedgerId,
    subcontractor: SubcontractorId,
    org: OrgId,
    now: Timestamp,
) -> Result<Option<OrgRelation>, ViewError> {
    let client = reader.database().connection().await?;
    let row = row(&client, ledger, subcontractor).await?;
    let Some(row) = row.filter(|row| row.org == Some(org.0)) else { return Ok(None) };
    let jobs = job_names(&client, ledger, [&row]).await?;
    Ok(Some(OrgRelation {
        invitations: invitations(&row, &jobs, now),
        name: row.name,
        primary_contact: row.contact.into(),
        requests: requests(row.requests),
    }))
}

/// The names of some subcontractors, for other lists.
pub(crate) async fn names(
    client: &Connection,
    ledger: LedgerId,
    subcontractors: &[Uuid],
) -> Result<HashMap<Uuid, String>, ViewError> {
    if subcontractors.is_empty() {
        return Ok(HashMap::new());
    }
    let failed = || ViewError::database(Subcontractors::NAME);
    let sql = "SELECT subcontractor_id, name FROM subcontractors \
               WHERE ledger_id = $1 AND subcontractor_id = ANY($2)";
    let statement = client.prepare_cached(sql).await.map_err(failed())?;
    let rows = client.query(&statement, &[&ledger.0, &subcontractors]).await.map_err(failed())?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

async fn row(
    client: &Connection,
    ledger: LedgerId,
    subcontractor: SubcontractorId,
) -> Result<Option<Row>, ViewError> {
    let failed = || ViewError::database(Subcontractors::NAME);
    let sql = format!(
        "SELECT {} FROM subcontractors WHERE ledger_id = $1 AND subcontractor_id = $2",
        columns(&Subcontractors::TABLES[0])
    );
    let statement = client.prepare_cached(&sql).await.map_err(failed())?;
    let found = client.query_opt(&statement, &[&ledger.0, &subcontractor.0]).await;
    let Some(tuple) = found.map_err(failed())? else { return Ok(None) };
    Ok(Some(read_stored::<Subcontractors>(ledger, &tuple)?.1))
}

/// What the jobs of some invitations are called, which another view keeps.
async fn job_names<'a>(
    client: &Connection,
    ledger: LedgerId,
    rows: impl IntoIterator<Item = &'a Row>,
) -> Result<HashMap<Uuid, String>, ViewError> {
    let invitations = rows.into_iter().flat_map(|row| &row.invitations);
    let jobs: Vec<Uuid> = invitations.map(|invitation| invitation.job).collect();
    let failed = || ViewError::database(Subcontractors::NAME);
    let sql = "SELECT job_id, name FROM job_list WHERE ledger_id = $1 AND job_id = ANY($2)";
    let statement = client.prepare_cached(sql).await.map_err(failed())?;
    let rows = client.query(&statement, &[&ledger.0, &jobs]).await.map_err(failed())?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}
