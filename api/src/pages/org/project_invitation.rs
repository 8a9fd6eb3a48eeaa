//! The page behind the link of an invitation to a project (R71 to R74, H9, G11). Looking uses nothing up,
//! however often it is done; nothing is accepted without a press on a button that says so.

use crate::credential::Secret;
use crate::endpoints::project_invitations::accept::{
    AcceptProjectInvitation, accept_by_link, session,
};
use crate::endpoints::project_invitations::decline::decline_by_link;
use crate::endpoints::project_invitations::join::{AskToJoin, ask_by_link};
use crate::endpoints::project_invitations::show::{OpenProjectInvitation, open};
use crate::error::{CompanyHere, Problem};
use crate::extract::public::Visitor;
use crate::input::{Door, uuid};
use crate::pages::form::{Complaints, Form, Input, no_such_button, quiet_button, radio};
use crate::pages::layout::{Page, to};
use crate::pages::link::{LABELS, Standing, begun, sign_out, signed_in, to_work};
use crate::pages::problem;
use crate::pages::visit::{Sent, Visit, WithWork};
use crate::pages::words::day_and_time;
use crate::passwords::Typed;
use crate::persons::signing_in::end_session;
use crate::persons::trades::invitee::TradeInvitee;
use crate::persons::trades::which::{Choice, names};
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::{OrgId, PersonName};
use maud::{Markup, html};
use uuid::Uuid;

/// Where somebody goes whose organisation has accepted.
const ACCEPTED: &str = "/org/projects?done=org-welcome";
/// Where somebody goes who has asked to join.
const ASKED: &str = "/?done=org-join-asked";

/// What somebody says about their company.
enum Company {
    /// Nothing: it is the one that they are a user of, or a new one where they are of none.
    Unsaid,
    /// One of those that they are a user of.
    Mine(OrgId),
    /// A new one, of this name.
    New(String),
    /// One that is here, which they want to join.
    Join(Uuid),
}

impl Company {
    fn read(form: &Form) -> Result<Self, Problem> {
        let mut door = Door::default();
        let company = form.text("company");
        let read = if let Some(org) = company.strip_prefix("mine-") {
            door.take("company", uuid(org)).map(|org| Self::Mine(OrgId(org)))
        } else if let Some(org) = company.strip_prefix("join-") {
            door.take("company", uuid(org)).map(Self::Join)
        } else if company == "new" {
            Some(Self::New(form.text("new_organisation").to_owned()))
        } else {
            Some(Self::Unsaid)
        };
        door.build(|| read)
    }
}

/// Look at an invitation.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Visitor, Secret>,
) -> Result<Response, Problem> {
    shown(&app, &visit.who, &visit.path, &Form::default(), &Complaints::NONE).await
}

/// Accept it, ask to join a company that is here, decline it, or sign out to do so as somebody else.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<WithWork<Visitor>, Secret>,
) -> Result<Response, Problem> {
    let Sent { who: before, path, form } = sent;
    let done = match form.text("action") {
        "accept" => accept(&app, &before, &path, &form).await,
        "sign-in" => sign_in_and_accept(&app, &before, &path, &form).await,
        "decline" => {
            decline_by_link(&app, &before.who, &path).await.map(|()| to("/?done=org-declined"))
        }
        "sign-out" => {
            let again = format!("/project-invitations/{}", path.expose());
            sign_out(&app, &before, &again).await
        }
        _ => Err(no_such_button()),
    };
    match done {
        Ok(response) => Ok(response),
        Err(problem) => shown(&app, &before.who, &path, &form, &Complaints::about(problem)?).await,
    }
}

/// As a new person, with a password; or as whoever is signed in.
async fn accept(
    app: &AppState,
    before: &WithWork<Visitor>,
    link: &Secret,
    form: &Form,
) -> Result<Response, Problem> {
    let who = before.who.clone();
    let is_new = who.asker.is_none();
    let password = if is_new { Some(form.new_password()?) } else { None };
    match Company::read(form)? {
        Company::Join(org) => {
            ask_by_link(app, who, link, asked(form, org, password)).await?;
            Ok(to(ASKED))
        }
        company @ (Company::Unsaid | Company::Mine(_) | Company::New(_)) => {
            let choice = choice(form, company)?;
            let accepted = accept_by_link(app, who, link, password, choice).await?;
            if is_new {
                return begun(app, before, session(&accepted), ACCEPTED).await;
            }
            Ok(to("/accounts?next=/org/projects&done=org-accepted"))
        }
    }
}

/// As the one who has a login with the invited address already, and shows it.
async fn sign_in_and_accept(
    app: &AppState,
    before: &WithWork<Visitor>,
    link: &Secret,
    form: &Form,
) -> Result<Response, Problem> {
    let company = Company::read(form)?;
    let invitee = TradeInvitee::of(app, link).await?;
    invitee.still_open(app)?;
    let email = invitee.addressed()?.email;
    let (signed_in, as_them) = signed_in(app, &before.who, &email, form).await?;
    let done = async {
        match company {
            Company::Join(org) => {
                ask_by_link(app, as_them, link, asked(form, org, None)).await?;
                Ok(None)
            }
            company @ (Company::Unsaid | Company::Mine(_) | Company::New(_)) => {
                let choice = choice(form, company)?;
                Ok(Some(accept_by_link(app, as_them, link, None, choice).await?.org))
            }
        }
    };
    match done.await {
        Ok(Some(org)) => to_work(app, before, &signed_in, org, ACCEPTED).await,
        Ok(None) => {
            end_session(app, &signed_in.asker(&before.who)).await?;
            Ok(to(ASKED))
        }
        Err(refused) => {
            end_session(app, &signed_in.asker(&before.who)).await?;
            Err(refused)
        }
    }
}

