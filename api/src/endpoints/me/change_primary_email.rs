use crate::error::{Problem, ProblemBody};
use crate::extract::body::RequestBody;
use crate::extract::order::execute;
use crate::extract::{Order, PersonOrder};
use crate::input::Door;
use crate::passwords::Typed;
use crate::persons::email_change::shown;
use crate::persons::{links, moving, throttle};
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use domain::person::{EmailChangeCommand, PersonCommand};
use domain::{Command, EmailAddress, PersonId, TokenId};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Which address, and who asks.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangePrimaryEmail {
    /// The new primary email.
    #[schema(max_length = 254, format = Email)]
    email: String,
    /// Your password, once more.
    #[schema(value_type = String, max_length = 256, format = Password)]
    password: Typed,
}

impl RequestBody for ChangePrimaryEmail {}

/// Ask for another primary email: your login, and your primary email with every builder.
///
/// A link goes to the new address, works for an hour and once, and the newest alone works; the old
/// address gets a notice. Where another contact of one of your builders has the address, it is refused
/// at once, and the refusal names the builder to talk to (R32). Whether the address has a login of its
/// own, the answer does not tell.
#[utoipa::path(post, path = "/v1/me/primary-email", tag = "me", request_body = ChangePrimaryEmail,
    responses((status = 202), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn change_primary_email(
    State(app): State<AppState>,
    PersonOrder(order): PersonOrder<(), ChangePrimaryEmail>,
) -> Result<StatusCode, Problem> {
    order.without_version()?;
    let mut door = Door::default();
    let to = door.take("email", EmailAddress::parse(&order.body.email));
    let to = door.build(|| to)?;
    let password = order.body.password.clone();
    ask(&app, order, to, &password).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Asks for another primary email, for whoever has this password.
pub(crate) async fn ask<B: Send + Sync + 'static>(
    app: &AppState,
    order: Order<(), B>,
    to: EmailAddress,
    password: &Typed,
) -> Result<(), Problem> {
    let person = links::person(app, PersonId(order.asker.ledger().0)).await?;
    let shown = shown(app, &person, password, order.asker.client).await?;
    throttle::changing_email(app, person.id, &to).await?;
    let app = app.clone();
    // On a task of its own: what it finds half-way it may have to take back.
    let asking = tokio::spawn(async move {
        let by = order.asker.circumstances(order.reason.clone());
        if let Err(failed) = moving::take_up(&app, &by, person.id).await
            && failed.status.is_server_error()
        {
            return Err(failed);
        }
        moving::free_everywhere(&app, &by, &person, &to).await?;
        let request = EmailChangeCommand::Request { token: TokenId(Uuid::now_v7()), to, shown };
        let command = Command::Person(person.id, PersonCommand::EmailChange(request));
        // Without a receipt, whose hash of the request would be one of the password too.
        execute(&app, order.submission(person.id.into(), command)?).await?;
        Ok(())
    });
    asking.await.map_err(|_panic| Problem::internal())?
}
