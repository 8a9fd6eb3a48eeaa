//! What a page takes: who comes, to which path, with which query or form.
//!
//! [`Visit`] is a look at a page, [`Sent`] a form that was sent from one. Each says who may come:
//! [`Visitor`] is anybody, signed in or not; [`Owner`] somebody who is signed in, and whoever is not
//! is shown where to; [`Staff`] somebody who is signed in to work for an account, [`OrgUser`] for a
//! subcontractor's organisation.

use super::cookie::{self, Errand};
use super::form::Form;
use super::layout::to;
use crate::endpoints::jobs::end_impersonation::end_look;
use crate::error::Problem;
use crate::extract::asker::Asker;
use crate::extract::body;
use crate::extract::order::Order;
use crate::extract::path::{self, PathIds};
use crate::extract::public::Visitor;
use crate::persons::invitee::builder_name;
use crate::persons::signing_in::end_session;
use crate::persons::trades::organisations;
use crate::state::AppState;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use domain::{Authority, Grant, LedgerId, OrgId, PersonId, Role};
use std::time::Duration;

/// How long a page waits for what has just happened.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// A look at a page.
#[derive(Debug)]
pub(crate) struct Visit<W, P> {
    pub(crate) who: W,
    pub(crate) path: P,
    pub(crate) query: Form,
}

/// A form that was sent.
#[derive(Debug)]
pub(crate) struct Sent<W, P> {
    pub(crate) who: W,
    pub(crate) path: P,
    pub(crate) form: Form,
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Owner(pub(crate) Asker);

impl Owner {
    /// Who.
    pub(crate) fn person(&self) -> PersonId {
        PersonId(self.0.ledger().0)
    }

    /// The same, with the session.
    pub(crate) const fn asker(&self) -> &Asker {
        &self.0
    }
}

/// Somebody of an account's staff, at work.
#[derive(Debug, Clone)]
pub(crate) struct Staff {
    asker: Asker,
    company: String,
}

impl Staff {
    /// With which rights, as which member.
    pub(crate) const fn asker(&self) -> &Asker {
        &self.asker
    }

    /// The account's.
    pub(crate) fn ledger(&self) -> LedgerId {
        self.asker.ledger()
    }

    /// The company that they work for.
    pub(crate) fn company(&self) -> &str {
        &self.company
    }

    /// In which role; whoever is at work has one.
    fn role(&self) -> Option<Role> {
        match &self.asker.credential.authority {
            Authority::Builder { role, .. } => Some(*role),
            Authority::Owner
            | Authority::Member { .. }
            | Authority::SubUser { .. }
            | Authority::Impersonator
            | Authority::Operator
            | Authority::Support
            | Authority::System => None,
        }
    }

    /// Whether they may change anything; an auditor reads.
    pub(crate) fn changes(&self) -> bool {
        matches!(self.role(), Some(Role::Admin | Role::Staff))
    }

    /// Whether they manage the account (RULES.md 2.8). As with the others, this says what is shown;
    /// what is done, the domain decides.
    pub(crate) fn administers(&self) -> bool {
        self.role() == Some(Role::Admin)
    }

    /// Whether they do what an admin may, and of the staff whoever it is granted to (RULES.md 2.8).
    pub(crate) fn may(&self, grant: Grant) -> bool {
        let granted = match &self.asker.credential.authority {
            Authority::Builder { role: Role::Staff, grants } => grants.contains(&grant),
            Authority::Builder { .. }
            | Authority::Owner
            | Authority::Member { .. }
            | Authority::SubUser { .. }
            | Authority::Impersonator
            | Authority::Operator
            | Authority::Support
            | Authority::System => false,
        };
        granted || self.administers()
    }

    /// Whether they may read who changed what (RULES.md 2.8, Read audit).
    pub(crate) fn reads_audit(&self) -> bool {
        self.asker.credential.reads_audit()
    }

    /// Waits until these views show what has happened: whoever has just changed something on one
    /// page sees it on the next.
    pub(crate) async fn ready(
        &self,
        app: &AppState,
        views: &[&'static str],
    ) -> Result<(), Problem> {
        let Some(head) = app.store().reader().head(self.ledger()).await? else { return Ok(()) };
        Ok(app.progress().wait(self.ledger(), head.position, views, WAIT_MAX).await?)
    }
}

/// A user of a subcontractor's organisation, at work for it.
#[derive(Debug, Clone)]
pub(crate) struct OrgUser {
    asker: Asker,
    company: String,
}

impl OrgUser {
    /// As which user of which organisation.
    pub(crate) const fn asker(&self) -> &Asker {
        &self.asker
    }

