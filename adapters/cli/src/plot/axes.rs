//! The frame of a panel: how large it is beside its labels, and its axes.

use super::look::{has_marks, shades};
use super::panel::{self, Layer, Panel, Shape};
use super::scale::{Room, Scale, Ticks, decade};
use super::svg::{Anchor, Frame, Path, Svg};
use super::text::width;

/// Sizes of text, in points: what journals ask for at the final size.
pub(super) const LABEL: f64 = 8.0;
pub(super) const TICK: f64 = 7.0;

/// The lines of frames and ticks.
const STROKE: &str = "fill=\"none\" stroke=\"#000\" stroke-width=\"0.6\"";

/// The lengths of ticks, which point inwards.
const MAJOR: f64 = 3.2;
const MINOR: f64 = 1.8;

/// The bar that tells the colours of a map: how far it stands from the frame, and how wide it is.
const BAR_GAP: f64 = 6.0;
const BAR: f64 = 7.0;

/// Where a panel is drawn.
#[derive(Clone, Debug)]
pub(super) struct Axes {
    pub(super) frame: Frame,
    pub(super) x: Ruler,
    pub(super) y: Ruler,
    pub(super) bar: Option<Bar>,
}

/// The bar that tells what the colours of a map mean.
#[derive(Clone, Debug)]
pub(super) struct Bar {
    frame: Frame,
    ruler: Ruler,
    /// Whether its colours are those around zero.
    pub(super) signed: bool,
}

/// An axis beside a frame.
#[derive(Clone, Debug)]
pub(super) struct Ruler {
    side: Side,
    scale: Scale,
    ticks: Ticks,
    label: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Side {
    Below,
    Left,
    Right,
}

impl Axes {
    /// Puts axes into a box, with so much room above them.
    pub(super) fn new(panel: &Panel, outer: &Frame, above: f64) -> Self {
        let bar = panel.layers.iter().find_map(Bar::of);
        let beside = bar.as_ref().map_or(0.0, |bar| BAR_GAP + BAR + bar.ruler.room());
        let mut x = Ruler::new(Side::Below, &panel.x, scale(panel, true));
        let mut y = Ruler::new(Side::Left, &panel.y, scale(panel, false));
        y.fit(outer.height);
        if let Some(names) = panel.layers.iter().find_map(names) {
            y.ticks = names;
        }
        let left = y.room();
        x.fit(outer.width - left - 8.0 - beside);
        // The last label is centred on its tick.
        let right = x.ticks.major.last().map_or(0.0, |(_, label)| width(label, TICK) / 2.0);
        let top = above + if y.ticks.power == 0 { 6.0 } else { TICK + 5.0 };
        let mut frame = Frame {
            x: outer.x + left,
            y: outer.y + top,
            width: (outer.width - left - (right + 2.0).max(5.0) - beside).max(10.0),
            height: (outer.height - top - x.room()).max(10.0),
        };
        if panel.equal {
            let each = (x.scale.span() / frame.width).max(y.scale.span() / frame.height);
            if panel.x.range.is_some() && panel.y.range.is_some() {
                // The world has an end: the frame shrinks to it.
                let (wide, high) = (x.scale.span() / each, y.scale.span() / each);
                let x = frame.x + (frame.width - wide) / 2.0;
                frame = Frame { x, width: wide, height: high, ..frame };
            } else {
                x.scale.widen(each * frame.width - x.scale.span());
                y.scale.widen(each * frame.height - y.scale.span());
            }
            x.fit(frame.width);
            y.fit(frame.height);
        }
        let bar = bar.map(|bar| bar.beside(&frame));
        Self { frame, x: x.along(&frame), y: y.along(&frame), bar }
    }

    /// Where a pair of values is in the figure.
    pub(super) fn at(&self, x: f64, y: f64) -> (f64, f64) {
        (self.x.at(x), self.y.at(y))
    }

    /// Draws the frame, its ticks and all labels.
    pub(super) fn draw(&self, svg: &mut Svg) {
        svg.open("class=\"axes\"");
        svg.rect(&self.frame, STROKE);
        self.x.draw(&self.frame, svg);
        self.y.draw(&self.frame, svg);
        svg.close();
        if let Some(bar) = &self.bar {
            bar.draw(svg);
        }
    }
}

impl Bar {
    fn of(layer: &Layer) -> Option<Self> {
        let Shape::Map { values, label, .. } = &layer.shape else { return None };
        let finite = values.iter().copied().filter(|value| value.is_finite());
        let (low, high) = panel::range(finite)?;
        let signed = low < 0.0 && high > 0.0;
        let most = low.abs().max(high.abs());
        let range = if signed { (-most, most) } else { (low, high) };
        let axis = panel::Axis::new(label.clone());
        let scale = Scale::new(&axis, range, Room::Tight);
        let mut ruler = Ruler::new(Side::Right, &axis, scale);
        ruler.ticks = ruler.scale.ticks(5);
        Some(Self { frame: Frame::default(), ruler, signed })
    }

    /// Puts it to the right of a frame.
    fn beside(self, frame: &Frame) -> Self {
        let frame = Frame { x: frame.right() + BAR_GAP, width: BAR, ..*frame };
        Self { frame, ruler: self.ruler.along(&frame), ..self }
    }

    /// The values with the first and the last colour.
    pub(super) fn ends(&self) -> (f64, f64) {
        self.ruler.scale.ends()
    }

