//! Words for the builder's people: what happened, who did it, which way it came in, in the place of
//! the words that programs read. An owner reads some of them in
//! other words ([`crate::pages::words`]).

use crate::codes;
use crate::pages::words::sentence;
use projections::called::Called;
use projections::history::{ActorEntry, RefusedEntry};

/// What happened, by its stored type. A type without words here is told by itself.
pub(in crate::pages) fn event(stored_type: &str) -> String {
    known(stored_type).map_or_else(
        || sentence(stored_type.split_once('.').map_or(stored_type, |(_, what)| what)),
        str::to_owned,
    )
}

fn known(stored_type: &str) -> Option<&'static str> {
    let (kind, what) = stored_type.split_once('.')?;
    let words = match kind {
        "contact" => CONTACT,
        "job" => JOB,
        "lead" => LEAD,
        "owner_item" => OWNER_ITEM,
        "notification" => NOTIFICATION,
        "builder_account" => BUILDER_ACCOUNT,
        "person" => PERSON,
        "installation" => INSTALLATION,
        "customer" => CUSTOMER,
        "work_order" => WORK_ORDER,
        "subcontractor" => SUBCONTRACTOR,
        "subcontractor_org" => SUBCONTRACTOR_ORG,
        _ => return None,
    };
    words.iter().find(|(word, _)| *word == what).map(|(_, words)| *words)
}

type Words = &'static [(&'static str, &'static str)];

const CONTACT: Words = &[
    ("created", "Put into the book"),
    ("info_updated", "Contact info changed"),
    ("primary_email_set", "First primary email"),
    ("primary_email_changed", "Primary email changed"),
    ("primary_email_swapped", "Primary and additional email swapped"),
    ("additional_email_added", "Additional email added"),
    ("additional_email_edited", "Additional email changed"),
    ("additional_email_removed", "Additional email removed"),
    ("primary_email_claimed", "Primary email claimed"),
    ("primary_email_released", "Claim to the primary email given back"),
    ("invite_sent", "Invitation sent"),
    ("invite_resent", "Invitation sent again"),
    ("invite_reminded", "Reminded of the invitation"),
    ("invite_cancelled", "Invitation taken back"),
    ("invite_accepted", "Invitation accepted"),
    ("invite_declined", "Invitation declined"),
    ("invite_expired", "Invitation expired"),
    ("former_address_told", "Former address told of the invitation"),
    ("person_linked", "Connected with a login"),
    ("owner_activated", "Owner active"),
    ("owner_reactivated", "Owner active again"),
    ("owner_disabled", "Access disabled"),
    ("owner_reenabled", "Access enabled again"),
    ("owner_deactivated", "Owner deactivated"),
    ("deleted", "Deleted"),
    ("restored", "Restored"),
    ("merged", "Others merged into this contact"),
    ("merged_into", "Merged into another contact"),
    ("unmerged", "A merge taken back"),
    ("unmerged_from", "Stands for itself again"),
    ("permissions_changed", "Portal permissions changed"),
    ("custom_field_set", "Custom field changed"),
    ("owner_imported", "Came over from an older system"),
    ("primary_email_defaulted", "First listed email made the primary one"),
    ("duplicate_resolved", "Primary email kept by another owner"),
    ("profile_image_set", "Profile image set"),
    ("profile_image_removed", "Profile image removed"),
    ("joined_customer", "Added to a customer"),
    ("left_customer", "Removed from a customer"),
    ("email_conflict_reported", "Primary email wanted by an owner"),
    ("email_conflict_closed", "An owner who wanted the email was seen to"),
];

const JOB: Words = &[
    ("created", "Job opened"),
    ("renamed", "Job renamed"),
    ("owner_added", "Owner added"),
    ("owner_removed", "Owner removed"),
    ("owner_replaced", "Owner replaced"),
    ("type_set", "Type changed"),
    ("template_applied", "Made from a template"),
    ("task_added", "Task added"),
    ("task_edited", "Task changed"),
    ("task_completed", "Task done"),
    ("task_reopened", "Task open again"),
    ("task_unassigned", "Task is nobody's any more"),
    ("task_commented", "Comment on a task"),
    ("task_removed", "Task removed"),
    ("milestone_added", "Milestone added"),
    ("milestone_edited", "Milestone changed"),
    ("milestone_status_set", "Milestone's status changed"),
    ("milestone_removed", "Milestone removed"),
    ("deadline_set", "Deadline changed"),
    ("budget_set", "Budget changed"),
    ("note_added", "Internal note added"),
    ("archived", "Job archived"),
    ("reopened", "Job reopened"),
    ("impersonation_started", "Looking through an owner's eyes begun"),
    ("impersonation_ended", "Looking through an owner's eyes ended"),
    ("portal_link_issued", "Portal link issued"),
    ("portal_link_rotated", "Portal link rotated"),
    ("portal_link_revoked", "Portal link revoked"),
    ("portal_link_expired", "Portal link expired"),
];

