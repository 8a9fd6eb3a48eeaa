use super::{builder_documents, labels, levels, or_dash, status};
use crate::endpoints::customers::add_contact::add;
use crate::endpoints::customers::documents::list::DocumentParams;
use crate::endpoints::customers::list_contacts::CustomerContactParams;
use crate::endpoints::customers::{customer_name, permissions};
use crate::endpoints::{CONTACT_DIRECTORY, CUSTOMERS};
use crate::error::Problem;
use crate::extract::Order;
use crate::input::{Door, id, search};
use crate::pages::form::{Complaints, Form, Input, button, hidden, no_such_button, quiet_button};
use crate::pages::layout::{Desk, Page, to};
use crate::pages::once::{keyed, once_of};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::actor::Grant;
use domain::contact::{ContactCommand, ContactDetails};
use domain::customer::CustomerCommand;
use domain::{Command, ContactId, CustomerId, EmailAddress, PersonName};
use maud::{Markup, html};
use projections::Page as Listed;
use projections::contact_directory::{self, ContactEntry, ContactQuery};
use projections::customers::{self, CustomerEntry};
use projections::documents::DocumentEntry;

/// How many contacts of the book are offered at once.
const FOUND_MAX: u32 = 10;
/// How many of the newest documents are shown; the others have a page of their own.
const DOCUMENTS_SHOWN: u32 = 5;

/// A customer with its contacts, and what may be done about both.
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, CustomerId>,
) -> Result<Page, Problem> {
    let Visit { who, path, query } = visit;
    let sheet = Sheet::of(&app, &who, path, &query).await?;
    Ok(sheet.page(&who, &query, &Form::default(), &Complaints::NONE).done(query.text("done")))
}

