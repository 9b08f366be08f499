//! Draws a world in space: a perspective on its box, whose edges are drawn faintly. What is farther
//! away is smaller, darker and bluer, as through haze; bodies hide what is behind them.

use super::camera::{At, Camera, Seen, edges_along};
use super::canvas::Canvas;
use super::colour::Rgb;
use super::look::Look;
use super::pixels;

/// The light of the haze.
const HAZE: Rgb = [0.05, 0.09, 0.17];

/// How much of it lies before the farthest corner of the box.
const DENSITY: f32 = 2.4;

/// How bright the edges of the box are.
const FRAME: f32 = 0.05;

/// The largest and smallest light that is drawn, in pixels.
const GLOW: (f32, f32) = (0.5, 5.5);

/// What is to be seen.
pub(super) struct Spatial<'a> {
    pub(super) places: &'a [At],
    pub(super) look: &'a Look,
    /// The corner of the box where all coordinates are least, and its lengths.
    pub(super) low: At,
    pub(super) size: At,
    /// Whether each axis has ends.
    pub(super) bounded: [bool; 3],
}

impl Spatial<'_> {
    pub(super) fn draw(&self) -> Canvas {
        let (camera, [wide, high]) = Camera::new(self.low, self.size);
        let (width, height) = pixels(wide, high);
        let camera = camera.fit(self.low, self.size, [width, height]);
        let mut canvas = Canvas::new(width as usize, height as usize, [false; 2]);
        self.frame(&camera, &mut canvas);
        let mut seen: Vec<(usize, Seen)> = self
            .places
            .iter()
            .enumerate()
            .filter_map(|(i, place)| Some((i, camera.see(*place)?)))
            .collect();
        // Bodies are drawn over those behind them.
        seen.sort_by(|(_, a), (_, b)| b.depth.total_cmp(&a.depth));
        let count = seen.len().max(1) as f32;
        let spacing = (width * height / count).sqrt();
        let middle = camera.see(std::array::from_fn(|axis| self.low[axis] + self.size[axis] / 2.0));
        let usual = middle.map_or(1.0, |middle| middle.scale);
        let mean_speed = self.look.mean_speed().max(f32::MIN_POSITIVE);
        for (i, Seen { at, scale, depth }) in seen {
            let velocity = self.look.heading(i);
            let speed = velocity.iter().map(|part| part * part).sum::<f32>().sqrt();
            // Where it was: the tail, and what its heading is in the picture.
            let back =
                (1.1 * spacing / mean_speed).min(14.0 / speed.max(f32::MIN_POSITIVE)) / usual;
            let before = std::array::from_fn(|axis| self.places[i][axis] - velocity[axis] * back);
            let tail = camera
                .see(before)
                .map_or([0.0; 2], |seen| [seen.at[0] - at[0], seen.at[1] - at[1]]);
            let near = (-DENSITY * depth.max(-0.5)).exp();
            let colour = hazy(self.look.colour(i, [-tail[0], tail[1]]), near);
            let body = self.look.radius(i) * scale;
            if body > 1.2 {
                canvas.ball(at, body, colour);
                continue;
            }
            let glow = (0.28 * spacing * scale / usual).clamp(GLOW.0, GLOW.1);
            canvas.comet(at, tail, glow, colour);
        }
        canvas.bloom((0.004 * width) as usize + 1);
        canvas
    }

    /// The edges of the box, where it has two sides that meet.
    fn frame(&self, camera: &Camera, canvas: &mut Canvas) {
        for axis in 0..3 {
            if (0..3).any(|other| other != axis && !self.bounded[other]) {
                continue;
            }
            for (from, to) in edges_along(self.low, self.size, axis) {
                let ends = camera.see(from).zip(camera.see(to));
                let Some((from, to)) = ends else { continue };
                let (dx, dy) = (to.at[0] - from.at[0], to.at[1] - from.at[1]);
                let steps = dx.hypot(dy).ceil().max(1.0);
                for step in 0..=steps as u32 {
                    let along = step as f32 / steps;
                    let near = (-DENSITY * (from.depth + (to.depth - from.depth) * along)).exp();
                    let at = [from.at[0] + dx * along, from.at[1] + dy * along];
                    canvas.comet(at, [0.0; 2], 0.6, [FRAME * (0.3 + near); 3]);
                }
            }
        }
    }
}

/// A colour behind haze, of which this share comes through.
fn hazy(colour: Rgb, share: f32) -> Rgb {
    let share = share.min(1.4);
    std::array::from_fn(|part| colour[part] * share + HAZE[part] * (1.0 - share).max(0.0) * 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(places: &[At], bounded: [bool; 3]) -> Canvas {
        let look = Look::plain();
        Spatial { places, look: &look, low: [0.0; 3], size: [10.0; 3], bounded }.draw()
    }

    #[test]
    fn what_is_nearer_is_brighter_and_the_box_has_edges() {
        let light = |canvas: &Canvas| canvas.total();
        let empty = light(&drawn(&[], [false; 3]));
        assert_eq!(empty, 0.0);
        let frame = light(&drawn(&[], [true; 3]));
        assert!(frame > 0.0);
        // Without ends along y and z there are no two sides that meet.
        assert_eq!(light(&drawn(&[], [true, false, false])), 0.0);
        let near = light(&drawn(&[[9.0, 9.0, 9.0]], [false; 3]));
        let far = light(&drawn(&[[1.0, 1.0, 1.0]], [false; 3]));
        assert!(near > 1.5 * far && far > 0.0, "{near} {far}");
    }
}
