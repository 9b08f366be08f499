//! Draws a panel into a box of a figure.

use std::fmt::Write as _;

use super::axes::{Axes, MOST_MARKS};
use super::colour::{SHADES, colour, dashes, mark, shades};
use super::legend::{Entry, Legend};
use super::look::{Look, bar_style, draw_mark};
use super::panel::{Layer, Panel, Point, Shape};
use super::scale;
use super::svg::{Frame, Length, Path, Svg};

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
    let looks = looks(panel);
    let entries: Vec<Entry<'_>> = panel
        .layers
        .iter()
        .zip(&looks)
        .filter(|(layer, look)| !layer.name.is_empty() && **look != Look::Map)
        .map(|(layer, look)| Entry { name: &layer.name, look: *look })
        .collect();
    let mut axes = Axes::new(panel, outer, 0.0);
    let mut legend = None;
    if !entries.is_empty() {
        legend = Legend::inside(&entries, &axes.frame, &drawn(panel, &looks, &axes));
        if legend.is_none() {
            let room = outer.right() - axes.frame.x;
            axes = Axes::new(panel, outer, Legend::height_above(&entries, room));
            legend = Some(Legend::above(&entries, &axes.frame, room));
        }
    }
    svg.open(&format!("class=\"panel\" id=\"panel-{number}\""));
    let clip = format!("clip-{number}");
    svg.open("class=\"data\"");
    svg.raw(&format!("<clipPath id=\"{clip}\">"));
    svg.rect(&axes.frame, "");
    svg.raw("</clipPath>");
    // Curves lie behind what was measured.
    let order = looks.iter().enumerate().filter(|(_, look)| matches!(look, Look::Curve(_)));
    let order =
        order.chain(looks.iter().enumerate().filter(|(_, look)| !matches!(look, Look::Curve(_))));
    for (at, look) in order {
        layer(&panel.layers[at], *look, &axes, &clip, svg);
    }
    svg.close();
    axes.draw(panel, svg);
    if let Some(legend) = legend {
        legend.draw(svg);
    }
    svg.close();
    panel.layers.iter().map(|layer| hit(layer, panel, &axes)).collect()
}

/// How each layer looks.
fn looks(panel: &Panel) -> Vec<Look> {
    let (mut curves, mut others) = (0, 0);
    let next = |count: &mut usize| std::mem::replace(count, *count + 1);
    panel
        .layers
        .iter()
        .map(|layer| match &layer.shape {
            Shape::Curve(_) => Look::Curve(next(&mut curves)),
            Shape::Line(points) if points.len() <= MOST_MARKS => Look::Marks(next(&mut others)),
            Shape::Line(_) => Look::Line(next(&mut others)),
            Shape::Dots(_) => Look::Dots(next(&mut others)),
            Shape::Bars { .. } | Shape::Rows(_) => Look::Bars(next(&mut others)),
            Shape::Map { .. } => Look::Map,
        })
        .collect()
}

fn layer(layer: &Layer, look: Look, axes: &Axes, clip: &str, svg: &mut Svg) {
    svg.open("class=\"layer\"");
    if !layer.name.is_empty() {
        svg.title(&layer.name);
    }
    let inside = format!("clip-path=\"url(#{clip})\"");
    match (&layer.shape, look) {
        (Shape::Curve(points), Look::Curve(number)) => {
            let dash = dashes(number + 1).unwrap_or_default();
            let style = format!("stroke=\"#333\" stroke-dasharray=\"{dash}\"");
            line(points, axes, &format!("{style} stroke-width=\"0.9\" {inside}"), svg);
        }
        (Shape::Line(points), Look::Line(number)) => {
            let dash = dashes(number).map(|dash| format!(" stroke-dasharray=\"{dash}\""));
            let style = format!("stroke=\"{}\"{}", colour(number), dash.unwrap_or_default());
            line(points, axes, &format!("{style} stroke-width=\"0.9\" {inside}"), svg);
        }
        (Shape::Line(points), Look::Marks(number)) => marks(points, number, axes, svg),
        (Shape::Dots(points), Look::Dots(number)) => dots(points, number, axes, &inside, svg),
        (Shape::Bars { edges, heights }, Look::Bars(number)) => {
            bars(edges, heights, number, axes, svg);
        }
        (Shape::Rows(rows), Look::Bars(number)) => {
            for (at, (_, value)) in rows.iter().enumerate() {
                let (from, to) = (axes.x.at(0.0), axes.x.at(*value));
                let (top, bottom) = (axes.y.at(at as f64 + 0.18), axes.y.at(at as f64 + 0.82));
                let frame = Frame { x: from, y: top, width: to - from, height: bottom - top };
                svg.rect(&frame, &bar_style(number));
            }
        }
        (Shape::Map { xs, ys, values, .. }, _) => map(xs, ys, values, axes, svg),
        _ => {}
    }
    svg.close();
}

