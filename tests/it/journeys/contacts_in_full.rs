//! Contacts over HTTP beyond inviting them: corrected, merged, unmerged, deleted, restored, and what
//! may be done with them now.

use super::harness::{Answer, Server};
use serde_json::{Value, json};

/// The permission for a command.
fn permission(answer: &Answer, command: &str) -> Value {
    let commands = answer.body["commands"].as_array().expect("commands");
    commands.iter().find(|entry| entry["command"] == command).expect("the command").clone()
}

/// H5
#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_goes_to_a_corrected_address_in_one_step() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let ada = admin.contact("Ada", Some("ada@exmaple.org")).await;
    let path = format!("/v1/contacts/{ada}");
    let redirect = format!("{path}/invite/redirect");
    let to = json!({ "email": "ada@example.org" });
    let refused = admin.post(&redirect, to.clone()).await.is(409);
    assert_eq!(refused.code(), "invite_not_pending");
    admin.order(&format!("{path}/invite")).await.is(200);
    let same = json!({ "email": "ada@exmaple.org" });
    assert_eq!(admin.post(&redirect, same).await.is(422).code(), "invite_same_address");
    let done = admin.post(&redirect, to).await.is(200);
    let contact = admin.get_after(&done, &path).await.is(200);
    assert_eq!(
        (&contact.body["primary_email"], &contact.body["access"], &contact.body["claimed"]),
        (&json!("ada@example.org"), &json!("pending"), &json!(true))
    );
    let list = admin.get_after(&done, "/v1/invitations").await.is(200);
    let mut states = list.each("status");
    states.sort();
    assert_eq!(states, ["cancelled", "pending"]);
}

/// H2, R29
#[tokio::test(flavor = "multi_thread")]
async fn contacts_are_merged_after_a_look_and_unmerged_with_a_list_of_what_was_kept() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let ada = admin.contact("Ada", Some("ada@example.org")).await;
    let twin = admin.contact("Ada Example", Some("ada@work.example")).await;
    let (elm, oak) = (admin.job("Elm", &[twin]).await, admin.job("Oak", &[ada, twin]).await);
    let body = json!({ "survivor": ada, "absorbed": [twin], "fields": { "name": twin } });

    let preview = admin.post("/v1/contacts/merge/preview", body.clone()).await.is(200);
    let changes = preview.body["changes"].as_array().expect("changes");
    let name = changes.iter().find(|change| change["field"] == "name").expect("the name");
    assert_eq!((&name["before"], &name["after"]), (&json!("Ada"), &json!("Ada Example")));
    assert_eq!(preview.body["contacts"].as_array().map(Vec::len), Some(2));
    let untouched = admin.get(&format!("/v1/contacts/{ada}")).await.is(200);
    assert_eq!(untouched.body["name"], "Ada");

    let merged = admin.post("/v1/contacts/merge", body.clone()).await.is(200);
    let contact = admin.get_after(&merged, &format!("/v1/contacts/{ada}")).await.is(200);
    assert_eq!(contact.body["additional_emails"], json!(["ada@work.example"]));
    let again = admin.post("/v1/contacts/merge", body).await.is(409);
    assert_eq!(again.code(), "contact_merged");
    // The old id leads on, and takes nothing.
    let old = admin.get_after(&merged, &format!("/v1/contacts/{twin}")).await.is(200);
    assert_eq!(old.id(), ada, "the client was redirected");
    let refused = admin.order(&format!("/v1/contacts/{twin}/invite")).await.is(409);
    assert_eq!(refused.code(), "contact_merged");
    let list = admin.get_after(&merged, "/v1/contacts").await.is(200);
    assert_eq!(list.each("name"), ["Ada Example"]);
    let gone = admin.get_after(&merged, "/v1/contacts?status=merged").await.is(200);
    assert_eq!(gone.each("id"), [twin.to_string()]);
    for job in [elm, oak] {
        let job = admin.get_after(&merged, &format!("/v1/jobs/{job}")).await.is(200);
        let owners = job.body["owners"].as_array().expect("owners");
        assert_eq!(owners.len(), 1);
        assert_eq!(owners[0]["id"], ada.to_string());
    }

    let unmerged = admin.order(&format!("/v1/contacts/{twin}/unmerge")).await.is(200);
    assert_eq!(unmerged.body["kept"], json!([{ "what": "name" }]));
    let twins = admin.get_after(&unmerged, &format!("/v1/contacts/{twin}")).await.is(200);
    assert_eq!(twins.body["primary_email"], "ada@work.example");
    let job = admin.get_after(&unmerged, &format!("/v1/jobs/{elm}")).await.is(200);
    assert_eq!(job.body["owners"][0]["id"], twin.to_string());
    let refused = admin.order(&format!("/v1/contacts/{twin}/unmerge")).await.is(409);
    assert_eq!(refused.code(), "not_merged");
    let history = admin.get_after(&unmerged, &format!("/v1/contacts/{twin}/history")).await.is(200);
    let told = history.each("event");
    assert!(told.contains(&"contact.merged_into".to_owned()), "{told:?}");
    assert!(told.contains(&"job.owner_replaced".to_owned()), "{told:?}");
}

