use crate::endpoints::contacts::duplicates::DuplicateParams;
use crate::endpoints::{CONTACT_DIRECTORY, DUPLICATE_CANDIDATES};
use crate::error::Problem;
use crate::pages::layout::{Desk, Page, further};
use crate::pages::visit::{Staff, Visit};
use crate::pages::words::access_badge;
use crate::state::AppState;
use axum::extract::State;
use domain::Grant;
use maud::{Markup, html};
use projections::duplicate_candidates::{self, DuplicateContact, DuplicateGroup, Reason};

/// How many groups stand on a page.
const GROUPS: &str = "25";

/// Contacts that may be one person, and why it seems so (R24, R29).
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, ()>,
) -> Result<Page, Problem> {
    let (who, query) = (&visit.who, &visit.query);
    let asked = |name| query.filled(name).map(str::to_owned);
    let params = DuplicateParams {
        reason: asked("reason"),
        contact: asked("contact"),
        cursor: asked("cursor"),
        limit: Some(GROUPS.to_owned()),
    };
    let asked = params.query()?;
    who.ready(&app, &[DUPLICATE_CANDIDATES, CONTACT_DIRECTORY]).await?;
    let found = duplicate_candidates::list(app.store().reader(), who.ledger(), &asked).await?;
    let kept = ["reason", "contact"];
    let next = found.next.as_deref();
    let merges = who.may(Grant::ManageAccess);
    let content = html! {
        p { "A merge can be looked at before it is done, and taken back afterwards." }
        @if found.items.is_empty() && next.is_none() {
            p .plain { "Nobody seems to be in the book twice." }
        }
        @for (index, group) in found.items.iter().enumerate() { (card(index, group, merges)) }
        (further("/contacts/duplicates", query, &kept, next, "More possible duplicates"))
        p { a href="/contacts" { "All contacts" } }
    };
    Ok(Page::new("Possible duplicates", content).desk(who, Desk::Contacts))
}

const fn in_common(reason: Reason) -> &'static str {
    match reason {
        Reason::PrimaryEmail => "The same primary email",
        Reason::Phone => "The same phone",
        Reason::NameAndAddress => "The same name and address",
    }
}

fn card(index: usize, group: &DuplicateGroup, merges: bool) -> Markup {
    let shown = u64::try_from(group.contacts.len()).unwrap_or(u64::MAX);
    html! {
        section .plain {
            h2 { (in_common(group.reason)) }
            form method="get" action="/contacts/merge" {
                @for contact in &group.contacts { (entry(index, group, contact, merges)) }
                @if group.count > shown { p .hint { (group.count - shown) " more have it too." } }
                @if let Some(refusal) = &group.refusal {
                    p { (refusal.cause) }
                    @if let Some(remedy) = refusal.remedy { p { (remedy) } }
                    @if let Some(rule) = refusal.rule { p .rule { "Rule " (rule) } }
                }
                @if merges {
                    p .hint { "Untick who is somebody else." }
                    button .main type="submit" { "Merge these" }
                }
            }
        }
    }
}

fn entry(index: usize, group: &DuplicateGroup, contact: &DuplicateContact, merges: bool) -> Markup {
    let id = format!("tick-{index}-{}", contact.id);
    let known = [
        contact.primary_email.clone().unwrap_or_default(),
        contact.phones.join(", "),
        contact.address.clone().unwrap_or_default(),
    ];
    let known: Vec<String> = known.into_iter().filter(|text| !text.is_empty()).collect();
    html! {
        div .pick {
            @if merges {
                input type="checkbox" id=(id) name="contact" value=(contact.id) checked;
                label for=(id) { (contact.name) }
            } @else {
                strong { (contact.name) }
            }
            " " (access_badge(&contact.access))
            @if group.survivor == Some(contact.id) { " has to stay, for its owner is active" }
            p .hint {
                (known.join(" · ")) " "
                a href=(format!("/contacts/{}", contact.id)) {
                    "Look" span .unseen { " at " (contact.name) }
                }
            }
        }
    }
}
