//! The frame of a panel: how large it is beside its labels, and its ticks.

use super::panel::{Panel, Shape};
use super::scale::{Room, Scale, Ticks, decade};
use super::svg::{Anchor, Frame, Path, Svg};
use super::text::width;

/// Sizes of text, in points: what journals ask for at the final size.
pub(super) const LABEL: f64 = 8.0;
pub(super) const TICK: f64 = 7.0;

/// The widths of the frame and of ticks.
const LINE: f64 = 0.6;

/// The lengths of ticks, which point inwards.
const MAJOR: f64 = 3.2;
const MINOR: f64 = 1.8;

/// Lines of more points than this have no marks.
pub(super) const MOST_MARKS: usize = 60;

/// The room of the bar that tells the colours of a map, without its labels.
const BAR: f64 = 17.0;

/// Where a panel is drawn.
#[derive(Clone, Debug)]
pub(super) struct Axes {
    pub(super) frame: Frame,
    pub(super) x: Scale,
    pub(super) y: Scale,
    x_ticks: Ticks,
    y_ticks: Ticks,
    /// The bar of a map.
    pub(super) bar: Option<Bar>,
}

/// The bar that tells what the colours of a map mean.
#[derive(Clone, Debug)]
pub(super) struct Bar {
    pub(super) frame: Frame,
    pub(super) scale: Scale,
    pub(super) signed: bool,
    ticks: Ticks,
    label: String,
}

impl Axes {
    /// Puts axes into a box, with so much room above them.
    pub(super) fn new(panel: &Panel, outer: &Frame, above: f64) -> Self {
        let (x_room, y_room) = rooms(panel);
        let mut x = Scale::new(&panel.x, extent(panel, true), x_room);
        let mut y = Scale::new(&panel.y, extent(panel, false), y_room);
        let names = names(panel);
        let bar = panel.layers.iter().find_map(Bar::of);
        let mut y_ticks = y.ticks((outer.height / 25.0) as usize);
        if let Some(names) = &names {
            let middle = |(at, name): (usize, &String)| (at as f64 + 0.5, name.clone());
            let major = names.iter().enumerate().map(middle).collect();
            y_ticks = Ticks { major, ..Ticks::default() };
        }
        let widest = |ticks: &Ticks| {
            let widths = ticks.major.iter().map(|(_, label)| width(label, TICK));
            widths.fold(0.0, f64::max)
        };
        let beside = bar.as_ref().map_or(0.0, |bar| {
            let label = if bar.label.is_empty() { 0.0 } else { LABEL + 3.0 };
            BAR + widest(&bar.ticks) + label
        });
        let label = |text: &str| if text.is_empty() { 0.0 } else { LABEL + 4.0 };
        let left = label(&panel.y.label) + widest(&y_ticks) + 5.0;
        let room = outer.width - left - 8.0 - beside;
        let x_ticks = fitting(&x, room);
        // The last label is centred on its tick.
        let right = x_ticks.major.last().map_or(0.0, |(_, label)| width(label, TICK) / 2.0);
        let top = above + if y_ticks.power == 0 { 6.0 } else { TICK + 5.0 };
        let bottom = label(&panel.x.label) + TICK + 6.0;
        let mut frame = Frame {
            x: outer.x + left,
            y: outer.y + top,
            width: (outer.width - left - (right + 2.0).max(5.0) - beside).max(10.0),
            height: (outer.height - top - bottom).max(10.0),
        };
        if panel.equal {
            let scale = (x.span() / frame.width).max(y.span() / frame.height);
            x.widen(scale * frame.width - x.span());
            y.widen(scale * frame.height - y.span());
            if panel.x.range.is_some() && panel.y.range.is_some() {
                // The world has an end: the frame shrinks instead.
                (x, y) = (
                    Scale::new(&panel.x, (0.0, 1.0), x_room),
                    Scale::new(&panel.y, (0.0, 1.0), y_room),
                );
                let (wide, high) = (x.span() / scale, y.span() / scale);
                frame = Frame {
                    x: frame.x + (frame.width - wide) / 2.0,
                    width: wide,
                    height: high,
                    ..frame
                };
            }
        }
        let x = x.between(frame.x, frame.right());
        let y = match names {
            Some(_) => y.between(frame.y, frame.bottom()),
            None => y.between(frame.bottom(), frame.y),
        };
        let bar = bar.map(|bar| bar.beside(&frame));
        let (x_ticks, y_ticks) = if panel.equal {
            (fitting(&x, frame.width), y.ticks((frame.height / 25.0) as usize))
        } else {
            (x_ticks, y_ticks)
        };
        Self { frame, x, y, x_ticks, y_ticks, bar }
    }

