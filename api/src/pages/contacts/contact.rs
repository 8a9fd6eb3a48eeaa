use super::told::Told;
use super::{access, around, emails, fields, full_name, info, status, unmerge};
use crate::endpoints::contacts::get::survivor;
use crate::endpoints::contacts::permissions::{ContactPermissions, WhyNot, of_contact};
use crate::endpoints::{
    CONTACT_DIRECTORY, DUPLICATE_CANDIDATES, EMAIL_CONFLICTS, INVITATIONS, JOB_LIST, LEAD_VIEW,
    MAIL_LOG,
};
use crate::error::Problem;
use crate::pages::email_conflicts::{self, At};
use crate::pages::form::quiet_button;
use crate::pages::layout::{Desk, Page, to};
use crate::pages::visit::{Staff, Visit};
use crate::persons::invitee;
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::ContactId;
use domain::contact::Contact;
use maud::{Markup, html};
use projections::contact_directory::{self, ContactEntry};
use projections::custom_fields::{self, CustomFieldEntry};
use projections::duplicate_candidates::{self, DuplicateGroup, DuplicateQuery, KEYS_MAX};
use projections::invitations::{self, InvitationEntry, InvitationQuery};

const VIEWS: [&str; 7] = [
    CONTACT_DIRECTORY,
    DUPLICATE_CANDIDATES,
    EMAIL_CONFLICTS,
    INVITATIONS,
    MAIL_LOG,
    JOB_LIST,
    LEAD_VIEW,
];

/// How many groups of possible duplicates are looked at.
const DUPLICATES: u32 = 5;

/// A contact and what stands around it, as a page shows it.
pub(super) struct Shown {
    pub(super) entry: ContactEntry,
    /// As its events made it.
    pub(super) contact: Contact,
    pub(super) invitation: Option<InvitationEntry>,
    /// The account's fields.
    pub(super) fields: Vec<CustomFieldEntry>,
    commands: ContactPermissions,
    duplicates: Vec<DuplicateGroup>,
    /// Who was merged into it.
    absorbed: Vec<ContactEntry>,
    /// Owners who wanted another contact's email, of whom it is one, or whose email it is (H4).
    conflicts: Markup,
    jobs_and_leads: Markup,
}

impl Shown {
    async fn of(app: &AppState, who: &Staff, entry: ContactEntry) -> Result<Self, Problem> {
        let (reader, ledger, id) = (app.store().reader(), who.ledger(), ContactId(entry.id));
        let contact = invitee::contact(app, ledger, id).await?.ok_or_else(Problem::not_found)?;
        let last = InvitationQuery { contact: Some(id), limit: 1, ..InvitationQuery::default() };
        let invitation = invitations::list(reader, ledger, &last).await?.items.into_iter().next();
        let fields = custom_fields::get(reader, ledger).await?.map(|all| all.fields);
        let query = DuplicateQuery {
            reason: None,
            contact: Some(id),
            cursor: None,
            limit: DUPLICATES,
            keys_max: KEYS_MAX,
        };
        let duplicates = duplicate_candidates::list(reader, ledger, &query).await?.items;
        let mut absorbed = Vec::new();
        for id in &contact.absorbed {
            absorbed.extend(contact_directory::get(reader, ledger, *id).await?);
        }
        Ok(Self {
            invitation,
            fields: fields.unwrap_or_default(),
            commands: of_contact(app, who.asker(), id).await?,
            duplicates,
            absorbed,
            conflicts: email_conflicts::section(app, who, At::Contact(id)).await?,
            jobs_and_leads: around::jobs_and_leads(app, ledger, id).await?,
            contact,
            entry,
        })
    }

    pub(super) fn allows(&self, command: &str) -> bool {
        self.commands.refusal(command).is_none()
    }

    pub(super) fn why_not(&self, command: &str) -> Option<&WhyNot> {
        self.commands.refusal(command)
    }

    /// R40, R41: whether additional emails are added and edited. That there are six, or no primary
    /// one, is said when somebody tries.
    pub(super) fn keeps_emails(&self) -> bool {
        let why = self.why_not("AddAdditionalEmail").map(|why| why.code);
        matches!(why, None | Some("too_many_emails" | "additional_needs_primary"))
    }

    /// G5: an active owner's are not removed.
    pub(super) fn removes_emails(&self) -> bool {
        let why = self.why_not("EditContactInfo").map(|why| why.code);
        self.keeps_emails() && why != Some("contact_locked_active")
    }
}

/// One contact: its info, its access, its emails, its fields, its jobs (R7 to R10, R16 to R47).
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, ContactId>,
) -> Result<Response, Problem> {
    let (who, query) = (&visit.who, &visit.query);
    who.ready(&app, &VIEWS).await?;
    let (reader, ledger) = (app.store().reader(), who.ledger());
    let entry = contact_directory::get(reader, ledger, visit.path).await?;
    let entry = entry.ok_or_else(Problem::not_found)?;
    if let Some(survivor) = survivor(reader, ledger, &entry).await? {
        return Ok(to(&format!("/contacts/{survivor}?done=contact-was-merged")));
    }
    let kept = unmerge::kept(&app, who, query).await?;
    let shown = Shown::of(&app, who, entry).await?;
    let content = html! { (kept) (written(&shown, &Told::default(), who, query.text("open"))) };
    Ok(page(&shown, who, content).done(query.text("done")).into_response())
}

