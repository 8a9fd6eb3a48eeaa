//! Pages for people, made on the server: none needs a script, nothing is fetched from elsewhere.
//!
//! A page is one file: `show` answers a look at it and changes nothing, `send` takes its form and
//! ends in another page. [`visit`] says who may come, [`guard`] that a form is our own, [`layout`]
//! and [`form`] how it looks. What is decided and read, the same functions decide and read as for
//! the JSON API. Unlike it, pages take the session from a cookie ([`cookie`]) and from nothing else.

mod accounts;
mod assets;
mod contact_info;
mod contacts;
mod cookie;
mod customers;
mod desk;
mod email_change;
mod email_conflicts;
mod forgotten_password;
mod form;
mod guard;
mod history;
mod home;
mod invitation;
mod job;
mod jobs;
mod layout;
mod link;
mod me;
mod multipart;
mod once;
mod org;
mod own_info;
mod password_reset;
mod portal;
mod portal_link;
mod problem;
mod settings;
mod sign_in;
mod sign_out;
mod staff_invitation;
mod subcontractors;
mod visit;
mod words;

pub(crate) use problem::page as problem_page;

use crate::state::AppState;
use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Every page, and the list of them.
struct Pages {
    router: Router<AppState>,
    listed: Vec<(&'static str, &'static str)>,
}

impl Pages {
    fn shows<T: 'static>(mut self, path: &'static str, show: impl Handler<T, AppState>) -> Self {
        self.router = self.router.route(path, get(show));
        self.listed.push(("get", path));
        self
    }

    fn takes<T: 'static>(mut self, path: &'static str, send: impl Handler<T, AppState>) -> Self {
        self.router = self.router.route(path, post(send));
        self.listed.push(("post", path));
        self
    }
}

/// Every page, and nothing else.
fn all() -> Pages {
    let pages = Pages { router: Router::new(), listed: Vec::new() }
        .shows("/", home::show)
        .shows("/assets/{name}", assets::fetch)
        .shows("/sign-in", sign_in::show)
        .takes("/sign-in", sign_in::send)
        .takes("/sign-out", sign_out::send)
        .shows("/forgotten-password", forgotten_password::show)
        .takes("/forgotten-password", forgotten_password::send)
        .shows("/password-resets/{token}", password_reset::show)
        .takes("/password-resets/{token}", password_reset::send)
        .shows("/email-changes/{token}", email_change::show)
        .takes("/email-changes/{token}", email_change::send)
        .shows("/invitations/{token}", invitation::show)
        .takes("/invitations/{token}", invitation::send)
        .shows("/staff-invitations/{token}", staff_invitation::show)
        .takes("/staff-invitations/{token}", staff_invitation::send)
        .shows("/accounts", accounts::show)
        .takes("/accounts", accounts::send);
    let areas: [fn(Pages) -> Pages; 11] = [
        me::add,
        jobs::add,
        job::add,
        contacts::add,
        email_conflicts::add,
        history::add,
        desk::add,
        customers::add,
        subcontractors::add,
        portal::add,
        org::add,
    ];
    areas.into_iter().fold(pages, |pages, add| add(pages))
}

/// The routes of all pages.
pub(crate) fn routes(state: &AppState) -> Router<AppState> {
    all().router.layer(from_fn_with_state(state.clone(), guard::guard))
}

/// Method and path of each page, for whoever compares it with another list.
pub fn listed() -> Vec<(&'static str, &'static str)> {
    all().listed
}

/// Whether a route is a page's.
pub(crate) fn is_page(route: &str) -> bool {
    static PATHS: LazyLock<BTreeSet<&'static str>> =
        LazyLock::new(|| listed().into_iter().map(|(_, path)| path).collect());
    PATHS.contains(route)
}
