//! What stands beside the ledgers of subcontractors' companies and of those who invite them: who can sign
//! in for a company, the links with which somebody joins one or accepts a job, and which companies have
//! users at an email domain. But for the last it is written in the ledgers' appends; here it is read.

use crate::error::StoreError;
use crate::store::EventStore;
use domain::{
    EmailAddress, LedgerId, OrgId, PersonId, ProjectInvitationId, SubUserId, SubcontractorId,
    Timestamp, TokenId,
};
use time::OffsetDateTime;

/// The most companies that are told of one email domain.
const ORGS_OF_A_DOMAIN_MAX: i64 = 20;

/// A link to accept a job with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProjectInvitationLink {
    /// The id that events name.
    pub token: TokenId,
    /// Who is invited.
    pub subcontractor: SubcontractorId,
    /// With which invitation.
    pub invitation: ProjectInvitationId,
    /// From then on it is dead.
    pub expires_at: Timestamp,
}

/// A link to join a subcontractor's company with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrgUserLink {
    /// The id that events name.
    pub token: TokenId,
    /// Who is invited.
    pub user: SubUserId,
    /// From then on it is dead.
    pub expires_at: Timestamp,
}

impl EventStore {
    /// Who signs in as this user of a company; none when they were removed, or have not joined.
    pub async fn org_user(
        &self,
        org: OrgId,
        user: SubUserId,
    ) -> Result<Option<PersonId>, StoreError> {
        let client = self.reader().database().connection().await?;
        let sql = "SELECT person_id FROM org_users WHERE ledger_id = $1 AND user_id = $2";
        let row = client.query_opt(sql, &[&org.0, &user.0]).await;
        let row = row.map_err(StoreError::database("looking up a user of a company"))?;
        Ok(row.map(|row| PersonId(row.get(0))))
    }

    /// The registered user of a company who is this person.
    pub async fn org_user_of(
        &self,
        org: OrgId,
        person: PersonId,
    ) -> Result<Option<SubUserId>, StoreError> {
        let client = self.reader().database().connection().await?;
        let sql = "SELECT user_id FROM org_users WHERE ledger_id = $1 AND person_id = $2 LIMIT 1";
        let row = client.query_opt(sql, &[&org.0, &person.0]).await;
        let row = row.map_err(StoreError::database("looking up a user of a company"))?;
        Ok(row.map(|row| SubUserId(row.get(0))))
    }

    /// The link with this secret, dead or alive.
    pub async fn project_invitation_link(
        &self,
        ledger: LedgerId,
        token_hash: &[u8; 32],
    ) -> Result<Option<ProjectInvitationLink>, StoreError> {
        let client = self.reader().database().connection().await?;
        let row = client
            .query_opt(
                "SELECT token_id, subcontractor_id, invitation_id, expires_at \
                 FROM project_invitation_tokens WHERE ledger_id = $1 AND token_hash = $2",
                &[&ledger.0, &token_hash.as_slice()],
            )
            .await
            .map_err(StoreError::database("looking up a link to accept a job"))?;
        Ok(row.map(|row| ProjectInvitationLink {
            token: TokenId(row.get(0)),
            subcontractor: SubcontractorId(row.get(1)),
            invitation: ProjectInvitationId(row.get(2)),
            expires_at: Timestamp::new(row.get::<_, OffsetDateTime>(3)),
        }))
    }

    /// The link with this secret, dead or alive.
    pub async fn org_user_link(
        &self,
        ledger: LedgerId,
        token_hash: &[u8; 32],
    ) -> Result<Option<OrgUserLink>, StoreError> {
        let client = self.reader().database().connection().await?;
        let row = client
            .query_opt(
                "SELECT token_id, user_id, expires_at FROM org_user_tokens \
                 WHERE ledger_id = $1 AND token_hash = $2",
                &[&ledger.0, &token_hash.as_slice()],
            )
            .await
            .map_err(StoreError::database("looking up a link to join a company"))?;
        Ok(row.map(|row| OrgUserLink {
            token: TokenId(row.get(0)),
            user: SubUserId(row.get(1)),
            expires_at: Timestamp::new(row.get::<_, OffsetDateTime>(2)),
        }))
    }