/// A line without marks. Of many points in a place those at its ends are drawn.
fn line(points: &[Point], axes: &Axes, style: &str, svg: &mut Svg) {
    let mut path = Path::default();
    let places = thinned(points.iter().map(|point| (axes.x.at(point.x), axes.y.at(point.y))));
    for (at, (x, y)) in places.into_iter().enumerate() {
        if at == 0 { path.go(x, y) } else { path.line(x, y) }
    }
    svg.path(path.data(), &format!("fill=\"none\" stroke-linejoin=\"round\" {style}"));
}

/// The first, the lowest, the highest and the last of all places in a quarter of a point of print.
fn thinned(places: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let mut thin: Vec<(f64, f64)> = Vec::new();
    let mut column: Vec<(f64, f64)> = Vec::new();
    let number = |x: f64| (x * 4.0).floor();
    let mut flush = |column: &mut Vec<(f64, f64)>| {
        let by_height = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
        let low = column.iter().min_by(by_height).copied();
        let high = column.iter().max_by(by_height).copied();
        let all = [column.first().copied(), low, high, column.last().copied()];
        if column.len() > 4 {
            thin.extend(all.into_iter().flatten());
        } else {
            thin.extend_from_slice(column);
        }
        column.clear();
    };
    for place in places {
        if column.last().is_some_and(|last| number(last.0) != number(place.0)) {
            flush(&mut column);
        }
        column.push(place);
    }
    flush(&mut column);
    thin
}

/// A line with a mark and an error bar at each point.
fn marks(points: &[Point], number: usize, axes: &Axes, svg: &mut Svg) {
    let mut through = Path::default();
    let mut errors = Path::default();
    for (at, point) in points.iter().enumerate() {
        let (x, y) = (axes.x.at(point.x), axes.y.at(point.y));
        if at == 0 {
            through.go(x, y)
        } else {
            through.line(x, y)
        }
        if point.error > 0.0 {
            let [low, high] = point.ends().map(|end| axes.y.at(end));
            errors.go(x, low);
            errors.down(high);
            for end in [low, high] {
                errors.go(x - 1.6, end);
                errors.across(x + 1.6);
            }
        }
    }
    let stroke = format!("fill=\"none\" stroke=\"{}\"", colour(number));
    if points.len() > 1 {
        svg.path(through.data(), &format!("class=\"through\" {stroke} stroke-width=\"0.6\""));
    }
    if !errors.is_empty() {
        svg.path(errors.data(), &format!("class=\"errors\" {stroke} stroke-width=\"0.7\""));
    }
    svg.open("class=\"marks\"");
    for point in points {
        draw_mark(svg, mark(number), (axes.x.at(point.x), axes.y.at(point.y)), number);
    }
    svg.close();
}

/// Points alone, smaller the more they are.
fn dots(points: &[Point], number: usize, axes: &Axes, inside: &str, svg: &mut Svg) {
    let each = axes.frame.width * axes.frame.height / points.len().max(1) as f64;
    let size = (0.45 * each.sqrt()).clamp(0.5, 2.6);
    let mut path = Path::default();
    for point in points {
        path.go(axes.x.at(point.x), axes.y.at(point.y));
        path.stay();
    }
    let style = format!(
        "fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linecap=\"round\" {inside}",
        colour(number),
        Length(size)
    );
    svg.path(path.data(), &style);
}

/// Bars as one shape, with a line along their tops.
fn bars(edges: &[f64], heights: &[f64], number: usize, axes: &Axes, svg: &mut Svg) {
    let mut path = Path::default();
    let floor = axes.y.at(0.0).min(axes.frame.bottom());
    for (at, height) in heights.iter().enumerate() {
        let [from, to] = [edges[at], edges[at + 1]].map(|edge| axes.x.at(edge));
        if at == 0 {
            path.go(from, floor);
        }
        path.down(axes.y.at(*height));
        path.across(to);
    }
    path.down(floor);
    path.end();
    svg.path(path.data(), &format!("class=\"bars\" {}", bar_style(number)));
}

