use crate::answer::{Answer, position_of};
use crate::endpoints::support::of_support;
use crate::error::{Problem, ProblemBody};
use crate::extract::OperatorOrder;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::state::AppState;
use axum::extract::State;
use domain::installation::{InterventionRequested, SupportCommand, SupportDeed};
use domain::{AccountId, ContactId, InterventionId, Reason};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What to do, to whom, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestIntervention {
    /// In whose account.
    account: Uuid,
    /// To which contact.
    contact: Uuid,
    /// What.
    deed: DeedWord,
    /// Why: who of the account asked for it, and by which way. Name no owner: this stays.
    #[schema(max_length = 500)]
    reason: String,
}

impl RequestBody for RequestIntervention {}

/// What support may do.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeedWord {
    /// Close a contact's access for now.
    DisableAccess,
    /// Open it again.
    EnableAccess,
    /// End an owner's access.
    DeactivateOwner,
    /// Take an open invitation back.
    CancelInvite,
}

impl From<DeedWord> for SupportDeed {
    fn from(word: DeedWord) -> Self {
        match word {
            DeedWord::DisableAccess => Self::DisableAccess,
            DeedWord::EnableAccess => Self::EnableAccess,
            DeedWord::DeactivateOwner => Self::DeactivateOwner,
            DeedWord::CancelInvite => Self::CancelInvite,
        }
    }
}

/// An intervention was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InterventionAsked {
    /// Which; another operator approves it by this.
    id: Uuid,
}

/// Ask to do something in a builder's account. Nothing is done until another operator approves it.
#[utoipa::path(post, path = "/v1/interventions", tag = "interventions",
    request_body = RequestIntervention,
    responses((status = 201, body = InterventionAsked), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn request_intervention(
    State(app): State<AppState>,
    OperatorOrder(mut order): OperatorOrder<(), RequestIntervention>,
) -> Result<Answer<InterventionAsked>, Problem> {
    let mut door = Door::default();
    let reason = door.take("reason", Reason::parse(&order.body.reason));
    order.reason = Some(door.build(|| reason)?);
    let intervention = InterventionId(order.new_id(&app, "intervention"));
    let requested = InterventionRequested {
        intervention,
        account: AccountId(order.body.account),
        contact: ContactId(order.body.contact),
        deed: order.body.deed.into(),
        by: order.asker.credential.key,
    };
    let applied = order.execute(&app, of_support(SupportCommand::Request(requested))).await?;
    let location = format!("/v1/interventions/{intervention}");
    let asked = InterventionAsked { id: intervention.0 };
    Ok(Answer::new(asked).position(position_of(&applied)).created_at(location))
}
