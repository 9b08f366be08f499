//! The points and runs of a sweep: means with their errors over a key that was set, one line for each
//! value of the others.

use super::ask::{Ask, label, spoken};
use super::panel::{Axis, Layer, Panel, Point, Shape};
use super::series::{grouped, numbers};
use super::table::{Column, Table};
use crate::human;

/// The panels of `points.csv` or `runs.csv`: each statistic in axes of its own, those that `--y` names
/// together.
pub(super) fn panels(table: &Table, model: &str, ask: &Ask<'_>) -> Result<Vec<Panel>, String> {
    if table.rows() == 0 {
        return Err("it has no rows".to_string());
    }
    let keys = keys(table);
    let x = match ask.x {
        Some(name) => numbers(table, name)?,
        None => keys
            .iter()
            .copied()
            .find(|key| key.is_numeric() && varies(key))
            .or_else(|| keys.iter().copied().find(|key| key.is_numeric()))
            .ok_or("no key of it is a number: choose what goes along x with --x")?,
    };
    let by = match ask.by {
        [] => other_keys(table, &keys, x),
        names => names.iter().map(|name| table.find(name)).collect::<Result<_, _>>()?,
    };
    let groups = grouped(table.rows(), &by);
    let known = statistics(table);
    let chosen: Vec<Statistic<'_>> = match ask.y {
        [] => known.into_iter().filter(|one| one.mean.is_numeric()).collect(),
        names => names
            .iter()
            .map(|name| Statistic::find(table, name, &known))
            .collect::<Result<_, _>>()?,
    };
    if chosen.is_empty() {
        return Err("it has no statistic with a value".to_string());
    }
    let together = !ask.y.is_empty();
    let several = together && chosen.len() > 1;
    let mut panels: Vec<Panel> = Vec::new();
    for statistic in &chosen {
        let mut layers = Vec::new();
        for (name, rows) in &groups {
            let own = if several { spoken(&statistic.name) } else { String::new() };
            let gap = if own.is_empty() || name.is_empty() { "" } else { ", " };
            layers.push(Layer::new(
                format!("{own}{gap}{name}"),
                Shape::Line(statistic.line(x, rows)),
            ));
        }
        match panels.last_mut().filter(|_| together) {
            Some(panel) => {
                panel.layers.append(&mut layers);
                panel.y.label = label("value", "");
            }
            None => panels.push(Panel {
                name: statistic.name.clone(),
                x: Axis::new(label(&x.name, ask.unit(model, &x.name))),
                y: Axis::new(label(&statistic.name, ask.unit(model, &statistic.name))),
                layers,
                ..Panel::default()
            }),
        }
    }
    Ok(panels)
}

/// The keys that were set: what is between the number of the point and that of its runs.
fn keys(table: &Table) -> Vec<&Column> {
    let own = |column: &&Column| !["runs", "seed"].contains(&column.name.as_str());
    table.columns.iter().skip(1).take_while(own).collect()
}

/// Whether it has more than one value.
fn varies(column: &Column) -> bool {
    column
        .numbers
        .windows(2)
        .any(|pair| pair[0] != pair[1] && !(pair[0].is_nan() && pair[1].is_nan()))
        || column.text.windows(2).any(|pair| pair[0] != pair[1])
}

/// The keys beside x that make lines: those that tell rows apart which the ones before do not.
fn other_keys<'t>(table: &Table, keys: &[&'t Column], x: &Column) -> Vec<&'t Column> {
    let mut by: Vec<&Column> = Vec::new();
    let mut lines = 1;
    for key in keys.iter().copied().filter(|key| key.name != x.name && varies(key)) {
        by.push(key);
        let found = grouped(table.rows(), &by).len();
        if found == lines {
            by.pop();
        }
        lines = found;
    }
    by
}

/// A statistic of a sweep.
struct Statistic<'t> {
    name: String,
    mean: &'t Column,
    error: Option<&'t Column>,
}

/// All of which there are a mean and its error.
fn statistics(table: &Table) -> Vec<Statistic<'_>> {
    let one = |column: &'_ Column| -> Option<String> {
        let name = column.name.strip_suffix("_mean")?;
        table.get(&format!("{name}_error")).map(|_| name.to_string())
    };
    let named = table.columns.iter().filter_map(|mean| Some((one(mean)?, mean)));
    named
        .map(|(name, mean)| {
            let error = table.get(&format!("{name}_error"));
            Statistic { name, mean, error }
        })
        .collect()
}