const LEAD: Words = &[
    ("created", "Lead added"),
    ("retitled", "Lead retitled"),
    ("linked", "Contact set"),
    ("unlinked", "Contact removed"),
    ("relinked", "Contact replaced by a merge"),
    ("won", "Lead won"),
    ("lost", "Lead lost"),
    ("reopened", "Lead reopened"),
];

const OWNER_ITEM: Words = &[
    ("todo_added", "To-Do added"),
    ("todo_edited", "To-Do changed"),
    ("todo_completed", "To-Do done"),
    ("todo_reopened", "To-Do open again"),
    ("todo_removed", "To-Do removed"),
    ("message_sent", "Message sent"),
];

const NOTIFICATION: Words = &[
    ("queued", "Mail queued"),
    ("sent", "Mail sent"),
    ("failed", "Mail could not be sent"),
    ("bounced", "Mail came back"),
];

const BUILDER_ACCOUNT: Words = &[
    ("opened", "Account opened"),
    ("api_key_issued", "API key issued"),
    ("api_key_rotated", "API key given a new secret"),
    ("api_key_revoked", "API key revoked"),
    ("job_types_set", "List of job types changed"),
    ("job_template_added", "Job template added"),
    ("job_template_changed", "Job template changed"),
    ("job_template_removed", "Job template removed"),
    ("custom_fields_set", "List of custom fields changed"),
    ("settings_changed", "Settings changed"),
    ("staff_invited", "Somebody invited to the staff"),
    ("staff_invite_resent", "Invitation to the staff sent again"),
    ("staff_invite_cancelled", "Invitation to the staff taken back"),
    ("staff_joined", "Somebody joined the staff"),
    ("staff_role_changed", "Role of somebody of the staff changed"),
    ("staff_grants_changed", "Extra rights of somebody of the staff changed"),
    ("staff_removed", "Somebody removed from the staff"),
    ("staff_second_factor_set", "What is asked of the staff's sign-in changed"),
];

/// No builder's ledger holds these.
const PERSON: Words = &[
    ("registered", "Login made"),
    ("credentials_set", "Password set"),
    ("contact_linked", "Connected with a builder"),
    ("logged_in", "Signed in"),
    ("session_revoked", "A session ended"),
    ("sessions_revoked", "All sessions ended"),
    ("password_reset_requested", "Password reset asked for"),
    ("password_reset_completed", "Password reset used"),
    ("primary_email_change_requested", "Change of the login email asked for"),
    ("primary_email_change_begun", "Change of the login email begun"),
    ("primary_email_change_refused", "Change of the login email refused"),
    ("login_email_changed", "Login email changed"),
    ("staff_linked", "Connected with a builder's staff"),
    ("staff_session_begun", "Signed in to work"),
    ("org_linked", "Connected with a subcontractor's company"),
    ("org_session_begun", "Signed in to work for a company"),
    ("second_factor_enabled", "Second factor turned on"),
    ("second_factor_disabled", "Second factor turned off"),
    ("recovery_code_used", "Recovery code used"),
];

/// Nor these.
const CUSTOMER: Words = &[
    ("opened", "Customer opened"),
    ("renamed", "Customer renamed"),
    ("document_published", "Document published"),
    ("document_withdrawn", "Document withdrawn"),
];

const WORK_ORDER: Words = &[
    ("filed", "Work order filed"),
    ("turned_into_task", "Work order turned into a task"),
    ("declined", "Work order declined"),
];

const SUBCONTRACTOR: Words = &[
    ("added", "Subcontractor put into the book"),
    ("renamed", "Subcontractor renamed"),
    ("project_invitation_sent", "Subcontractor invited to a job"),
    ("project_invitation_resent", "Invitation to a job sent again"),
    ("project_invitation_cancelled", "Invitation to a job taken back"),
    ("project_invitation_declined", "Invitation to a job declined"),
    ("project_invitation_expired", "Invitation to a job expired"),
    ("project_invitation_staled", "Invitation to a job has to be sent again"),
    ("project_invitation_accepted", "Invitation to a job accepted"),
    ("project_withdrawn", "Job taken away from the subcontractor"),
    ("org_linked", "Connected with the subcontractor's own company"),
    ("primary_contact_change_requested", "Another primary contact asked for"),
    ("primary_contact_request_declined", "Another primary contact declined"),
    ("primary_contact_changed", "Primary contact changed"),
];

