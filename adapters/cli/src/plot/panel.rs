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
    /// Which file it is of, where others have such a panel too.
    pub(super) of: Option<String>,
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

    /// Whether it covers what is drawn in the same axes.
    pub(super) fn covers(&self) -> bool {
        matches!(self.shape, Shape::Map { .. } | Shape::Rows(_))
    }

    /// The values that axes must have room for.
    fn corners(&self) -> Vec<(f64, f64)> {
        match &self.shape {
            Shape::Line(points) | Shape::Curve(points) | Shape::Dots(points) => {
                points.iter().flat_map(|point| point.ends().map(|end| (point.x, end))).collect()
            }
            Shape::Bars { edges, heights } => {
                let tops = edges.iter().zip(heights).map(|(edge, height)| (*edge, *height));
                tops.chain(edges.iter().map(|edge| (*edge, 0.0))).collect()
            }
            Shape::Rows(rows) => {
                let ends = rows.iter().map(|(_, value)| (*value, 0.0));
                ends.chain([(0.0, rows.len() as f64)]).collect()
            }
            Shape::Map { xs, ys, .. } => {
                vec![(xs[0], ys[0]), (xs[xs.len() - 1], ys[ys.len() - 1])]
            }
        }
    }
}

impl Panel {
    /// The least and the largest value along an axis; of curves only if there is nothing else.
    pub(super) fn extent(&self, along_x: bool) -> (f64, f64) {
        let log = if along_x { self.x.log } else { self.y.log };
        let is_curve = |layer: &&Layer| matches!(layer.shape, Shape::Curve(_));
        let curves = self.layers.iter().all(|layer| is_curve(&layer));
        let layers = self.layers.iter().filter(|layer| curves || !is_curve(layer));
        let values = layers
            .flat_map(Layer::corners)
            .map(|(x, y)| if along_x { x } else { y })
            // Where an error bar goes to zero there is no logarithm.
            .filter(|value| value.is_finite() && (!log || *value > 0.0));
        range(values).unwrap_or((0.0, 1.0))
    }

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

    /// Whether it has room for its own layers alone: maps and rows of bars would cover each other.
    fn is_alone(&self) -> bool {
        self.layers.iter().any(|layer| layer.covers())
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

/// The least and the largest of some values.
pub(super) fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let both = |value: f64| (value, value);
    values.map(both).reduce(|(low, high), (value, _)| (low.min(value), high.max(value)))
}

/// Brings panels of several files that show the same together: `from` tells the files apart.
pub(super) fn merge(files: Vec<(String, Vec<Panel>)>) -> Vec<Panel> {
    let twice = |panel: &Panel| {
        let has = |panels: &Vec<Panel>| panels.iter().any(|other| same(other, panel));
        files.iter().filter(|(_, panels)| has(panels)).count() > 1
    };
    let twice: Vec<Vec<bool>> =
        files.iter().map(|(_, panels)| panels.iter().map(twice).collect()).collect();
    let mut merged: Vec<Panel> = Vec::new();
    for ((from, panels), twice) in files.into_iter().zip(twice) {
        for (mut panel, twice) in panels.into_iter().zip(twice) {
            if twice && panel.is_alone() {
                panel.of = Some(from.clone());
            } else if twice {
                for layer in &mut panel.layers {
                    let gap = if layer.name.is_empty() { "" } else { ", " };
                    layer.name = format!("{from}{gap}{}", layer.name);
                }
            }
            let known = merged.iter_mut().find(|known| same(known, &panel) && !panel.is_alone());
            match known {
                Some(known) => known.layers.append(&mut panel.layers),
                None => merged.push(panel),
            }
        }
    }
    merged
}

/// Whether two panels show the same.
fn same(one: &Panel, other: &Panel) -> bool {
    let axes = one.name == other.name && one.x.label == other.x.label;
    axes && one.is_alone() == other.is_alone()
}
