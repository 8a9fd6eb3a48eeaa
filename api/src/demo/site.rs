//! What the demo's company is building, with whom, and what is said about it.

use super::day::Day;
use super::life::{COURTYARD, HANA, INES, PRIYA};
use super::people;
use super::trades::{self, Roofers};
use crate::endpoints::jobs::create::from_template;
use crate::import::run::ImportReport;
use anyhow::Context;
use domain::builder_account::{BuilderAccountCommand, JobSetup, JobTemplate, TemplateTask};
use domain::contact::{ContactCommand, ContactDetails, InfoEdit};
use domain::custom_field::{CustomField, FieldKind, TypedValue};
use domain::job::{
    Assignee, BudgetLine, Cents, JobCommand, JobDetails, MilestoneDetails, MilestoneEdit,
    MilestoneStatus, Phase, TaskDetails, TaskKind,
};
use domain::lead::LeadCommand;
use domain::owner_item::{OwnerItemCommand, TodoDetails};
use domain::text::{
    CustomText, JobName, Label, MessageText, NoteText, PersonName, PostalAddress, Title,
};
use domain::{
    Actor, Command, ContactId, EmailAddress, FieldName, JobId, JobType, LeadId, MilestoneId,
    NoteId, OwnerItemId, PhoneNumber, StaffId, TaskId, TemplateId,
};
use uuid::Uuid;

/// Further lines of `examples/demo.csv`.
const LOFTS: u64 = 6;
const WENDELL: u64 = 11;
const NOOR: u64 = 12;

/// Somebody of the staff sets the company up and keeps its jobs; an owner answers.
pub(super) async fn build(
    day: &Day<'_>,
    staff: StaffId,
    report: &ImportReport,
) -> anyhow::Result<()> {
    let mia = Day { actor: Actor::StaffMember(staff), ..*day };
    let contact = |line| report.contact_on(line).map(ContactId).context("the demo's row is there");
    let job = |line| report.job_on(line).map(JobId).context("the demo's row is there");
    let template = set_up(&mia).await?;
    fields(&mia, contact(PRIYA)?, contact(HANA)?).await?;

    let person = people::owner(day, contact(PRIYA)?).await?;
    let priya = Day { actor: Actor::Owner(person), ..*day };
    let roofers = trades::roofers(&mia, &[job(LOFTS)?, job(HANA)?]).await?;
    trades::electricians(&mia, [job(INES)?, job(LOFTS)?]).await?;
    lofts(&mia, job(LOFTS)?, contact(PRIYA)?, &roofers).await?;
    talk(&mia, &priya, job(LOFTS)?, contact(PRIYA)?).await?;
    kitchen(&mia, job(INES)?, contact(INES)?, template).await?;
    let done = Command::Job(job(NOOR)?, JobCommand::Archive);
    mia.run(done).await?;
    let deadline = JobCommand::SetDeadline(Some(mia.day(-3)));
    mia.run(Command::Job(job(COURTYARD)?, deadline)).await?;

    // Wendell was an owner, and is one no more until he is invited anew (R35).
    people::accepts(day, contact(WENDELL)?, "wendell@tanneryrow.example.com").await?;
    let ended = "The shop fronts were handed over to the new tenant";
    mia.because(ended).contact(contact(WENDELL)?, ContactCommand::DeactivateOwner).await?;
    twice(&mia).await?;
    asks(&mia).await
}

/// Job types, and a template (R55, R56).
async fn set_up(mia: &Day<'_>) -> anyhow::Result<TemplateId> {
    let types = ["New home", "Remodel", "Exterior"].map(JobType::parse);
    let types = types.into_iter().collect::<Result<Vec<_>, _>>()?;
    let account =
        |setup| Command::BuilderAccount(mia.account, BuilderAccountCommand::JobSetup(setup));
    mia.run(account(JobSetup::SetTypes(types))).await?;
    let tasks = [
        ("Measure the room", TaskKind::Task, Phase::Planning),
        ("Approve the drawings", TaskKind::Approval, Phase::Planning),
        ("Choose the worktop", TaskKind::Selection, Phase::Planning),
        ("Take the old kitchen out", TaskKind::Task, Phase::Execution),
        ("Pipes and wires", TaskKind::Task, Phase::Execution),
        ("Set the cabinets", TaskKind::Task, Phase::Execution),
        ("Walk through together", TaskKind::Approval, Phase::Closeout),
    ];
    let tasks = tasks
        .into_iter()
        .map(|(title, kind, phase)| Ok(TemplateTask { title: Title::parse(title)?, kind, phase }));
    let milestones = ["Drawings approved", "Old kitchen out", "Kitchen in use"].map(Title::parse);
    let kitchen = JobTemplate {
        name: Label::parse("Kitchen")?,
        job_type: Some(JobType::parse("Remodel")?),
        tasks: tasks.collect::<anyhow::Result<_>>()?,
        milestones: milestones.into_iter().collect::<Result<_, _>>()?,
    };
    let id = TemplateId(Uuid::now_v7());
    mia.run(account(JobSetup::AddTemplate(id, kitchen))).await?;
    Ok(id)
}

