//! Reports: how tick times spread, where the time goes, and the curve of `stress`.

use serde_json::Value;

use super::ask::Ask;
use super::panel::{Axis, Layer, Panel, Point, Shape};

/// The panels of a report of `run`.
pub(super) fn run(report: &Value, ask: &Ask<'_>) -> Result<Vec<Panel>, String> {
    ask.knows("panel", &["tick_times", "phases"])?;
    let mut panels = Vec::new();
    let histogram = &report["ms_histogram"];
    let counts = numbers(&histogram["counts"]);
    let ends = (histogram["from"].as_f64(), histogram["to"].as_f64());
    if let ((Some(from), Some(to)), Some(heights)) = (ends, counts)
        && ask.wants("tick_times")
        && heights.iter().any(|height| *height > 0.0)
    {
        let step = (to - from) / heights.len() as f64;
        let edges = (0..=heights.len()).map(|edge| from + edge as f64 * step).collect();
        panels.push(Panel {
            name: "tick_times".to_string(),
            x: Axis::new("Time per tick (ms)"),
            y: Axis::new("Ticks"),
            layers: vec![Layer::new("", Shape::Bars { edges, heights })],
            ..Panel::default()
        });
    }
    if let Some(phases) = report["phases_ms"].as_object().filter(|_| ask.wants("phases")) {
        let rows = phases.iter().filter_map(|(name, ms)| Some((name.clone(), ms.as_f64()?)));
        let mut rows: Vec<(String, f64)> = rows.collect();
        // JSON has no order that is kept; the longest comes first.
        rows.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        panels.push(Panel {
            name: "phases".to_string(),
            x: Axis::new("Time per tick and worker (ms)"),
            layers: vec![Layer::new("", Shape::Rows(rows))],
            ..Panel::default()
        });
    }
    if panels.is_empty() {
        return Err("it is a report of a run without ticks: there is nothing to plot".to_string());
    }
    Ok(panels)
}

/// The panel of a report of `stress`: times of a tick over the number of entities.
pub(super) fn stress(report: &Value, ask: &Ask<'_>) -> Result<Vec<Panel>, String> {
    const LINES: [(&str, &str); 3] =
        [("p50_ms", "median"), ("p95_ms", "95 of 100 ticks"), ("max_ms", "longest")];
    ask.knows("panel", &["tick_times"])?;
    let rows = report["points"].as_array().map(Vec::as_slice).unwrap_or_default();
    let line = |key: &str| {
        let point = |row: &Value| Some(Point::new(row["entities"].as_f64()?, row[key].as_f64()?));
        rows.iter().filter_map(point).collect::<Vec<Point>>()
    };
    let mut layers: Vec<Layer> =
        LINES.into_iter().map(|(key, name)| Layer::new(name, Shape::Line(line(key)))).collect();
    let ends = line("p50_ms");
    if let (Some(budget), Some(first), Some(last)) =
        (report["budget_ms"].as_f64(), ends.first(), ends.last())
    {
        let curve = [first.x, last.x].map(|x| Point::new(x, budget)).to_vec();
        layers.push(Layer::new("one frame", Shape::Curve(curve)));
    }
    Ok(vec![Panel {
        name: "tick_times".to_string(),
        x: Axis { label: "N".to_string(), log: true, range: None },
        y: Axis { label: "Time per tick (ms)".to_string(), log: true, range: None },
        layers,
        ..Panel::default()
    }])
}

/// A list of numbers; what is null is NaN.
pub(super) fn numbers(value: &Value) -> Option<Vec<f64>> {
    let list = value.as_array()?;
    Some(list.iter().map(|value| value.as_f64().unwrap_or(f64::NAN)).collect())
}
