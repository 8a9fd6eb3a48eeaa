//! The portal as customers see it (R91 to R95), as a sheet of drawings: how far the job is, how long it
//! has, what waits for them, its phases and milestones.
//!
//! A [`PortalEntry`] is all that is drawn, and it is an allow-list: budget, notes and who does what are
//! not in it (R96 to R98). Nothing here is a control (R99); [`sheet_with`] lets a page put its own beside
//! an item. What is drawn is attributes and classes alone: our policy allows no style in a page.

use crate::pages::words::{day, days_left, sentence};
use domain::job::MilestoneStatus;
use maud::{Markup, html};
use projections::owner_portal::{ItemEntry, PortalEntry, PortalMilestone, SectionEntry};

/// The whole of it, below a page's heading, which names the job.
pub(crate) fn sheet(view: &PortalEntry) -> Markup {
    sheet_with(view, |_| html! {})
}

/// The same, with what can be done about each item.
pub(crate) fn sheet_with(view: &PortalEntry, deed: impl Fn(&ItemEntry) -> Markup) -> Markup {
    html! {
        section .sheet aria-label="How far the job is" {
            div .gauges { (ring(view.percent)) (countdown(view)) }
            @if !view.items.is_empty() {
                h2 { "Your items" }
                (items(&view.items, deed))
            }
            h2 { "Phases" }
            (phases(&view.sections))
            @if !view.milestones.is_empty() {
                h2 { "Milestones" }
                (timeline(&view.milestones))
            }
        }
    }
}

/// What matters most of it, where several jobs stand on one page, each below a heading of its own.
pub(crate) fn glance(view: &PortalEntry) -> Markup {
    let open = || view.items.iter().filter(|item| !item.done);
    html! {
        div .gauges .small { (ring(view.percent)) (countdown(view)) }
        @if open().next().is_some() {
            h3 { "Your items" }
            (items(open(), |_| html! {}))
        }
    }
}

/// How much is done, as a circle with a mark at every tenth (R91).
fn ring(percent: Option<u8>) -> Markup {
    let (number, word) = match percent {
        Some(percent) => (format!("{percent} %"), "done"),
        None => ("–".to_owned(), "no tasks yet"),
    };
    html! {
        svg .ring viewBox="0 0 120 120" width="160" height="160" role="img"
            aria-label={ (number) " " (word) }
        {
            g fill="none" stroke="currentColor" transform="rotate(-90 60 60)" {
                circle .marks cx="60" cy="60" r="55" stroke-width="4" pathLength="100"
                    stroke-dasharray="0.5 9.5" {}
                circle .track cx="60" cy="60" r="46" stroke-width="9" {}
                @if let Some(percent) = percent.filter(|percent| *percent > 0) {
                    circle .part cx="60" cy="60" r="46" stroke-width="9" pathLength="100"
                        stroke-dasharray={ (percent) " 100" } {}
                }
            }
            text fill="currentColor" text-anchor="middle" {
                tspan .number x="60" y="65" font-size="26" { (number) } " "
                tspan .word x="60" y="80" font-size="10" { (word) }
            }
        }
    }
}

/// How long the job has (R92). A day that has gone by alarms nobody once all is done.
fn countdown(view: &PortalEntry) -> Markup {
    let (Some(deadline), Some(days)) = (&view.deadline, view.days_remaining) else {
        return html! { p .countdown .none { "No deadline is set yet." } };
    };
    let finished = view.percent == Some(100);
    html! {
        p .countdown .late[days < 0 && !finished] {
            strong { @if finished { "All done" } @else { (days_left(days)) } }
            " " span .hint { "deadline " time datetime=(deadline) { (day(deadline)) } }
        }
    }
}

/// What waits for somebody (R93), with what can be done about each.
pub(crate) fn items<'a>(
    items: impl IntoIterator<Item = &'a ItemEntry>,
    deed: impl Fn(&ItemEntry) -> Markup,
) -> Markup {
    html! {
        ul .waits {
            @for item in items {
                li .done[item.done] {
                    p { (item.title) }
                    p .hint {
                        (sentence(item.kind.word()))
                        @if item.done { " · done" }
                        @else if let Some(due) = item.due { " · by " (day(&due.to_string())) }
                    }
                    (deed(item))
                }
            }
        }
    }
}

