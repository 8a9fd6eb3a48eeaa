//! The companies that build for the demo's company: one that has come, with two people, and one that has not
//! answered yet and has another primary contact by now (R71, R80, R83).

use super::day::Day;
use super::people::{password, told, visitor};
use crate::passwords::Typed;
use crate::persons::accepting::{Addressed, known, run, who_accepts};
use anyhow::Context;
use domain::job::JobCommand;
use domain::person::PersonCommand;
use domain::subcontractor::{NewPrimaryContact, SubcontractorCommand, TradeDeed};
use domain::subcontractor_org::{NewSubUser, SubcontractorOrgCommand};
use domain::text::MessageText;
use domain::{
    AccountId, Actor, Authority, Circumstances, Command, CommentId, CompanyName, EmailAddress,
    JobId, LedgerId, OrgId, PersonId, PersonName, ProjectInvitationId, SubUserId, SubcontractorId,
    TaskId, TokenId,
};
use uuid::Uuid;

/// The login of somebody of the company that has come.
pub(super) const ROOFER: &str = "orla@ridge-roofing.example";
/// The login of somebody whom she let in.
const SECOND: &str = "cormac@ridge-roofing.example";

/// A company that has accepted its projects, and its two users.
pub(super) struct Roofers {
    pub(super) subcontractor: SubcontractorId,
    account: AccountId,
    org: OrgId,
    orla: SubUserId,
    cormac: SubUserId,
}

/// The roofers are noted, invited to these jobs, and come; then one of them lets another in.
pub(super) async fn roofers(mia: &Day<'_>, jobs: &[JobId]) -> anyhow::Result<Roofers> {
    let subcontractor = noted(mia, "Ridge & Sons Roofing", "Orla Ridge", ROOFER).await?;
    let org = mia.app.store().org_id(mia.account.into(), subcontractor);
    let [orla, cormac] = [(); 2].map(|()| SubUserId(Uuid::now_v7()));
    let roofers = Roofers { subcontractor, account: mia.account, org, orla, cormac };
    for (nth, job) in jobs.iter().enumerate() {
        let (invitation, token) = invited(mia, subcontractor, *job).await?;
        if nth == 0 {
            roofers.founded(mia, token).await.context("the demo's roofers")?;
        }
        let (org, user) = (roofers.org, roofers.orla);
        let accept = SubcontractorCommand::Accept { invitation, token, org, user };
        roofers.do_as(mia, orla, Command::Subcontractor(subcontractor, accept)).await?;
    }
    roofers.lets_in(mia).await.context("the demo's second roofer")?;
    Ok(roofers)
}

/// The electricians have not answered, and their primary contact has changed: one of their invitations was
/// sent again since, the others wait for that (R83).
pub(super) async fn electricians(mia: &Day<'_>, jobs: [JobId; 2]) -> anyhow::Result<()> {
    let email = "femi@brightspark.example";
    let subcontractor = noted(mia, "Bright Spark Electric", "Femi Adeyemi", email).await?;
    let mut invitations = Vec::new();
    for job in jobs {
        invitations.push(invited(mia, subcontractor, job).await?.0);
    }
    let to = NewPrimaryContact {
        name: PersonName::parse("Liv Haugen")?,
        email: EmailAddress::parse("liv@brightspark.example")?,
    };
    let change = SubcontractorCommand::ChangePrimaryContact { to, answers: None };
    mia.run(Command::Subcontractor(subcontractor, change)).await?;
    for invitation in invitations.into_iter().take(1) {
        let token = TokenId(Uuid::now_v7());
        let resend = SubcontractorCommand::Resend { invitation, token };
        mia.run(Command::Subcontractor(subcontractor, resend)).await?;
    }
    Ok(())
}

/// What is said about a task, and a task that is done.
pub(super) async fn work(
    mia: &Day<'_>,
    roofers: &Roofers,
    job: JobId,
    (done, open): (TaskId, TaskId),
) -> anyhow::Result<()> {
    roofers.deed(mia, roofers.orla, (job, done), TradeDeed::Complete).await?;
    let says = |text: &str| {
        let (comment, text) = (CommentId(Uuid::now_v7()), MessageText::parse(text)?);
        Ok::<_, anyhow::Error>(TradeDeed::Comment { comment, text })
    };
    let asks = says("The slates come on Thursday. Can the crane stay until Friday noon?")?;
    roofers.deed(mia, roofers.orla, (job, open), asks).await?;
    let (task, comment) = (open, CommentId(Uuid::now_v7()));
    let text = MessageText::parse("Yes, it stays. Please keep the yard free for the neighbours.")?;
    mia.run(Command::Job(job, JobCommand::CommentOnTask { task, comment, text })).await?;
    let agrees = says("Will do; we are two people less on Friday, and still done by noon.")?;
    roofers.deed(mia, roofers.cormac, (job, open), agrees).await
}

