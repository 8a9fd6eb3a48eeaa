//! Sends what waits in the outbox, over all ledgers, beside any number of other servers.
//!
//! A mail is taken for a while, sent without any lock, and recorded by a command to its ledger,
//! whose append also marks and wipes its row. A sender that dies in between leaves a mail that
//! another one takes when its time is over. So no mail is lost, and one is sent twice only where
//! the mail server had taken it and nobody could record that; it then has the same `Message-ID`.

use super::facts::{Facts, newest_email_change, newest_reset};
use super::letter::{Invitation, Letter};
use super::settings::host_of;
use super::trades;
use super::transport::{Mailer, NotTaken, Outgoing, SEND_MAX};
use crate::credential::{Secret, SecretKind};
use crate::error::Chain;
use crate::figures;
use crate::start::by_system;
use domain::notification::{FailureCause, MailKind, MailOutcome, MailReport};
use domain::{Command, EmailAddress, EventId, Timestamp, TokenId};
use event_store::keys::random;
use event_store::outbox::{LetterContent, MailPlace, TakenMail};
use event_store::{EventStore, ExecuteError, NewSecret, StoreError, Submission};
use futures_util::StreamExt;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How many mails are looked up at once.
const PAGE: u32 = 64;
/// How many are sent at once.
const AT_ONCE: usize = 4;
/// How long a sender that is stopped may finish what it is at.
const STOP_MAX: Duration = Duration::from_secs(1);
/// How often it is tried to record what became of a mail.
const RECORD_TRIES: u32 = 5;

/// How quickly mail is sent, and sent again.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How long to wait when nothing was to be sent.
    pub poll: Duration,
    /// How long a mail is taken for; longer than sending takes.
    pub lease: Duration,
    /// How long to wait after the first attempt that failed; twice as long after each other one.
    pub first_wait: Duration,
    /// The longest wait between two attempts.
    pub wait_max: Duration,
    /// How many attempts there are.
    pub attempts_max: u32,
}

impl Default for Pace {
    /// Half a minute, a minute, two … two hours: about a day.
    fn default() -> Self {
        Self {
            poll: Duration::from_millis(500),
            lease: SEND_MAX * 2,
            first_wait: Duration::from_secs(30),
            wait_max: Duration::from_secs(7_200),
            attempts_max: 20,
        }
    }
}

impl Pace {
    /// How long to wait after this attempt; `chance` spreads mails that failed together over a
    /// quarter of it.
    fn wait(&self, attempt: u32, chance: u8) -> Duration {
        let doubled = 2_u32.saturating_pow(attempt.saturating_sub(1));
        let wait = self.first_wait.saturating_mul(doubled).min(self.wait_max);
        wait.saturating_sub(wait / 1_024 * u32::from(chance))
    }
}

/// A sender at work.
#[derive(Debug)]
pub struct Sender {
    stop: CancellationToken,
    work: JoinHandle<()>,
}

impl Sender {
    /// Begins to send what waits in this store. Links begin with `public_url`.
    pub fn start(store: EventStore, mailer: Mailer, public_url: &str, pace: Pace) -> Self {
        let host = host_of(public_url).unwrap_or_else(|| "localhost".to_owned());
        let post = Post { store, mailer, public_url: public_url.to_owned(), host, pace };
        let stop = CancellationToken::new();
        let work = tokio::spawn(Arc::new(post).work(stop.clone()));
        Self { stop, work }
    }

    /// Takes no more mail, and gives what is under way a second.
    pub async fn stop(mut self) {
        self.stop.cancel();
        if tokio::time::timeout(STOP_MAX, &mut self.work).await.is_err() {
            self.work.abort();
        }
    }

    /// Ends at once, whatever it is at, as a crash would.
    pub fn abort(self) {
        self.work.abort();
    }
}

struct Post {
    store: EventStore,
    mailer: Mailer,
    public_url: String,
    host: String,
    pace: Pace,
}

/// How an attempt ended.
enum Attempt {
    Sent,
    NotTaken(NotTaken),
}

/// A letter that is written, or why there is none.
enum Written {
    Letter(Letter),
    /// The link is void already.
    Void,
}

