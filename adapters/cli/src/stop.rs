//! Rules by which a run stops before its last tick.
//!
//! | rule | the run stops when |
//! | --- | --- |
//! | `--until CONDITION` | the condition holds: see `condition` |
//! | `--steady NAME:TOLERANCE[:WINDOW]` | the statistic is steady: see `steady`; of several all must be |
//! | `--limit TIME` | that time has passed since the command began |
//!
//! The first two are looked at in the ticks that `--until-every` divides, so the run stops at the same
//! tick on any number of workers, and in a run that goes on from a checkpoint, but that a window of
//! steadiness then begins anew. A scenario has the same rules in `[stop]`; each one on the command line
//! takes the place of that.

mod condition;
mod steady;

use std::time::{Duration, Instant};

use flockwork_scheduler::Stat;
use flockwork_scheduler_native::{AnySimulation, Entry, Sample};

use crate::args::StopArgs;
use crate::failure::Failure;
use crate::human;
use crate::watch::Watcher;
use condition::Condition;
use steady::Steady;

/// How many ticks lie between two that are looked at if nothing says how many.
const USUAL_EVERY: u64 = 10;

/// The longest time that a run can be limited to: a year.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// The rules as they are written, in a scenario or on the command line.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Written {
    pub(crate) until: Option<String>,
    pub(crate) every: Option<u64>,
    pub(crate) limit: Option<String>,
    pub(crate) steady: Vec<String>,
}

/// The rules of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rules {
    until: Option<Condition>,
    steady: Vec<Steady>,
    every: u64,
}

impl Written {
    /// The rules of a scenario, those on the command line in their place.
    pub(crate) fn or(&self, args: &StopArgs) -> Self {
        let one =
            |given: &Option<String>, own: &Option<String>| given.as_ref().or(own.as_ref()).cloned();
        let steady = if args.steady.is_empty() { &self.steady } else { &args.steady };
        Self {
            until: one(&args.until, &self.until),
            every: args.until_every.or(self.every),
            limit: one(&args.limit, &self.limit),
            steady: steady.clone(),
        }
    }

    /// The rules for the statistics of a model.
    pub(crate) fn rules(&self, entry: &Entry) -> Result<Rules, Wrong> {
        let stats: Vec<String> = entry.stats.iter().flat_map(Stat::names).collect();
        let every = self.every.unwrap_or(USUAL_EVERY);
        let until = self.until.as_ref().map(|text| {
            Condition::read(text, &stats).map_err(|problem| Wrong::new("until", text, problem))
        });
        let steady = self.steady.iter().map(|text| {
            let rule = Steady::read(text, &stats, every);
            rule.map_err(|problem| Wrong::new("steady", text, problem))
        });
        Ok(Rules { until: until.transpose()?, steady: steady.collect::<Result<_, _>>()?, every })
    }

    /// How long the run may take.
    pub(crate) fn limit(&self) -> Result<Option<Limit>, Wrong> {
        let Some(text) = &self.limit else { return Ok(None) };
        let most = duration(text).map_err(|problem| Wrong::new("limit", text, problem))?;
        Ok(Some(Limit { text: text.clone(), most, begin: Instant::now(), is_over: false }))
    }
}

/// What is wrong with a rule.
#[derive(Debug)]
pub(crate) struct Wrong {
    /// The rule's name, on the command line after `--`.
    pub(crate) rule: &'static str,
    text: String,
    problem: String,
}

impl Wrong {
    fn new(rule: &'static str, text: &str, problem: String) -> Self {
        Self { rule, text: human::shown(text), problem }
    }

    /// Of a program, where it is an argument.
    pub(crate) fn plain(&self) -> String {
        format!("`{}` is \"{}\": {}", self.rule, self.text, self.problem)
    }

    /// Of a scenario, where the rule is shown beside it.
    pub(crate) fn problem(&self) -> &str {
        &self.problem
    }
}

