use super::{GrantWord, NewKeyAnswer, RoleWord, grants};
use crate::answer::{Answer, position_of};
use crate::error::{Problem, ProblemBody};
use crate::extract::OperatorOrder;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::start::accounts::{KeyOrder, issue_key};
use crate::state::AppState;
use axum::extract::State;
use domain::builder_account::NewApiKey;
use domain::text::Label;
use domain::{AccountId, ApiKeyId};
use serde::Deserialize;
use utoipa::ToSchema;

/// An API key to issue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IssueApiKey {
    /// What the key may do.
    pub(crate) role: RoleWord,
    /// What a staff key may beyond its role.
    #[serde(default)]
    pub(crate) grants: Vec<GrantWord>,
    /// What people call it.
    #[schema(max_length = 100)]
    pub(crate) label: String,
}

impl RequestBody for IssueApiKey {}

impl IssueApiKey {
    pub(crate) const fn role(&self) -> RoleWord {
        self.role
    }

    /// The key that is asked for, under this id.
    pub(crate) fn read(&self, key: ApiKeyId) -> Result<NewApiKey, Problem> {
        let mut door = Door::default();
        let label = door.take("label", Label::parse(&self.label));
        if !self.grants.is_empty() && self.role != RoleWord::Staff {
            door.refuse("grants", &"are for the role staff alone");
        }
        let label = door.build(|| label)?;
        Ok(NewApiKey { key, role: self.role.into(), grants: grants(&self.grants), label })
    }
}

/// Issue one more API key for an account.
#[utoipa::path(post, path = "/v1/accounts/{id}/api-keys", tag = "accounts",
    params(("id" = Uuid, Path, description = "The account")), request_body = IssueApiKey,
    responses((status = 201, body = NewKeyAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn issue_api_key(
    State(app): State<AppState>,
    OperatorOrder(order): OperatorOrder<AccountId, IssueApiKey>,
) -> Result<Answer<NewKeyAnswer>, Problem> {
    let (role, account) = (order.body.role, order.path);
    let key = KeyOrder {
        account,
        key: order.body.read(ApiKeyId(order.new_id(&app, "key")))?,
        circumstances: order.asker.circumstances(order.reason),
        idempotency: order.idempotency,
    };
    let issued = tokio::spawn(async move { issue_key(&app, key).await });
    let issued = issued.await.map_err(|_panic| Problem::internal())??;
    let body = NewKeyAnswer::new(issued.key, &issued.secret, role);
    let location = format!("/v1/accounts/{account}/api-keys/{}", issued.key);
    Ok(Answer::new(body).position(position_of(&issued.applied)).created_at(location))
}
