use super::{assignment, find};
use crate::answer::{Answer, position_of};
use crate::endpoints::support::{Deed, approve, conclude};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, OperatorOrder};
use crate::state::AppState;
use axum::extract::State;
use domain::{Command, InterventionId};
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
        let intervention = order.path;
        find(&app, intervention).await?;
        let mut last = approve(&app, &order).await?;
        let found = find(&app, intervention).await?;
        if found.entry.stage == "approved" {
            last = conclude(&app, &order, deed(&found)).await?;
        }
        let entry = find(&app, intervention).await?.entry.told();
        Ok(Answer::new(entry).position(position_of(&last)))
    });
    approving.await.map_err(|_panic| Problem::internal())?
}

/// What the company's ledger is asked to do; none once values that it needs were erased.
fn deed(found: &Found) -> Option<Deed> {
    let asked = &found.asked;
    Some(Deed {
        kind: "org_intervention",
        intervention: asked.intervention,
        asked_by: asked.by,
        approval: found.approval,
        reason: asked.evidence.value().cloned(),
        ledger: asked.org.into(),
        command: Command::SubcontractorOrg(asked.org, assignment(asked)?),
    })
}
