use crate::answer::{Answer, position_of};
use crate::error::{Problem, ProblemBody};
use crate::extract::Public;
use crate::extract::body::RequestBody;
use crate::input::Door;
use crate::passwords::Typed;
use crate::persons::signing_in::{Errand, Login, SignedIn, Working, sign_in};
use crate::state::AppState;
use axum::extract::State;
use domain::{AccountId, EmailAddress, OrgId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Who signs in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// The login email.
    #[schema(max_length = 254, format = Email)]
    email: String,
    /// The password.
    #[schema(value_type = String, max_length = 256, format = Password)]
    password: Typed,
    /// A code of the second factor, or a recovery code, where one is on.
    #[schema(max_length = 100)]
    code: Option<String>,
    /// Sign in to work for this account, one of `/v1/me/accounts`. Absent, the session is for your own
    /// things.
    account: Option<Uuid>,
    /// Sign in to work for this subcontractor's organisation, one of `/v1/me/organisations`; not together
    /// with `account`.
    org: Option<Uuid>,
}

impl RequestBody for SignIn {}

impl SignIn {
    fn errand(&self, door: &mut Door) -> Errand {
        match (self.account, self.org) {
            (Some(_), Some(_)) => {
                door.refuse("org", &"must not be there together with account");
                Errand::Own
            }
            (Some(account), None) => Errand::Account(AccountId(account)),
            (None, Some(org)) => Errand::Org(OrgId(org)),
            (None, None) => Errand::Own,
        }
    }
}

/// A session has begun.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionBegun {
    /// The session.
    id: Uuid,
    /// Its secret, told once: `Authorization: Bearer …`.
    token: String,
    /// The person.
    person: Uuid,
    /// The account that the session works for.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<Uuid>,
    /// As which member of its staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    staff: Option<Uuid>,
    /// The organisation that the session works for.
    #[serde(skip_serializing_if = "Option::is_none")]
    org: Option<Uuid>,
    /// As which of its users.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<Uuid>,
}

/// Sign in with the login email and the password.
///
/// An unknown address and a wrong password get the same answer, after the same time. Ten tries an
/// address and quarter of an hour. With a second factor a right password without a code is answered
/// `second_factor_needed`.
#[utoipa::path(post, path = "/v1/sessions", tag = "sessions", request_body = SignIn, security(()),
    responses((status = 201, body = SessionBegun), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn begin(
    State(app): State<AppState>,
    request: Public<(), SignIn>,
) -> Result<Answer<SessionBegun>, Problem> {
    let Public { visitor, body, .. } = request;
    let mut door = Door::default();
    let email = door.take("email", EmailAddress::parse(&body.email));
    let errand = body.errand(&mut door);
    let email = door.build(|| email)?;
    let (password, code) = (&body.password, body.code.as_deref());
    let login = Login { email: &email, password, code, errand };
    let SignedIn { person, session, secret, applied, work, .. } =
        sign_in(&app, &visitor, &login).await?;
    let position = position_of(&applied);
    let token = secret.expose();
    let mut begun = SessionBegun {
        id: session.0,
        token,
        person: person.0,
        account: None,
        staff: None,
        org: None,
        user: None,
    };
    match work {
        None => {}
        Some(Working::Account(account, staff)) => {
            (begun.account, begun.staff) = (Some(account.0), Some(staff.0));
        }
        Some(Working::Org(org, user)) => (begun.org, begun.user) = (Some(org.0), Some(user.0)),
    }
    let location = format!("/v1/sessions/{}", session.0);
    Ok(Answer::new(begun).position(position).created_at(location))
}
