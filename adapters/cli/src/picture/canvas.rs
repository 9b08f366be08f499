//! Adds up light, and develops it to the bytes of a screen.

use super::colour::{Rgb, encode};

/// What the dark is made of, linear light.
const NIGHT: Rgb = [0.004, 0.005, 0.011];

/// How much light makes a pixel bright.
const EXPOSURE: f32 = 1.9;

/// The share of the bloom in the picture.
const BLOOM: f32 = 0.22;

/// Lights farther away, in pixels, are not drawn.
const FARTHEST: f32 = 1.0e6;

/// A picture in the making.
pub(super) struct Canvas {
    width: usize,
    height: usize,
    /// Whether what leaves on one side comes in on the other: along the width, and the height.
    wraps: [bool; 2],
    light: Vec<Rgb>,
    bloom: Vec<Rgb>,
}

impl Canvas {
    pub(super) fn new(width: usize, height: usize, wraps: [bool; 2]) -> Self {
        Self { width, height, wraps, light: vec![[0.0; 3]; width * height], bloom: Vec::new() }
    }

    pub(super) fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// Light over all of the picture: `colour` gives that of each pixel by column and row.
    pub(super) fn ground(&mut self, colour: impl Fn(usize, usize) -> Rgb) {
        for (at, pixel) in self.light.iter_mut().enumerate() {
            let more = colour(at % self.width, at / self.width);
            pixel.iter_mut().zip(more).for_each(|(light, part)| *light += part);
        }
    }

    /// A light of radius `glow` pixels with a tail that fades.
    pub(super) fn comet(&mut self, at: [f32; 2], tail: [f32; 2], glow: f32, colour: Rgb) {
        self.spot(at, glow, 1.0, colour);
        let steps = (tail[0].hypot(tail[1]) / (0.9 * glow)).min(12.0) as usize;
        for step in 1..=steps {
            let along = step as f32 / steps as f32;
            let faded = 0.5 * (1.0 - along) * (1.0 - along) + 0.03;
            let place = [at[0] + tail[0] * along, at[1] + tail[1] * along];
            self.spot(place, glow * (1.0 - 0.35 * along), faded, colour);
        }
    }

    /// A straight line, some pixels wide.
    pub(super) fn line(&mut self, from: [f32; 2], to: [f32; 2], colour: Rgb) {
        let way = [to[0] - from[0], to[1] - from[1]];
        // Lights that stand so close are one line; no side of a picture is longer than this.
        let steps = (way[0].hypot(way[1]) / 0.8).clamp(1.0, 8192.0) as usize;
        for step in 0..=steps {
            let share = step as f32 / steps as f32;
            self.spot([from[0] + way[0] * share, from[1] + way[1] * share], 0.9, 0.4, colour);
        }
    }

    /// A Gaussian light.
    fn spot(&mut self, at: [f32; 2], glow: f32, strength: f32, colour: Rgb) {
        if !at.iter().all(|place| place.abs() <= FARTHEST) {
            return;
        }
        let reach = (2.5 * glow).ceil();
        let sharp = -0.5 / (glow * glow);
        // The kernel is the product of one along x and one along y.
        let mut across = [0.0f32; 32];
        let first = [(at[0] - reach).floor(), (at[1] - reach).floor()];
        let count = (2.0 * reach) as usize + 2;
        for (i, weight) in across.iter_mut().enumerate().take(count) {
            let distance = first[0] + i as f32 + 0.5 - at[0];
            *weight = strength * (sharp * distance * distance).exp();
        }
        for j in 0..count {
            let distance = first[1] + j as f32 + 0.5 - at[1];
            let down = (sharp * distance * distance).exp();
            let Some(row) = self.place(first[1] as i64 + j as i64, 1) else { continue };
            for (i, weight) in across.iter().enumerate().take(count) {
                let Some(col) = self.place(first[0] as i64 + i as i64, 0) else {
                    continue;
                };
                self.add(row, col, weight * down, colour);
            }
        }
    }

