//! Joining an organisation by the invitation of one of its users (R77 to R80), over the person's ledger
//! and the organisation's; and signing in to work for one.
//!
//! 1. and 2. Who it is, as in [`crate::persons::accepting`]. 3. The person's ledger notes the
//!    organisation. 4. The organisation's ledger takes them in: that alone opens it, and once. 5. The
//!    email's domain is noted (H9). 6. Who had no session gets one. Every step may be taken again. After
//!    a crash before 4 nothing is open yet, and the same link and password go on, or whoever signs in;
//!    after 4 the domain is noted when they sign in, which gives them a session too.

use super::{as_user, organisations};
use crate::credential::{Secret, SecretKind};
use crate::error::Problem;
use crate::extract::public::Visitor;
use crate::passwords::Typed;
use crate::persons::accepting::{Addressed, known, run, who_accepts};
use crate::persons::links;
use crate::state::AppState;
use domain::person::PersonCommand;
use domain::subcontractor_org::{self, SubUser, SubcontractorOrg, SubcontractorOrgCommand};
use domain::{Actor, Circumstances, Command, OrgId, PersonId, SessionId, SubUserId};
use event_store::{Applied, OrgUserLink};
use uuid::Uuid;

/// An invitation to an organisation, by its link.
#[derive(Debug)]
pub(crate) struct OrgInvitee {
    pub(crate) org: SubcontractorOrg,
    pub(crate) link: OrgUserLink,
}

/// Somebody is a user of an organisation now.
#[derive(Debug)]
pub(crate) struct OrgJoined {
    pub(crate) org: OrgId,
    pub(crate) user: SubUserId,
    pub(crate) person: PersonId,
    pub(crate) applied: Applied,
    /// A session for the organisation, for one who had none.
    pub(crate) session: Option<Applied>,
}

impl OrgInvitee {
    /// Finds the invitation, be it dead. A link that nobody has is a 404.
    pub(crate) async fn of(app: &AppState, secret: &Secret) -> Result<Self, Problem> {
        if secret.kind() != SecretKind::SubUserInvitation {
            return Err(Problem::not_found());
        }
        let ledger = secret.ledger();
        let link = app.store().org_user_link(ledger, &secret.hash()).await?;
        let link = link.ok_or_else(Problem::not_found)?;
        let org = organisations::fold(app, OrgId(ledger.0)).await?.ok_or_else(Problem::internal)?;
        Ok(Self { org, link })
    }

    /// Who is invited.
    pub(crate) fn user(&self) -> Result<&SubUser, Problem> {
        self.org.users.get(&self.link.user).ok_or_else(Problem::internal)
    }

    /// Whom it was mailed to.
    pub(crate) fn addressed(&self) -> Result<Addressed, Problem> {
        let email = self.user()?.email.value().cloned().ok_or_else(Problem::not_found)?;
        Ok(Addressed { email, token: self.link.token })
    }

    /// What somebody does as this user.
    pub(crate) fn circumstances(&self, visitor: &Visitor) -> Circumstances {
        let user = self.link.user;
        as_user(&visitor.circumstances(Actor::SubUser(user)), self.org.id, user)
    }

    fn join(&self, person: PersonId) -> SubcontractorOrgCommand {
        let OrgUserLink { token, user, .. } = self.link;
        SubcontractorOrgCommand::JoinByInvite { user, token, person }
    }

    /// Refuses with the reason why the link is dead, when it is. Nothing is recorded.
    pub(crate) fn still_open(&self, app: &AppState) -> Result<(), Problem> {
        // Whoever it will be: nobody has this id.
        let join = self.join(PersonId(self.link.token.0));
        let (org, now) = (&self.org, app.store().now());
        subcontractor_org::decide(org.id, Some(org), &join, now)?;
        Ok(())
    }
}

/// Joins, as whoever is signed in or as a new person with this password.
pub(crate) async fn join(
    app: &AppState,
    visitor: &Visitor,
    invitee: &OrgInvitee,
    password: Option<&Typed>,
) -> Result<OrgJoined, Problem> {
    let addressed = invitee.addressed()?;
    let login = known(app, &addressed.email).await?;
    let (person, _) = who_accepts(app, visitor, &addressed, login, password).await?;
    let (org, user) = (invitee.org.id, invitee.link.user);
    let own = visitor.circumstances(Actor::Owner(person));
    let link = Command::Person(person, PersonCommand::LinkOrg { org, user });
    run(app, person.into(), link, own.clone()).await?;
    let command = Command::SubcontractorOrg(org, invitee.join(person));
    let applied = run(app, org.into(), command, invitee.circumstances(visitor)).await?;
    app.store().note_org_domain(&addressed.email, org).await?;
    let session = match visitor.asker {
        Some(_) => None,
        None => Some(begin_org_work(app, person, org, user, own).await?.1),
    };
    Ok(OrgJoined { org, user, person, applied, session })
}

/// Begins a session for an organisation, of somebody who has shown who they are. Their address's domain
/// is noted again, in case that a crash came before it was.
pub(crate) async fn begin_org_work(
    app: &AppState,
    person: PersonId,
    org: OrgId,
    user: SubUserId,
    circumstances: Circumstances,
) -> Result<(SessionId, Applied), Problem> {
    if let Some(email) = links::person(app, person).await?.email.value() {
        app.store().note_org_domain(email, org).await?;
    }
    let session = SessionId(Uuid::now_v7());
    let log_in = Command::Person(person, PersonCommand::LogInForOrg { session, org, user });
    Ok((session, run(app, person.into(), log_in, circumstances).await?))
}
