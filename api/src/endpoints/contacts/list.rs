use crate::endpoints::{CONTACT_DIRECTORY, PageOf};
use crate::error::{Problem, ProblemBody};
use crate::extract::Question;
use crate::input::{Door, LIMIT_DEFAULT, cursor, limit, one_of, search};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::EmailAddress;
use domain::contact::Access;
use projections::contact_directory::{self, ContactEntry, ContactQuery};
use serde::Deserialize;
use utoipa::IntoParams;

/// The words of access, and those for contacts that are gone.
pub(crate) const STATUS_WORDS: [&str; 7] = [
    Access::WORDS[0],
    Access::WORDS[1],
    Access::WORDS[2],
    Access::WORDS[3],
    Access::WORDS[4],
    "deleted",
    "merged",
];

/// Which contacts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ContactParams {
    /// Words, or beginnings of words, of the name.
    pub(crate) search: Option<String>,
    /// `not_invited`, `pending`, `active`, `disabled` or `deactivated`; `deleted` or `merged` for
    /// those that are not in the book any more.
    pub(crate) status: Option<String>,
    /// One of the contact's emails.
    pub(crate) email: Option<String>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    pub(crate) limit: Option<String>,
}

impl ContactParams {
    pub(crate) fn query(&self) -> Result<ContactQuery, Problem> {
        let mut door = Door::default();
        let status = |typed: &str| one_of(typed, &STATUS_WORDS).map(str::to_owned);
        let search = door.take_if("search", self.search.as_deref(), search);
        let status = door.take_if("status", self.status.as_deref(), status);
        let email = door.take_if("email", self.email.as_deref(), EmailAddress::parse);
        let cursor = door.take_if("cursor", self.cursor.as_deref(), cursor);
        let limit = door.take_if("limit", self.limit.as_deref(), limit);
        door.build(|| {
            Some(ContactQuery {
                search: search?,
                status: status?,
                email: email?.map(|email| email.typed().to_owned()),
                customer: None,
                free: false,
                cursor: cursor?,
                limit: limit?.unwrap_or(LIMIT_DEFAULT),
            })
        })
    }
}

/// List contacts by name.
#[utoipa::path(get, path = "/v1/contacts", tag = "contacts", params(ContactParams),
    responses((status = 200, body = PageOf<ContactEntry>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list(
    State(app): State<AppState>,
    question: Question<(), ContactParams>,
) -> Result<Json<PageOf<ContactEntry>>, Problem> {
    let query = question.params.query()?;
    question.ready(&app, &[CONTACT_DIRECTORY]).await?;
    let reader = app.store().reader();
    Ok(Json(contact_directory::list(reader, question.ledger(), &query).await?.into()))
}
