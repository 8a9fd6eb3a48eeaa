//! The ratios to reach, line by line.

use crate::report::Figures;
use serde::Serialize;

/// One line of the table of ratios to reach.
#[derive(Debug, Serialize)]
pub(crate) struct Ratio {
    pub(crate) what: &'static str,
    pub(crate) value: Option<f64>,
    pub(crate) least: Bound,
    pub(crate) moonshot: Bound,
    pub(crate) verdict: &'static str,
}

/// How large, or how small, it should be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) enum Bound {
    AtLeast(f64),
    AtMost(f64),
    None,
}

impl Bound {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bound) => value >= bound,
            Self::AtMost(bound) => value <= bound,
            Self::None => false,
        }
    }

    pub(crate) fn text(self) -> String {
        match self {
            Self::AtLeast(bound) => format!("≥ {bound}"),
            Self::AtMost(bound) => format!("≤ {bound}"),
            Self::None => "–".to_owned(),
        }
    }
}

fn ratio(what: &'static str, value: Option<f64>, least: Bound, moonshot: Bound) -> Ratio {
    let verdict = match value {
        None => "not measured",
        Some(value) if moonshot.holds(value) => "moonshot",
        Some(value) if least.holds(value) => "reached",
        Some(_) if least == Bound::None => "",
        Some(_) => "NOT REACHED",
    };
    Ratio { what, value, least, moonshot, verdict }
}

/// All of them.
pub(crate) fn ratios(figures: &Figures) -> Vec<Ratio> {
    use Bound::{AtLeast, AtMost, None};
    let rounds = &figures.rounds;
    let against = |what, (key, other), least, moonshot| {
        ratio(what, rounds.ratio(key, other), least, moonshot)
    };
    let tail = |what, key| {
        let series = rounds.series(key);
        let value = series.and_then(|series| Some(series.p99_ms? / series.p50_ms?));
        ratio(what, value, AtMost(5.0), AtMost(3.0))
    };
    let median_ms = |key| rounds.series(key)?.p50_ms;
    let growth = || Some(median_ms("long")? / median_ms("short")?);
    vec![
        against("one ledger, 32 clients / stock", (ONE, "stock, 32 clients"), AtLeast(4.0), None),
        against("one ledger, 32 clients / SQL", (ONE, "sql, 32 clients"), AtLeast(1.5), None),
        against(
            "one ledger, 32 clients / single-row inserts",
            (ONE, "single-row inserts, 32 clients"),
            None,
            AtLeast(1.0),
        ),
        against(
            "100 ledgers, 32 clients / stock",
            (HUNDRED, "stock, 32 clients"),
            AtLeast(2.5),
            AtLeast(4.0),
        ),
        against(
            "one ledger, 1 client / stock",
            ("store, one ledger, 1 client", "stock, 1 client"),
            AtLeast(1.5),
            AtLeast(2.0),
        ),
        against(
            "HTTP, 32 clients / stock without HTTP",
            ("http, 32 clients", "stock, 32 clients"),
            AtLeast(1.5),
            AtLeast(2.5),
        ),
        tail("p99 / p50, one ledger, 32 clients", ONE),
        tail("p99 / p50, 100 ledgers, 32 clients", HUNDRED),
        tail("p99 / p50, HTTP, 32 clients", "http, 32 clients"),
        against(
            "slow disk, 32 clients / stock",
            (SLOW, "slow disk: stock, 32 clients"),
            AtLeast(2.0),
            AtLeast(3.0),
        ),
        against(
            "slow disk, 32 clients / single-row inserts",
            (SLOW, "slow disk: single-row inserts, 32 clients"),
            AtLeast(1.2),
            None,
        ),
        against(
            "rebuild of a list / stock's",
            ("rebuild of a list, ours", "rebuild of a list, stock"),
            AtLeast(30.0),
            None,
        ),
        against(
            "rebuild of a list / reading and deserialising",
            ("rebuild of a list, ours", "reading and deserialising alone"),
            AtLeast(0.3),
            AtLeast(0.6),
        ),
        against(
            "replay of the log, unsealed / stock's",
            ("replay of the log, ours", "replay of the log, stock"),
            AtLeast(1.0),
            AtLeast(2.0),
        ),
        ratio("command in the long ledger / in the short", growth(), AtMost(1.2), AtMost(1.05)),
        ratio("rebuild's peak memory, MiB", figures.rebuild_mib, AtMost(256.0), AtMost(64.0)),
    ]
}

const ONE: &str = "store, one ledger, 32 clients";
const HUNDRED: &str = "store, 100 ledgers, 32 clients";
const SLOW: &str = "slow disk: store, one ledger, 32 clients";
