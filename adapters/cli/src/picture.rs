//! Draws the world: every entity a soft light with a short tail against its heading.
//!
//! Lights add up, so that a crowd is brighter than its members; what is too bright for the screen
//! fades towards white. Colours are of the entity's tribe (or state, kind, group or species) if
//! it has one, else of its heading. Discs and molecules are drawn as bodies, coloured by speed and
//! by potential energy. Fields lie under them in a flat world, the brighter the more there is. A world in space is seen in perspective. A picture is for people: it is not part of any fingerprint.

mod camera;
mod canvas;
mod colour;
mod ground;
mod look;
mod palette;
mod shapes;
mod space;

use flockwork_kernel::columns::Column;
use flockwork_kernel::shapes::Piece;
use flockwork_kernel::{Plane, World};
use flockwork_scheduler::FieldNow;
use flockwork_scheduler_native::{AnySimulation, RunError};

use crate::report::Report;
use crate::rows;
use camera::At;
use canvas::Canvas;
use look::Look;
use space::Spatial;

/// The usual width, in pixels.
const WIDTH: f32 = 1600.0;

/// The most pixels a side may have.
const LONGEST: f32 = 2400.0;

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
    let scene = Scene::new(simulation, report).map_err(|error| error.to_string())?;
    let canvas = scene.draw();
    let (width, height) = canvas.size();
    let indexed = palette::reduce(&canvas.develop());
    let mut bytes = Vec::new();
    let encode = |bytes: &mut Vec<u8>| {
        let mut encoder = png::Encoder::new(bytes, width as u32, height as u32);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_palette(&indexed.palette[..]);
        encoder.set_compression(png::Compression::High);
        // Neighbouring numbers of colours have nothing in common.
        encoder.set_filter(png::Filter::NoFilter);
        encoder.add_itxt_chunk("Software".to_string(), "flockwork".to_string())?;
        encoder.add_itxt_chunk(
            "Comment".to_string(),
            format!(
                "{}: {} entities of {} at tick {}, fingerprint {}, {}",
                report.scenario,
                report.population,
                report.model,
                report.last_tick,
                report.fingerprint,
                scene.extent()
            ),
        )?;
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&indexed.pixels)?;
        writer.finish()
    };
    encode(&mut bytes).map_err(|error| format!("cannot make the picture: {error}"))?;
    Ok(bytes)
}

/// What is to be seen.
struct Scene {
    /// Along x, y and, in space, z.
    places: Vec<At>,
    look: Look,
    /// Where what is shown begins along each axis, and how far it goes.
    low: At,
    size: At,
    world: World,
    /// The fields of a flat world.
    ground: Vec<FieldNow>,
    /// What stands in it, with its colour.
    shapes: Vec<(Piece<Plane>, colour::Rgb)>,
}

impl Scene {
    fn new(simulation: &dyn AnySimulation, report: &Report) -> Result<Self, RunError> {
        let (rows, schema) = (simulation.rows()?, simulation.schema());
        let world = simulation.setup().world;
        let places = rows::places(schema, &rows, &world);
        let (mut low, mut size) = (At::default(), At::default());
        for (at, axis) in world.axes().iter().enumerate() {
            (low[at], size[at]) = match axis.is_open() {
                true => crowd(places.iter().map(|place| place[at]), axis.length),
                false => (0.0, axis.length),
            };
        }
        let look = Look::new(schema, &rows, report);
        let shapes = shapes::of(report, &simulation.params()?, &world);
        let ground = if world.is_space() { Vec::new() } else { simulation.fields()? };
        Ok(Self { places, look, low, size, world, ground, shapes })
    }

    /// What is shown, in the coordinates of tables.
    fn extent(&self) -> String {
        let axes = World::COORDINATES.into_iter().take(self.world.axes().len());
        let each = axes.enumerate().map(|(axis, name)| {
            let low = self.world.origin()[axis] + f64::from(self.low[axis]);
            format!("{name} from {low} to {}", low + f64::from(self.size[axis]))
        });
        each.collect::<Vec<_>>().join(", ")
    }

    fn draw(&self) -> Canvas {
        let Self { places, look, low, size, world, .. } = self;
        if !world.is_space() {
            return self.draw_plane();
        }
        let bounded = std::array::from_fn(|axis| !world.axes()[axis].is_open());
        Spatial { places, look, low: *low, size: *size, bounded }.draw()
    }

    fn draw_plane(&self) -> Canvas {
        let ([left, bottom, _], [wide, high, _]) = (self.low, self.size);
        let (width, height) = pixels(wide, high);
        let scale = width / wide;
        let wraps = [self.world.x(), self.world.y()].map(|axis| axis.is_periodic());
        let mut canvas = Canvas::new(width as usize, height as usize, wraps);
        let count = self.places.len().max(1) as f32;
        let spacing = (width * height / count).sqrt();
        let glow = (0.28 * spacing).clamp(0.55, 3.2);
        let mean_speed = self.look.mean_speed().max(f32::MIN_POSITIVE);
        let pixel = |[x, y]: [f32; 2]| [(x - left) * scale, height - (y - bottom) * scale];
        for (number, field) in self.ground.iter().enumerate() {
            ground::draw(&mut canvas, field, number, &self.world, |[col, row]| {
                [left + col / scale, bottom + (height - row) / scale]
            });
        }
        shapes::draw(&mut canvas, &self.shapes, pixel);
        for (i, [x, y, _]) in self.places.iter().enumerate() {
            let at = pixel([*x, *y]);
            let [vx, vy, _] = self.look.heading(i);
            let colour = self.look.colour(i, [vx, vy]);
            let body = self.look.radius(i) * scale;
            if body > 1.2 {
                canvas.disc(at, body, colour);
                continue;
            }
            let speed = vx.hypot(vy);
            let tail = (1.1 * spacing * speed / mean_speed).min(3.0 * spacing).min(14.0);
            let back = if speed > 0.0 { tail / speed } else { 0.0 };
            canvas.comet(at, [-vx * back, vy * back], glow, colour);
        }
        canvas.bloom((0.004 * width) as usize + 1);
        canvas
    }
}

/// Where most of a crowd begins along an axis, and how far it goes, at least a tenth of the axis: an
/// open one has no frame.
fn crowd(values: impl Iterator<Item = f32>, length: f32) -> (f32, f32) {
    let mut sorted: Vec<f32> = values.filter(|value| value.is_finite()).collect();
    sorted.sort_by(f32::total_cmp);
    let last = sorted.len().saturating_sub(1);
    let (Some(low), Some(high)) = (sorted.get(last / 200), sorted.get(last - last / 200)) else {
        return (0.0, length);
    };
    let shown = ((high - low) * 1.08).max(0.1 * length);
    ((low + high - shown) / 2.0, shown)
}

/// Whole pixels of the aspect of what is shown.
fn pixels(wide: f32, high: f32) -> (f32, f32) {
    let height = WIDTH * (high / wide);
    let shrink = (LONGEST / height).min(1.0);
    ((WIDTH * shrink).round().max(64.0), (height * shrink).round().max(64.0))
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
    fn an_open_axis_is_framed_by_its_crowd() {
        let (left, wide) = crowd((0..1000).map(|i| i as f32), 100.0);
        assert!(left < 10.0 && left + wide > 990.0, "{left} {wide}");
        assert_eq!(crowd([5.0; 1000].into_iter(), 100.0), (0.0, 10.0));
        assert_eq!(crowd([].into_iter(), 7.0), (0.0, 7.0));
    }
}
