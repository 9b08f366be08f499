//! What a run prints at its end.

use std::fmt::Write as _;

use console::Style;

use crate::human;
use crate::report::Report;

/// How wide bars are, in characters.
const BAR: usize = 28;

/// The most workers that get a bar each.
const MOST_BARS: usize = 16;

/// The summary of a report.
pub(crate) fn render(report: &Report) -> String {
    let mut page = Page::new();
    page.title(report);
    page.gap();
    page.times(report);
    page.phases(report);
    page.workers(report);
    page.ranks(report);
    page.counts(report);
    page.stats(report);
    page.end(report);
    page.text
}

/// Text in the making, with the styles that the standard output allows.
struct Page {
    text: String,
    faint: Style,
    strong: Style,
    bar: Style,
    good: Style,
}

impl Page {
    fn new() -> Self {
        Self {
            text: String::new(),
            faint: Style::new().dim(),
            strong: Style::new().bold(),
            bar: Style::new().cyan(),
            good: Style::new().green().bold(),
        }
    }

    fn gap(&mut self) {
        self.text.push('\n');
    }

    fn line(&mut self, label: &str, content: &str) {
        let label = format!("{label:<12}");
        let _ = writeln!(self.text, "  {}{content}", self.faint.apply_to(label));
    }

    fn title(&mut self, report: &Report) {
        let Self { faint, strong, .. } = self;
        let people = if report.population == report.entities {
            format!("{} entities", human::count(report.entities))
        } else {
            format!(
                "{} entities, {} at the end",
                human::count(report.entities),
                human::count(report.population)
            )
        };
        let from = match report.first_tick {
            0 => String::new(),
            first => format!(" from tick {}", human::count(first)),
        };
        let stopped = match &report.stopped {
            Some(reason) => format!(", stopped ({})", human::shown(reason)),
            None if report.interrupted => ", interrupted".to_string(),
            None => String::new(),
        };
        let _ = writeln!(
            self.text,
            "\n  {}  {people}  {}",
            strong.apply_to(&report.model),
            faint.apply_to(human::shown(&report.scenario)),
        );
        let text = format!(
            "{}{from}{stopped} in {}, {} over {}, world {} ({})",
            human::plural(report.ticks, "tick"),
            human::duration(report.seconds),
            human::plural(report.workers as u64, "worker"),
            human::plural(report.regions as u64, "region"),
            report.world.lengths(),
            report.world.edge,
        );
        let _ = writeln!(self.text, "  {}", faint.apply_to(text));
    }

    fn times(&mut self, report: &Report) {
        if report.ticks == 0 {
            self.line("tick", "none was run");
            return;
        }
        let ms = &report.ms_per_tick;
        let mean = format!("{} ms", human::short(ms.mean));
        let content = format!(
            "{} mean   p50 {}   p95 {}   p99 {}   max {}",
            self.strong.apply_to(mean),
            human::short(ms.p50),
            human::short(ms.p95),
            human::short(ms.p99),
            human::short(ms.max)
        );
        self.line("tick", &content);
        let histogram = &report.ms_histogram;
        let ends = format!("{} to {} ms", human::short(histogram.from), human::short(histogram.to));
        let content = format!(
            "{}  {}",
            self.bar.apply_to(human::spark(&histogram.counts)),
            self.faint.apply_to(ends)
        );
        self.line("", &content);
        let per_second = if ms.mean > 0.0 { 1.0e3 / ms.mean } else { 0.0 };
        let content = format!(
            "{} entities per second, {} ticks per second",
            self.strong.apply_to(human::scaled(report.entities_per_second)),
            human::short(per_second)
        );
        self.line("speed", &content);
        self.gap();
    }

    fn phases(&mut self, report: &Report) {
        let phases = &report.phases_ms.0;
        let total: f64 = phases.iter().map(|(_, ms)| ms).sum();
        if total <= 0.0 {
            return;
        }
        for (i, (name, ms)) in phases.iter().enumerate() {
            let label = if i == 0 { "phases" } else { "" };
            let content = format!(
                "{name:<11} {} {:>7} ms {:>4.0} %",
                self.bar.apply_to(human::bar(ms / total, BAR)),
                human::short(*ms),
                ms / total * 100.0
            );
            self.line(label, &content);
        }
        self.gap();
    }

