//! The pages of subcontractors' organisations, and of those whom links lead to them: the seed's page,
//! read aloud while somebody does it (R71 to R85).

use super::super::harness::{Builder, Server};
use super::super::trades::{
    TRADE_PASSWORD, accept_anew, add_user, change_primary_contact, invite, invited, second_user,
    subcontractor, task,
};
use super::browser::{Browser, Seen};
use super::{OTHER, PASSWORD};
use uuid::Uuid;

const NEW_PASSWORD: [(&str, &str); 2] = [("password", PASSWORD), ("password_again", PASSWORD)];

/// A project, its subcontractor, and the link to it.
async fn site(server: &Server) -> (Builder, Uuid, Uuid, String) {
    let elm = server.builder("Elm Builders").await;
    let pipes = ("Pia's Pipes", "Pia Pipe", "pia@pipes.example");
    let (pipes, job, link) = invited(server, &elm, pipes, "Barn").await;
    (elm, pipes, job, link)
}

/// The page that a link on this one leads to, which is called so.
async fn through(browser: &mut Browser, page: &Seen, label: &str) -> Seen {
    let before = page.html.split(&format!(">{label}</a>")).next();
    let (_, path) = before.and_then(|text| text.rsplit_once("href=\"")).expect("a link");
    let path = path.split('"').next().expect("a path").to_owned();
    assert!(page.html.contains(&format!(">{label}</a>")), "no {label} in {}", page.html);
    browser.look(&path).await.is(200)
}

/// The whole of the seed's page.
#[tokio::test(flavor = "multi_thread")]
async fn the_seeds_page_can_be_read_aloud_while_somebody_does_it() {
    let server = Server::start().await;
    let (elm, pipes, job, link) = site(&server).await;
    // "Not yet registered - The Primary Contact must create a login."
    let mut pia = Browser::new(&server);
    let page = pia.look(&format!("/project-invitations/{link}")).await.is(200).says(&[
        "Invitation from Elm Builders",
        "Elm Builders invites Pia's Pipes to the project Barn.",
        "Your first name",
    ]);
    assert_eq!(page.form("accept").value("first_name"), "Pia");
    assert_eq!(page.form("accept").value("last_name"), "Pipe");
    let short = [("password", "too short"), ("password_again", "too short"), ("last_name", "Pype")];
    let refused = pia.fill(&page, "accept", &short).await.is(422);
    let refused = refused.says(&["That was not taken"]);
    assert_eq!(refused.form("accept").value("last_name"), "Pype", "what was typed stays");
    let page = pia.look(&format!("/project-invitations/{link}")).await.is(200);
    let accepted = pia.fill(&page, "accept", &NEW_PASSWORD).await;
    let page = pia.follow(&accepted).await.says(&["Welcome.", "Projects", "Barn", "Elm Builders"]);
    // H8: the nudge.
    let page = page.says(&["You are the only user of your organisation."]);
    // "Navigate to Settings by selecting the gear icon in the top right. Then, click the Users tab from
    // the left-hand navigation."
    let header = page.html.split("</header>").next().expect("a header");
    assert!(header.contains("class=\"gear\" href=\"/org/settings\""), "{header}");
    assert!(header.contains("aria-label=\"Settings\"") && header.contains("<svg"), "{header}");
    let settings = pia.look("/org/settings").await.is(200).says(&["Settings", "Users"]);
    let users = through(&mut pia, &settings, "Users").await.says(&["Users", "Pia Pipe", "you"]);
    // The last one has no way to leave.
    let users = users.says(&["The last user stays"]);
    // "To add a new user, click Add User. Enter the user's first name, last name, and email address. Then
    // click Add User to trigger the invitation."
    let add = through(&mut pia, &users, "Add User").await;
    let add = add.says(&["Add User", "First name", "Last name", "Email address"]);
    let refused = pia.fill(&add, "add", &[("first_name", "Nia"), ("email", "nia")]).await.is(422);
    let refused = refused.says(&["Last name must not be empty."]);
    assert_eq!(refused.form("add").value("first_name"), "Nia");
    let typed = [("last_name", "Nail"), ("email", "nia@pipes.example")];
    let added = pia.fill(&refused, "add", &typed).await;
    pia.follow(&added).await.says(&["The invitation is on its way.", "Nia Nail", "Invited"]);
    // "Once the invitation is accepted, the user will have access to all projects."
    task(&server, &elm, job, pipes, "Lay the mains").await;
    let org = organisation(&server).await;
    let users: Vec<Uuid> = users_of(&server, org).await;
    let newest = server.newest_link(org, users[1]).await;
    let mut nia = Browser::new(&server);
    let page = nia.look(&format!("/org-invitations/{newest}")).await.is(200);
    let page = page.says(&["Pia's Pipes invites you to work with it here."]);
    let joined = nia.fill(&page, "accept", &NEW_PASSWORD).await;
    nia.follow(&joined).await.says(&["Welcome.", "Barn"]).says_nothing_of(&["only user"]);
    let project = nia.look(&format!("/org/projects/{job}")).await.is(200).says(&["Lay the mains"]);
    let done = nia.fill(&project, "complete", &[]).await;
    let project = nia.follow(&done).await.says(&["The task is done.", "Not done after all"]);
    let said = nia.fill(&project, "comment", &[("text", "Mind the trench.")]).await;
    let project = nia.follow(&said).await.says(&["Mind the trench.", "Your organisation"]);
    let empty = nia.fill(&project, "comment", &[("text", " ")]).await.is(422);
    empty.says(&["That was not taken", "must not be empty"]);
    // "Adding or Removing Users": she removes Pia, who is out at once.
    let users = nia.look("/org/settings/users").await.is(200).says(&["Remove", "Leave"]);
    let remove = users.html.split("<form").find(|form| form.contains("Remove: Pia Pipe"));
    assert!(remove.is_some_and(|form| form.contains("value=\"remove\"")), "{}", users.html);
    let first = users_of(&server, org).await[0].to_string();
    let sent = [("user", first.as_str()), ("action", "remove")];
    let removed = nia.send("/org/settings/users", &sent).await;
    nia.follow(&removed).await.says(&["They belong to your organisation no more."]);
    let out = pia.look("/org/projects").await;
    assert_eq!(out.leads_to(), "/sign-in?next=/org/projects");
    let history = nia.look("/org/settings/history").await.is(200);
    history.says(&["Nia Nail", "Pia Pipe"]);
}

