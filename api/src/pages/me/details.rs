use super::{Outcome, image, no_builder};
use crate::endpoints::contacts::PHONES_MAX;
use crate::endpoints::contacts::edit::TypedInfo;
use crate::endpoints::me::change_all;
use crate::error::Problem;
use crate::input::Maybe;
use crate::pages::form::{Complaints, Form, Input, button, hidden, quiet_button};
use crate::pages::layout::{Page, Place, to};
use crate::pages::visit::{Owner, Sent, Visit};
use crate::persons::links::{self, Link};
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::contact::{Contact, ContactCommand};
use domain::{PersonId, Personal};
use maud::{Markup, html};

const LABELS: [(&str, &str); 5] = [
    ("name", "Name"),
    ("title", "Title"),
    ("phones", "Phone"),
    ("address", "Address"),
    (image::FIELD, "The picture"),
];

/// What the form holds: as it was shown, or as it was typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Typed {
    name: String,
    title: String,
    phones: Vec<String>,
    address: String,
}

/// Somebody's name, title, phones and address, to look at and to change.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Owner, ()>,
) -> Result<Page, Problem> {
    let links = open_links(&app, visit.who.person()).await?;
    let Some(first) = links.first() else { return Ok(nowhere()) };
    let there = Typed::of(&first.contact);
    let page = page(&links, &there, &there, &Complaints::NONE, &Outcome::default());
    Ok(page.done(visit.query.text("done")))
}

/// Change them, with every builder (R14, R38, R47). What was not edited stays as each builder has it.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Owner, ()>,
) -> Result<Response, Problem> {
    let person = sent.who.person();
    let (order, form) = sent.order();
    let links = open_links(&app, person).await?;
    if links.is_empty() {
        return Ok(nowhere().status(StatusCode::CONFLICT).into_response());
    }
    let (shown, typed) = (Typed::shown(&form), Typed::sent(&form));
    if shown == typed {
        return Ok(to("/me/details?done=unchanged"));
    }
    let again = |complaints: &Complaints, outcome: &Outcome| {
        page(&links, &shown, &typed, complaints, outcome)
    };
    let edit = match typed.edit(&shown) {
        Ok(edit) => edit,
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let page = again(&complaints, &Outcome::default());
            return Ok(page.status(complaints.status()).into_response());
        }
    };
    let outcome = Outcome::from(change_all(&app, &order, &edit).await?);
    if outcome.refused.is_empty() {
        return Ok(to("/me/details?done=details"));
    }
    let page = again(&Complaints::NONE, &outcome);
    let status = if outcome.done { StatusCode::OK } else { StatusCode::CONFLICT };
    Ok(page.status(status).into_response())
}

/// The same page, with what became of a picture that was sent from it.
pub(super) async fn with_outcome(
    app: &AppState,
    person: PersonId,
    outcome: Outcome,
) -> Result<Response, Problem> {
    let status = if outcome.done { StatusCode::OK } else { StatusCode::CONFLICT };
    again(app, person, &Complaints::NONE, &outcome, status).await
}

/// The same page, with why a picture was not taken.
pub(super) async fn with_problem(
    app: &AppState,
    person: PersonId,
    problem: Problem,
) -> Result<Response, Problem> {
    let complaints = Complaints::about(problem)?;
    again(app, person, &complaints, &Outcome::default(), complaints.status()).await
}

async fn again(
    app: &AppState,
    person: PersonId,
    complaints: &Complaints,
    outcome: &Outcome,
    status: StatusCode,
) -> Result<Response, Problem> {
    let links = open_links(app, person).await?;
    let Some(first) = links.first() else {
        return Ok(nowhere().status(StatusCode::CONFLICT).into_response());
    };
    let there = Typed::of(&first.contact);
    Ok(page(&links, &there, &there, complaints, outcome).status(status).into_response())
}

/// The contacts that are theirs, of builders who have left them open.
async fn open_links(app: &AppState, person: PersonId) -> Result<Vec<Link>, Problem> {
    let person = links::person(app, person).await?;
    let links = links::of(app, &person).await?;
    Ok(links.into_iter().filter(|link| link.open).collect())
}

impl Typed {
    /// What a builder has.
    fn of(contact: &Contact) -> Self {
        let phones = contact.phones.as_ref().and_then(Personal::value);
        let title = contact.title.as_ref().and_then(Personal::value);
        let address = contact.address.as_ref().and_then(Personal::value);
        Self {
            name: contact.name.value().map(|name| name.as_str().to_owned()).unwrap_or_default(),
            title: title.map(|title| title.as_str().to_owned()).unwrap_or_default(),
            phones: phones
                .map(|phones| phones.iter().map(|phone| phone.typed().to_owned()).collect())
                .unwrap_or_default(),
            address: address.map(|address| unfolded(address.as_str())).unwrap_or_default(),
        }
    }

    /// What was typed.
    fn sent(form: &Form) -> Self {
        let text = |name| form.text(name).to_owned();
        let phones = form.each_filled("phones");
        Self { name: text("name"), title: text("title"), phones, address: text("address") }
    }

    /// What the form had shown when it was asked for: somebody else may have changed it since.
    fn shown(form: &Form) -> Self {
        let text = |name| form.text(name).to_owned();
        Self {
            name: text("name_shown"),
            title: text("title_shown"),
            phones: form.each_filled("phones_shown"),
            address: text("address_shown"),
        }
    }