    /// What the organisation is called.
    pub(crate) fn company(&self) -> &str {
        &self.company
    }
}

impl<P> Sent<OrgUser, P> {
    /// The same as the organisation's command over the API, which the pages' deeds are.
    pub(crate) fn order(self) -> (Order<P, ()>, Form) {
        (Order::of_page(self.who.asker, self.path), self.form)
    }
}

impl<P> Sent<Staff, P> {
    /// The same as the account's command over the API, which the pages' deeds are.
    pub(crate) fn order(self) -> (Order<P, ()>, Form) {
        (Order::of_page(self.who.asker, self.path), self.form)
    }
}

impl<P> Sent<Owner, P> {
    /// The same as a person's command over the API, which the pages' deeds are.
    pub(crate) fn order(self) -> (Order<P, ()>, Form) {
        (Order::of_page(self.who.0, self.path), self.form)
    }
}

/// The same, with what the browser carries for work, be it another person's: a session, and a look
/// through an owner's eyes.
#[derive(Debug)]
pub(crate) struct WithWork<W> {
    pub(super) who: W,
    work: Option<Asker>,
    look: Option<Asker>,
}

impl<W> WithWork<W> {
    /// Ends that work: another session takes its place, or somebody else is here now (promise 25). A
    /// look ends also where the work that it began in has run out before.
    pub(super) async fn end_work(&self, app: &AppState) -> Result<(), Problem> {
        if let Some(look) = &self.look {
            end_look(app, look).await?;
        }
        match &self.work {
            Some(work) => end_session(app, work).await,
            None => Ok(()),
        }
    }
}

impl WithWork<Visitor> {
    /// Ends all that this browser carries.
    pub(super) async fn end_all(&self, app: &AppState) -> Result<(), Problem> {
        if let Some(own) = &self.who.asker {
            end_session(app, own).await?;
        }
        self.end_work(app).await
    }
}

/// Who may come to a page.
pub(crate) trait Comes: Sized + Send {
    /// Lets them in, or answers in the page's place.
    fn of(parts: &Parts, app: &AppState) -> impl Future<Output = Result<Self, Response>> + Send;
}

impl Comes for Visitor {
    async fn of(parts: &Parts, app: &AppState) -> Result<Self, Response> {
        let asker =
            signed_in(parts, Errand::Own, app).await.map_err(IntoResponse::into_response)?;
        Self::on_page(parts, asker).map_err(IntoResponse::into_response)
    }
}

impl Comes for Owner {
    async fn of(parts: &Parts, app: &AppState) -> Result<Self, Response> {
        match signed_in(parts, Errand::Own, app).await {
            Ok(Some(asker)) => asker.person().map(Self).map_err(IntoResponse::into_response),
            Ok(None) => Err(to(&sign_in_for(parts))),
            Err(failed) => Err(failed.into_response()),
        }
    }
}

impl<W: Comes> Comes for WithWork<W> {
    async fn of(parts: &Parts, app: &AppState) -> Result<Self, Response> {
        let who = W::of(parts, app).await?;
        let carried = async {
            let look = match cookie::look(&parts.headers, app.site()) {
                Some(secret) => Asker::known(&secret, parts, app).await?,
                None => None,
            };
            Ok::<_, Problem>((signed_in(parts, Errand::Work, app).await?, look))
        };
        let (work, look) = carried.await.map_err(IntoResponse::into_response)?;
        Ok(Self { who, work, look })
    }
}

impl Comes for Staff {
    async fn of(parts: &Parts, app: &AppState) -> Result<Self, Response> {
        let at_work = async {
            let at_work = signed_in(parts, Errand::Work, app).await?;
            // Who works for an organisation at this moment says first that they want to change.
            let at_work = at_work.filter(|asker| asker.credential.for_org.is_none());
            let Some(asker) = at_work else { return Ok(None) };
            let asker = asker.builder()?;
            let company = builder_name(app, asker.ledger()).await?;
            Ok::<_, Problem>(Some(Self { asker, company }))
        };
        match at_work.await {
            Ok(Some(staff)) => Ok(staff),
            Ok(None) => Err(sign_in_to_work(parts, app).await?),
            Err(refused) => Err(refused.into_response()),
        }
    }
}

impl Comes for OrgUser {
    async fn of(parts: &Parts, app: &AppState) -> Result<Self, Response> {
        let at_work = async {
            let at_work = signed_in(parts, Errand::Work, app).await?;
            let at_work = at_work.filter(|asker| asker.credential.for_org.is_some());
            let Some(asker) = at_work else { return Ok(None) };
            let company = organisations::name(app, OrgId(asker.ledger().0)).await?;
            Ok::<_, Problem>(Some(Self { asker, company }))
        };
        match at_work.await {
            Ok(Some(user)) => Ok(user),
            Ok(None) => Err(sign_in_to_work(parts, app).await?),
            Err(failed) => Err(failed.into_response()),
        }
    }
}

/// Whoever is here for their own things says for whom they want to work; others sign in.
async fn sign_in_to_work(parts: &Parts, app: &AppState) -> Result<Response, Response> {
    let own = signed_in(parts, Errand::Own, app).await;
    let own = own.map_err(IntoResponse::into_response)?.is_some();
    let at = if own { "/accounts" } else { "/sign-in" };
    Ok(to(&format!("{at}?next={}", parts.uri.path())))
}

/// Where somebody signs in who was on their way to this page.
fn sign_in_for(parts: &Parts) -> String {
    format!("/sign-in?next={}", parts.uri.path())
}

/// Whose session the browser carries. One that has ended is nobody's.
async fn signed_in(
    parts: &Parts,
    errand: Errand,
    app: &AppState,
) -> Result<Option<Asker>, Problem> {
    match cookie::session(&parts.headers, errand, app.site()) {
        Some(secret) => Asker::with(&secret, parts, app).await,
        None => Ok(None),
    }
}

impl<W: Comes, P: PathIds> FromRequestParts<AppState> for Visit<W, P> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Response> {
        let path = path::ids(parts).await.map_err(IntoResponse::into_response)?;
        let query = Form::of_query(parts.uri.query()).map_err(IntoResponse::into_response)?;
        Ok(Self { who: W::of(parts, app).await?, path, query })
    }
}

impl<W: Comes, P: PathIds> FromRequest<AppState> for Sent<W, P> {
    type Rejection = Response;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let head = async {
            let path = path::ids(&mut parts).await.map_err(IntoResponse::into_response)?;
            Ok::<_, Response>((W::of(&parts, app).await?, path))
        };
        let (who, path) = match head.await {
            Ok(head) => head,
            Err(refused) => {
                body::discard(body).await;
                return Err(refused);
            }
        };
        let form = Form::read(&parts.headers, body).await;
        Ok(Self { who, path, form: form.map_err(IntoResponse::into_response)? })
    }
}
