//! Statements that go out one behind the other without waiting for each other's answers.

use crate::error::StoreError;
use futures_util::task::noop_waker_ref;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio_postgres::Error;

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
            answer.map_err(StoreError::database("writing a turn"))?;
        }
        match commit {
            Some(Ok(_)) => Ok(()),
            Some(Err(error)) if is_unsure(&error) => Err(StoreError::OutcomeUnknown(error)),
            Some(Err(source)) => Err(StoreError::Database { doing: "committing a turn", source }),
            None => Err(StoreError::Unsatisfiable),
        }
    }
}

/// Whether a `COMMIT` that was answered so may have happened: the connection broke, or the server
/// was told to end (SQLSTATE class 57P).
fn is_unsure(error: &Error) -> bool {
    error.code().is_none_or(|code| code.code().starts_with("57P"))
}