/// H2: the rules reach the asker with code and remedy
#[tokio::test(flavor = "multi_thread")]
async fn a_merge_that_a_rule_refuses_changes_nothing_and_says_why() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let ada = admin.contact("Ada", Some("ada@example.org")).await;
    let bea = admin.contact("Bea", Some("bea@example.org")).await;
    admin.order(&format!("/v1/contacts/{ada}/invite")).await.is(200);
    server.accept(&builder, ada).await;
    let refused = |survivor, absorbed| json!({ "survivor": survivor, "absorbed": [absorbed] });
    let answer = admin.post("/v1/contacts/merge", refused(bea, ada)).await.is(409);
    assert_eq!(answer.code(), "merge_survivor_must_be_active");
    admin.order(&format!("/v1/contacts/{bea}/invite")).await.is(200);
    server.accept(&builder, bea).await;
    let answer = admin.post("/v1/contacts/merge", refused(bea, ada)).await.is(409);
    assert_eq!((answer.code(), answer.body["rule"].as_str()), ("merge_both_active", Some("H2")));
    let answer = admin.post("/v1/contacts/merge", refused(ada, ada)).await.is(422);
    assert_eq!(answer.code(), "merge_with_itself");
    let odd = json!({ "survivor": "x", "absorbed": [ada, "y"], "fields": { "name": "z" } });
    let answer = admin.post("/v1/contacts/merge", odd).await.is(422);
    let fields: Vec<_> = answer.body["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .map(|error| error["field"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(fields, ["survivor", "absorbed[1]", "fields.name"]);
}

/// H7, R124
#[tokio::test(flavor = "multi_thread")]
async fn a_contact_is_deleted_after_a_confirmation_and_restored() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let ada = admin.contact("Ada", Some("ada@example.org")).await;
    let job = admin.job("Elm", &[ada]).await;
    admin.order(&format!("/v1/contacts/{ada}/invite")).await.is(200);
    server.accept(&builder, ada).await;
    let path = format!("/v1/contacts/{ada}");
    let asked = admin.delete(&path).await.is(422);
    assert_eq!((asked.code(), asked.body["rule"].as_str()), ("confirmation_needed", Some("R124")));
    admin.delete(&format!("{path}?confirm=perhaps")).await.is(400);
    let deleted = admin.delete(&format!("{path}?confirm=true")).await.is(200);
    let contact = admin.get_after(&deleted, &path).await.is(200);
    assert_eq!(
        (&contact.body["life"], &contact.body["claimed"]),
        (&json!("deleted"), &json!(false))
    );
    let owners = admin.get_after(&deleted, &format!("/v1/jobs/{job}")).await.is(200);
    assert_eq!(owners.body["owners"], json!([]));
    let staff = server.key(&builder, "staff", &[]).await;
    staff.order(&format!("{path}/restore")).await.is(403);
    let restored = admin.order(&format!("{path}/restore")).await.is(200);
    let contact = admin.get_after(&restored, &path).await.is(200);
    assert_eq!(
        (&contact.body["life"], &contact.body["access"], &contact.body["claimed"]),
        (&json!("live"), &json!("deactivated"), &json!(true))
    );
}

/// R111, R115, G12
#[tokio::test(flavor = "multi_thread")]
async fn a_contact_has_a_title_and_what_it_may_do_in_the_portal() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let made = json!({ "name": "Ada", "title": "Dr" });
    let made = admin.post("/v1/contacts", made).await.is(201);
    let path = format!("/v1/contacts/{}", made.id());
    let contact = admin.get_after(&made, &path).await.is(200);
    assert_eq!(contact.body["permissions"], json!(["admin_access"]));
    admin.patch(&path, json!({ "title": "Prof" })).await.is(200);
    let set = format!("{path}/portal-permissions");
    let some = json!({ "permissions": ["create_work_order", "access_billing"] });
    let done = admin.put(&set, some.clone()).await.is(200);
    assert_eq!(admin.put(&set, some).await.is(200).body["outcome"], "unchanged");
    let odd = json!({ "permissions": ["fly"] });
    assert_eq!(admin.put(&set, odd).await.is(422).code(), "invalid_request");
    let contact = admin.get_after(&done, &path).await.is(200);
    assert_eq!(contact.body["title"], "Prof");
    assert_eq!(contact.body["permissions"], json!(["access_billing", "create_work_order"]));
}

/// Refusals that teach: the same reasons as the refusals themselves
#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_done_now_says_rule_cause_remedy_and_the_event_behind_it() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let ada = admin.contact("Ada", Some("ada@example.org")).await;
    let path = format!("/v1/contacts/{ada}/permissions");
    let free = admin.get(&path).await.is(200);
    assert_eq!(permission(&free, "EditContactInfo")["allowed"], true);
    assert_eq!(permission(&free, "ResendInvite")["refusal"]["code"], "invite_not_pending");
    let invited = admin.order(&format!("/v1/contacts/{ada}/invite")).await.is(200);
    let locked = admin.get(&path).await.is(200);
    let edit = permission(&locked, "EditContactInfo");
    let renamed = json!({ "name": "Ida" });
    let refused = admin.patch(&format!("/v1/contacts/{ada}"), renamed).await.is(409);
    assert_eq!(edit["refusal"]["code"], refused.body["code"]);
    assert_eq!(edit["refusal"]["rule"], refused.body["rule"]);
    assert_eq!(edit["refusal"]["remedy"], refused.body["remedy"]);
    assert_eq!(edit["refusal"]["caused_by"]["event"], "contact.invite_sent");
    assert_eq!(permission(&locked, "CancelInvite")["allowed"], true);
    // Asking changed nothing.
    let contact = admin.get_after(&invited, &format!("/v1/contacts/{ada}")).await.is(200);
    assert_eq!(contact.body["version"], invited.body["version"]);
    let auditor = server.key(&builder, "auditor", &[]).await;
    let nothing = auditor.get(&path).await.is(200);
    let all = nothing.body["commands"].as_array().expect("commands");
    assert!(all.iter().all(|entry| entry["refusal"]["code"] == "not_permitted"));
    let other = server.builder("Oak").await;
    other.admin.get(&path).await.is(404);
}
