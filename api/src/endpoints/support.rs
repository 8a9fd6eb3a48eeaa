//! What support does in accounts and in subcontractors' companies alike: one operator asks for it, another
//! one approves or rejects it, and what is approved is done at once in the ledger that it is about.

use crate::answer::{Answer, CommandAnswer};
use crate::error::Problem;
use crate::extract::order::{execute, submission};
use crate::extract::{NoBody, Order};
use crate::state::AppState;
use domain::installation::{InstallationCommand, SupportCommand};
use domain::{
    Actor, ApiKeyId, Authority, Command, EventId, InterventionId, LedgerId, Reason, Rejection,
};
use event_store::keys::sha256;
use event_store::{Applied, ExecuteError, IdempotencyKey};

/// What an approved intervention does.
pub(super) struct Deed {
    /// What stands before the intervention's id in the key under which it is done once; stored, and so
    /// the same for ever.
    pub(super) kind: &'static str,
    pub(super) intervention: InterventionId,
    /// The operator under whose name it is done.
    pub(super) asked_by: ApiKeyId,
    /// The event that approved it.
    pub(super) approval: Option<EventId>,
    pub(super) reason: Option<Reason>,
    /// In which ledger.
    pub(super) ledger: LedgerId,
    pub(super) command: Command,
}

/// A command of support's, which the installation's ledger takes.
pub(super) fn of_support(command: SupportCommand) -> Command {
    Command::Installation(InstallationCommand::Support(command))
}

/// Notes that a second operator approves it.
pub(super) async fn approve(
    app: &AppState,
    order: &Order<InterventionId, NoBody>,
) -> Result<Applied, Problem> {
    let (intervention, by) = (order.path, order.asker.credential.key);
    order.execute(app, of_support(SupportCommand::Approve { intervention, by })).await
}

/// Notes that it will not be done.
pub(super) async fn reject(
    app: &AppState,
    order: &Order<InterventionId, NoBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    let (intervention, by) = (order.path, order.asker.credential.key);
    order.carry_out(app, of_support(SupportCommand::Reject { intervention, by })).await
}

/// Does what is approved, and notes what became of it; none is one whose values were erased meanwhile.
/// What failed is no answer, and leaves it approved.
pub(super) async fn conclude(
    app: &AppState,
    order: &Order<InterventionId, NoBody>,
    deed: Option<Deed>,
) -> Result<Applied, Problem> {
    let intervention = order.path;
    let refused = match deed {
        Some(deed) => carry_out(app, order, deed).await?,
        None => Some("erased".to_owned()),
    };
    let conclude = of_support(SupportCommand::Conclude { intervention, refused });
    let circumstances = order.asker.circumstances(None);
    Ok(execute(app, submission(LedgerId::INSTALLATION, conclude, circumstances)?).await?)
}

/// Does it, and gives the code of the rule that said no, if one did.
async fn carry_out(
    app: &AppState,
    order: &Order<InterventionId, NoBody>,
    deed: Deed,
) -> Result<Option<String>, Problem> {
    let mut circumstances = order.asker.circumstances(deed.reason);
    circumstances.actor = Actor::Operator(deed.asked_by);
    circumstances.authority = Authority::Support;
    circumstances.correlation = deed.intervention.0;
    circumstances.causation = deed.approval;
    let mut sent = submission(deed.ledger, deed.command, circumstances)?;
    let hash = sha256(&[deed.kind.as_bytes(), deed.intervention.0.as_bytes()].concat());
    sent.idempotency = Some(IdempotencyKey { key_hash: hash, request_hash: hash });
    match execute(app, sent).await {
        Ok(_applied) => Ok(None),
        Err(ExecuteError::Rejected(Rejection::Unknown(_))) => Ok(Some("not_found".to_owned())),
        Err(ExecuteError::Rejected(rejection)) => Ok(Some(rejection.refusal().code.to_owned())),
        Err(failed) => Err(failed.into()),
    }
}