impl From<Wrong> for Failure {
    fn from(Wrong { rule, text, problem }: Wrong) -> Self {
        Self::usage(format_args!("--{rule} \"{text}\": {problem}"))
    }
}

impl Rules {
    /// Whether there is any that looks at statistics.
    pub(crate) fn is_empty(&self) -> bool {
        self.until.is_none() && self.steady.is_empty()
    }

    /// How many ticks lie between two that are looked at.
    pub(crate) fn every(&self) -> u64 {
        self.every
    }

    /// Takes the next sample; gives the reason to stop at it, if there is one.
    pub(crate) fn judge(&mut self, sample: &Sample) -> Option<String> {
        let until = self.until.as_ref().filter(|condition| condition.holds(sample));
        let mut steady = !self.steady.is_empty();
        for rule in &mut self.steady {
            // Each of them must see the sample.
            steady &= rule.take(sample);
        }
        let steady = || {
            let texts: Vec<&str> = self.steady.iter().map(Steady::text).collect();
            steady.then(|| format!("steady: {}", texts.join(", ")))
        };
        until.map(|condition| format!("until: {}", condition.text())).or_else(steady)
    }
}

/// The time that a run may take.
#[derive(Debug)]
pub(crate) struct Limit {
    text: String,
    most: Duration,
    begin: Instant,
    is_over: bool,
}

impl Watcher<'_> for Limit {
    /// It has no tick of its own: it looks whenever a batch of ticks is done.
    fn ticks_left(&self, _tick: u64) -> u64 {
        u64::MAX
    }

    fn look(&mut self, simulation: &mut dyn AnySimulation) -> Result<(), Failure> {
        // Clocks differ between processes: the first one decides.
        let over = self.begin.elapsed() >= self.most;
        self.is_over = simulation.lead(over.into()) != 0;
        Ok(())
    }

    fn reason(&self) -> Option<String> {
        self.is_over.then(|| format!("limit: {}", self.text))
    }
}

/// Reads a time such as `2h30m`, `90s` or `1.5d`.
fn duration(text: &str) -> Result<Duration, String> {
    const UNITS: [(char, f64); 4] = [('d', 86_400.0), ('h', 3600.0), ('m', 60.0), ('s', 1.0)];
    let wrong = || {
        "it must be a time such as 90s, 45m, 2h30m or 1.5d, above 0 and at most 366d".to_string()
    };
    let (mut seconds, mut rest, mut units) = (0.0, text.trim(), &UNITS[..]);
    while !rest.is_empty() {
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).ok_or_else(wrong)?;
        let number = rest[..end].parse::<f64>().map_err(|_| wrong())?;
        // Each unit once, the larger ones first.
        let unit = rest[end..].chars().next().ok_or_else(wrong)?;
        let at = units.iter().position(|(name, _)| *name == unit).ok_or_else(wrong)?;
        seconds += number * units[at].1;
        (rest, units) = (rest[end + unit.len_utf8()..].trim_start(), &units[at + 1..]);
    }
    let time = Duration::try_from_secs_f64(seconds).ok();
    time.filter(|time| !time.is_zero() && *time <= LONGEST).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_with_units() {
        let seconds = |text: &str| duration(text).map(|time| time.as_secs_f64());
        assert_eq!(seconds("90s"), Ok(90.0));
        assert_eq!(seconds("2h30m"), Ok(9000.0));
        assert_eq!(seconds(" 2h 30m "), Ok(9000.0));
        assert_eq!(seconds("1.5d"), Ok(129_600.0));
        assert_eq!(seconds("0.05s"), Ok(0.05));
        for bad in
            ["", "0s", "90", "-1s", "1x", "1m2h", "1h1h", "h", "1.2.3s", "367d", "nans", "1 s"]
        {
            assert!(duration(bad).unwrap_err().contains("such as 90s"), "{bad}");
        }
    }
}
