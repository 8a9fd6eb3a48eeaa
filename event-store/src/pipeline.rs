//! Statements that go out one behind the other without waiting for each other's answers.

use crate::error::StoreError;
use futures_util::task::noop_waker_ref;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

type Sent<'a> = Pin<Box<dyn Future<Output = Result<u64, Error>> + Send + 'a>>;

/// The statements of a transaction that are on their way. What one of them breaks, those behind it
/// are refused for, and the `COMMIT` rolls back.
#[derive(Default)]
pub(crate) struct Pipeline<'a> {
    sent: Vec<(Sent<'a>, Option<Result<u64, Error>>)>,
}

impl<'a> Pipeline<'a> {
    /// Sends a statement: a statement's future sends when it is first polled.
    pub(crate) fn send(&mut self, statement: impl Future<Output = Result<u64, Error>> + Send + 'a) {
        let mut statement: Sent<'a> = Box::pin(statement);
        let answered = match statement.as_mut().poll(&mut Context::from_waker(noop_waker_ref())) {
            Poll::Ready(answer) => Some(answer),
            Poll::Pending => None,
        };
        self.sent.push((statement, answered));
    }

    /// Takes the answers that have come; whether all are there.
    fn poll_answers(&mut self, cx: &mut Context<'_>) -> bool {
        let mut all = true;
        for (statement, answered) in &mut self.sent {
            if answered.is_none() {
                match statement.as_mut().poll(cx) {
                    Poll::Ready(answer) => *answered = Some(answer),
                    Poll::Pending => all = false,
                }
            }
        }
        all
    }

    /// Waits for something else of the same connection. The answers to what was sent are taken
    /// meanwhile: a connection reads no further while an answer in pieces is not taken.
    pub(crate) async fn beside<T>(&mut self, other: impl Future<Output = T>) -> T {
        let mut other = std::pin::pin!(other);
        std::future::poll_fn(|cx| {
            self.poll_answers(cx);
            other.as_mut().poll(cx)
        })
        .await
    }

    /// What the first statement that failed said, when `error` may only be what came of it: in a
    /// transaction that has failed, everything else fails too.
    pub(crate) fn blame(&mut self, error: Error) -> Error {
        self.poll_answers(&mut Context::from_waker(noop_waker_ref()));
        let mut answers = self.sent.iter_mut().filter_map(|(_, answered)| answered.take());
        answers.find_map(Result::err).unwrap_or(error)
    }

    /// Waits for all answers; the last statement was the `COMMIT`.
    pub(crate) async fn committed(mut self) -> Result<(), StoreError> {
        std::future::poll_fn(
            |cx| if self.poll_answers(cx) { Poll::Ready(()) } else { Poll::Pending },
        )
        .await;
        let mut answers: Vec<Result<u64, Error>> =
            self.sent.into_iter().filter_map(|(_, answered)| answered).collect();
        let commit = answers.pop();
        for answer in answers {
            answer.map_err(writing("writing a turn"))?;
        }
        match commit {
            Some(answer) => answer.map(|_rows| ()).map_err(committed_or("committing a turn")),
            None => Err(StoreError::Unsatisfiable),
        }
    }
}

/// What it means that a statement of a turn failed. Only the guard of an assumed head divides.
pub(crate) fn writing(doing: &'static str) -> impl FnOnce(Error) -> StoreError {
    move |error| {
        if error.code() == Some(&SqlState::DIVISION_BY_ZERO) {
            StoreError::HeadMoved
        } else {
            StoreError::database(doing)(error)
        }
    }
}

/// What it means that a statement that commits failed: it did not happen, or nobody knows, as the
/// connection broke or the server was told to end (SQLSTATE class 57P).
pub(crate) fn committed_or(doing: &'static str) -> impl FnOnce(Error) -> StoreError {
    move |source| {
        if source.code().is_none_or(|code| code.code().starts_with("57P")) {
            StoreError::OutcomeUnknown(source)
        } else {
            StoreError::Database { doing, source }
        }
    }
}
