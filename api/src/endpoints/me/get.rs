use crate::error::{Problem, ProblemBody};
use crate::extract::{NoParams, OwnerQuestion};
use crate::persons::eyes::Eyes;
use crate::persons::links::{self, Link};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::{EmailAddress, Personal, PhoneNumber, Timestamp};
use event_store::OpenImpersonation;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Who is signed in, and what builders have of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// The person; none when somebody of the builder looks through their eyes.
    id: Option<Uuid>,
    /// The login email; none likewise.
    email: Option<String>,
    /// One entry a builder whose contact is theirs.
    contacts: Vec<OwnContact>,
    /// Builders who brought them over from an older system since they have a login:
    /// `POST /v1/me/contacts/{id}` takes the contact. Until then neither side sees anything.
    waiting: Vec<WaitingContact>,
    /// Who reads this looks through the owner's eyes, and changes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    impersonation: Option<LooksThrough>,
}

/// A contact that waits for its person to take it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WaitingContact {
    /// The contact.
    id: Uuid,
    /// The company.
    builder: String,
}

/// An impersonation, to those who look.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LooksThrough {
    /// The impersonation.
    id: Uuid,
    /// The job that it was started on.
    job: Uuid,
    /// The contact through whose eyes it is.
    contact: Uuid,
    /// Until when, unless it ends before.
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
}

impl From<&OpenImpersonation> for LooksThrough {
    fn from(looks: &OpenImpersonation) -> Self {
        let OpenImpersonation { impersonation, job, contact, until, by: _ } = *looks;
        Self { id: impersonation.0, job: job.0, contact: contact.0, until }
    }
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
    OwnerQuestion(question): OwnerQuestion<(), NoParams>,
) -> Result<Json<Me>, Problem> {
    let eyes = Eyes::of(&app, &question.asker).await?;
    let email = eyes.person().and_then(|person| person.email.value());
    let waiting = match eyes.person() {
        Some(person) => links::waiting(&app, person).await?,
        None => Vec::new(),
    };
    let waiting = waiting
        .into_iter()
        .map(|link| WaitingContact { id: link.contact.id.0, builder: link.builder });
    Ok(Json(Me {
        id: eyes.person().map(|person| person.id.0),
        email: email.map(|email| email.typed().to_owned()),
        contacts: eyes.contacts.iter().map(entry).collect(),
        waiting: waiting.collect(),
        impersonation: eyes.impersonation().map(LooksThrough::from),
    }))
}

pub(super) fn entry(link: &Link) -> OwnContact {
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