    fn draw(&self, svg: &mut Svg) {
        svg.open("class=\"bar\"");
        let shades = shades(self.signed);
        let height = self.frame.height / shades.len() as f64;
        for (number, shade) in shades.iter().enumerate() {
            let y = self.frame.bottom() - (number + 1) as f64 * height;
            let part = Frame { y, height: height + 0.2, ..self.frame };
            svg.rect(&part, &format!("fill=\"{shade}\""));
        }
        svg.rect(&self.frame, STROKE);
        self.ruler.draw(&self.frame, svg);
        svg.close();
    }
}

impl Ruler {
    fn new(side: Side, axis: &panel::Axis, scale: Scale) -> Self {
        Self { side, scale, ticks: Ticks::default(), label: axis.label.clone() }
    }

    /// Takes as many ticks as have room for their labels.
    fn fit(&mut self, room: f64) {
        if self.side != Side::Below {
            self.ticks = self.scale.ticks((room / 25.0) as usize);
            return;
        }
        let most = ((room / 24.0) as usize).clamp(2, 8);
        for most in (2..=most).rev() {
            self.ticks = self.scale.ticks(most);
            if (self.widest() + 7.0) * self.ticks.major.len() as f64 <= room {
                return;
            }
        }
    }

    /// The width of the widest label of a tick.
    fn widest(&self) -> f64 {
        let widths = self.ticks.major.iter().map(|(_, label)| width(label, TICK));
        widths.fold(0.0, f64::max)
    }

    /// How much room it needs beside the frame.
    fn room(&self) -> f64 {
        let label = |gap: f64| if self.label.is_empty() { 0.0 } else { LABEL + gap };
        match self.side {
            Side::Below => label(4.0) + TICK + 6.0,
            Side::Left => label(4.0) + self.widest() + 5.0,
            Side::Right => label(3.0) + self.widest() + 4.0,
        }
    }

    /// Puts it along a frame.
    fn along(mut self, frame: &Frame) -> Self {
        self.scale = match self.side {
            Side::Below => self.scale.between(frame.x, frame.right()),
            // Names are read from the top down.
            _ if self.ticks.are_names => self.scale.between(frame.y, frame.bottom()),
            _ => self.scale.between(frame.bottom(), frame.y),
        };
        self
    }

    /// Where a value is.
    pub(super) fn at(&self, value: f64) -> f64 {
        self.scale.at(value)
    }

    fn draw(&self, frame: &Frame, svg: &mut Svg) {
        let ticks = &self.ticks;
        let major = ticks.major.iter().map(|(value, _)| (*value, MAJOR));
        let minor = ticks.minor.iter().map(|value| (*value, MINOR));
        let mut path = Path::default();
        for (value, length) in major.chain(minor).filter(|_| !ticks.are_names) {
            self.tick(self.at(value), length, frame, &mut path);
        }
        svg.path(&path, STROKE);
        for (value, text) in &ticks.major {
            let (at, line) = (self.at(*value), self.at(*value) + 0.36 * TICK);
            let (place, anchor) = match self.side {
                Side::Below => ((at, frame.bottom() + TICK + 3.0), Anchor::Middle),
                Side::Left => ((frame.x - 3.0, line), Anchor::End),
                Side::Right => ((frame.right() + 4.0, line), Anchor::Start),
            };
            svg.text(place, TICK, anchor, text);
        }
        let factor = match ticks.power {
            0 => String::new(),
            power => format!("×{}", decade(power)),
        };
        let (across, down) = frame.middle();
        if self.side == Side::Below {
            let line = frame.bottom() + TICK + LABEL + 6.0;
            svg.text((across, line), LABEL, Anchor::Middle, &self.label);
            svg.text((frame.right(), line), TICK, Anchor::End, &factor);
        } else {
            let right = match self.side {
                Side::Right => frame.right() + self.widest() + LABEL + 5.0,
                _ => frame.x - self.widest() - 7.0,
            };
            svg.upright((right, down), LABEL, &self.label);
            svg.text((frame.x, frame.y - 3.0), TICK, Anchor::Start, &factor);
        }
    }

    /// A tick at both sides of the frame, inwards; at a bar at the outside alone.
    fn tick(&self, at: f64, length: f64, frame: &Frame, path: &mut Path) {
        let (right, bottom) = (frame.right(), frame.bottom());
        match self.side {
            Side::Below => {
                path.add([(at, bottom), (at, bottom - length)]);
                path.add([(at, frame.y), (at, frame.y + length)]);
            }
            Side::Left => {
                path.add([(frame.x, at), (frame.x + length, at)]);
                path.add([(right, at), (right - length, at)]);
            }
            Side::Right => path.add([(right, at), (right + 0.75 * length, at)]),
        }
    }
}

/// The names along y, of bars that have names.
fn names(layer: &Layer) -> Option<Ticks> {
    let Shape::Rows(rows) = &layer.shape else { return None };
    let middle = |(at, (name, _)): (usize, &(String, f64))| (at as f64 + 0.5, name.clone());
    let major = rows.iter().enumerate().map(middle).collect();
    Some(Ticks { major, are_names: true, ..Ticks::default() })
}

/// The scale along x or y, with as much room beyond the data as its kind needs.
fn scale(panel: &Panel, along_x: bool) -> Scale {
    let axis = if along_x { &panel.x } else { &panel.y };
    let has = |what: fn(&Shape) -> bool| panel.layers.iter().any(|layer| what(&layer.shape));
    let rooms = if has(|shape| matches!(shape, Shape::Map { .. })) {
        (Room::Tight, Room::Tight)
    } else if has(|shape| matches!(shape, Shape::Rows(_))) {
        (Room::Zero, Room::Tight)
    } else if has(|shape| has_marks(shape) || matches!(shape, Shape::Dots(_)))
        && !has(|shape| matches!(shape, Shape::Bars { .. }))
    {
        (Room::Marks, Room::Zero)
    } else {
        (Room::Tight, Room::Zero)
    };
    Scale::new(axis, panel.extent(along_x), if along_x { rooms.0 } else { rooms.1 })
}
