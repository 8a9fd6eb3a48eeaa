//! What is written with the events of persons: passwords, sessions, links to reset them with.

use super::effects::{made_secret, secret_hash};
use super::mails::Mail;
use super::second_factors::SecondFactors;
use super::{Turn, Writes};
use crate::codec::Recorded;
use crate::error::StoreError;
use crate::logins::{OrgSession, SESSION_HOURS, STAFF_SESSION_HOURS, StaffSession, Work};
use crate::pipeline::Pipeline;
use crate::reader::stored;
use crate::rows::{
    EmailChangeTokenRow, EmailMoveRow, ImportedOwnerRow, PasswordRow, Prepared, ResetTokenRow,
    SessionRow,
};
use crate::store::Submission;
use domain::notification::MailKind;
use domain::person::{
    LoginEmailChanged, PasswordResetRequested, PersonEvent, PrimaryEmailChangeRequested,
};
use domain::{ContactId, LedgerId, PersonId, SessionId};
use tokio_postgres::Client;
use uuid::Uuid;

/// The changes of a turn, deletions first: who signs in after them is signed in, and who signed in
/// before them, in the same turn, is not noted at all.
#[derive(Default)]
pub(super) struct Logins {
    passwords_changed: Vec<LedgerId>,
    sessions_ended: Vec<(LedgerId, Option<SessionId>)>,
    passwords: Vec<PasswordRow>,
    sessions: Vec<SessionRow>,
    resets: Vec<ResetTokenRow>,
    email_changes: Vec<EmailChangeTokenRow>,
    email_moves: Vec<EmailMoveRow>,
    imported: Vec<ImportedOwnerRow>,
    factors: SecondFactors,
}

impl Logins {
    /// An owner came over active from an older system; their first sign-in finds the contact.
    pub(super) fn imported(&mut self, ledger: LedgerId, contact: ContactId, person: PersonId) {
        let (ledger_id, contact_id, person) = (ledger.0, contact.0, person.0);
        self.imported.push(ImportedOwnerRow { ledger_id, contact_id, person });
    }

    pub(super) fn are_none(&self) -> bool {
        let Self {
            passwords_changed,
            sessions_ended,
            passwords,
            sessions,
            resets,
            email_changes,
            email_moves,
            imported,
            factors,
        } = self;
        passwords_changed.is_empty()
            && sessions_ended.is_empty()
            && passwords.is_empty()
            && sessions.is_empty()
            && resets.is_empty()
            && email_changes.is_empty()
            && email_moves.is_empty()
            && imported.is_empty()
            && factors.are_none()
    }

    /// A session of the ledger ends, or all of them do.
    fn end(&mut self, ledger: LedgerId, session: Option<SessionId>) {
        self.sessions.retain(|begun| {
            begun.ledger_id != ledger.0 || session.is_some_and(|ended| ended.0 != begun.session_id)
        });
        self.sessions_ended.push((ledger, session));
    }

    /// A password takes the place of the one before.
    fn set(&mut self, password: PasswordRow) {
        self.passwords.retain(|before| before.ledger_id != password.ledger_id);
        self.passwords_changed.push(LedgerId(password.ledger_id));
        self.passwords.push(password);
    }

    pub(super) async fn send<'a>(
        self,
        client: &'a Client,
        prepared: &mut Prepared,
        pipeline: &mut Pipeline<'a>,
    ) -> Result<(), StoreError> {
        for ledger in self.passwords_changed {
            let sql = "DELETE FROM person_passwords WHERE ledger_id = $1";
            let delete = pipeline.beside(prepared.fixed(client, sql)).await?;
            pipeline.send(async move { client.execute(&delete, &[&ledger.0]).await });
        }
        for (ledger, session) in self.sessions_ended {
            let sql = "DELETE FROM sessions \
                       WHERE ledger_id = $1 AND ($2::uuid IS NULL OR session_id = $2)";
            let delete = pipeline.beside(prepared.fixed(client, sql)).await?;
            let session = session.map(|session| session.0);
            pipeline.send(async move { client.execute(&delete, &[&ledger.0, &session]).await });
        }
        prepared.insert(client, self.passwords, pipeline).await?;
        prepared.insert(client, self.sessions, pipeline).await?;
        prepared.insert(client, self.resets, pipeline).await?;
        prepared.insert(client, self.email_changes, pipeline).await?;
        prepared.insert(client, self.email_moves, pipeline).await?;
        prepared.insert(client, self.imported, pipeline).await?;
        self.factors.send(client, prepared, pipeline).await
    }
}

