use super::{NewKeyAnswer, RoleWord};
use crate::answer::{Answer, position_of};
use crate::error::{Problem, ProblemBody};
use crate::extract::OperatorOrder;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::start::accounts::{NewAccount, open};
use crate::state::AppState;
use axum::extract::State;
use domain::text::Label;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A builder account to open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenAccount {
    /// The company's name.
    #[schema(max_length = 100)]
    name: String,
}

impl RequestBody for OpenAccount {}

/// A new builder account and its first key.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountAnswer {
    /// The account.
    id: Uuid,
    /// Its first admin key.
    api_key: NewKeyAnswer,
}

/// Open a builder account.
///
/// Answers with the account's first admin key; its secret is told once, and again only to a retry
/// with the same `Idempotency-Key`.
#[utoipa::path(post, path = "/v1/accounts", tag = "accounts", request_body = OpenAccount,
    responses((status = 201, body = AccountAnswer), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn open_account(
    State(app): State<AppState>,
    OperatorOrder(order): OperatorOrder<(), OpenAccount>,
) -> Result<Answer<AccountAnswer>, Problem> {
    let mut door = Door::default();
    let name = door.take("name", Label::parse(&order.body.name));
    let name = door.build(|| name)?;
    let circumstances = order.asker.circumstances(order.reason);
    let account = NewAccount { name, circumstances, idempotency: order.idempotency };
    // Two steps over two ledgers: a client that goes away does not stop between them.
    let opened = tokio::spawn(async move { open(&app, account).await });
    let opened = opened.await.map_err(|_panic| Problem::internal())??;
    let key =
        NewKeyAnswer { id: opened.key.0, secret: opened.secret.expose(), role: RoleWord::Admin };
    let location = format!("/v1/accounts/{}", opened.account);
    Ok(Answer::new(AccountAnswer { id: opened.account.0, api_key: key })
        .position(position_of(&opened.applied))
        .created_at(location))
}
