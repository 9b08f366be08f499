//! Draws a panel into a box of a figure.

use super::axes::Axes;
use super::legend::{self, Entry};
use super::look::{Look, SHADES, shades};
use super::panel::{Layer, Panel, Point, Shape};
use super::scale::value as said;
use super::svg::{Frame, Path, Svg};

/// Where data is in a figure, for those who point at it.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    /// The layer.
    pub(super) name: String,
    /// Places, and what to say there.
    pub(super) places: Vec<(f64, f64, String)>,
}

/// The most places of a layer that can be pointed at.
const MOST_HITS: usize = 4000;

/// Draws a panel into a box; `number` is its own in the figure.
pub(super) fn panel(panel: &Panel, outer: &Frame, number: usize, svg: &mut Svg) -> Vec<Hit> {
    let looks = Look::all(&panel.layers);
    let layers = || panel.layers.iter().zip(&looks);
    let named = layers().filter(|(layer, _)| !layer.name.is_empty());
    let entries: Vec<Entry<'_>> =
        named.map(|(layer, look)| Entry { name: &layer.name, look: *look }).collect();
    let mut axes = Axes::new(panel, outer, 0.0);
    let mut places = Vec::new();
    if !entries.is_empty() {
        let free = legend::inside(&entries, &axes.frame, &drawn(panel, &axes));
        places = free.unwrap_or_else(|| {
            let room = outer.right() - axes.frame.x;
            axes = Axes::new(panel, outer, legend::height_above(&entries, room));
            legend::above(&entries, &axes.frame, room)
        });
    }
    svg.open(&format!("class=\"panel\" id=\"panel-{number}\""));
    let clip = format!("clip-{number}");
    svg.open("class=\"data\"");
    svg.raw(&format!("<clipPath id=\"{clip}\">"));
    svg.rect(&axes.frame, "");
    svg.raw("</clipPath>");
    // Curves lie behind what was measured.
    let is_curve = |layer: &Layer| matches!(layer.shape, Shape::Curve(_));
    for curves in [true, false] {
        for (one, look) in layers().filter(|(layer, _)| is_curve(layer) == curves) {
            layer(one, look, &axes, &clip, svg);
        }
    }
    svg.close();
    axes.draw(svg);
    if !places.is_empty() {
        legend::draw(&entries, &places, svg);
    }
    svg.close();
    panel.layers.iter().map(|layer| hit(layer, panel, &axes)).collect()
}

fn layer(layer: &Layer, look: &Look, axes: &Axes, clip: &str, svg: &mut Svg) {
    svg.open("class=\"layer\"");
    if !layer.name.is_empty() {
        svg.title(&layer.name);
    }
    let inside = format!("clip-path=\"url(#{clip})\"");
    match &layer.shape {
        Shape::Line(points) if look.mark.is_some() => marks(points, look, axes, svg),
        Shape::Line(points) | Shape::Curve(points) => {
            let path = Path::through(thinned(points.iter().map(|point| axes.at(point.x, point.y))));
            svg.path(&path, &format!("{} stroke-linejoin=\"round\" {inside}", look.stroke(0.9)));
        }
        Shape::Dots(points) => dots(points, look, axes, &inside, svg),
        Shape::Bars { edges, heights } => bars(edges, heights, look, axes, svg),
        Shape::Rows(rows) => {
            for (at, (_, value)) in rows.iter().enumerate() {
                let (from, top) = axes.at(0.0, at as f64 + 0.18);
                let (to, bottom) = axes.at(*value, at as f64 + 0.82);
                let frame = Frame { x: from, y: top, width: to - from, height: bottom - top };
                svg.rect(&frame, &look.fill());
            }
        }
        Shape::Map { xs, ys, values, .. } => map(xs, ys, values, axes, svg),
    }
    svg.close();
}

