//! What stays in the company: internal notes and the budget. Owners never see either (R96, R97).

use super::{Tab, changes, job, sheet};
use crate::error::Problem;
use crate::extract::Order;
use crate::input::Door;
use crate::pages::form::{Complaints, Form, Input, button, hidden, no_such_button, quiet_button};
use crate::pages::layout::{Page, to};
use crate::pages::once::{keyed, once, once_of};
use crate::pages::visit::{Sent, Staff, Visit};
use crate::pages::words::time;
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::job::{BudgetLine, Cents, JobCommand};
use domain::text::{Label, NoteText};
use domain::{Command, JobId, NoteId};
use maud::{Markup, html};
use projections::as_of::JobPage;
use projections::job_detail::BudgetEntry;

const LABELS: [(&str, &str); 4] =
    [("text", "Note"), ("label", "What for"), ("amount", "Amount"), ("line", "Line")];

/// The code of a command that comes too late.
const STALE: &str = "stale_version";
/// How often a change is tried while others change the same job.
const ATTEMPTS_MAX: u32 = 5;

/// A job's internal notes and its budget.
pub(super) async fn show(
    State(app): State<AppState>,
    visit: Visit<Staff, JobId>,
) -> Result<Page, Problem> {
    let editing = visit.query.text("edit").to_owned();
    let (form, none) = (Form::default(), Complaints::NONE);
    let page = page(&app, &visit.who, visit.path, &editing, &form, &none).await?;
    Ok(page.done(visit.query.text("done")))
}

/// Write a note down; add a line to the budget, change it, or take it away.
pub(super) async fn send(
    State(app): State<AppState>,
    sent: Sent<Staff, JobId>,
) -> Result<Response, Problem> {
    let (who, id) = (sent.who.clone(), sent.path);
    let (order, form) = sent.order();
    let changed = match form.text("action") {
        "note" => note(&app, order, &form).await,
        _ => budget(&app, &who, keyed(order, &form), &form).await,
    };
    match changed {
        Ok(word) => Ok(to(&Tab::Notes.done(id, word))),
        Err(problem) => {
            let complaints = Complaints::about(problem)?;
            let editing = if form.text("action") == "save" { form.text("line") } else { "" };
            let page = page(&app, &who, id, editing, &form, &complaints).await?;
            Ok(page.status(complaints.status()).into_response())
        }
    }
}

async fn note(
    app: &AppState,
    order: Order<JobId, ()>,
    form: &Form,
) -> Result<&'static str, Problem> {
    let mut door = Door::default();
    let text = door.take("text", NoteText::parse(form.text("text")));
    let text = door.build(|| text)?;
    let command = |order: &Order<JobId, ()>| {
        let note = NoteId(order.new_id(app, "note"));
        Command::Job(order.path, JobCommand::AddNote(note, text.clone()))
    };
    once(app, order, form, command).await?;
    Ok("note-added")
}

/// The command sets the whole budget, a form changes one line of it: what the others are is read here,
/// and read again if the job changes before the command comes to it.
async fn budget(
    app: &AppState,
    who: &Staff,
    mut order: Order<JobId, ()>,
    form: &Form,
) -> Result<&'static str, Problem> {
    let mut attempts = 1;
    loop {
        let job = job(app, who, order.path).await?;
        let budget = changed(&job, form)?;
        order = order.at_version(job.job.version);
        let set = Command::Job(order.path, JobCommand::SetBudget(budget));
        match order.execute(app, set).await {
            Err(problem) if problem.body.code == STALE && attempts < ATTEMPTS_MAX => attempts += 1,
            executed => return executed.map(|_| "budget-saved"),
        }
    }
}

/// The budget as the form wants it.
fn changed(job: &JobPage, form: &Form) -> Result<Vec<BudgetLine>, Problem> {
    let mut lines = lines(job)?;
    match form.text("action") {
        "add" => lines.push(line(form)?),
        "save" => {
            let (at, line) = (line_shown(job, form)?, line(form)?);
            if let Some(there) = lines.get_mut(at) {
                *there = line;
            }
        }
        "remove" => {
            lines.remove(line_shown(job, form)?);
        }
        _ => return Err(no_such_button()),
    }
    Ok(lines)
}

