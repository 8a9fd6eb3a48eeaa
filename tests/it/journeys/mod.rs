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
mod conditions;
mod contacts_in_full;
mod custom_fields;
mod door;
mod duplicates;
mod harness;
mod imports;
mod invitees;
mod isolation;
mod jobs_in_full;
mod leads;
mod legacy_owners;
mod logins;
mod mail;
mod own_secrets;
mod owner_items;
mod owner_notices;
mod owners;
mod refusals;
mod roles;
mod stories;
mod tour;
