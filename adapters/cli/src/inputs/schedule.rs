//! What is due at which tick.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;

use flockwork_scheduler::geometry::{PARAM, set_door};
use flockwork_scheduler::{Agenda, Dated, Given, Input, Setting};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::file::{Line, one, read};
use super::line::{input_of, keys_of, line_of, named, params};
use crate::failure::Failure;
use crate::shapes::Names;

/// The inputs of a run, of which none was given yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Schedule {
    /// The scenario's own, in the order of its file.
    rules: Vec<Rule>,
    /// Those of a file.
    agenda: Agenda,
    /// What shapes are called in the scenario.
    names: Names,
    /// The parameters that the run began with, as far as they were given.
    params: Vec<Given>,
}

/// An input of a scenario.
#[derive(Clone, Debug, PartialEq)]
struct Rule {
    from: u64,
    /// How many ticks lie between two; None for one tick alone.
    every: Option<u64>,
    until: u64,
    input: Input,
}

/// A schedule in a snapshot.
#[derive(Deserialize)]
struct Kept {
    params: Map<String, Value>,
    scenario: Vec<Value>,
    file: Vec<Map<String, Value>>,
}

impl Rule {
    fn new(mut keys: Map<String, Value>, names: &Names) -> Result<Self, String> {
        let mut number = |name: &str| match keys.remove(name) {
            None => Ok(None),
            Some(value) => match value.as_u64() {
                Some(number) => Ok(Some(number)),
                None => Err(format!("`{name}` must be a whole number from 0")),
            },
        };
        let (at, every) = (number("at")?, number("every")?);
        let (from, until) = (number("from")?, number("until")?);
        let (from, every, until) = match (at, every) {
            (Some(at), None) if from.is_none() && until.is_none() => (at, None, at),
            (None, Some(every)) if every > 0 => {
                (from.unwrap_or(0), Some(every), until.unwrap_or(u64::MAX))
            }
            _ => {
                return Err(
                    "it must have `at`, a tick, or `every`, a number of ticks from 1, and \
                            may then have `from` and `until`"
                        .into(),
                );
            }
        };
        Ok(Self { from, every, until, input: input_of(keys, names)? })
    }

    /// As it is read.
    fn keys(&self) -> Map<String, Value> {
        let mut keys = keys_of(&self.input);
        match self.every {
            None => drop(keys.insert("at".into(), self.from.into())),
            Some(every) => {
                keys.insert("every".into(), every.into());
                keys.insert("from".into(), self.from.into());
                keys.insert("until".into(), self.until.into());
            }
        }
        keys
    }

    /// The first tick from this one on at which it is due.
    fn next(&self, tick: u64) -> Option<u64> {
        let next = match self.every {
            Some(every) if tick > self.from => {
                self.from.checked_add((tick - self.from).checked_next_multiple_of(every)?)?
            }
            _ => self.from,
        };
        (next >= tick && next <= self.until).then_some(next)
    }
}

impl Schedule {
    /// Of a scenario, with what shapes are called there.
    pub(crate) fn of(entries: &[Value], names: Names) -> Result<Self, String> {
        let rule = |(at, entry): (usize, &Value)| match entry {
            Value::Object(keys) => {
                Rule::new(keys.clone(), &names).map_err(|problem| format!("input {at}: {problem}"))
            }
            _ => Err(format!("input {at} must be a table")),
        };
        let rules = entries.iter().enumerate().map(rule).collect::<Result<_, _>>()?;
        Ok(Self { rules, agenda: Agenda::default(), names, params: Vec::new() })
    }

    /// Takes those of a file, and no others of one; a log has all of its run, those of the scenario too.
    pub(crate) fn with_file(mut self, path: &Path) -> Result<Self, Failure> {
        let file = read(path, &self.names)?;
        if file.head.is_some() {
            self.rules.clear();
        }
        let inputs = file.lines.into_iter().filter_map(|line| match line {
            Line::Input(dated) => Some(dated),
            Line::Fingerprint { .. } => None,
        });
        self.agenda = Agenda::default();
        let added = self.agenda.add(0, inputs.collect::<Vec<Dated>>());
        added.map_err(|problem| Failure::usage(format_args!("{}: {problem}", path.display())))?;
        Ok(self)
    }

    /// The same, of a run that begins with these parameters.
    pub(crate) fn beginning(mut self, params: &[Given]) -> Self {
        self.params = params.to_vec();
        self
    }

    /// The parameters that the run began with, as far as they were given.
    pub(crate) fn first_params(&self) -> &[Given] {
        &self.params
    }

    /// Those of another schedule's file, if this one has none.
    pub(crate) fn or_file_of(mut self, other: Self) -> Self {
        if self.agenda.is_empty() {
            self.agenda = other.agenda;
        }
        self
    }

    /// All of it as a text.
    pub(crate) fn text(&self) -> String {
        let rules: Vec<Value> = self.rules.iter().map(|rule| rule.keys().into()).collect();
        let line = |(tick, number, input): (u64, u32, &_)| line_of(tick, number as usize, input);
        let lines: Vec<Value> = self.agenda.iter().map(line).collect();
        json!({"params": named(&self.params), "scenario": rules, "file": lines}).to_string()
    }

