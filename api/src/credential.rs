//! Credentials: how a secret looks, and what it lets its holder do.
//!
//! `tbk_<ledger>_<secret>` is an API key, `tbo_…` an operator token, `tbs_…` a person's session,
//! `tbm_…` what somebody of the builder looks through an owner's eyes with, `tbi_…` the link of an
//! invitation, `tbw_…` that of an invitation to the staff, `tbr_…` that of a
//! password reset, `tbc_…` that of a change of the
//! primary email, `tbp_…` that of a job's portal, `tbj_…` that of an invitation of a subcontractor to a
//! job, `tbu_…` that of one to a subcontractor's company. The text carries its ledger, so that the look-up goes
//! to one place on a distributed database.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{
    Actor, ApiKeyId, Authority, Grant, LedgerId, OrgId, PersonId, Role, SessionId, StaffId,
    SubUserId,
};
use event_store::keys::sha256;
use event_store::{
    CredentialRow, NewSecret, OpenImpersonation, OrgSession, StaffRow, StaffSession,
};
use std::collections::BTreeSet;
use std::fmt;
use uuid::Uuid;

/// Whose secret it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// A builder account's API key.
    ApiKey,
    /// An operator's token.
    Operator,
    /// A person's session.
    Session,
    /// An impersonation of the builder's.
    Impersonation,
    /// The link in the mail of an invitation.
    Invitation,
    /// The link in the mail of an invitation to an account's staff.
    StaffInvitation,
    /// The link in the mail of a password reset.
    PasswordReset,
    /// The link in the mail to a new primary email.
    EmailChange,
    /// The link to a job's portal.
    PortalLink,
    /// The link in the mail of an invitation of a subcontractor to a job.
    ProjectInvitation,
    /// The link in the mail of an invitation to a subcontractor's company.
    SubUserInvitation,
}

impl SecretKind {
    const ALL: [Self; 11] = [
        Self::ApiKey,
        Self::Operator,
        Self::Session,
        Self::Impersonation,
        Self::Invitation,
        Self::StaffInvitation,
        Self::PasswordReset,
        Self::EmailChange,
        Self::PortalLink,
        Self::ProjectInvitation,
        Self::SubUserInvitation,
    ];

    /// Whether it says who sends a request; the others are links, which say what for.
    pub(crate) const fn signs_requests(self) -> bool {
        match self {
            Self::ApiKey | Self::Operator | Self::Session | Self::Impersonation => true,
            Self::Invitation
            | Self::StaffInvitation
            | Self::PasswordReset
            | Self::EmailChange
            | Self::PortalLink
            | Self::ProjectInvitation
            | Self::SubUserInvitation => false,
        }
    }

    const fn prefix(self) -> &'static str {
        match self {
            Self::ApiKey => "tbk_",
            Self::Operator => "tbo_",
            Self::Session => "tbs_",
            Self::Impersonation => "tbm_",
            Self::Invitation => "tbi_",
            Self::StaffInvitation => "tbw_",
            Self::PasswordReset => "tbr_",
            Self::EmailChange => "tbc_",
            Self::PortalLink => "tbp_",
            Self::ProjectInvitation => "tbj_",
            Self::SubUserInvitation => "tbu_",
        }
    }
}

/// A credential's secret as its holder sends it.
pub struct Secret {
    kind: SecretKind,
    ledger: LedgerId,
    bytes: [u8; 32],
}

/// A secret does not show in logs.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// The secret that the store made, to be told once.
    pub fn new(kind: SecretKind, ledger: LedgerId, secret: &NewSecret) -> Self {
        Self { kind, ledger, bytes: *secret.expose() }
    }

    /// The text for its holder.
    pub fn expose(&self) -> String {
        let ledger = URL_SAFE_NO_PAD.encode(self.ledger.0.as_bytes());
        let secret = URL_SAFE_NO_PAD.encode(self.bytes);
        format!("{}{ledger}_{secret}", self.kind.prefix())
    }

    /// Reads the text; `None` when it is not one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = SecretKind::ALL
            .into_iter()
            .find_map(|kind| Some((kind, text.strip_prefix(kind.prefix())?)))?;
        // The alphabet of base64url holds the underscore too; the ledger has a fixed length.
        let (ledger, secret) = rest.split_at_checked(22)?;
        let ledger = Uuid::from_slice(&URL_SAFE_NO_PAD.decode(ledger).ok()?).ok()?;
        let bytes = URL_SAFE_NO_PAD.decode(secret.strip_prefix('_')?).ok()?.try_into().ok()?;
        Some(Self { kind, ledger: LedgerId(ledger), bytes })
    }

    pub(crate) const fn kind(&self) -> SecretKind {
        self.kind
    }

    pub(crate) const fn ledger(&self) -> LedgerId {
        self.ledger
    }

    /// What is stored of it.
    pub(crate) fn hash(&self) -> [u8; 32] {
        sha256(&self.bytes)
    }
}