    fn ranks(&mut self, report: &Report) {
        if report.per_rank.is_empty() {
            return;
        }
        for (number, rank) in report.per_rank.iter().enumerate().take(MOST_BARS) {
            let share = rank.communicate_ms / (report.seconds * 1.0e3).max(1.0e-9);
            let content = format!(
                "{number:<11} {} entities, {} ghosts, {:.1} % communicating, {} per tick",
                human::count(rank.owned),
                human::count(rank.ghosts),
                share * 100.0,
                human::bytes(rank.sent_bytes_per_tick as u64),
            );
            self.line(if number == 0 { "ranks" } else { "" }, &content);
        }
        self.gap();
    }

    fn workers(&mut self, report: &Report) {
        let shares: Vec<f64> = report
            .per_worker
            .iter()
            .map(|worker| worker.busy_ms / (worker.busy_ms + worker.wait_ms).max(1.0e-9))
            .collect();
        if shares.is_empty() {
            return;
        }
        let show = |page: &mut Self, label: &str, name: &str, share: f64| {
            let content = format!(
                "{name:<11} {} {:>4.0} % busy",
                page.bar.apply_to(human::bar(share, BAR)),
                share * 100.0
            );
            page.line(label, &content);
        };
        if shares.len() <= MOST_BARS {
            for (number, share) in shares.iter().enumerate() {
                let label = if number == 0 { "workers" } else { "" };
                show(self, label, &number.to_string(), *share);
            }
        } else {
            let mut sorted = shares;
            sorted.sort_by(f64::total_cmp);
            for (i, (name, place)) in
                [("idlest", 0), ("median", sorted.len() / 2), ("busiest", sorted.len() - 1)]
                    .into_iter()
                    .enumerate()
            {
                show(self, if i == 0 { "workers" } else { "" }, name, sorted[place]);
            }
        }
        self.gap();
    }

    fn counts(&mut self, report: &Report) {
        let counted = &report.counts.counters;
        let content = format!(
            "{} migrations, {} ghosts per tick, {} in {} messages",
            human::count(counted.migrations),
            human::short(report.counts.per_tick(counted.ghosts)),
            human::bytes(counted.bytes),
            human::count(counted.messages),
        );
        self.line("traffic", &content);
        if counted.events + counted.births + counted.deaths > 0 {
            let content = format!(
                "{} events ({} per tick), {} births, {} deaths",
                human::count(counted.events),
                human::short(report.counts.per_tick(counted.events)),
                human::count(counted.births),
                human::count(counted.deaths)
            );
            self.line("life", &content);
        }
        if let Some(crowding) = &report.neighbours {
            self.line("crowding", &crowding.describe());
        }
        let content = format!(
            "{}, the busiest region has {} times the mean work",
            human::plural(report.rebalances, "rebalance"),
            human::short(report.imbalance)
        );
        self.line("balance", &content);
        let content = format!(
            "{}, {} at most ({} bytes per entity)",
            human::bytes(report.memory_bytes),
            human::bytes(report.peak_memory_bytes),
            human::count(report.memory_bytes / report.population.max(1))
        );
        self.line("memory", &content);
        self.line("precision", &report.resolution.told);
        self.gap();
    }

    fn stats(&mut self, report: &Report) {
        let stats = &report.stats.0;
        let means = &report.means.0;
        let names = stats.iter().map(|(name, _)| name).chain(means.iter().map(|(name, _)| name));
        let width = names.map(|name| name.chars().count()).max().unwrap_or(0);
        for (i, (name, value)) in stats.iter().enumerate() {
            let label = if i == 0 { "statistics" } else { "" };
            let value = if value.is_nan() { "null".into() } else { human::short(*value) };
            self.line(label, &format!("{name:<width$}  {value}"));
        }
        for note in &report.notes {
            self.line("", &self.faint.apply_to(note).to_string());
        }
        for (i, (name, mean)) in means.iter().enumerate() {
            let value = if mean.mean.is_nan() {
                "null".into()
            } else {
                human::within(mean.mean, mean.error)
            };
            let samples = human::plural(mean.samples, "sample");
            let content = format!("{name:<width$}  {value}  {}", self.faint.apply_to(samples));
            self.line(if i == 0 { "means" } else { "" }, &content);
        }
        if !stats.is_empty() {
            self.gap();
        }
    }

    fn end(&mut self, report: &Report) {
        let content = self.good.apply_to(&report.fingerprint).to_string();
        self.line("fingerprint", &content);
    }
}
