//! What the main refusals look like: status and body, whole.

use super::harness::Server;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn refusals_of_the_rules() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let ada = admin.contact("Ada Byron", Some("ada@example.org")).await;
    let second = admin.contact("Augusta", Some("ada@example.org")).await;
    let nobody = admin.contact("Nobody", None).await;
    admin.order(&format!("/v1/contacts/{ada}/invite")).await.is(200);

    let claimed = admin.order(&format!("/v1/contacts/{second}/invite")).await;
    insta::assert_snapshot!(claimed.shown(), @r#"
    409
    {
      "code": "primary_email_claimed",
      "detail": "The primary email is claimed by Ada Byron.",
      "holder": "…",
      "remedy": "Remove this contact and add the one that holds the email; or merge the contacts if they are the same person; or change this contact's primary email to one that is unique, for example by swapping it with an additional email.",
      "rule": "R27",
      "status": 409,
      "title": "The email is claimed by another contact"
    }
    "#);
    let locked = admin.patch(&format!("/v1/contacts/{ada}"), json!({ "name": "X" })).await;
    insta::assert_snapshot!(locked.shown(), @r#"
    409
    {
      "code": "contact_locked_pending",
      "detail": "The contact's info is locked since the invitation was sent.",
      "remedy": "Cancel the pending invite, edit the contact info, then resend the invite (R43).",
      "rule": "R42",
      "status": 409,
      "title": "The info is locked while the invitation is pending"
    }
    "#);
    server.accept(&builder, ada).await;
    let locked = admin.patch(&format!("/v1/contacts/{ada}"), json!({ "name": "X" })).await;
    insta::assert_snapshot!(locked.shown(), @r#"
    409
    {
      "code": "contact_locked_active",
      "detail": "Only the active owner can update this contact's info.",
      "remedy": "Deactivate the Owner, edit the info, then resend the invite (R44).",
      "rule": "R39",
      "status": 409,
      "title": "Only the active owner edits the info"
    }
    "#);
    let body = json!({ "name": "New", "primary_email": "ada@example.org" });
    insta::assert_snapshot!(admin.post("/v1/contacts", body).await.shown(), @r#"
    409
    {
      "code": "primary_email_on_activated_owner",
      "detail": "This email is currently the Primary Email associated with another account.",
      "field": "primary_email",
      "holder": "…",
      "remedy": "Select the existing contact that has this primary email (R26).",
      "rule": "R25",
      "status": 409,
      "title": "The email is an activated owner's"
    }
    "#);
    let no_email = admin.order(&format!("/v1/contacts/{nobody}/invite")).await;
    insta::assert_snapshot!(no_email.shown(), @r#"
    422
    {
      "code": "no_primary_email",
      "detail": "The contact has no primary email, and invitations go nowhere else.",
      "field": "primary_email",
      "remedy": "Set a primary email first.",
      "rule": "R17",
      "status": 422,
      "title": "There is no address to invite to"
    }
    "#);
    let no_primary = json!({ "email": "more@example.org" });
    let path = format!("/v1/contacts/{nobody}/additional-emails");
    insta::assert_snapshot!(admin.post(&path, no_primary).await.shown(), @r#"
    422
    {
      "code": "additional_needs_primary",
      "detail": "Additional emails need a primary email.",
      "remedy": "Set the primary email first.",
      "rule": "R22",
      "status": 422,
      "title": "Additional emails need a primary one"
    }
    "#);
    let stale = admin
        .with(&format!("/v1/contacts/{ada}/disable"), json!({}), &[("if-match", "\"1\"")])
        .await;
    assert_eq!(stale.headers["etag"], format!("\"{}\"", stale.body["current"]));
    insta::assert_snapshot!(stale.shown(), @r#"
    412
    {
      "code": "stale_version",
      "current": 6,
      "detail": "If-Match names an older version; the present one is 6.",
      "remedy": "Read the present version, decide again, and send its ETag.",
      "status": 412,
      "title": "If-Match names an older version"
    }
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_at_the_door() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let unknown = server.caller("tbk_nonsense").get("/v1/contacts").await;
    assert_eq!(unknown.headers["www-authenticate"], "Bearer realm=\"titleblock\"");
    insta::assert_snapshot!(unknown.shown(), @r#"
    401
    {
      "code": "unauthorized",
      "detail": "The request carries no credential that is known here.",
      "remedy": "Send Authorization: Bearer with an API key or an operator token.",
      "status": 401,
      "title": "No known credential"
    }
    "#);
    let operator = server.operator().get("/v1/contacts").await;
    insta::assert_snapshot!(operator.shown(), @r#"
    403
    {
      "code": "not_permitted",
      "detail": "This credential may not do that; it takes a builder account's API key, or a session of its staff.",
      "remedy": "Use a credential with the right role, or ask an admin of the account.",
      "rule": "2.8",
      "status": 403,
      "title": "The credential's role does not take this"
    }
    "#);
    insta::assert_snapshot!(admin.get("/v1/contacts/not-an-id").await.shown(), @r#"
    404
    {
      "code": "not_found",
      "detail": "There is nothing with this id in this account.",
      "status": 404,
      "title": "Nothing with this id in this account"
    }
    "#);
    insta::assert_snapshot!(admin.get("/v1/nothing").await.shown(), @r#"
    404
    {
      "code": "no_such_route",
      "detail": "There is nothing at this path.",
      "remedy": "See /docs for what there is.",
      "status": 404,
      "title": "Nothing at this path"
    }
    "#);
    insta::assert_snapshot!(admin.delete("/v1/contacts").await.shown(), @r#"
    405
    {
      "code": "method_not_allowed",
      "detail": "This path does not take this method.",
      "remedy": "See the header Allow.",
      "status": 405,
      "title": "The path does not take this method"
    }
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_of_what_was_sent() {
    let server = Server::start().await;
    let builder = server.builder("Elm").await;
    let admin = &builder.admin;
    let body = json!({ "name": 7 });
    insta::assert_snapshot!(admin.post("/v1/contacts", body).await.shown(), @r#"
    400
    {
      "code": "invalid_request",
      "detail": "name must be a string.",
      "field": "name",
      "remedy": "Correct the fields that the problem names.",
      "status": 400,
      "title": "The request cannot be read, or a field is not taken"
    }
    "#);
    let body = json!({ "name": "Ada", "primary_emial": "ada@example.org" });
    insta::assert_snapshot!(admin.post("/v1/contacts", body).await.shown(), @r#"
    400
    {
      "code": "invalid_request",
      "detail": "primary_emial is not a field of this request.",
      "field": "primary_emial",
      "remedy": "Correct the fields that the problem names.",
      "status": 400,
      "title": "The request cannot be read, or a field is not taken"
    }
    "#);
    let body = json!({ "name": " ", "primary_email": "ada", "phones": ["1", "\0"] });
    insta::assert_snapshot!(admin.post("/v1/contacts", body).await.shown(), @r#"
    422
    {
      "code": "invalid_request",
      "detail": "3 fields are not taken; errors lists them.",
      "errors": [
        {
          "field": "name",
          "reason": "must not be empty"
        },
        {
          "field": "primary_email",
          "reason": "must have exactly one @"
        },
        {
          "field": "phones[1]",
          "reason": "must not contain control characters"
        }
      ],
      "field": "name",
      "remedy": "Correct the fields that the problem names.",
      "status": 422,
      "title": "The request cannot be read, or a field is not taken"
    }
    "#);
    insta::assert_snapshot!(admin.get("/v1/jobs?limit=0").await.shown(), @r#"
    422
    {
      "code": "invalid_request",
      "detail": "limit must be a number from 1 to 200.",
      "field": "limit",
      "remedy": "Correct the fields that the problem names.",
      "status": 422,
      "title": "The request cannot be read, or a field is not taken"
    }
    "#);
    insta::assert_snapshot!(admin.get("/v1/jobs?cursor=xyz").await.shown(), @r#"
    400
    {
      "code": "bad_cursor",
      "detail": "The cursor is not one that this list gave out.",
      "field": "cursor",
      "remedy": "Begin at the first page, with the same filters on every page.",
      "status": 400,
      "title": "The cursor is not one of this list"
    }
    "#);
    let garbage = admin.with("/v1/jobs", json!({}), &[("ledger-position", "x")]).await;
    insta::assert_snapshot!(garbage.shown(), @r#"
    400
    {
      "code": "bad_ledger_position",
      "detail": "The Ledger-Position is not one that this account was given.",
      "field": "Ledger-Position",
      "remedy": "Send back the header of an answer as it was, or none.",
      "status": 400,
      "title": "The Ledger-Position is not one of this account"
    }
    "#);
}
