//! `?as_of=`: a thing as it was, for whoever may read histories.

use super::asker::Asker;
use crate::error::Problem;
use crate::position::LedgerPosition;
use crate::state::AppState;
use domain::LedgerId;
use projections::ViewError;
use projections::as_of::{self, AsOf, Moment};
use serde::Deserialize;
use utoipa::IntoParams;

/// As of when.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AsOfParams {
    /// As it was: a time (RFC 3339), a position as histories tell it, or the `Ledger-Position` of
    /// an answer. As it is, when absent. Takes the right to read histories.
    as_of: Option<String>,
}

impl AsOfParams {
    /// The position that is asked for, if one is.
    pub(crate) async fn resolve(
        &self,
        app: &AppState,
        asker: &Asker,
    ) -> Result<Option<AsOf>, Problem> {
        let Some(typed) = self.as_of.as_deref() else { return Ok(None) };
        if !asker.credential.reads_audit() {
            let needed = "an admin or auditor key, or a staff key with the grant read_audit";
            return Err(Problem::not_permitted(needed));
        }
        let told =
            || LedgerPosition::decode(typed.as_bytes()).filter(|p| p.ledger == asker.ledger());
        let moment = Moment::parse(typed)
            .or_else(|| told().map(|told| Moment::Position(told.position)))
            .ok_or_else(|| Problem::unreadable("as_of", Moment::EXPECTED))?;
        point(app, asker.ledger(), moment, "as_of").await.map(Some)
    }
}

/// The position that a moment means, which was read from this field.
pub(crate) async fn point(
    app: &AppState,
    ledger: LedgerId,
    moment: Moment,
    field: &'static str,
) -> Result<AsOf, Problem> {
    match as_of::resolve(app.store().reader(), ledger, moment).await {
        Ok(at) => Ok(at),
        Err(ViewError::BeyondHead) => {
            let detail = format!("{field} lies beyond what has happened.");
            Err(Problem::new("position_beyond_head", detail).field(field))
        }
        Err(error) => Err(error.into()),
    }
}
