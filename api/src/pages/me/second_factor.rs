use crate::endpoints::me::second_factor::begin::{SecondFactorBegun, begin};
use crate::endpoints::me::second_factor::confirm::confirm;
use crate::endpoints::me::second_factor::end::end;
use crate::endpoints::me::second_factor::get::{SecondFactorState, state_of};
use crate::error::Problem;
use crate::pages::form::{CODE, CODE_LABEL, Complaints, Input, PASSWORD, button, no_such_button};
use crate::pages::layout::{Page, Place, to};
use crate::pages::visit::{Owner, Sent, Visit};
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use qrcodegen::{QrCode, QrCodeEcc};

/// How wide the empty frame around a code is, in squares (ISO 18004 asks for four).
const QUIET: i32 = 4;

const LABELS: [(&str, &str); 2] = [(PASSWORD, "Password"), (CODE, CODE_LABEL)];

/// The second factor: whether it is on, and what turns it on or off (promise 24).
pub(in crate::pages) async fn show(
    State(app): State<AppState>,
    visit: Visit<Owner, ()>,
) -> Result<Page, Problem> {
    let state = state_of(&app, visit.who.person()).await?;
    Ok(page(&state, &Complaints::NONE).done(visit.query.text("done")))
}

/// Begin one, turn it on with a first code, or turn it off.
pub(in crate::pages) async fn send(
    State(app): State<AppState>,
    sent: Sent<Owner, ()>,
) -> Result<Response, Problem> {
    let person = sent.who.person();
    let (order, form) = sent.order();
    let (password, code) = (form.password(PASSWORD), form.text(CODE));
    let refused = match form.text("action") {
        "begin" => match begin(&app, &order, &password).await {
            Ok(begun) => return Ok(begun_page(&begun).into_response()),
            Err(problem) => problem,
        },
        "confirm" => match confirm(&app, &order, code).await {
            Ok((on, _)) => return Ok(codes_page(&on.recovery_codes).into_response()),
            Err(problem) if problem.body.field.as_deref() == Some(CODE) => {
                // The app has the secret, which is not told again.
                let complaints = Complaints::about(problem)?;
                let page = titled(asks_for_first_code(&complaints));
                return Ok(page.status(complaints.status()).into_response());
            }
            Err(problem) => problem,
        },
        "end" => match end(&app, &order, &password, code).await {
            Ok(()) => return Ok(to("/me/second-factor?done=second-factor-off")),
            Err(problem) => problem,
        },
        _ => return Err(no_such_button()),
    };
    let complaints = Complaints::about(refused)?;
    let state = state_of(&app, person).await?;
    Ok(page(&state, &complaints).status(complaints.status()).into_response())
}

fn titled(content: Markup) -> Page {
    Page::new("Second factor", content).at(Place::Sessions)
}

fn page(state: &SecondFactorState, complaints: &Complaints) -> Page {
    let code = Input::text(CODE, CODE_LABEL).filled_as("one-time-code");
    let left = state.recovery_codes_left;
    titled(html! {
        (complaints.above(&LABELS))
        @if state.on {
            p { strong { "It is on." } " Signing in takes your password and a code from your app." }
            p {
                "You have "
                @match left { 0 => "no recovery codes", 1 => "1 recovery code", _ => { (left) " recovery codes" } }
                " left. Each works once in the place of a code, when you have lost your app."
                @if left < 3 {
                    " To get ten new ones, turn the second factor off and on again."
                }
            }
            form method="post" novalidate {
                h2 { "Turn it off" }
                (Input::password("Password").shown(complaints))
                (code.hint("Or one of your recovery codes.").shown(complaints))
                (button("end", "Turn the second factor off"))
            }
        } @else {
            p {
                strong { "It is off." } " With a second factor, whoever has found out your password \
                still cannot sign in as you: it takes a code, too, which an app on your phone shows, \
                another one every half minute."
            }
            p {
                "You need such an app. Any that speaks of \u{201c}authenticator codes\u{201d} will do; \
                many keepers of passwords can do it as well."
            }
            form method="post" novalidate {
                (Input::password("Password").hint("The one that you sign in with.").shown(complaints))
                (button("begin", "Begin"))
            }
        }
        (back())
    })
}