    /// Reads what [`Self::text`] wrote; of no text there is none.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let wrong = |problem: &dyn Display| format!("its inputs cannot be read: {problem}");
        let written: Kept = serde_json::from_str(text).map_err(|error| wrong(&error))?;
        let mut schedule = Self::of(&written.scenario, Names::default()).map_err(|e| wrong(&e))?;
        let mut numbers = BTreeMap::new();
        let line = |keys| match one(keys, &schedule.names, &mut numbers)? {
            Line::Input(dated) => Ok(dated),
            Line::Fingerprint { .. } => Err("a fingerprint is no input".to_string()),
        };
        let lines: Result<Vec<Dated>, String> = written.file.into_iter().map(line).collect();
        let added = lines.and_then(|lines| schedule.agenda.add(0, lines));
        added.map_err(|problem| wrong(&problem))?;
        schedule.params = params(written.params).map_err(|problem| wrong(&problem))?;
        Ok(schedule)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.agenda.is_empty()
    }

    /// The first tick from this one on at which something is due.
    pub(crate) fn next(&self, tick: u64) -> Option<u64> {
        let rules = self.rules.iter().filter_map(|rule| rule.next(tick));
        let agenda = self.agenda.iter().map(|(at, ..)| at).find(|at| *at >= tick);
        rules.chain(agenda).min()
    }

    /// What is due at a tick, in order.
    pub(crate) fn at(&self, tick: u64) -> Vec<Input> {
        let rules = self.rules.iter().filter(|rule| rule.next(tick) == Some(tick));
        let rules = rules.map(|rule| rule.input.clone());
        let agenda = self.agenda.of(tick).cloned();
        rules.chain(agenda).collect()
    }

    /// Everything that is due before a tick.
    pub(crate) fn before(&self, tick: u64) -> impl Iterator<Item = (u64, Vec<Input>)> + '_ {
        let mut from = Some(0);
        std::iter::from_fn(move || {
            let at = self.next(from?).filter(|at| *at < tick)?;
            from = at.checked_add(1);
            Some((at, self.at(at)))
        })
    }

    /// What becomes of parameters before a tick.
    pub(crate) fn change_params(&self, tick: u64, params: &mut Vec<Given>) {
        for input in self.before(tick).flat_map(|(_, inputs)| inputs) {
            match input {
                Input::Params { params: given } => params.extend(given),
                Input::Door { shapes, open } => {
                    let list = params.iter_mut().rfind(|(name, _)| name == PARAM);
                    let Some((_, Setting::List(list))) = list else { continue };
                    for shape in shapes {
                        // What cannot be done has ended the run.
                        let _ = set_door(list, shape, open);
                    }
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(text: &str) -> Result<Schedule, String> {
        Schedule::of(&serde_json::from_str::<Vec<Value>>(text).unwrap(), Names::default())
    }

    #[test]
    fn inputs_are_due_once_or_again_and_again() {
        let text =
            r#"[{"every": 10, "from": 5, "until": 30, "remove": 1}, {"at": 15, "remove": 2}]"#;
        let schedule = schedule(text).unwrap();
        let ticks: Vec<(u64, usize)> =
            schedule.before(1000).map(|(tick, inputs)| (tick, inputs.len())).collect();
        assert_eq!(ticks, [(5, 1), (15, 2), (25, 1)]);
        assert_eq!(schedule.at(15), [Input::Remove { id: 1 }, Input::Remove { id: 2 }]);
        assert_eq!((schedule.next(6), schedule.next(26)), (Some(15), None));
        assert!(schedule.at(16).is_empty());
        let endless = self::schedule(r#"[{"every": 7, "remove": 1}]"#).unwrap();
        assert_eq!((endless.next(0), endless.next(8)), (Some(0), Some(14)));
        assert_eq!(endless.next(u64::MAX), None);
    }

    #[test]
    fn a_schedule_is_read_as_it_was_written() {
        let rules = r#"[{"every": 10, "from": 5, "until": 30, "remove": 1}, {"every": 3, "spawn": {}},
            {"at": 15, "door": {"shape": [1, 2], "open": true}}]"#;
        let mut schedule = schedule(rules).unwrap();
        let dated = |tick, number| Dated { tick, number, input: Input::Remove { id: number } };
        schedule.agenda.add(0, vec![dated(7, 3), dated(7, 1), dated(9, 0)]).unwrap();
        schedule = schedule.beginning(&[("a".into(), 0.1.into()), ("b".into(), "word".into())]);
        assert_eq!(Schedule::read(&schedule.text()), Ok(schedule.clone()));
        assert_eq!(Schedule::read(""), Ok(Schedule::default()));
        assert!(Schedule::read("{}").unwrap_err().contains("its inputs cannot be read"));
        let other = Schedule::default().or_file_of(schedule.clone());
        assert_eq!((other.next(0), other.next(8), other.next(10)), (Some(7), Some(9), None));
        assert_eq!(schedule.clone().or_file_of(Schedule::default()), schedule);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, problem) in [
            (r#"[{"remove": 1}]"#, "input 0: it must have `at`"),
            (r#"[{"at": 1, "every": 1, "remove": 1}]"#, "it must have `at`"),
            (r#"[{"at": 1, "until": 1, "remove": 1}]"#, "it must have `at`"),
            (r#"[{"every": 0, "remove": 1}]"#, "from 1"),
            (r#"[{"at": -1, "remove": 1}]"#, "`at` must be a whole number"),
            (r#"[{"at": 1, "remove": 1}, {"at": 1}]"#, "input 1: an input has one of"),
        ] {
            assert!(schedule(text).unwrap_err().contains(problem), "{text}");
        }
    }
}
