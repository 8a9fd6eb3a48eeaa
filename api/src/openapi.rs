//! The head of the API's description; the routes add themselves.

use domain::Reason;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{self, RefOr, Required};
use utoipa::{Modify, OpenApi};

/// The media type of problem details (RFC 9457).
const PROBLEM_JSON: &str = "application/problem+json";

/// The description with all routes, and what they have in common: the headers that they take, and
/// that every problem has a media type of its own.
pub(crate) fn complete(mut description: openapi::OpenApi) -> openapi::OpenApi {
    for (path, item) in &mut description.paths.paths {
        let requests = Requests::at(path);
        let methods = [
            (&mut item.get, false),
            (&mut item.put, true),
            (&mut item.post, true),
            (&mut item.delete, true),
            (&mut item.patch, true),
        ];
        for (operation, is_command) in methods {
            let Some(operation) = operation else { continue };
            if path.starts_with("/v1/") {
                let headers = requests.headers(is_command).into_iter().map(RefOr::T);
                operation.parameters.get_or_insert_default().extend(headers);
            }
            for (status, response) in &mut operation.responses.responses {
                if let RefOr::T(response) = response
                    && status.starts_with('4')
                    && let Some(body) = response.content.shift_remove("application/json")
                {
                    response.content.insert(PROBLEM_JSON.to_owned(), body);
                }
            }
        }
    }
    description
}

/// The requests of a path.
#[derive(Debug, Clone, Copy)]
struct Requests {
    /// They come from operators, who are told positions of other ledgers than their own.
    from_operators: bool,
    /// They are about one contact or job.
    about_one: bool,
}

impl Requests {
    fn at(path: &str) -> Self {
        Self { from_operators: path.starts_with("/v1/accounts"), about_one: path.contains("{id}") }
    }

    /// The headers that they take.
    fn headers(self, is_command: bool) -> Vec<Parameter> {
        let text = || ObjectBuilder::new().schema_type(Type::String);
        let id = text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
        let mut headers = vec![header("X-Correlation-Id", "Ties requests together", id)];
        if !self.from_operators {
            let seen = "What the caller has seen, as an answer gave it";
            headers.push(header("Ledger-Position", seen, text()));
        }
        if is_command {
            let key = text().pattern(Some("^[!-~]{1,255}$"));
            headers.push(header("Idempotency-Key", "The same key, the same answer", key));
            let reason = text().pattern(Some("\\S")).max_length(Some(Reason::CHARACTERS_MAX));
            headers.push(header("X-Reason", "Why, for the history", reason));
        }
        if is_command && self.about_one && !self.from_operators {
            let version = text().pattern(Some(r#"^("[0-9]{1,18}"|\*)$"#));
            headers.push(header("If-Match", "The version to command, as an ETag gave it", version));
        }
        headers
    }
}

fn header(name: &str, description: &str, schema: ObjectBuilder) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(schema.build()))
        .build()
}

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
        (name = "operators", description = "Who operates the installation"),
        (name = "api keys", description = "The keys of an account, for its own admins"),
        (name = "staff", description = "The people who work for an account, each under their name"),
        (name = "contacts", description = "The people in a builder's book"),
        (name = "jobs", description = "Building projects and their owners"),
        (name = "leads", description = "Those who may become customers"),
        (name = "customers", description = "Households and companies that contacts belong to"),
        (name = "customer portal", description = "For the members of a customer"),
        (name = "work orders", description = "What customers ask for"),
        (name = "organisation", description = "For the users of a subcontractor's organisation"),
        (name = "invitee", description = "For whoever holds the link of an invitation"),
        (name = "sessions", description = "Signing in and out, and resetting a password"),
        (name = "me", description = "What is a person's own"),
        (name = "invitations", description = "Who was invited, and what became of it"),
        (name = "settings", description = "How the account wants its invitations"),
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
        let text = "An API key (tbk_…), an operator token (tbo_…) or a session (tbs_…)";
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(text));
        let components = openapi.components.get_or_insert_with(Default::default);
        components.add_security_scheme("credential", SecurityScheme::Http(scheme.build()));
    }
}
