//! How an answer looks: body, `ETag`, `Ledger-Position`, `Location`.

use crate::position::{LEDGER_POSITION, LedgerPosition};
use axum::Json;
use axum::http::header::{ETAG, LOCATION};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::Outcome;
use event_store::Applied;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A body with the headers that go with it.
#[derive(Debug)]
pub(crate) struct Answer<T> {
    status: StatusCode,
    version: Option<u64>,
    position: Option<LedgerPosition>,
    location: Option<String>,
    body: T,
}

impl<T> Answer<T> {
    pub(crate) const fn new(body: T) -> Self {
        Self { status: StatusCode::OK, version: None, position: None, location: None, body }
    }

    pub(crate) const fn version(mut self, version: u64) -> Self {
        self.version = Some(version);
        self
    }

    pub(crate) const fn position(mut self, position: LedgerPosition) -> Self {
        self.position = Some(position);
        self
    }

    pub(crate) fn created_at(mut self, location: String) -> Self {
        self.status = StatusCode::CREATED;
        self.location = Some(location);
        self
    }

    /// Another resource stands for this one, at least for now.
    pub(crate) fn moved_to(mut self, location: String) -> Self {
        self.status = StatusCode::TEMPORARY_REDIRECT;
        self.location = Some(location);
        self
    }

    pub(crate) const fn body_mut(&mut self) -> &mut T {
        &mut self.body
    }
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        let headers = response.headers_mut();
        let mut insert = |name: HeaderName, text: String| {
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.insert(name, value);
            }
        };
        if let Some(version) = self.version {
            insert(ETAG, format!("\"{version}\""));
        }
        if let Some(position) = self.position {
            insert(HeaderName::from_static(LEDGER_POSITION), position.encode());
        }
        if let Some(location) = self.location {
            insert(LOCATION, location);
        }
        response
    }
}

/// What a command answers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CommandAnswer {
    /// The contact, job, lead, To-Do or message.
    id: Uuid,
    /// Its version after the command; the `ETag` too. Absent where it is another tenant's.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    /// Whether anything had to happen.
    outcome: OutcomeWord,
    /// What was done and may still surprise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning>,
}

/// What a command answers that makes a part of something: a job's task, an account's template.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PartAnswer {
    /// The part.
    id: Uuid,
    /// What it is a part of: the job or the account.
    part_of: Uuid,
    /// The version of what it is a part of, after the command; the `ETag` too. Absent where that is another
    /// tenant's.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    /// Whether anything had to happen.
    outcome: OutcomeWord,
}

/// Whether anything had to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OutcomeWord {
    /// It is done.
    Done,
    /// It was so already.
    Unchanged,
}

/// Something that was done and may still surprise.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Warning {
    /// Stable, for programs: `soft_duplicate`, `custom_field_values_hidden`,
    /// `custom_field_choices_retired` or `primary_contact_not_registered`.
    pub(crate) code: &'static str,
    /// The number of the rule behind it.
    pub(crate) rule: &'static str,
    /// One sentence for people.
    pub(crate) detail: &'static str,
    /// The contacts that it is about.
    pub(crate) contacts: Vec<Uuid>,
}

/// The answer about the first aggregate of the command.
pub(crate) fn done(applied: &Applied) -> Answer<CommandAnswer> {
    let first = applied.versions.first();
    let (id, version) = first.map_or((Uuid::nil(), 0), |(id, version)| (id.uuid(), *version));
    let outcome = outcome_word(&applied.outcome);
    let told = Some(version);
    Answer::new(CommandAnswer { id, version: told, outcome, warnings: Vec::new() })
        .version(version)
        .position(position_of(applied))
}

/// The answer about a new part of the first aggregate of the command; 201, at the part's own path.
pub(crate) fn part_made(applied: &Applied, part: Uuid, collection: &str) -> Answer<PartAnswer> {
    let first = applied.versions.first();
    let (part_of, version) = first.map_or((Uuid::nil(), 0), |(id, version)| (id.uuid(), *version));
    let outcome = outcome_word(&applied.outcome);
    Answer::new(PartAnswer { id: part, part_of, version: Some(version), outcome })
        .version(version)
        .position(position_of(applied))
        .created_at(format!("{collection}/{part}"))
}

pub(crate) const fn outcome_word(outcome: &Outcome) -> OutcomeWord {
    match outcome {
        Outcome::Unchanged => OutcomeWord::Unchanged,
        Outcome::Done
        | Outcome::Impersonating { .. }
        | Outcome::PortalLink { .. }
        | Outcome::Owners(_)
        | Outcome::Imported { .. }
        | Outcome::ImportedContact(_)
        | Outcome::ImportedOwners { .. }
        | Outcome::Unmerged(_) => OutcomeWord::Done,
    }
}

pub(crate) const fn position_of(applied: &Applied) -> LedgerPosition {
    LedgerPosition { ledger: applied.ledger, position: applied.position }
}

impl CommandAnswer {
    /// What was done and may still surprise.
    pub(crate) fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// What the command was about first.
    pub(crate) const fn id(&self) -> Uuid {
        self.id
    }
}

impl<T> Answer<T> {
    /// Neither version nor position: how often something happens in another tenant's ledger is its own.
    fn nothing_counted(mut self) -> Self {
        (self.version, self.position) = (None, None);
        self
    }
}

impl Answer<PartAnswer> {
    /// The same, of what was done in another tenant's ledger.
    pub(crate) fn elsewhere(mut self) -> Self {
        self.body_mut().version = None;
        self.nothing_counted()
    }
}

impl Answer<CommandAnswer> {
    /// The same, of what was done in another tenant's ledger.
    pub(crate) fn elsewhere(mut self) -> Self {
        self.body_mut().version = None;
        self.nothing_counted()
    }

    pub(crate) fn warned(mut self, warnings: Vec<Warning>) -> Self {
        self.body_mut().warnings = warnings;
        self
    }

    /// The same as 201, at the resource's own path.
    pub(crate) fn created_in(mut self, collection: &str) -> Self {
        let id = self.body_mut().id;
        self.created_at(format!("{collection}/{id}"))
    }
}