    /// Invitations to jobs whose time is over and whose end is not recorded. One of the few questions over
    /// all ledgers; takes no locks.
    pub async fn overdue_project_invitations(
        &self,
        limit: u32,
    ) -> Result<Vec<(LedgerId, SubcontractorId, ProjectInvitationId)>, StoreError> {
        let client = self.reader().database().connection().await?;
        let rows = client
            .query(
                "SELECT ledger_id, subcontractor_id, invitation_id FROM project_invitation_tokens \
                 WHERE NOT ended AND expires_at <= $1 ORDER BY expires_at LIMIT $2",
                &[&self.now().moment(), &i64::from(limit)],
            )
            .await
            .map_err(StoreError::database("looking for invitations to jobs that are over"))?;
        let overdue = |row: &tokio_postgres::Row| {
            (LedgerId(row.get(0)), SubcontractorId(row.get(1)), ProjectInvitationId(row.get(2)))
        };
        Ok(rows.iter().map(overdue).collect())
    }

    /// Invitations to companies whose time is over and whose end is not recorded. One of the few questions
    /// over all ledgers; takes no locks.
    pub async fn overdue_org_invitations(
        &self,
        limit: u32,
    ) -> Result<Vec<(OrgId, SubUserId)>, StoreError> {
        let client = self.reader().database().connection().await?;
        let rows = client
            .query(
                "SELECT ledger_id, user_id FROM org_user_tokens \
                 WHERE NOT ended AND expires_at <= $1 ORDER BY expires_at LIMIT $2",
                &[&self.now().moment(), &i64::from(limit)],
            )
            .await
            .map_err(StoreError::database("looking for invitations to companies that are over"))?;
        Ok(rows.iter().map(|row| (OrgId(row.get(0)), SubUserId(row.get(1)))).collect())
    }

    /// The id of the company that a subcontractor becomes when it accepts first and is nobody's yet: one
    /// company, however often a crash cuts it.
    pub fn org_id(&self, ledger: LedgerId, subcontractor: SubcontractorId) -> OrgId {
        OrgId(self.reader().keys().import_id(ledger, "org", &subcontractor.to_string()))
    }

    /// The id of a person as the first user of a company, told in the same way.
    pub fn sub_user_id(&self, org: OrgId, person: PersonId) -> SubUserId {
        SubUserId(self.reader().keys().import_id(org.into(), "sub_user", &person.to_string()))
    }

    /// Takes note that a company has a registered user at the domain of this address, unless it is one of
    /// a free mail service (H9). Twice is once; a step that belongs to no ledger.
    pub async fn note_org_domain(
        &self,
        email: &EmailAddress,
        org: OrgId,
    ) -> Result<(), StoreError> {
        let Some(hash) = self.company_domain_hash(email) else { return Ok(()) };
        let client = self.reader().database().connection().await?;
        let sql = "INSERT INTO org_domains (domain_hash, org_id) VALUES ($1, $2) \
                   ON CONFLICT (domain_hash, org_id) DO NOTHING";
        let noted = client.execute(sql, &[&&hash[..], &org.0]).await;
        let noted = noted.map_err(StoreError::database("noting a company's domain"))?;
        tracing::debug!(noted, "a company's domain is noted");
        Ok(())
    }

    /// The companies that have, or had, registered users at the domain of this address; none for one of a
    /// free mail service (H9).
    pub async fn orgs_at_domain(&self, email: &EmailAddress) -> Result<Vec<OrgId>, StoreError> {
        let Some(hash) = self.company_domain_hash(email) else { return Ok(Vec::new()) };
        let client = self.reader().database().connection().await?;
        let sql = "SELECT org_id FROM org_domains WHERE domain_hash = $1 ORDER BY org_id LIMIT $2";
        let rows = client.query(sql, &[&&hash[..], &ORGS_OF_A_DOMAIN_MAX]).await;
        let rows = rows.map_err(StoreError::database("looking up companies of a domain"))?;
        Ok(rows.iter().map(|row| OrgId(row.get(0))).collect())
    }

    fn company_domain_hash(&self, email: &EmailAddress) -> Option<[u8; 32]> {
        if email.is_free_mail() {
            return None;
        }
        Some(self.reader().keys().subject_hash("org_domain", email.domain()))
    }
}
