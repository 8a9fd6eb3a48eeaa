#!/usr/bin/env bash
# A walk through the API with curl: says what it does, and ends with an error if an answer is not
# as told. Needs bash, curl and python3, a running server (BASE) and its OPERATOR_TOKEN.
set -euo pipefail

BASE=${BASE:-http://127.0.0.1:8080}
: "${OPERATOR_TOKEN:?set OPERATOR_TOKEN to the token that the first start printed}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

step() { printf '\n== %s\n' "$*"; }
give_up() { printf 'NOT AS TOLD: %s\n' "$*" >&2; cat "$work/body" >&2; echo >&2; exit 1; }

# call STATUS METHOD PATH [BODY] [curl's arguments]: the answer is in $work/body and $work/head.
call() {
    local wanted=$1 method=$2 path=$3 body=${4:-}
    shift $(($# < 4 ? $# : 4))
    local arguments=(-s -o "$work/body" -D "$work/head" -w '%{http_code}' -X "$method"
        -H "Authorization: Bearer $CREDENTIAL" "$@")
    [[ -z $body ]] || arguments+=(-H 'Content-Type: application/json' --data-binary "$body")
    local status
    status=$(curl "${arguments[@]}" "$BASE$path")
    printf '   %s %s -> %s\n' "$method" "$path" "$status"
    [[ $status == "$wanted" ]] || give_up "$method $path answered $status, not $wanted"
}

# get EXPRESSION: a value of the answer, as Python finds it in `a`.
get() {
    python3 -c 'import json, sys; a = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' \
        "$work/body" "$1"
}
header() { tr -d '\r' <"$work/head" | sed -n "s/^$1: //Ip" | head -n 1; }
expect() {
    local found
    found=$(get "$1")
    [[ $found == "$2" ]] || give_up "$1 is $found, not $2"
}

step "An operator opens a builder account; its first admin key is told once"
CREDENTIAL=$OPERATOR_TOKEN
call 201 POST /v1/accounts '{"name": "Elm Street Builders"}'
KEY=$(get 'a["api_key"]["secret"]')
account=$(get 'a["id"]')
call 201 POST "/v1/accounts/$account/api-keys" '{"role": "auditor", "label": "The auditors"}'
AUDITOR=$(get 'a["secret"]')

step "Somebody asks about an extension: a lead, with its contact in the same save; nobody is invited"
CREDENTIAL=$KEY
call 201 POST /v1/leads '{"title": "Extension for the Byrons", "new_contact": {"name": "Ada Byron", "primary_email": "ada@example.org", "phones": ["555-0101"]}}'
lead=$(get 'a["id"]')
ada=$(get 'a["contact_id"]')
position=$(header ledger-position)

step "Another one comes to nothing, and says why"
call 201 POST /v1/leads '{"title": "Boat house"}'
boat=$(get 'a["id"]')
call 200 POST "/v1/leads/$boat/lose" '{"reason": "No permit by the water"}'
call 200 GET '/v1/leads?stage=open' '' -H "Ledger-Position: $(header ledger-position)"
expect '[(l["title"], l["contact"]["name"]) for l in a["items"]]' "[('Extension for the Byrons', 'Ada Byron')]"

step "A second contact has the same primary email, which is said and not refused"
call 201 POST /v1/contacts '{"name": "A. Byron", "primary_email": "ADA@example.org"}' \
    -H "Ledger-Position: $position"
second=$(get 'a["id"]')
expect 'a["warnings"][0]["code"]' soft_duplicate
expect 'a["warnings"][0]["contacts"]' "['$ada']"
position=$(header ledger-position)

step "The two are listed as duplicates, until they are merged or differ"
call 200 GET /v1/contacts/duplicates '' -H "Ledger-Position: $position"
expect '[(g["reason"], [c["id"] for c in g["contacts"]]) for g in a["items"]]' \
    "[('primary_email', ['$ada', '$second'])]"

step "The lead is won into a job, whose owner is its contact; won, it stays won"
call 200 POST "/v1/leads/$lead/win" '{"new_job": {"name": "Elm Street extension", "reference": "E-1"}}'
extension=$(get 'a["job_id"]')
call 200 GET "/v1/jobs/$extension" '' -H "Ledger-Position: $(header ledger-position)"
expect 'a["name"], [(o["name"], o["access"]) for o in a["owners"]]' "('Elm Street extension', [('Ada Byron', 'not_invited')])"
call 409 POST "/v1/leads/$lead/reopen"
expect 'a["code"]' lead_won

step "The same request with the same Idempotency-Key acts once"
call 201 POST /v1/jobs '{"name": "Elm Street garage"}' -H 'Idempotency-Key: tour-1'
garage=$(get 'a["id"]')
call 201 POST /v1/jobs '{"name": "Elm Street garage"}' -H 'Idempotency-Key: tour-1'
expect 'a["id"]' "$garage"
call 422 POST /v1/jobs '{"name": "Another"}' -H 'Idempotency-Key: tour-1'
expect 'a["code"]' idempotency_key_reused

step "Both jobs get Ada as their owner at once, where she is not; the second time changes nothing"
bulk="{\"mode\": \"add\", \"jobs\": [\"$extension\", \"$garage\"], \"contacts\": [\"$ada\"]}"
call 200 POST /v1/jobs/bulk-owners "$bulk"
expect 'a["changed"]' 1
call 200 POST /v1/jobs/bulk-owners "$bulk"
expect 'sorted({r["result"] for r in a["results"]})' "['already_there']"

step "Ada is invited; the other contact with her email is not, and the refusal names her"
call 200 POST "/v1/contacts/$ada/invite"
call 409 POST "/v1/contacts/$second/invite"
expect 'a["code"], a["rule"]' "('primary_email_claimed', 'R27')"
expect 'a["detail"]' 'The primary email is claimed by Ada Byron.'
expect 'a["holder"]' "$ada"

step "The mail that went out; without a mail server, the local mailbox has it"
CREDENTIAL=$OPERATOR_TOKEN
mailbox=yes
if [[ $(curl -s -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $CREDENTIAL" \
    "$BASE/v1/dev/mailbox") == 404 ]]; then
    echo '   This server sends by a mail server, or not at all: there is no local mailbox.'
    mailbox=no
fi
# newest_mail ADDRESS [SUBJECT]: waits for a mail to this address whose subject begins so; its link's
# last part is in $token.
newest_mail() {
    CREDENTIAL=$OPERATOR_TOKEN
    local found=
    for _ in {1..50}; do
        call 200 GET /v1/dev/mailbox >"$work/said"
        found=$(get "next((m['subject'] + '|' + (m.get('link') or '') for m in a['items'] \
            if m['to'] == '$1' and m['subject'].startswith('${2:-}')), '')")
        [[ -z $found ]] || break
        sleep 0.2
    done
    [[ -n $found ]] || give_up "there is no mail to $1"
    tail -n 1 "$work/said"
    printf '   To: %s, Subject: %s\n' "$1" "${found%%|*}"
    token=${found##*/}
}
if [[ $mailbox == yes ]]; then
    newest_mail ada@example.org
    [[ $token == tbi_* ]] || give_up "the link ends with $token"
fi
CREDENTIAL=$KEY

step "While the invitation is pending, her info is locked, and the lead is no way around"
call 409 PATCH "/v1/leads/$lead/contact" '{"name": "Ada Lovelace"}'
expect 'a["code"]' contact_locked_pending
call 409 PATCH "/v1/contacts/$ada" '{"name": "Ada Lovelace"}'
expect 'a["code"]' contact_locked_pending
get 'a["remedy"]' | sed 's/^/   remedy: /'

step "What the builder keeps in fields of its own is not locked"
call 200 PUT /v1/custom-fields '{"fields": [{"name": "living-space", "label": "Living space", "kind": "number"}]}'
call 200 PUT "/v1/contacts/$ada/custom-fields/living-space" '{"value": 1850.50}'
position=$(header ledger-position)
call 200 GET "/v1/contacts/$ada" '' -H "Ledger-Position: $position"
expect 'a["access"], a["custom_fields"]' "('pending', {'living-space': '1850.5'})"

step "Cancel, edit, invite again"
call 200 POST "/v1/contacts/$ada/invite/cancel"
call 200 PATCH "/v1/contacts/$ada" '{"name": "Ada Lovelace", "address": "12 Elm Street"}'
edited=$(header etag)
call 200 POST "/v1/contacts/$ada/invite"
call 200 POST "/v1/contacts/$ada/invite/resend"
position=$(header ledger-position)
call 200 GET "/v1/leads/$lead" '' -H "Ledger-Position: $position"
expect 'a["stage"], a["contact"]["name"]' "('won', 'Ada Lovelace')"

step "Whoever edits an older version is told so"
call 412 POST "/v1/contacts/$ada/additional-emails" '{"email": "ada@example.com"}' -H "If-Match: $edited"
expect 'a["code"]' stale_version
call 200 POST "/v1/contacts/$ada/additional-emails" '{"email": "ada@example.com"}' \
    -H "If-Match: \"$(get 'a["current"]')\""
position=$(header ledger-position)

step "The jobs list by owner, at least as new as the last command"
call 200 GET "/v1/jobs?owner=$ada&sort=name" '' -H "Ledger-Position: $position"
expect '[j["name"] for j in a["items"]]' "['Elm Street extension', 'Elm Street garage']"
expect 'a["items"][0]["owners"][0]["name"], a["items"][0]["owners"][0]["access"]' "('Ada Lovelace', 'pending')"
call 200 GET "/v1/invitations?status=pending" '' -H "Ledger-Position: $position"
expect '[i["attempt"] for i in a["items"]]' '[2]'

step "The address was wrong: cancelled, corrected and invited again in one step"
call 200 POST "/v1/contacts/$ada/invite/redirect" '{"email": "ada@lovelace.example"}'
call 200 GET "/v1/contacts/$ada/permissions"
expect '[(c["refusal"]["code"], c["refusal"]["caused_by"]["event"]) for c in a["commands"] if c["command"] == "EditContactInfo"]' \
    "[('contact_locked_pending', 'contact.invite_sent')]"

step "The two contacts are one person: looked at field by field, merged, and taken apart again"
merge="{\"survivor\": \"$ada\", \"absorbed\": [\"$second\"]}"
call 200 POST /v1/contacts/merge/preview "$merge"
expect '[(c["field"], c["after"]) for c in a["changes"] if c["event"] == "contact.additional_email_added"]' \
    "[('additional_emails', 'ADA@example.org')]"
call 200 POST /v1/contacts/merge "$merge"
position=$(header ledger-position)
call 307 GET "/v1/contacts/$second" '' -H "Ledger-Position: $position"
[[ $(header location) == "/v1/contacts/$ada" ]] || give_up "the old id leads to $(header location)"
call 409 POST "/v1/contacts/$second/invite"
expect 'a["code"], a["holder"]' "('contact_merged', '$ada')"
call 200 POST "/v1/contacts/$second/unmerge"
expect 'a["kept"]' '[]'

step "A contact is deleted after a confirmation, and restored"
call 422 DELETE "/v1/contacts/$second"
expect 'a["code"], a["rule"]' "('confirmation_needed', 'R124')"
call 200 DELETE "/v1/contacts/$second?confirm=true"
call 200 POST "/v1/contacts/$second/restore"

step "The garage gets a type, tasks and a milestone, and shows how far it is"
call 200 PUT /v1/job-types '{"types": ["Garage", "Extension"]}'
call 200 PUT "/v1/jobs/$garage/type" '{"type": "Garage"}'
call 201 POST "/v1/jobs/$garage/tasks" \
    "{\"title\": \"Choose the door\", \"kind\": \"selection\", \"phase\": \"planning\", \"assignee\": {\"owner\": \"$ada\"}}"
door=$(get 'a["id"]')
call 201 POST "/v1/jobs/$garage/tasks" '{"title": "Pour the slab", "phase": "execution", "assignee": {"staff": "Finn"}}'
call 201 POST "/v1/jobs/$garage/milestones" '{"title": "Roof on"}'
call 201 POST "/v1/jobs/$garage/notes" '{"text": "Soft ground at the back."}'
call 200 PATCH "/v1/jobs/$garage/tasks/$door" '{"done": true}'
position=$(header ledger-position)
call 200 GET "/v1/jobs/$garage/portal?contact=$ada" '' -H "Ledger-Position: $position"
expect 'a["percent"], [i["title"] for i in a["items"]]' "(50, ['Choose the door'])"
expect '"Soft ground" in str(a) or "slab" in str(a)' False

if [[ $mailbox == yes ]]; then
    step "Ada looks at the link of her mail, and accepts with a password that she alone knows"
    newest_mail ada@lovelace.example
    first=$token
    CREDENTIAL=nobody
    call 200 GET "/v1/invitations/$first"
    expect 'a["builder"], a["email"], a["has_login"]' "('Elm Street Builders', 'ada@lovelace.example', False)"
    call 422 POST "/v1/invitations/$first/accept" '{"password": "too short"}'
    expect 'a["code"]' password_refused
    call 200 POST "/v1/invitations/$first/accept" '{"password": "a house by the river"}'
    session=$(get 'a["session_token"]')
    call 410 POST "/v1/invitations/$first/accept" '{"password": "a house by the river"}'
    expect 'a["code"]' invite_used

    step "From now on she alone changes her info; the builder is told what to do instead"
    CREDENTIAL=$session
    call 200 PATCH /v1/me '{"phones": ["555-0199"]}'
    expect '[(c["builder"], c["done"]) for c in a["items"]]' "[('Elm Street Builders', True)]"
    call 200 GET /v1/me/jobs
    expect 'sorted(j["job"]["name"] for j in a["items"])' "['Elm Street extension', 'Elm Street garage']"
    call 200 GET "/v1/me/history?contact=$ada"
    expect '[(c["before"], c["after"]) for e in a["items"] for c in e["changes"] if c["field"] == "phones"][0]' "('555-0101', '555-0199')"
    CREDENTIAL=$KEY
    call 409 PATCH "/v1/contacts/$ada" '{"phones": ["555-0000"]}'
    expect 'a["code"], a["rule"]' "('contact_locked_active', 'R39')"
    get 'a["remedy"]' | sed 's/^/   remedy: /'

    step "Mia is invited to the staff, joins by the link in her mail, and signs in to work"
    CREDENTIAL=$KEY
    call 201 POST /v1/staff '{"name": "Mia Mason", "email": "mia@elm.example", "role": "staff", "grants": ["impersonate"]}'
    newest_mail mia@elm.example
    CREDENTIAL=nobody
    call 200 POST "/v1/staff-invitations/$token/accept" '{"password": "a shed beside the site"}'
    call 201 POST /v1/sessions "{\"email\": \"mia@elm.example\", \"password\": \"a shed beside the site\", \"account\": \"$account\"}"
    mia=$(get 'a["token"]')
    CREDENTIAL=$mia
    call 201 POST "/v1/jobs/$garage/notes" '{"text": "The door comes on Monday."}'

    step "She looks through Ada's eyes, for a reason that Ada can read, and can change nothing"
    call 201 POST "/v1/jobs/$garage/impersonations" "{\"contact\": \"$ada\", \"reason\": \"Ada rang: is the door on her page?\", \"minutes\": 5}"
    look=$(get 'a["id"]')
    CREDENTIAL=$(get 'a["secret"]')
    call 200 GET /v1/me
    expect '[c["name"] for c in a["contacts"]], a["email"], "impersonation" in a' "(['Ada Lovelace'], None, True)"
    call 200 GET /v1/me/jobs
    expect '"Monday" in str(a), "slab" in str(a), "Choose the door" in str(a)' '(False, False, True)'
    call 403 PATCH /v1/me '{"phones": ["555-0666"]}'
    expect 'a["code"], a["rule"]' "('impersonation_read_only', 'H13')"
    CREDENTIAL=$mia
    call 200 DELETE "/v1/jobs/$garage/impersonations/$look"
    CREDENTIAL=$session
    call 200 GET "/v1/me/history?contact=$ada"
    expect '[(e["actor"]["label"], e["reason"]) for e in a["items"] if e["event"] == "job.impersonation_started"]' \
        "[('Mia Mason', 'Ada rang: is the door on her page?')]"

    step "Deactivated for a reason, given another address, invited again: nothing is lost"
    CREDENTIAL=$KEY
    call 200 POST "/v1/contacts/$ada/deactivate" '{"reason": "She cannot reach her old mailbox"}'
    call 200 PATCH "/v1/contacts/$ada" '{"primary_email": "ada@engine.example"}'
    call 200 POST "/v1/contacts/$ada/invite"
    CREDENTIAL=$session
    call 200 GET /v1/me
    expect 'a["contacts"]' '[]'
    newest_mail ada@engine.example
    CREDENTIAL=nobody
    call 200 POST "/v1/invitations/$token/accept" '{"password": "the engine weaves patterns"}'
    position=$(header ledger-position)
    CREDENTIAL=$(get 'a["session_token"]')
    call 200 GET /v1/me
    expect '[(c["name"], c["phones"]) for c in a["contacts"]]' "[('Ada Lovelace', ['555-0199'])]"
    call 200 GET "/v1/me/history?contact=$ada"
    expect '"contact.owner_reactivated" in [e["event"] for e in a["items"]]' True

    step "She moves to another address: with her password, confirmed there, and the old one is told"
    move='{"email": "ada@byron.example", "password": "not the right one"}'
    call 403 POST /v1/me/primary-email "$move"
    expect 'a["code"]' wrong_password
    call 202 POST /v1/me/primary-email "${move/not the right one/the engine weaves patterns}"
    newest_mail ada@engine.example 'A change of your email address was asked for'
    newest_mail ada@byron.example 'Confirm your new email address'
    CREDENTIAL=nobody
    call 200 GET "/v1/email-changes/$token"
    call 200 POST "/v1/email-changes/$token/confirm"
    expect 'a["email"]' ada@byron.example
    newest_mail ada@engine.example 'Your email address was changed'
    CREDENTIAL=nobody
    call 401 POST /v1/sessions '{"email": "ada@engine.example", "password": "the engine weaves patterns"}'
    call 201 POST /v1/sessions '{"email": "ada@byron.example", "password": "the engine weaves patterns"}'
    CREDENTIAL=$(get 'a["token"]')
    call 200 GET /v1/me/history
    expect '"person.login_email_changed" in [e["event"] for e in a["items"]]' True
    CREDENTIAL=$KEY
    call 200 PUT "/v1/contacts/$ada/custom-fields/living-space" '{"value": 1900}'
    position=$(header ledger-position)
    call 200 GET "/v1/contacts/$ada/history" '' -H "Ledger-Position: $position"
    expect '[(e["actor"]["kind"], c["before"], c["after"]) for e in a["items"] if e["event"] == "contact.primary_email_changed" for c in e["changes"]][0]' \
        "('owner', 'ada@engine.example', 'ada@byron.example')"
fi

step "The history shows each change with before and after, and what was refused"
CREDENTIAL=$AUDITOR
call 200 GET "/v1/contacts/$ada/history" '' -H "Ledger-Position: $position"
expect '[(c["before"], c["after"]) for e in a["items"] for c in e["changes"] if c["field"] == "name"][0]' \
    "('Ada Byron', 'Ada Lovelace')"
expect '"contact_locked_pending" in [e["refused"]["code"] for e in a["items"] if e["refused"]]' True
python3 - "$work/body" <<'END'
import json, sys
for entry in reversed(json.load(open(sys.argv[1]))["items"]):
    changes = "; ".join(f'{c["field"]}: {c["before"]} -> {c["after"]}' for c in entry["changes"])
    refused = entry["refused"]
    print("   ", entry["at"][:19], entry["event"], changes, refused["code"] if refused else "")
END

step "An auditor reads and commands nothing"
call 403 POST "/v1/contacts/$ada/invite/cancel"
expect 'a["code"], a["rule"]' "('not_permitted', '2.8')"

step "A dry run of an import shows what would happen, row by row"
CREDENTIAL=$KEY
file='{"format": "csv",
 "content": "number,street,first,last,email\n1,7 Oak Lane,Grace,Hopper,grace@example.org\n2,9 Oak Lane,Grace,Hopper,grace@example.org\n3,11 Oak Lane,Bad,Row,not an email\n",
 "mapping": {"job_name": ["street"], "job_reference": "number", "owner_first_name": "first",
             "owner_last_name": "last", "owner_email": "email"}}'
call 200 POST '/v1/imports?dry_run=true' "$file"
expect '(a["created_jobs"], a["created_contacts"], a["failed"])' '(2, 1, 1)'
expect '(a["results"][2]["line"], a["results"][2]["field"], a["results"][2]["reason"])' \
    "(4, 'owner_email', 'must have exactly one @')"
call 200 POST /v1/imports "$file"
expect '(a["created_jobs"], a["created_contacts"], a["failed"])' '(2, 1, 1)'
call 200 POST /v1/imports "$file"
expect '(a["created_jobs"], a["already_there"], a["failed"])' '(0, 2, 1)'

step "An address book goes in as its program wrote it; what a contact cannot hold is told"
book=$(dirname "${BASH_SOURCE[0]}")/contacts.vcf
as_it_is=(-H 'Content-Type: text/vcard' --data-binary "@$book")
call 200 POST '/v1/imports?dry_run=true' '' "${as_it_is[@]}"
expect '(a["created_contacts"], a["failed"])' '(5, 1)'
expect '[left["field"] for left in a["results"][0]["left_out"]]' "['NOTE']"
call 200 POST /v1/imports '' "${as_it_is[@]}"
call 200 POST /v1/imports '' "${as_it_is[@]}"
expect '(a["created_contacts"], a["already_there"], a["failed"])' '(0, 5, 1)'

step "Owners of an older system come over; of three with one email the latest login keeps it"
python3 - "$(dirname "${BASH_SOURCE[0]}")/legacy_owners.csv" >"$work/owners" <<'END'
import json, sys
mapping = {"reference": "owner_no", "name": "full_name", "emails": ["email_list"],
           "phones": ["phone_numbers"], "address": ["street", "town"], "activated": "portal_active",
           "activated_at": "activated_on", "last_login_at": "last_login", "jobs": "project_nos"}
print(json.dumps({"format": "owners_csv", "content": open(sys.argv[1]).read(), "owner_mapping": mapping}))
END
call 200 POST '/v1/imports?dry_run=true' "@$work/owners"
expect '[a["owners"][n] for n in ("active", "not_invited", "deactivated")]' '[3, 2, 2]'
expect 'a["owners"]["shared_emails"][0]["deactivated"][0]["why"]' \
    'last login 2023-05-01, the other had 2022-11-30'
call 200 POST /v1/imports "@$work/owners"
expect '(a["created_contacts"], a["failed"])' '(7, 1)'
call 200 POST /v1/imports "@$work/owners"
expect '(a["created_contacts"], a["already_there"])' '(0, 7)'

step "A subcontractor is invited to a job; its primary contact changes, and what was pending is sent again"
CREDENTIAL=$KEY
call 201 POST /v1/subcontractors '{"name": "Volt Electric", "primary_contact": {"name": "Vera Volt", "email": "vera@volt.example"}}'
volt=$(get 'a["id"]')
call 201 POST "/v1/subcontractors/$volt/project-invitations" "{\"job\": \"$extension\"}"
call 200 PUT "/v1/subcontractors/$volt/primary-contact" '{"name": "Uwe Ampere", "email": "uwe@volt.example"}'
expect '(a["warnings"][0]["code"], a["warnings"][0]["rule"])' "('primary_contact_not_registered', 'R84')"
call 200 GET "/v1/subcontractors?stale=true" '' -H "Ledger-Position: $(header ledger-position)"
expect '[(s["name"], s["needs_resend"]) for s in a["items"]]' "[('Volt Electric', 1)]"
call 200 POST "/v1/subcontractors/$volt/project-invitations/resend-stale"
call 200 GET "/v1/subcontractors/$volt" '' -H "Ledger-Position: $(header ledger-position)"
expect '(a["invitations"][0]["stage"], a["primary_contact"]["email"])' "('pending', 'uwe@volt.example')"

step "Who uses the subcontractor's login is its own business"
call 403 POST "/v1/subcontractors/$volt/users" '{"first_name": "Uwe", "last_name": "Ampere", "email": "uwe@volt.example"}'
expect '(a["code"], a["rule"])' "('org_manages_its_users', 'R76')"

step "What is another account's is like what never was"
CREDENTIAL=$OPERATOR_TOKEN
call 201 POST /v1/accounts '{"name": "Somebody Else"}'
CREDENTIAL=$(get 'a["api_key"]["secret"]')
call 404 GET "/v1/contacts/$ada"
expect 'a["code"]' not_found

printf '\nAll as told.\n'
