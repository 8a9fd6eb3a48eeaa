//! Who did what, over the whole account: a filter, a chart, the entries, and the way to the file.

use super::chart;
use super::filter::{Asked, Filter};
use super::life::VIEWS;
use super::subject::reads;
use super::timeline::{Timeline, link};
use super::words;
use crate::endpoints::audit::{chart::counted, list::entries};
use crate::error::Problem;
use crate::pages::form::{Complaints, Input, Select, hidden};
use crate::pages::layout::{Desk, Page};
use crate::pages::visit::{Staff, Visit};
use crate::state::AppState;
use axum::extract::State;
use domain::LedgerId;
use maud::{Markup, html};
use projections::audit_trail::AuditQuery;
use projections::called::{self, Called, Kind, Thing};
use projections::contact_directory::ContactEntry;
use projections::{api_keys, custom_fields, staff};

/// What people call the parts of the filter.
const LABELS: [(&str, &str); 6] = [
    ("contact", "Contact"),
    ("actor", "By whom"),
    ("actor_kind", "Kind of actor"),
    ("field", "Field"),
    ("from", "From day (UTC)"),
    ("until", "To day (UTC)"),
];
/// The most people and keys that are offered to choose from.
const OFFERED: u32 = 200;

pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, ()>,
) -> Result<Page, Problem> {
    reads(&visit.who)?;
    visit.who.ready(&app, VIEWS).await?;
    let ledger = visit.who.ledger();
    let choices = Choices::of(&app, ledger).await?;
    let (content, complaints) = match Filter::read(&app, ledger, &visit.query).await {
        Ok(Asked::For(filter)) => (found(&app, ledger, &filter, choices).await?, Complaints::NONE),
        Ok(Asked::OneOf(offered, filter)) => {
            let typed = |part: &str| visit.query.text(part).to_owned();
            let form = choices.form(&typed, None, &Complaints::NONE);
            (html! { (form) (one_of(&offered, &filter)) }, Complaints::NONE)
        }
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let typed = |part: &str| visit.query.text(part).to_owned();
            let form = choices.form(&typed, None, &complaints);
            (html! { (complaints.above(&LABELS)) (form) }, complaints)
        }
    };
    Ok(Page::new("Audit", content).desk(&visit.who, Desk::Audit).status(complaints.status()))
}

/// The form with what it found: on the first page the chart too.
async fn found(
    app: &AppState,
    ledger: LedgerId,
    filter: &Filter,
    mut choices: Choices,
) -> Result<Markup, Problem> {
    let reader = app.store().reader();
    let page = entries(app, ledger, &filter.query).await?;
    let AuditQuery { subject, actor, acting_as, .. } = filter.query;
    let asked = [subject, actor, acting_as].into_iter().flatten();
    let called = called::in_entries(reader, ledger, &page.items, asked).await?;
    let first = filter.query.cursor.is_none();
    let chart = if first { Some(counted(app, ledger, &filter.query).await?) } else { None };
    choices.with_owner(filter, &called);
    let about = subject.and_then(|id| called.thing(id));
    let timeline = Timeline { entries: &page.items, called: &called, of: None };
    Ok(html! {
        (choices.form(&|part| filter.part(part).to_owned(), about, &Complaints::NONE))
        @if let Some(eyes) = filter.query.acting_as.and_then(|id| called.thing(id)) {
            p { "Through the eyes of " (link(eyes)) " alone." }
        }
        @if let Some(chart) = &chart { (chart::drawn(chart, filter)) }
        p { a href=(filter.path("/audit.csv", &[])) { "Export as CSV" } }
        (timeline.shown())
        @if let Some(next) = page.next {
            p { a href=(filter.path("/audit", &[("cursor", next)])) { "Earlier entries" } }
        }
    })
}

/// The contacts that a name fits; whoever is meant is a link away.
fn one_of(offered: &[ContactEntry], filter: &Filter) -> Markup {
    html! {
        section .plain {
            @if offered.is_empty() {
                h2 { "Nobody in the book is called so" }
                p { "Please type the beginning of a name, an email or a phone number." }
            } @else {
                h2 { "Who is meant?" }
                ul {
                    @for contact in offered {
                        li {
                            a href=(filter.path("/audit", &[("contact", contact.id.to_string())])) {
                                (contact.name)
                            }
                            @if let Some(email) = &contact.primary_email { " " span .hint { (email) } }
                        }
                    }
                }
            }
        }
    }
}

