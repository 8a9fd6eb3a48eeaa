use super::find;
use crate::answer::{Answer, position_of};
use crate::endpoints::support::{Deed, approve, conclude};
use crate::error::{Problem, ProblemBody};
use crate::extract::{NoBody, OperatorOrder};
use crate::state::AppState;
use axum::extract::State;
use domain::installation::SupportDeed;
use domain::{ApiKeyId, Command, ContactId, InterventionId, LedgerId};
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
        let intervention = order.path;
        // One in a company is approved where those are, and carried out there.
        find(&app, intervention).await?;
        let mut last = approve(&app, &order).await?;
        let found = find(&app, intervention).await?;
        if found.entry.stage == "approved" {
            last = conclude(&app, &order, Some(deed(&found)?)).await?;
        }
        let entry = find(&app, intervention).await?.entry;
        Ok(Answer::new(entry).position(position_of(&last)))
    });
    approving.await.map_err(|_panic| Problem::internal())?
}

/// What the account's ledger is asked to do.
fn deed(found: &Found) -> Result<Deed, Problem> {
    let entry = &found.entry;
    let deed = SupportDeed::ALL.into_iter().find(|deed| deed.word() == entry.deed);
    let deed = deed.ok_or_else(Problem::internal)?;
    Ok(Deed {
        kind: "intervention",
        intervention: InterventionId(entry.id),
        asked_by: ApiKeyId(entry.requested_by),
        approval: found.approval,
        reason: found.reason.clone(),
        ledger: LedgerId(entry.account),
        command: Command::Contact(ContactId(entry.contact), deed.command()),
    })
}