impl Post {
    async fn work(self: Arc<Self>, stop: CancellationToken) {
        let mut well = true;
        loop {
            let found = match self.round(&stop).await {
                Ok(found) => {
                    well = true;
                    found
                }
                Err(error) => {
                    // Once, not twice a second for as long as the database is away.
                    if well {
                        tracing::warn!(error = %Chain(&error), "the outbox was not read");
                    }
                    well = false;
                    0
                }
            };
            let wait = if found < PAGE { self.pace.poll } else { Duration::ZERO };
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Sends what is due now; tells how many mails that were.
    async fn round(&self, stop: &CancellationToken) -> Result<u32, StoreError> {
        let due = self.store.due_mails(PAGE).await?;
        let found = u32::try_from(due.len()).unwrap_or(PAGE);
        futures_util::stream::iter(due)
            .take_until(stop.cancelled())
            .for_each_concurrent(AT_ONCE, async |place| {
                if let Err(error) = self.deliver(place).await {
                    let error = Chain(&error);
                    tracing::warn!(mail = %place.mail, %error, "a mail waits for another attempt");
                }
            })
            .await;
        Ok(found)
    }

    async fn deliver(&self, place: MailPlace) -> Result<(), StoreError> {
        let Some(mail) = self.store.take_mail(place, self.pace.lease).await? else {
            return Ok(());
        };
        let Some(kind) = mail.kind else {
            tracing::warn!(mail = %place.mail, "a mail of a kind that this program does not know");
            return Ok(());
        };
        let facts = match self.facts(&mail, kind).await {
            // What cannot be read now may be readable to a later program.
            Err(error) if !error.is_transient() && mail.attempt < self.pace.attempts_max => {
                tracing::warn!(mail = %place.mail, error = %Chain(&error), "a mail cannot be written");
                return self.put_off(&mail, kind, FailureCause::Unsendable).await;
            }
            facts => facts?,
        };
        let outcome = match self.attempt(&mail, kind, &facts).await? {
            Attempt::Sent => MailOutcome::Sent,
            Attempt::NotTaken(NotTaken { cause, for_good }) => {
                if !for_good && mail.attempt < self.pace.attempts_max {
                    return self.put_off(&mail, kind, cause).await;
                }
                MailOutcome::Failed(cause)
            }
        };
        self.record(&mail, kind, outcome, facts.ordered_by).await
    }

    async fn attempt(
        &self,
        mail: &TakenMail,
        kind: MailKind,
        facts: &Facts,
    ) -> Result<Attempt, StoreError> {
        let for_good = |cause| Ok(Attempt::NotTaken(NotTaken { cause, for_good: true }));
        let Some(there) = &mail.letter else { return for_good(FailureCause::Unsendable) };
        let Some(to) = &there.to else { return for_good(FailureCause::Unsendable) };
        let letter = match (kind, &there.content) {
            (MailKind::Invitation, LetterContent::Secret(secret)) => {
                self.invitation(mail, secret, facts)
            }
            (MailKind::StaffInvitation, LetterContent::Secret(secret)) => {
                self.staff_invitation(mail, secret, facts)
            }
            (MailKind::PasswordReset, LetterContent::Secret(secret)) => {
                self.password_reset(mail, secret).await?
            }
            (MailKind::Notice, LetterContent::Text { subject, text }) => {
                Written::Letter(Letter::notice(subject, text))
            }
            (MailKind::InvitationReminder, LetterContent::FromLedger) => self.reminder(facts),
            (MailKind::FormerAddress, LetterContent::FromLedger) => {
                Written::Letter(Letter::former_address(facts.account()))
            }
            (MailKind::PrimaryEmailChange, LetterContent::Secret(secret)) => {
                self.email_change(mail, secret).await?
            }
            (MailKind::PrimaryEmailChangeRequested, LetterContent::FromLedger) => {
                Written::Letter(Letter::email_change_requested())
            }
            (MailKind::PrimaryEmailChanged, LetterContent::FromLedger) => {
                Written::Letter(Letter::email_changed())
            }
            (
                MailKind::NewMessage | MailKind::NewTodo | MailKind::NewTask,
                LetterContent::FromLedger,
            ) => self.news(kind, to, facts),
            (MailKind::ProjectInvitation, LetterContent::Secret(secret)) => {
                self.project_invitation(mail, secret, facts).await?
            }
            (MailKind::SubUserInvitation, LetterContent::Secret(secret)) => {
                self.sub_user_invitation(mail, secret, facts)
            }
            (MailKind::JoinRequested | MailKind::JoinApproved, LetterContent::FromLedger) => {
                self.joining(mail, kind, to).await?
            }
            (MailKind::PortalLink, LetterContent::Secret(secret)) => {
                self.portal_link(mail, secret, facts).await?
            }
            (
                MailKind::Invitation
                | MailKind::PasswordReset
                | MailKind::StaffInvitation
                | MailKind::Notice
                | MailKind::InvitationReminder
                | MailKind::FormerAddress
                | MailKind::PrimaryEmailChange
                | MailKind::PrimaryEmailChangeRequested
                | MailKind::PrimaryEmailChanged
                | MailKind::NewMessage
                | MailKind::NewTodo
                | MailKind::NewTask
                | MailKind::PortalLink
                | MailKind::ProjectInvitation
                | MailKind::SubUserInvitation
                | MailKind::JoinRequested
                | MailKind::JoinApproved,
                _,
            ) => {
                return for_good(FailureCause::Unsendable);
            }
        };
        let Written::Letter(letter) = letter else { return for_good(FailureCause::Superseded) };
        let at = self.store.now();
        let outgoing =
            Outgoing { place: mail.place, kind, to, letter: &letter, at, host: &self.host };
        Ok(match self.mailer.send(&outgoing).await {
            Ok(()) => Attempt::Sent,
            Err(why) => Attempt::NotTaken(why),
        })
    }

    /// The link of an invitation that is open with just this link.
    fn invitation(&self, mail: &TakenMail, secret: &NewSecret, facts: &Facts) -> Written {
        let Some(until) = facts.open_until.filter(|until| *until > self.store.now()) else {
            return Written::Void;
        };
        let link = Secret::new(SecretKind::Invitation, mail.place.ledger, secret).expose();
        Written::Letter(Letter::invitation(Invitation {
            account: facts.account(),
            url: format!("{}/invitations/{link}", self.public_url),
            until,
        }))
    }

    /// Of an invitation that still waits to be answered.
    fn reminder(&self, facts: &Facts) -> Written {
        match facts.open_until.filter(|until| *until > self.store.now()) {
            Some(until) => {
                Written::Letter(Letter::reminder(facts.account(), facts.mailed_at, until))
            }
            None => Written::Void,
        }
    }

    /// The link of an invitation to the staff that is open with just this link.
    fn staff_invitation(&self, mail: &TakenMail, secret: &NewSecret, facts: &Facts) -> Written {
        let Some(until) = facts.open_until.filter(|until| *until > self.store.now()) else {
            return Written::Void;
        };
        let link = Secret::new(SecretKind::StaffInvitation, mail.place.ledger, secret).expose();
        Written::Letter(Letter::staff_invitation(Invitation {
            account: facts.account.as_deref().unwrap_or("A builder"),
            url: format!("{}/staff-invitations/{link}", self.public_url),
            until,
        }))
    }

    /// The link of an invitation to a job that is open with just this link.
    async fn project_invitation(
        &self,
        mail: &TakenMail,
        secret: &NewSecret,
        facts: &Facts,
    ) -> Result<Written, StoreError> {
        let Some(until) = facts.open_until.filter(|until| *until > self.store.now()) else {
            return Ok(Written::Void);
        };
        let (ledger, reader) = (mail.place.ledger, self.store.reader());
        let events = reader.aggregate_events(ledger, &[mail.recipient.0]).await?;
        let (_, mut trade) = trades::of_project(&events, mail.place.mail)?;
        if let Some(job) = trade.job {
            trade.project = trades::project(&reader.aggregate_events(ledger, &[job.0]).await?);
        }
        let link = Secret::new(SecretKind::ProjectInvitation, ledger, secret).expose();
        let invitation = Invitation {
            account: facts.account.as_deref().unwrap_or("A builder"),
            url: format!("{}/project-invitations/{link}", self.public_url),
            until,
        };
        let project = trade.project.as_deref();
        Ok(Written::Letter(Letter::project_invitation(invitation, &trade.company, project)))
    }

    /// The link of an invitation to a company that is open with just this link.
    fn sub_user_invitation(&self, mail: &TakenMail, secret: &NewSecret, facts: &Facts) -> Written {
        let Some(until) = facts.open_until.filter(|until| *until > self.store.now()) else {
            return Written::Void;
        };
        let link = Secret::new(SecretKind::SubUserInvitation, mail.place.ledger, secret).expose();
        Written::Letter(Letter::sub_user_invitation(Invitation {
            account: facts.account.as_deref().unwrap_or("A company"),
            url: format!("{}/org-invitations/{link}", self.public_url),
            until,
        }))
    }

    /// That somebody wants to join a company, or has; only to whoever is a user of it by now.
    async fn joining(
        &self,
        mail: &TakenMail,
        kind: MailKind,
        to: &EmailAddress,
    ) -> Result<Written, StoreError> {
        let MailPlace { ledger, mail: id } = mail.place;
        let events = self.store.reader().aggregate_events(ledger, &[ledger.0]).await?;
        let (_, org) = trades::of_org(&events, id)?;
        let Some(org) = org.filter(|org| trades::reaches(org, to)) else {
            return Ok(Written::Void);
        };
        let (company, url) = (org.name.as_str(), &self.public_url);
        Ok(Written::Letter(if kind == MailKind::JoinRequested {
            Letter::join_requested(company, format!("{url}/org/requests"))
        } else {
            Letter::join_approved(company, format!("{url}/accounts"))
        }))
    }

    /// That there is something new for an owner, and not what: who has no login any more, or has given
    /// the address up, is not told.
    fn news(&self, kind: MailKind, to: &EmailAddress, facts: &Facts) -> Written {
        if !facts.reaches(to) {
            return Written::Void;
        }
        let account = facts.account();
        Written::Letter(Letter::news(kind, account, format!("{}/me", self.public_url)))
    }

    /// A link to a portal that opens it with just this secret.
    async fn portal_link(
        &self,
        mail: &TakenMail,
        secret: &NewSecret,
        facts: &Facts,
    ) -> Result<Written, StoreError> {
        let ledger = mail.place.ledger;
        let found = self.store.portal_token_by_id(ledger, TokenId(mail.place.mail.0)).await?;
        let open = found.filter(|link| link.ended.is_none() && link.expires_at > self.store.now());
        let Some(open) = open else { return Ok(Written::Void) };
        let token = Secret::new(SecretKind::PortalLink, ledger, secret).expose();
        Ok(Written::Letter(Letter::portal_link(Invitation {
            account: facts.account(),
            url: format!("{}/portal/{}?token={token}", self.public_url, open.link),
            until: open.expires_at,
        })))
    }

    async fn password_reset(
        &self,
        mail: &TakenMail,
        secret: &NewSecret,
    ) -> Result<Written, StoreError> {
        let ledger = mail.place.ledger;
        let until =
            self.store.reset_token(ledger, &secret.hash()).await?.map(|link| link.expires_at);
        let dead = until.is_some_and(|until| until <= self.store.now());
        if dead || self.reset_is_void(mail).await? {
            return Ok(Written::Void);
        }
        let link = Secret::new(SecretKind::PasswordReset, ledger, secret).expose();
        let url = format!("{}/password-resets/{link}", self.public_url);
        Ok(Written::Letter(Letter::password_reset(url, until)))
    }

    async fn email_change(
        &self,
        mail: &TakenMail,
        secret: &NewSecret,
    ) -> Result<Written, StoreError> {
        let ledger = mail.place.ledger;
        let link = self.store.email_change_token(ledger, &secret.hash()).await?;
        let Some(until) = link.map(|link| link.expires_at).filter(|at| *at > self.store.now())
        else {
            return Ok(Written::Void);
        };
        let events = self.store.reader().aggregate_events(ledger, &[mail.recipient.0]).await?;
        if newest_email_change(&events) != Some(mail.place.mail.0) {
            return Ok(Written::Void);
        }
        let link = Secret::new(SecretKind::EmailChange, ledger, secret).expose();
        let url = format!("{}/email-changes/{link}", self.public_url);
        Ok(Written::Letter(Letter::email_change(url, until)))
    }

    /// Whether a newer link was ordered since, or this one was used.
    async fn reset_is_void(&self, mail: &TakenMail) -> Result<bool, StoreError> {
        let ledger = mail.place.ledger;
        let events = self.store.reader().aggregate_events(ledger, &[mail.recipient.0]).await?;
        Ok(newest_reset(&events).is_some_and(|newest| newest != mail.place.mail.0))
    }

    /// What the ledger says about a mail whose letter follows from it; nothing about others.
    async fn facts(&self, mail: &TakenMail, kind: MailKind) -> Result<Facts, StoreError> {
        let MailPlace { ledger, mail: id } = mail.place;
        let about = [ledger.0, mail.recipient.0, id.0];
        let reader = self.store.reader();
        match kind {
            MailKind::Invitation
            | MailKind::InvitationReminder
            | MailKind::FormerAddress
            | MailKind::NewMessage
            | MailKind::NewTodo
            | MailKind::NewTask
            | MailKind::PortalLink => {
                Facts::of(&reader.aggregate_events(ledger, &about).await?, id)
            }
            MailKind::StaffInvitation => {
                let events = reader.aggregate_events(ledger, &about[..1]).await?;
                Facts::of_staff(&events, TokenId(id.0))
            }
            MailKind::PasswordReset
            | MailKind::Notice
            | MailKind::PrimaryEmailChange
            | MailKind::PrimaryEmailChangeRequested
            | MailKind::PrimaryEmailChanged => Ok(Facts::default()),
            MailKind::ProjectInvitation => {
                let events = reader.aggregate_events(ledger, &about[..2]).await?;
                Ok(trades::of_project(&events, id)?.0)
            }
            MailKind::SubUserInvitation | MailKind::JoinRequested | MailKind::JoinApproved => {
                let events = reader.aggregate_events(ledger, &[ledger.0, id.0]).await?;
                Ok(trades::of_org(&events, id)?.0)
            }
        }
    }

    async fn put_off(
        &self,
        mail: &TakenMail,
        kind: MailKind,
        cause: FailureCause,
    ) -> Result<(), StoreError> {
        let [chance] = random::<1>()?;
        let wait = self.pace.wait(mail.attempt, chance);
        self.store.put_off_mail(mail, Timestamp::new(self.store.now().moment() + wait)).await?;
        figures::mail_put_off(kind, cause);
        let (id, attempt) = (mail.place.mail, mail.attempt);
        let (kind, cause, wait_s) = (kind.word(), cause.word(), wait.as_secs());
        tracing::info!(mail = %id, kind, attempt, cause, wait_s, "a mail was not taken yet");
        Ok(())
    }

    /// Records what became of a mail. Until that is done the mail may be sent once more, so it is
    /// tried again while the mail is ours.
    async fn record(
        &self,
        mail: &TakenMail,
        kind: MailKind,
        outcome: MailOutcome,
        causation: Option<EventId>,
    ) -> Result<(), StoreError> {
        let TakenMail { place, recipient, attempt, .. } = *mail;
        let report = MailReport { kind, recipient, attempt, outcome };
        for again in 1.. {
            let mut by = by_system();
            by.causation = causation;
            let command = Command::RecordMail(place.mail, report);
            match self.store.execute(Submission::new(place.ledger, command, by)).await {
                Ok(_) => break,
                Err(ExecuteError::Store(error)) if error.is_transient() && again < RECORD_TRIES => {
                    tokio::time::sleep(Duration::from_millis(200) * again).await;
                }
                Err(ExecuteError::Store(error)) => return Err(error),
                Err(
                    ExecuteError::Rejected(_)
                    | ExecuteError::Stale { .. }
                    | ExecuteError::KeyReused,
                ) => {
                    tracing::error!(mail = %place.mail, "a mail's end was refused");
                    return Ok(());
                }
            }
        }
        figures::mail_ended(kind, outcome);
        let kind = kind.word();
        match outcome {
            MailOutcome::Sent => {
                tracing::info!(mail = %place.mail, kind, attempt, "a mail was sent");
            }
            MailOutcome::Failed(cause) => {
                let cause = cause.word();
                tracing::warn!(mail = %place.mail, kind, attempt, cause, "a mail was given up");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_two_hours_and_differ_a_little() {
        let pace = Pace::default();
        let waits: Vec<u64> = (1..=10).map(|attempt| pace.wait(attempt, 0).as_secs()).collect();
        assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1_920, 3_840, 7_200, 7_200]);
        assert_eq!(pace.wait(u32::MAX, 0).as_secs(), 7_200);
        let least = pace.wait(9, u8::MAX);
        assert!(least < pace.wait(9, 0) && least > Duration::from_secs(5_399));
    }
}
