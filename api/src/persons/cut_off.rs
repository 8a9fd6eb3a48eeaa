//! Moves of a login that a crash has cut off: the clock takes them up where nobody comes along.
//!
//! The append that says that a move has begun leaves a row beside the ledgers. Whoever looks, a minute
//! later or after a restart, goes on from where it stopped, or finds that it has ended; sees that every
//! contact has the login email and that the directory knows the person by no other address; and then
//! forgets the row. A crash before that: the next look does it again, and nothing happens twice. Two
//! servers that look at once are two who take up the same move, as with one link that is used twice.
//!
//! A move that was reserved and has not begun is none: its reservation lapses.

use super::{links, moving};
use crate::error::Problem;
use crate::state::AppState;
use domain::{Actor, Authority, Channel, Circumstances, PersonId};
use event_store::{BegunMove, StoreError};
use uuid::Uuid;

/// How long a move is left to whoever began it, in minutes.
const LEFT_ALONE_MINUTES: i64 = 1;

/// Sees to so many moves at most, the oldest first; tells how many are over and done with.
pub(crate) async fn finish(app: &AppState, at_most: u32) -> Result<usize, StoreError> {
    let before = app.store().now().plus_minutes(-LEFT_ALONE_MINUTES);
    let mut finished = 0;
    for begun in app.store().begun_moves(before, at_most).await? {
        match see_to(app, begun).await {
            Ok(true) => finished += 1,
            Ok(false) => {}
            Err(problem) => {
                // One person's trouble is not the others'; it is looked at again in a minute.
                tracing::warn!(code = problem.body.code, "a move of a login waits");
            }
        }
    }
    Ok(finished)
}

/// Whether the move is over, and nothing is left of it.
async fn see_to(app: &AppState, begun: BegunMove) -> Result<bool, Problem> {
    let person = begun.person;
    let by = for_its_owner(person);
    match moving::take_up(app, &by, person).await {
        // What is refused is taken back by then.
        Err(failed) if failed.status.is_server_error() => return Err(failed),
        Ok(()) | Err(_) => {}
    }
    moving::tidy(app, &by, person).await?;
    // Looked at last: a refusal that is not recorded yet leaves the move under way.
    if links::person(app, person).await?.email_change.under_way().is_some() {
        return Ok(false);
    }
    app.store().forget_move(begun).await?;
    Ok(true)
}

/// What the owner has begun is theirs; that it went on without them, the channel says.
fn for_its_owner(person: PersonId) -> Circumstances {
    Circumstances {
        actor: Actor::Owner(person),
        authority: Authority::Owner,
        acting_as: None,
        channel: Channel::System,
        client: None,
        correlation: Uuid::now_v7(),
        causation: None,
        reason: None,
    }
}
