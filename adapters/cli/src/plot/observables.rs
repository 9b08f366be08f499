//! Observables: g(r), S(k), displacements, correlations, histograms and maps.

use serde_json::Value;

use super::ask::{Ask, label};
use super::panel::{Axis, Layer, Panel, Point, Shape};
use super::report::numbers;

/// A column of an observable.
struct Column {
    name: String,
    unit: String,
    values: Vec<f64>,
}

/// What is known of columns: how they are called on an axis.
const SPOKEN: [(&str, &str); 9] = [
    ("g", "g(r)"),
    ("s", "S(k)"),
    ("msd", "MSD"),
    ("msd_x", "MSD along x"),
    ("msd_y", "MSD along y"),
    ("msd_z", "MSD along z"),
    ("vacf", "VACF"),
    ("normalized", "VACF / VACF(0)"),
    ("per_look", "Clusters"),
];

/// What goes along x, where it is there.
const ALONG: [&str; 6] = ["r", "k", "time", "speed", "neighbours", "size"];

/// Columns of counts are there for whoever wants to go on with them; they are shown if `--y` names
/// them.
const COUNTS: [&str; 5] = ["count", "pairs", "vectors", "clusters", "lag"];

/// The panels of all observables in a file.
pub(super) fn panels(file: &Value, ask: &Ask<'_>) -> Result<Vec<Panel>, String> {
    let list = file["observables"].as_array().ok_or("its `observables` are no list")?;
    let mut panels = Vec::new();
    let mut known: Vec<String> = Vec::new();
    for (number, one) in list.iter().enumerate() {
        let name =
            one["name"].as_str().ok_or_else(|| format!("observable {number} has no name"))?;
        let columns = columns(one).map_err(|problem| format!("observable `{name}`: {problem}"))?;
        known.push(name.to_string());
        known.extend(columns.iter().map(|column| column.name.clone()));
        if columns[0].values.is_empty() {
            continue;
        }
        match columns.iter().position(|column| column.name == "y") {
            Some(1) if columns[0].name == "x" => panels.extend(maps(name, &columns, ask)),
            _ => panels.extend(lines(name, &columns, ask)),
        }
    }
    known.dedup();
    ask.knows("observable", &known.iter().map(String::as_str).collect::<Vec<_>>())?;
    if panels.is_empty() {
        return Err("it has no observable with a value".to_string());
    }
    Ok(panels)
}

fn columns(observable: &Value) -> Result<Vec<Column>, String> {
    let list = observable["columns"].as_array().ok_or("it has no `columns`")?;
    let one = |column: &Value| {
        let text = |key: &str| column[key].as_str().map(ToString::to_string);
        let name = text("name").ok_or("a column has no name")?;
        let values =
            numbers(&column["values"]).ok_or_else(|| format!("column `{name}` has no values"))?;
        Ok::<_, String>(Column { name, unit: text("unit").unwrap_or_default(), values })
    };
    let columns = list.iter().map(one).collect::<Result<Vec<Column>, String>>()?;
    if columns.len() < 2 {
        return Err("it has not two columns".to_string());
    }
    if columns.iter().any(|column| column.values.len() != columns[0].values.len()) {
        return Err("its columns are not equally long".to_string());
    }
    Ok(columns)
}

/// The columns to show: those that `--y` names, or the first with what was measured.
fn chosen<'c>(name: &str, columns: &'c [Column], ask: &Ask<'_>) -> Vec<&'c Column> {
    let wanted = |column: &&Column| ask.y.contains(&column.name);
    let named: Vec<&Column> = columns.iter().filter(wanted).collect();
    if !named.is_empty() || !ask.wants(name) {
        return named;
    }
    let measured = |column: &&Column| {
        let own = column.name.as_str();
        !ALONG.contains(&own) && !COUNTS.contains(&own) && !["x", "y", "z"].contains(&own)
    };
    columns.iter().filter(measured).collect()
}

