//! The scenarios of the domain's description (RULES.md names their rules), and the test that plays
//! each: a scenario that nobody plays any more, or whose test has another name, goes red here.

use std::collections::BTreeSet;
use std::path::Path;

/// Number, what happens, and who plays it: `module::test`.
const SCENARIOS: &[(u8, &str, &[&str])] = &[
    (
        1,
        "saved without an invitation: assigned, no mail, not invited (R4)",
        &["stories::saving_assigns_and_only_send_invite_invites"],
    ),
    (
        2,
        "an invitation that was pressed and not saved: nothing (R5)",
        &["stories::a_save_with_an_invitation_happens_as_a_whole_or_not_at_all"],
    ),
    (
        3,
        "pending: resend and cancel (R7, R8)",
        &["stories::saving_assigns_and_only_send_invite_invites"],
    ),
    (
        4,
        "an edit while pending is refused, and taken after a cancel (R42, R43)",
        &["stories::a_pending_contact_is_edited_after_a_cancel"],
    ),
    (
        5,
        "while active the builder edits emails and custom fields, and nothing else (R39 to R41)",
        &[
            "stories::an_active_owners_info_is_the_owners_until_deactivated",
            "custom_fields::\
             while_the_owner_is_active_the_builder_sets_custom_fields_and_adds_emails_but_edits_nothing",
        ],
    ),
    (
        6,
        "the same by a lead is refused (R46)",
        &["leads::a_leads_contact_is_edited_from_the_lead_only_while_the_contact_itself_could_be"],
    ),
    (
        7,
        "a new contact with an activated owner's email: the exact text (R25)",
        &["stories::an_activated_owners_email_is_not_given_to_a_new_contact"],
    ),
    (
        8,
        "two contacts, one email: the first invitation wins, the second names its holder (R27)",
        &["stories::the_second_invitation_names_the_first_and_a_swap_frees_it"],
    ),
    (
        9,
        "swapping primary and additional frees the invitation (R31)",
        &["stories::the_second_invitation_names_the_first_and_a_swap_frees_it"],
    ),
    (
        10,
        "a seventh email is refused (R20)",
        &["stories::a_contact_has_six_emails_and_additional_ones_may_be_shared"],
    ),
    (
        11,
        "additional emails are shared by contacts (R33)",
        &["stories::a_contact_has_six_emails_and_additional_ones_may_be_shared"],
    ),
    (
        12,
        "an owner moves to a taken address: refused, without a name (R32, H3), and the builder is told (H4)",
        &[
            "email_changes::\
             a_taken_address_is_refused_at_once_with_the_builder_to_talk_to_and_no_name",
            "email_conflicts::\
             the_builder_is_told_who_waits_and_one_click_puts_the_other_contact_on_the_jobs",
        ],
    ),
    (
        13,
        "owners of an older system: the latest login keeps the email, the others are back by a new \
         invitation with their jobs (R34, R35)",
        &[
            "legacy_owners::owners_of_an_older_system_are_rehearsed_imported_and_twice_change_nothing",
            "legacy_owners::a_deactivated_owner_regains_access_with_an_email_of_their_own",
        ],
    ),
    (
        14,
        "disabled: closed; enabled: open, without an invitation (R10)",
        &["owners::disabling_closes_one_link_and_enabling_opens_it_again"],
    ),
    (
        15,
        "three owners to forty jobs, twice: the second run changes nothing (R48 to R53)",
        &["stories::a_bulk_change_twice_changes_nothing_and_the_list_filters_by_owner"],
    ),
    (
        16,
        "the jobs list filters by owner (R54)",
        &["stories::a_bulk_change_twice_changes_nothing_and_the_list_filters_by_owner"],
    ),
    (
        17,
        "two owners: the same portal, different items (R61 to R63)",
        &[
            "jobs_in_full::customers_see_how_far_their_job_is_and_each_their_own_items",
            "owner_items::two_owners_see_the_same_job_and_each_their_own_to_dos_and_messages",
        ],
    ),
    (
        18,
        "looking through an owner's eyes on a job without one is refused (R64)",
        &["impersonations::a_job_with_no_contact_is_not_impersonated"],
    ),
    (
        19,
        "a reset's mail goes to the primary email alone (R17), news to all of them (R21)",
        &[
            "owner_notices::\
             news_go_to_all_addresses_of_the_owner_once_each_and_say_nothing_of_what_they_are",
            "logins::a_forgotten_password_is_reset_by_the_newest_link_once",
            "pre_hijacking::an_address_that_was_added_before_leads_into_no_login",
        ],
    ),
    (
        24,
        "a link works logged out, and is dead once it is revoked (R90, H10)",
        &["portal_links::a_link_works_logged_out_and_is_dead_once_it_is_rotated_or_revoked"],
    ),
    (
        27,
        "fifty claims at once: one wins",
        &["stories::of_fifty_parallel_invitations_of_one_email_one_wins"],
    ),
];

/// Waits for what it is about.
const AWAITED: &[u8] = &[];

#[test]
fn each_scenario_is_played_by_a_test_that_is_there() {
    let played: BTreeSet<u8> = SCENARIOS.iter().map(|(number, ..)| *number).collect();
    let awaited = AWAITED.iter().copied();
    let all: BTreeSet<u8> = played.iter().copied().chain(awaited).collect();
    assert_eq!(all, (1..=19).chain([24, 27]).collect(), "every scenario, once");
    assert_eq!(played.len(), SCENARIOS.len(), "each stands there once");
    assert_eq!(all.len(), played.len() + AWAITED.len(), "played or awaited, not both");
    let journeys = Path::new(env!("CARGO_MANIFEST_DIR")).join("it/journeys");
    for (number, what, tests) in SCENARIOS {
        assert!(!tests.is_empty(), "{number}: {what}");
        for test in *tests {
            let (module, name) = test.split_once("::").expect("a module and a test");
            let file = journeys.join(format!("{module}.rs"));
            let text = std::fs::read_to_string(&file).expect("the module");
            let (before, _) = text
                .split_once(&format!("fn {name}()"))
                .unwrap_or_else(|| panic!("{number} ({what}): no test {test}"));
            let marks = before.rsplit("\n\n").next().unwrap_or_default();
            let is_test = marks.contains("#[tokio::test") || marks.contains("#[test]");
            assert!(is_test && !marks.contains("ignore"), "{number}: {test} does not run");
        }
    }
}
