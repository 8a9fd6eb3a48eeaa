use super::super::command_as;
use crate::answer::Answer;
use crate::endpoints::portal_links::issue::{IssuePortalLink, new};
use crate::endpoints::portal_links::{Asked, PortalLinkAnswer, told};
use crate::error::{Problem, ProblemBody};
use crate::extract::body::RequestBody;
use crate::extract::{Order, PersonOrder};
use crate::state::AppState;
use axum::extract::State;
use domain::job::portal_link::PortalLinkCommand;
use domain::{AccountId, Command, JobId};
use serde::Deserialize;
use utoipa::ToSchema;

/// A link of one's own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IssueOwnPortalLink {
    /// What tells it from your other links; `Portal link` when absent.
    #[schema(max_length = 100)]
    name: Option<String>,
    /// Until when it opens the portal, at most 366 days from now; as the builder has settled when absent.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

impl RequestBody for IssueOwnPortalLink {}

/// Issue a link for yourself to one of your jobs: it opens without a login, and shows what waits for you.
///
/// The link is told once. It ends when you are an owner of the job no more.
#[utoipa::path(post, path = "/v1/me/jobs/{account_id}/{job_id}/portal-link", tag = "me",
    params(("account_id" = Uuid, Path, description = "The builder's account"),
        ("job_id" = Uuid, Path, description = "The job")), request_body = IssueOwnPortalLink,
    responses((status = 201, body = PortalLinkAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn issue_own_portal_link(
    State(app): State<AppState>,
    PersonOrder(order): PersonOrder<(AccountId, JobId), IssueOwnPortalLink>,
) -> Result<Answer<PortalLinkAnswer>, Problem> {
    let IssueOwnPortalLink { name, expires_at } = &order.body;
    let asked = IssuePortalLink {
        name: name.clone(),
        expires_at: expires_at.clone(),
        ..IssuePortalLink::default()
    };
    issue_own(&app, &order, order.path, asked.read()?).await
}

/// The same, however it is asked for. Whose it is said to be is passed over: it is the asker's.
pub(crate) async fn issue_own<P, B>(
    app: &AppState,
    order: &Order<P, B>,
    (account, job): (AccountId, JobId),
    asked: Asked,
) -> Result<Answer<PortalLinkAnswer>, Problem> {
    let mut new = new(app, order, asked);
    let link = new.link;
    let command = |contact| {
        new.contact = Some(contact);
        Command::PortalLink(job, PortalLinkCommand::Issue(new))
    };
    let applied = command_as(app, order, account, command).await?;
    let at = format!("/v1/me/jobs/{account}/{job}/portal-link/{link}");
    Ok(told(app, &applied, job, link)?.created_at(at))
}
