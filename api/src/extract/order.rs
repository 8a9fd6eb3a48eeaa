//! A command's request: who, on what, with which body and under which conditions.

use super::asker::Asker;
use super::body::{self, RequestBody};
use super::conditions::Conditions;
use super::makes_secret::makes_secret;
use super::path::{self, PathIds};
use crate::answer::{Answer, CommandAnswer, done};
use crate::error::Problem;
use crate::figures;
use crate::position::{LEDGER_POSITION, LedgerPosition};
use crate::start::accounts::derived_id;
use crate::state::AppState;
use axum::extract::{FromRequest, Request};
use axum::http::request::Parts;
use domain::customer::CustomerCommand;
use domain::{AccountId, AggregateId, Circumstances, Command, CustomerId, LedgerId, Reason};
use event_store::{
    Applied, DocumentBytes, ExecuteError, Expected, IdempotencyKey, ImageBytes, NewSecret,
    StoreError, Submission,
};
use serde::Deserialize;
use std::time::Instant;
use utoipa::ToSchema;
use uuid::Uuid;

/// A builder's command.
#[derive(Debug)]
pub(crate) struct Order<P, B> {
    pub(crate) asker: Asker,
    pub(crate) path: P,
    pub(crate) body: B,
    pub(crate) reason: Option<Reason>,
    pub(crate) idempotency: Option<IdempotencyKey>,
    version: Option<u64>,
    seen: Option<LedgerPosition>,
}

/// An operator's command.
#[derive(Debug)]
pub(crate) struct OperatorOrder<P, B>(pub(crate) Order<P, B>);

/// A person's command about what is theirs.
#[derive(Debug)]
pub(crate) struct PersonOrder<P, B>(pub(crate) Order<P, B>);

/// A command of whoever is signed in, about their own session.
#[derive(Debug)]
pub(crate) struct SessionOrder<P, B>(pub(crate) Order<P, B>);

/// The body of a command that has no fields.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoBody {}

impl RequestBody for NoBody {}

pub(super) async fn take<P: PathIds, B: RequestBody>(
    request: Request,
    app: &AppState,
    admit: fn(Asker) -> Result<Asker, Problem>,
) -> Result<Order<P, B>, Problem> {
    let (mut parts, body) = request.into_parts();
    let (asker, path, conditions, seen) = match head(&mut parts, app, admit).await {
        Ok(head) => head,
        Err(refused) => {
            body::discard(body).await;
            return Err(refused);
        }
    };
    let bytes = body::read(&parts.headers, body, B::BYTES_MAX).await?;
    let body = B::parse(&parts.headers, &bytes)?;
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    let request = [parts.method.as_str().as_bytes(), target.as_bytes(), &bytes];
    let idempotency = conditions.idempotency(asker.credential.repeats(), &request);
    let Conditions { version, reason, .. } = conditions;
    Ok(Order { asker, path, body, reason, idempotency, version, seen })
}

type Head<P> = (Asker, P, Conditions, Option<LedgerPosition>);

/// All that is known before the body.
async fn head<P: PathIds>(
    parts: &mut Parts,
    app: &AppState,
    admit: fn(Asker) -> Result<Asker, Problem>,
) -> Result<Head<P>, Problem> {
    let asker = admit(Asker::of(parts, app).await?)?;
    let path = path::ids(parts).await?;
    let conditions = Conditions::of(&parts.headers)?;
    let seen = super::question::position(&parts.headers, asker.ledger())?;
    Ok((asker, path, conditions, seen))
}

impl<P: PathIds, B: RequestBody> FromRequest<AppState> for Order<P, B> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, Problem> {
        take(request, app, Asker::builder).await
    }
}

impl<P: PathIds, B: RequestBody> FromRequest<AppState> for OperatorOrder<P, B> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, Problem> {
        take(request, app, Asker::operator).await.map(Self)
    }
}

impl<P: PathIds, B: RequestBody> FromRequest<AppState> for PersonOrder<P, B> {
    type Rejection = Problem;

    async fn from_request(mut request: Request, app: &AppState) -> Result<Self, Problem> {
        // Its answers stand for ledgers that are not the person's.
        request.headers_mut().remove(LEDGER_POSITION);
        take(request, app, Asker::person).await.map(Self)
    }
}

impl<P> Order<P, ()> {
    /// What a page's form asks for; a browser names no conditions, and is told no positions.
    pub(crate) const fn of_page(asker: Asker, path: P) -> Self {
        let (reason, idempotency, version, seen) = (None, None, None, None);
        Self { asker, path, body: (), reason, idempotency, version, seen }
    }
}

impl<P, B> Order<P, B> {
    /// The same, if what it is about is still at this version.
    pub(crate) const fn at_version(mut self, version: u64) -> Self {
        self.version = Some(version);
        self
    }
}

impl<P: PathIds, B: RequestBody> FromRequest<AppState> for SessionOrder<P, B> {
    type Rejection = Problem;

    async fn from_request(mut request: Request, app: &AppState) -> Result<Self, Problem> {
        request.headers_mut().remove(LEDGER_POSITION);
        take(request, app, Asker::signed_in).await.map(Self)
    }
}

impl<P, B> Order<P, B> {
    /// Carries the command out and answers with its first aggregate.
    pub(crate) async fn carry_out(
        &self,
        app: &AppState,
        command: Command,
    ) -> Result<Answer<CommandAnswer>, Problem> {
        Ok(done(&self.execute(app, command).await?))
    }

    /// Carries the command out in the asker's ledger; `If-Match` is about its first aggregate.
    pub(crate) async fn execute(
        &self,
        app: &AppState,
        command: Command,
    ) -> Result<Applied, Problem> {
        let about = match command.newborn() {
            None => command.aggregates().first().copied(),
            Some(_) => None,
        };
        self.execute_about(app, command, about).await
    }