/// The one organisation of a server.
async fn organisation(server: &Server) -> Uuid {
    let client = server.database().client().await;
    let rows = client.query("SELECT DISTINCT ledger_id FROM org_users", &[]).await.expect("rows");
    rows[0].get(0)
}

/// Its users, in the order in which they came.
async fn users_of(server: &Server, org: Uuid) -> Vec<Uuid> {
    use domain::subcontractor_org::SubcontractorOrgEvent as Happened;
    let ledger = domain::LedgerId(org);
    let events = server.store.reader().aggregate_events(ledger, &[org]).await.expect("events");
    let user = |event: &Happened| {
        if let Happened::SubcontractorOrgCreated(created) = event {
            return Some(created.user.0);
        }
        let Happened::SubUserInvited(invited) = event else { return None };
        Some(invited.user.0)
    };
    events.iter().filter_map(|r| r.subcontractor_org().and_then(|(_, event)| user(event))).collect()
}

/// "Changing the Primary Contact": the request, from here.
#[tokio::test(flavor = "multi_thread")]
async fn r82_the_primary_contact_is_asked_for_and_not_changed_from_here() {
    let server = Server::start().await;
    let (elm, pipes, _, link) = site(&server).await;
    let pia = accept_anew(&server, &link).await;
    let nia = second_user(&server, &pia, "nia@pipes.example").await;
    let mut browser = Browser::new(&server);
    assert_eq!(
        browser.sign_in("nia@pipes.example", TRADE_PASSWORD).await.leads_to(),
        "/org/projects"
    );
    let page = browser.look("/org/general-contractors").await.is(200);
    let page = page.says(&["Elm Builders", "Pia Pipe", "pia@pipes.example"]);
    let asked = browser.fill(&page, "ask", &[("user", &nia.user.to_string())]).await;
    let page = browser.follow(&asked).await;
    page.says(&["The general contractor knows whom you want", "Pia Pipe", "the answer is theirs"]);
    // An invitation that went to the one before says why it is dead.
    let shed = elm.admin.job("Shed", &[]).await;
    let link = invite(&server, &elm, pipes, shed).await;
    let contact = ("Nia Nail", "nia@pipes.example");
    change_primary_contact(&server, &elm, pipes, contact, None).await;
    let dead = browser.look(&format!("/project-invitations/{link}")).await.is(410);
    dead.says(&["another primary contact", "Elm Builders", "Rule R83"]);
}