/// Rename it, or add a contact, take one out, or say what one may.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, CustomerId>,
) -> Result<Response, Problem> {
    let (who, customer) = (sent.who.clone(), sent.path);
    let (order, form) = sent.order();
    match carry_out(&app, &keyed(order, &form), &form).await {
        Ok(done) => Ok(to(&format!("/customers/{customer}?done={done}"))),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let nothing = Form::default();
            let sheet = Sheet::of(&app, &who, customer, &nothing).await?;
            let page = sheet.page(&who, &nothing, &form, &complaints);
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

/// Does what a button asks for, and tells the word for when it is done.
async fn carry_out(
    app: &AppState,
    order: &Order<CustomerId, ()>,
    form: &Form,
) -> Result<&'static str, Problem> {
    let customer = order.path;
    match form.text("action") {
        "rename" => {
            let name = customer_name(form.text("name"))?;
            let rename = CustomerCommand::Rename(name);
            order.carry_out(app, Command::Customer(customer, rename)).await?;
            Ok("customer-renamed")
        }
        "create" => {
            let command = created(ContactId(order.new_id(app, "contact")), form)?;
            add(app, order, customer, command).await?;
            Ok("customer-contact-added")
        }
        "choose" => {
            let command = CustomerCommand::AddContact(contact(form)?);
            add(app, order, customer, command).await?;
            Ok("customer-contact-added")
        }
        "remove" => {
            let remove = CustomerCommand::RemoveContact(contact(form)?);
            order.carry_out(app, Command::Customer(customer, remove)).await?;
            Ok("customer-contact-removed")
        }
        "permit" => {
            let contact = contact(form)?;
            let mut door = Door::default();
            let set = permissions(&mut door, "permissions", &form.each_filled("permissions"));
            let set = ContactCommand::SetPermissions(door.build(|| set)?);
            order.carry_out(app, Command::Contact(contact, set)).await?;
            Ok("customer-permissions")
        }
        _ => Err(no_such_button()),
    }
}

fn contact(form: &Form) -> Result<ContactId, Problem> {
    let mut door = Door::default();
    let contact = door.take("contact", id::<ContactId>(form.text("contact")));
    door.build(|| contact)
}

fn created(contact: ContactId, form: &Form) -> Result<CustomerCommand, Problem> {
    let mut door = Door::default();
    let name = door.take("contact_name", PersonName::parse(form.text("contact_name")));
    let email = form.filled("primary_email");
    let email = door.take_if("primary_email", email, EmailAddress::parse);
    door.build(|| {
        let details = ContactDetails {
            name: name?,
            title: None,
            primary_email: email?,
            additional_emails: Vec::new(),
            phones: Vec::new(),
            address: None,
        };
        Some(CustomerCommand::SaveContact { contact, details, permissions: None })
    })
}

/// What the page shows.
struct Sheet {
    customer: CustomerEntry,
    contacts: Listed<ContactEntry>,
    /// The newest.
    documents: Vec<DocumentEntry>,
    /// Contacts of the book who are called so and belong to no customer, where somebody is looked for.
    found: Option<Vec<ContactEntry>>,
}

impl Sheet {
    async fn of(
        app: &AppState,
        who: &Staff,
        customer: CustomerId,
        query: &Form,
    ) -> Result<Self, Problem> {
        who.ready(app, &[CUSTOMERS, CONTACT_DIRECTORY]).await?;
        let (reader, ledger) = (app.store().reader(), who.ledger());
        let entry = customers::get(reader, ledger, customer).await?;
        let entry = entry.ok_or_else(Problem::not_found)?;
        let cursor = query.filled("cursor").map(str::to_owned);
        let params = CustomerContactParams { cursor, ..CustomerContactParams::default() };
        let asked = params.query(customer)?;
        let contacts = contact_directory::list(reader, ledger, &asked).await?;
        let mut door = Door::default();
        let find = door.take_if("find", query.filled("find"), search);
        let found = match door.build(|| find)? {
            None => None,
            Some(find) => {
                let search = Some(find);
                let (free, limit) = (true, FOUND_MAX);
                let asked = ContactQuery { search, free, limit, ..ContactQuery::default() };
                Some(contact_directory::list(reader, ledger, &asked).await?.items)
            }
        };
        let newest = DocumentParams {
            limit: Some(DOCUMENTS_SHOWN.to_string()),
            ..DocumentParams::default()
        };
        let documents = builder_documents::listed(app, who, customer, &newest).await?.items;
        Ok(Self { customer: entry, contacts, documents, found })
    }

    fn page(&self, who: &Staff, query: &Form, form: &Form, complaints: &Complaints) -> Page {
        let labels = [
            ("name", "Name"),
            ("contact_name", "Name"),
            ("primary_email", "Primary email"),
            ("contact_id", "Contact"),
        ];
        let content = html! {
            (complaints.above(&labels))
            h2 { "Contacts" }
            @if self.contacts.items.is_empty() { p { "Nobody belongs to this customer yet." } }
            @else { (table(&self.contacts.items, who)) }
            @if let Some(next) = &self.contacts.next {
                p .pager { a href=(format!("?cursor={next}")) rel="next" { "More contacts" } }
            }
            (self.published(who))
            @if who.changes() {
                (self.choosing(query))
                (creating(form, complaints))
                (self.renaming(form, complaints))
            }
        };
        Page::new(self.customer.name.clone(), content).desk(who, Desk::Customers)
    }

    /// What the customer's members find in its portal (R117, R118).
    fn published(&self, who: &Staff) -> Markup {
        let customer = CustomerId(self.customer.id);
        let all = format!("/customers/{customer}/documents");
        html! {
            h2 { "Documents" }
            @if self.documents.is_empty() { p { "Nothing is published to this customer." } }
            @else { (builder_documents::table(&self.documents, customer, who.changes())) }
            p {
                a href=(all) { @if who.changes() { "Publish a document, see all" } @else { "All documents" } }
            }
        }
    }

    /// Picks somebody who is in the book.
    fn choosing(&self, query: &Form) -> Markup {
        html! {
            section .plain {
                h2 { "Choose from existing contacts" }
                form .bar method="get" role="search" {
                    (Input::search("find", "Name, email or phone").value(query.text("find"))
                        .shown(&Complaints::NONE))
                    button .main type="submit" { "Find" }
                }
                @if let Some(found) = &self.found {
                    @if found.is_empty() {
                        p { "Nobody in the book who belongs to no customer is called so." }
                    }
                    @for contact in found {
                        form method="post" {
                            (hidden("contact", &contact.id.to_string()))
                            p {
                                (contact.name) " · "
                                (contact.primary_email.as_deref().unwrap_or("no email")) " "
                                button .quiet type="submit" name="action" value="choose"
                                    aria-label=(format!("Add {}", contact.name)) { "Add" }
                            }
                        }
                    }
                }
            }
        }
    }

    fn renaming(&self, form: &Form, complaints: &Complaints) -> Markup {
        let asked = form.text("action") == "rename";
        let name = if asked { form.text("name") } else { &self.customer.name };
        html! {
            details open[asked] {
                summary { "Rename this customer" }
                form method="post" novalidate {
                    (Input::text("name", "Name").value(name).shown(complaints))
                    (quiet_button("rename", "Save the name"))
                }
            }
        }
    }
}

fn creating(form: &Form, complaints: &Complaints) -> Markup {
    let asked = form.text("action") == "create";
    let typed = |field: &str| if asked { form.text(field) } else { "" };
    html! {
        section .plain {
            h2 { "New contact" }
            p .hint { "They have Admin Access to the portal until somebody narrows it, and are not invited by this." }
            form method="post" novalidate {
                (once_of(form, "create"))
                (Input::text("contact_name", "Name").value(typed("contact_name")).shown(complaints))
                (Input::email("primary_email", "Primary email").filled_as("off")
                    .value(typed("primary_email")).shown(complaints))
                (button("create", "Save"))
            }
        }
    }
}

fn table(contacts: &[ContactEntry], who: &Staff) -> Markup {
    let manages = who.may(Grant::ManageAccess);
    html! {
        table .cards {
            thead { tr {
                th scope="col" { "Name" }
                th scope="col" { "Email" }
                th scope="col" { "Status" }
                th scope="col" { "Customer Portal permissions" }
            } }
            tbody { @for contact in contacts {
                tr {
                    th scope="row" { a href=(format!("/contacts/{}", contact.id)) { (contact.name) } }
                    td data-label="Email" { (or_dash(contact.primary_email.as_deref().unwrap_or_default())) }
                    td data-label="Status" { (status(&contact.access)) }
                    td data-label="Permissions" {
                        (labels(&contact.permissions))
                        @if manages { (managing(contact)) }
                    }
                }
            } }
        }
    }
}

/// Says what a contact may in the portal, or takes it out of the customer.
fn managing(contact: &ContactEntry) -> Markup {
    html! {
        details {
            summary aria-label=(format!("Change {}", contact.name)) { "Change" }
            form method="post" novalidate {
                (hidden("contact", &contact.id.to_string()))
                (levels(&contact.permissions, &format!("-{}", contact.id)))
                div .buttons {
                    (button("permit", "Save permissions"))
                    (quiet_button("remove", "Remove from this customer"))
                }
            }
        }
    }
}
