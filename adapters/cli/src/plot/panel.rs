//! What is to be drawn: sets of axes, and the data in each.

use super::ask::Ask;

/// Numbers beyond this have no place on an axis.
const MOST: f64 = 1e300;

/// A set of axes and what is drawn in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Panel {
    /// What it shows: `--y` chooses by it, and panels of several files that have it in common
    /// become one.
    pub(super) name: String,
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) layers: Vec<Layer>,
    /// Whether a length is the same along both axes.
    pub(super) equal: bool,
}

/// One of the two directions of a panel.
#[derive(Clone, Debug, Default)]
pub(super) struct Axis {
    pub(super) label: String,
    pub(super) log: bool,
    /// Its range, where that is known beforehand.
    pub(super) range: Option<(f64, f64)>,
}

impl Axis {
    pub(super) fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }
}

/// Data of one kind, with a name for the legend; an empty one has no place in it.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    pub(super) name: String,
    pub(super) shape: Shape,
}

#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// Points in the order in which a line goes through them.
    Line(Vec<Point>),
    /// A curve that was not measured: dashed, behind everything else.
    Curve(Vec<Point>),
    /// Points alone, small.
    Dots(Vec<Point>),
    /// A histogram: the ends of its bars, one more than there are, and their heights.
    Bars { edges: Vec<f64>, heights: Vec<f64> },
    /// A bar along x for each name, the first at the top.
    Rows(Vec<(String, f64)>),
    /// A map: the ends of its cells along both axes, and a value for each, along x first.
    Map { xs: Vec<f64>, ys: Vec<f64>, values: Vec<f64>, label: String },
}

/// A value, and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
    /// The standard error; NaN if there is none.
    pub(super) error: f64,
}

impl Point {
    pub(super) fn new(x: f64, y: f64) -> Self {
        Self { x, y, error: f64::NAN }
    }

    /// Where its error bar ends; both are the point where there is none.
    pub(super) fn ends(&self) -> [f64; 2] {
        let error = if self.error > 0.0 { self.error } else { 0.0 };
        [self.y - error, self.y + error]
    }
}

impl Layer {
    pub(super) fn new(name: impl Into<String>, shape: Shape) -> Self {
        Self { name: name.into(), shape }
    }

    /// Its points, if that is what it has.
    pub(super) fn points(&self) -> &[Point] {
        match &self.shape {
            Shape::Line(points) | Shape::Curve(points) | Shape::Dots(points) => points,
            Shape::Bars { .. } | Shape::Rows(_) | Shape::Map { .. } => &[],
        }
    }
}

impl Panel {
    /// Leaves out what cannot be drawn: what is not finite, and what has no logarithm.
    pub(super) fn clean(&mut self) {
        let (x_log, y_log) = (self.x.log, self.y.log);
        let good = |value: f64, log: bool| value.abs() < MOST && (!log || value > 0.0);
        for layer in &mut self.layers {
            if let Shape::Line(points) | Shape::Curve(points) | Shape::Dots(points) =
                &mut layer.shape
            {
                points.retain(|point| good(point.x, x_log) && good(point.y, y_log));
            }
        }
        self.layers.retain(|layer| match &layer.shape {
            Shape::Line(points) | Shape::Curve(points) | Shape::Dots(points) => !points.is_empty(),
            Shape::Bars { heights, .. } => heights.iter().any(|height| *height > 0.0),
            Shape::Rows(rows) => !rows.is_empty(),
            Shape::Map { values, .. } => values.iter().any(|value| value.is_finite()),
        });
    }

    /// What the user wants of axes.
    pub(super) fn adjust(&mut self, ask: &Ask<'_>) {
        if let Some(log) = ask.log {
            [self.x.log, self.y.log] = log;
        }
        for (label, axis) in [(ask.x_label, &mut self.x), (ask.y_label, &mut self.y)] {
            if let Some(label) = label {
                axis.label = label.to_string();
            }
        }
    }
}

/// Brings panels of several files that show the same together: `from` tells the files apart.
pub(super) fn merge(files: Vec<(String, Vec<Panel>)>) -> Vec<Panel> {
    let shared = |panel: &Panel| {
        let has = |panels: &Vec<Panel>| panels.iter().any(|other| joins(other, panel));
        files.iter().filter(|(_, panels)| has(panels)).count() > 1
    };
    let shared: Vec<Vec<bool>> =
        files.iter().map(|(_, panels)| panels.iter().map(shared).collect()).collect();
    let mut merged: Vec<Panel> = Vec::new();
    for ((from, panels), shared) in files.into_iter().zip(shared) {
        for (mut panel, shared) in panels.into_iter().zip(shared) {
            if shared {
                for layer in &mut panel.layers {
                    let gap = if layer.name.is_empty() { "" } else { ", " };
                    layer.name = format!("{from}{gap}{}", layer.name);
                }
            }
            match merged.iter_mut().find(|known| joins(known, &panel)) {
                Some(known) => known.layers.append(&mut panel.layers),
                None => merged.push(panel),
            }
        }
    }
    merged
}

/// Whether two panels show the same and can share axes: maps and rows of bars would cover each other.
fn joins(one: &Panel, other: &Panel) -> bool {
    let alone = |panel: &Panel| {
        let covers = |layer: &Layer| matches!(layer.shape, Shape::Map { .. } | Shape::Rows(_));
        panel.layers.iter().any(covers)
    };
    one.name == other.name && one.x.label == other.x.label && !alone(one) && !alone(other)
}
