//! The general contractor's pages about subcontractors (R71, R76, R82 to R84).

use super::super::harness::{Builder, Server};
use super::super::subcontractors::{Org, accepted, invited, noted, task_for, token};
use super::browser::{Browser, Seen, staff_browser};
use domain::subcontractor::{NewPrimaryContact, SubcontractorCommand};
use domain::{
    Command, EmailAddress, LedgerId, PersonName, PrimaryContactRequestId, SubcontractorId,
};
use uuid::Uuid;

struct Desk {
    server: Server,
    builder: Builder,
    job: Uuid,
    boss: Browser,
}

impl Desk {
    async fn start() -> Self {
        let server = Server::start().await;
        let builder = server.builder("Elm & Sons").await;
        let job = builder.admin.job("Elm St kitchen", &[]).await;
        let boss = staff_browser(&server, &builder, "boss@elm.example", "admin").await;
        Self { server, builder, job, boss }
    }

    /// Fills a page's form in, and shows the page that it leads to.
    async fn done(&mut self, page: &Seen, action: &str, typed: &[(&str, &str)]) -> Seen {
        let sent = self.boss.fill(page, action, typed).await;
        self.boss.follow(&sent).await
    }

    async fn volt(&self) -> Uuid {
        noted(&self.builder, "Volt Electric", "vera@volt.example").await
    }