async fn noted(
    mia: &Day<'_>,
    company: &str,
    name: &str,
    email: &str,
) -> anyhow::Result<SubcontractorId> {
    let subcontractor = SubcontractorId(Uuid::now_v7());
    let contact =
        NewPrimaryContact { name: PersonName::parse(name)?, email: EmailAddress::parse(email)? };
    let add = SubcontractorCommand::Add { company: CompanyName::parse(company)?, contact };
    mia.run(Command::Subcontractor(subcontractor, add)).await?;
    Ok(subcontractor)
}

async fn invited(
    mia: &Day<'_>,
    subcontractor: SubcontractorId,
    job: JobId,
) -> anyhow::Result<(ProjectInvitationId, TokenId)> {
    let (invitation, token) = (ProjectInvitationId(Uuid::now_v7()), TokenId(Uuid::now_v7()));
    let invite = SubcontractorCommand::Invite { invitation, job, token };
    mia.run(Command::Subcontractor(subcontractor, invite)).await?;
    Ok((invitation, token))
}

impl Roofers {
    /// The primary contact makes a login, and with it the organisation (R72, R73).
    async fn founded(&self, mia: &Day<'_>, token: TokenId) -> anyhow::Result<()> {
        let person = self.comes(mia, ROOFER, token, self.orla).await?;
        mia.app.store().ensure_ledger(self.org.into(), "subcontractor_org").await?;
        let name = CompanyName::parse("Ridge & Sons Roofing")?;
        let who = who("Orla", "Ridge", ROOFER)?;
        let create = SubcontractorOrgCommand::Create { name, user: self.orla, who, person };
        self.org_does(mia, self.orla, create).await?;
        mia.app.store().note_org_domain(&EmailAddress::parse(ROOFER)?, self.org).await?;
        let (account, subcontractor) = (self.account, self.subcontractor);
        let link = SubcontractorOrgCommand::LinkGeneralContractor { account, subcontractor };
        self.org_does(mia, self.orla, link).await
    }

    /// R77, R79: every user may let others in.
    async fn lets_in(&self, mia: &Day<'_>) -> anyhow::Result<()> {
        let (user, token) = (self.cormac, TokenId(Uuid::now_v7()));
        let who = who("Cormac", "Ridge", SECOND)?;
        let invite = SubcontractorOrgCommand::InviteUser { user, who, token };
        self.org_does(mia, self.orla, invite).await?;
        let person = self.comes(mia, SECOND, token, user).await?;
        let join = SubcontractorOrgCommand::JoinByInvite { user, token, person };
        self.org_does(mia, user, join).await
    }

    /// Somebody makes a login by a link that was mailed to them, and notes the organisation.
    async fn comes(
        &self,
        mia: &Day<'_>,
        email: &str,
        token: TokenId,
        user: SubUserId,
    ) -> anyhow::Result<PersonId> {
        let addressed = Addressed { email: EmailAddress::parse(email)?, token };
        let login = known(mia.app, &addressed.email).await.map_err(told)?;
        let password = Typed::from(&*password(mia.app, email));
        let visitor = visitor();
        let (person, _) = who_accepts(mia.app, &visitor, &addressed, login, Some(&password))
            .await
            .map_err(told)?;
        let link = Command::Person(person, PersonCommand::LinkOrg { org: self.org, user });
        let own = visitor.circumstances(Actor::Owner(person));
        run(mia.app, person.into(), link, own).await.map_err(told)?;
        Ok(person)
    }

    async fn org_does(
        &self,
        mia: &Day<'_>,
        user: SubUserId,
        command: SubcontractorOrgCommand,
    ) -> anyhow::Result<()> {
        let command = Command::SubcontractorOrg(self.org, command);
        run(mia.app, self.org.into(), command, self.as_user(user)).await.map_err(told)?;
        Ok(())
    }

    async fn deed(
        &self,
        mia: &Day<'_>,
        user: SubUserId,
        (job, task): (JobId, TaskId),
        deed: TradeDeed,
    ) -> anyhow::Result<()> {
        let subcontractor = self.subcontractor;
        let command = Command::TradeTask { job, subcontractor, user, task, deed };
        self.do_as(mia, user, command).await
    }

    /// Carries out what one of them does in the demo's company's own book.
    async fn do_as(&self, mia: &Day<'_>, user: SubUserId, command: Command) -> anyhow::Result<()> {
        let ledger = LedgerId::from(self.account);
        run(mia.app, ledger, command, self.as_user(user)).await.map_err(told)?;
        Ok(())
    }

    fn as_user(&self, user: SubUserId) -> Circumstances {
        Circumstances {
            authority: Authority::SubUser { org: self.org, user },
            ..visitor().circumstances(Actor::SubUser(user))
        }
    }
}

fn who(first: &str, last: &str, email: &str) -> anyhow::Result<NewSubUser> {
    Ok(NewSubUser {
        first_name: PersonName::parse(first)?,
        last_name: PersonName::parse(last)?,
        email: EmailAddress::parse(email)?,
    })
}
