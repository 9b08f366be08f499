//! Takes rows of a file: what each of its columns is for, and which rows are wanted.
//!
//! A file in which entities are at many times has a time in each row; the rows of one time are
//! taken. Ids may be names: then entities are numbered in the order in which the names come.

use std::collections::HashMap;

use flockwork_kernel::columns::{Column, Reach, Scalar};
use flockwork_scheduler::registry::{number_names, whole_vectors};
use flockwork_scheduler::{Lines, Table, TableColumn};

use super::Most;
use super::choice::{Choice, TIME, project};
use crate::human;
use crate::rows::UNWRAPPED;

/// What a column of the file is for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Role {
    /// Nothing.
    Skip,
    /// A column of the table.
    Value {
        /// Its place among those.
        place: usize,
        /// What its values are multiplied by.
        factor: f64,
        /// Whether it holds truth values.
        flag: bool,
    },
    /// The ids, which may be names.
    Id,
    /// The time of the row, multiplied by this.
    Time(f64),
}

/// What the columns of a file are for, and the columns of the table to be.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) roles: Vec<Role>,
    pub(super) columns: Vec<TableColumn>,
}

impl Plan {
    /// The plan for a file whose columns have these names.
    pub(super) fn new(names: &[&str], schema: &[Column], choice: &Choice) -> Result<Self, String> {
        let mut plan = Self { roles: vec![Role::Skip; names.len()], columns: Vec::new() };
        match &choice.columns {
            Some(picks) => {
                for pick in picks {
                    let at = place(names, &pick.from)?;
                    if plan.roles[at] != Role::Skip {
                        return Err(format!("column `{}` is read twice", human::shown(&pick.from)));
                    }
                    plan.roles[at] = plan.role(&pick.to, pick.factor, schema)?;
                }
            }
            None => {
                for (at, name) in names.iter().enumerate() {
                    let name = name.trim();
                    if is_added(name, at, schema) {
                        continue;
                    }
                    if name.is_empty() {
                        let number = at + 1;
                        return Err(format!(
                            "column {number} has no name: leave it out (it may come from a \
                             separator at the end of the line)"
                        ));
                    }
                    // A recording has a tick in each row.
                    let to = if name == "tick" && choice.at.is_some() { TIME } else { name };
                    plan.roles[at] = plan.role(to, 1.0, schema)?;
                }
            }
        }
        if plan.columns.is_empty() && !plan.roles.contains(&Role::Id) {
            return Err("it has no columns".to_string());
        }
        let mut given: Vec<(&str, u32)> =
            plan.columns.iter().map(|column| (column.name.as_str(), column.component)).collect();
        given.extend(plan.roles.contains(&Role::Id).then_some(("id", 0)));
        whole_vectors(schema, &given)?;
        plan.check(choice)?;
        Ok(plan)
    }

    fn role(&mut self, to: &str, factor: f64, schema: &[Column]) -> Result<Role, String> {
        let has = |role: &Role| self.roles.iter().any(|known| known == role);
        if to == TIME && number_names(schema).all(|(name, ..)| name != TIME) {
            let twice = self.roles.iter().any(|role| matches!(role, Role::Time(_)));
            return if twice {
                Err("there are two columns of times".to_string())
            } else {
                Ok(Role::Time(factor))
            };
        }
        let (column, component) = find(to, schema)?;
        let known = |other: &TableColumn| other.name == column.name && other.component == component;
        if self.columns.iter().any(known) || column.name == "id" && has(&Role::Id) {
            return Err(format!("there are two columns `{to}`"));
        }
        if column.name == "id" {
            return Ok(Role::Id);
        }
        let name = column.name.to_string();
        let place = self.columns.len();
        self.columns.push(TableColumn { name, component, values: Vec::new() });
        Ok(Role::Value { place, factor, flag: column.scalar == Scalar::Bool })
    }

    /// Checks that what is asked for can be done with these columns.
    fn check(&self, choice: &Choice) -> Result<(), String> {
        let has_time = self.roles.iter().any(|role| matches!(role, Role::Time(_)));
        if choice.at.is_some() && !has_time {
            return Err("`at` picks a time, but no column is one: name it by `columns`, such as \
                        time=COLUMN"
                .to_string());
        }
        if choice.within > 0.0 && !(choice.at.is_some() && self.roles.contains(&Role::Id)) {
            return Err(
                "`within` takes the nearest row of each id: it needs `at` and a column of \
                        ids"
                .to_string(),
            );
        }
        let given = |name: &str| self.columns.iter().any(|column| column.name == name);
        if choice.project.is_some() && !(given("x") && given("y")) {
            return Err("`project` needs the columns x and y, longitude and latitude".to_string());
        }
        let degrees = |to: &str, word: &str| {
            let picks = choice.columns.as_deref().unwrap_or_default();
            picks.iter().any(|pick| {
                pick.to == to && pick.factor == 1.0 && pick.from.to_lowercase().contains(word)
            })
        };
        if choice.project.is_none() && degrees("x", "lon") && degrees("y", "lat") {
            return Err("`x` and `y` are a longitude and a latitude: `project` makes metres of \
                        them, such as project = [9.1, 48.7] for those from that longitude and \
                        latitude on"
                .to_string());
        }
        Ok(())
    }
}

