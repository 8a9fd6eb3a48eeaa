//! Customers, and the contacts that they look after themselves.
//!
//! Below `/me/customers` is the customer portal, for whoever belongs to a customer (R104 to R124); below
//! `/customers` what the builder keeps of it.

mod audit;
mod builder_documents;
mod builder_work_orders;
mod contact_add;
mod contact_delete;
mod contact_edit;
mod contact_search;
mod contact_view;
mod contacts;
mod customer;
mod documents;
mod list;
mod portal;
mod work_orders;

use super::Pages;
use super::words::{or_dash, sentence};
use crate::endpoints::me::customers::MemberContact;
use crate::endpoints::me::customers::list::own_customers;
use crate::error::Problem;
use crate::extract::asker::Asker;
use crate::state::AppState;
use domain::contact::Permission;
use maud::{Markup, html};

/// Its pages.
pub(super) fn add(pages: Pages) -> Pages {
    pages
        .shows("/me/customers", portal::show)
        .shows("/me/customers/{customer}/contacts", contacts::show)
        .shows("/me/customers/{customer}/contacts/search", contact_search::show)
        .shows("/me/customers/{customer}/contacts/new", contact_add::show)
        .takes("/me/customers/{customer}/contacts/new", contact_add::send)
        .shows("/me/customers/{customer}/contacts/{contact}", contact_view::show)
        .takes("/me/customers/{customer}/contacts/{contact}", contact_view::send)
        .shows("/me/customers/{customer}/contacts/{contact}/edit", contact_edit::show)
        .takes("/me/customers/{customer}/contacts/{contact}/edit", contact_edit::send)
        .shows("/me/customers/{customer}/contacts/{contact}/delete", contact_delete::show)
        .takes("/me/customers/{customer}/contacts/{contact}/delete", contact_delete::send)
        .shows("/me/customers/{customer}/audit", audit::show)
        .shows("/me/customers/{customer}/work-orders", work_orders::show)
        .takes("/me/customers/{customer}/work-orders", work_orders::send)
        .shows("/me/customers/{customer}/billing", documents::billing)
        .shows("/me/customers/{customer}/reports", documents::reports)
        .shows("/me/customers/{customer}/documents/{document}", documents::file)
        .shows("/customers/work-orders", builder_work_orders::show)
        .takes("/customers/work-orders", builder_work_orders::send)
        .shows("/customers", list::show)
        .takes("/customers", list::send)
        .shows("/customers/{customer}", customer::show)
        .takes("/customers/{customer}", customer::send)
        .shows("/customers/{customer}/documents", builder_documents::show)
        .takes("/customers/{customer}/documents", builder_documents::send)
        .shows("/customers/{customer}/documents/{document}", builder_documents::file)
        .takes("/customers/{customer}/documents/{document}", builder_documents::withdraw)
}

/// What has just been done here, by the word in a page's query.
pub(super) fn notice(word: &str) -> Option<&'static str> {
    Some(match word {
        "member-added" => "The contact is added. It is not invited by that.",
        "member-saved" => "The contact is saved.",
        "member-deleted" => "The contact is deleted.",
        "member-invited" => "The invitation is on its way.",
        "member-invite-cancelled" => "The invitation is taken back.",
        "member-closed" => "The access is closed.",
        "member-opened" => "The access is open again.",
        "work-order-filed" => "The builder has your work order now.",
        "work-order-taken" => {
            "It is a task of the job now; the customer sees that you have taken it up."
        }
        "work-order-declined" => "It is declined; the customer reads why.",
        "document-published" => "The document is published; members who may see it find it now.",
        "document-withdrawn" => "The document is withdrawn.",
        "customer-opened" => "The customer is noted.",
        "customer-renamed" => "The customer has its new name.",
        "customer-contact-added" => "The contact belongs to this customer now.",
        "customer-contact-removed" => "The contact belongs to this customer no more.",
        "customer-permissions" => "What the contact may do in the portal is saved.",
        _ => return None,
    })
}

