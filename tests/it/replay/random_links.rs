//! The part of a random history that is about links to portals.

use crate::support::account::label;
use crate::support::{Account, email};
use domain::job::portal_link::{NewPortalLink, PortalLinkCommand};
use domain::{Command, ContactId, JobId, PersonId, PortalLinkId, TokenId};
use event_store::Submission;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

/// Which links were asked for, on which job.
#[derive(Default)]
pub(super) struct Links(Vec<(JobId, PortalLinkId)>);

/// A link for the job, or of one owner.
pub(super) fn issue(account: &Account, job: JobId, contact: Option<ContactId>) -> Submission {
    let link = PortalLinkId(account.uuid());
    let issue = PortalLinkCommand::Issue(new(account, link, contact));
    account.staff(Command::PortalLink(job, issue)).with_secret().expect("random bytes")
}

fn new(account: &Account, link: PortalLinkId, contact: Option<ContactId>) -> NewPortalLink {
    let (token, name) = (TokenId(account.uuid()), label("For the family"));
    NewPortalLink { link, token, name, contact, expires_at: None, mail_to: None }
}

impl Links {
    pub(super) fn command(
        &mut self,
        account: &Account,
        rng: &mut StdRng,
        job: JobId,
        (contact, person): (ContactId, Option<PersonId>),
    ) -> Submission {
        let asked_for = self.0.choose(rng).copied();
        let mail_to = rng.random_bool(0.3).then(|| {
            let number = rng.random_range(0..14);
            email(&format!("person{number}@example.org"))
        });
        let (on, command) = match (rng.random_range(0..8), asked_for) {
            (0 | 1, Some((job, link))) => {
                let (token, expires_at) = (TokenId(account.uuid()), None);
                (job, PortalLinkCommand::Rotate { link, token, expires_at, mail_to })
            }
            (2, Some((job, link))) => (job, PortalLinkCommand::Revoke(link)),
            (3, Some((job, link))) => {
                let expire = Command::PortalLink(job, PortalLinkCommand::Expire(link));
                return account.system(expire);
            }
            _ => {
                let link = PortalLinkId(account.uuid());
                self.0.push((job, link));
                let contact = rng.random_bool(0.6).then_some(contact);
                let new = new(account, link, contact);
                (job, PortalLinkCommand::Issue(NewPortalLink { mail_to, ..new }))
            }
        };
        let command = Command::PortalLink(on, command);
        match person.filter(|_| rng.random_bool(0.2)) {
            Some(person) => account.by_owner(person, command),
            None => account.staff(command),
        }
    }
}
