use super::find;
use crate::answer::{Answer, position_of};
use crate::error::{Problem, ProblemBody};
use crate::extract::order::{execute, submission};
use crate::extract::{NoBody, OperatorOrder, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::installation::{InstallationCommand, SupportCommand, SupportDeed};
use domain::{Actor, ApiKeyId, Authority, Command, ContactId, InterventionId, LedgerId, Rejection};
use event_store::keys::sha256;
use event_store::{ExecuteError, IdempotencyKey};
use projections::interventions::{Found, InterventionEntry};

/// Approve what another operator asked for; it is done at once, under the name of who asked.
///
/// Over two ledgers: 1. the installation's notes the approval; 2. the account's carries it out, once
/// however often it is sent; 3. the installation's notes what became of it. What a crash cuts short
/// stands at `approved`, and approving it again goes on.
#[utoipa::path(post, path = "/v1/interventions/{id}/approve", tag = "interventions",
    params(("id" = Uuid, Path, description = "The intervention")), request_body = NoBody,
    responses((status = 200, body = InterventionEntry), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn approve_intervention(
    State(app): State<AppState>,
    OperatorOrder(order): OperatorOrder<InterventionId, NoBody>,
) -> Result<Answer<InterventionEntry>, Problem> {
    // On a task of its own: whoever asks may go away, and it would stay half done.
    let approving = tokio::spawn(async move {
        let (intervention, by) = (order.path, order.asker.credential.key);
        // One in a company is approved where those are, and carried out there.
        find(&app, intervention).await?;
        let approve = SupportCommand::Approve { intervention, by };
        let mut last = order.execute(&app, of_support(approve)).await?;
        let found = find(&app, intervention).await?;
        if found.entry.stage == "approved" {
            let refused = carry_out(&app, &order, &found).await?;
            let conclude = of_support(SupportCommand::Conclude { intervention, refused });
            let circumstances = order.asker.circumstances(None);
            last =
                execute(&app, submission(LedgerId::INSTALLATION, conclude, circumstances)?).await?;
        }
        let entry = find(&app, intervention).await?.entry;
        Ok(Answer::new(entry).position(position_of(&last)))
    });
    approving.await.map_err(|_panic| Problem::internal())?
}

fn of_support(command: SupportCommand) -> Command {
    Command::Installation(InstallationCommand::Support(command))
}

/// Does it in the account, and gives the code of the rule that said no, if one did. What failed is no
/// answer, and leaves it approved.
async fn carry_out(
    app: &AppState,
    order: &Order<InterventionId, NoBody>,
    found: &Found,
) -> Result<Option<String>, Problem> {
    let entry = &found.entry;
    let deed = SupportDeed::ALL.into_iter().find(|deed| deed.word() == entry.deed);
    let deed = deed.ok_or_else(Problem::internal)?;
    let mut circumstances = order.asker.circumstances(found.reason.clone());
    circumstances.actor = Actor::Operator(ApiKeyId(entry.requested_by));
    circumstances.authority = Authority::Support;
    circumstances.correlation = entry.id;
    circumstances.causation = found.approval;
    let command = Command::Contact(ContactId(entry.contact), deed.command());
    let mut sent = submission(LedgerId(entry.account), command, circumstances)?;
    let hash = sha256(&[b"intervention".as_slice(), entry.id.as_bytes()].concat());
    sent.idempotency = Some(IdempotencyKey { key_hash: hash, request_hash: hash });
    match execute(app, sent).await {
        Ok(_applied) => Ok(None),
        Err(ExecuteError::Rejected(Rejection::Unknown(_))) => Ok(Some("not_found".to_owned())),
        Err(ExecuteError::Rejected(rejection)) => Ok(Some(rejection.refusal().code.to_owned())),
        Err(failed) => Err(failed.into()),
    }
}
