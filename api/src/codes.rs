//! The catalogue of codes, as `/problems/{code}` and docs/API.md show it.

/// A code and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Code {
    pub(crate) word: &'static str,
    pub(crate) status: u16,
    pub(crate) rule: Option<&'static str>,
    pub(crate) title: &'static str,
    pub(crate) remedy: Option<&'static str>,
}

const fn code(status: u16, code: &'static str, title: &'static str) -> Code {
    Code { word: code, status, rule: None, title, remedy: None }
}

impl Code {
    const fn rule(mut self, rule: &'static str) -> Self {
        self.rule = Some(rule);
        self
    }

    const fn remedy(mut self, remedy: &'static str) -> Self {
        self.remedy = Some(remedy);
        self
    }
}

/// The entry of a code.
pub(crate) fn entry(wanted: &'static str) -> Code {
    CODES
        .iter()
        .find(|entry| entry.word == wanted)
        .copied()
        .unwrap_or_else(|| code(500, wanted, "Refused"))
}

/// Every code: first the door's and the machine's, then the rules'.
pub(crate) const CODES: &[Code] = &[
    code(400, "invalid_request", "The request cannot be read, or a field is not taken")
        .remedy("Correct the fields that the problem names."),
    code(400, "bad_cursor", "The cursor is not one of this list")
        .remedy("Begin at the first page, with the same filters on every page."),
    code(400, "bad_ledger_position", "The Ledger-Position is not one of this account")
        .remedy("Send back the header of an answer as it was, or none."),
    code(
        400,
        "position_beyond_head",
        "The Ledger-Position, or as_of, lies beyond what has happened",
    )
    .remedy("Send back the header of an answer as it was, or none."),
    code(401, "unauthorized", "No known credential")
        .remedy("Send Authorization: Bearer with an API key or an operator token."),
    code(401, "invalid_credentials", "No login with this address and this password")
        .rule("R15")
        .remedy("Check both, or reset the password."),
    code(403, "wrong_password", "The password is not the one of this login")
        .rule("R15")
        .remedy("Type it again, or reset it first."),
    code(401, "second_factor_needed", "The login has a second factor; its code is needed too")
        .remedy("Send the code that the app tells, or a recovery code, in code."),
    code(403, "staff_second_factor_required", "The account asks its staff for a second factor")
        .rule("2.8")
        .remedy("Turn one on in your own pages first, then sign in again."),
    code(403, "second_factor_refused", "Not a code of the second factor, or one that was used")
        .remedy("Wait for the next code; or use another recovery code."),
    code(409, "second_factor_on", "A second factor is on already")
        .remedy("Turn it off first."),
    code(409, "second_factor_off", "No second factor is on, or was begun")
        .remedy("Begin one with POST /v1/me/second-factor."),
    code(403, "password_wrong", "Not the password of this login")
        .rule("R15")
        .remedy("Check it, or reset the password."),
    code(409, "password_too_short_alone", "The password is too short without a second factor")
        .remedy("Reset the password to one of at least 15 characters first."),
    code(403, "not_permitted", "The credential's role does not take this")
        .rule("2.8")
        .remedy("Use a credential with the right role, or ask an admin of the account."),
    code(403, "cross_site_request", "The form was not sent from a page of ours")
        .remedy("Open the page again, and send the form from there."),
    code(409, "not_a_user_of_the_organisation", "The general contractor works with an organisation that is not the invitee's")
        .rule("G11")
        .remedy("Ask to join it with the same link; once one of its users has said yes, accept."),
    code(409, "company_may_be_here", "The invitee's company may be here already")
        .rule("H9")
        .remedy("Ask to join one of organisations, or say with new_organisation that yours is another."),
    code(409, "which_organisation", "The invitee is a user of several organisations")
        .rule("G11")
        .remedy("Name one of organisations in org."),
    code(422, "name_needed", "An organisation begins with a user who has a first and a last name")
        .rule("R79")
        .remedy("Send first_name and last_name."),
    code(404, "not_found", "Nothing with this id in this account"),
    code(404, "no_such_route", "Nothing at this path").remedy("See /docs for what there is."),
    code(405, "method_not_allowed", "The path does not take this method")
        .remedy("See the header Allow."),
    code(412, "stale_version", "If-Match names an older version")
        .remedy("Read the present version, decide again, and send its ETag."),
    code(413, "too_large", "The body is larger than the route takes")
        .remedy("Send less: 1 MiB, 5 MiB for an image or a document, or 10 MiB and 10,000 rows or cards for an import."),
    code(415, "unsupported_media_type", "The body is of a type that the route does not take")
        .remedy(
            "Send Content-Type: application/json; an import takes text/vcard and text/csv too.",
        ),
    code(422, "idempotency_key_reused", "The Idempotency-Key was used for another request")
        .remedy("Use a new key for a new request."),
    code(500, "internal", "Something failed on our side")
        .remedy("Tell the operators the request's id."),
    code(503, "unavailable", "The service cannot do this right now").remedy(
        "Try again after Retry-After, with the same Idempotency-Key: it may have happened.",
    ),
    code(503, "view_behind", "The read model has not reached the position asked for")
        .remedy("Try again after Retry-After, or without Ledger-Position."),
    code(409, "already_exists", "The id is in use"),
    code(422, "too_many_api_keys", "More than 100 API keys that are not revoked")
        .remedy("Revoke keys that are not needed."),
    code(409, "last_admin", "The last admin of an account or of a customer stays")
        .rule("2.9")
        .remedy("Issue another admin key first, or make somebody an admin; rotate a key that leaked."),
    code(409, "contact_of_another_customer", "The contact belongs to another customer")
        .rule("2.2")
        .remedy("Remove the contact from that customer first."),
    code(422, "too_many_customer_contacts", "More than 500 contacts of a customer")
        .rule("2.2")
        .remedy("Remove contacts who have left."),
    code(422, "too_many_documents", "More than 2,000 documents are published to a customer")
        .rule("R117")
        .remedy("Withdraw documents that nobody needs any more."),
    code(415, "not_a_document", "The file is no PDF, JPEG, PNG or WebP")
        .rule("R117")
        .remedy("Send the file itself, as a PDF, JPEG, PNG or WebP."),
    code(422, "document_unreadable", "The PDF is not whole")
        .rule("R117")
        .remedy("Send the file anew; saving it again as a PDF often helps."),
    code(403, "portal_permission_needed", "The customer portal's permissions do not open this")
        .rule("G12")
        .remedy("Ask somebody of your household or company who has Admin Access."),
    code(403, "org_manages_its_users", "A subcontractor's users are its own business")
        .rule("R76")
        .remedy("Ask somebody who uses the subcontractor's login: each of its users adds and removes users."),
    code(409, "work_order_settled", "The work order is a task already, or was declined")
        .rule("R119")
        .remedy("Go on with the task, or let the customer file another one."),
    code(403, "not_to_oneself", "Nobody changes their own access or permissions in the customer portal")
        .rule("2.8")
        .remedy("Ask somebody else who has Admin Access, or your builder."),
    code(409, "api_key_revoked", "The key has been revoked").remedy("Issue a new key."),
    code(409, "last_operator", "The last operator token is not revoked")
        .rule("2.8")
        .remedy("Appoint another operator first."),
    code(403, "operator_without_name", "A token that is nobody's in particular asks to act in an account")
        .rule("2.8")
        .remedy("Use the token that you were appointed with."),
    code(403, "second_person_needed", "An operator approves what they asked for themselves")
        .rule("2.8")
        .remedy("Have another operator approve it."),
    code(409, "intervention_over", "An intervention that was decided already is decided again")
        .rule("2.8")
        .remedy("Ask for it anew."),
    code(409, "requester_dismissed", "An intervention is approved whose requester was dismissed meanwhile")
        .rule("2.8")
        .remedy("Reject it, and have somebody who is there ask for it anew."),
    code(422, "too_many_operators", "More than 100 operators")
        .rule("2.8")
        .remedy("Dismiss those who have left."),
    code(409, "already_staff", "Somebody of the staff has this address or this login")
        .rule("2.8")
        .remedy("Change that member's role, or send their invitation again."),
    code(422, "too_many_staff", "More than 500 staff").rule("2.8").remedy("Remove who has left."),
    code(422, "grants_of_staff_alone", "Grants are for the role staff alone")
        .rule("2.8")
        .remedy("Leave the grants out, or give the role staff."),
    code(409, "staff_removed", "The member of the staff has been removed")
        .rule("2.8")
        .remedy("Invite them anew."),
    code(409, "staff_joined", "The member of the staff has accepted already").rule("2.8"),
    code(409, "primary_email_on_activated_owner", "The email is an activated owner's")
        .rule("R25")
        .remedy("Select the existing contact that has this primary email (R26)."),
    code(409, "primary_email_claimed", "The email is claimed by another contact")
        .rule("R27")
        .remedy("Add the contact that holds it; or merge them; or use another primary email."),
    code(409, "primary_email_taken_contact_builder", "The email is another contact's")
        .rule("R32")
        .remedy("Work with your builder to get the existing contact linked to your job."),
    code(409, "email_conflict_over", "The owner does not wait for this email any more")
        .rule("H4")
        .remedy("Change the job's owners instead, if the contact is to be on it."),
    code(409, "owner_on_no_open_job", "The owner is on no open job")
        .rule("H4")
        .remedy("Merge the two contacts, or set the matter aside."),
    code(422, "too_many_emails", "More than six emails")
        .rule("R20")
        .remedy("Remove an additional email first."),
    code(422, "additional_needs_primary", "Additional emails need a primary one")
        .rule("R22")
        .remedy("Set the primary email first."),
    code(409, "duplicate_email_in_contact", "The contact has this email already")
        .rule("G7")
        .remedy("To make an additional email the primary one, swap them."),
    code(422, "unknown_additional_email", "No such additional email"),
    code(409, "additional_email_is_owners", "Only the owner removes it")
        .rule("G5")
        .remedy("Ask the owner to remove it."),
    code(409, "reminder_not_due", "No reminder is due for this invitation").rule("2.5"),
    code(403, "image_owner_only", "Only the owner sets or removes their profile image")
        .rule("R36")
        .remedy("Ask the owner to set it, after signing in."),
    code(415, "not_an_image", "The file is no JPEG, PNG or WebP")
        .rule("R36")
        .remedy("Send the image itself, as a JPEG, PNG or WebP file."),
    code(422, "image_unreadable", "The image cannot be read to its end, or it moves")
        .rule("R36")
        .remedy("Send another file; saving the picture anew as a JPEG often helps."),
    code(422, "image_too_many_pixels", "The image has more than 16 megapixels")
        .rule("R36")
        .remedy("Send a smaller picture; 512 pixels a side are kept."),
    code(409, "contact_locked_pending", "The info is locked while the invitation is pending")
        .rule("R42")
        .remedy("Cancel the pending invite, edit the contact info, then resend the invite (R43)."),
    code(409, "contact_locked_active", "Only the active owner edits the info")
        .rule("R39")
        .remedy("Deactivate the Owner, edit the info, then resend the invite (R44)."),
    code(422, "no_primary_email", "There is no address to invite to")
        .rule("R17")
        .remedy("Set a primary email first."),
    code(409, "invite_already_pending", "An invitation is pending")
        .rule("R8")
        .remedy("Resend the pending invite, or cancel it."),
    code(409, "already_active", "The owner has accepted already")
        .rule("R44")
        .remedy("Nothing is needed; to start over, deactivate the owner first."),
    code(409, "contact_disabled", "The contact is disabled")
        .rule("G3")
        .remedy("Enable the contact; what it could do before, it can do again."),
    code(409, "invite_not_pending", "No invitation is pending")
        .rule("R8")
        .remedy("Send an invite first."),
    code(429, "invite_mailed_too_often", "Ten invitation mails in a day")
        .rule("2.3")
        .remedy("Wait a day, or ask the invitee to look for the last mail."),
    code(409, "already_disabled", "The contact is disabled already").rule("R10"),
    code(409, "not_disabled", "The contact is not disabled").rule("R10"),
    code(409, "not_active", "Only an activated owner is deactivated")
        .rule("R44")
        .remedy("Cancel a pending invite, or disable the contact."),
    code(422, "reason_needed", "Deactivating and impersonating ask for a reason")
        .rule("2.3")
        .remedy("Say why in the field reason."),
    code(409, "contact_erased", "The person has been erased"),
    code(422, "too_many_owners", "More than 500 owners on a job")
        .rule("R1")
        .remedy("Remove owners who have left."),
    code(
        409,
        "contact_is_no_owner",
        "A To-Do or message for a contact that is no owner of the job",
    )
    .rule("R63")
    .remedy("Add the contact as an owner first."),
    code(409, "job_archived", "The job is archived").rule("2.4").remedy("Reopen the job first."),
    code(409, "assignee_is_no_owner", "The task is for a contact that is no owner of the job")
        .rule("R93")
        .remedy("Add the contact as an owner first."),
    code(422, "unknown_job_type", "The type is not on the account's list")
        .rule("R56")
        .remedy("Use a type of /v1/job-types, or put this one on the list."),
    code(422, "unknown_job_template", "No such template in this account")
        .rule("R55")
        .remedy("Use a template of /v1/job-templates."),
    code(422, "too_many_tasks", "More than 500 tasks on a job")
        .rule("2.4")
        .remedy("Remove tasks that are not needed."),
    code(422, "too_many_milestones", "More than 100 milestones on a job")
        .rule("2.4")
        .remedy("Remove milestones that are not needed."),
    code(422, "too_many_budget_lines", "More than 200 lines in a budget")
        .rule("2.4")
        .remedy("Put lines together."),
    code(422, "too_many_notes", "More than 500 notes on a job").rule("2.4"),
    code(409, "assignee_is_no_trade", "The task is for a subcontractor that is not invited to the job").rule("R71").remedy("Invite the subcontractor to this job first."),
    code(409, "comment_reaches_nobody", "A comment on a task that is no invited subcontractor's").rule("R97").remedy("Give the task to a subcontractor first, or write a note."),
    code(422, "too_many_comments", "More than 500 comments on a subcontractor's tasks of a job"),
    code(409, "project_already_invited", "An invitation of the subcontractor to this job is open, or was accepted").rule("R71").remedy("Send that one again, or take it back first."),
    code(422, "too_many_project_invitations", "More than 1000 invitations of a subcontractor").rule("R71").remedy("Send one that has ended again."),
    code(409, "project_not_accepted", "A job that the subcontractor has not accepted is not taken away").rule("R71").remedy("Take the invitation back instead."),
    code(410, "invite_declined", "The invitation was declined").remedy("Ask for it to be sent again."),
    code(410, "invite_contact_changed", "The company has another primary contact with this general contractor now").rule("R83").remedy("Ask the general contractor to send the invitation to the new one."),
    code(410, "project_withdrawn", "The general contractor has taken the project away again").rule("R71").remedy("Ask the general contractor."),
    code(409, "subcontractor_of_another_org", "The general contractor works with another organisation under this invitation").rule("G11").remedy("Ask that organisation to let you join, or the general contractor."),
    code(422, "too_many_primary_contact_requests", "Twenty requests wait for the general contractor already").rule("R82").remedy("Wait for an answer."),
    code(409, "primary_contact_request_answered", "The request has been answered already").rule("R82"),
    code(403, "not_a_registered_user", "Only registered users of the company may do that").rule("R77").remedy("Ask one of them to do it, or to let you join."),
    code(409, "already_sub_user", "Somebody of the company has this address or this login already").rule("R77").remedy("Send their invitation again, if they have not joined."),
    code(422, "too_many_sub_users", "More than 500 users of a company").rule("R77").remedy("Remove those who have left."),
    code(422, "too_many_general_contractors", "More than 500 general contractors of a company").rule("G8"),
    code(409, "last_sub_user", "The last registered user of a company is not removed").rule("G9").remedy("Add another user first; once they have joined, this one can be removed."),
    code(409, "sub_user_removed", "The user has been removed, or the invitation was taken back").rule("R77").remedy("Add them anew."),
    code(409, "sub_user_joined", "The user has accepted already").rule("R77").remedy("Remove them instead, if they have left."),
    code(409, "join_already_requested", "A request to join waits already").rule("H9").remedy("Ask one of the company's users to look at the request."),
    code(409, "join_request_answered", "The request to join has been answered already").rule("H9"),
    code(422, "too_many_join_requests", "Fifty people wait to be let in already").rule("H9").remedy("Ask one of the company's users to look at them, or to invite you."),
    code(409, "org_has_users", "The company has several registered users, who can add others themselves").rule("R81").remedy("Let one of them add the user; the general contractor changes the contact."),
    code(409, "replaces_no_registered_user", "Whom support replaces is not the company's one registered user").rule("R81").remedy("Name that user."),
    code(422, "too_many_job_types", "More than 100 job types").rule("2.4"),
    code(409, "job_type_in_template", "A template has a type that would leave the list")
        .rule("R56")
        .remedy("Give the template another type, or none, first."),
    code(422, "too_many_job_templates", "More than 100 job templates")
        .rule("2.4")
        .remedy("Remove templates that are not needed."),
    code(422, "job_template_too_long", "A template of more than 200 tasks or 50 milestones")
        .rule("2.4"),
    code(409, "impersonation_needs_contact", "The job has no owner whose eyes there were")
        .rule("R64")
        .remedy("Add an owner to the job first."),
    code(409, "impersonated_is_no_owner", "The contact is no owner of the job")
        .rule("R64")
        .remedy("Pick one of the job's owners, or add the contact as an owner first."),
    code(409, "impersonated_is_closed", "The contact's access is closed; it sees nothing")
        .rule("H13")
        .remedy("Enable the contact, or invite it again, or pick another owner."),
    code(403, "impersonation_read_only", "Who looks through an owner's eyes changes nothing")
        .rule("H13")
        .remedy("Do it as yourself, or ask the owner to do it."),
    code(409, "too_many_impersonations", "Twenty look through the eyes of one job's owners")
        .rule("H13")
        .remedy("End one that is not needed, or wait until one is over."),
    code(409, "impersonation_not_over", "The impersonation's time is not over yet"),
    code(422, "too_many_portal_links", "More than 500 links to one job's portal")
        .rule("G17")
        .remedy("Rotate a link that is there."),
    code(409, "portal_link_for_no_owner", "The contact is no owner of the job")
        .rule("G18")
        .remedy("Add the contact as an owner first, or issue a link for the job."),
    code(409, "portal_link_for_closed", "The contact's access is closed; it sees nothing")
        .rule("2.5")
        .remedy("Enable the contact, or invite it again, first."),
    code(422, "portal_link_term", "A link works until some time within the next 366 days")
        .rule("G17")
        .remedy("Say another time, or leave it out."),
    code(409, "portal_link_not_their_address", "A personal link is mailed to its owner alone")
        .rule("R63")
        .remedy("Use an address of the contact, or issue a link for the job."),
    code(409, "portal_link_ended", "The link was revoked, or its time is over")
        .rule("2.3")
        .remedy("Issue another one."),
    code(409, "portal_link_not_over", "The link's time is not over yet"),
    code(410, "portal_link_rotated", "There is a newer link").remedy("Ask your builder for it."),
    code(410, "portal_link_revoked", "The link was taken back").remedy("Ask your builder."),
    code(410, "portal_link_expired", "The link has expired")
        .remedy("Ask your builder for a new one."),
    code(410, "portal_closed", "The project has been put away").remedy("Ask your builder."),
    code(409, "lead_won", "The lead is won; it became a job")
        .rule("2.2")
        .remedy("Go on with the job, or write down a new lead."),
    code(409, "lead_lost", "The lead is lost").rule("2.2").remedy("Reopen the lead first."),
    code(409, "lead_has_no_contact", "The lead has no contact that could be edited")
        .rule("2.2")
        .remedy("Set the lead's contact first."),
    code(410, "invite_expired", "The invitation has expired")
        .remedy("Ask your builder to send a new one."),
    code(410, "invite_cancelled", "The invitation was taken back").remedy("Ask your builder."),
    code(410, "invite_superseded", "A newer mail was sent")
        .remedy("Use the link in the newest mail."),
    code(410, "invite_used", "The invitation was accepted already").remedy("Sign in."),
    code(403, "login_needed", "The address has a login: its owner signs in to accept")
        .rule("R15")
        .remedy("Sign in with your own credentials, then accept; or reset the password first."),
    code(409, "signed_in_as_another", "The invitation is for another address")
        .rule("H16")
        .remedy("Sign out, or sign in with the invited address; or ask your builder to invite the address that you use."),
    code(409, "address_choice_needed", "The invitation is for another address than the login's")
        .rule("H16")
        .remedy("Accept with address stay or move; or sign out and accept with a login of its own."),
    code(409, "email_has_login", "The address has a login of its own")
        .rule("R18")
        .remedy("Sign in with that login, or use another address."),
    code(409, "email_change_under_way", "Another change of the primary email is carried out")
        .rule("R32")
        .remedy("Try again in a moment; signing in again takes it up where it stopped."),
    code(422, "email_change_same_address", "It is the primary email already")
        .rule("R32")
        .remedy("Name another address."),
    code(410, "email_change_superseded", "A newer link was sent, or the password was set anew")
        .rule("R32")
        .remedy("Use the link of the newest mail, or ask for another."),
    code(410, "email_change_expired", "The link was not used in time")
        .rule("R32")
        .remedy("Ask for the change again."),
    code(410, "email_change_used", "The change of the primary email is done")
        .rule("R32")
        .remedy("Sign in with the new address."),
    code(410, "email_change_refused", "The change of the primary email was refused")
        .rule("R32")
        .remedy("Ask for the change again, when the address is free."),
    code(422, "password_needed", "A new login needs a password").rule("R15"),
    code(422, "password_refused", "The password is too short, or tried first by everybody")
        .rule("R15")
        .remedy("Take at least 15 characters; some words with spaces will do."),
    code(429, "too_many_tries", "Tried too often in a short time")
        .remedy("Wait as long as Retry-After says."),
    code(410, "reset_superseded", "The link was used, or a newer one was sent")
        .rule("R17")
        .remedy("Use the link of the newest mail, or ask for another."),
    code(410, "reset_expired", "The link was not used in time")
        .rule("R17")
        .remedy("Ask for another."),
    code(422, "too_many_links", "A login is linked to 500 contacts").rule("R45"),
    code(409, "invite_not_expired", "The invitation has not expired yet"),
    code(410, "invite_merged", "The invited contact was merged into another")
        .rule("H2")
        .remedy("Ask your builder for a new invitation."),
    code(422, "invite_same_address", "The invitation went there already")
        .rule("H5")
        .remedy("Resend the pending invite."),
    code(409, "contact_deleted", "The contact is deleted")
        .rule("H7")
        .remedy("Restore the contact first."),
    code(409, "contact_merged", "Another contact stands for this one")
        .rule("H2")
        .remedy("Use the contact that it was merged into, or unmerge it first."),
    code(422, "confirmation_needed", "Deleting asks for a confirmation")
        .rule("R124")
        .remedy("Ask again with confirm=true."),
    code(403, "cannot_delete_self", "Nobody deletes their own contact")
        .rule("R123")
        .remedy("Ask your builder."),
    code(409, "not_deleted", "The contact is not deleted").rule("H7"),
    code(409, "merge_both_active", "Two of the contacts have active owners")
        .rule("H2")
        .remedy("Deactivate one of the owners first, with a reason."),
    code(409, "merge_survivor_must_be_active", "The active owner's contact survives")
        .rule("H2")
        .remedy("Merge the others into that contact."),
    code(422, "merge_too_many_emails", "More than six emails together")
        .rule("H2")
        .remedy("Say in additional_emails which ones to keep."),
    code(422, "merge_with_itself", "A merge names a survivor and others, each once").rule("H2"),
    code(422, "merge_pick_unknown", "A field is taken from a contact of the merge that has it")
        .rule("H2")
        .remedy("Look at the preview."),
    code(404, "unknown_custom_field", "The account has no custom field of this name")
        .rule("R41")
        .remedy("Use a field of /v1/custom-fields, or add this one to them."),
    code(422, "custom_field_wrong_kind", "The value is not of the field's kind")
        .rule("R41")
        .remedy("Look at the field's kind in /v1/custom-fields."),
    code(422, "custom_field_unknown_choice", "The value is none of the field's options")
        .rule("R41")
        .remedy("Use an option of the field in /v1/custom-fields, or add this one to them."),
    code(422, "too_many_custom_fields", "More than 50 custom fields")
        .rule("R41")
        .remedy("Leave out fields that are not needed."),
    code(422, "duplicate_custom_field", "Two fields have the same name")
        .rule("R41")
        .remedy("Give each field a name of its own."),
    code(409, "custom_field_kind_stays", "A field that is there keeps its kind")
        .rule("R41")
        .remedy("Add another field, with a name of its own."),
    code(422, "custom_field_choices", "A choice has 1 to 50 options")
        .rule("R41")
        .remedy("Give the choice its options in choices."),
    code(409, "not_merged", "The contact is not merged into another").rule("H2"),
    code(409, "merge_survivor_gone", "The survivor is deleted or merged itself")
        .rule("H2")
        .remedy("Restore or unmerge that contact first."),
];

