//! Draws the world: every entity a soft light with a short tail against its heading.
//!
//! Lights add up, so that a crowd is brighter than its members; what is too bright for the screen
//! fades towards white. Colours are of the entity's tribe (or state, kind, group or species) if
//! it has one, else of its heading. A picture is for people: it is not part of any fingerprint.

mod canvas;
mod colour;

use flockwork_kernel::Edge;
use flockwork_kernel::columns::Column;
use flockwork_scheduler_native::{AnySimulation, Rows};

use crate::report::Report;
use crate::rows;
use canvas::Canvas;
use colour::Rgb;

/// The usual width, in pixels.
const WIDTH: f32 = 1600.0;

/// The most pixels a side may have.
const LONGEST: f32 = 2400.0;

/// The columns that may colour an entity, in order of preference.
const KINDS: [&str; 5] = ["tribe", "state", "kind", "species", "group"];

/// Checks that the entities of a model can be drawn.
pub(crate) fn check(schema: &[Column]) -> Result<(), String> {
    let fields = rows::fields(schema);
    let has = |name: &str| fields.iter().any(|field| field.name == name);
    if has("x") && has("y") {
        Ok(())
    } else {
        Err("--picture needs the columns `x` and `y`, which this model has not".to_string())
    }
}

/// The picture of a simulation as a PNG file.
pub(crate) fn png(simulation: &dyn AnySimulation, report: &Report) -> Result<Vec<u8>, String> {
    let scene = Scene::new(simulation);
    let canvas = scene.draw();
    let (width, height) = canvas.size();
    let mut bytes = Vec::new();
    let encode = |bytes: &mut Vec<u8>| {
        let mut encoder = png::Encoder::new(bytes, width as u32, height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.add_itxt_chunk("Software".to_string(), "flockwork".to_string())?;
        encoder.add_itxt_chunk(
            "Comment".to_string(),
            format!(
                "{}: {} entities of {} at tick {}, fingerprint {}",
                report.scenario,
                report.population,
                report.model,
                report.last_tick,
                report.fingerprint
            ),
        )?;
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&canvas.develop())?;
        writer.finish()
    };
    encode(&mut bytes).map_err(|error| format!("cannot make the picture: {error}"))?;
    Ok(bytes)
}

/// What is to be seen.
struct Scene {
    x: Vec<f32>,
    y: Vec<f32>,
    /// Velocities; empty if the model has none.
    vx: Vec<f32>,
    vy: Vec<f32>,
    /// Tribes; empty if the model has none.
    kind: Vec<f32>,
    /// Radii of bodies; empty if the model has none.
    radius: Vec<f32>,
    /// Left, bottom, width and height of what is shown.
    frame: [f32; 4],
    wraps: bool,
}

impl Scene {
    fn new(simulation: &dyn AnySimulation) -> Self {
        let rows = simulation.rows();
        let world = simulation.setup().world;
        let column = |name: &str| column(simulation.schema(), &rows, name).unwrap_or_default();
        let (x, y) = (column("x"), column("y"));
        let frame = match world.edge() {
            Edge::Torus | Edge::Walls => [0.0, 0.0, world.width(), world.height()],
            Edge::Open => crowd(&x, &y, world.width(), world.height()),
        };
        let kind = KINDS.iter().find_map(|name| self::column(simulation.schema(), &rows, name));
        Self {
            vx: column("vx"),
            vy: column("vy"),
            kind: kind.unwrap_or_default(),
            radius: column("radius"),
            frame,
            wraps: world.is_torus(),
            x,
            y,
        }
    }