    fn tab(&self) -> String {
        format!("/jobs/{}/subcontractors", self.job)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subcontractor_is_noted_found_and_renamed() {
    let mut desk = Desk::start().await;
    let list = desk.boss.look("/subcontractors").await.is(200).says(&["No subcontractor yet"]);
    assert!(list.html.contains("href=\"/subcontractors\" aria-current=\"page\""), "{}", list.html);
    let page = desk.boss.look("/subcontractors/new").await.is(200);
    let wrong =
        [("name", "Volt Electric"), ("contact_name", "Vera Volt"), ("contact_email", "vera")];
    let refused = desk.boss.fill(&page, "add", &wrong).await.is(422).says(&["That was not taken"]);
    assert_eq!(refused.form("add").value("name"), "Volt Electric", "what was typed stays");
    let right = [("contact_email", "vera@volt.example")];
    let one = desk.done(&refused, "add", &right).await;
    let one =
        one.says(&["The subcontractor is noted.", "Vera Volt", "vera@volt.example", "Not invited"]);
    let renamed = desk.done(&one, "rename", &[("name", "Volt & Daughters")]).await;
    renamed.says(&["The subcontractor has its new name here.", "Volt & Daughters"]);
    let found = desk.boss.look("/subcontractors?search=daugh&status=not_invited").await.is(200);
    found.says(&["Volt & Daughters", "Vera Volt"]);
    let none = desk.boss.look("/subcontractors?search=daugh&status=accepted").await.is(200);
    none.says(&["none that is like this"]);
    desk.boss.look("/subcontractors?status=gone").await.is(422).says(&["That was not taken"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn r71_a_company_is_invited_from_the_jobs_tab_and_from_its_own_page() {
    let mut desk = Desk::start().await;
    let volt = desk.volt().await;
    let tab = desk.tab();
    let page = desk.boss.look(&tab).await.is(200);
    let page = page.says(&["No subcontractor has been invited", "Invite to this project"]);
    let typed = [("subcontractor", &*volt.to_string())];
    let page = desk.done(&page, "invite", &typed).await;
    let page = page.says(&["on its way to the primary contact", "Volt Electric", "Pending"]);
    let mails = desk.server.mails(desk.builder.id, volt).await;
    assert_eq!(mails.len(), 1);
    // Pressed on an old page: refused beside the field.
    let twice = desk.boss.send(&tab, &[("action", "invite"), typed[0]]).await.is(409);
    twice.says(&["That was not taken", "Rule R71"]);
    let page = desk.done(&page, "resend", &[]).await.says(&["The old link is dead."]);
    desk.done(&page, "cancel", &[]).await.says(&["taken back", "Cancelled", "Send again"]);
    // From the company's page, by the job's name.
    desk.builder.admin.job("Oak Road barn", &[]).await;
    let one = desk.boss.look(&format!("/subcontractors/{volt}?find=oak")).await.is(200);
    let one = one.says(&["Oak Road barn", "Elm St kitchen", "Cancelled"]);
    let one = desk.done(&one, "invite", &[]).await.says(&["Oak Road barn", "Pending"]);
    desk.done(&one, "resend", &[]).await.says(&["sent again"]);
    // The jobs that it is on already take no other's place among the ten that are found.
    for number in 10..20 {
        let job = desk.builder.admin.job(&format!("Row house {number}"), &[]).await;
        invited(&desk.builder, volt, job).await;
    }
    let last = desk.builder.admin.job("Row house 20", &[]).await;
    let found = desk.boss.look(&format!("/subcontractors/{volt}?find=row%20house")).await.is(200);
    assert!(found.html.contains(&last.to_string()), "{}", found.html);
}

/// Scenario 21
#[tokio::test(flavor = "multi_thread")]
async fn r83_stale_invitations_are_flagged_and_resent_with_one_action() {
    let mut desk = Desk::start().await;
    let volt = desk.volt().await;
    let barn = desk.builder.admin.job("Barn", &[]).await;
    for job in [desk.job, barn] {
        invited(&desk.builder, volt, job).await;
    }
    let path = format!("/subcontractors/{volt}");
    let page = desk.boss.look(&path).await.is(200).says_nothing_of(&["Resend all"]);
    let refused = [("contact_name", "Uwe Ampere"), ("email", "uwe")];
    let page = desk.boss.fill(&page, "change", &refused).await.is(422);
    assert_eq!(page.form("change").value("contact_name"), "Uwe Ampere", "what was typed stays");
    let changed = desk.done(&page, "change", &[("email", "uwe@volt.example")]).await;
    let changed = changed.says(&[
        "They are not registered yet",
        "R84",
        "Uwe Ampere",
        "2 invitations must be sent again",
        "Send again",
    ]);
    let list = desk.boss.look("/subcontractors?stale=true").await.is(200);
    list.says(&["Volt Electric", "2 to send again"]);
    let all = desk.done(&changed, "resend-all", &[]).await;
    let all = all.says(&["All of them are on their way", "Pending"]);
    all.says_nothing_of(&["Resend all", "must be sent again"]);
    let mails = desk.server.mails(desk.builder.id, volt).await;
    let to: Vec<&str> = mails.iter().skip(2).map(|mail| &*mail.to).collect();
    assert_eq!(to, ["uwe@volt.example"; 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn r82_what_the_subcontractor_asks_for_is_answered_on_its_page() {
    let mut desk = Desk::start().await;
    let volt = desk.volt().await;
    let org = Org::found(&desk.server, "vera@volt.example").await;
    accepted(&desk.server, &desk.builder, org, volt, desk.job).await;
    for (name, email) in [("Uwe Ampere", "uwe@volt.example"), ("Tea Ohm", "vera@volt.example")] {
        let to = NewPrimaryContact {
            name: PersonName::parse(name).expect("a name"),
            email: EmailAddress::parse(email).expect("an address"),
        };
        let request = PrimaryContactRequestId(Uuid::now_v7());
        let ask = SubcontractorCommand::RequestPrimaryContactChange { request, user: org.user, to };
        let ask = Command::Subcontractor(SubcontractorId(volt), ask);
        org.does(&desk.server, LedgerId(desk.builder.id), ask).await.expect("asked");
    }
    let path = format!("/subcontractors/{volt}");
    let page = desk.boss.look(&path).await.is(200);
    let page =
        page.says(&["They ask for another primary contact", "Uwe Ampere", "Tea Ohm", "Accepted"]);
    page.clone().says(&["Rule R76"]).says_nothing_of(&[&org.org.to_string()]);
    desk.boss.look("/subcontractors").await.is(200).says(&["Asks for another contact"]);
    // The newest is asked first.
    let changed = desk.done(&page, "change", &[]).await;
    let page = changed.says(&["The primary contact is changed.", "Tea Ohm"]);
    let declined = desk.done(&page, "decline", &[]).await;
    declined
        .says(&["The request is declined.", "Tea Ohm"])
        .says_nothing_of(&["They ask for another primary contact"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_are_given_to_the_jobs_subcontractors_and_talked_about() {
    let mut desk = Desk::start().await;
    let volt = desk.volt().await;
    noted(&desk.builder, "Oak Tiling", "ina@tiles.example").await;
    let org = Org::found(&desk.server, "vera@volt.example").await;
    let invitation = accepted(&desk.server, &desk.builder, org, volt, desk.job).await;
    let path = format!("/jobs/{}/tasks", desk.job);
    let page = desk.boss.look(&path).await.is(200).says(&["Subcontractor: Volt Electric"]);
    let page = page.says_nothing_of(&["Subcontractor: Oak Tiling"]);
    let trade = format!("trade:{volt}");
    let typed = [("title", "Wires"), ("phase", "execution"), ("assignee", &*trade)];
    let page = desk.done(&page, "add", &typed).await;
    let page = page.says(&["Wires", "for Volt Electric (subcontractor)", "Comment"]);
    let (_, rest) = page.html.split_once("?comments=").expect("a way to talk");
    let task: Uuid = rest.get(..36).and_then(|id| id.parse().ok()).expect("a task");
    let comments = desk.boss.look(&format!("{path}?comments={task}")).await.is(200);
    let comments = comments.says(&["Comments on Wires", "To Volt Electric"]);
    let empty = desk.boss.fill(&comments, "comment", &[("text", " ")]).await.is(422);
    let empty = empty.says(&["Comments on Wires", "That was not taken"]);
    let said = desk.done(&empty, "comment", &[("text", "By Friday,\nplease.")]).await;
    let said = said.says(&["Your comment is sent.", "By Friday,\nplease.", "Your company"]);
    // Pressed twice, it is said once.
    let twice = desk.boss.fill(&empty, "comment", &[("text", "By Friday,\nplease.")]).await;
    let twice = desk.boss.follow(&twice).await;
    assert_eq!(twice.text().matches("By Friday").count(), said.text().matches("By Friday").count());
    let about = (desk.job, volt, task);
    org.deed(&desk.server, &desk.builder, about, Org::says("Friday it is.")).await.expect("said");
    let tab = desk.tab();
    let page = desk.boss.look(&tab).await.is(200);
    let page = page.says(&["Volt Electric", "Accepted", "Wires", "2 comments"]);
    // An edit of the title leaves whose it is and what was said.
    let edit = desk.boss.look(&format!("{path}?edit={task}")).await.is(200);
    assert_eq!(edit.form("save").value("assignee"), trade);
    desk.done(&edit, "save", &[("title", "Wires and lamps")]).await.says(&["2 comments"]);
    // Taken away: its tasks stay, and are nobody's.
    let gone = desk.done(&page, "withdraw", &[]).await;
    gone.says(&["taken away", "Withdrawn", "No task of this job is for them."]);
    let tasks = desk.boss.look(&path).await.is(200).says(&["Wires and lamps", "2 comments"]);
    tasks.says_nothing_of(&["for Volt Electric", "Subcontractor: Volt Electric"]);
    // Whose task it was is still who said it, and histories call companies by their names.
    let said = desk.boss.look(&format!("{path}?comments={task}")).await.is(200);
    said.says(&["Your company, to Volt Electric", "Volt Electric, "]);
    let history = desk.boss.look(&format!("/jobs/{}/history", desk.job)).await.is(200);
    let history = history.says(&["Who a task is for", "subcontractor Volt Electric"]);
    history.says_nothing_of(&[&format!("trade {volt}")]);
    let audit = desk.boss.look(&format!("/audit?subcontractor={volt}")).await.is(200);
    assert!(audit.html.contains(&format!("href=\"/subcontractors/{volt}\"")), "{}", audit.html);
    let (one, other) = (volt.to_string(), invitation.to_string());
    let late = [("action", "cancel"), ("subcontractor", &*one), ("invitation", &*other)];
    desk.boss.send(&tab, &late).await.is(409).says(&["That was not taken"]);
    desk.boss.send(&tab, &[("action", "")]).await.is(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn auditors_see_subcontractors_and_no_buttons_and_strangers_nothing() {
    let desk = Desk::start().await;
    let volt = desk.volt().await;
    let invitation = invited(&desk.builder, volt, desk.job).await;
    task_for(&desk.builder, desk.job, volt, "Wires").await;
    token(&desk.server, &desk.builder, invitation, volt).await;
    let mut auditor =
        staff_browser(&desk.server, &desk.builder, "aud@elm.example", "auditor").await;
    let paths = [
        "/subcontractors".to_owned(),
        "/subcontractors/new".to_owned(),
        format!("/subcontractors/{volt}"),
        desk.tab(),
        format!("/jobs/{}/tasks", desk.job),
    ];
    for path in &paths {
        let seen = auditor.look(path).await.is(200);
        seen.says_nothing_of(&["name=\"action\"", "href=\"/subcontractors/new\""]);
    }
    let tried = [("action", "rename"), ("name", "X")];
    auditor.send(&paths[2], &tried).await.is(403).says(&["That was not taken"]);
    let oak = desk.server.builder("Oak").await;
    let mut other = staff_browser(&desk.server, &oak, "boss@oak.example", "admin").await;
    let theirs = other.look(&paths[2]).await.is(404);
    let nobodys = other.look(&format!("/subcontractors/{}", Uuid::now_v7())).await.is(404);
    let told = |seen: &Seen| {
        let text = seen.text();
        let same: Vec<&str> = text.lines().filter(|line| !line.starts_with("Request")).collect();
        same.join("\n")
    };
    assert_eq!(told(&theirs), told(&nobodys));
    other.send(&paths[2], &tried).await.is(404);
    other.look(&paths[3]).await.is(404);
}