/// A credential that the store knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Credential {
    pub(crate) ledger: LedgerId,
    /// The key's id, or the session's.
    pub(crate) key: ApiKeyId,
    pub(crate) authority: Authority,
    /// Through whose eyes its holder looks, where it is not their own.
    pub(crate) looks: Option<OpenImpersonation>,
    /// Who is at work, where it is a session of the account's staff.
    pub(crate) at_work: Option<AtWork>,
    /// Who is at work, where it is a session for a subcontractor's company.
    pub(crate) for_org: Option<ForOrg>,
}

/// A user of a subcontractor's company, signed in to work for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ForOrg {
    /// The company; the credential's ledger is its.
    pub(crate) org: OrgId,
    /// The one whom the company knows, and histories name.
    pub(crate) user: SubUserId,
    /// The login behind them; told to nobody.
    pub(crate) person: PersonId,
}

/// A member of an account's staff, signed in to work for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AtWork {
    /// The one whom the account knows, and histories name.
    pub(crate) staff: StaffId,
    /// The login behind them; told to nobody in the account.
    pub(crate) person: PersonId,
}

/// What a row says that its holder may; `None` when it says what this program does not know.
fn authority(role: &str, grants: &[String]) -> Option<Authority> {
    let role = match role {
        "admin" => Role::Admin,
        "staff" => Role::Staff,
        "auditor" => Role::Auditor,
        _ => return None,
    };
    let mut known = BTreeSet::new();
    for grant in grants {
        known.insert(match grant.as_str() {
            "manage_access" => Grant::ManageAccess,
            "read_audit" => Grant::ReadAudit,
            "impersonate" => Grant::Impersonate,
            _ => return None,
        });
    }
    Some(Authority::Builder { role, grants: known })
}

impl Credential {
    /// `None` when the row says what this program does not know; such a credential opens nothing.
    pub(crate) fn of(ledger: LedgerId, row: &CredentialRow) -> Option<Self> {
        let authority = match row.role.as_str() {
            "operator" if ledger == LedgerId::INSTALLATION => Authority::Operator,
            role => authority(role, &row.grants)?,
        };
        Some(Self {
            ledger,
            key: ApiKeyId(row.key),
            authority,
            looks: None,
            at_work: None,
            for_org: None,
        })
    }

    /// A session of an account's staff; what it may, the account says now. `None` where that one was
    /// removed, or is another's login.
    pub(crate) fn work(
        session: SessionId,
        work: StaffSession,
        person: PersonId,
        row: &StaffRow,
    ) -> Option<Self> {
        let authority = authority(&row.role, &row.grants).filter(|_| row.person == person)?;
        let at_work = Some(AtWork { staff: work.staff, person });
        Some(Self {
            ledger: work.account.into(),
            key: ApiKeyId(session.0),
            authority,
            at_work,
            looks: None,
            for_org: None,
        })
    }

    /// A session for a subcontractor's company; `None` where that user is no registered one any more
    /// (`registered` is who signs in as them now), or is another's login. It is never the person's own.
    pub(crate) fn org(
        session: SessionId,
        work: OrgSession,
        person: PersonId,
        registered: Option<PersonId>,
    ) -> Option<Self> {
        let OrgSession { org, user } = work;
        registered.filter(|registered| *registered == person)?;
        Some(Self {
            ledger: org.into(),
            key: ApiKeyId(session.0),
            authority: Authority::SubUser { org, user },
            at_work: None,
            looks: None,
            for_org: Some(ForOrg { org, user, person }),
        })
    }

