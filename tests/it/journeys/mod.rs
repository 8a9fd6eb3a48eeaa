//! The API as its callers see it: the real router over a database of each test's own.
//!
//! [`stories`] follows the scenarios of the domain's description, [`refusals`] shows what the main
//! refusals look like, [`isolation`] holds the table of every route, [`door`] sends what no client
//! should.

mod accepting;
mod accounts;
mod address_books;
mod api_keys;
mod as_of;
mod bounces;
mod canaries;
mod conditions;
mod contacts_in_full;
mod custom_fields;
mod customers;
mod cut_off_moves;
mod demo;
mod documents;
mod door;
mod duplicates;
mod email_changes;
mod email_conflicts;
mod harness;
mod headers;
mod image_bombs;
mod images;
mod impersonations;
mod imports;
mod invitees;
mod isolation;
mod jobs_in_full;
mod leads;
mod legacy_owners;
mod logins;
mod mail;
mod no_builder_learns;
mod operators;
mod org_support;
mod organisation_jobs;
mod organisation_privacy;
mod organisation_races;
mod organisation_times;
mod organisations;
mod own_secrets;
mod owner_items;
mod owner_notices;
mod owner_races;
mod owners;
mod portal_links;
mod pre_hijacking;
// In a folder of its own, and on the same harness.
#[path = "../pages/mod.rs"]
mod pages;
mod refusals;
mod reminders;
mod roles;
mod same_effort;
mod scenarios;
mod second_factors;
mod settings;
mod staff;
mod staff_sessions;
mod stories;
mod subcontractors;
mod support;
mod throttles;
mod tour;
mod trades;
