//! The measurements of all rounds, by name.

use crate::load::Sample;
use serde::Serialize;

/// All rounds of one measurement.
#[derive(Debug, Serialize)]
pub(crate) struct Series {
    /// By what it is found.
    #[serde(skip)]
    key: String,
    /// What was measured.
    pub(crate) name: String,
    /// What is counted.
    pub(crate) unit: &'static str,
    /// The median over the rounds.
    pub(crate) median: f64,
    /// Every round's value.
    pub(crate) rounds: Vec<f64>,
    /// Median over the rounds of the median time.
    pub(crate) p50_ms: Option<f64>,
    /// Median over the rounds of the 99th percentile.
    pub(crate) p99_ms: Option<f64>,
    /// Steps that failed, over all rounds.
    pub(crate) failures: u64,
    /// What the first of them said.
    pub(crate) first_failure: Option<String>,
    #[serde(skip)]
    p50s: Vec<f64>,
    #[serde(skip)]
    p99s: Vec<f64>,
}

/// What was measured so far, in the order in which it first came.
#[derive(Debug, Default)]
pub(crate) struct Rounds {
    pub(crate) all: Vec<Series>,
}

impl Rounds {
    /// Takes one round's sample.
    pub(crate) fn add(&mut self, name: &str, unit: &'static str, sample: Sample) {
        self.add_as(name, name, unit, sample);
    }

    /// The same under a key that is not the name.
    pub(crate) fn add_as(&mut self, key: &str, name: &str, unit: &'static str, sample: Sample) {
        let index = self.all.iter().position(|series| series.key == key);
        let index = index.unwrap_or_else(|| {
            self.all.push(Series::new(key, name, unit));
            self.all.len() - 1
        });
        let series = &mut self.all[index];
        series.rounds.push(sample.rate);
        series.p50s.extend(sample.p50_ms);
        series.p99s.extend(sample.p99_ms);
        series.failures += sample.failures;
        if series.first_failure.is_none() {
            series.first_failure = sample.first_failure;
        }
        series.median = median(&series.rounds).unwrap_or(0.0);
        series.p50_ms = median(&series.p50s);
        series.p99_ms = median(&series.p99s);
    }

    pub(crate) fn series(&self, key: &str) -> Option<&Series> {
        self.all.iter().find(|series| series.key == key)
    }

    pub(crate) fn value(&self, key: &str) -> Option<f64> {
        self.series(key).map(|series| series.median)
    }

    /// One measurement's median against another's.
    pub(crate) fn ratio(&self, key: &str, against: &str) -> Option<f64> {
        Some(self.value(key)? / self.value(against)?)
    }
}

impl Series {
    fn new(key: &str, name: &str, unit: &'static str) -> Self {
        Self {
            key: key.to_owned(),
            name: name.to_owned(),
            unit,
            median: 0.0,
            rounds: Vec::new(),
            p50_ms: None,
            p99_ms: None,
            failures: 0,
            first_failure: None,
            p50s: Vec::new(),
            p99s: Vec::new(),
        }
    }
}

/// The middle one, or the mean of the two middle ones.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *sorted.get(sorted.len() / 2 - 1)?;
    Some(f64::midpoint(lower, upper))
}