/// Fields of the company's own on contacts (R41).
async fn fields(mia: &Day<'_>, priya: ContactId, hana: ContactId) -> anyhow::Result<()> {
    let heard = ["A neighbour", "A sign on a site", "The web"].map(Label::parse);
    let choices = heard.into_iter().collect::<Result<_, _>>()?;
    let field = |name, label, kind| {
        Ok::<_, anyhow::Error>(CustomField {
            name: FieldName::parse(name)?,
            label: Label::parse(label)?,
            kind,
        })
    };
    let all = vec![
        field("heard-of-us", "Heard of us by", FieldKind::Choice { choices })?,
        field("gate", "How to get in", FieldKind::Text)?,
    ];
    let set = BuilderAccountCommand::SetCustomFields(all);
    mia.run(Command::BuilderAccount(mia.account, set)).await?;
    for (contact, name, value) in [
        (priya, "heard-of-us", "A neighbour"),
        (priya, "gate", "By the yard; the bell is the lower one"),
        (hana, "heard-of-us", "A sign on a site"),
    ] {
        let (account, field) = (mia.account, FieldName::parse(name)?);
        let to = TypedValue::Text(CustomText::parse(value)?);
        mia.run(Command::SetCustomField { account, contact, field, to }).await?;
    }
    Ok(())
}

/// A large job in the middle of its life.
async fn lofts(
    mia: &Day<'_>,
    job: JobId,
    priya: ContactId,
    roofers: &Roofers,
) -> anyhow::Result<()> {
    let of_job = |command| Command::Job(job, command);
    let to = Some(JobType::parse("New home")?);
    mia.run(Command::SetJobType { account: mia.account, job, to }).await?;
    mia.run(of_job(JobCommand::SetDeadline(Some(mia.day(74))))).await?;
    let (owner, crew) = (Assignee::Owner(priya), Assignee::Staff(Label::parse("Tom, site")?));
    let trade = Assignee::Trade(roofers.subcontractor);
    let mut theirs = Vec::new();
    for (title, kind, phase, assignee, due, done) in [
        ("Survey of the old beams", TaskKind::Task, Phase::Planning, Some(&crew), -60, true),
        ("Approve the floor plans", TaskKind::Approval, Phase::Planning, Some(&owner), -41, true),
        ("Building permit", TaskKind::Task, Phase::Planning, None, -35, true),
        ("Take the roof off", TaskKind::Task, Phase::Execution, Some(&trade), -12, false),
        ("New roof", TaskKind::Task, Phase::Execution, Some(&trade), 9, false),
        ("Choose the window frames", TaskKind::Selection, Phase::Execution, Some(&owner), 5, false),
        ("Staircases", TaskKind::Task, Phase::Execution, Some(&crew), 30, false),
        ("Approve the stair rail", TaskKind::Approval, Phase::Execution, Some(&owner), 21, false),
        ("Walk through together", TaskKind::Approval, Phase::Closeout, None, 70, false),
    ] {
        let (task, title) = (TaskId(Uuid::now_v7()), Title::parse(title)?);
        if assignee == Some(&trade) {
            theirs.push(task);
        }
        let (assignee, due) = (assignee.cloned(), Some(mia.day(due)));
        let details = TaskDetails { title, kind, phase, assignee, due };
        mia.run(of_job(JobCommand::AddTask(task, details))).await?;
        if done {
            mia.run(of_job(JobCommand::CompleteTask(task))).await?;
        }
    }
    if let [done, open] = theirs[..] {
        trades::work(mia, roofers, job, (done, open)).await?;
    }
    for (title, due, status) in [
        ("Permit in hand", -35, Some(MilestoneStatus::Reached)),
        ("Roof closed", 9, None),
        ("Windows in", -2, Some(MilestoneStatus::Missed)),
        ("Keys handed over", 74, None),
    ] {
        let (id, title) = (MilestoneId(Uuid::now_v7()), Title::parse(title)?);
        let details = MilestoneDetails { title, due: Some(mia.day(due)) };
        mia.run(of_job(JobCommand::AddMilestone(id, details))).await?;
        if status.is_some() {
            let edit = MilestoneEdit { title: None, due: None, status };
            mia.run(of_job(JobCommand::EditMilestone(id, edit))).await?;
        }
    }
    let line = |label, amount| {
        let amount_cents = Cents::new(amount).map_err(anyhow::Error::msg)?;
        Ok::<_, anyhow::Error>(BudgetLine { label: Label::parse(label)?, amount_cents })
    };
    let budget = vec![
        line("Roof", 8_450_000)?,
        line("Windows", 6_120_000)?,
        line("Staircases", 2_975_000)?,
        line("Salvaged bricks", -640_000)?,
    ];
    mia.run(of_job(JobCommand::SetBudget(budget))).await?;
    let note = "The roofers want a second crane day; not yet told to the owner.";
    let note = JobCommand::AddNote(NoteId(Uuid::now_v7()), NoteText::parse(note)?);
    mia.run(of_job(note)).await
}

