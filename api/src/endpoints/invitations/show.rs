use crate::credential::Secret;
use crate::error::{Problem, ProblemBody};
use crate::extract::PublicQuestion;
use crate::persons::accepting::known;
use crate::persons::invitee::{Invitee, builder_name};
use crate::persons::links;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::contact::Contact;
use domain::{Actor, Authority, Channel, Circumstances, PersonId, Personal, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// An invitation that can be accepted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpenInvitation {
    /// The company that invites.
    builder: String,
    /// Who is invited, as the builder has written them.
    name: Option<String>,
    /// The address that it was mailed to; it becomes the login.
    email: String,
    /// Until when it can be accepted.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Whether the address has a login already: sign in with it to accept. Otherwise accepting takes
    /// a new password.
    has_login: bool,
    /// The address that you are signed in with, where that is shown with the request. Where it is
    /// another than the invited one, accepting asks which of the two it is to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_in_as: Option<String>,
    /// What the builder has of you; what you send as `info` when you accept stands instead.
    info: InvitedInfo,
}

/// An invitee's info in the builder's book.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InvitedInfo {
    /// The honorific.
    title: Option<String>,
    /// The name.
    name: Option<String>,
    /// The phones.
    phones: Vec<String>,
    /// The address.
    address: Option<String>,
}

impl InvitedInfo {
    fn of(contact: &Contact) -> Self {
        let phones = contact.phones.as_ref().and_then(Personal::value);
        let phones = phones.map(Vec::as_slice).unwrap_or_default();
        let title = contact.title.as_ref().and_then(Personal::value);
        let address = contact.address.as_ref().and_then(Personal::value);
        Self {
            title: title.map(|title| title.as_str().to_owned()),
            name: contact.name.value().map(|name| name.as_str().to_owned()),
            phones: phones.iter().map(|phone| phone.typed().to_owned()).collect(),
            address: address.map(|address| address.as_str().to_owned()),
        }
    }
}

/// Look at an invitation. Looking never uses it up, however often a mail scanner does.
#[utoipa::path(get, path = "/v1/invitations/{token}", tag = "invitee",
    params(("token" = String, Path, description = "The link's last part")),
    security((), ("credential" = [])),
    responses((status = 200, body = OpenInvitation), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn show_invitation(
    State(app): State<AppState>,
    question: PublicQuestion<Secret>,
) -> Result<Json<OpenInvitation>, Problem> {
    let invitee = Invitee::of(&app, &question.path).await?;
    invitee.still_open(&app, &looking())?;
    let email = invitee.email()?;
    let asker = question.visitor.asker.filter(|by| by.credential.authority == Authority::Owner);
    let login = match asker {
        Some(asker) => Some(links::person(&app, PersonId(asker.ledger().0)).await?.email),
        None => None,
    };
    let signed_in_as = login.as_ref().and_then(Personal::value).map(|e| e.typed().to_owned());
    Ok(Json(OpenInvitation {
        builder: builder_name(&app, invitee.ledger).await?,
        name: invitee.contact.name.value().map(|name| name.as_str().to_owned()),
        signed_in_as,
        info: InvitedInfo::of(&invitee.contact),
        has_login: known(&app, &email).await?.is_some(),
        email: email.typed().to_owned(),
        expires_at: invitee.expires_at,
    }))
}

/// Nobody in particular looks, and nothing is recorded of it.
pub(crate) fn looking() -> Circumstances {
    Circumstances {
        actor: Actor::System,
        authority: Authority::System,
        acting_as: None,
        channel: Channel::Portal,
        client: None,
        correlation: Uuid::nil(),
        causation: None,
        reason: None,
    }
}