    /// A person's, who is signed in.
    pub(crate) const fn session(ledger: LedgerId, session: SessionId) -> Self {
        let (key, authority) = (ApiKeyId(session.0), Authority::Owner);
        Self { ledger, key, authority, at_work: None, looks: None, for_org: None }
    }

    /// Somebody's of the builder, who looks through an owner's eyes.
    pub(crate) const fn impersonation(ledger: LedgerId, looks: OpenImpersonation) -> Self {
        let (key, authority) = (ApiKeyId(looks.impersonation.0), Authority::Impersonator);
        Self { ledger, key, authority, at_work: None, looks: Some(looks), for_org: None }
    }

    pub(crate) const fn actor(&self) -> Actor {
        if let Some(looks) = &self.looks {
            return looks.by;
        }
        match (&self.authority, self.at_work) {
            (Authority::Operator | Authority::Support, _) => Actor::Operator(self.key),
            // A person's ledger has the person's UUID.
            (Authority::SubUser { user, .. }, _) => Actor::SubUser(*user),
            (Authority::Owner | Authority::Member { .. }, _) => {
                Actor::Owner(PersonId(self.ledger.0))
            }
            (
                Authority::Builder { .. } | Authority::Impersonator | Authority::System,
                Some(at_work),
            ) => Actor::StaffMember(at_work.staff),
            (Authority::Builder { .. } | Authority::Impersonator | Authority::System, None) => {
                Actor::BuilderStaff(self.key)
            }
        }
    }

    /// The login behind a session: the person's own, or of whoever works for somebody.
    pub(crate) fn person(&self) -> PersonId {
        let at_work = self.at_work.map(|at_work| at_work.person);
        let for_org = self.for_org.map(|for_org| for_org.person);
        // A person's ledger has the person's UUID.
        at_work.or(for_org).unwrap_or(PersonId(self.ledger.0))
    }

    /// Whose retries its requests are: a member of the staff may sign in again in between.
    pub(crate) const fn repeats(&self) -> Uuid {
        match (self.at_work, self.for_org) {
            (Some(at_work), _) => at_work.staff.0,
            (None, Some(for_org)) => for_org.user.0,
            (None, None) => self.key.0,
        }
    }

    /// Whether it may read who did what (RULES.md 2.8, Read audit).
    pub(crate) fn reads_audit(&self) -> bool {
        match &self.authority {
            Authority::Builder { role: Role::Admin | Role::Auditor, .. } => true,
            Authority::Builder { role: Role::Staff, grants } => grants.contains(&Grant::ReadAudit),
            Authority::Owner
            | Authority::Member { .. }
            | Authority::SubUser { .. }
            | Authority::Impersonator
            | Authority::Operator
            | Authority::Support
            | Authority::System => false,
        }
    }

    /// Whether it may read who looked through whose eyes: who may read the audit, and who may look.
    pub(crate) fn reads_impersonations(&self) -> bool {
        let may_look = match &self.authority {
            Authority::Builder { grants, .. } => grants.contains(&Grant::Impersonate),
            Authority::Owner
            | Authority::Member { .. }
            | Authority::SubUser { .. }
            | Authority::Impersonator
            | Authority::Operator
            | Authority::Support
            | Authority::System => false,
        };
        may_look || self.reads_audit()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_reads_back_what_it_wrote() {
        let secret = NewSecret::generate().expect("random bytes");
        for kind in SecretKind::ALL {
            let text = Secret::new(kind, LedgerId::INSTALLATION, &secret).expose();
            assert_eq!(text.len(), 4 + 22 + 1 + 43);
            let read = Secret::parse(&text).expect("reads");
            assert_eq!((read.kind, read.ledger), (kind, LedgerId::INSTALLATION));
            assert_eq!(read.hash(), secret.hash());
        }
    }

    #[test]
    fn what_is_no_secret_is_none() {
        for text in
            ["", "tbk_", "tbk_x_y", "tbx_AAAAAAAAAAAAAAAAAAAAAA_", "täk_", "tbk_äääääääääääää"]
        {
            assert!(Secret::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_secret_does_not_show() {
        let secret = NewSecret::generate().expect("random bytes");
        let secret = Secret::new(SecretKind::ApiKey, LedgerId::INSTALLATION, &secret);
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }
}
