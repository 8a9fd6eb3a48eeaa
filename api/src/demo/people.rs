//! The demo's people who can sign in: one of the company's staff, an owner, and a subcontractor's.
//!
//! Their passwords are told from the installation's master key, so that each start prints the same
//! ones, and nobody knows them who has not seen it.

use super::Demo;
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

/// The login of an owner; the address stands in `examples/demo.csv`.
const OWNER: &str = "priya@oldmill.example.com";

/// The login of the company's staff: one for each set, because each has an account of its own.
fn builder(demo: &Demo) -> anyhow::Result<EmailAddress> {
    let tag = match demo {
        Demo::Own => String::new(),
        Demo::File(path) => {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
            let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
            format!("+{}", name.chars().map(plain).take(40).collect::<String>().trim_matches('.'))
        }
    };
    Ok(EmailAddress::parse(&format!("mia.hartwell{tag}@demo-builders.example"))?)
}

/// Somebody of the staff, who manages the account.
pub(super) async fn joins_staff(day: &Day<'_>, demo: &Demo) -> anyhow::Result<StaffId> {
    let email = builder(demo)?;
    let password = Typed::from(&*password(day.app, email.typed()));
    let staff = StaffId(Uuid::now_v7());
    let new = NewStaff {
        staff,
        name: PersonName::parse("Mia Hartwell")?,
        email,
        role: Role::Admin,
        grants: BTreeSet::new(),
        token: TokenId(Uuid::now_v7()),
    };
    let invite = BuilderAccountCommand::Staff(StaffCommand::Invite(new));
    let invite = Command::BuilderAccount(day.account, invite);
    let link = day.link(invite, SecretKind::StaffInvitation).await?;
    let joiner = Joiner::of(day.app, &link).await.map_err(told)?;
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
pub(super) async fn told_to_visitors(
    app: &AppState,
    demo: &Demo,
    base: &str,
) -> anyhow::Result<String> {
    let mut people = vec![("Builder", "/jobs", builder(demo)?)];
    if *demo == Demo::Own {
        people.push(("Owner", "/me", EmailAddress::parse(OWNER)?));
        people.push(("Subcontractor", "/org/projects", EmailAddress::parse(ROOFER)?));
    }
    let mut lines = String::new();
    for (who, path, email) in people {
        if known(app, &email).await.map_err(told)?.is_some() {
            let (email, password) = (email.typed(), password(app, email.typed()));
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