    /// The same, with `If-Match` about this aggregate, or refused where there is none.
    pub(crate) async fn execute_about(
        &self,
        app: &AppState,
        command: Command,
        about: Option<AggregateId>,
    ) -> Result<Applied, Problem> {
        let submission = self.conditioned(command, about)?;
        execute(app, submission).await.map_err(Problem::from)
    }

    /// Carries out a command to a customer, with the file of the document that it publishes.
    pub(crate) async fn execute_with_document(
        &self,
        app: &AppState,
        customer: CustomerId,
        command: CustomerCommand,
        file: DocumentBytes,
    ) -> Result<Applied, Problem> {
        let command = Command::Customer(customer, command);
        let mut submission = self.conditioned(command, Some(customer.into()))?;
        submission.document = Some(file);
        execute(app, submission).await.map_err(Problem::from)
    }

    /// The command with the conditions under which it is carried out.
    fn conditioned(
        &self,
        command: Command,
        about: Option<AggregateId>,
    ) -> Result<Submission, Problem> {
        let expected = match (self.version, about) {
            (None, _) => None,
            (Some(version), Some(aggregate)) => Some(Expected { aggregate, version }),
            (Some(_), None) => return Err(version_of_several()),
        };
        let mut submission = self.submission(self.asker.ledger(), command)?;
        submission.expected = expected;
        submission.idempotency = self.idempotency;
        Ok(submission)
    }

    /// Carries one of several commands out, each in a ledger of its own, which `If-Match` is not
    /// about. A retry with the same `Idempotency-Key` does it once in each.
    pub(crate) async fn execute_in(
        &self,
        app: &AppState,
        ledger: LedgerId,
        command: Command,
    ) -> Result<Applied, Problem> {
        let mut submission = self.submission(ledger, command)?;
        submission.idempotency = self.idempotency;
        execute(app, submission).await.map_err(Problem::from)
    }

    /// The same, with the image that the command sets.
    pub(crate) async fn execute_in_with_image(
        &self,
        app: &AppState,
        ledger: LedgerId,
        command: Command,
        image: ImageBytes,
    ) -> Result<Applied, Problem> {
        let mut submission = self.submission(ledger, command)?;
        submission.idempotency = self.idempotency;
        submission.image = Some(image);
        execute(app, submission).await.map_err(Problem::from)
    }

    /// Carries a command out in another ledger under circumstances of its own, with `If-Match` about
    /// this aggregate, or refused where there is none.
    pub(crate) async fn execute_as(
        &self,
        app: &AppState,
        ledger: LedgerId,
        command: Command,
        circumstances: Circumstances,
        about: Option<AggregateId>,
    ) -> Result<Applied, Problem> {
        let expected = match (self.version, about) {
            (None, _) => None,
            (Some(version), Some(aggregate)) => Some(Expected { aggregate, version }),
            (Some(_), None) => return Err(version_of_several()),
        };
        let mut submission = submission(ledger, command, circumstances)?;
        submission.expected = expected;
        submission.idempotency = self.idempotency;
        execute(app, submission).await.map_err(Problem::from)
    }

    /// Refuses `If-Match` where it says nothing: the command is to several things.
    pub(crate) fn without_version(&self) -> Result<(), Problem> {
        match self.version {
            None => Ok(()),
            Some(_) => Err(version_of_several()),
        }
    }

    /// The command with who asks and why, and a secret for the link or key that it makes.
    pub(crate) fn submission(
        &self,
        ledger: LedgerId,
        command: Command,
    ) -> Result<Submission, Problem> {
        let circumstances = self.asker.circumstances(self.reason.clone());
        Ok(submission(ledger, command, circumstances)?)
    }

    /// A new id, which a retry with the same `Idempotency-Key` gets again.
    pub(crate) fn new_id(&self, app: &AppState, kind: &str) -> Uuid {
        self.idempotency.map_or_else(Uuid::now_v7, |key| derived_id(app, &key, kind))
    }

    /// The asker's own account.
    pub(crate) fn account(&self) -> AccountId {
        AccountId(self.asker.ledger().0)
    }

    /// What the caller has seen already, when it says so.
    pub(crate) const fn seen(&self) -> Option<LedgerPosition> {
        self.seen
    }
}

fn version_of_several() -> Problem {
    let reason = "is taken by commands to one contact, job or lead alone";
    Problem::unreadable("If-Match", reason)
}

/// A submission, with a secret when the command makes a link, a key or a session.
pub(crate) fn submission(
    ledger: LedgerId,
    command: Command,
    circumstances: domain::Circumstances,
) -> Result<Submission, StoreError> {
    let secret = makes_secret(&command).then(NewSecret::generate).transpose()?;
    Ok(Submission { secret, ..Submission::new(ledger, command, circumstances) })
}

/// Carries a command out and counts it.
pub(crate) async fn execute(
    app: &AppState,
    submission: Submission,
) -> Result<Applied, ExecuteError> {
    let started = Instant::now();
    let name = submission.command.name();
    let executed = app.store().execute(submission).await;
    let outcome = match &executed {
        Ok(applied) if applied.replayed => "replayed",
        Ok(_) => "done",
        Err(ExecuteError::Rejected(_)) => "rejected",
        Err(ExecuteError::Stale { .. }) => "stale",
        Err(ExecuteError::KeyReused) => "key_reused",
        Err(ExecuteError::Store(_)) => "failed",
    };
    figures::command(name, outcome, started.elapsed());
    executed
}