    /// Draws the frame, its ticks and all labels.
    pub(super) fn draw(&self, panel: &Panel, svg: &mut Svg) {
        let Self { frame, x, y, x_ticks, y_ticks, bar } = self;
        let named = names(panel).is_some();
        svg.open("class=\"axes\"");
        let mut path = Path::default();
        let place = |ticks: &Ticks| {
            let major = ticks.major.iter().map(|(value, _)| (*value, MAJOR));
            major.chain(ticks.minor.iter().map(|value| (*value, MINOR))).collect::<Vec<_>>()
        };
        for (value, length) in place(x_ticks) {
            let at = x.at(value);
            path.go(at, frame.bottom());
            path.down(frame.bottom() - length);
            path.go(at, frame.y);
            path.down(frame.y + length);
        }
        for (value, length) in place(y_ticks).into_iter().filter(|_| !named) {
            let at = y.at(value);
            path.go(frame.x, at);
            path.across(frame.x + length);
            path.go(frame.right(), at);
            path.across(frame.right() - length);
        }
        let stroke = format!("fill=\"none\" stroke=\"#000\" stroke-width=\"{LINE}\"");
        svg.rect(frame, &stroke);
        if !path.is_empty() {
            svg.path(path.data(), &stroke);
        }
        let under = frame.bottom() + TICK + 3.0;
        for (value, label) in &x_ticks.major {
            svg.text((x.at(*value), under), TICK, Anchor::Middle, label);
        }
        for (value, label) in &y_ticks.major {
            svg.text((frame.x - 3.0, y.at(*value) + 0.36 * TICK), TICK, Anchor::End, label);
        }
        let below = under + LABEL + 3.0;
        svg.text((frame.x + frame.width / 2.0, below), LABEL, Anchor::Middle, &panel.x.label);
        let widest = y_ticks.major.iter().map(|(_, label)| width(label, TICK)).fold(0.0, f64::max);
        let left = frame.x - widest - 7.0;
        svg.upright((left, frame.y + frame.height / 2.0), LABEL, &panel.y.label);
        if x_ticks.power != 0 {
            svg.text((frame.right(), below), TICK, Anchor::End, &factor(x_ticks.power));
        }
        if y_ticks.power != 0 {
            svg.text((frame.x, frame.y - 3.0), TICK, Anchor::Start, &factor(y_ticks.power));
        }
        svg.close();
        if let Some(bar) = bar {
            bar.draw(svg);
        }
    }
}

