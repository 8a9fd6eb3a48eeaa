//! The accounts that a person works for now. Their own ledger says where to look, each account's
//! whether they still are of its staff: removing somebody closes that account's work alone.

use super::invitee::builder_name;
use crate::error::Problem;
use crate::state::AppState;
use domain::person::Person;
use domain::{AccountId, StaffId};
use event_store::StaffRow;

/// Whom a person is in an account.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) account: AccountId,
    pub(crate) builder: String,
    pub(crate) staff: StaffId,
    pub(crate) row: StaffRow,
}

/// As which member of an account's staff the person may sign in, if as any.
pub(crate) async fn staff_of(
    app: &AppState,
    person: &Person,
    account: AccountId,
) -> Result<Option<StaffId>, Problem> {
    for (of, staff) in &person.staff {
        if *of == account && now(app, person, account, *staff).await?.is_some() {
            return Ok(Some(*staff));
        }
    }
    Ok(None)
}

/// All accounts whose staff the person is of.
pub(crate) async fn of(app: &AppState, person: &Person) -> Result<Vec<Work>, Problem> {
    let mut work = Vec::new();
    for (account, staff) in &person.staff {
        if let Some(row) = now(app, person, *account, *staff).await? {
            let (account, staff) = (*account, *staff);
            let builder = builder_name(app, account.into()).await?;
            work.push(Work { account, builder, staff, row });
        }
    }
    Ok(work)
}

/// What a member is now, if it is this person.
async fn now(
    app: &AppState,
    person: &Person,
    account: AccountId,
    staff: StaffId,
) -> Result<Option<StaffRow>, Problem> {
    let row = app.store().staff_member(account, staff).await?;
    Ok(row.filter(|row| row.person == person.id))
}