/// How far each phase is (R95).
fn phases(sections: &[SectionEntry]) -> Markup {
    html! {
        dl .phases {
            @for section in sections {
                @let phase = sentence(section.phase.word());
                div {
                    dt { (phase) }
                    dd {
                        @match section.percent {
                            Some(percent) => {
                                progress max="100" value=(percent)
                                    aria-label={ (phase) ", done" } {}
                                span {
                                    (percent) " %"
                                    " " span .hint { (section.done) " of " (section.total) }
                                }
                            }
                            None => span .hint { "No tasks yet" }
                        }
                    }
                }
            }
        }
    }
}

/// The milestones in the order of their days, those without one last (R94).
fn timeline(milestones: &[PortalMilestone]) -> Markup {
    let mut in_order: Vec<&PortalMilestone> = milestones.iter().collect();
    in_order.sort_by_key(|milestone| (milestone.due.is_none(), milestone.due));
    html! {
        ol .timeline {
            @for milestone in in_order {
                li .planned[milestone.status == MilestoneStatus::Planned]
                    .reached[milestone.status == MilestoneStatus::Reached]
                    .missed[milestone.status == MilestoneStatus::Missed]
                {
                    p { (milestone.title) }
                    p .hint {
                        span .status { (sentence(milestone.status.word())) }
                        @if let Some(due) = milestone.due.map(|due| due.to_string()) {
                            " · " time datetime=(due) { (day(&due)) }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Day;
    use domain::job::{Phase, TaskKind};
    use uuid::Uuid;

    fn section(phase: Phase, done: u32, total: u32, percent: Option<u8>) -> SectionEntry {
        SectionEntry { phase, done, total, percent }
    }

    fn milestone(title: &str, due: Option<&str>, status: MilestoneStatus) -> PortalMilestone {
        let due = due.map(|due| Day::parse(due).expect("a day"));
        PortalMilestone { title: title.to_owned(), due, status }
    }

    fn item(title: &str, done: bool) -> ItemEntry {
        let (id, kind) = (Uuid::nil(), TaskKind::Selection);
        ItemEntry { id, title: title.to_owned(), kind, due: None, done }
    }

    /// A job without anything.
    fn empty() -> PortalEntry {
        PortalEntry {
            id: Uuid::nil(),
            name: "Barn".to_owned(),
            percent: None,
            deadline: None,
            days_remaining: None,
            sections: Phase::ALL.iter().map(|phase| section(*phase, 0, 0, None)).collect(),
            milestones: Vec::new(),
            items: Vec::new(),
        }
    }

    fn drawn(view: &PortalEntry) -> String {
        sheet(view).into_string()
    }

    /// What is to be read of it.
    fn read(view: &PortalEntry) -> String {
        let parts = drawn(view);
        parts.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text).collect()
    }

    #[test]
    fn a_job_without_tasks_milestones_and_deadline_says_so_and_draws_nothing_done() {
        let html = drawn(&empty());
        assert!(html.contains("aria-label=\"– no tasks yet\""), "{html}");
        assert!(!html.contains("class=\"part\"") && !html.contains("<progress"), "{html}");
        assert!(!html.contains("Your items") && !html.contains("Milestones"), "{html}");
        assert_eq!(html.matches("No tasks yet").count(), 3, "each phase: {html}");
        assert!(html.contains("No deadline is set yet."), "{html}");
    }

    #[test]
    fn the_circle_is_as_far_round_as_the_job_is() {
        for (percent, arc) in [(1, "1 100"), (62, "62 100"), (100, "100 100")] {
            let html = drawn(&PortalEntry { percent: Some(percent), ..empty() });
            assert!(html.contains(&format!("stroke-dasharray=\"{arc}\"")), "{html}");
            assert!(html.contains(&format!("aria-label=\"{percent} % done\"")), "{html}");
        }
        let nothing = PortalEntry { percent: Some(0), ..empty() };
        assert!(read(&nothing).contains("0 % done"));
        assert!(!drawn(&nothing).contains("class=\"part\""), "no dot where nothing is done");
    }

    #[test]
    fn the_badge_counts_the_days_down_and_is_late_when_they_are_over() {
        let due = |days, percent| {
            let deadline = Some("2026-11-25".to_owned());
            PortalEntry { deadline, days_remaining: Some(days), percent, ..empty() }
        };
        for (days, says) in [
            (12, "12 days left"),
            (1, "1 day left"),
            (0, "due today"),
            (-1, "1 day over"),
            (-30, "30 days over"),
        ] {
            let view = due(days, Some(50));
            assert!(read(&view).contains(says), "{days}: {}", read(&view));
            assert_eq!(drawn(&view).contains("countdown late"), days < 0, "{days}");
        }
        let finished = due(-3, Some(100));
        assert!(read(&finished).contains("All done"));
        assert!(!drawn(&finished).contains("late"));
        assert!(drawn(&finished).contains("datetime=\"2026-11-25\""));
    }

    #[test]
    fn each_phase_has_its_bar() {
        let sections = vec![
            section(Phase::Planning, 2, 2, Some(100)),
            section(Phase::Execution, 1, 3, Some(33)),
            section(Phase::Closeout, 0, 0, None),
        ];
        let view = PortalEntry { sections, percent: Some(60), ..empty() };
        let text = read(&view);
        for says in ["Planning", "100 % 2 of 2", "Execution", "33 % 1 of 3", "Closeout"] {
            assert!(text.contains(says), "{says}: {text}");
        }
        assert_eq!(drawn(&view).matches("<progress").count(), 2, "none without tasks");
    }

    #[test]
    fn milestones_stand_in_the_order_of_their_days_with_their_status_in_words() {
        let milestones = vec![
            milestone("Keys", None, MilestoneStatus::Planned),
            milestone("Roof", Some("2026-06-01"), MilestoneStatus::Missed),
            milestone("Walls", Some("2026-03-01"), MilestoneStatus::Reached),
        ];
        let text = read(&PortalEntry { milestones, ..empty() });
        let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what}: {text}"));
        assert!(at("Walls") < at("Roof") && at("Roof") < at("Keys"), "{text}");
        for status in ["Reached", "Missed", "Planned"] {
            at(status);
        }
    }

    #[test]
    fn ones_own_items_are_there_only_when_there_are_any() {
        let items = vec![item("Choose the tiles", false), item("Choose the sink", true)];
        let view = PortalEntry { items, ..empty() };
        let text = read(&view);
        assert!(text.contains("Your items") && text.contains("Choose the sinkSelection · done"));
        let glanced = glance(&view).into_string();
        assert!(glanced.contains("Choose the tiles") && !glanced.contains("Choose the sink"));
        let with = sheet_with(&view, |item| html! { b { "press " (item.title) } }).into_string();
        assert_eq!(with.matches("<b>press ").count(), 2);
        // R99: by itself it has none.
        let html = drawn(&view);
        for control in ["<form", "<button", "<input", "<a "] {
            assert!(!html.contains(control), "{control}: {html}");
        }
    }

    #[test]
    fn long_names_are_text_and_nothing_on_the_sheet_is_style_or_script() {
        let long = format!("<script>{}</script>", "Tiles".repeat(40));
        let view = PortalEntry {
            items: vec![item(&long, false)],
            milestones: vec![milestone(&long, None, MilestoneStatus::Planned)],
            percent: Some(7),
            ..empty()
        };
        let html = drawn(&view);
        assert_eq!(html.matches("&lt;script&gt;Tiles").count(), 2);
        for never in ["<script", " style=", " onclick", "href=", "url("] {
            assert!(!html.contains(never), "{never}: {html}");
        }
    }

    /// R96 to R98: what the sheet is made of has room for nothing else.
    #[test]
    fn a_sheet_is_made_of_what_customers_may_know_and_of_nothing_else() {
        let PortalEntry {
            id: _,
            name: _,
            percent: _,
            deadline: _,
            days_remaining: _,
            sections,
            milestones,
            items,
        } = empty();
        for SectionEntry { phase: _, done: _, total: _, percent: _ } in sections {}
        for PortalMilestone { title: _, due: _, status: _ } in milestones {}
        for ItemEntry { id: _, title: _, kind: _, due: _, done: _ } in items {}
    }
}