#[cfg(test)]
mod tests {
    use super::CODES;

    #[test]
    fn each_code_is_there_once_and_in_the_guide() {
        let guide = include_str!("../../docs/API.md");
        for entry in CODES {
            assert_eq!(CODES.iter().filter(|other| other.word == entry.word).count(), 1);
            let row = format!("| `{}` | {}", entry.word, entry.status);
            assert!(guide.contains(&row), "docs/API.md has no row that begins {row:?}");
        }
    }

    #[test]
    fn each_code_of_the_rules_is_in_the_catalogue() {
        let rules = [
            include_str!("../../domain/src/rejection.rs"),
            include_str!("../../domain/src/contact/rejection.rs"),
            include_str!("../../domain/src/job/rejection.rs"),
            include_str!("../../domain/src/lead/rejection.rs"),
            include_str!("../../domain/src/customer/rejection.rs"),
            include_str!("../../domain/src/work_order/rejection.rs"),
            include_str!("../../domain/src/builder_account.rs"),
            include_str!("../../domain/src/builder_account/staff/rejection.rs"),
            include_str!("../../domain/src/person.rs"),
            include_str!("../../domain/src/installation.rs"),
        ];
        for text in rules {
            // A code is the first text of a refusal, all lower case with underscores.
            for part in text.split("refuse(").skip(1).chain(text.split("Refusal::new(").skip(1)) {
                let Some(code) =
                    part.trim_start().strip_prefix('"').and_then(|p| p.split('"').next())
                else {
                    continue;
                };
                assert!(CODES.iter().any(|entry| entry.word == code), "{code} is not in codes.rs");
            }
        }
    }
}
