//! Somebody who does things at the demo's company, through commands like anybody's.

use super::circumstances;
use crate::credential::{Secret, SecretKind};
use crate::extract::order::{execute, submission};
use crate::state::AppState;
use anyhow::{Context, anyhow};
use domain::contact::ContactCommand;
use domain::{
    AccountId, Actor, Authority, Channel, Circumstances, Command, ContactId, Day as CalendarDay,
    LedgerId, Reason,
};
use event_store::{ExecuteError, NewSecret, Submission};

/// Who does them: a program with a key, one of the staff, or an owner.
pub(super) struct Day<'a> {
    pub(super) app: &'a AppState,
    pub(super) account: AccountId,
    pub(super) actor: Actor,
}

impl<'a> Day<'a> {
    /// The same with a reason.
    pub(super) const fn because(&'a self, reason: &'static str) -> Because<'a> {
        Because { day: self, reason }
    }

    pub(super) async fn contact(
        &self,
        id: ContactId,
        command: ContactCommand,
    ) -> anyhow::Result<()> {
        self.run(Command::Contact(id, command)).await
    }

    pub(super) async fn run(&self, command: Command) -> anyhow::Result<()> {
        self.execute(command, None).await.map_err(anyhow::Error::from)
    }

    /// Carries out what makes a link, and keeps the link: the demo's people have no mailbox.
    pub(super) async fn link(&self, command: Command, kind: SecretKind) -> anyhow::Result<Secret> {
        let secret = NewSecret::generate()?;
        let link = Secret::new(kind, self.ledger(), &secret);
        let mut submission = Submission::new(self.ledger(), command, self.circumstances());
        submission.secret = Some(secret);
        execute(self.app, submission).await.map(drop)?;
        Ok(link)
    }

    /// Tries what the rules refuse, so that the history shows an attempt.
    pub(super) async fn refused(
        &self,
        id: ContactId,
        command: ContactCommand,
    ) -> anyhow::Result<()> {
        match self.execute(Command::Contact(id, command), None).await {
            Err(ExecuteError::Rejected(_)) => Ok(()),
            Ok(()) => Err(anyhow!("the rules should have refused this")),
            Err(error) => Err(error.into()),
        }
    }

    /// The day so many days from now; before it, where they are negative.
    pub(super) fn day(&self, days: i64) -> CalendarDay {
        CalendarDay::of(self.app.store().now().plus_hours(days * 24))
    }

    fn ledger(&self) -> LedgerId {
        LedgerId::from(self.account)
    }

    fn circumstances(&self) -> Circumstances {
        match self.actor {
            Actor::Owner(_) => Circumstances {
                authority: Authority::Owner,
                ..circumstances(Some(self.actor), Channel::Portal)
            },
            Actor::StaffMember(_) => circumstances(Some(self.actor), Channel::Web),
            Actor::BuilderStaff(_)
            | Actor::PortalContact(_)
            | Actor::SubUser(_)
            | Actor::Operator(_)
            | Actor::System => circumstances(Some(self.actor), Channel::Api),
        }
    }

    async fn execute(&self, command: Command, reason: Option<Reason>) -> Result<(), ExecuteError> {
        let circumstances = Circumstances { reason, ..self.circumstances() };
        let submission = submission(self.ledger(), command, circumstances)?;
        execute(self.app, submission).await.map(drop)
    }
}

/// The same with a reason.
pub(super) struct Because<'a> {
    day: &'a Day<'a>,
    reason: &'static str,
}

impl Because<'_> {
    pub(super) async fn contact(
        &self,
        id: ContactId,
        command: ContactCommand,
    ) -> anyhow::Result<()> {
        let reason = Reason::parse(self.reason).context("a reason of the demo")?;
        self.day.execute(Command::Contact(id, command), Some(reason)).await.map_err(Into::into)
    }
}