/// R82, beside the choice that was made.
#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_ask_for_another_primary_contact_now_finds_their_choice_again() {
    let server = Server::start().await;
    let (_, pipes, _, link) = site(&server).await;
    let pia = accept_anew(&server, &link).await;
    let nia = second_user(&server, &pia, "nia@pipes.example").await;
    let path = format!("/v1/org/general-contractors/{pipes}/primary-contact-requests");
    for _ in 0..20 {
        pia.session.post(&path, serde_json::json!({ "user": nia.user })).await.is(201);
    }
    let mut browser = Browser::new(&server);
    browser.sign_in("pia@pipes.example", TRADE_PASSWORD).await.leads_to();
    let page = browser.look("/org/general-contractors").await.is(200);
    let once = page.form("ask").value("once").to_owned();
    for user in [pia.user, nia.user] {
        let user = user.to_string();
        let refused = browser.fill(&page, "ask", &[("user", &*user)]).await.is(422);
        let refused = refused.says(&["That was not taken", "Wait for an answer.", "Rule R82"]);
        assert_eq!(refused.form("ask").value("user"), user);
        assert_eq!(refused.form("ask").value("once"), once);
        assert!(refused.html.contains("<details open>"), "{}", refused.html);
    }
    // Who has left meanwhile is said to be unknown beside the choice.
    pia.session.delete(&format!("/v1/org/users/{}", nia.user)).await.is(200);
    let unknown = browser.fill(&page, "ask", &[("user", &*nia.user.to_string())]).await.is(404);
    assert!(unknown.html.contains("id=\"user-0-wrong\""), "{}", unknown.html);
    assert!(unknown.html.contains("href=\"#user-0\""), "{}", unknown.html);
}

