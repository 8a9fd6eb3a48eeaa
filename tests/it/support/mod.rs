//! What the tests stand on: a server, databases, commands, and an audit of what was written.

pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod database;
pub(crate) mod links;
pub(crate) mod log;
pub(crate) mod process;
pub(crate) mod smtp;

pub(crate) use account::{Account, Keyed, email, name};
pub(crate) use audit::audit;
pub(crate) use database::{TestDatabase, fresh_database, master_key};

use event_store::{Applied, EventStore, ExecuteError, StoreError, Submission};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::time::Duration;

/// The sizes of the product's promises instead of those of an ordinary run.
pub(crate) fn is_full() -> bool {
    std::env::var_os("TITLEBLOCK_TEST_FULL").is_some_and(|value| value == "1")
}

/// The size for this run.
pub(crate) fn size<T>(ordinary: T, full: T) -> T {
    if is_full() { full } else { ordinary }
}

/// Random choices, the same in every run.
pub(crate) fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

/// Carries out a command that nothing stands against.
pub(crate) async fn apply(store: &EventStore, submission: Submission) -> Applied {
    let name = submission.command.name();
    match store.execute(submission).await {
        Ok(applied) => applied,
        Err(error) => panic!("{name}: {error:?}"),
    }
}

/// Sends a command, made anew each time, until the machine does not fail any more.
pub(crate) async fn persist(
    store: &EventStore,
    make: impl Fn() -> Submission,
) -> Result<Applied, ExecuteError> {
    loop {
        match store.execute(make()).await {
            Err(ExecuteError::Store(error)) if error.is_transient() => {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            answer => return answer,
        }
    }
}

/// The machine's failure in an answer that must be one.
pub(crate) fn failure(answer: Result<Applied, ExecuteError>) -> StoreError {
    match answer {
        Err(ExecuteError::Store(error)) => error,
        other => panic!("the machine should have failed: {other:?}"),
    }
}

/// The rule's refusal in an answer that must be one.
pub(crate) fn refusal(answer: Result<Applied, ExecuteError>) -> domain::Rejection {
    match answer {
        Err(ExecuteError::Rejected(rejection)) => rejection,
        other => panic!("a rule should have refused: {other:?}"),
    }
}