    /// A body with a soft edge of one pixel.
    pub(super) fn disc(&mut self, at: [f32; 2], radius: f32, colour: Rgb) {
        let radius = radius.min(400.0);
        let low = |middle: f32| (middle - radius - 1.0).floor() as i64;
        let high = |middle: f32| (middle + radius + 1.0).ceil() as i64;
        for y in low(at[1])..high(at[1]) {
            let Some(row) = self.place(y, 1) else { continue };
            for x in low(at[0])..high(at[0]) {
                let Some(col) = self.place(x, 0) else { continue };
                let (dx, dy) = (x as f32 + 0.5 - at[0], y as f32 + 0.5 - at[1]);
                let distance = dx.hypot(dy);
                let cover = (radius - distance + 0.5).clamp(0.0, 1.0);
                if cover > 0.0 {
                    // Brighter towards the middle, so that bodies that touch stay apart.
                    let inside = distance / radius;
                    self.add(row, col, cover * (0.75 - 0.5 * inside * inside), colour);
                }
            }
        }
    }

    /// A ball in the light from above, which hides what is behind it.
    pub(super) fn ball(&mut self, at: [f32; 2], radius: f32, colour: Rgb) {
        let radius = radius.min(400.0);
        let low = |middle: f32| (middle - radius - 1.0).floor() as i64;
        let high = |middle: f32| (middle + radius + 1.0).ceil() as i64;
        for y in low(at[1])..high(at[1]) {
            let Some(row) = self.place(y, 1) else { continue };
            for x in low(at[0])..high(at[0]) {
                let Some(col) = self.place(x, 0) else { continue };
                let [dx, dy] = [x as f32 + 0.5 - at[0], y as f32 + 0.5 - at[1]];
                let distance = dx.hypot(dy);
                let cover = (radius - distance + 0.5).clamp(0.0, 1.0);
                let Some(pixel) = self.light.get_mut(row * self.width + col) else { continue };
                // How far its surface there is turned to the eye, and to the light at the upper left.
                let [across, down] = [dx / radius, dy / radius];
                let front = (1.0 - across * across - down * down).max(0.0).sqrt();
                let lit = (0.55 * front - 0.35 * across - 0.55 * down).max(0.0);
                for (light, part) in pixel.iter_mut().zip(colour) {
                    *light += cover * ((0.12 + 0.75 * lit) * part - *light);
                }
            }
        }
    }

    fn add(&mut self, row: usize, col: usize, strength: f32, colour: Rgb) {
        if let Some(pixel) = self.light.get_mut(row * self.width + col) {
            for (light, part) in pixel.iter_mut().zip(colour) {
                *light += strength * part;
            }
        }
    }

    /// A column (of axis 0) or a row (of axis 1), across the seam if the world has one.
    fn place(&self, at: i64, axis: usize) -> Option<usize> {
        let side = [self.width, self.height][axis] as i64;
        let at = if self.wraps[axis] { at.rem_euclid(side) } else { at };
        usize::try_from(at).ok().filter(|_| at < side)
    }

    /// Lets bright places shine over their surroundings.
    pub(super) fn bloom(&mut self, radius: usize) {
        let mut light = self.light.clone();
        // Three box blurs are nearly a Gaussian one.
        for _ in 0..3 {
            light = self.blur(&light, radius, 0);
            light = self.blur(&light, radius, 1);
        }
        self.bloom = light;
    }