/// The way into the portal, on the first page of whoever belongs to a customer (R105).
pub(super) async fn entry(app: &AppState, asker: &Asker) -> Result<Markup, Problem> {
    let customers = own_customers(app, asker).await?;
    Ok(html! {
        @if !customers.is_empty() {
            section .plain aria-label="Your household or company" {
                @for customer in &customers {
                    h2 { (customer.name) }
                    (portal::ways(customer))
                }
            }
        }
    })
}

/// What people call a permission level (R115).
pub(super) const fn label(permission: Permission) -> &'static str {
    match permission {
        Permission::AdminAccess => "Admin Access",
        Permission::AccessBilling => "Access Billing",
        Permission::AccessReports => "Access Reports",
        Permission::CreateWorkOrder => "Create Work Order",
        Permission::EditContact => "Edit Contact",
    }
}

/// Permission levels by their words, as people read them.
fn labels(words: &[String]) -> String {
    let named =
        |word: &String| Permission::ALL.into_iter().find(|level| level.word() == word).map(label);
    let labels: Vec<&str> = words.iter().filter_map(named).collect();
    if labels.is_empty() { "None".to_owned() } else { labels.join(", ") }
}

/// A box to tick for each permission level; `of` tells the ids of several such lists apart.
fn levels(ticked: &[String], of: &str) -> Markup {
    html! {
        fieldset {
            legend { "Customer Portal permissions" }
            p .hint { "Admin Access stands for all of them." }
            @for level in Permission::ALL {
                @let on = ticked.iter().any(|word| word == level.word());
                @let id = format!("permissions-{}{of}", level.word());
                div .choice {
                    input type="checkbox" id=(id) name="permissions" value=(level.word()) checked[on];
                    label for=(id) { (label(level)) }
                }
            }
        }
    }
}

/// The contacts of a customer, with the five columns (R110).
fn table(contacts: &[MemberContact], base: &str, is_admin: bool) -> Markup {
    html! {
        table .cards {
            thead { tr {
                th scope="col" { "Title" }
                th scope="col" { "Name" }
                th scope="col" { "Phone" }
                th scope="col" { "Email" }
                th scope="col" { "Actions" }
            } }
            tbody { @for contact in contacts {
                tr {
                    td data-label="Title" { (contact.title.as_deref().unwrap_or("–")) }
                    td data-label="Name" {
                        (contact.name)
                        @if contact.yourself { " " span .badge { "you" } }
                    }
                    td data-label="Phone" { (or_dash(&contact.phones.join(", "))) }
                    td data-label="Email" { (contact.primary_email.as_deref().unwrap_or("–")) }
                    td .actions data-label="Actions" { (actions(contact, base, is_admin)) }
                }
            } }
        }
    }
}

fn actions(contact: &MemberContact, base: &str, is_admin: bool) -> Markup {
    let path = format!("{base}/{}", contact.id);
    html! {
        a href=(path) aria-label=(format!("View {}", contact.name)) { "View" }
        @if can_edit(contact, is_admin) {
            " " a href=(format!("{path}/edit")) aria-label=(format!("Edit {}", contact.name)) { "Edit" }
        }
        @if is_admin && !contact.yourself {
            " " a href=(format!("{path}/delete")) aria-label=(format!("Delete {}", contact.name)) {
                "Delete"
            }
        }
    }
}

/// Whether anything of a contact can be edited in the portal: its info while nobody has activated it,
/// and by an admin what it may (G13).
fn can_edit(contact: &MemberContact, is_admin: bool) -> bool {
    is_admin || info_is_open(contact)
}

/// Whether name, phones and email are open to members (R38, R42).
fn info_is_open(contact: &MemberContact) -> bool {
    ["not_invited", "deactivated"].contains(&&*contact.status)
}

/// The status of a contact, as people read it (G15).
fn status(word: &str) -> String {
    sentence(word)
}
