use super::{Outcome, image, no_builder};
use crate::endpoints::me::change_all;
use crate::error::Problem;
use crate::pages::contact_info::{Info, Whose};
use crate::pages::form::{Complaints, button, quiet_button};
use crate::pages::layout::{Page, Place, to};
use crate::pages::visit::{Owner, Sent, Visit};
use crate::persons::links::{self, Link};
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::PersonId;
use domain::contact::ContactCommand;
use maud::{Markup, html};

const LABELS: [(&str, &str); 5] = [
    ("name", "Name"),
    ("title", "Title"),
    ("phones", "Phone"),
    ("address", "Address"),
    (image::FIELD, "The picture"),
];

/// Somebody's name, title, phones and address, to look at and to change.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Owner, ()>,
) -> Result<Page, Problem> {
    let links = open_links(&app, visit.who.person()).await?;
    let Some(first) = links.first() else { return Ok(nowhere()) };
    let there = Info::of_contact(&first.contact);
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
    let (shown, typed) = (Info::shown(&form), Info::typed(&form));
    if shown == typed {
        return Ok(to("/me/details?done=unchanged"));
    }
    let again = |complaints: &Complaints, outcome: &Outcome| {
        page(&links, &shown, &typed, complaints, outcome)
    };
    let edit = match typed.edit(&shown).map(ContactCommand::EditInfo) {
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
    let there = Info::of_contact(&first.contact);
    Ok(page(&links, &there, &there, complaints, outcome).status(status).into_response())
}

/// The contacts that are theirs, of builders who have left them open.
async fn open_links(app: &AppState, person: PersonId) -> Result<Vec<Link>, Problem> {
    let person = links::person(app, person).await?;
    let links = links::of(app, &person).await?;
    Ok(links.into_iter().filter(|link| link.open).collect())
}

fn page(
    links: &[Link],
    shown: &Info,
    typed: &Info,
    complaints: &Complaints,
    outcome: &Outcome,
) -> Page {
    let content = html! {
        (outcome.shown())
        (complaints.above(&LABELS))
        p { "You alone change these. Every builder of yours gets what you save." }
        (differing(links))
        form method="post" novalidate {
            (shown.as_shown())
            (typed.inputs(Whose::Own, complaints))
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
    let there = Info::of_contact(&first.contact);
    let differ: Vec<&Link> =
        others.iter().filter(|link| Info::of_contact(&link.contact) != there).collect();
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
                @let theirs = Info::of_contact(&link.contact);
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
