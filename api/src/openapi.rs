//! The head of the API's description; the routes add themselves.

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Titleblock",
        description = "Contacts, jobs and owners of building companies, with a history that can be \
                       proven. The tenant comes from the credential alone. See docs/API.md for \
                       headers, cursors, codes and the import."
    ),
    modifiers(&Bearer),
    security(("credential" = [])),
    tags(
        (name = "accounts", description = "For operators"),
        (name = "contacts", description = "The people in a builder's book"),
        (name = "jobs", description = "Building projects and their owners"),
        (name = "invitations", description = "Who was invited, and what became of it"),
        (name = "mail", description = "What was mailed, and what became of it"),
        (name = "audit", description = "Who did what"),
        (name = "imports", description = "Files of jobs and owners, and address books"),
        (name = "operations", description = "Health and figures")
    )
)]
pub(crate) struct Description;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let text = "An API key (tbk_…) or an operator token (tbo_…)";
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(text));
        let components = openapi.components.get_or_insert_with(Default::default);
        components.add_security_scheme("credential", SecurityScheme::Http(scheme.build()));
    }
}