impl<'t> Statistic<'t> {
    /// The statistic of a name, or another column.
    fn find(table: &'t Table, name: &str, known: &[Self]) -> Result<Self, String> {
        if let Some(Self { name, mean, error }) = known.iter().find(|one| one.name == name) {
            return Ok(Self { name: name.clone(), mean, error: *error });
        }
        if let Ok(mean) = numbers(table, name) {
            return Ok(Self { name: mean.name.clone(), mean, error: None });
        }
        let mut all: Vec<&str> = known.iter().map(|one| one.name.as_str()).collect();
        all.extend(
            table
                .names()
                .into_iter()
                .filter(|name| !name.ends_with("_mean") && !name.ends_with("_error")),
        );
        Err(format!("--y: {}", human::unknown("statistic", name, all)))
    }

    /// The points of some rows along x. Several rows at one place are runs of one point, or points
    /// that differ in nothing that is shown: their mean, and the error of that.
    fn line(&self, x: &Column, rows: &[usize]) -> Vec<Point> {
        let mut rows: Vec<usize> =
            rows.iter().copied().filter(|row| !self.mean.numbers[*row].is_nan()).collect();
        rows.sort_by(|a, b| x.numbers[*a].total_cmp(&x.numbers[*b]));
        let same = |a: &usize, b: &usize| x.numbers[*a] == x.numbers[*b];
        rows.chunk_by(same)
            .map(|rows| {
                let values = rows.iter().map(|row| self.mean.numbers[*row]);
                let count = rows.len() as f64;
                let mean = values.clone().sum::<f64>() / count;
                let error = match (rows, self.error) {
                    ([one], error) => error.map_or(f64::NAN, |error| error.numbers[*one]),
                    _ => {
                        let spread = values.map(|value| (value - mean).powi(2)).sum::<f64>();
                        (spread / (count - 1.0) / count).sqrt()
                    }
                };
                Point { x: x.numbers[rows[0]], y: mean, error }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(text: &str, statistic: &str, x: &str) -> Vec<Point> {
        let table = Table::csv(text.as_bytes()).unwrap();
        let known = statistics(&table);
        let rows: Vec<usize> = (0..table.rows()).collect();
        Statistic::find(&table, statistic, &known).unwrap().line(table.find(x).unwrap(), &rows)
    }

    #[test]
    fn runs_of_a_point_become_their_mean_and_its_error() {
        let text = "point,params.eta,seed,ticks,order_mean,order_error,order_last\n\
                    1,0.5,1,9,2,0.1,1\n2,0.1,1,9,7,0.25,1\n1,0.5,2,9,4,0.1,1\n1,0.5,3,9,,,\n";
        let found = points(text, "order", "eta");
        assert_eq!(found.len(), 2);
        assert_eq!(found[0], Point { x: 0.1, y: 7.0, error: 0.25 });
        // Of 2 and 4: a standard deviation of the square root of 2, over the square root of 2.
        assert!((found[1].y, found[1].x) == (3.0, 0.5) && (found[1].error - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_statistic_whose_name_ends_in_mean_is_meant_by_its_name() {
        let text = "point,params.eta,runs,order_mean,order_error,order_mean_mean,order_mean_error\n\
                    1,0.5,3,0.1,0.01,0.2,0.02\n";
        assert_eq!(points(text, "order", "eta")[0].y, 0.1);
        assert_eq!(points(text, "order_mean", "eta")[0].y, 0.2);
    }

    #[test]
    fn a_key_that_goes_with_another_makes_no_lines_of_its_own() {
        let text = "point,params.eta,entities,world.width,world.height,runs,order_mean,order_error\n\
                    1,0,40,3,3,2,1,0\n2,1,40,3,3,2,1,0\n3,0,400,10,10,2,1,0\n";
        let table = Table::csv(text.as_bytes()).unwrap();
        let keys = keys(&table);
        let by = other_keys(&table, &keys, keys[0]);
        assert_eq!(by.iter().map(|key| key.name.as_str()).collect::<Vec<_>>(), ["entities"]);
    }
}
