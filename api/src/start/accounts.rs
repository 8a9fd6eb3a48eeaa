//! Opening accounts and issuing keys: steps over two ledgers, each idempotent, so that whoever was
//! cut off goes on by asking again with the same `Idempotency-Key`.

use crate::credential::{Secret, SecretKind};
use crate::error::Problem;
use crate::extract::order::execute;
use crate::state::AppState;
use domain::builder_account::{BuilderAccountCommand, BuilderAccountRejection, NewApiKey};
use domain::installation::InstallationCommand;
use domain::text::Label;
use domain::{AccountId, ApiKeyId, Circumstances, Command, LedgerId, Rejection, Role};
use event_store::keys::sha256;
use event_store::{Applied, ExecuteError, IdempotencyKey};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The kind of an account's ledger.
pub(crate) const LEDGER_KIND: &str = "builder_account";

/// An account to open.
#[derive(Debug)]
pub(crate) struct NewAccount {
    pub(crate) name: Label,
    pub(crate) circumstances: Circumstances,
    pub(crate) idempotency: Option<IdempotencyKey>,
}

/// A key to issue.
#[derive(Debug)]
pub(crate) struct KeyOrder {
    pub(crate) account: AccountId,
    pub(crate) key: NewApiKey,
    pub(crate) circumstances: Circumstances,
    pub(crate) idempotency: Option<IdempotencyKey>,
}

/// A key that was issued, with its secret.
#[derive(Debug)]
pub(crate) struct IssuedKey {
    pub(crate) account: AccountId,
    pub(crate) key: ApiKeyId,
    pub(crate) secret: Secret,
    pub(crate) applied: Applied,
}

/// Orders the account in the installation's ledger, then opens it in its own.
pub(crate) async fn open(app: &AppState, new: NewAccount) -> Result<IssuedKey, Problem> {
    let NewAccount { name, circumstances, idempotency } = new;
    let steps = Steps { app, circumstances, idempotency };
    let account = AccountId(steps.id("account"));
    let order = InstallationCommand::OrderAccount { account, name: name.clone() };
    steps.run(LedgerId::INSTALLATION, Command::Installation(order), "order").await?;

    let ledger = LedgerId::from(account);
    app.store().ensure_ledger(ledger, LEDGER_KIND).await?;
    let key = NewApiKey {
        key: ApiKeyId(steps.id("first key")),
        role: Role::Admin,
        grants: BTreeSet::new(),
        label: Label::parse("first admin key").map_err(|_never| Problem::internal())?,
    };
    let id = key.key;
    let open = BuilderAccountCommand::Open { name, key: Some(key.clone()) };
    let opened = match steps.run(ledger, Command::BuilderAccount(account, open), "open").await {
        // A start has opened it in the meantime, without a key.
        Err(ExecuteError::Rejected(Rejection::BuilderAccount(
            BuilderAccountRejection::AlreadyOpen,
        ))) => {
            let issue = BuilderAccountCommand::IssueApiKey(key);
            steps.run(ledger, Command::BuilderAccount(account, issue), "first key").await
        }
        other => other,
    };
    told(account, id, opened?)
}

/// Orders the key in the installation's ledger, then issues it in the account's own.
pub(crate) async fn issue_key(app: &AppState, order: KeyOrder) -> Result<IssuedKey, Problem> {
    let KeyOrder { account, key: new, circumstances, idempotency } = order;
    let steps = Steps { app, circumstances, idempotency };
    let (key, role) = (new.key, new.role);
    let order = InstallationCommand::OrderApiKey { account, key, role };
    steps.run(LedgerId::INSTALLATION, Command::Installation(order), "order").await?;
    let command = Command::BuilderAccount(account, BuilderAccountCommand::IssueApiKey(new));
    told(account, key, steps.run(LedgerId::from(account), command, "issue").await?)
}

/// The answer, as long as the secret can still be told.
fn told(account: AccountId, key: ApiKeyId, applied: Applied) -> Result<IssuedKey, Problem> {
    let Some(secret) = &applied.secret else {
        return Err(Rejection::from(BuilderAccountRejection::AlreadyOpen).into());
    };
    let secret = Secret::new(SecretKind::ApiKey, LedgerId::from(account), secret);
    Ok(IssuedKey { account, key, secret, applied })
}

/// The steps of one request.
struct Steps<'a> {
    app: &'a AppState,
    circumstances: Circumstances,
    idempotency: Option<IdempotencyKey>,
}

impl Steps<'_> {
    /// An id that a retry with the same key tells again.
    fn id(&self, kind: &str) -> Uuid {
        self.idempotency.map_or_else(Uuid::now_v7, |key| derived_id(self.app, &key, kind))
    }

    /// Runs one step under a key of its own.
    async fn run(
        &self,
        ledger: LedgerId,
        command: Command,
        step: &str,
    ) -> Result<Applied, ExecuteError> {
        let secret = event_store::NewSecret::generate()?;
        let mut submission =
            event_store::Submission::new(ledger, command, self.circumstances.clone());
        submission.secret = Some(secret);
        submission.idempotency = self.idempotency.map(|key| step_key(&key, step));
        execute(self.app, submission).await
    }
}

/// The same request's key for one of its steps.
pub(crate) fn step_key(key: &IdempotencyKey, step: &str) -> IdempotencyKey {
    let key_hash = sha256(&[key.key_hash.as_slice(), step.as_bytes()].concat());
    IdempotencyKey { key_hash, request_hash: key.request_hash }
}

/// An id told from a request's idempotency key: keyed, so that nobody can work it out.
pub(crate) fn derived_id(app: &AppState, key: &IdempotencyKey, kind: &str) -> Uuid {
    let text = Uuid::from_bytes(key.key_hash[..16].try_into().unwrap_or_default()).to_string();
    app.store().reader().keys().import_id(LedgerId::INSTALLATION, kind, &text)
}
