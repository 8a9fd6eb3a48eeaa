//! Joining an account's staff, over the person's ledger and the account's.
//!
//! 1. and 2. Who it is, as in [`super::accepting`]: a login that the address has, or a new one. 3. The
//!    person's ledger notes the account. 4. The account's ledger takes them in: that alone opens it, and
//!    once. 5. Who had no session gets one, for that account; where it asks for a second factor, one of
//!    their own, with which to turn one on. Every step may be taken again. After a
//!    crash before 4 nothing is open yet, and the same link and password go on, or whoever signs in;
//!    after 4 all that is lost is the session, and signing in gives another.

use super::accepting::{Addressed, begin_session, known, run, who_accepts};
use crate::credential::{Secret, SecretKind};
use crate::error::Problem;
use crate::extract::public::Visitor;
use crate::passwords::Typed;
use crate::state::AppState;
use domain::builder_account::{
    BuilderAccount, BuilderAccountCommand, StaffCommand, StaffMember, StaffSecondFactor,
};
use domain::person::PersonCommand;
use domain::{
    AccountId, Actor, Circumstances, Command, PersonId, Rejection, SessionId, StaffId,
    builder_account,
};
use event_store::{Applied, StaffLink};
use projections::settings;
use uuid::Uuid;

/// An invitation to the staff, by its link.
#[derive(Debug)]
pub(crate) struct Joiner {
    pub(crate) account: BuilderAccount,
    pub(crate) link: StaffLink,
}

/// Somebody is of the staff now.
#[derive(Debug)]
pub(crate) struct Joined {
    pub(crate) account: AccountId,
    pub(crate) staff: StaffId,
    pub(crate) person: PersonId,
    pub(crate) applied: Applied,
    /// A session, for one who had none.
    pub(crate) session: Option<NewSession>,
}

/// The session of one who has joined.
#[derive(Debug)]
pub(crate) enum NewSession {
    /// For the account that they work for now.
    Work(Applied),
    /// For what is theirs: the account asks for a second factor, and they have none yet.
    Own(Applied),
}

impl Joiner {
    /// Finds the invitation, be it dead. A link that nobody has is a 404.
    pub(crate) async fn of(app: &AppState, secret: &Secret) -> Result<Self, Problem> {
        if secret.kind() != SecretKind::StaffInvitation {
            return Err(Problem::not_found());
        }
        let ledger = secret.ledger();
        let link = app.store().staff_link(ledger, &secret.hash()).await?;
        let link = link.ok_or_else(Problem::not_found)?;
        let mut account: Option<BuilderAccount> = None;
        for recorded in app.store().reader().aggregate_events(ledger, &[ledger.0]).await? {
            let Some((id, event)) = recorded.account() else { continue };
            let applied = match &mut account {
                Some(account) => account.apply(event),
                None => BuilderAccount::from_first(id, event).map(|first| account = Some(first)),
            };
            applied.map_err(|_impossible| Problem::internal())?;
        }
        let account = account.ok_or_else(Problem::internal)?;
        Ok(Self { account, link })
    }

    /// Who is invited.
    pub(crate) fn member(&self) -> Result<&StaffMember, Problem> {
        self.account.staff.get(&self.link.staff).ok_or_else(Problem::internal)
    }

    /// Whom it was mailed to.
    pub(crate) fn addressed(&self) -> Result<Addressed, Problem> {
        let email = self.member()?.email.value().cloned().ok_or_else(Problem::not_found)?;
        Ok(Addressed { email, token: self.link.token })
    }

    /// What somebody does as this member.
    pub(crate) fn circumstances(&self, visitor: &Visitor) -> Circumstances {
        visitor.circumstances(Actor::StaffMember(self.link.staff))
    }

    fn join(&self, person: PersonId) -> BuilderAccountCommand {
        let StaffLink { token, staff, .. } = self.link;
        BuilderAccountCommand::Staff(StaffCommand::Join { staff, token, person })
    }

    /// Refuses with the reason why the link is dead, when it is. Nothing is recorded.
    pub(crate) fn still_open(&self, app: &AppState) -> Result<(), Problem> {
        // Whoever it will be: nobody has this id.
        let join = self.join(PersonId(self.link.token.0));
        let (account, now) = (&self.account, app.store().now());
        builder_account::decide(account.id, Some(account), &join, now)?;
        Ok(())
    }
}

/// Joins, as whoever is signed in or as a new person with this password.
pub(crate) async fn join(
    app: &AppState,
    visitor: &Visitor,
    joiner: &Joiner,
    password: Option<&Typed>,
) -> Result<Joined, Problem> {
    let addressed = joiner.addressed()?;
    let login = known(app, &addressed.email).await?;
    let (person, _) = who_accepts(app, visitor, &addressed, login, password).await?;
    let (account, staff) = (joiner.account.id, joiner.link.staff);
    let own = visitor.circumstances(Actor::Owner(person));
    let link = Command::Person(person, PersonCommand::LinkStaff { account, staff });
    run(app, person.into(), link, own.clone()).await?;
    let command = Command::BuilderAccount(account, joiner.join(person));
    let applied = run(app, account.into(), command, joiner.circumstances(visitor)).await?;
    let session = match visitor.asker {
        Some(_) => None,
        None => Some(first_session(app, person, account, staff, own).await?),
    };
    Ok(Joined { account, staff, person, applied, session })
}

/// The session of somebody who has come by the link alone.
async fn first_session(
    app: &AppState,
    person: PersonId,
    account: AccountId,
    staff: StaffId,
    circumstances: Circumstances,
) -> Result<NewSession, Problem> {
    let asked = staff_second_factor(app, account).await?;
    if asked.admits(has_second_factor(app, person).await?).is_err() {
        return Ok(NewSession::Own(begin_session(app, person, circumstances).await?.1));
    }
    Ok(NewSession::Work(begin_work(app, person, account, staff, circumstances).await?.1))
}

/// Begins a session for an account, of somebody who has shown who they are. The account may ask for a
/// second factor; that somebody tried without one, its history tells.
pub(crate) async fn begin_work(
    app: &AppState,
    person: PersonId,
    account: AccountId,
    staff: StaffId,
    circumstances: Circumstances,
) -> Result<(SessionId, Applied), Problem> {
    let asked = staff_second_factor(app, account).await?;
    if let Err(refused) = asked.admits(has_second_factor(app, person).await?) {
        let refused = Rejection::from(refused);
        let by_member = Circumstances { actor: Actor::StaffMember(staff), ..circumstances };
        let (ledger, tried) = (account.into(), "LogInAsStaff");
        app.store().note_refused(ledger, account.0, tried, &refused, &by_member).await?;
        return Err(refused.into());
    }
    let session = SessionId(Uuid::now_v7());
    let log_in = PersonCommand::LogInAsStaff { session, account, staff };
    let log_in = Command::Person(person, log_in);
    Ok((session, run(app, person.into(), log_in, circumstances).await?))
}

/// What the account asks of whoever signs in to work for it; never behind.
async fn staff_second_factor(
    app: &AppState,
    account: AccountId,
) -> Result<StaffSecondFactor, Problem> {
    let settled = settings::get(app.store().reader(), account.into()).await?;
    Ok(settled.map(|(settings, _)| settings.staff_second_factor).unwrap_or_default())
}

async fn has_second_factor(app: &AppState, person: PersonId) -> Result<bool, Problem> {
    Ok(app.store().second_factor(person).await?.is_some_and(|factor| factor.on))
}