    /// The change of what differs from what was shown.
    fn edit(&self, shown: &Self) -> Result<ContactCommand, Problem> {
        let name = (self.name != shown.name).then(|| self.name.clone());
        let changed = |now: &String, before: &String| -> Maybe<String> {
            (now != before).then(|| Some(now.clone()).filter(|text| !text.trim().is_empty()))
        };
        let title = changed(&self.title, &shown.title);
        let address = changed(&self.address, &shown.address);
        let phones = (self.phones != shown.phones).then(|| Some(self.phones.clone()));
        let info = TypedInfo {
            name: &name,
            title: &title,
            phones: &phones,
            address: &address,
            primary_email: None,
        };
        info.read().map(ContactCommand::EditInfo)
    }

    fn as_shown(&self) -> Markup {
        html! {
            (hidden("name_shown", &self.name))
            (hidden("title_shown", &self.title))
            @for phone in &self.phones { (hidden("phones_shown", phone)) }
            (hidden("address_shown", &self.address))
        }
    }
}

/// As browsers send it back.
fn unfolded(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn page(
    links: &[Link],
    shown: &Typed,
    typed: &Typed,
    complaints: &Complaints,
    outcome: &Outcome,
) -> Page {
    let rows = (typed.phones.len() + 1).clamp(2, PHONES_MAX);
    let phone = |index: usize| typed.phones.get(index).map_or("", String::as_str);
    let content = html! {
        (outcome.shown())
        (complaints.above(&LABELS))
        p { "You alone change these. Every builder of yours gets what you save." }
        (differing(links))
        form method="post" novalidate {
            (shown.as_shown())
            (Input::text("name", "Name").filled_as("name").value(&typed.name).shown(complaints))
            (Input::text("title", "Title").filled_as("honorific-prefix").value(&typed.title)
                .hint("Such as Mr, Ms or Dr, if you like.").shown(complaints))
            @for index in 0..rows {
                (Input::phone("phones", if index == 0 { "Phone" } else { "Another phone" }, index)
                    .value(phone(index)).shown(complaints))
            }
            (Input::text("address", "Address").filled_as("street-address").lines(3)
                .value(&typed.address).shown(complaints))
            (button("save", "Save"))
        }
        (picture(links))
    };
    Page::new("Your details", content).at(Place::Details)
}

/// The profile image, which its owner alone sets (R36) and every builder sees (R37).
fn picture(links: &[Link]) -> Markup {
    let there = links.iter().any(|link| link.contact.image.is_some());
    html! {
        h2 { "Your picture" }
        p { "Your builders see it beside your name. Nobody but you sets it." }
        @if there { img .picture src="/me/image" alt="The picture that your builders see"; }
        form method="post" action="/me/image" enctype="multipart/form-data" {
            div .field {
                label for=(image::FIELD) { @if there { "Another picture" } @else { "A picture" } }
                p .hint #image-hint { "A JPEG, PNG or WebP file of up to 5 MiB." }
                input id=(image::FIELD) name=(image::FIELD) type="file"
                    accept="image/jpeg,image/png,image/webp" aria-describedby="image-hint";
            }
            (button("set-image", "Save the picture"))
            @if there { (quiet_button("remove-image", "Take the picture away")) }
        }
    }
}

/// Builders may have different details of somebody; the form shows the first one's.
fn differing(links: &[Link]) -> Markup {
    let [first, others @ ..] = links else { return html! {} };
    let there = Typed::of(&first.contact);
    let differ: Vec<&Link> =
        others.iter().filter(|link| Typed::of(&link.contact) != there).collect();
    if differ.is_empty() {
        return html! {};
    }
    html! {
        section .plain {
            p {
                "Below is what " strong { (first.builder) } " has. What you leave as it is stays as \
                it is with the others, too:"
            }
            @for link in differ {
                @let theirs = Typed::of(&link.contact);
                p {
                    strong { (link.builder) } " has "
                    ([theirs.title, theirs.name, theirs.phones.join(", "), theirs.address]
                        .into_iter().filter(|text| !text.is_empty())
                        .collect::<Vec<_>>().join(" · "))
                }
            }
        }
    }
}

fn nowhere() -> Page {
    Page::new("Your details", no_builder()).at(Place::Details)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(name: &str, phones: &[&str], address: &str) -> Typed {
        let phones = phones.iter().map(|phone| (*phone).to_owned()).collect();
        Typed { name: name.to_owned(), title: String::new(), phones, address: address.to_owned() }
    }

    fn edited(shown: &Typed, now: &Typed) -> domain::contact::InfoEdit {
        let ContactCommand::EditInfo(edit) = now.edit(shown).expect("an edit") else {
            panic!("another command")
        };
        edit
    }

    #[test]
    fn what_was_not_edited_is_not_sent_to_any_builder() {
        let shown = typed("Ada", &["555-0101"], "12 Elm St");
        let edit = edited(&shown, &typed("Ada", &["555-0101"], "77 Oak St"));
        assert!(edit.name.is_none() && edit.title.is_none() && edit.phones.is_none());
        assert_eq!(edit.address.expect("edited").expect("there").as_str(), "77 Oak St");
        let cleared = edited(&shown, &typed("Ada", &[], " "));
        assert_eq!((cleared.phones, cleared.address), (Some(Vec::new()), Some(None)));
    }

    #[test]
    fn a_name_is_not_cleared() {
        let problem = typed(" ", &[], "").edit(&typed("Ada", &[], "")).expect_err("refused");
        assert_eq!(problem.body.detail, "name must not be empty.");
    }
}