impl Bar {
    fn of(layer: &super::panel::Layer) -> Option<Self> {
        let Shape::Map { values, label, .. } = &layer.shape else { return None };
        let finite = || values.iter().copied().filter(|value| value.is_finite());
        let (low, high) =
            (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
        let signed = low < 0.0 && high > 0.0;
        let most = low.abs().max(high.abs());
        let range = if signed { (-most, most) } else { (low, high) };
        let scale = Scale::new(&super::panel::Axis::default(), range, Room::Tight);
        let ticks = scale.ticks(5);
        let frame = Frame::default();
        Some(Self { frame, scale, signed, ticks, label: label.clone() })
    }

    /// Puts it to the right of a frame.
    fn beside(mut self, frame: &Frame) -> Self {
        self.frame = Frame { x: frame.right() + 6.0, width: 7.0, ..*frame };
        self.scale = self.scale.between(frame.bottom(), frame.y);
        self
    }

    fn draw(&self, svg: &mut Svg) {
        let Self { frame, scale, signed, ticks, label } = self;
        svg.open("class=\"bar\"");
        let shades = super::colour::shades(*signed);
        let height = frame.height / shades.len() as f64;
        for (number, shade) in shades.iter().enumerate() {
            let y = frame.bottom() - (number + 1) as f64 * height;
            let part = Frame { y, height: height + 0.2, ..*frame };
            svg.rect(&part, &format!("fill=\"{shade}\""));
        }
        svg.rect(frame, &format!("fill=\"none\" stroke=\"#000\" stroke-width=\"{LINE}\""));
        let mut widest: f64 = 0.0;
        for (value, text) in &ticks.major {
            let at = scale.at(*value);
            let mut path = Path::default();
            path.go(frame.right(), at);
            path.across(frame.right() - 2.0);
            svg.path(path.data(), &format!("stroke=\"#000\" stroke-width=\"{LINE}\""));
            svg.text((frame.right() + 3.0, at + 0.36 * TICK), TICK, Anchor::Start, text);
            widest = widest.max(width(text, TICK));
        }
        if ticks.power != 0 {
            svg.text((frame.x, frame.y - 3.0), TICK, Anchor::Start, &factor(ticks.power));
        }
        let x = frame.right() + widest + LABEL + 4.0;
        svg.upright((x, frame.y + frame.height / 2.0), LABEL, label);
        svg.close();
    }
}

fn factor(power: i32) -> String {
    format!("×{}", decade(power))
}

/// As many ticks as have room for their labels.
fn fitting(scale: &Scale, room: f64) -> Ticks {
    let ticks = |most: usize| scale.ticks(most);
    let fits = |ticks: &Ticks| {
        let widest = ticks.major.iter().map(|(_, label)| width(label, TICK)).fold(0.0, f64::max);
        (widest + 7.0) * ticks.major.len() as f64 <= room
    };
    let most = (room / 24.0) as usize;
    (2..=most.clamp(2, 8)).rev().map(ticks).find(fits).unwrap_or_else(|| ticks(2))
}

/// The names along y, of bars that have names.
fn names(panel: &Panel) -> Option<Vec<String>> {
    panel.layers.iter().find_map(|layer| match &layer.shape {
        Shape::Rows(rows) => Some(rows.iter().map(|(name, _)| name.clone()).collect()),
        _ => None,
    })
}

/// How much room there is beyond the data along x and along y.
fn rooms(panel: &Panel) -> (Room, Room) {
    let has = |what: fn(&Shape) -> bool| panel.layers.iter().any(|layer| what(&layer.shape));
    if has(|shape| matches!(shape, Shape::Map { .. })) {
        (Room::Tight, Room::Tight)
    } else if has(|shape| matches!(shape, Shape::Rows(_))) {
        (Room::Zero, Room::Tight)
    } else if has(|shape| matches!(shape, Shape::Bars { .. })) {
        (Room::Tight, Room::Zero)
    } else if has(|shape| matches!(shape, Shape::Line(points) if points.len() <= MOST_MARKS))
        || has(|shape| matches!(shape, Shape::Dots(_)))
    {
        (Room::Marks, Room::Zero)
    } else {
        (Room::Tight, Room::Zero)
    }
}

/// The least and the largest value along an axis.
fn extent(panel: &Panel, along_x: bool) -> (f64, f64) {
    let log = if along_x { panel.x.log } else { panel.y.log };
    let mut range = (f64::INFINITY, f64::NEG_INFINITY);
    let mut add = |value: f64| {
        // Where an error bar goes to zero there is no logarithm.
        if value.is_finite() && (!log || value > 0.0) {
            range = (range.0.min(value), range.1.max(value));
        }
    };
    let curves = panel.layers.iter().all(|layer| matches!(layer.shape, Shape::Curve(_)));
    for layer in &panel.layers {
        match &layer.shape {
            Shape::Curve(_) if !curves => {}
            Shape::Line(points) | Shape::Curve(points) | Shape::Dots(points) => {
                for point in points {
                    match along_x {
                        true => add(point.x),
                        false => point.ends().into_iter().for_each(&mut add),
                    }
                }
            }
            Shape::Bars { edges, heights } => match along_x {
                true => edges.iter().copied().for_each(&mut add),
                false => heights.iter().copied().chain([0.0]).for_each(&mut add),
            },
            Shape::Rows(rows) => match along_x {
                true => rows.iter().map(|(_, value)| *value).chain([0.0]).for_each(&mut add),
                false => [0.0, rows.len() as f64].into_iter().for_each(&mut add),
            },
            Shape::Map { xs, ys, .. } => {
                let edges = if along_x { xs } else { ys };
                edges.iter().copied().for_each(&mut add);
            }
        }
    }
    if range.0 > range.1 { (0.0, 1.0) } else { range }
}