impl Turn<'_> {
    pub(super) fn person_effects(
        &self,
        recorded: &Recorded,
        event: &PersonEvent,
        person: PersonId,
        submission: &Submission,
        writes: &mut Writes,
    ) -> Result<(), StoreError> {
        let ledger = recorded.ledger;
        let at = recorded.recorded_at;
        match event {
            PersonEvent::CredentialsSet(set) => {
                let password = submission.password.as_ref().ok_or(StoreError::Unsatisfiable)?;
                writes.logins.set(PasswordRow {
                    ledger_id: ledger.0,
                    credential_id: set.credential.0,
                    password_hash: password.expose().to_owned(),
                    set_at: at.moment(),
                });
            }
            PersonEvent::LoggedIn(begun) => {
                self.session_begun(recorded, begun.session, None, submission, writes)?;
            }
            PersonEvent::StaffSessionBegun(begun) => {
                let work = StaffSession { account: begun.account, staff: begun.staff };
                let work = Some(Work::Staff(work));
                self.session_begun(recorded, begun.session, work, submission, writes)?;
            }
            PersonEvent::OrgSessionBegun(begun) => {
                let work = Some(Work::Org(OrgSession { org: begun.org, user: begun.user }));
                self.session_begun(recorded, begun.session, work, submission, writes)?;
            }
            PersonEvent::SecondFactorEnabled(e) => {
                writes.logins.factors.enabled(recorded, e, submission)?;
            }
            PersonEvent::SecondFactorDisabled(e) => writes.logins.factors.disabled(recorded, e),
            PersonEvent::RecoveryCodeUsed(e) => writes.logins.factors.code_used(recorded, e),
            PersonEvent::SessionRevoked(ended) => {
                writes.logins.end(ledger, Some(ended.session));
            }
            PersonEvent::SessionsRevoked(_) => writes.logins.end(ledger, None),
            PersonEvent::PasswordResetRequested(asked) => {
                self.reset_mail(recorded, asked, person, submission, writes)?;
            }
            PersonEvent::PrimaryEmailChangeRequested(asked) => {
                self.email_change_mails(recorded, asked, person, submission, writes)?;
            }
            // From now on it is gone on with, whatever becomes of this process.
            PersonEvent::PrimaryEmailChangeBegun(_) => {
                writes.logins.email_moves.push(EmailMoveRow {
                    ledger_id: ledger.0,
                    position: stored(recorded.position),
                    begun_at: at.moment(),
                });
            }
            PersonEvent::LoginEmailChanged(changed) => {
                self.email_changed_mails(recorded, changed, person, writes)?;
            }
            PersonEvent::PersonRegistered(_)
            | PersonEvent::ContactLinked(_)
            | PersonEvent::PrimaryEmailChangeRefused(_)
            | PersonEvent::StaffLinked(_)
            | PersonEvent::OrgLinked(_)
            | PersonEvent::PasswordResetCompleted(_) => {}
        }
        Ok(())
    }

    /// The hash of a session's secret, with how long it lasts (promise 25).
    fn session_begun(
        &self,
        recorded: &Recorded,
        session: SessionId,
        work: Option<Work>,
        submission: &Submission,
        writes: &mut Writes,
    ) -> Result<(), StoreError> {
        let client = submission.circumstances.client;
        let client = client.map(|address| address.to_string()).unwrap_or_default();
        let keys = self.shared.reader.keys();
        let at = recorded.recorded_at;
        let hours = if work.is_some() { STAFF_SESSION_HOURS } else { SESSION_HOURS };
        writes.logins.sessions.push(SessionRow {
            ledger_id: recorded.ledger.0,
            secret_hash: secret_hash(submission)?,
            session_id: session.0,
            created_at: at.moment(),
            seen_at: at.moment(),
            expires_at: at.plus_hours(hours).moment(),
            sealed: keys.seal(client.as_bytes(), session.0.as_bytes())?,
            account_id: work.and_then(Work::staff).map(|work| work.account.0),
            staff_id: work.and_then(Work::staff).map(|work| work.staff.0),
            org_id: work.and_then(Work::org).map(|work| work.org.0),
            sub_user_id: work.and_then(Work::org).map(|work| work.user.0),
        });
        Ok(())
    }

    /// The link's hash, and the mail that carries the link (R17).
    fn reset_mail(
        &self,
        recorded: &Recorded,
        asked: &PasswordResetRequested,
        person: PersonId,
        submission: &Submission,
        writes: &mut Writes,
    ) -> Result<(), StoreError> {
        let secret = made_secret(submission)?;
        let token = asked.token.0;
        writes.logins.resets.push(ResetTokenRow {
            ledger_id: recorded.ledger.0,
            token_hash: secret.hash().to_vec(),
            token_id: token,
            expires_at: asked.expires_at.moment(),
        });
        let (kind, to) = (MailKind::PasswordReset, &asked.sent_to);
        let mail = Mail { id: token, kind, whose: person.0, to, secret: Some(secret) };
        self.mail(recorded, &mail, writes)
    }

    /// The link's hash, the mail that carries the link to the new address alone, and a notice to the
    /// old one (R32).
    fn email_change_mails(
        &self,
        recorded: &Recorded,
        asked: &PrimaryEmailChangeRequested,
        person: PersonId,
        submission: &Submission,
        writes: &mut Writes,
    ) -> Result<(), StoreError> {
        let secret = made_secret(submission)?;
        writes.logins.email_changes.push(EmailChangeTokenRow {
            ledger_id: recorded.ledger.0,
            token_hash: secret.hash().to_vec(),
            token_id: asked.token.0,
            expires_at: asked.expires_at.moment(),
        });
        let (id, kind, whose) = (asked.token.0, MailKind::PrimaryEmailChange, person.0);
        let mail = Mail { id, kind, whose, to: &asked.to, secret: Some(secret) };
        self.mail(recorded, &mail, writes)?;
        let (id, kind) = (self.notice_id(recorded, 1), MailKind::PrimaryEmailChangeRequested);
        let notice = Mail { id, kind, whose, to: &asked.from, secret: None };
        self.mail(recorded, &notice, writes)
    }

    /// Notices to the old and the new address (RULES.md 2.5).
    fn email_changed_mails(
        &self,
        recorded: &Recorded,
        changed: &LoginEmailChanged,
        person: PersonId,
        writes: &mut Writes,
    ) -> Result<(), StoreError> {
        for (number, to) in [(1, &changed.from), (2, &changed.to)] {
            let (id, kind) = (self.notice_id(recorded, number), MailKind::PrimaryEmailChanged);
            let notice = Mail { id, kind, whose: person.0, to, secret: None };
            self.mail(recorded, &notice, writes)?;
        }
        Ok(())
    }

    /// The id of a mail that no event names, told from the event that orders it.
    fn notice_id(&self, recorded: &Recorded, number: u8) -> Uuid {
        let order = format!("{} {number}", recorded.event_id);
        self.shared.reader.keys().import_id(recorded.ledger, "notice", &order)
    }
}
