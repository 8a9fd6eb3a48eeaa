//! What a page takes: who comes, to which path, with which query or form.
//!
//! [`Visit`] is a look at a page, [`Sent`] a form that was sent from one. Each says who may come:
//! [`Visitor`] is anybody, signed in or not; [`Owner`] somebody who is signed in, and whoever is not
//! is shown where to.

use super::cookie;
use super::form::Form;
use super::layout::to;
use crate::error::Problem;
use crate::extract::asker::Asker;
use crate::extract::body;
use crate::extract::order::Order;
use crate::extract::path::{self, PathIds};
use crate::extract::public::Visitor;
use crate::state::AppState;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use domain::PersonId;

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

impl<P> Sent<Owner, P> {
    /// The same as a person's command over the API, which the pages' deeds are.
    pub(crate) fn order(self) -> (Order<P, ()>, Form) {
        (Order::of_page(self.who.0, self.path), self.form)
    }
}

/// Who may come to a page.
pub(crate) trait Comes: Sized + Send {
    /// Lets them in, or answers in the page's place.
    fn of(parts: &Parts, app: &AppState) -> impl Future<Output = Result<Self, Response>> + Send;
}

impl Comes for Visitor {
    async fn of(parts: &Parts, app: &AppState) -> Result<Self, Response> {
        let asker = signed_in(parts, app).await.map_err(IntoResponse::into_response)?;
        Self::on_page(parts, asker).map_err(IntoResponse::into_response)
    }
}

impl Comes for Owner {
    async fn of(parts: &Parts, app: &AppState) -> Result<Self, Response> {
        match signed_in(parts, app).await {
            Ok(Some(asker)) => asker.person().map(Self).map_err(IntoResponse::into_response),
            Ok(None) => Err(to(&format!("/sign-in?next={}", parts.uri.path()))),
            Err(failed) => Err(failed.into_response()),
        }
    }
}

/// Whose session the browser carries. One that has ended is nobody's.
async fn signed_in(parts: &Parts, app: &AppState) -> Result<Option<Asker>, Problem> {
    match cookie::session(&parts.headers, app.site()) {
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