/// The budget as it is, as the command takes it.
fn lines(job: &JobPage) -> Result<Vec<BudgetLine>, Problem> {
    let taken = job.detail.budget.iter().map(|entry| {
        let label = Label::parse(&entry.label).ok()?;
        Some(BudgetLine { label, amount_cents: Cents::new(entry.amount_cents).ok()? })
    });
    taken.collect::<Option<Vec<_>>>().ok_or_else(Problem::internal)
}

/// Which line the form is about, if it still says what the form had shown.
fn line_shown(job: &JobPage, form: &Form) -> Result<usize, Problem> {
    let at: Option<usize> = form.text("line").parse().ok();
    let same = |entry: &&BudgetEntry| {
        entry.label == form.text("label_shown")
            && entry.amount_cents.to_string() == form.text("cents_shown")
    };
    let found = at.and_then(|at| job.detail.budget.get(at).filter(same).map(|_| at));
    found.ok_or_else(|| {
        let detail = "Somebody else has changed the budget meanwhile; it is shown as it is now.";
        Problem::new(STALE, detail)
    })
}

/// A line as it was typed.
fn line(form: &Form) -> Result<BudgetLine, Problem> {
    let mut door = Door::default();
    let label = door.take("label", Label::parse(form.text("label")));
    let amount = door.take("amount", amount(form.text("amount")));
    door.build(|| Some(BudgetLine { label: label?, amount_cents: amount? }))
}

/// `12,500`, `12500.5` or `-80.25`, in hundredths.
fn amount(typed: &str) -> Result<Cents, &'static str> {
    const WRONG: &str = "must be an amount such as 12,500 or -80.25";
    let typed = typed.trim();
    let (negative, digits) = match typed.strip_prefix(['-', '−']) {
        Some(digits) => (true, digits),
        None => (false, typed),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = grouped(whole).ok_or(WRONG)?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 15 || part.len() > 2 || !digits(&whole) || !digits(part) {
        return Err(WRONG);
    }
    let whole: i64 = whole.parse().map_err(|_not_a_number| WRONG)?;
    let part: i64 = format!("{part:0<2}").parse().map_err(|_not_a_number| WRONG)?;
    let cents = whole * 100 + part;
    Cents::new(if negative { -cents } else { cents }).map_err(|_too_much| "is too large")
}

/// The digits without the commas, which stand before groups of three.
fn grouped(whole: &str) -> Option<String> {
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let fits = rest.is_empty() || (1..=3).contains(&first.len());
    (fits && rest.iter().all(|group| group.len() == 3)).then(|| whole.replace(',', ""))
}

/// `-80.25`, out of hundredths, with commas before groups of three.
fn money(cents: i64) -> String {
    let (sign, all) = (if cents < 0 { "−" } else { "" }, cents.unsigned_abs());
    let digits = (all / 100).to_string();
    let mut whole = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            whole.push(',');
        }
        whole.push(digit);
    }
    format!("{sign}{whole}.{:02}", all % 100)
}

async fn page(
    app: &AppState,
    who: &Staff,
    id: JobId,
    editing: &str,
    form: &Form,
    complaints: &Complaints,
) -> Result<Page, Problem> {
    let job = job(app, who, id).await?;
    let may = changes(who, &job);
    let at: Option<usize> = editing.parse().ok().filter(|_| may);
    let edits = at.and_then(|at| Some((at, job.detail.budget.get(at)?)));
    let content = html! {
        (complaints.above(&LABELS))
        p .plain .inside { strong { "Owners never see this page." } " Notes and budget stay in the company." }
        @if let Some((at, line)) = edits { (edit_form(id, at, line, form, complaints)) } @else {
            h2 { "Internal notes" }
            @if may { (note_form(form, complaints)) }
            @if job.detail.notes.is_empty() { p .hint { "None." } }
            ol .messages { @for note in job.detail.notes.iter().rev() {
                li {
                    p .over { (time(note.added_at)) }
                    p .lines { (note.text) }
                }
            } }
            h2 { "Budget" }
            (table(&job, may))
            @if may { (add_form(form, complaints)) }
        }
    };
    Ok(sheet(who, &job, Tab::Notes, &content))
}