/// The most names of a file that an error lists.
const MOST_NAMES: usize = 20;

/// The place of a column that is named, or counted from 1.
fn place(names: &[&str], from: &str) -> Result<usize, String> {
    let named = names.iter().position(|name| name.trim() == from);
    let number = || from.parse::<usize>().ok().filter(|number| (1..=names.len()).contains(number));
    named.or_else(|| number().map(|number| number - 1)).ok_or_else(|| {
        let known = names.iter().take(MOST_NAMES).map(|name| human::shown(name.trim()));
        let known: Vec<String> = known.collect();
        human::unknown("column", from, known.iter().map(String::as_str))
    })
}

/// Whether a column is the index that data frames write, the number of each row, or what a recording
/// adds to the columns of the model.
fn is_added(name: &str, at: usize, schema: &[Column]) -> bool {
    let index = at == 0 && ["", "Unnamed: 0"].contains(&name) || name.starts_with("__index_level_");
    let unwrapped =
        UNWRAPPED.contains(&name) && number_names(schema).all(|(known, ..)| known != name);
    index || unwrapped
}

/// The column of the model of which this is a number, and which of its numbers.
pub(super) fn find<'s>(name: &str, schema: &'s [Column]) -> Result<(&'s Column, u32), String> {
    if let Some((_, column, component)) = number_names(schema).find(|(known, ..)| known == name) {
        return Ok((column, component));
    }
    if name == "tick" {
        return Err("it has a column `tick`: a recording holds many ticks; pick one, such as \
                    --at 100"
            .to_string());
    }
    let all: Vec<String> = number_names(schema).map(|(known, ..)| known).collect();
    let brief: Vec<String> = schema
        .iter()
        .filter(|column| column.reach >= Reach::Owned)
        .map(|column| match column.components {
            1 => column.name.to_string(),
            more => format!("{0}_0..{0}_{1}", column.name, more - 1),
        })
        .collect();
    let brief: Vec<&str> = brief.iter().map(String::as_str).collect();
    let near = human::nearest(name, all.iter().map(String::as_str));
    let near = near.map_or(";".to_string(), |near| format!("; did you mean `{near}`?"));
    let name = human::shown(name);
    let list = human::list(&brief);
    Err(format!("there is no column `{name}`{near} There is {list}; --columns chooses others"))
}

/// The ids of the rows.
#[derive(Debug)]
enum Ids {
    /// As numbers.
    Numbers(Vec<f64>),
    /// As names, each with a number, in the order in which they came.
    Names { numbers: HashMap<String, u32>, rows: Vec<u32> },
}

/// The rows that are taken.
pub(super) struct Taken<'c> {
    choice: &'c Choice,
    most: &'c Most,
    pub(super) columns: Vec<TableColumn>,
    ids: Option<Ids>,
    /// The time of each row, if there are times.
    times: Option<Vec<f64>>,
    rows: usize,
    pub(super) lines: Lines,
    /// The nearest times that were passed over, before and after the one that is wanted.
    near: [f64; 2],
}

impl<'c> Taken<'c> {
    pub(super) fn new(plan: &Plan, choice: &'c Choice, most: &'c Most) -> Self {
        let times = plan.roles.iter().any(|role| matches!(role, Role::Time(_)));
        // With times a name must have its number whatever rows are taken.
        let ids = match plan.roles.contains(&Role::Id) {
            true if times => Some(Ids::Names { numbers: HashMap::new(), rows: Vec::new() }),
            true => Some(Ids::Numbers(Vec::new())),
            false => None,
        };
        Self {
            choice,
            most,
            columns: plan.columns.clone(),
            ids,
            times: times.then(Vec::new),
            rows: 0,
            lines: Lines::default(),
            near: [f64::NEG_INFINITY, f64::INFINITY],
        }
    }

    /// How many rows are taken.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Whether a row of this time is to be taken; if it is, its time is.
    pub(super) fn takes(&mut self, time: f64) -> Result<bool, String> {
        let Some(at) = self.choice.at else {
            let first = self.times.as_ref().and_then(|times| times.first()).copied();
            return match first.filter(|first| *first != time) {
                Some(first) => Err(format!(
                    "it has several times, such as {first:?} and {time:?}: pick one by `at`"
                )),
                None => {
                    self.times.get_or_insert_default().push(time);
                    Ok(true)
                }
            };
        };
        let takes = (time - at).abs() <= self.choice.within;
        if takes {
            self.times.get_or_insert_default().push(time);
        } else if time < at {
            self.near[0] = self.near[0].max(time);
        } else {
            self.near[1] = self.near[1].min(time);
        }
        Ok(takes)
    }

