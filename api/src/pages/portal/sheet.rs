use maud::{Markup, html};
use projections::owner_portal::PortalEntry;

pub(crate) fn sheet(view: &PortalEntry) -> Markup {
    html! { p { @if let Some(percent) = view.percent { (percent) " % done" } } }
}
