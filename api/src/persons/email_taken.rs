//! An owner wants an address that another contact of one of their builders has (R32): the owner is told whom
//! to talk to, and the builder that somebody will (H4).

use super::links::Link;
use crate::error::Problem;
use crate::extract::order::{execute, submission};
use crate::state::AppState;
use domain::contact::ContactRejection;
use domain::ledger::EmailConflictCommand;
use domain::{Circumstances, Command, EmailAddress, Rejection};
use event_store::ExecuteError;

/// Tells the builder. It is a command of its own in the ledger that has just refused, and asked anew there.
/// After a crash between the refusal and this nobody has been sent to the builder yet: whoever asks again, or
/// the clock, which takes a move up, is refused again and reports. Twice is once.
pub(super) async fn report(
    app: &AppState,
    by: &Circumstances,
    link: &Link,
    wanted: &EmailAddress,
) -> Result<(), ExecuteError> {
    let (owner, wanted) = (link.contact.id, wanted.clone());
    let command = Command::EmailConflict(EmailConflictCommand::Report { owner, wanted });
    let submission = submission(link.ledger, command, by.clone()).map_err(ExecuteError::Store)?;
    match execute(app, submission).await {
        // Or the contact is theirs no more, in this very moment.
        Ok(_) | Err(ExecuteError::Rejected(_)) => Ok(()),
        Err(failed) => Err(failed),
    }
}

/// R32: which builder to talk to, and never the name of the other contact (H3).
pub(super) fn refusal(builder: &str) -> Problem {
    let mut problem = Problem::from(Rejection::from(ContactRejection::PrimaryEmailTaken));
    problem.body.detail = format!("Another contact of {builder} has this email.");
    problem.body.cause.clone_from(&problem.body.detail);
    problem
}