const SUBCONTRACTOR_ORG: Words = &[
    ("created", "Company made"),
    ("renamed", "Company renamed"),
    ("general_contractor_linked", "Connected with a general contractor"),
    ("user_invited", "User invited"),
    ("user_invite_resent", "Invitation of a user sent again"),
    ("user_invite_cancelled", "Invitation of a user taken back"),
    ("user_invite_declined", "Invitation of a user declined"),
    ("user_invite_expired", "Invitation of a user expired"),
    ("user_joined", "User joined"),
    ("user_removed", "User removed"),
    ("join_requested", "Asked to join"),
    ("join_approved", "Let in"),
    ("join_rejected", "Not let in"),
    ("primary_contact_assigned_by_support", "User invited by support"),
];

const INSTALLATION: Words = &[
    ("operator_token_issued", "Operator token printed"),
    ("account_opening_ordered", "Account ordered"),
    ("api_key_issue_ordered", "API key ordered"),
    ("operator_appointed", "Operator appointed"),
    ("operator_dismissed", "Operator dismissed"),
    ("intervention_requested", "Intervention of support asked for"),
    ("org_intervention_requested", "Intervention of support in a company asked for"),
    ("intervention_approved", "Intervention of support approved"),
    ("intervention_rejected", "Intervention of support rejected"),
    ("intervention_carried_out", "Intervention of support carried out"),
    ("intervention_refused", "Intervention of support refused by a rule"),
];

/// What was tried, in words: `EditContactInfo` as `Edit contact info`. What was no command is told as
/// the request that it was.
pub(in crate::pages) fn tried(refused: &RefusedEntry) -> String {
    if refused.command.contains(' ') {
        return refused.command.clone();
    }
    let mut words = String::new();
    for letter in refused.command.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
            words.extend(letter.to_lowercase());
        } else {
            words.push(letter);
        }
    }
    words
}

/// Why it was refused, as the catalogue of codes says it.
pub(in crate::pages) fn refusal(refused: &RefusedEntry) -> String {
    let entry = codes::CODES.iter().find(|entry| entry.word == refused.code);
    entry.map_or_else(|| sentence(&refused.code), |entry| entry.title.to_owned())
}

/// The kinds of actors, in the order in which charts stack them.
pub(super) const KINDS: [(&str, &str); 7] = [
    ("owner", "Owners"),
    ("portal_contact", "Contacts of customers"),
    ("staff_member", "Staff"),
    ("builder_staff", "API keys"),
    ("sub_user", "Subcontractors"),
    ("operator", "Operators"),
    ("system", "Titleblock itself"),
];

/// Who it was.
pub(super) fn actor(actor: &ActorEntry, called: &Called) -> String {
    let thing = actor.id.and_then(|id| called.thing(id));
    match (&*actor.kind, &actor.label) {
        ("owner", _) => {
            thing.map_or_else(|| "An owner".to_owned(), |thing| format!("{}, owner", thing.name))
        }
        ("portal_contact", _) => thing.map_or_else(
            || "A contact of the customer".to_owned(),
            |thing| format!("{}, of the customer", thing.name),
        ),
        ("staff_member" | "operator", Some(name)) => name.clone(),
        ("staff_member", None) => "Somebody of the staff (erased)".to_owned(),
        ("builder_staff", Some(label)) => format!("API key \u{201c}{label}\u{201d}"),
        ("builder_staff", None) => "An API key".to_owned(),
        ("sub_user", _) => thing
            .map_or_else(|| "Somebody of a subcontractor".to_owned(), |thing| thing.name.clone()),
        ("operator", None) => "A Titleblock operator".to_owned(),
        ("system", _) => "Titleblock".to_owned(),
        (other, _) => sentence(other),
    }
}

/// Which way it came in.
pub(super) fn channel(word: &str) -> &str {
    match word {
        "api" => "over the API",
        "web" => "on the pages",
        "portal" => "in the portal",
        "import" => "by an import",
        "replay" => "by a replay",
        "system" => "by itself",
        other => other,
    }
}

