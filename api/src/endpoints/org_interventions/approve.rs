use super::{deed, find, of_support};
use crate::answer::{Answer, position_of};
use crate::error::{Problem, ProblemBody};
use crate::extract::order::{execute, submission};
use crate::extract::{NoBody, OperatorOrder, Order};
use crate::state::AppState;
use axum::extract::State;
use domain::installation::SupportCommand;
use domain::{Actor, Authority, Command, InterventionId, LedgerId, Rejection};
use event_store::keys::sha256;
use event_store::{ExecuteError, IdempotencyKey};
use projections::org_interventions::{Found, OrgInterventionEntry};

/// Approve what another operator asked for in a company; it is done at once, under the name of who asked.
///
/// Over two ledgers: 1. the installation's notes the approval. A crash after it leaves it at `approved`, and
/// approving it again goes on. 2. The company's records whom it gets, with the mail, once however often it is
/// sent. A crash after it leaves it at `approved` too, and approving it again sends no second mail. 3. The
/// installation's notes what became of it.
#[utoipa::path(post, path = "/v1/org-interventions/{id}/approve", tag = "interventions",
    params(("id" = Uuid, Path, description = "The intervention")), request_body = NoBody,
    responses((status = 200, body = OrgInterventionEntry), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn approve_org_intervention(
    State(app): State<AppState>,
    OperatorOrder(mut order): OperatorOrder<InterventionId, NoBody>,
) -> Result<Answer<OrgInterventionEntry>, Problem> {
    // It may name people, and the installation's ledger seals nobody's reasons.
    order.reason = None;
    // On a task of its own: whoever asks may go away, and it would stay half done.
    let approving = tokio::spawn(async move {
        let (intervention, by) = (order.path, order.asker.credential.key);
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
        let entry = find(&app, intervention).await?.entry.told();
        Ok(Answer::new(entry).position(position_of(&last)))
    });
    approving.await.map_err(|_panic| Problem::internal())?
}

/// Does it in the company, and gives the code of the rule that said no, if one did. What failed is no
/// answer, and leaves it approved.
async fn carry_out(
    app: &AppState,
    order: &Order<InterventionId, NoBody>,
    found: &Found,
) -> Result<Option<String>, Problem> {
    let asked = &found.asked;
    let Some(deed) = deed(asked) else { return Ok(Some("erased".to_owned())) };
    let mut circumstances = order.asker.circumstances(asked.evidence.value().cloned());
    circumstances.actor = Actor::Operator(asked.by);
    circumstances.authority = Authority::Support;
    circumstances.correlation = asked.intervention.0;
    circumstances.causation = found.approval;
    let command = Command::SubcontractorOrg(asked.org, deed);
    let mut sent = submission(asked.org.into(), command, circumstances)?;
    let name = [b"org_intervention".as_slice(), asked.intervention.0.as_bytes()].concat();
    let hash = sha256(&name);
    sent.idempotency = Some(IdempotencyKey { key_hash: hash, request_hash: hash });
    match execute(app, sent).await {
        Ok(_applied) => Ok(None),
        Err(ExecuteError::Rejected(Rejection::Unknown(_))) => Ok(Some("not_found".to_owned())),
        Err(ExecuteError::Rejected(rejection)) => Ok(Some(rejection.refusal().code.to_owned())),
        Err(failed) => Err(failed.into()),
    }
}