fn table(job: &JobPage, may: bool) -> Markup {
    let lines = &job.detail.budget;
    if lines.is_empty() {
        return html! { p .hint { "No budget yet." } };
    }
    let total: i64 = lines.iter().map(|line| line.amount_cents).fold(0, i64::saturating_add);
    html! {
        table .cards .money {
            thead { tr {
                th scope="col" { "What for" } th scope="col" .amount { "Amount" }
                @if may { th scope="col" { span .unseen { "Edit" } } }
            } }
            tbody {
                @for (at, line) in lines.iter().enumerate() {
                    tr {
                        th scope="row" { (line.label) }
                        td .amount data-label="Amount" { (money(line.amount_cents)) }
                        @if may {
                            td {
                                a href=(format!("?edit={at}"))
                                    aria-label=(format!("Edit {}", line.label)) { "Edit" }
                            }
                        }
                    }
                }
                tr .total {
                    th scope="row" { "Total" }
                    td .amount data-label="Amount" { (money(total)) }
                    @if may { td {} }
                }
            }
        }
    }
}

fn note_form(form: &Form, complaints: &Complaints) -> Markup {
    let sent = form.text("action") == "note";
    let none = Complaints::NONE;
    html! {
        form .plain method="post" novalidate {
            (once_of(form, "note"))
            (Input::text("text", "Note").lines(3)
                .value(if sent { form.text("text") } else { "" })
                .hint("Notes are kept as they are: they are not changed or taken away.")
                .shown(if sent { complaints } else { &none }))
            (button("note", "Add the note"))
        }
    }
}

fn line_inputs(label: &str, amount: &str, complaints: &Complaints) -> Markup {
    html! {
        (Input::text("label", "What for").value(label).shown(complaints))
        (Input::text("amount", "Amount").value(amount)
            .hint("Such as 12,500 or 80.25; with a minus for a credit.").shown(complaints))
    }
}

fn add_form(form: &Form, complaints: &Complaints) -> Markup {
    let sent = form.text("action") == "add";
    let typed = |field| if sent { form.text(field) } else { "" };
    let none = Complaints::NONE;
    html! {
        form .plain method="post" novalidate {
            h3 { "Add a line" }
            (once_of(form, "add"))
            (line_inputs(typed("label"), typed("amount"), if sent { complaints } else { &none }))
            (button("add", "Add the line"))
        }
    }
}

fn edit_form(
    job: JobId,
    at: usize,
    line: &BudgetEntry,
    form: &Form,
    complaints: &Complaints,
) -> Markup {
    let sent = form.text("action") == "save";
    let (label, amount) = if sent {
        (form.text("label").to_owned(), form.text("amount").to_owned())
    } else {
        (line.label.clone(), money(line.amount_cents))
    };
    html! {
        section .plain {
            h2 { "Edit a line of the budget" }
            form method="post" novalidate {
                (hidden("line", &at.to_string()))
                // As it is now: whoever sends it again has seen this.
                (hidden("label_shown", &line.label))
                (hidden("cents_shown", &line.amount_cents.to_string()))
                @if sent {
                    p { "It is now: " (line.label) ", " (money(line.amount_cents)) }
                }
                (line_inputs(&label, &amount, complaints))
                (button("save", "Save"))
                (quiet_button("remove", "Remove the line"))
            }
            p { a href=(Tab::Notes.path(job)) { "Back to notes and budget" } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_typed_as_people_write_them() {
        let cents = |typed| amount(typed).map(Cents::amount);
        for (typed, hundredths) in [
            ("12,500", 1_250_000),
            ("12500.5", 1_250_050),
            (" -80.25 ", -8_025),
            ("0.07", 7),
            ("7.", 700),
            ("1,234,567.89", 123_456_789),
        ] {
            assert_eq!(cents(typed), Ok(hundredths), "{typed}");
        }
        for wrong in
            ["", "-", ".5", "1.234", "12,50", "1,2345", ",100", "12 500", "1e3", "--1", "$5"]
        {
            assert!(cents(wrong).is_err(), "{wrong}");
        }
        assert_eq!(cents("100,000,000,000"), Ok(10_000_000_000_000));
        assert_eq!(cents("100,000,000,000.01"), Err("is too large"));
    }

    #[test]
    fn an_amount_that_is_shown_is_typed_in_again_as_it_was() {
        for hundredths in [0, 7, -7, 100, 99_999, 100_000, -123_456_789, 10_000_000_000_000] {
            assert_eq!(amount(&money(hundredths)).map(Cents::amount), Ok(hundredths));
        }
        assert_eq!(money(-123_456_789), "−1,234,567.89");
    }
}
