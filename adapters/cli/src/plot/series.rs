//! Statistics over time, and any table of which columns are named.

use std::cmp::Ordering;

use super::ask::{Ask, label, spoken};
use super::panel::{Axis, Layer, Panel, Point, Shape};
use super::table::{Column, Table};

/// The panels of a series of a model, or of another table: each statistic in axes of its own, those
/// that `--y` names together.
pub(super) fn panels(table: &Table, model: &str, ask: &Ask<'_>) -> Result<Vec<Panel>, String> {
    let is_series = table.has(&["tick", "time"]);
    if !is_series && (ask.x.is_none() || ask.y.is_empty()) {
        return Err(format!(
            "it is a table of {}, neither a series (`tick`, `time`) nor a sweep (`point`): choose \
             columns with --x and --y",
            crate::human::list(&table.names())
        ));
    }
    if table.rows() == 0 {
        return Err("it has no rows".to_string());
    }
    let x = numbers(table, ask.x.unwrap_or("time"))?;
    let groups = groups(table, ask)?;
    let y: Vec<&Column> = match ask.y {
        [] => {
            let own = |column: &&Column| {
                !["tick", "time"].contains(&column.name.as_str()) && column.is_numeric()
            };
            table.columns.iter().filter(own).collect()
        }
        names => names.iter().map(|name| numbers(table, name)).collect::<Result<_, _>>()?,
    };
    let together = !ask.y.is_empty();
    let x_axis = Axis::new(label(&x.name, ask.unit(model, &x.name)));
    let mut panels: Vec<Panel> = Vec::new();
    for column in &y {
        let mut layers = Vec::new();
        for (name, rows) in &groups {
            let points = rows.iter().map(|row| Point::new(x.numbers[*row], column.numbers[*row]));
            let statistic =
                if together && y.len() > 1 { spoken(&column.name) } else { String::new() };
            let gap = if statistic.is_empty() || name.is_empty() { "" } else { ", " };
            let name = format!("{statistic}{gap}{name}");
            layers.push(Layer::new(name, Shape::Line(points.collect())));
        }
        match panels.last_mut().filter(|_| together) {
            Some(panel) => panel.layers.append(&mut layers),
            None => panels.push(Panel {
                name: column.name.clone(),
                x: x_axis.clone(),
                layers,
                ..Panel::default()
            }),
        }
        if let Some(panel) = panels.last_mut() {
            panel.y = Axis::new(shared_label(
                ask,
                model,
                if together { &y } else { std::slice::from_ref(column) },
            ));
        }
    }
    Ok(panels)
}

/// The label of columns that share an axis.
fn shared_label(ask: &Ask<'_>, model: &str, columns: &[&Column]) -> String {
    match columns {
        [one] => label(&one.name, ask.unit(model, &one.name)),
        many => {
            let units: Vec<&str> = many.iter().map(|one| ask.unit(model, &one.name)).collect();
            let same = units.iter().all(|unit| *unit == units[0]);
            label("value", if same { units[0] } else { "" })
        }
    }
}

/// A column of numbers.
pub(super) fn numbers<'t>(table: &'t Table, name: &str) -> Result<&'t Column, String> {
    let column = table.find(name)?;
    if column.is_numeric() {
        return Ok(column);
    }
    Err(format!("column `{}` holds no number", column.name))
}

/// The rows of each line, with its name: one line of all rows without `--by`.
pub(super) fn groups(table: &Table, ask: &Ask<'_>) -> Result<Vec<(String, Vec<usize>)>, String> {
    let by: Vec<&Column> = ask.by.iter().map(|name| table.find(name)).collect::<Result<_, _>>()?;
    Ok(grouped(table.rows(), &by))
}

/// Rows that have the same values in some columns, in the order of these.
pub(super) fn grouped(rows: usize, by: &[&Column]) -> Vec<(String, Vec<usize>)> {
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    let mut order: Vec<usize> = (0..rows).collect();
    order.sort_by(|a, b| {
        let compare = |column: &&Column| {
            let text = |row: usize| column.text.get(row);
            let by_number = column.numbers[*a].total_cmp(&column.numbers[*b]);
            by_number.then_with(|| text(*a).cmp(&text(*b)))
        };
        by.iter().map(compare).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    });
    for row in order {
        let one = |column: &&Column| {
            let value = match column.text.get(row) {
                Some(text) => text.clone(),
                None => super::scale::value(column.numbers[row]),
            };
            format!("{} = {value}", spoken(&column.name))
        };
        let name = by.iter().map(one).collect::<Vec<_>>().join(", ");
        match groups.iter_mut().find(|(known, _)| *known == name) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((name, vec![row])),
        }
    }
    groups
}
