//! Changes over time by kind of actor, drawn on the server: bars for the eye, and the same figures as
//! a table for everybody.

use super::filter::Filter;
use super::words::KINDS;
use crate::pages::words::{day, time};
use maud::{Markup, html};
use projections::audit_chart::{AuditChart, ChartStep, ChartUnit};

/// How high the drawing is, in units of its own; it is stretched to its place.
const HEIGHT: u64 = 1_000;
/// How wide a bar is with the gap beside it, and without.
const STEP: usize = 10;
const BAR: usize = 8;
/// So few steps are drawn as if there were as many as this.
const STEPS_MIN: usize = 12;

/// What is counted, in the order in which it is stacked: class, words, and the count of a step.
struct Series {
    class: &'static str,
    label: &'static str,
    counts: Vec<u64>,
}

impl Series {
    fn sum(&self) -> u64 {
        self.counts.iter().sum()
    }
}

fn series(steps: &[ChartStep]) -> Vec<Series> {
    let counts = |of: &dyn Fn(&ChartStep) -> u64| steps.iter().map(of).collect();
    let mut all: Vec<Series> = KINDS
        .iter()
        .map(|(class, label)| {
            let of = |step: &ChartStep| step.events.get(*class).copied().unwrap_or(0);
            Series { class, label, counts: counts(&of) }
        })
        .collect();
    let others = |step: &ChartStep| {
        let known = |kind: &String| KINDS.iter().any(|(known, _)| known == kind);
        step.events.iter().filter(|(kind, _)| !known(kind)).map(|(_, count)| count).sum()
    };
    all.push(Series { class: "others", label: "Others", counts: counts(&others) });
    let refused = |step: &ChartStep| step.refused;
    all.push(Series { class: "refused", label: "Refused attempts", counts: counts(&refused) });
    all.retain(|series| series.sum() > 0);
    all
}

/// The whole of it; nothing where nothing happened.
pub(super) fn drawn(chart: &AuditChart, filter: &Filter) -> Markup {
    let Some((first, last)) = chart.steps.first().zip(chart.steps.last()) else {
        return html! {};
    };
    let series = series(&chart.steps);
    let highest = (0..chart.steps.len()).map(|step| sum(&series, step)).max().unwrap_or(0).max(1);
    let (span, unit) = (span(first, last), unit(chart.unit));
    let sums: Vec<String> =
        series.iter().map(|series| format!("{}: {}", series.label, series.sum())).collect();
    html! {
        figure .chart {
            figcaption {
                "Changes by kind of actor, " (unit) " by " (unit) " (UTC). At most " (highest) " a " (unit) "."
                @if let Some(from) = chart.counted_from {
                    " Counted from " (time(from)) " on; name an earlier time to see what was before."
                }
            }
            svg role="img" aria-labelledby="chart-title chart-desc" preserveAspectRatio="none"
                viewBox=(format!("0 0 {} {HEIGHT}", chart.steps.len().max(STEPS_MIN) * STEP)) {
                title #chart-title { "Changes over time by kind of actor" }
                desc #chart-desc { (span) ". " (sums.join("; ")) "." }
                (bars(&chart.steps, &series, highest))
            }
            p .axis { span { (from(first)) } @if chart.steps.len() > 1 { span { (until(last)) } } }
            ul .legend {
                @for series in &series { li class=(series.class) { (series.label) ": " (series.sum()) } }
            }
            details {
                summary { "The figures as a table" }
                (table(&chart.steps, &series, filter))
            }
        }
    }
}

fn sum(series: &[Series], step: usize) -> u64 {
    series.iter().filter_map(|series| series.counts.get(step)).sum()
}

fn bars(steps: &[ChartStep], series: &[Series], highest: u64) -> Markup {
    // From the foot up; each bar begins where the one below it ended, so that no rounding shows.
    let height = |count: u64| count.saturating_mul(HEIGHT) / highest;
    html! {
        @for (at, step) in steps.iter().enumerate() {
            @for (of, one) in series.iter().enumerate() {
                @let below = sum(&series[..of], at);
                @let count = one.counts.get(at).copied().unwrap_or(0);
                @if count > 0 {
                    rect class=(one.class) x=(at * STEP + (STEP - BAR) / 2) width=(BAR)
                        y=(HEIGHT - height(below + count)) height=(height(below + count) - height(below)) {
                        title { (span(step, step)) ": " (one.label) ", " (count) }
                    }
                }
            }
        }
    }
}

fn table(steps: &[ChartStep], series: &[Series], filter: &Filter) -> Markup {
    html! {
        div .scroll tabindex="0" role="region" aria-label="Figures" {
            table .figures {
                thead { tr {
                    th scope="col" { "When" }
                    @for series in series { th scope="col" { (series.label) } }
                    th scope="col" { "All" }
                } }
                tbody {
                    @for (at, step) in steps.iter().enumerate() {
                        @let days = [("from", step.from.to_string()), ("until", step.until.to_string())];
                        tr {
                            th scope="row" { a href=(filter.path("/audit", &days)) { (span(step, step)) } }
                            @for series in series { td { (series.counts.get(at).copied().unwrap_or(0)) } }
                            td { (sum(series, at)) }
                        }
                    }
                }
                tfoot { tr {
                    th scope="row" { "All" }
                    @for series in series { td { (series.sum()) } }
                    td { (series.iter().map(Series::sum).sum::<u64>()) }
                } }
            }
        }
    }
}

fn from(step: &ChartStep) -> String {
    day(&step.from.to_string())
}

fn until(step: &ChartStep) -> String {
    day(&step.until.to_string())
}

fn span(first: &ChartStep, last: &ChartStep) -> String {
    let (from, until) = (from(first), until(last));
    if from == until { from } else { format!("{from} to {until}") }
}

const fn unit(unit: ChartUnit) -> &'static str {
    match unit {
        ChartUnit::Day => "day",
        ChartUnit::Week => "week",
        ChartUnit::Month => "month",
        ChartUnit::Year => "year",
    }
}
