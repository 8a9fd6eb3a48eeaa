use crate::answer::{Answer, position_of};
use crate::credential::{Secret, SecretKind};
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::{Door, id};
use crate::state::AppState;
use axum::extract::State;
use domain::job::impersonation::{ImpersonationCommand, ImpersonationMinutes};
use domain::{Command, ContactId, ImpersonationId, JobId, Outcome, Reason, Timestamp};
use event_store::Applied;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Through whose eyes to look, why, and for how long.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StartImpersonation {
    /// One of the job's owners.
    #[schema(format = Uuid)]
    contact: String,
    /// Why; the owner can read it. Asked for here or in the header `X-Reason`.
    #[schema(max_length = 500)]
    reason: Option<String>,
    /// For how many minutes at most, 1 to 60; 15 when absent.
    #[schema(minimum = 1, maximum = 60)]
    minutes: Option<u32>,
}

impl RequestBody for StartImpersonation {}

/// Somebody looks through an owner's eyes.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImpersonationAnswer {
    /// The impersonation.
    id: Uuid,
    /// Its secret, told once: `Authorization: Bearer tbm_…`.
    secret: String,
    /// The job.
    job: Uuid,
    /// Through whose eyes.
    contact: Uuid,
    /// Until when, unless it ends before.
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
    /// The job's version after the command; the `ETag` too.
    version: u64,
}

type Asked = (ContactId, Option<Reason>, ImpersonationMinutes);

impl StartImpersonation {
    fn read(&self) -> Result<Asked, Problem> {
        let mut door = Door::default();
        let contact = door.take("contact", id(&self.contact));
        let reason = door.take_if("reason", self.reason.as_deref(), Reason::parse);
        let minutes = door.take("minutes", self.minutes());
        door.build(|| Some((contact?, reason?, minutes?)))
    }

    fn minutes(&self) -> Result<ImpersonationMinutes, &'static str> {
        let Some(minutes) = self.minutes else { return Ok(ImpersonationMinutes::DEFAULT) };
        let minutes = u8::try_from(minutes).ok().and_then(ImpersonationMinutes::new);
        minutes.ok_or("must be a number from 1 to 60")
    }
}

/// Look through the eyes of one of the job's owners (R64): read what they read, and change nothing.
///
/// The secret opens `GET /v1/me`, `/v1/me/jobs` and `/v1/me/history` as that owner sees them with this
/// builder, until it ends. The owner's history shows who it was, when, and why.
#[utoipa::path(post, path = "/v1/jobs/{id}/impersonations", tag = "impersonations",
    params(("id" = Uuid, Path, description = "The job")), request_body = StartImpersonation,
    responses((status = 201, body = ImpersonationAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn start_impersonation(
    State(app): State<AppState>,
    mut order: Order<JobId, StartImpersonation>,
) -> Result<Answer<ImpersonationAnswer>, Problem> {
    let (contact, reason, minutes) = order.body.read()?;
    order.reason = reason.or(order.reason);
    let job = order.path;
    let Started { impersonation, secret, until, applied } =
        start(&app, &order, job, Look { contact, minutes }).await?;
    let version = applied.version(job.into()).unwrap_or(0);
    let answer = ImpersonationAnswer {
        id: impersonation.0,
        secret: secret.expose(),
        job: job.0,
        contact: contact.0,
        until,
        version,
    };
    let location = format!("/v1/jobs/{job}/impersonations/{impersonation}");
    Ok(Answer::new(answer).version(version).position(position_of(&applied)).created_at(location))
}

/// Through whose eyes, and for how long at most.
#[derive(Debug)]
pub(crate) struct Look {
    pub(crate) contact: ContactId,
    pub(crate) minutes: ImpersonationMinutes,
}

/// What has begun.
#[derive(Debug)]
pub(crate) struct Started {
    impersonation: ImpersonationId,
    /// To be told once.
    pub(crate) secret: Secret,
    until: Timestamp,
    applied: Applied,
}

/// Begins to look through an owner's eyes; why, the order says.
pub(crate) async fn start<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    job: JobId,
    Look { contact, minutes }: Look,
) -> Result<Started, Problem> {
    let impersonation = ImpersonationId(order.new_id(app, "impersonation"));
    let start = ImpersonationCommand::Start { impersonation, contact, minutes };
    let applied = order.execute(app, Command::Impersonation(job, start)).await?;
    let (Some(secret), &Outcome::Impersonating { until }) = (&applied.secret, &applied.outcome)
    else {
        return Err(Problem::internal());
    };
    let secret = Secret::new(SecretKind::Impersonation, applied.ledger, secret);
    Ok(Started { impersonation, secret, until, applied })
}
