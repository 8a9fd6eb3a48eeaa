use crate::credential::{Secret, SecretKind};
use crate::error::{Problem, ProblemBody};
use crate::extract::public::Visitor;
use crate::extract::{NoBody, Public};
use crate::persons::accepting::begin_session;
use crate::persons::email_change::AskedChange;
use crate::persons::throttle;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::{Actor, EmailAddress};
use serde::Serialize;
use utoipa::ToSchema;

/// The primary email is the new one.
#[derive(Serialize, ToSchema)]
pub(crate) struct EmailChanged {
    /// The login email from now on.
    email: String,
    /// The secret of a new session, for one who was signed in: the change has ended every session
    /// before it. It is told once.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_token: Option<String>,
}

/// Confirm a change of a primary email with the link in the mail to the new address.
///
/// Every builder whose contact is the person's gets the new address, or none does: where another
/// contact has it, all stays as it was, and the refusal names the builder to talk to (R32). Ends all
/// sessions. Doing it again goes on where an earlier try stopped.
#[utoipa::path(post, path = "/v1/email-changes/{token}/confirm", tag = "me",
    params(("token" = String, Path, description = "The link's last part")),
    request_body = NoBody, security((), ("credential" = [])),
    responses((status = 200, body = EmailChanged), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn confirm_email_change(
    State(app): State<AppState>,
    request: Public<Secret, NoBody>,
) -> Result<Json<EmailChanged>, Problem> {
    let Public { visitor, path, .. } = request;
    let Confirmed { email, session } = confirm_by_link(&app, visitor, &path).await?;
    let session_token = session.map(|secret| secret.expose());
    Ok(Json(EmailChanged { email: email.typed().to_owned(), session_token }))
}

/// The address is the login now.
pub(crate) struct Confirmed {
    pub(crate) email: EmailAddress,
    /// A new session's, for one who was signed in.
    pub(crate) session: Option<Secret>,
}

/// Confirms with a link, whichever way in it is done by.
pub(crate) async fn confirm_by_link(
    app: &AppState,
    visitor: Visitor,
    link: &Secret,
) -> Result<Confirmed, Problem> {
    let asked = AskedChange::of(app, link).await?;
    let person = asked.person.id;
    let signed_in = visitor.asker.is_some();
    if visitor.asker.as_ref().is_some_and(|asker| asker.ledger() != person.into()) {
        let detail = "The link is another login's than the one that you are signed in with.";
        return Err(Problem::new("signed_in_as_another", detail));
    }
    throttle::accepting(app, &asked.token).await?;
    let app = app.clone();
    // On a task of its own: a client that goes away does not leave it half-way.
    let confirming = tokio::spawn(async move {
        let by = visitor.circumstances(Actor::Owner(person));
        let email = asked.confirm(&app, &by).await?;
        if !signed_in {
            return Ok((email, None));
        }
        let session = begin_session(&app, person, by).await?.1.secret;
        Ok::<_, Problem>((email, session))
    });
    let (email, session) = confirming.await.map_err(|_panic| Problem::internal())??;
    let session = session.map(|secret| Secret::new(SecretKind::Session, person.into(), &secret));
    Ok(Confirmed { email, session })
}
