use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, PersonQuestion};
use crate::persons::links::{self, Link};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::{EmailAddress, PersonId, Personal, PhoneNumber};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Who is signed in, and what builders have of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// The person.
    id: Uuid,
    /// The login email.
    email: Option<String>,
    /// One entry a builder whose contact is theirs.
    contacts: Vec<OwnContact>,
}

/// A person's info in one builder's book.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnContact {
    /// The contact.
    id: Uuid,
    /// The company.
    builder: String,
    /// Whether the builder has left it open; the info of a closed one is not shown.
    open: bool,
    /// The honorific.
    title: Option<String>,
    /// The name.
    name: Option<String>,
    /// The primary email; always the login email.
    primary_email: Option<String>,
    /// The additional ones.
    additional_emails: Vec<String>,
    /// The phones.
    phones: Vec<String>,
    /// The address.
    address: Option<String>,
    /// The profile image that the builder sees; it is read at `/v1/me/image`.
    image: Option<Uuid>,
}

/// Read who you are, and what each builder has of you.
#[utoipa::path(get, path = "/v1/me", tag = "me",
    responses((status = 200, body = Me), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_me(
    State(app): State<AppState>,
    PersonQuestion(question): PersonQuestion<(), NoParams>,
) -> Result<Json<Me>, Problem> {
    let person = links::person(&app, PersonId(question.ledger().0)).await?;
    let contacts = links::of(&app, &person).await?.iter().map(entry).collect();
    let email = person.email.value().map(|email| email.typed().to_owned());
    Ok(Json(Me { id: person.id.0, email, contacts }))
}

fn entry(link: &Link) -> OwnContact {
    let (contact, shown) = (&link.contact, link.open);
    let typed = |email: &Personal<EmailAddress>| email.value().map(|e| e.typed().to_owned());
    let phones = contact.phones.as_ref().and_then(Personal::value);
    let phones = phones.map(Vec::as_slice).unwrap_or_default();
    OwnContact {
        id: contact.id.0,
        builder: link.builder.clone(),
        open: link.open,
        title: contact
            .title
            .as_ref()
            .filter(|_| shown)
            .and_then(|title| title.value().map(|title| title.as_str().to_owned())),
        name: contact.name.value().filter(|_| shown).map(|name| name.as_str().to_owned()),
        primary_email: contact.primary_email.as_ref().filter(|_| shown).and_then(typed),
        additional_emails: if shown {
            contact.additional_emails.iter().filter_map(typed).collect()
        } else {
            Vec::new()
        },
        phones: if shown {
            phones.iter().map(|phone: &PhoneNumber| phone.typed().to_owned()).collect()
        } else {
            Vec::new()
        },
        address: contact
            .address
            .as_ref()
            .filter(|_| shown)
            .and_then(|address| address.value().map(|address| address.as_str().to_owned())),
        image: contact.image.filter(|_| shown).map(|image| image.0),
    }
}
