use crate::endpoints::{CONTACT_DIRECTORY, DUPLICATE_CANDIDATES, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::Question;
use crate::input::{Door, LIMIT_DEFAULT, cursor, id, limit, one_of};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use projections::duplicate_candidates::{self, DuplicateGroup, DuplicateQuery, KEYS_MAX, Reason};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which duplicates.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DuplicateParams {
    /// `primary_email`, `phone` or `name_and_address`.
    pub(crate) reason: Option<String>,
    /// Those of this contact.
    pub(crate) contact: Option<String>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent. A page may have fewer, and still a `next`.
    pub(crate) limit: Option<String>,
}

impl DuplicateParams {
    pub(crate) fn query(&self) -> Result<DuplicateQuery, Problem> {
        let mut door = Door::default();
        let reason = |typed: &str| one_of(typed, &Reason::WORDS).map(Reason::parse);
        let reason = door.take_if("reason", self.reason.as_deref(), reason);
        let contact = door.take_if("contact", self.contact.as_deref(), id);
        let cursor = door.take_if("cursor", self.cursor.as_deref(), cursor);
        let limit = door.take_if("limit", self.limit.as_deref(), limit);
        door.build(|| {
            Some(DuplicateQuery {
                reason: reason?.flatten(),
                contact: contact?,
                cursor: cursor?,
                limit: limit?.unwrap_or(LIMIT_DEFAULT),
                keys_max: KEYS_MAX,
            })
        })
    }
}

/// List contacts that may be one person, with what they have in common (R24, R29).
///
/// `survivor` has to survive a merge of them (H2); `refusal` says why they cannot all be merged.
#[utoipa::path(get, path = "/v1/contacts/duplicates", tag = "contacts", params(DuplicateParams),
    responses((status = 200, body = PageOf<DuplicateGroup>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn duplicates(
    State(app): State<AppState>,
    question: Question<(), DuplicateParams>,
) -> Result<Json<PageOf<DuplicateGroup>>, Problem> {
    let query = question.params.query()?;
    question.ready(&app, &[DUPLICATE_CANDIDATES, CONTACT_DIRECTORY]).await?;
    let reader = app.store().reader();
    Ok(Json(duplicate_candidates::list(reader, question.ledger(), &query).await?.into()))
}