/// The first, the lowest, the highest and the last of all places in a quarter of a point of print.
fn thinned(places: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let places: Vec<(f64, f64)> = places.collect();
    let column = |place: &(f64, f64)| (place.0 * 4.0).floor();
    let by_height = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
    let mut thin = Vec::new();
    for column in places.chunk_by(|a, b| column(a) == column(b)) {
        let ends = (column.iter().min_by(by_height), column.iter().max_by(by_height));
        match (column, ends) {
            ([first, .., last], (Some(low), Some(high))) if column.len() > 4 => {
                thin.extend([*first, *low, *high, *last]);
            }
            _ => thin.extend_from_slice(column),
        }
    }
    thin
}

/// A line with a mark and an error bar at each point.
fn marks(points: &[Point], look: &Look, axes: &Axes, svg: &mut Svg) {
    let at = |point: &Point| axes.at(point.x, point.y);
    let mut errors = Path::default();
    for point in points.iter().filter(|point| point.error > 0.0) {
        let ends = point.ends().map(|end| axes.at(point.x, end));
        errors.add(ends);
        ends.into_iter().for_each(|(x, y)| errors.add([(x - 1.6, y), (x + 1.6, y)]));
    }
    if points.len() > 1 {
        let through = Path::through(points.iter().map(at));
        svg.path(&through, &format!("class=\"through\" {}", look.stroke(0.6)));
    }
    svg.path(&errors, &format!("class=\"errors\" {}", look.stroke(0.7)));
    svg.open("class=\"marks\"");
    points.iter().for_each(|point| look.draw_mark(svg, at(point)));
    svg.close();
}

/// Points alone, smaller the more they are.
fn dots(points: &[Point], look: &Look, axes: &Axes, inside: &str, svg: &mut Svg) {
    let each = axes.frame.width * axes.frame.height / points.len().max(1) as f64;
    let size = (0.45 * each.sqrt()).clamp(0.5, 2.6);
    let mut path = Path::default();
    points.iter().for_each(|point| path.add([axes.at(point.x, point.y)]));
    svg.path(&path, &format!("{} stroke-linecap=\"round\" {inside}", look.stroke(size)));
}

/// Bars as one shape, with a line along their tops.
fn bars(edges: &[f64], heights: &[f64], look: &Look, axes: &Axes, svg: &mut Svg) {
    let floor = axes.y.at(0.0).min(axes.frame.bottom());
    let top = |(ends, height): (&[f64], &f64)| [ends[0], ends[1]].map(|end| axes.at(end, *height));
    let tops = edges.windows(2).zip(heights).flat_map(top);
    let [first, last] = [edges[0], edges[edges.len() - 1]].map(|edge| (axes.x.at(edge), floor));
    let mut path = Path::default();
    path.outline([first].into_iter().chain(tops).chain([last]));
    svg.path(&path, &format!("class=\"bars\" {}", look.fill()));
}

/// A map: cells of one colour in a row are one rectangle.
fn map(xs: &[f64], ys: &[f64], values: &[f64], axes: &Axes, svg: &mut Svg) {
    let Some(bar) = &axes.bar else { return };
    let (low, high) = bar.ends();
    let shade = |value: f64| {
        let share = (value - low) / (high - low);
        value.is_finite().then(|| ((share * SHADES as f64) as usize).min(SHADES - 1))
    };
    let mut paths: Vec<Path> = (0..SHADES).map(|_| Path::default()).collect();
    for (row, cells) in values.chunks_exact(xs.len() - 1).enumerate() {
        let mut begin = 0;
        for same in cells.chunk_by(|a, b| shade(*a) == shade(*b)) {
            let end = begin + same.len();
            if let Some(shade) = shade(same[0]) {
                let (left, bottom) = axes.at(xs[begin], ys[row]);
                let (right, top) = axes.at(xs[end], ys[row + 1]);
                paths[shade].outline([(left, bottom), (right, bottom), (right, top), (left, top)]);
            }
            begin = end;
        }
    }
    svg.open("class=\"map\" shape-rendering=\"crispEdges\"");
    for (path, shade) in paths.iter().zip(shades(bar.signed)) {
        svg.path(path, &format!("fill=\"{shade}\""));
    }
    svg.close();
}

