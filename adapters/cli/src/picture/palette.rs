//! Reduces a picture to 256 colours, which makes its file several times smaller.
//!
//! The colours begin as one box. Again and again the box whose colours differ most, all its pixels
//! counted, is split at its mean, across the axis along which they do. Each box becomes its mean
//! colour.
//!
//! Reference: P. Heckbert, "Color image quantization for frame buffer display", 1982,
//! doi:10.1145/965145.801294; with variance in place of extent.

/// The most colours.
const COLOURS: usize = 256;

/// How many bits of each channel tell colours apart.
const BITS: u32 = 6;

/// A picture as numbers of colours.
pub(super) struct Indexed {
    /// Red, green and blue of each colour.
    pub(super) palette: Vec<u8>,
    /// The number of the colour of each pixel.
    pub(super) pixels: Vec<u8>,
}

/// Reduces red, green and blue of each pixel.
pub(super) fn reduce(rgb: &[u8]) -> Indexed {
    let mut tones = vec![Tone::default(); 1 << (3 * BITS)];
    for pixel in rgb.chunks_exact(3) {
        let tone = &mut tones[place(pixel)];
        tone.count += 1.0;
        tone.sum.iter_mut().zip(pixel).for_each(|(sum, part)| *sum += f64::from(*part));
    }
    let mut used: Vec<(usize, Tone)> =
        tones.into_iter().enumerate().filter(|(_, tone)| tone.count > 0.0).collect();
    let mut number = vec![0u8; 1 << (3 * BITS)];
    let mut palette = Vec::with_capacity(3 * COLOURS);
    for (colour, tones) in split(&mut used).into_iter().enumerate() {
        let mean = Spread::of(tones).mean;
        palette.extend(mean.map(|part| part.round() as u8));
        tones.iter().for_each(|(place, _)| number[*place] = colour as u8);
    }
    let pixels = rgb.chunks_exact(3).map(|pixel| number[place(pixel)]).collect();
    Indexed { palette, pixels }
}

/// Splits colours into at most [`COLOURS`] boxes.
fn split(tones: &mut [(usize, Tone)]) -> Vec<&mut [(usize, Tone)]> {
    let mut boxes = vec![(Spread::of(tones), tones)];
    while boxes.len() < COLOURS {
        let widest = (0..boxes.len()).max_by(|a, b| boxes[*a].0.most.total_cmp(&boxes[*b].0.most));
        let Some(widest) = widest.filter(|at| boxes[*at].0.most > 0.0) else { break };
        let (Spread { mean, axis, .. }, tones) = boxes.swap_remove(widest);
        tones.sort_by(|(_, a), (_, b)| a.mean(axis).total_cmp(&b.mean(axis)));
        let middle = tones.partition_point(|(_, tone)| tone.mean(axis) <= mean[axis]);
        // Rounding may put the mean past all of them.
        let (low, high) = tones.split_at_mut(middle.clamp(1, tones.len() - 1));
        boxes.push((Spread::of(low), low));
        boxes.push((Spread::of(high), high));
    }
    boxes.into_iter().map(|(_, tones)| tones).collect()
}

/// Colours that are as good as one.
#[derive(Clone, Copy, Default)]
struct Tone {
    /// How many pixels.
    count: f64,
    /// The sums of their channels.
    sum: [f64; 3],
}

impl Tone {
    fn mean(&self, axis: usize) -> f64 {
        self.sum[axis] / self.count
    }
}

/// How the colours of a box differ.
struct Spread {
    mean: [f64; 3],
    /// The channel in which they differ most.
    axis: usize,
    /// The sum over pixels of the squared distance from the mean in that channel; 0 for one colour.
    most: f64,
}

impl Spread {
    fn of(tones: &[(usize, Tone)]) -> Self {
        let count: f64 = tones.iter().map(|(_, tone)| tone.count).sum();
        let total = |axis: usize| tones.iter().map(|(_, tone)| tone.sum[axis]).sum::<f64>();
        let mean: [f64; 3] = std::array::from_fn(|axis| total(axis) / count.max(1.0));
        let differ = |axis: usize| -> f64 {
            tones.iter().map(|(_, tone)| tone.count * (tone.mean(axis) - mean[axis]).powi(2)).sum()
        };
        let (axis, most) = (0..3)
            .map(|axis| (axis, differ(axis)))
            .fold((0, 0.0), |best, next| if next.1 > best.1 { next } else { best });
        Self { mean, axis, most: if tones.len() > 1 { most } else { 0.0 } }
    }
}

/// The tone of a pixel.
fn place(pixel: &[u8]) -> usize {
    pixel.iter().fold(0, |place, part| place << BITS | usize::from(part >> (8 - BITS)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(rgb: &[u8], indexed: &Indexed) -> u32 {
        let shown = |number: &u8| &indexed.palette[usize::from(*number) * 3..][..3];
        let pairs = rgb.chunks_exact(3).zip(indexed.pixels.iter().map(shown));
        pairs
            .flat_map(|(a, b)| a.iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(*b))))
            .max()
            .unwrap_or(0)
    }

    #[test]
    fn few_colours_stay_as_they_are() {
        let rgb: Vec<u8> = (0..200u8).flat_map(|i| [i / 8 * 8, 255 - i / 8 * 8, 7]).collect();
        let indexed = reduce(&rgb);
        assert_eq!(indexed.pixels.len(), 200);
        assert_eq!(indexed.palette.len(), 25 * 3);
        assert_eq!(error(&rgb, &indexed), 0);
    }

    #[test]
    fn many_colours_become_similar_ones() {
        // All shades of four hues: 1020 colours.
        let hues = [[1, 0, 0], [0, 1, 0], [0, 1, 1], [1, 0, 1]];
        let rgb: Vec<u8> = (0..=255u8)
            .flat_map(|shade| hues.into_iter().flat_map(move |hue| hue.map(|part| part * shade)))
            .collect();
        let indexed = reduce(&rgb);
        assert!(indexed.palette.len() <= 3 * COLOURS);
        assert!(error(&rgb, &indexed) <= 8, "{}", error(&rgb, &indexed));
    }

    #[test]
    fn nothing_gives_nothing() {
        assert!(reduce(&[]).pixels.is_empty());
    }
}