/// A map: cells of one colour in a row are one rectangle.
fn map(xs: &[f64], ys: &[f64], values: &[f64], axes: &Axes, svg: &mut Svg) {
    let Some(bar) = &axes.bar else { return };
    let shade = |value: f64| {
        let (low, high) = bar.scale.ends();
        let share = (value - low) / (high - low);
        value.is_finite().then(|| ((share * SHADES as f64) as usize).min(SHADES - 1))
    };
    let mut paths: Vec<Path> = (0..SHADES).map(|_| Path::default()).collect();
    let columns = xs.len() - 1;
    for (row, cells) in values.chunks_exact(columns).enumerate() {
        let [bottom, top] = [ys[row], ys[row + 1]].map(|edge| axes.y.at(edge));
        let mut begin = 0;
        while begin < columns {
            let colour = shade(cells[begin]);
            let same = cells[begin..].iter().take_while(|value| shade(**value) == colour).count();
            if let Some(path) = colour.map(|colour| &mut paths[colour]) {
                let [from, to] = [xs[begin], xs[begin + same]].map(|edge| axes.x.at(edge));
                path.go(from, bottom);
                path.across(to);
                path.down(top);
                path.across(from);
                path.end();
            }
            begin += same;
        }
    }
    svg.open("class=\"map\" shape-rendering=\"crispEdges\"");
    for (path, shade) in paths.iter().zip(shades(bar.signed)).filter(|(path, _)| !path.is_empty()) {
        svg.path(path.data(), &format!("fill=\"{shade}\""));
    }
    svg.close();
}

/// Places that a legend must not cover.
fn drawn(panel: &Panel, looks: &[Look], axes: &Axes) -> Vec<(f64, f64)> {
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
    for (layer, look) in panel.layers.iter().zip(looks) {
        let at = |point: &Point| (axes.x.at(point.x), axes.y.at(point.y));
        let points = layer.points();
        if let Look::Dots(_) = look {
            points.iter().map(at).for_each(|place| between(place, place));
            continue;
        }
        let line: Vec<_> = match points.len() {
            many if many > 4000 => thinned(points.iter().map(at)),
            _ => points.iter().map(at).collect(),
        };
        line.windows(2).for_each(|pair| between(pair[0], pair[1]));
        for point in points.iter().filter(|point| point.error > 0.0) {
            let x = axes.x.at(point.x);
            let [low, high] = point.ends().map(|end| axes.y.at(end));
            between((x, low), (x, high));
        }
        if let Shape::Bars { edges, heights } = &layer.shape {
            for (at, height) in heights.iter().enumerate() {
                let x = axes.x.at((edges[at] + edges[at + 1]) / 2.0);
                between((x, axes.y.at(*height)), (x, axes.frame.bottom()));
            }
        }
    }
    places
}

/// What those see who point at a layer.
fn hit(layer: &Layer, panel: &Panel, axes: &Axes) -> Hit {
    let say = |x: f64, y: f64, error: f64| {
        let mut text = format!("{}: {}\n", panel.x.label, scale::value(x));
        let _ = write!(text, "{}: {}", panel.y.label, scale::value(y));
        if error > 0.0 {
            let _ = write!(text, " ± {}", scale::value(error));
        }
        text
    };
    let place = |x: f64, y: f64, text: String| (axes.x.at(x), axes.y.at(y), text);
    let middle = |edges: &[f64], at: usize| (edges[at] + edges[at + 1]) / 2.0;
    let places: Vec<(f64, f64, String)> = match &layer.shape {
        Shape::Line(points) | Shape::Curve(points) | Shape::Dots(points) => {
            let every = points.len().div_ceil(MOST_HITS).max(1);
            let some = points.iter().step_by(every);
            some.map(|Point { x, y, error }| place(*x, *y, say(*x, *y, *error))).collect()
        }
        Shape::Bars { edges, heights } => {
            let bars = heights.iter().enumerate();
            bars.map(|(at, height)| {
                let x = middle(edges, at);
                let [from, to] = [edges[at], edges[at + 1]].map(scale::value);
                let text = format!(
                    "{}: {from} to {to}\n{}: {}",
                    panel.x.label,
                    panel.y.label,
                    scale::value(*height)
                );
                place(x, *height, text)
            })
            .collect()
        }
        Shape::Rows(rows) => {
            let rows = rows.iter().enumerate();
            rows.map(|(at, (name, value))| {
                let text = format!("{name}\n{}: {}", panel.x.label, scale::value(*value));
                place(*value, at as f64 + 0.5, text)
            })
            .collect()
        }
        Shape::Map { xs, ys, values, label } => {
            let columns = xs.len() - 1;
            let every = values.len().div_ceil(4 * MOST_HITS).max(1);
            let cells = values.iter().enumerate().step_by(every);
            cells
                .filter(|(_, value)| value.is_finite())
                .map(|(at, value)| {
                    let (x, y) = (middle(xs, at % columns), middle(ys, at / columns));
                    place(x, y, format!("{}\n{label}: {}", say(x, y, 0.0), scale::value(*value)))
                })
                .collect()
        }
    };
    Hit { name: layer.name.clone(), places }
}
