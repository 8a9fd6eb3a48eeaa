//! What crosses ledgers for persons: accepting an invitation ([`accepting`]), moving a login to
//! another address ([`moving`], [`email_change`], [`cut_off`]), joining an account's
//! staff ([`joining`]), a subcontractor's organisation and its projects ([`trades`]), and finding the contacts ([`links`]), the customers that they belong to ([`membership`]), or that are shown to whoever asks ([`eyes`]) and the work ([`work`]) that are theirs.
//! Each is a row of
//! idempotent steps.

pub(crate) mod accepting;
pub(crate) mod choosing;
pub(crate) mod cut_off;
pub(crate) mod email_change;
mod email_taken;
pub(crate) mod eyes;
pub(crate) mod invitee;
pub(crate) mod joining;
pub(crate) mod links;
pub(crate) mod membership;
pub(crate) mod moving;
pub(crate) mod picture;
pub(crate) mod primary_contacts;
pub(crate) mod second_factor;
pub(crate) mod signing_in;
pub(crate) mod throttle;
pub(crate) mod trades;
pub(crate) mod work;