/// What the builder and an owner write to each other, and what the owner has done and changed (R63).
async fn talk(
    mia: &Day<'_>,
    priya: &Day<'_>,
    job: JobId,
    contact: ContactId,
) -> anyhow::Result<()> {
    let todo = |title, days| {
        let item = OwnerItemId(Uuid::now_v7());
        let details = TodoDetails { title: Title::parse(title)?, due: Some(mia.day(days)) };
        let add = OwnerItemCommand::AddTodo { item, job, contact, details };
        Ok::<_, anyhow::Error>(Command::OwnerItem(add))
    };
    mia.run(todo("Empty the attic store before the crane comes", 6)?).await?;
    mia.run(todo("Tell the neighbours about the crane", 4)?).await?;
    let write = |text| {
        let (item, text) = (OwnerItemId(Uuid::now_v7()), MessageText::parse(text)?);
        let send = OwnerItemCommand::SendMessage { item, job, contact, text };
        Ok::<_, anyhow::Error>(Command::OwnerItem(send))
    };
    mia.run(write("The old roof is off, and the beams are sound. Pictures follow on Friday.")?)
        .await?;
    priya.run(write("What a relief. May we come and look on Saturday morning?")?).await?;
    mia.run(write("Yes, from nine. Please wear shoes that may get dirty.")?).await?;
    let moved = InfoEdit {
        phones: Some(vec![PhoneNumber::parse("555-0104")?, PhoneNumber::parse("555-0144")?]),
        address: Some(Some(PostalAddress::parse("8 Weir Cottages, Millbrook")?)),
        ..InfoEdit::default()
    };
    priya.contact(contact, ContactCommand::EditInfo(moved)).await?;
    // R39: from then on the builder does not edit what is hers.
    let edit = InfoEdit { name: Some(PersonName::parse("P. Raghunathan")?), ..InfoEdit::default() };
    mia.refused(contact, ContactCommand::EditInfo(edit)).await
}

/// A kitchen as the template has it, beside the one that was imported.
async fn kitchen(
    mia: &Day<'_>,
    imported: JobId,
    ines: ContactId,
    template: TemplateId,
) -> anyhow::Result<()> {
    let details = JobDetails {
        name: JobName::parse("Harbour View pantry")?,
        reference: None,
        site: Some(PostalAddress::parse("22 Harbour View, Port Lindley")?),
    };
    let (job, template) = (JobId(Uuid::now_v7()), Some(from_template(template)));
    let (account, owners, job_type) = (mia.account, vec![ines], None);
    mia.run(Command::CreateJob { account, job, details, owners, job_type, template }).await?;
    let deadline = JobCommand::SetDeadline(Some(mia.day(21)));
    mia.run(Command::Job(imported, deadline)).await
}

/// Two entries that are one person each, to be merged (R29).
async fn twice(mia: &Day<'_>) -> anyhow::Result<()> {
    for (name, email, phone) in [
        ("H. Yilmaz", Some("yilmaz.hana@example.com"), "555-0106"),
        ("Noor Lindqvist", Some("noor.lindqvist@example.org"), "555-0199"),
    ] {
        let details = ContactDetails {
            title: None,
            name: PersonName::parse(name)?,
            primary_email: email.map(EmailAddress::parse).transpose()?,
            additional_emails: Vec::new(),
            phones: vec![PhoneNumber::parse(phone)?],
            address: None,
        };
        mia.contact(ContactId(Uuid::now_v7()), ContactCommand::Create(details)).await?;
    }
    Ok(())
}

/// Somebody who has only asked so far, and is in nobody's book yet.
async fn asks(mia: &Day<'_>) -> anyhow::Result<()> {
    let title = Title::parse("Summer house by the weir, asked by phone")?;
    let create = LeadCommand::Create { title, contact: None };
    mia.run(Command::Lead(LeadId(Uuid::now_v7()), create)).await
}
