use super::{PortalLinkAnswer, end, told};
use crate::answer::Answer;
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::state::AppState;
use axum::extract::State;
use domain::job::portal_link::PortalLinkCommand;
use domain::{Command, EmailAddress, JobId, PortalLinkId, TokenId};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What a link has from now on.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotatePortalLink {
    /// Until when it opens the portal, at most 366 days from now; as many days as the account has settled
    /// when absent.
    #[schema(format = DateTime)]
    pub(crate) expires_at: Option<String>,
    /// To whom the new link is mailed at once.
    #[schema(max_length = 254)]
    pub(crate) email: Option<String>,
}

impl RequestBody for RotatePortalLink {}

impl RotatePortalLink {
    /// The command.
    pub(crate) fn command(&self, link: PortalLinkId) -> Result<PortalLinkCommand, Problem> {
        let mut door = Door::default();
        let expires_at = door.take_if("expires_at", self.expires_at.as_deref(), end);
        let mail_to = door.take_if("email", self.email.as_deref(), EmailAddress::parse);
        // It names the mail, too: after the receipt has gone, the same request is another mail.
        let token = TokenId(Uuid::now_v7());
        door.build(|| {
            let (expires_at, mail_to) = (expires_at?, mail_to?);
            Some(PortalLinkCommand::Rotate { link, token, expires_at, mail_to })
        })
    }
}

/// Give a link a new secret and a new term; it keeps its name and its id.
///
/// The new link is told once. The one before opens nothing from that moment on.
#[utoipa::path(post, path = "/v1/jobs/{id}/portal-links/{link_id}/rotate", tag = "portal links",
    params(("id" = Uuid, Path, description = "The job"),
        ("link_id" = Uuid, Path, description = "The link")), request_body = RotatePortalLink,
    responses((status = 200, body = PortalLinkAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn rotate_portal_link(
    State(app): State<AppState>,
    order: Order<(JobId, PortalLinkId), RotatePortalLink>,
) -> Result<Answer<PortalLinkAnswer>, Problem> {
    rotate(&app, &order, &order.body).await
}

/// The same, whoever asks and however.
pub(crate) async fn rotate<B>(
    app: &AppState,
    order: &Order<(JobId, PortalLinkId), B>,
    asked: &RotatePortalLink,
) -> Result<Answer<PortalLinkAnswer>, Problem> {
    let (job, link) = order.path;
    let rotate = Command::PortalLink(job, asked.command(link)?);
    told(app, &order.execute(app, rotate).await?, job, link)
}