/// H9 and G11 with a browser: the company is here already.
#[tokio::test(flavor = "multi_thread")]
async fn h9_who_accepts_is_asked_whether_the_company_is_here_and_joins_by_a_users_yes() {
    let server = Server::start().await;
    let (elm, _, _, link) = site(&server).await;
    let pia = accept_anew(&server, &link).await;
    let shed = elm.admin.job("Shed", &[]).await;
    let ed =
        subcontractor(&server, &elm, "Pipes and Co", ("Ed Estimate", "ed@pipes.example")).await;
    let link = invite(&server, &elm, ed, shed).await;
    let mut browser = Browser::new(&server);
    let path = format!("/project-invitations/{link}");
    let page = browser.look(&path).await.is(200).says(&[
        "Your company may be here already.",
        "Pia's Pipes: ask to join it",
        "Another one, which is new here",
    ]);
    let asked = browser.fill(&page, "accept", &NEW_PASSWORD).await;
    browser.follow(&asked).await.says(&["want to join", "open the link in your invitation again"]);
    let mut user = Browser::new(&server);
    user.sign_in("pia@pipes.example", TRADE_PASSWORD).await.leads_to();
    let page = user.look("/org/requests").await.is(200).says(&["Ed Estimate", "ed@pipes.example"]);
    let yes = user.fill(&page, "approve", &[]).await;
    user.follow(&yes).await.says(&["They belong to your organisation now"]);
    // The same link, and the login that there is now.
    let page = browser.look(&path).await.is(200).says(&["Sign in to accept"]);
    let wrong = browser.fill(&page, "sign-in", &[("password", OTHER)]).await.is(401);
    let accepted = browser.fill(&wrong, "sign-in", &[("password", PASSWORD)]).await;
    let page = browser.follow(&accepted).await.says(&["Welcome.", "Barn", "Shed"]);
    assert!(page.html.contains("Pia's Pipes") || page.html.contains("Pia&#39;s Pipes"));
    let users = pia.session.get("/v1/org/users").await.is(200);
    assert_eq!(users.each("status"), ["registered", "registered"]);
    // A second one is asked, and is told that it is another.
    let gate = elm.admin.job("Gate", &[]).await;
    let ro = subcontractor(&server, &elm, "Roofs", ("Ro Roof", "ro@pipes.example")).await;
    let link = invite(&server, &elm, ro, gate).await;
    let mut browser = Browser::new(&server);
    let page = browser.look(&format!("/project-invitations/{link}")).await.is(200);
    assert_eq!(page.form("accept").value("new_organisation"), "Roofs");
    let typed = [NEW_PASSWORD[0], NEW_PASSWORD[1], ("company", "new")];
    let accepted = browser.fill(&page, "accept", &typed).await;
    browser.follow(&accepted).await.says(&["Gate"]).says_nothing_of(&["Barn"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_of_an_organisation_says_names_and_no_ids() {
    let server = Server::start().await;
    let (elm, _, _, link) = site(&server).await;
    accept_anew(&server, &link).await;
    let ed = ("Pipes and Co", "Ed Estimate", "ed@pipes.example");
    let (_, _, link) = invited(&server, &elm, ed, "Shed").await;
    let mut asker = Browser::new(&server);
    let page = asker.look(&format!("/project-invitations/{link}")).await.is(200);
    asker.fill(&page, "accept", &NEW_PASSWORD).await.leads_to();
    let mut user = Browser::new(&server);
    user.sign_in("pia@pipes.example", TRADE_PASSWORD).await.leads_to();
    let page = user.look("/org/requests").await.is(200);
    user.fill(&page, "reject", &[]).await.leads_to();
    let history = user.look("/org/settings/history").await.is(200);
    let history = history.says(&["Not let in", "Asked to join", "Ed", "Elm Builders"]);
    let words = history.text();
    let ids: Vec<&str> =
        words.split_whitespace().filter(|word| Uuid::parse_str(word).is_ok()).collect();
    assert!(ids.is_empty(), "{ids:?} in {words}");
}

/// Promise 25: who works for several says for which, with the password; one work cookie at a time.
#[tokio::test(flavor = "multi_thread")]
async fn who_works_for_a_builder_and_a_subcontractor_chooses_and_each_page_says_whose_it_is() {
    let server = Server::start().await;
    let (elm, _, _, link) = site(&server).await;
    let pia = accept_anew(&server, &link).await;
    server.staff(&elm, "mia@elm.example", "staff", &[]).await;
    let (_, link) = add_user(&server, &pia, "mia@elm.example").await;
    let mut mia = Browser::new(&server);
    let page = mia.look(&format!("/org-invitations/{link}")).await.is(200);
    let page = page.says(&["Sign in to accept"]);
    let password = super::super::harness::STAFF_PASSWORD;
    let joined = mia.fill(&page, "sign-in", &[("password", password)]).await;
    mia.follow(&joined).await.says(&["Barn"]);
    // The builder's pages ask for whom she wants to work, and say so of the organisation's.
    let away = mia.look("/jobs").await;
    assert_eq!(away.leads_to(), "/accounts?next=/jobs");
    let page =
        mia.follow(&away).await.says(&["Elm Builders, as staff", "Pia's Pipes, a subcontractor"]);
    let to_work = mia.fill(&page, "work", &[("password", password)]).await;
    assert_eq!(to_work.leads_to(), "/jobs");
    mia.look("/jobs").await.is(200).says(&["Elm Builders"]);
    let away = mia.look("/org/projects").await;
    assert_eq!(away.leads_to(), "/accounts?next=/org/projects");
    let page = mia.follow(&away).await;
    let to_work = mia.fill(&page, "work", &[("password", password)]).await;
    assert_eq!(to_work.leads_to(), "/org/projects");
    mia.look("/org/projects").await.is(200).says(&["Barn"]);
    // She leaves the organisation by herself.
    let own = pia.session.get("/v1/org/users").await.is(200);
    let emails = own.each("email");
    let at = emails.iter().position(|email| email == "mia@elm.example").expect("a user");
    let sent = [("user", own.each("id")[at].clone()), ("action", "remove".to_owned())];
    let sent: Vec<(&str, &str)> = sent.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let left = mia.send("/org/settings/users", &sent).await;
    mia.follow(&left).await.says(&["You have left the organisation."]);
    assert_eq!(mia.look("/org/projects").await.leads_to(), "/accounts?next=/org/projects");
    // The general contractor's own page of the job is not hers to see from there, nor anybody's else.
    let seen = pia.session.get("/v1/jobs").await.is(403);
    assert_eq!(seen.code(), "not_permitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_organisation_is_renamed_and_an_invitation_is_sent_again_and_taken_back() {
    let server = Server::start().await;
    let (_, _, _, link) = site(&server).await;
    let pia = accept_anew(&server, &link).await;
    add_user(&server, &pia, "nia@pipes.example").await;
    let mut browser = Browser::new(&server);
    browser.sign_in("pia@pipes.example", TRADE_PASSWORD).await.leads_to();
    let page = browser.look("/org/settings").await.is(200);
    let refused = browser.fill(&page, "rename", &[("name", " ")]).await.is(422);
    let renamed = browser.fill(&refused, "rename", &[("name", "Pipes & Daughters")]).await;
    browser
        .follow(&renamed)
        .await
        .says(&["Your organisation has its new name.", "Pipes & Daughters"]);
    let page = browser.look("/org/settings/users").await.is(200);
    let again = browser.fill(&page, "resend", &[]).await;
    let page = browser.follow(&again).await.says(&["on its way again"]);
    let back = browser.fill(&page, "cancel", &[]).await;
    browser.follow(&back).await.says(&["The invitation is taken back.", "No longer users: 1"]);
}

/// H16: an invitation for somebody else than who is signed in is nobody's by accident.
#[tokio::test(flavor = "multi_thread")]
async fn h16_whoever_is_signed_in_as_another_is_asked_to_sign_out_first() {
    let server = Server::start().await;
    let (elm, _, _, link) = site(&server).await;
    server.owner(&elm, "olga@example.org", PASSWORD).await;
    let mut browser = Browser::new(&server);
    browser.sign_in("olga@example.org", PASSWORD).await.leads_to();
    let path = format!("/project-invitations/{link}");
    let page = browser.look(&path).await.is(200);
    let page = page.says(&["Is this for you?", "pia@pipes.example", "olga@example.org"]);
    page.clone().says_nothing_of(&["Barn"]);
    let out = browser.fill(&page, "sign-out", &[]).await;
    assert_eq!(out.leads_to(), path);
    browser.look(&path).await.is(200).says(&["Choose a password."]);
}
