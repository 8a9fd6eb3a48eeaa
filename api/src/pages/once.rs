//! Forms that are carried out once however often a browser sends them: pressed twice, or sent again
//! with the page that answered. Without a script nothing keeps a finger from pressing twice.
//!
//! A form has a name of its own from when it is shown, in a field that nobody sees. The name and all
//! that was typed are the key under which it is carried out, so that who has gone back and typed
//! something else means something else.

use super::form::{Form, hidden};
use crate::error::Problem;
use crate::extract::Order;
use crate::state::AppState;
use domain::Command;
use event_store::keys::sha256;
use event_store::{Applied, IdempotencyKey};
use maud::Markup;
use uuid::Uuid;

/// The field of the name.
const ONCE: &str = "once";

/// Names a form. One that is shown again as it was typed keeps its name.
pub(super) fn once_field(form: &Form) -> Markup {
    let once = form.filled(ONCE).map_or_else(|| Uuid::now_v7().to_string(), str::to_owned);
    hidden(ONCE, &once)
}

/// The same for one of several forms of a page: the one that was sent with this button keeps its name.
pub(super) fn once_of(form: &Form, action: &str) -> Markup {
    once_if(form.text("action") == action, form)
}

/// The same, where it is known whether that one was sent.
pub(super) fn once_if(sent: bool, form: &Form) -> Markup {
    if sent { once_field(form) } else { once_field(&Form::default()) }
}

/// The same order, under the name of its form; what makes ids makes the same ones again. A link that is
/// mailed again needs none of these: the second time nothing is made, and once the answer is forgotten,
/// the same link could not be made again.
pub(super) fn keyed<P>(mut order: Order<P, ()>, form: &Form) -> Order<P, ()> {
    order.idempotency = form.filled(ONCE).map(|_named| {
        let (actor, digest) = (order.asker.credential.repeats(), form.digest());
        // No key of the API holds this byte.
        let key = [actor.as_bytes().as_slice(), b"\0", &digest].concat();
        IdempotencyKey { key_hash: sha256(&key), request_hash: digest }
    });
    order
}

/// Carries out the one command of such a form.
pub(super) async fn once<P>(
    app: &AppState,
    order: Order<P, ()>,
    form: &Form,
    command: impl FnOnce(&Order<P, ()>) -> Command,
) -> Result<Applied, Problem> {
    let order = keyed(order, form);
    let command = command(&order);
    order.execute(app, command).await
}