/// The same page with what was refused.
pub(super) async fn again(
    app: &AppState,
    who: &Staff,
    contact: ContactId,
    told: &Told,
) -> Result<Response, Problem> {
    who.ready(app, &VIEWS).await?;
    let entry = contact_directory::get(app.store().reader(), who.ledger(), contact).await?;
    let shown = Shown::of(app, who, entry.ok_or_else(Problem::not_found)?).await?;
    let labels = labels(&shown, told);
    let labels: Vec<(&str, &str)> = labels.iter().map(|(name, l)| (&**name, &**l)).collect();
    let above = told.above(app, who, Some(contact), &labels).await?;
    let content = html! { (above) (written(&shown, told, who, "")) };
    Ok(page(&shown, who, content).status(told.status()).into_response())
}

fn page(shown: &Shown, who: &Staff, content: Markup) -> Page {
    Page::new(full_name(&shown.entry), content).desk(who, Desk::Contacts)
}

/// What people call the fields of all its forms.
fn labels(shown: &Shown, told: &Told) -> Vec<(String, String)> {
    let fixed = [
        ("name", "Name"),
        ("title", "Title"),
        ("phones", "Phone"),
        ("address", "Address"),
        ("primary_email", "Primary email"),
        ("new_email", "New address"),
        ("to", "Address"),
        ("redirect_to", "Corrected address"),
        ("disable_reason", "Reason"),
        ("deactivate_reason", "Reason"),
        ("permissions", "Portal permissions"),
    ];
    let fixed = fixed.map(|(name, label)| (name.to_owned(), label.to_owned()));
    let custom = shown.fields.iter().map(|f| (fields::input_name(&f.name), f.label.clone()));
    let gone = fields::gone(told.of("fields").0, &shown.fields).into_iter();
    let gone = gone.map(|input| (input.to_owned(), fields::label_of(input)));
    fixed.into_iter().chain(custom).chain(gone).collect()
}

/// All of it; `open` names a form that is not folded away.
fn written(shown: &Shown, told: &Told, who: &Staff, open: &str) -> Markup {
    let entry = &shown.entry;
    html! {
        (head(shown))
        @if entry.life == "deleted" { (deleted(shown)) }
        (shown.conflicts)
        (duplicates(shown))
        (info::section(shown, told, open == "info"))
        (access::section(shown, told, open == "deactivate"))
        (emails::section(shown, told))
        (fields::custom(shown, told))
        (fields::permissions(shown, told))
        (shown.jobs_and_leads)
        (merged(shown))
        p .ends {
            @if who.reads_audit() {
                a href=(format!("/contacts/{}/history", entry.id)) { "Who changed what" } " "
            }
            @if shown.allows("DeleteContact") {
                a href=(format!("/contacts/{}/delete", entry.id)) { "Delete this contact" }
            }
        }
    }
}

/// The face to the name, which the owner alone sets (R36, R37), and the status.
fn head(shown: &Shown) -> Markup {
    let entry = &shown.entry;
    html! {
        div .contact-head {
            @if entry.image.is_some() {
                img .face src=(format!("/contacts/{}/image", entry.id)) width="96" height="96"
                    alt=(format!("{}, as they show themselves", entry.name));
            }
            p { (status(entry)) }
        }
    }
}

fn deleted(shown: &Shown) -> Markup {
    html! {
        section .plain {
            h2 { "This contact is deleted" }
            p { "It is on no job, nobody is invited with its email, and its history stays." }
            @if shown.allows("RestoreContact") {
                form method="post" { (quiet_button("restore", "Restore this contact")) }
            }
        }
    }
}

/// G2, R24: who may be the same person.
fn duplicates(shown: &Shown) -> Markup {
    let mine = shown.entry.id;
    let mut others: Vec<(&str, uuid::Uuid)> = Vec::new();
    for contact in shown.duplicates.iter().flat_map(|group| &group.contacts) {
        if contact.id != mine && !others.iter().any(|(_, id)| *id == contact.id) {
            others.push((&contact.name, contact.id));
        }
    }
    html! {
        @if !others.is_empty() {
            section .plain {
                h2 { "Is this person in the book twice?" }
                p {
                    "An email, a phone, or name and address are the same as with "
                    @for (index, (name, id)) in others.iter().enumerate() {
                        @if index > 0 { ", " }
                        a href=(format!("/contacts/{id}")) { (name) }
                    }
                    ". Of contacts with one primary email only one can be invited."
                }
                p { a href=(format!("/contacts/duplicates?contact={mine}")) { "Compare and merge" } }
            }
        }
    }
}

/// H2: who was merged into it, and the way back.
fn merged(shown: &Shown) -> Markup {
    let undone = shown.allows("DeleteContact");
    html! {
        @if !shown.absorbed.is_empty() {
            section .plain #merged {
                h2 { "Merged into this contact" }
                @for contact in &shown.absorbed {
                    div .merged {
                        p {
                            strong { (full_name(contact)) }
                            @if let Some(email) = &contact.primary_email { " · " (email) }
                        }
                        @if undone {
                            form method="post" action=(format!("/contacts/{}/unmerge", contact.id)) {
                                (quiet_button("unmerge", "Undo this merge"))
                            }
                        }
                    }
                }
            }
        }
    }
}
