use crate::answer::{Answer, CommandAnswer, done};
use crate::error::{Problem, ProblemBody};
use crate::extract::OperatorOrder;
use crate::extract::body::{self, RequestBody};
use crate::input::Door;
use crate::mail::bounce::{self, Bounce, Missing};
use crate::mail::place_of;
use crate::state::AppState;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::Command;
use domain::notification::BounceStatus;
use serde::Deserialize;
use utoipa::ToSchema;

/// A mail that came back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BounceReport {
    /// The mail's `Message-ID`.
    #[schema(max_length = 998)]
    message_id: String,
    /// The enhanced status code (RFC 3463), of class 4 or 5.
    #[schema(max_length = 9)]
    status: String,
    /// What the far mail server said. It may name the address, and is not kept.
    #[serde(rename = "diagnostic")]
    _diagnostic: Option<String>,
}

/// The same as JSON, or as the mail server wrote it.
#[derive(Debug, Deserialize)]
#[serde(from = "BounceReport")]
pub(crate) enum BounceBody {
    /// As JSON.
    Report(BounceReport),
    /// A delivery status notification, read already.
    Message(#[serde(skip)] Option<Result<Bounce, Missing>>),
}

impl From<BounceReport> for BounceBody {
    fn from(report: BounceReport) -> Self {
        Self::Report(report)
    }
}

impl RequestBody for BounceBody {
    fn parse(headers: &HeaderMap, bytes: &Bytes) -> Result<Self, Problem> {
        let (kind, _) = body::media_type(headers).unwrap_or_default();
        match kind.to_ascii_lowercase().as_str() {
            "message/rfc822" | "multipart/report" => Ok(Self::Message(Some(bounce::read(bytes)))),
            _ => body::parse(headers, bytes),
        }
    }
}

impl BounceBody {
    fn read(&self) -> Result<Bounce, Problem> {
        match self {
            Self::Report(report) => {
                let mut door = Door::default();
                let status = door.take("status", BounceStatus::parse(&report.status));
                let status = door.build(|| status)?;
                let place = place_of(&report.message_id).ok_or_else(Problem::not_found)?;
                Ok(Bounce { place, status })
            }
            Self::Message(Some(Ok(bounce))) => Ok(bounce.clone()),
            Self::Message(Some(Err(Missing::Mail))) => Err(Problem::not_found()),
            Self::Message(Some(Err(Missing::Failure)) | None) => {
                let mut door = Door::default();
                door.refuse(
                    "body",
                    &"must tell of a mail that came back: Action: failed, and a Status",
                );
                door.build(|| None)
            }
        }
    }
}

/// Record that a mail came back after the mail server had taken it (R68).
///
/// For the program that reads the mail server's delivery status notifications (RFC 3464): it posts the
/// message as it is, or what it has read from it. The same mail twice is recorded once. A
/// `Message-ID` that is none of ours, and a mail that was not sent, are 404.
#[utoipa::path(post, path = "/v1/mail/bounces", tag = "mail",
    request_body(content((BounceReport = "application/json"), (String = "message/rfc822"))),
    responses((status = 200, body = CommandAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn record_bounce(
    State(app): State<AppState>,
    OperatorOrder(order): OperatorOrder<(), BounceBody>,
) -> Result<Answer<CommandAnswer>, Problem> {
    order.without_version()?;
    let Bounce { place, status } = order.body.read()?;
    // No ledger of that id, or no mail of it that has ended: nothing is looked for further.
    let reader = app.store().reader();
    if reader.aggregate_events(place.ledger, &[place.mail.0]).await?.is_empty() {
        return Err(Problem::not_found());
    }
    let record = Command::RecordBounce(place.mail, status);
    Ok(done(&order.execute_in(&app, place.ledger, record).await?))
}