/// One panel: the columns over what they depend on.
fn lines(name: &str, columns: &[Column], ask: &Ask<'_>) -> Option<Panel> {
    let along = |wanted: &str| columns.iter().find(|column| column.name == wanted);
    let x =
        ask.x.and_then(along).or_else(|| ALONG.into_iter().find_map(along)).unwrap_or(&columns[0]);
    let mut shown = chosen(name, columns, ask);
    shown.retain(|column| column.name != x.name);
    if ask.y.is_empty() || ask.y.iter().any(|wanted| wanted == name) {
        // The others say the same in another way.
        shown.truncate(1);
    }
    let first = *shown.first()?;
    let is_histogram = ["speed", "neighbours"].contains(&x.name.as_str());
    let layers =
        shown.iter().map(|column| {
            let name = if shown.len() > 1 { said(&column.name) } else { String::new() };
            if is_histogram && shown.len() == 1 {
                return Layer::new(name, bars(&x.values, &column.values));
            }
            let error = along(&format!("{}_error", column.name));
            let points = x.values.iter().zip(&column.values).enumerate().map(|(at, (x, y))| {
                Point { x: *x, y: *y, error: error.map_or(f64::NAN, |error| error.values[at]) }
            });
            Layer::new(name, Shape::Line(points.collect()))
        });
    let logs = first.name.starts_with("msd") || x.name == "size";
    Some(Panel {
        name: name.to_string(),
        x: Axis { log: logs, ..axis(x) },
        y: Axis { log: logs, ..axis(first) },
        layers: layers.collect(),
        ..Panel::default()
    })
}

/// Bars around their middles.
fn bars(middles: &[f64], heights: &[f64]) -> Shape {
    let step = match middles {
        [first, second, ..] => second - first,
        _ => 1.0,
    };
    let first = middles[0] - step / 2.0;
    let edges = (0..=middles.len()).map(|edge| first + edge as f64 * step).collect();
    Shape::Bars { edges, heights: heights.to_vec() }
}

/// A panel for each column over the plane; in space the mean along z.
fn maps(name: &str, columns: &[Column], ask: &Ask<'_>) -> Vec<Panel> {
    let (x, y) = (&columns[0], &columns[1]);
    let (xs, ys) = (distinct(&x.values), distinct(&y.values));
    if xs.is_empty() || ys.is_empty() {
        return Vec::new();
    }
    let place = |list: &[f64], value: f64| list.partition_point(|one| *one < value);
    let shown = chosen(name, columns, ask);
    let panel = |column: &&Column| {
        let mut sums = vec![(0.0, 0.0); xs.len() * ys.len()];
        for (at, value) in column.values.iter().enumerate().filter(|(_, value)| value.is_finite()) {
            let cell = place(&ys, y.values[at]) * xs.len() + place(&xs, x.values[at]);
            if let Some(sum) = sums.get_mut(cell) {
                *sum = (sum.0 + value, sum.1 + 1.0);
            }
        }
        let values = sums.into_iter().map(|(sum, count)| sum / count).collect();
        let (x_edges, y_edges) = (edges(&xs), edges(&ys));
        let range = |edges: &[f64]| Some((edges[0], edges[edges.len() - 1]));
        Panel {
            name: format!("{name} {}", column.name),
            x: Axis { range: range(&x_edges), ..axis(x) },
            y: Axis { range: range(&y_edges), ..axis(y) },
            layers: vec![Layer::new(
                "",
                Shape::Map { xs: x_edges, ys: y_edges, values, label: axis(column).label },
            )],
            equal: true,
            ..Panel::default()
        }
    };
    shown.iter().map(panel).collect()
}

fn distinct(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    sorted
}

/// The ends of cells around their middles.
fn edges(middles: &[f64]) -> Vec<f64> {
    let Shape::Bars { edges, .. } = bars(middles, &[]) else { return Vec::new() };
    edges
}

fn said(name: &str) -> String {
    let known = SPOKEN.iter().find(|(known, _)| *known == name);
    known.map_or_else(|| label(name, ""), |(_, said)| (*said).to_string())
}

fn axis(column: &Column) -> Axis {
    let name = said(&column.name);
    let unit = powers(&column.unit);
    Axis::new(if unit.is_empty() || unit == column.name {
        name
    } else {
        format!("{name} ({unit})")
    })
}

/// A unit with its powers set high: `1/length^2` becomes `length^{−2}`.
fn powers(unit: &str) -> String {
    if let Some(under) = unit.strip_prefix("1/").filter(|under| !under.contains(['/', '(', ' '])) {
        let (name, power) = under.split_once('^').unwrap_or((under, "1"));
        return format!("{name}^{{\u{2212}{power}}}");
    }
    let mut text = String::new();
    let mut rest = unit;
    while let Some((before, after)) = rest.split_once('^') {
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        text += &format!("{before}^{{{}}}", &after[..digits]);
        rest = &after[digits..];
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_units_stand_high() {
        assert_eq!(powers("1/length^2"), "length^{−2}");
        assert_eq!(powers("length^2/time^2"), "length^{2}/time^{2}");
        assert_eq!(powers("1/length"), "length^{−1}");
        assert_eq!(powers("1/(length time)"), "1/(length time)");
        assert_eq!(powers(""), "");
    }
}