/// Places that a legend must not cover.
fn drawn(panel: &Panel, axes: &Axes) -> Vec<(f64, f64)> {
    let mut places = Vec::new();
    // Along a line a place every so many points of print.
    const EVERY: f64 = 2.5;
    let mut between = |from: (f64, f64), to: (f64, f64)| {
        let steps = ((to.0 - from.0).hypot(to.1 - from.1) / EVERY).ceil().clamp(1.0, 1e4);
        for step in 0..=steps as usize {
            let part = step as f64 / steps;
            places.push((from.0 + part * (to.0 - from.0), from.1 + part * (to.1 - from.1)));
        }
    };
    let at = |point: &Point| axes.at(point.x, point.y);
    for layer in &panel.layers {
        match &layer.shape {
            Shape::Dots(points) => points.iter().map(at).for_each(|place| between(place, place)),
            Shape::Line(points) | Shape::Curve(points) => {
                let line = thinned(points.iter().map(at));
                line.windows(2).for_each(|pair| between(pair[0], pair[1]));
                for point in points.iter().filter(|point| point.error > 0.0) {
                    let [low, high] = point.ends().map(|end| axes.at(point.x, end));
                    between(low, high);
                }
            }
            Shape::Bars { edges, heights } => {
                for (ends, height) in edges.windows(2).zip(heights) {
                    let (x, top) = axes.at((ends[0] + ends[1]) / 2.0, *height);
                    between((x, top), (x, axes.frame.bottom()));
                }
            }
            Shape::Rows(rows) => {
                for (at, (_, value)) in rows.iter().enumerate() {
                    let middle = at as f64 + 0.5;
                    between(axes.at(0.0, middle), axes.at(*value, middle));
                }
            }
            Shape::Map { .. } => {}
        }
    }
    places
}

/// What those see who point at a layer.
fn hit(layer: &Layer, panel: &Panel, axes: &Axes) -> Hit {
    let (x_label, y_label) = (&panel.x.label, &panel.y.label);
    let place = |x: f64, y: f64, text: String| {
        let (right, down) = axes.at(x, y);
        (right, down, text)
    };
    let pair = |x: f64, y: f64| format!("{x_label}: {}\n{y_label}: {}", said(x), said(y));
    let places = match &layer.shape {
        Shape::Line(points) | Shape::Curve(points) | Shape::Dots(points) => {
            let some = points.iter().step_by(points.len().div_ceil(MOST_HITS).max(1));
            some.map(|point| {
                let error = if point.error > 0.0 {
                    format!(" ± {}", said(point.error))
                } else {
                    String::new()
                };
                place(point.x, point.y, pair(point.x, point.y) + &error)
            })
            .collect()
        }
        Shape::Bars { edges, heights } => edges
            .windows(2)
            .zip(heights)
            .map(|(ends, height)| {
                let (from, to) = (said(ends[0]), said(ends[1]));
                let text = format!("{x_label}: {from} to {to}\n{y_label}: {}", said(*height));
                place((ends[0] + ends[1]) / 2.0, *height, text)
            })
            .collect(),
        Shape::Rows(rows) => {
            let text = |name: &str, value: f64| format!("{name}\n{x_label}: {}", said(value));
            let rows = rows.iter().enumerate();
            rows.map(|(at, (name, value))| place(*value, at as f64 + 0.5, text(name, *value)))
                .collect()
        }
        Shape::Map { xs, ys, values, label } => {
            let middle = |edges: &[f64], at: usize| (edges[at] + edges[at + 1]) / 2.0;
            let columns = xs.len() - 1;
            let every = values.len().div_ceil(4 * MOST_HITS).max(1);
            let cells = values.iter().enumerate().step_by(every);
            cells
                .filter(|(_, value)| value.is_finite())
                .map(|(at, value)| {
                    let (x, y) = (middle(xs, at % columns), middle(ys, at / columns));
                    place(x, y, format!("{}\n{label}: {}", pair(x, y), said(*value)))
                })
                .collect()
        }
    };
    Hit { name: layer.name.clone(), places }
}