    /// A running mean along all rows (axis 0) or columns (axis 1).
    fn blur(&self, from: &[Rgb], radius: usize, axis: usize) -> Vec<Rgb> {
        // `count` lines of `length` pixels, `step` apart in a line.
        let (step, length, next_line, count) = match axis {
            0 => (1, self.width, self.width, self.height),
            _ => (self.width, self.height, 1, self.width),
        };
        let radius = radius.min(length / 2 - 1);
        let share = 1.0 / (2 * radius + 1) as f32;
        let mut to = vec![[0.0; 3]; from.len()];
        for line in 0..count {
            let begin = line * next_line;
            let pixel = |at: i64| self.place(at, axis).map(|at| from[begin + at * step]);
            let mut sum = [0.0f32; 3];
            let change = |at: i64, sign: f32, sum: &mut Rgb| {
                if let Some(pixel) = pixel(at) {
                    sum.iter_mut().zip(pixel).for_each(|(sum, light)| *sum += sign * light);
                }
            };
            for at in -(radius as i64)..=radius as i64 {
                change(at, 1.0, &mut sum);
            }
            for at in 0..length {
                to[begin + at * step] = sum.map(|sum| sum.max(0.0) * share);
                change(at as i64 - radius as i64, -1.0, &mut sum);
                change(at as i64 + radius as i64 + 1, 1.0, &mut sum);
            }
        }
        to
    }

    /// The bytes of the picture: red, green, blue, from the top left.
    pub(super) fn develop(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.light.len() * 3);
        for (i, light) in self.light.iter().enumerate() {
            let around = self.bloom.get(i).copied().unwrap_or_default();
            let sum: Rgb = std::array::from_fn(|c| light[c] + BLOOM * around[c]);
            let shown = expose(sum);
            let night = 1.0 - shown.iter().fold(0.0f32, |most, part| most.max(*part));
            for (part, dark) in shown.into_iter().zip(NIGHT) {
                bytes.push(encode(part + dark * night));
            }
        }
        bytes
    }
}

#[cfg(test)]
impl Canvas {
    /// All light.
    pub(super) fn total(&self) -> f32 {
        self.light.iter().map(|light| light.iter().sum::<f32>() / 3.0).sum()
    }
}

/// Bends light into the range of a screen: the hue stays, but what is very bright turns white.
fn expose(light: Rgb) -> Rgb {
    let most = light.iter().fold(0.0f32, |most, part| most.max(*part));
    if most <= 0.0 {
        return [0.0; 3];
    }
    let bent = 1.0 - (-EXPOSURE * most).exp();
    light.map(|part| {
        let same_hue = part / most * bent;
        let to_white = 1.0 - (-EXPOSURE * part).exp();
        0.6 * same_hue + 0.4 * to_white
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(canvas: &Canvas) -> f32 {
        canvas.total()
    }

    #[test]
    fn a_light_keeps_its_strength_across_the_seam_and_loses_it_at_a_wall() {
        let mut middle = Canvas::new(64, 64, [true; 2]);
        middle.comet([32.0, 32.0], [0.0, 0.0], 2.0, [1.0; 3]);
        let mut corner = Canvas::new(64, 64, [true; 2]);
        corner.comet([0.0, 64.0], [0.0, 0.0], 2.0, [1.0; 3]);
        assert!((total(&middle) - total(&corner)).abs() < 1.0e-3);
        let mut wall = Canvas::new(64, 64, [false; 2]);
        wall.comet([0.0, 64.0], [0.0, 0.0], 2.0, [1.0; 3]);
        assert!((total(&wall) / total(&middle) - 0.25).abs() < 0.05);
    }

    #[test]
    fn nothing_outside_the_picture_is_drawn_and_nothing_panics() {
        let mut canvas = Canvas::new(64, 64, [false; 2]);
        for bad in [f32::NAN, f32::INFINITY, -1.0e30, 1.0e9] {
            canvas.comet([bad, 5.0], [1.0, 1.0], 3.2, [1.0; 3]);
            canvas.disc([5.0, bad], 3.0, [1.0; 3]);
        }
        canvas.bloom(3);
        assert_eq!(canvas.develop().len(), 64 * 64 * 3);
    }

    #[test]
    fn a_crowd_is_brighter_than_one_but_never_too_bright() {
        let (one, many) = (expose([0.5, 0.1, 0.1]), expose([50.0, 10.0, 10.0]));
        assert!(one[0] < many[0] && many.iter().all(|part| *part <= 1.0));
        assert!(many[1] > one[1] + 0.3);
    }
}
