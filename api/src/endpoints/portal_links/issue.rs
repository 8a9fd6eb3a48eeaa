use super::{Asked, PortalLinkAnswer, USUAL_NAME, end, told};
use crate::answer::Answer;
use crate::error::{Problem, ProblemBody};
use crate::extract::Order;
use crate::extract::body::RequestBody;
use crate::input::{Door, id};
use crate::state::AppState;
use axum::extract::State;
use domain::job::portal_link::{NewPortalLink, PortalLinkCommand};
use domain::text::Label;
use domain::{Command, EmailAddress, JobId, PortalLinkId, TokenId};
use serde::Deserialize;
use utoipa::ToSchema;

/// A link to a job's portal.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IssuePortalLink {
    /// What tells it from the job's other links; `Portal link` when absent.
    #[schema(max_length = 100)]
    pub(crate) name: Option<String>,
    /// The owner whose link it is: then it shows what waits for them, too (G18). A link for the job when
    /// absent.
    #[schema(format = Uuid)]
    pub(crate) contact: Option<String>,
    /// Until when it opens the portal, at most 366 days from now; as many days as the account has settled
    /// when absent.
    #[schema(format = DateTime)]
    pub(crate) expires_at: Option<String>,
    /// To whom it is mailed at once (R89). They need neither a login nor an entry in the book; a personal
    /// link is mailed to an address of its owner alone.
    #[schema(max_length = 254)]
    pub(crate) email: Option<String>,
}

impl RequestBody for IssuePortalLink {}

impl IssuePortalLink {
    pub(crate) fn read(&self) -> Result<Asked, Problem> {
        let mut door = Door::default();
        let name = self.name.as_deref().unwrap_or(USUAL_NAME);
        let name = door.take("name", Label::parse(name));
        let contact = door.take_if("contact", self.contact.as_deref(), id);
        let expires_at = door.take_if("expires_at", self.expires_at.as_deref(), end);
        let mail_to = door.take_if("email", self.email.as_deref(), EmailAddress::parse);
        door.build(|| {
            let (contact, expires_at, mail_to) = (contact?, expires_at?, mail_to?);
            Some(Asked { name: name?, contact, expires_at, mail_to })
        })
    }
}

/// Issue a link to a job's portal, which opens without a login; with `email` it is mailed at once.
///
/// The link is told once. A job takes several, each with a name of its own.
#[utoipa::path(post, path = "/v1/jobs/{id}/portal-links", tag = "portal links",
    params(("id" = Uuid, Path, description = "The job")), request_body = IssuePortalLink,
    responses((status = 201, body = PortalLinkAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn issue_portal_link(
    State(app): State<AppState>,
    order: Order<JobId, IssuePortalLink>,
) -> Result<Answer<PortalLinkAnswer>, Problem> {
    let asked = order.body.read()?;
    issue(&app, &order, asked).await
}

/// The same, whoever asks and however.
pub(crate) async fn issue<B>(
    app: &AppState,
    order: &Order<JobId, B>,
    asked: Asked,
) -> Result<Answer<PortalLinkAnswer>, Problem> {
    let (job, new) = (order.path, new(app, order, asked));
    let link = new.link;
    let issue = Command::PortalLink(job, PortalLinkCommand::Issue(new));
    let applied = order.execute(app, issue).await?;
    Ok(told(app, &applied, job, link)?.created_at(format!("/v1/jobs/{job}/portal-links/{link}")))
}

/// The link with ids, which a retry gets again.
pub(crate) fn new<P, B>(app: &AppState, order: &Order<P, B>, asked: Asked) -> NewPortalLink {
    let Asked { name, contact, expires_at, mail_to } = asked;
    let link = PortalLinkId(order.new_id(app, "portal_link"));
    let token = TokenId(order.new_id(app, "portal_token"));
    NewPortalLink { link, token, name, contact, expires_at, mail_to }
}