/// The secret, once, as a picture and as text.
fn begun_page(begun: &SecondFactorBegun) -> Page {
    let in_fours: Vec<&str> = fours(&begun.secret);
    titled(html! {
        ol .steps {
            li {
                p { "Show this to your app, by its camera:" }
                (qr(&begun.uri))
                p { "Or type this into it, as a key that goes by the time:" }
                p .key { @for four in &in_fours { span { (four) } " " } }
                details {
                    summary { "On this very phone?" }
                    p { "Copy this address into your app:" }
                    p .key { (begun.uri) }
                }
            }
            li { p { "Type in the code that it shows now. Until then nothing is turned on." } }
        }
        (asks_for_first_code(&Complaints::NONE))
    })
}

fn asks_for_first_code(complaints: &Complaints) -> Markup {
    html! {
        (complaints.above(&LABELS))
        form method="post" novalidate {
            (Input::text(CODE, CODE_LABEL).filled_as("one-time-code").shown(complaints))
            (button("confirm", "Turn it on"))
        }
        p { a href="/me/second-factor" { "Begin again" } }
    }
}

/// The recovery codes, once.
fn codes_page(codes: &[String]) -> Page {
    titled(html! {
        p .notice role="status" { "The second factor is on." }
        h2 { "Your recovery codes" }
        p {
            "Write these down, or print them, and keep them where your phone is not. Each lets you in \
            once when you have lost it. " strong { "They are not shown again." }
        }
        ol .codes { @for code in codes { li .key { (code) } } }
        p { a .main href="/me/second-factor" { "I have kept them" } }
    })
}

fn back() -> Markup {
    html! { p { a href="/me/sessions" { "Where you are signed in" } } }
}

/// A text in pieces of four, as people copy it.
fn fours(text: &str) -> Vec<&str> {
    let mut rest = text;
    let mut pieces = Vec::new();
    while let Some((four, after)) = rest.split_at_checked(4) {
        pieces.push(four);
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(rest);
    }
    pieces
}

/// A text as squares that a camera reads: dark on light whatever the page's colours are, or cameras do
/// not find it. Nothing where the text is too long for any.
fn qr(text: &str) -> Markup {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return html! {} };
    let (size, whole) = (code.size(), code.size() + 2 * QUIET);
    let mut path = String::new();
    for y in 0..size {
        let mut x = 0;
        while x < size {
            let dark = (x..size).take_while(|x| code.get_module(*x, y)).count();
            let run = i32::try_from(dark).unwrap_or(0);
            if run > 0 {
                path.push_str(&format!("M{x} {y}h{run}v1h-{run}z"));
            }
            x += run + 1;
        }
    }
    html! {
        svg .qr viewBox={ "-" (QUIET) " -" (QUIET) " " (whole) " " (whole) } width="240" height="240"
            role="img" aria-label="The key below, for a camera" shape-rendering="crispEdges"
        {
            rect x={ "-" (QUIET) } y={ "-" (QUIET) } width=(whole) height=(whole) fill="#ffffff" {}
            path d=(path) fill="#000000" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The squares of what was drawn, read back from its path.
    fn squares(markup: &str) -> Vec<(i32, i32)> {
        let path = markup.split(" d=\"").nth(1).and_then(|rest| rest.split('"').next());
        let mut found = Vec::new();
        for piece in path.expect("a path").split('M').skip(1) {
            let (at, rest) = piece.split_once('h').expect("a run");
            let (x, y) = at.split_once(' ').expect("a place");
            let (x, y): (i32, i32) = (x.parse().expect("x"), y.parse().expect("y"));
            let run: i32 = rest.split('v').next().expect("a run").parse().expect("a length");
            assert_eq!(rest, format!("{run}v1h-{run}z"));
            found.extend((x..x + run).map(|x| (x, y)));
        }
        found
    }

    #[test]
    fn what_is_drawn_is_the_code_square_by_square() {
        let uri =
            "otpauth://totp/Titleblock:ada%40example.org?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
        let code = QrCode::encode_text(uri, QrCodeEcc::Medium).expect("a code");
        let drawn = squares(&qr(uri).into_string());
        let dark = |y| (0..code.size()).filter(move |x| code_at(uri, *x, y)).map(move |x| (x, y));
        let wanted: Vec<(i32, i32)> = (0..code.size()).flat_map(dark).collect();
        assert!(wanted.len() > 200, "{}", wanted.len());
        assert_eq!(drawn, wanted);
    }

    fn code_at(text: &str, x: i32, y: i32) -> bool {
        QrCode::encode_text(text, QrCodeEcc::Medium).expect("a code").get_module(x, y)
    }

    #[test]
    fn a_key_is_written_in_fours() {
        assert_eq!(fours("ABCDEFGHIJ"), ["ABCD", "EFGH", "IJ"]);
        assert_eq!(fours("ABCD"), ["ABCD"]);
        assert!(fours("").is_empty());
    }
}
