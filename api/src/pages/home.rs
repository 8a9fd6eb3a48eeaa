use super::form::Form;
use super::layout::Page;
use super::visit::Visit;
use crate::extract::public::Visitor;
use maud::html;

/// The first page: what this is, and where to go.
pub(super) async fn show(visit: Visit<Visitor, ()>) -> Page {
    let Visit { who, query, .. } = visit;
    let signed_in = who.asker.is_some();
    page(signed_in, &query)
}

fn page(signed_in: bool, query: &Form) -> Page {
    let content = html! {
        p .lead {
            "Titleblock keeps the contacts, owners and jobs of building companies, and remembers \
             every change: who made it, when, and what was there before."
        }
        @if signed_in {
            p { a .main href="/me" { "To your pages" } }
        } @else {
            p { a .main href="/sign-in" { "Sign in" } }
        }
        section .plain {
            h2 { "Are you having something built?" }
            p {
                "Your builder invites you by mail. Open the link in that mail to choose a password. \
                 From then on you see here how far your project is, and look after your own details."
            }
            p {
                "No mail has come, or its link no longer works? Please ask your builder to send it \
                 again."
            }
        }
        section .plain {
            h2 { "Are you building, or writing programs for builders?" }
            p {
                "All that Titleblock does, programs can ask for: "
                a href="/docs/" { "read how" } "."
            }
        }
    };
    Page::new("A record of who changed what", content).done(query.text("done"))
}
