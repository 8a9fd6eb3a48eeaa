use crate::answer::{Answer, CommandAnswer};
use crate::error::{Problem, ProblemBody};
use crate::extract::asker::Asker;
use crate::extract::order::{execute, submission};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::job::impersonation::ImpersonationCommand;
use domain::{Authority, Channel, Circumstances, Command, Grant, ImpersonationId, JobId, Role};
use std::collections::BTreeSet;

/// Look through the owner's eyes no more; twice changes nothing.
#[utoipa::path(delete, path = "/v1/jobs/{id}/impersonations/{impersonation_id}",
    tag = "impersonations",
    params(("id" = Uuid, Path, description = "The job"),
        ("impersonation_id" = Uuid, Path, description = "The impersonation")),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn end_impersonation(
    State(app): State<AppState>,
    order: Order<(JobId, ImpersonationId), NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let (job, impersonation) = order.path;
    let end = ImpersonationCommand::End(impersonation);
    order.carry_out(&app, Command::Impersonation(job, end)).await
}

/// The same, for the one who looks: they leave the browser that carries it. It is ended by whoever began
/// it, with the right that began it: nobody looks on who has it no more.
pub(crate) async fn end_look(app: &AppState, looker: &Asker) -> Result<(), Problem> {
    let Some(looks) = looker.credential.looks else { return Ok(()) };
    let grants = BTreeSet::from([Grant::Impersonate]);
    let by = Circumstances {
        actor: looks.by,
        authority: Authority::Builder { role: Role::Staff, grants },
        acting_as: None,
        channel: Channel::Web,
        ..looker.circumstances(None)
    };
    let end = ImpersonationCommand::End(looks.impersonation);
    let end = Command::Impersonation(looks.job, end);
    execute(app, submission(looker.ledger(), end, by)?).await?;
    Ok(())
}