/// The fields that can change, but for custom fields, with what people call them; for the filter.
pub(super) const FIELDS: &[(&str, &str)] = &[
    ("name", "Name"),
    ("title", "Title"),
    ("primary_email", "Primary email"),
    ("additional_emails", "Additional emails"),
    ("phones", "Phones"),
    ("address", "Address"),
    ("access", "Access"),
    ("invitation", "Invitation"),
    ("primary_email_claim", "Claim to the primary email"),
    ("primary_email_wanted_by", "Who wanted the primary email"),
    ("email_conflict", "What became of who wanted it"),
    ("permissions", "Portal permissions"),
    ("image", "Profile image"),
    ("person", "Login behind the contact"),
    ("merged_into", "Merged into"),
    ("owners", "Owners of a job"),
    ("impersonation", "Looks through an owner's eyes"),
    ("type", "Type of a job"),
    ("deadline", "Deadline"),
    ("tasks", "Tasks"),
    ("task_assignee", "Who a task is for"),
    ("tasks_done", "Tasks done"),
    ("task_comment", "Comments on tasks"),
    ("project_invitation", "Invitations of subcontractors"),
    ("primary_contact_email", "Primary contacts of subcontractors"),
    ("milestones", "Milestones"),
    ("milestone_status", "Milestones' status"),
    ("budget", "Budget"),
    ("notes", "Internal notes"),
    ("archived", "Archived jobs"),
    ("todos", "To-Dos"),
    ("todos_done", "To-Dos done"),
    ("messages", "Messages"),
    ("stage", "Stage of a lead"),
    ("contact", "Contact of a lead"),
    ("mail", "Mail"),
    ("api_key", "API keys"),
    ("staff", "Staff"),
    ("role", "Roles"),
    ("grants", "Extra rights"),
    ("job_types", "List of job types"),
    ("job_templates", "Job templates"),
    ("custom_fields", "List of custom fields"),
    ("invitation_ttl_hours", "How long invitations live"),
];

/// What people call a field: a custom one by its name.
pub(in crate::pages) fn field(name: &str) -> String {
    if let Some((_, words)) = FIELDS.iter().find(|(field, _)| *field == name) {
        return (*words).to_owned();
    }
    match name.strip_prefix("custom_fields.") {
        Some(custom) => sentence(&custom.replace('-', " ")),
        None => sentence(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Event;

    #[test]
    fn every_event_has_words_and_every_word_an_event() {
        let types: Vec<&str> = Event::types().map(|(stored_type, _)| stored_type).collect();
        for stored_type in &types {
            assert!(known(stored_type).is_some(), "no words for {stored_type}");
        }
        let words = [
            CONTACT,
            JOB,
            LEAD,
            OWNER_ITEM,
            NOTIFICATION,
            BUILDER_ACCOUNT,
            PERSON,
            INSTALLATION,
            CUSTOMER,
            WORK_ORDER,
            SUBCONTRACTOR,
            SUBCONTRACTOR_ORG,
        ];
        assert_eq!(words.iter().map(|words| words.len()).sum::<usize>(), types.len());
        assert_eq!(event("contact.of_tomorrow"), "Of tomorrow");
    }

    #[test]
    fn what_was_tried_and_why_not_is_said_in_words() {
        let refused = |command: &str, code: &str| RefusedEntry {
            command: command.to_owned(),
            code: code.to_owned(),
            rule: None,
        };
        let edit = refused("EditContactInfo", "contact_locked_active");
        assert_eq!(tried(&edit), "Edit contact info");
        assert!(!refusal(&edit).contains('_'), "{}", refusal(&edit));
        let post = refused("POST /v1/me/image", "of_tomorrow");
        assert_eq!(tried(&post), "POST /v1/me/image");
        assert_eq!(refusal(&post), "Of tomorrow");
    }

    #[test]
    fn an_actor_without_a_name_is_told_by_what_it_is() {
        let nobody = |kind: &str| ActorEntry { kind: kind.to_owned(), id: None, label: None };
        let told = KINDS.map(|(kind, _)| actor(&nobody(kind), &Called::default()));
        assert_eq!(
            told,
            [
                "An owner",
                "A contact of the customer",
                "Somebody of the staff (erased)",
                "An API key",
                "Somebody of a subcontractor",
                "A Titleblock operator",
                "Titleblock",
            ]
        );
        assert_eq!(field("custom_fields.front-door"), "Front door");
        assert_eq!(field("of_tomorrow"), "Of tomorrow");
    }
}
