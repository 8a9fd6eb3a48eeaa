use super::status;
use crate::endpoints::contacts::list::{ContactParams, STATUS_WORDS};
use crate::error::Problem;
use crate::pages::email_conflicts;
use crate::pages::form::{Complaints, Form, Input, Select};
use crate::pages::layout::{Desk, Page, address};
use crate::pages::visit::{Staff, Visit};
use crate::pages::words::sentence;
use crate::state::AppState;
use axum::extract::State;
use domain::Grant;
use maud::{Markup, html};
use projections::contact_directory::{self, ContactEntry};

/// The contacts by name: search, filter, and what can be done with those that are ticked (R24, R29).
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, ()>,
) -> Result<Page, Problem> {
    let (who, query) = (&visit.who, &visit.query);
    let asked = |name| query.filled(name).map(str::to_owned);
    let params = ContactParams {
        search: asked("search"),
        status: asked("status"),
        email: None,
        cursor: asked("cursor"),
        limit: None,
    };
    // The contacts are among them.
    who.ready(&app, &email_conflicts::READS).await?;
    let (found, complaints) = match params.query() {
        Ok(query) => {
            let page = contact_directory::list(app.store().reader(), who.ledger(), &query).await?;
            ((page.items, page.next), Complaints::NONE)
        }
        Err(problem) => ((Vec::new(), None), Complaints::about(problem)?),
    };
    let (entries, next) = found;
    let rights = Rights { works: who.changes(), merges: who.may(Grant::ManageAccess) };
    let content = html! {
        (complaints.above(&[("search", "Search"), ("status", "Status")]))
        p .buttons {
            @if rights.works { a .main href="/contacts/new" { "New Contact" } }
            a href="/contacts/duplicates" { "Possible duplicates" }
        }
        (email_conflicts::hint(&app, who).await?)
        (filter(query, &complaints))
        @if entries.is_empty() && complaints.status().is_success() {
            p .plain { (nobody(query)) }
        } @else if !entries.is_empty() {
            (table(&entries, rights))
        }
        p .pager {
            @if query.filled("cursor").is_some() {
                a href=(at(query, None)) { "Back to the first page" }
            }
            @if let Some(next) = &next { a href=(at(query, Some(next))) { "Next page" } }
        }
    };
    let page = Page::new("Contacts", content).desk(who, Desk::Contacts);
    Ok(page.status(complaints.status()).done(query.text("done")))
}

/// What the table offers to whoever looks at it.
#[derive(Debug, Clone, Copy)]
struct Rights {
    works: bool,
    merges: bool,
}

fn nobody(query: &Form) -> &'static str {
    if query.filled("search").is_some() || query.filled("status").is_some() {
        "No contact is like that."
    } else {
        "There is nobody in the book yet."
    }
}

/// This list, from a place on.
fn at(query: &Form, cursor: Option<&str>) -> String {
    let asked = ["search", "status"].into_iter().filter_map(|n| Some((n, query.filled(n)?)));
    address("/contacts", asked.chain(cursor.map(|cursor| ("cursor", cursor))))
}

fn filter(query: &Form, complaints: &Complaints) -> Markup {
    let all = (String::new(), "All in the book".to_owned());
    let words = STATUS_WORDS.map(|word| (word.to_owned(), sentence(word)));
    let options: Vec<(String, String)> = std::iter::once(all).chain(words).collect();
    html! {
        form .bar method="get" action="/contacts" {
            (Input::search("search", "Search").value(query.text("search"))
                .hint("The beginning of a name, an email or a phone.").shown(complaints))
            (Select::new("status", "Status", &options).chosen(query.text("status")).shown(complaints))
            button .quiet type="submit" { "Search" }
        }
    }
}

/// R110: Title, Name, Phone, Email, Actions, and the status (R16).
fn table(entries: &[ContactEntry], rights: Rights) -> Markup {
    html! {
        form method="get" action="/contacts/merge" {
            table .cards {
                thead {
                    tr {
                        @if rights.merges { th scope="col" { span .unseen { "Tick" } } }
                        @for heading in ["Title", "Name", "Phone", "Email", "Status", "Actions"] {
                            th scope="col" { (heading) }
                        }
                    }
                }
                tbody { @for entry in entries { (row(entry, rights)) } }
            }
            @if rights.merges {
                fieldset .checked-actions {
                    legend { "Checked Actions" }
                    p .hint { "Tick two or more contacts that are the same person." }
                    button .quiet type="submit" { "Merge" }
                }
            }
        }
    }
}

fn row(entry: &ContactEntry, rights: Rights) -> Markup {
    let path = format!("/contacts/{}", entry.id);
    let tick = format!("tick-{}", entry.id);
    let live = entry.life == "live";
    let open = matches!(&*entry.access, "not_invited" | "deactivated");
    html! {
        tr {
            @if rights.merges {
                td .tick {
                    @if live {
                        label for=(tick) { span .unseen { "Tick " (entry.name) } }
                        input type="checkbox" id=(tick) name="contact" value=(entry.id);
                    }
                }
            }
            td data-label="Title" { (entry.title.as_deref().unwrap_or_default()) }
            td data-label="Name" { a href=(path) { strong { (entry.name) } } }
            td data-label="Phone" { (entry.phones.first().map_or("", String::as_str)) }
            td data-label="Email" { (entry.primary_email.as_deref().unwrap_or_default()) }
            td data-label="Status" { (status(entry)) }
            td data-label="Actions" .actions {
                a href=(path) { "View" span .unseen { " " (entry.name) } }
                @if live && open && rights.works {
                    " " a href=(format!("{path}?open=info#info")) {
                        "Edit" span .unseen { " " (entry.name) }
                    }
                }
                @if live && rights.merges {
                    " " a href=(format!("{path}/delete")) {
                        "Delete" span .unseen { " " (entry.name) }
                    }
                }
            }
        }
    }
}
