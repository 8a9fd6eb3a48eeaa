//! Histories, as-of pages, the audit with its chart and its file, and the mail log.

use super::super::harness::{Builder, Caller, Owner, STAFF_PASSWORD, Server};
use super::browser::{Browser, Seen, attribute, staff_browser};
use super::{OTHER, PASSWORD};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The browser of a member of the staff with these rights.
async fn browser(server: &Server, builder: &Builder, role: &str, grants: &[&str]) -> Browser {
    let email = format!("{role}-{}@elm.example", grants.len());
    server.staff(builder, &email, role, grants).await;
    let mut browser = Browser::new(server);
    browser.sign_in(&email, STAFF_PASSWORD).await.leads_to();
    browser
}

/// Whatever stands between these, each time.
fn between<'a>(html: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    html.split(before).skip(1).map(|rest| rest.split(after).next().unwrap_or_default()).collect()
}

/// What is to be read in a piece of a page.
fn read(html: &str) -> String {
    let seen = Seen {
        path: String::new(),
        status: 200,
        headers: reqwest::header::HeaderMap::new(),
        // Cells stand apart.
        html: html.replace("<td", " <td").replace("<th", " <th"),
    };
    seen.text().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is said of each entry of a timeline.
fn entries(seen: &Seen) -> Vec<String> {
    let list = between(&seen.html, "<ol class=\"history timeline\">", "</ol>");
    let [list] = list[..] else { panic!("no timeline: {}", seen.html) };
    list.split("<li").skip(1).map(|entry| read(&format!("<li{entry}"))).collect()
}

/// Where a link with these words leads to.
fn link(seen: &Seen, words: &str) -> Option<String> {
    let end = format!(">{words}</a>");
    let tag = seen.html.split(&end).next().filter(|before| before.len() < seen.html.len())?;
    attribute(&format!(" {}", tag.rsplit_once("<a ")?.1), "href")
}

/// The entries of all pages.
async fn pages(browser: &mut Browser, first: &str, more: &str) -> Vec<String> {
    let mut told = Vec::new();
    let mut path = Some(first.to_owned());
    while let Some(at) = path {
        let seen = browser.look(&at).await.is(200);
        told.extend(entries(&seen));
        path = link(&seen, more);
    }
    told
}

/// All items of a list of the API.
async fn items(caller: &Caller, path: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let sign = if path.contains('?') { '&' } else { '?' };
        let page = caller.get(&format!("{path}{sign}limit=200{cursor}")).await.is(200).body;
        all.extend(page["items"].as_array().expect("a list").iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

/// A contact who was invited, edited in vain, became active, changed their own name, and was
/// deactivated.
async fn life(server: &Server, builder: &Builder) -> Owner {
    let admin = &builder.admin;
    let ada = server.owner(builder, "ada@example.org", PASSWORD).await;
    let path = format!("/v1/contacts/{}", ada.contact);
    let body = json!({ "name": "Bea" });
    assert_eq!(admin.patch(&path, body).await.is(409).code(), "contact_locked_active");
    ada.session.patch("/v1/me", json!({ "name": "Ada Lovelace" })).await.is(200);
    let body = json!({ "email": "ada@work.example" });
    admin.post(&format!("{path}/additional-emails"), body).await.is(200);
    let body = json!({ "reason": "The house is sold" });
    admin.post(&format!("{path}/deactivate"), body).await.is(200);
    ada
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contacts_history_says_who_what_before_after_why_and_what_was_refused() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = life(&server, &builder).await;
    let mut mia = staff_browser(&server, &builder, "mia@elm.example", "admin").await;
    let path = format!("/contacts/{}/history", ada.contact);
    let seen = mia.look(&path).await.is(200).says(&["History of Ada Lovelace"]);
    let told = entries(&seen);
    let entry = |words: &str| {
        let found = told.iter().find(|entry| entry.contains(words));
        found.unwrap_or_else(|| panic!("no {words:?} in {told:#?}")).clone()
    };
    let ended = entry("Owner deactivated");
    for part in
        ["API key “first admin key”", "over the API", "active → deactivated", "The house is sold"]
    {
        assert!(ended.contains(part), "{part} in {ended}");
    }
    let renamed = entry("Contact info changed");
    for part in ["Ada Lovelace, owner", "in the portal", "Name Ada → Ada Lovelace"] {
        assert!(renamed.contains(part), "{part} in {renamed}");
    }
    let refused = entry("Refused: Edit contact info");
    assert!(refused.contains("Rule R39"), "{refused}");
    assert!(!refused.contains("Bea"), "what was typed in vain is not kept: {refused}");
    assert!(entry("Put into the book").contains("ada@example.org"));
    assert!(seen.html.contains(&format!("/audit?actor={}", ada.contact)), "who, as a link");

    // Every entry of the API is there, in either order, over pages.
    let of_api = format!("/v1/contacts/{}/history", ada.contact);
    let listed = items(&builder.admin, &of_api).await;
    let newest = pages(&mut mia, &path, "Earlier entries").await;
    let mut oldest = pages(&mut mia, &format!("{path}?order=oldest"), "Later entries").await;
    assert_eq!(newest.len(), listed.len());
    assert!(oldest[0].contains("Put into the book"), "{oldest:#?}");
    oldest.reverse();
    assert_eq!(oldest, newest);
    let mut reversed = items(&builder.admin, &format!("{of_api}?order=asc")).await;
    reversed.reverse();
    assert_eq!(reversed, listed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_history_has_pages_in_both_orders_and_loses_nothing_at_their_edges() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let ada = builder.admin.contact("Ada", Some("ada@example.org")).await;
    let path = format!("/v1/contacts/{ada}");
    for number in 0..30 {
        builder.admin.patch(&path, json!({ "name": format!("Ada {number}") })).await.is(200);
        // Nothing is pending, so this is refused.
        builder.admin.order(&format!("{path}/invite/cancel")).await.is(409);
    }
    let mut mia = staff_browser(&server, &builder, "mia@elm.example", "auditor").await;
    let path = format!("/contacts/{ada}/history");
    let newest = pages(&mut mia, &path, "Earlier entries").await;
    assert_eq!(newest.len(), 61);
    assert!(newest[1].contains("Ada 28 → Ada 29"), "{:?}", &newest[..2]);
    let mut oldest = pages(&mut mia, &format!("{path}?order=oldest"), "Later entries").await;
    oldest.reverse();
    assert_eq!(oldest, newest);
}

/// What stands on a contact's sheet, as the API's answer has it.
fn sheet_of(contact: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(text).collect()
    };
    let words = |word: &str| {
        let word = word.replace('_', " ");
        format!("{}{}", word[..1].to_uppercase(), &word[1..])
    };
    let mut lines: Vec<String> = text(&contact["title"]).into_iter().collect();
    lines.extend(text(&contact["name"]));
    lines.extend(text(&contact["primary_email"]));
    lines.extend(texts(&contact["additional_emails"]));
    lines.extend(texts(&contact["phones"]));
    lines.extend(text(&contact["address"]).map(|address| address.replace('\n', " ")));
    lines.extend(text(&contact["access"]).map(|word| words(&word)));
    if contact["claimed"] == true {
        lines.push("Holds its primary email in this account".to_owned());
    }
    lines.extend(texts(&contact["permissions"]).iter().map(|word| words(word)));
    let custom = contact["custom_fields"].as_object().into_iter().flatten();
    lines.extend(custom.filter_map(|(_, value)| text(value)));
    if contact["life"] != "live" {
        lines.extend(text(&contact["life"]).map(|word| words(&word)));
    }
    lines
}

/// What stands on the sheet of a page.
fn sheet(seen: &Seen) -> Vec<String> {
    let sheets = between(&seen.html, "<dl class=\"facts sheet\">", "</dl>");
    let [sheet] = sheets[..] else { panic!("no sheet: {}", seen.html) };
    between(sheet, "<dd", "</dd>").iter().map(|dd| read(&format!("<dd{dd}"))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_as_of_each_of_its_revisions_is_what_the_api_showed_then() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let fields = json!({ "fields": [{ "name": "gate", "label": "Gate code", "kind": "text" }] });
    admin.put("/v1/custom-fields", fields).await.is(200);
    let ada = life(&server, &builder).await.contact;
    let path = format!("/v1/contacts/{ada}");
    let edit = json!({ "title": "Dr.", "phones": ["555-0101"], "address": "12 Elm\nSpringfield" });
    admin.patch(&path, edit).await.is(200);
    admin.put(&format!("{path}/custom-fields/gate"), json!({ "value": "4711" })).await.is(200);
    admin.delete(&format!("{path}?confirm=true")).await.is(200);
    let mut mia = staff_browser(&server, &builder, "mia@elm.example", "auditor").await;
    let page = format!("/contacts/{ada}/as-of");
    let seen = mia.look(&page).await.is(200);
    let steps = items(admin, &format!("{path}/history?order=asc")).await;
    let own = steps.iter().filter(|e| e["about"] == json!(ada) && e["position"].is_u64());
    let own: Vec<&Value> = own.collect();
    let positions: Vec<u64> = own.iter().filter_map(|e| e["position"].as_u64()).collect();
    let count = positions.len();
    assert!(count >= 10, "{count} steps");
    seen.clone().says(&[&format!("revision {count} of {count}")]);
    let slider = between(&seen.html, "<input id=\"rev\"", ">").remove(0);
    for (name, value) in [("type", "range"), ("min", "1"), ("step", "1")] {
        assert_eq!(attribute(slider, name).as_deref(), Some(value));
    }
    assert_eq!(attribute(slider, "max"), Some(count.to_string()));
    assert_eq!(attribute(slider, "value"), Some(count.to_string()));

    let mut sheets = BTreeSet::new();
    for (index, position) in positions.iter().enumerate() {
        let then = admin.get(&format!("{path}?as_of={position}")).await.is(200).body;
        let at = then["as_of"]["recorded_at"].as_str().expect("a time");
        let by_slider = mia.look(&format!("{page}?rev={}", index + 1)).await.is(200);
        let by_position = mia.look(&format!("{page}?position={position}")).await.is(200);
        assert_eq!(sheet(&by_slider), sheet_of(&then), "revision {}", index + 1);
        assert_eq!(sheet(&by_position), sheet_of(&then));
        by_slider.clone().says(&[&format!("revision {} of {count}", index + 1)]);
        // A time is after all that was recorded at it.
        let timed = admin.get(&format!("{path}?as_of={at}")).await.is(200).body;
        let by_time = mia.look(&format!("{page}?at={at}")).await.is(200);
        assert_eq!(sheet(&by_time), sheet_of(&timed), "at {at}");
        // The way to the one before and the one after, which needs no script.
        let way = |to: Option<&u64>| to.map(|to| format!("{page}?position={to}"));
        let before = index.checked_sub(1).and_then(|before| positions.get(before));
        assert_eq!(link(&by_slider, "Previous"), way(before));
        assert_eq!(link(&by_slider, "Next"), way(positions.get(index + 1)));
        // The title block says which revision it is, whose, and why.
        let block = between(&by_slider.html, "<section class=\"titleblock large\"", "</section>");
        let [block] = block[..] else { panic!("no title block: {}", by_slider.html) };
        let here = between(block, "<tr aria-current=\"true\">", "</tr>");
        let [here] = here[..] else { panic!("one revision is looked at: {block}") };
        assert!(read(here).starts_with(&format!("{} ", index + 1)), "{here}");
        let reason = own[index]["reason"].as_str().unwrap_or("–");
        assert!(read(block).contains(reason), "{reason} in {block}");
        sheets.insert(sheet(&by_slider));
    }
    assert!(sheets.len() >= 7, "sheets that differ: {}", sheets.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moment_between_revisions_before_all_of_them_or_beyond_the_last_is_told_apart() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let (ada, bea) = (admin.contact("Ada", None).await, admin.contact("Bea", None).await);
    let job = admin.job("Barn", &[ada, bea]).await;
    let lead = admin.post("/v1/leads", json!({ "title": "Porch", "contact_id": ada })).await;
    let lead = lead.is(201).id();
    let task =
        json!({ "title": "Choose tiles", "phase": "planning", "assignee": { "owner": ada } });
    admin.post(&format!("/v1/jobs/{job}/tasks"), task).await.is(201);
    let budget = json!({ "lines": [{ "label": "Oak", "amount_cents": 123_405 }] });
    admin.put(&format!("/v1/jobs/{job}/budget"), budget).await.is(200);
    admin.patch(&format!("/v1/contacts/{bea}"), json!({ "name": "Beatrix" })).await.is(200);
    let renamed =
        admin.patch(&format!("/v1/jobs/{job}"), json!({ "name": "Stable" })).await.is(200);
    let version = renamed.body["version"].as_u64().expect("a version");
    let mut mia = staff_browser(&server, &builder, "mia@elm.example", "admin").await;
    let page = format!("/jobs/{job}/as-of");
    let count = format!("revision {version} of {version}");
    mia.look(&page).await.is(200).says(&["Stable, as it was", "Beatrix", "1234.05", &count]);
    let before = format!("{page}?rev={}", version - 1);
    let before = mia.look(&before).await.is(200);
    // The owners under their names of that time.
    let seen = before.says(&["Barn, as it was", "Choose tiles", "Open, Planning, for Ada"]);
    seen.says_nothing_of(&["Beatrix", "Stable<"]);
    mia.look(&format!("/leads/{lead}/as-of")).await.is(200).says(&["Porch", "Ada", "Open"]);

    let early = mia.look(&format!("{page}?at=2001-01-01T00:00")).await.is(404);
    early.says(&["At that moment it was not there yet", "revision 0 of"]);
    let first = mia.look(&format!("{page}?position=1")).await.is(404);
    assert!(link(&first, "Next").is_some(), "the way to the first one");
    for nonsense in ["at=yesterday", "rev=0", "rev=999", "rev=x", "position=-1", "position=99999"] {
        let seen = mia.look(&format!("{page}?{nonsense}")).await.is(400);
        seen.says(&["That was not taken", "Stable, as it was"]);
    }
    // The same id, asked for as another kind of thing, is nothing's.
    mia.look(&format!("/contacts/{job}/as-of")).await.is(404).says(&["There is nothing here"]);
    mia.look(&format!("/jobs/{ada}/as-of")).await.is(404).says(&["There is nothing here"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_read_histories_is_told_so_and_what_is_another_accounts_is_nothing() {
    let server = Server::start().await;
    let (elm, oak) = (server.builder("Elm").await, server.builder("Oak").await);
    let contact = elm.admin.contact("Ada", None).await;
    let job = elm.admin.job("Barn", &[]).await;
    let lead = elm.admin.post("/v1/leads", json!({ "title": "Porch" })).await.is(201).id();
    let kinds = [("contacts", contact), ("jobs", job), ("leads", lead)];
    let mut paths = vec!["/audit".to_owned(), "/audit.csv".to_owned()];
    for (kind, id) in kinds {
        paths.extend([format!("/{kind}/{id}/history"), format!("/{kind}/{id}/as-of")]);
    }
    for (role, grants, status) in [
        ("admin", &[][..], 200),
        ("auditor", &[], 200),
        ("staff", &[], 403),
        ("staff", &["read_audit"], 200),
        ("staff", &["read_audit", "manage_access"], 200),
    ] {
        let mut browser = browser(&server, &elm, role, grants).await;
        for path in &paths {
            let seen = browser.look(path).await.is(status);
            if status == 403 {
                seen.says(&["an admin or auditor", "Rule 2.8"]).says_nothing_of(&["Barn", "Ada"]);
            }
        }
        // The mail log is everybody's who works there.
        browser.look("/mail").await.is(200);
    }
    let mut stranger = staff_browser(&server, &oak, "olu@oak.example", "admin").await;
    for path in paths.iter().skip(2) {
        let foreign = stranger.look(path).await.is(404);
        let id = path.split('/').nth(2).expect("an id");
        let unknown = stranger.look(&path.replace(id, &Uuid::now_v7().to_string())).await.is(404);
        let told = |seen: Seen| seen.html.split("Request").next().map(str::to_owned);
        assert_eq!(told(foreign), told(unknown), "{path}");
    }
    for path in [format!("/audit?contact={contact}"), format!("/audit?actor={contact}")] {
        let seen = stranger.look(&path).await.is(200).says(&["Nothing here."]);
        seen.says_nothing_of(&["<figure", "Ada"]);
    }
    stranger.look("/audit?contact=Ada").await.is(200).says(&["Nobody in the book is called so"]);
}

/// The events by kind of actor, and the refused attempts, that a list of the API holds.
async fn counted(caller: &Caller, filter: &str) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for entry in items(caller, &format!("/v1/audit?{filter}")).await {
        let kind =
            if entry["refused"].is_null() { &entry["actor"]["kind"] } else { &json!("refused") };
        *counts.entry(kind.as_str().expect("a kind").to_owned()).or_insert(0) += 1;
    }
    counts
}

/// The same, as the chart has it.
async fn charted(caller: &Caller, filter: &str) -> BTreeMap<String, u64> {
    let chart = caller.get(&format!("/v1/audit/chart?{filter}")).await.is(200).body;
    assert_eq!(chart["counted_from"], Value::Null);
    let mut counts = BTreeMap::new();
    for step in chart["steps"].as_array().expect("steps") {
        for (kind, count) in step["events"].as_object().expect("counts") {
            *counts.entry(kind.clone()).or_insert(0) += count.as_u64().expect("a count");
        }
        *counts.entry("refused".to_owned()).or_insert(0) += step["refused"].as_u64().expect("one");
    }
    counts.retain(|_, count| *count > 0);
    counts
}

/// An owner of one contact who becomes the owner of another one in the same account.
async fn moved(server: &Server, builder: &Builder) -> (Uuid, Uuid) {
    let first = life(server, builder).await;
    let path = format!("/v1/contacts/{}", first.contact);
    let email = json!({ "primary_email": "old@example.org" });
    builder.admin.patch(&path, email).await.is(200);
    let second = builder.admin.contact("Ada again", Some("ada@example.org")).await;
    let link = server.invite(builder, second).await;
    first.session.post(&format!("/v1/invitations/{link}/accept"), json!({})).await.is(200);
    first.session.patch("/v1/me", json!({ "name": "Ada the second" })).await.is(200);
    (first.contact, second)
}

/// A member of a customer who added a contact in its portal, and tried in vain to close their own access.
async fn member(server: &Server, builder: &Builder) -> Uuid {
    let dora = server.owner(builder, "dora@example.org", OTHER).await;
    dora.session.patch("/v1/me", json!({ "name": "Dora" })).await.is(200);
    let customer = builder.admin.post("/v1/customers", json!({ "name": "The Millers" })).await;
    let customer = customer.is(201).id();
    let joins = json!({ "contact_id": dora.contact });
    builder.admin.post(&format!("/v1/customers/{customer}/contacts"), joins).await.is(200);
    let contacts = format!("/v1/me/customers/{customer}/contacts");
    let new = json!({ "name": "Cid", "permissions": [] });
    dora.session.post(&contacts, new).await.is(201);
    dora.session.order(&format!("{contacts}/{}/disable", dora.contact)).await.is(403);
    dora.contact
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chart_counts_what_the_list_lists_whatever_is_asked_for() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let (first, second) = moved(&server, &builder).await;
    server.owner(&builder, "bea@example.org", OTHER).await;
    let job = builder.admin.job("Barn", &[first, second]).await;
    let staff = server.staff(&builder, "sam@elm.example", "staff", &[]).await;
    staff.session.patch(&format!("/v1/jobs/{job}"), json!({ "name": "Stable" })).await.is(200);
    staff.session.order(&format!("/v1/contacts/{second}/disable")).await.is(403);
    let member = member(&server, &builder).await;
    let mut mia = staff_browser(&server, &builder, "mia@elm.example", "admin").await;
    // A page waits for what has happened; from here on the lists are up to date.
    let seen = mia.look("/audit").await.is(200);
    let admin = &builder.admin;
    let all = counted(admin, "").await;
    assert!(
        ["owner", "portal_contact", "builder_staff", "staff_member", "operator", "refused"]
            .iter()
            .all(|kind| all.contains_key(*kind)),
        "{all:?}"
    );
    let middle = items(admin, "/v1/audit").await;
    let middle = middle[middle.len() / 2]["at"].as_str().expect("a time").to_owned();
    for filter in [
        String::new(),
        format!("contact={first}"),
        format!("contact={second}&field=name"),
        format!("job={job}"),
        format!("actor={first}"),
        format!("actor={second}"),
        format!("actor={second}&contact={second}"),
        format!("actor={member}"),
        format!("actor={member}&actor_kind=portal_contact"),
        "actor_kind=portal_contact".to_owned(),
        format!("actor={}", staff.id),
        "actor_kind=owner".to_owned(),
        "actor_kind=staff_member".to_owned(),
        "field=name".to_owned(),
        format!("acting_as={first}"),
        format!("from={middle}"),
        format!("until={middle}"),
        format!("actor={}", Uuid::now_v7()),
    ] {
        assert_eq!(charted(admin, &filter).await, counted(admin, &filter).await, "{filter}");
    }
    for (nonsense, field) in
        [("from=yesterday", "from"), ("actor=x", "actor"), ("actor_kind=X", "actor_kind")]
    {
        let answer = admin.get(&format!("/v1/audit/chart?{nonsense}")).await.is(422);
        assert_eq!(answer.body["field"], field);
    }
    admin.get("/v1/audit/chart?limit=1").await.is(400);
    admin.get("/v1/audit?order=sideways").await.is(422);
    let unasked = staff.session.get("/v1/audit/chart").await.is(403);
    assert_eq!(unasked.code(), "not_permitted");
    let of_first = counted(admin, &format!("actor={first}")).await;
    let of_second = counted(admin, &format!("actor={second}")).await;
    assert!(of_first["owner"] > 0 && of_second["owner"] > 0, "{of_first:?} {of_second:?}");
    let of_member = counted(admin, &format!("actor={member}")).await;
    for kind in ["owner", "portal_contact", "refused"] {
        assert!(of_member[kind] > 0, "{kind}: {of_member:?}");
    }

    // The page draws the same figures, for the eye and as a table.
    let legend = between(&seen.html, "<ul class=\"legend\">", "</ul>").remove(0);
    let foot = read(between(&seen.html, "<tfoot>", "</tfoot>").remove(0));
    for (kind, label) in [
        ("owner", "Owners"),
        ("staff_member", "Staff"),
        ("builder_staff", "API keys"),
        ("refused", "Refused attempts"),
    ] {
        let figure = format!("{label}: {}", all[kind]);
        assert!(read(legend).contains(&figure), "{figure} in {legend}");
        assert!(foot.contains(&all[kind].to_string()), "{foot}");
        assert!(seen.html.contains(&format!("<rect class=\"{kind}\"")), "{kind}");
    }
    let sum: u64 = all.values().sum();
    assert!(foot.ends_with(&sum.to_string()), "{sum} in {foot}");
    for part in ["role=\"img\"", "<title id=\"chart-title\">", "<desc id=\"chart-desc\">"] {
        assert!(seen.html.contains(part), "{part}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_is_filtered_by_person_contact_field_kind_and_day() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let ada = life(&server, &builder).await;
    let (bea, _) = (admin.contact("Bea Stone", None).await, admin.contact("Bea Field", None).await);
    let staff = server.staff(&builder, "sam@elm.example", "staff", &[]).await;
    staff
        .session
        .patch(&format!("/v1/contacts/{bea}"), json!({ "name": "Bea Rock" }))
        .await
        .is(200);
    let mut mia = staff_browser(&server, &builder, "mia@elm.example", "admin").await;
    let all = pages(&mut mia, "/audit", "Earlier entries").await;
    assert_eq!(all.len(), items(admin, "/v1/audit").await.len());

    // By name; one that fits several is asked about.
    let seen = mia.look("/audit?contact=Lovelace").await.is(200);
    let told = entries(&seen);
    assert!(told.iter().any(|entry| entry.contains("The house is sold")), "{told:#?}");
    assert!(told.iter().all(|entry| !entry.contains("Bea")), "{told:#?}");
    assert!(seen.html.contains(&format!("name=\"contact\" value=\"{}\"", ada.contact)));
    let seen = mia.look("/audit?contact=Bea&field=name").await.is(200);
    let one = link(&seen, "Bea Rock").expect("a choice");
    seen.says(&["Who is meant?", "Bea Field"]);
    let told = entries(&mia.look(&one).await.is(200));
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(
        told[0].contains("Mia Mason") && told[0].contains("Name Bea Stone → Bea Rock"),
        "{told:#?}"
    );

    // By who did it: somebody of the staff, or an owner.
    let told = entries(&mia.look(&format!("/audit?actor={}", staff.id)).await.is(200));
    assert_eq!(told.len(), 2, "joined, and renamed: {told:#?}");
    let seen = mia.look(&format!("/audit?actor={}", ada.contact)).await.is(200);
    assert!(entries(&seen).iter().all(|entry| entry.contains("Ada Lovelace, owner")));
    let chosen = format!("<option value=\"{}\" selected>Ada Lovelace</option>", ada.contact);
    assert!(seen.html.contains(&chosen), "the choice shows whom: {}", seen.html);
    let told = entries(&mia.look("/audit?actor_kind=owner&field=name").await.is(200));
    assert_eq!(told.len(), 1, "{told:#?}");

    // By day, both ends included.
    let today = items(admin, "/v1/audit").await[0]["at"].as_str().expect("a time")[..10].to_owned();
    let of_today = format!("/audit?from={today}&until={today}");
    assert!(!entries(&mia.look(&of_today).await.is(200)).is_empty());
    let before = mia.look("/audit?from=2001-01-01&until=2001-12-31").await.is(200);
    before.says(&["Nothing here."]).says_nothing_of(&["<figure"]);
    let seen = mia.look("/audit?from=yesterday&field=Name").await;
    assert!(seen.status == 422 || seen.status == 400, "{}", seen.status);
    seen.says(&["That was not taken", "From day (UTC) must be a day of the calendar"]);
}

/// The records of a file in which every cell is quoted.
fn records(csv: &str) -> Vec<Vec<String>> {
    let csv = csv.strip_prefix('\u{feff}').expect("the mark of UTF-8");
    let mut records = vec![Vec::new()];
    let mut rest = csv;
    while let Some(inside) = rest.strip_prefix('"') {
        let (mut cell, mut from) = (String::new(), inside);
        loop {
            let (text, after) = from.split_once('"').expect("an end");
            cell.push_str(text);
            let Some(more) = after.strip_prefix('"') else {
                from = after;
                break;
            };
            cell.push('"');
            from = more;
        }
        records.last_mut().expect("a record").push(cell);
        rest = if let Some(next) = from.strip_prefix(',') {
            next
        } else {
            let next = from.strip_prefix("\r\n").expect("an end of a record");
            records.push(Vec::new());
            next
        };
    }
    assert_eq!((rest, records.pop()), ("", Some(Vec::new())));
    records
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_holds_every_matching_entry_and_no_formula() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let evil = "=HYPERLINK(\"https://evil.example\")";
    let body =
        json!({ "name": evil, "phones": ["+49 30 123456"], "address": "-1 Elm\n\"Hut\", left" });
    let ada = admin.post("/v1/contacts", body).await.is(201).id();
    let path = format!("/v1/contacts/{ada}");
    for number in 0..210 {
        admin.patch(&path, json!({ "name": format!("@Ada {number}") })).await.is(200);
    }
    admin.order(&format!("{path}/invite/cancel")).await.is(409);
    let body = json!({ "reason": "+1" });
    admin.post(&format!("{path}/deactivate"), body).await.is(409);
    let mut mia = staff_browser(&server, &builder, "mia@elm.example", "auditor").await;
    let seen = mia.look(&format!("/audit.csv?contact={ada}")).await.is(200);
    assert_eq!(seen.headers["content-type"], "text/csv; charset=utf-8");
    let attached = "attachment; filename=\"titleblock-audit.csv\"";
    assert_eq!(seen.headers["content-disposition"], attached);
    let mut records = records(&seen.html);
    let columns = records.remove(0);
    let column = |name: &str| columns.iter().position(|column| column == name).expect("a column");
    let cell = |record: &[String], name: &str| record[column(name)].clone();
    assert!(records.iter().all(|record| record.len() == columns.len()));
    for record in &records {
        let formula = record.iter().find(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r']));
        assert_eq!(formula, None);
    }

    // Line for line what the API lists.
    let listed = items(admin, &format!("/v1/audit?contact={ada}")).await;
    assert!(listed.len() > 210, "more than a page: {}", listed.len());
    let mut expected = Vec::new();
    let mut told = Vec::new();
    let guarded = |text: &str| {
        if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text.to_owned() }
    };
    for entry in &listed {
        let text = |value: &Value| guarded(value.as_str().unwrap_or_default());
        let position = entry["position"].as_u64().map(|at| at.to_string()).unwrap_or_default();
        let line = |field: &Value, before: &Value, after: &Value| {
            [
                text(&entry["at"]),
                position.clone(),
                text(&entry["event"]),
                text(&entry["reason"]),
                text(&entry["refused"]["code"]),
                text(field),
                text(before),
                text(after),
            ]
        };
        let changes = entry["changes"].as_array().expect("changes");
        for change in changes {
            expected.push(line(&change["field"], &change["before"], &change["after"]));
        }
        if changes.is_empty() {
            expected.push(line(&Value::Null, &Value::Null, &Value::Null));
        }
    }
    let named = ["time", "position", "event", "reason", "refused", "field", "before", "after"];
    told.extend(records.iter().map(|record| named.map(|name| cell(record, name))));
    assert_eq!(told, expected);
    assert!(told.iter().any(|line| line[7] == format!("'{evil}")), "the formula is a text");
    assert!(
        told.iter().any(|line| line[7] == "'-1 Elm\n\"Hut\", left"),
        "quotes and line ends stay"
    );
    assert!(told.iter().any(|line| line[4] == "contact_not_pending" || !line[4].is_empty()));
    let actor = cell(&records[records.len() - 1], "actor");
    assert_eq!(actor, "API key “first admin key”");

    // A filter that the page would ask back about is none here.
    mia.look("/audit.csv?contact=nobody").await.is(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mail_log_shows_what_became_of_each_mail() {
    let server = Server::start_with_mailbox().await;
    let builder = server.builder("Elm").await;
    let ada = builder.admin.contact("Ada", Some("ada@example.org")).await;
    builder.admin.order(&format!("/v1/contacts/{ada}/invite")).await.is(200);
    let mut mia = staff_browser(&server, &builder, "mia@elm.example", "staff").await;
    let sent = "/v1/mail-log?status=sent";
    let mail = loop {
        let log = builder.admin.get(&format!("{sent}&contact={ada}")).await.is(200);
        if let Some(id) = log.each("id").first() {
            break id.clone();
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    let seen = mia.look("/mail").await.is(200);
    seen.says(&["Invitation to Ada", "ada@example.org", "Sent"]);
    let id = format!("<{mail}.{}@builders.example>", builder.id);
    let report = json!({ "message_id": id, "status": "5.1.1" });
    server.operator().post("/v1/mail/bounces", report).await.is(200);
    let seen = mia.look(&format!("/mail?contact={ada}&status=bounced")).await.is(200);
    seen.says(&["Mail to Ada", "Came back", "there is no such address (5.1.1)"]);
    mia.look("/mail?status=waiting").await.is(200).says(&["No mail."]);
    mia.look("/mail?status=lost").await.is(422);
}
