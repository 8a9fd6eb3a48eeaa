//! An owner who waits for an email that another contact has; random histories may leave none.

use crate::support::{Account, email};
use domain::Command;
use domain::ledger::EmailConflictCommand;
use event_store::Submission;

/// An owner, another contact that is invited, and that the one wants the other's email.
pub(super) fn waiting(account: &Account) -> Vec<Submission> {
    let (owner, person, ids) = (account.contact_id(), account.person_id(), account.invite_ids());
    let holder = account.contact_id();
    let wanted = email("wanted@conflict.example");
    let report = EmailConflictCommand::Report { owner, wanted };
    vec![
        account.create(owner, "Ola Owner", Some("ola@conflict.example")),
        account.invite_as(owner, ids),
        account.accept(person, owner, ids.token),
        account.create(holder, "Hal Holder", Some("wanted@conflict.example")),
        account.invite(holder),
        account.by_owner(person, Command::EmailConflict(report)),
    ]
}