fn asked(form: &Form, org: Uuid, password: Option<Typed>) -> AskToJoin {
    AskToJoin {
        org: Some(org),
        first_name: form.filled("first_name").map(str::to_owned),
        last_name: form.filled("last_name").map(str::to_owned),
        password,
    }
}

fn choice(form: &Form, company: Company) -> Result<Choice, Problem> {
    let (org, new_organisation) = match company {
        Company::Mine(org) => (Some(org.0), None),
        Company::New(name) => (None, Some(name)),
        Company::Unsaid | Company::Join(_) => (None, None),
    };
    let body = AcceptProjectInvitation {
        password: None,
        org,
        new_organisation,
        first_name: form.filled("first_name").map(str::to_owned),
        last_name: form.filled("last_name").map(str::to_owned),
    };
    body.choice()
}

/// The invitation with what may be done about it, or why it is dead.
async fn shown(
    app: &AppState,
    who: &Visitor,
    link: &Secret,
    form: &Form,
    complaints: &Complaints,
) -> Result<Response, Problem> {
    let invitee = TradeInvitee::of(app, link).await?;
    if let Err(why) = invitee.still_open(app) {
        if why.status != StatusCode::GONE {
            return Err(why);
        }
        let content = html! {
            p { "It came from " strong { (invitee.general_contractor(app).await?) } "." }
            (problem::told(&why))
        };
        return Ok(Page::new(problem::title(&why), content).status(why.status).into_response());
    }
    let there = open(app, &invitee).await?;
    let standing = Standing::of(app, who.asker.as_ref(), &invitee.addressed()?.email).await?;
    let for_another = matches!(standing, Standing::SomebodyElse(_));
    let questions = questions(&there, &invitee, &standing, form, complaints);
    let content = html! {
        (complaints.above(&LABELS))
        @if !for_another { (lead(&there)) }
        (standing.form(&there.email, &questions, complaints))
        p .hint { "This invitation works until " (day_and_time(there.expires_at)) "." }
        @if !for_another {
            form method="post" { (quiet_button("decline", "Decline the invitation")) }
        }
    };
    let page = Page::new(format!("Invitation from {}", there.general_contractor), content);
    Ok(page.status(complaints.status()).into_response())
}

fn lead(there: &OpenProjectInvitation) -> Markup {
    html! {
        p .lead {
            strong { (there.general_contractor) } " invites " strong { (there.company) }
            " to the project " strong { (there.project) } "."
        }
        p {
            "You are the primary contact, so the invitation is yours to accept. Once it is accepted, \
             your company looks after its own users here: you can add the others yourself."
        }
    }
}

/// Who they are, and which company is theirs.
fn questions(
    there: &OpenProjectInvitation,
    invitee: &TradeInvitee,
    standing: &Standing,
    form: &Form,
    complaints: &Complaints,
) -> Markup {
    let (first, last) = names(invitee);
    let known = |field: &str, known: Option<&str>| {
        form.filled(field).or(known).unwrap_or_default().to_owned()
    };
    let first = known("first_name", first.as_ref().map(PersonName::as_str));
    let last = known("last_name", last.as_ref().map(PersonName::as_str));
    html! {
        (companies(there, standing, form, complaints))
        (Input::text("first_name", LABELS[3].1).filled_as("given-name").value(&first).shown(complaints))
        (Input::text("last_name", LABELS[4].1).filled_as("family-name").value(&last).shown(complaints))
    }
}

/// Which company is theirs, where that is not plain (H9, G11).
fn companies(
    there: &OpenProjectInvitation,
    standing: &Standing,
    form: &Form,
    complaints: &Complaints,
) -> Markup {
    let mine = complaints.organisations("which_organisation");
    let here: Vec<&CompanyHere> = there.organisation.iter().chain(&there.companies_here).collect();
    if here.is_empty() && mine.is_empty() {
        return html! {};
    }
    // Whoever has a login may be a user of one of them.
    let has_login = !matches!(standing, Standing::New);
    let first = match (has_login, mine.first(), here.first()) {
        (true, Some(mine), _) => format!("mine-{}", mine.id),
        (true, None, _) => "own".to_owned(),
        (false, _, Some(here)) => format!("join-{}", here.id),
        (false, _, None) => "new".to_owned(),
    };
    let chosen = form.filled("company").unwrap_or(&first);
    let choice = |value: &str, label: &str| radio("company", value, label, value == chosen);
    html! {
        fieldset {
            legend { "Your company" }
            p .hint {
                @if there.organisation.is_some() {
                    (there.general_contractor) " works with this company already."
                } @else { "Your company may be here already." }
                " Somebody of it has to let you join; then this link works for you."
            }
            @if has_login && mine.is_empty() {
                (choice("own", "I am one of its users already"))
            }
            @for one in mine {
                (choice(&format!("mine-{}", one.id), &format!("{}, which I belong to", one.name)))
            }
            @for one in here {
                (choice(&format!("join-{}", one.id), &format!("{}: ask to join it", one.name)))
            }
            @if there.organisation.is_none() {
                (choice("new", "Another one, which is new here"))
                (Input::text("new_organisation", LABELS[5].1).filled_as("organization")
                    .value(form.filled("new_organisation").unwrap_or(&there.company))
                    .hint("For a company that is new here.").shown(complaints))
            }
        }
    }
}