    /// Notes the name of the entity of a row, which is taken or not.
    pub(super) fn name(&mut self, name: &str, taken: bool) -> Result<(), String> {
        if let Some(Ids::Numbers(numbers)) = &mut self.ids {
            if let Ok(number) = name.parse::<f64>() {
                numbers.push(number);
                return Ok(());
            }
            // Those before were taken for numbers.
            let before = std::mem::take(numbers);
            self.ids = Some(Ids::Names { numbers: HashMap::new(), rows: Vec::new() });
            before.iter().try_for_each(|number| self.name(&number.to_string(), true))?;
        }
        if let Some(Ids::Names { numbers, rows }) = &mut self.ids {
            if !numbers.contains_key(name) {
                self.most.allows(numbers.len() as u64 + 1)?;
                numbers.insert(name.to_string(), numbers.len() as u32);
            }
            rows.extend(numbers.get(name).filter(|_| taken));
        }
        Ok(())
    }

    /// Counts rows that are taken.
    pub(super) fn count(&mut self, rows: usize) -> Result<(), String> {
        self.rows += rows;
        self.most.allows(self.rows as u64)
    }

    /// The table, when all rows have been seen.
    pub(super) fn table(mut self) -> Result<Table, String> {
        if let (Some(at), 0) = (self.choice.at, self.rows) {
            return Err(self.nothing(at));
        }
        if let Some(ids) = self.ids.take() {
            let values = match ids {
                Ids::Numbers(numbers) => numbers,
                Ids::Names { numbers, rows } => numbered(&numbers, &rows),
            };
            self.columns.push(TableColumn { name: "id".to_string(), component: 0, values });
        }
        if self.choice.within > 0.0 {
            self.keep_nearest();
        }
        if let Some(point) = self.choice.project {
            self.project(point)?;
        }
        let name = String::new();
        Ok(Table { name, rows: self.rows, columns: self.columns, lines: self.lines })
    }

    fn nothing(&self, at: f64) -> String {
        let near: Vec<String> = self
            .near
            .iter()
            .filter(|time| time.is_finite())
            .map(|time| format!("{time:?}"))
            .collect();
        let near: Vec<&str> = near.iter().map(String::as_str).collect();
        let within = match self.choice.within {
            0.0 => String::new(),
            within => format!(", or within {within:?} of it"),
        };
        match near.is_empty() {
            true => "it has no rows".to_string(),
            false => format!(
                "no row is at the time {at:?}{within}: the nearest are at {}",
                human::list(&near)
            ),
        }
    }

    /// Of the rows of each id keeps the one whose time is the nearest, the first of those as near.
    fn keep_nearest(&mut self) {
        let (Some(at), Some(times)) = (self.choice.at, self.times.as_ref()) else { return };
        let Some(ids) = self.columns.last() else { return };
        let mut best: HashMap<u64, usize> = HashMap::new();
        for row in 0..self.rows {
            let far = |row: usize| (times[row] - at).abs();
            let before = best.entry(ids.values[row].to_bits()).or_insert(row);
            // Of two as near the earlier one.
            let nearer =
                far(row) < far(*before) || far(row) == far(*before) && times[row] < times[*before];
            if nearer {
                *before = row;
            }
        }
        let mut kept: Vec<usize> = best.into_values().collect();
        kept.sort_unstable();
        for column in &mut self.columns {
            column.values = kept.iter().map(|row| column.values[*row]).collect();
        }
        let mut lines = Lines::default();
        for (row, before) in kept.iter().enumerate() {
            if let Some(line) = self.lines.line(*before) {
                lines.note(row, line);
            }
        }
        self.lines = lines;
        self.rows = kept.len();
    }

    fn project(&mut self, point: [f64; 2]) -> Result<(), String> {
        let at = |name: &str| self.columns.iter().position(|column| column.name == name);
        let (Some(x), Some(y)) = (at("x"), at("y")) else { return Ok(()) };
        for row in 0..self.rows {
            let to = [self.columns[x].values[row], self.columns[y].values[row]];
            if to[0].abs() > 360.0 || to[1].abs() > 90.0 {
                let line = self.lines.name(row);
                return Err(format!(
                    "{line}: {:?}, {:?} are no longitude and latitude in degrees",
                    to[0], to[1]
                ));
            }
            let metres = project(point, to);
            self.columns[x].values[row] = metres[0];
            self.columns[y].values[row] = metres[1];
        }
        Ok(())
    }
}

/// The ids of rows with these names: the names themselves if all are numbers.
fn numbered(numbers: &HashMap<String, u32>, rows: &[u32]) -> Vec<f64> {
    let mut values = vec![None; numbers.len()];
    for (name, number) in numbers {
        values[*number as usize] = name.parse::<f64>().ok();
    }
    let are_numbers = values.iter().all(Option::is_some);
    let value = |row: &u32| match values[*row as usize] {
        Some(value) if are_numbers => value,
        _ => f64::from(*row),
    };
    rows.iter().map(value).collect()
}