    fn draw(&self) -> Canvas {
        let [left, bottom, wide, high] = self.frame;
        let (width, height) = pixels(wide, high);
        let scale = width / wide;
        let mut canvas = Canvas::new(width as usize, height as usize, self.wraps);
        let count = self.x.len().max(1) as f32;
        let spacing = (width * height / count).sqrt();
        let glow = (0.28 * spacing).clamp(0.55, 3.2);
        let mean_speed = mean_speed(&self.vx, &self.vy).max(f32::MIN_POSITIVE);
        for (i, (x, y)) in self.x.iter().zip(&self.y).enumerate() {
            let at = [(x - left) * scale, height - (y - bottom) * scale];
            let velocity = match (self.vx.get(i), self.vy.get(i)) {
                (Some(vx), Some(vy)) => [*vx, -*vy],
                _ => [0.0, 0.0],
            };
            let colour = self.colour(i, velocity);
            let body = self.radius.get(i).map_or(0.0, |radius| radius * scale);
            if body > 1.2 {
                canvas.disc(at, body, colour);
                continue;
            }
            let speed = velocity[0].hypot(velocity[1]);
            let tail = (1.1 * spacing * speed / mean_speed).min(3.0 * spacing).min(14.0);
            let back = if speed > 0.0 { tail / speed } else { 0.0 };
            canvas.comet(at, [-velocity[0] * back, -velocity[1] * back], glow, colour);
        }
        canvas.bloom((0.004 * width) as usize + 1);
        canvas
    }

    fn colour(&self, i: usize, velocity: [f32; 2]) -> Rgb {
        match self.kind.get(i) {
            Some(kind) => colour::of_kind(*kind as u32),
            None if velocity == [0.0, 0.0] => colour::of_kind(0),
            None => colour::of_heading(velocity[1].atan2(velocity[0])),
        }
    }
}

fn column(schema: &[Column], rows: &Rows, name: &str) -> Option<Vec<f32>> {
    let fields = rows::fields(schema);
    fields.iter().find(|field| field.name == name).map(|field| field.values(rows))
}

/// Where most of a crowd is, at least a tenth of the world: an open world has no frame.
fn crowd(x: &[f32], y: &[f32], width: f32, height: f32) -> [f32; 4] {
    let span = |values: &[f32], side: f32| {
        let mut sorted: Vec<f32> = values.iter().copied().filter(|v| v.is_finite()).collect();
        sorted.sort_by(f32::total_cmp);
        let last = sorted.len().saturating_sub(1);
        let (Some(low), Some(high)) = (sorted.get(last / 200), sorted.get(last - last / 200))
        else {
            return (0.0, side);
        };
        let length = ((high - low) * 1.08).max(0.1 * side);
        ((low + high - length) / 2.0, length)
    };
    let ((left, wide), (bottom, high)) = (span(x, width), span(y, height));
    [left, bottom, wide, high]
}

/// Whole pixels of the aspect of what is shown.
fn pixels(wide: f32, high: f32) -> (f32, f32) {
    let height = WIDTH * (high / wide);
    let shrink = (LONGEST / height).min(1.0);
    ((WIDTH * shrink).round().max(64.0), (height * shrink).round().max(64.0))
}

fn mean_speed(vx: &[f32], vy: &[f32]) -> f32 {
    let sum: f64 = vx.iter().zip(vy).map(|(vx, vy)| f64::from(vx.hypot(*vy))).sum();
    (sum / vx.len().max(1) as f64) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_have_the_aspect_of_the_world_within_limits() {
        assert_eq!(pixels(10.0, 10.0), (1600.0, 1600.0));
        assert_eq!(pixels(20.0, 10.0), (1600.0, 800.0));
        assert_eq!(pixels(10.0, 30.0), (800.0, 2400.0));
        assert_eq!(pixels(1000.0, 1.0), (1600.0, 64.0));
        assert_eq!(pixels(1.0, 1.0e6), (64.0, 2400.0));
    }

    #[test]
    fn an_open_world_is_framed_by_its_crowd() {
        let x: Vec<f32> = (0..1000).map(|i| i as f32).collect();
        let [left, _, wide, high] = crowd(&x, &vec![5.0; 1000], 100.0, 100.0);
        assert!(left < 10.0 && left + wide > 990.0, "{left} {wide}");
        assert_eq!(high, 10.0);
        assert_eq!(crowd(&[], &[], 7.0, 9.0), [0.0, 0.0, 7.0, 9.0]);
    }
}