/// What can be chosen: the people and keys of the account, and the fields.
struct Choices {
    actors: Vec<(String, String)>,
    fields: Vec<(String, String)>,
}

impl Choices {
    async fn of(app: &AppState, ledger: LedgerId) -> Result<Self, Problem> {
        let reader = app.store().reader();
        let staff = staff::list(reader, ledger, None, OFFERED).await?.staff.items.into_iter();
        let staff = staff.filter_map(|member| Some((member.id.to_string(), member.name?)));
        let keys = api_keys::list(reader, ledger, None, OFFERED).await?.keys.items.into_iter();
        let keys = keys.map(|key| (key.id.to_string(), format!("API key “{}”", key.label)));
        let known =
            words::FIELDS.iter().map(|(name, label)| ((*name).to_owned(), (*label).to_owned()));
        let custom = custom_fields::get(reader, ledger).await?.map(|custom| custom.fields);
        let custom = custom.into_iter().flatten();
        let custom = custom.map(|field| (format!("custom_fields.{}", field.name), field.label));
        Ok(Self { actors: staff.chain(keys).collect(), fields: known.chain(custom).collect() })
    }

    /// Whoever is asked for is there to be seen, also an owner, and a field of which there is none now.
    fn with_owner(&mut self, filter: &Filter, called: &Called) {
        let actor = filter.part("actor");
        if !actor.is_empty() && self.actors.iter().all(|(id, _)| id != actor) {
            let thing = filter.query.actor.and_then(|id| called.thing(id));
            let name = thing.map_or("Somebody else", |thing| &thing.name);
            self.actors.push((actor.to_owned(), name.to_owned()));
        }
        let field = filter.part("field");
        if !field.is_empty() && self.fields.iter().all(|(name, _)| name != field) {
            self.fields.push((field.to_owned(), words::field(field)));
        }
    }

    /// The filter as a form; `about` is what it is narrowed to already.
    fn form(
        &self,
        typed: &dyn Fn(&str) -> String,
        about: Option<&Thing>,
        complaints: &Complaints,
    ) -> Markup {
        let [contact, actor, kind, field, from, until] = LABELS.map(|(part, _)| typed(part));
        let [_, actor_label, kind_label, field_label, from_label, until_label] =
            LABELS.map(|(_, label)| label);
        let any = |words: &str| vec![(String::new(), words.to_owned())];
        let actors = [any("Anybody"), self.actors.clone()].concat();
        let kinds = words::KINDS.map(|(kind, label)| (kind.to_owned(), label.to_owned()));
        let kinds = [any("Any"), kinds.to_vec()].concat();
        let fields = [any("Any"), self.fields.clone()].concat();
        let acting_as = typed("acting_as");
        html! {
            form method="get" action="/audit" {
                div .filters {
                    @match about {
                        Some(thing) => (narrowed(thing)),
                        None => (Input::search("contact", "Contact")
                            .hint("A name, an email or a phone number").value(&contact)
                            .shown(complaints)),
                    }
                    (Select::new("actor", actor_label, &actors).chosen(&actor).shown(complaints))
                    (Select::new("actor_kind", kind_label, &kinds).chosen(&kind).shown(complaints))
                    (Select::new("field", field_label, &fields).chosen(&field).shown(complaints))
                    (Input::date("from", from_label).value(&from).shown(complaints))
                    (Input::date("until", until_label).value(&until).shown(complaints))
                }
                @if !acting_as.is_empty() { (hidden("acting_as", &acting_as)) }
                button .main type="submit" { "Show" }
                " " a href="/audit" { "Everything" }
            }
        }
    }
}

/// What the filter is narrowed to: it is found by its name, and kept by its id.
fn narrowed(thing: &Thing) -> Markup {
    let (part, label) = match thing.kind {
        Kind::Contact => ("contact", "Contact"),
        Kind::Job => ("job", "Job"),
        Kind::Lead => ("lead", "Lead"),
        Kind::Subcontractor => ("subcontractor", "Subcontractor"),
    };
    html! {
        div .field {
            p .about { (label) }
            p { (link(thing)) }
            (hidden(part, &thing.id.to_string()))
        }
    }
}
