//! The demo's people who can sign in: one of the company's staff, an owner, and a subcontractor's.
//!
//! Their passwords are told from the installation's master key, so that each start prints the same
//! ones, and nobody knows them who has not seen it.

use super::day::Day;
use super::trades::ROOFER;
use crate::credential::SecretKind;
use crate::endpoints::contacts::invite_ids;
use crate::error::Problem;
use crate::extract::public::Visitor;
use crate::passwords::Typed;
use crate::persons::accepting::{Acceptance, accept, known};
use crate::persons::invitee::Invitee;
use crate::persons::joining::{Joiner, join};
use crate::state::AppState;
use anyhow::{Context, anyhow};
use domain::builder_account::{BuilderAccountCommand, NewStaff, StaffCommand};
use domain::contact::ContactCommand;
use domain::{
    Command, ContactId, EmailAddress, LedgerId, PersonId, PersonName, Role, StaffId, TokenId,
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The login of the company's staff.
const BUILDER: &str = "mia.hartwell@demo-builders.example";
/// The login of an owner; the address stands in `examples/demo.csv`.
const OWNER: &str = "priya@oldmill.example.com";

/// Somebody of the staff, who manages the account.
pub(super) async fn joins_staff(day: &Day<'_>) -> anyhow::Result<StaffId> {
    let staff = StaffId(Uuid::now_v7());
    let new = NewStaff {
        staff,
        name: PersonName::parse("Mia Hartwell")?,
        email: EmailAddress::parse(BUILDER)?,
        role: Role::Admin,
        grants: BTreeSet::new(),
        token: TokenId(Uuid::now_v7()),
    };
    let invite = BuilderAccountCommand::Staff(StaffCommand::Invite(new));
    let invite = Command::BuilderAccount(day.account, invite);
    let link = day.link(invite, SecretKind::StaffInvitation).await?;
    let joiner = Joiner::of(day.app, &link).await.map_err(told)?;
    let password = Typed::from(&*password(day.app, BUILDER));
    join(day.app, &visitor(), &joiner, Some(&password)).await.map_err(told)?;
    Ok(staff)
}

/// An owner is invited, and accepts.
pub(super) async fn accepts(
    day: &Day<'_>,
    contact: ContactId,
    email: &str,
) -> anyhow::Result<PersonId> {
    let invite = Command::Contact(contact, ContactCommand::SendInvite(invite_ids()));
    let link = day.link(invite, SecretKind::Invitation).await?;
    let invitee = Invitee::of(day.app, &link).await.map_err(told)?;
    let password = Typed::from(&*password(day.app, email));
    let how = Acceptance::plain(Some(password));
    let accepted = accept(day.app, &visitor(), &invitee, how).await.map_err(told)?;
    Ok(accepted.person)
}

/// The owner who signs in.
pub(super) async fn owner(day: &Day<'_>, contact: ContactId) -> anyhow::Result<PersonId> {
    accepts(day, contact, OWNER).await.context("the demo's owner")
}

/// Where to sign in, and as whom, where the demo has these people.
pub(super) async fn told_to_visitors(app: &AppState, base: &str) -> anyhow::Result<String> {
    let mut lines = String::new();
    for (who, path, email) in [
        ("Builder", "/jobs", BUILDER),
        ("Owner", "/me", OWNER),
        ("Subcontractor", "/org/projects", ROOFER),
    ] {
        if known(app, &EmailAddress::parse(email)?).await.map_err(told)?.is_some() {
            let password = password(app, email);
            lines.push_str(&format!("{who}: {base}{path} sign in as {email} / {password}\n"));
        }
    }
    Ok(lines)
}

pub(super) fn password(app: &AppState, email: &str) -> String {
    let keys = app.store().reader().keys();
    let id = keys.import_id(LedgerId::INSTALLATION, "demo password", email).simple().to_string();
    let (first, rest) = id.split_at(4);
    let (second, rest) = rest.split_at(4);
    format!("demo-{first}-{second}-{}", rest.split_at(4).0)
}

/// Somebody who comes by a link alone.
pub(super) fn visitor() -> Visitor {
    Visitor { asker: None, client: None, correlation: Uuid::now_v7() }
}

pub(super) fn told(problem: Problem) -> anyhow::Error {
    let Problem { body, .. } = problem;
    anyhow!(body.detail)
}
