//! What is measured, as a table of Markdown.

use std::time::Duration;

/// Pairs of one thing measured in turns with another, as rates a second.
pub struct Comparison {
    pub what: String,
    pub against: String,
    pub aim: Option<f64>,
    pairs: Vec<(f64, f64)>,
}

impl Comparison {
    /// Measures both in turns, so that what the machine does besides falls on both. The first round is for warming up.
    pub fn measure(
        (what, against, aim): (&str, &str, Option<f64>),
        rounds: usize,
        requests: usize,
        mut ours: impl FnMut() -> Duration,
        mut bare: impl FnMut() -> Duration,
    ) -> Self {
        let rate = |took: Duration| requests as f64 / took.as_secs_f64();
        ours();
        bare();
        let mut pairs = Vec::new();
        for round in 0..rounds {
            // Whoever comes second finds the machine as the first has left it: they take turns in that too.
            if round % 2 == 0 {
                let first = rate(ours());
                pairs.push((first, rate(bare())));
            } else {
                let first = rate(bare());
                pairs.push((rate(ours()), first));
            }
        }
        Self { what: what.to_owned(), against: against.to_owned(), aim, pairs }
    }

    /// The row of the table.
    pub fn row(&self) -> String {
        let mut ratios: Vec<f64> = self.pairs.iter().map(|(ours, bare)| ours / bare).collect();
        let [low, middle, high] = quartiles(&mut ratios);
        let [_, ours, _] = quartiles(&mut self.pairs.iter().map(|pair| pair.0).collect::<Vec<_>>());
        let [_, bare, _] = quartiles(&mut self.pairs.iter().map(|pair| pair.1).collect::<Vec<_>>());
        let aim = self.aim.map_or_else(|| "| ".to_owned(), |aim| format!("≥ {aim} | {}", verdict(middle >= aim)));
        let (what, against) = (&self.what, &self.against);
        format!("| {what} | {ours:.0}/s | {against} | {bare:.0}/s | **{middle:.2}** ({low:.2}–{high:.2}) | {aim} |")
    }
}

/// A row for a figure that is to stay below its aim.
pub fn below(what: &str, unit: &str, mut measured: Vec<f64>, aim: f64) -> String {
    let [low, middle, high] = quartiles(&mut measured);
    let verdict = verdict(middle < aim);
    format!("| {what} | {middle:.2} {unit} | | | ({low:.2}–{high:.2}) | < {aim} {unit} | {verdict} |")
}

/// A row for what is measured once, beside a bare side that is too.
pub fn once(what: &str, unit: &str, ours: f64, against: &str, bare: f64) -> String {
    format!("| {what} | {ours:.2} {unit} | {against} | {bare:.2} {unit} | **{:.2}** | | |", ours / bare)
}

/// A row for something that either holds or does not.
pub fn holds(what: &str, wrong: usize, tried: usize) -> String {
    format!("| {what} | {} of {tried} | | | | all | {} |", tried - wrong, verdict(wrong == 0))
}

/// The head of the table.
pub fn head() -> &'static str {
    "| what | ours | against | bare | ratio, median (quartiles) | aim | |\n| --- | --- | --- | --- | --- | --- | --- |"
}

fn verdict(is_met: bool) -> &'static str {
    if is_met { "met" } else { "MISSED" }
}

/// The lower quartile, the median and the upper quartile.
fn quartiles(values: &mut [f64]) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values[((values.len() - 1) as f64 * share).round() as usize];
    [at(0.25), at(0.5), at(0.75)]
}
