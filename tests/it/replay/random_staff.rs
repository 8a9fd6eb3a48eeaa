//! The staff's part of a random history: invited, invited again, joined, changed, removed.

use crate::support::{Account, email, name};
use domain::builder_account::{BuilderAccountCommand, NewStaff, StaffCommand};
use domain::{Command, Grant, PersonId, Role, StaffId, TokenId};
use event_store::Submission;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use std::collections::BTreeSet;

/// A command about the staff; whoever is invited has an address of their own, so that nobody is
/// refused for another's.
pub(super) fn command(
    account: &Account,
    rng: &mut StdRng,
    staff: &mut Vec<(StaffId, TokenId)>,
) -> Submission {
    let grants = |rng: &mut StdRng| -> BTreeSet<Grant> {
        let mut some = vec![Grant::ManageAccess, Grant::ReadAudit];
        some.retain(|_| rng.random_bool(0.5));
        some.into_iter().collect()
    };
    let roles = [Role::Admin, Role::Staff, Role::Auditor];
    let role = roles.choose(rng).copied().unwrap_or(Role::Staff);
    let token = TokenId(account.uuid());
    let known = staff.choose(rng).copied().filter(|_| rng.random_bool(0.8));
    let Some((member, link)) = known else {
        let new = StaffId(account.uuid());
        staff.push((new, token));
        let grants = if role == Role::Staff { grants(rng) } else { BTreeSet::new() };
        let invite = StaffCommand::Invite(NewStaff {
            staff: new,
            name: name("Mia Mason"),
            email: email(&format!("{new}@elm.example")),
            role,
            grants,
            token,
        });
        return account.staff(about(account, invite));
    };
    let command = match rng.random_range(0..8) {
        0 => {
            staff.retain(|(there, _)| *there != member);
            staff.push((member, token));
            StaffCommand::Resend { staff: member, token }
        }
        1..4 => {
            // Whoever joins does so with a link, and with no right in the account.
            let person = PersonId(account.uuid());
            let join = StaffCommand::Join { staff: member, token: link, person };
            return account.system(about(account, join));
        }
        4 | 5 => StaffCommand::Change { staff: member, role: Some(role), grants: None },
        6 => StaffCommand::Change { staff: member, role: None, grants: Some(grants(rng)) },
        _ => StaffCommand::Remove(member),
    };
    if rng.random_bool(0.5) {
        return account.member(member, about(account, command));
    }
    account.staff(about(account, command))
}

fn about(account: &Account, command: StaffCommand) -> Command {
    Command::BuilderAccount(account.id, BuilderAccountCommand::Staff(command))
}
