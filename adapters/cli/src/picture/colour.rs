//! Colours of equal lightness around the OKLab hue circle, as linear light.
//!
//! Reference: Björn Ottosson, "A perceptual color space for image processing", 2020.

use std::f32::consts::TAU;
use std::sync::OnceLock;

/// Linear red, green and blue.
pub(super) type Rgb = [f32; 3];

/// The colour of a tribe; neighbouring numbers are far apart.
pub(super) fn of_kind(kind: u32) -> Rgb {
    static KINDS: OnceLock<Vec<Rgb>> = OnceLock::new();
    let kinds = KINDS.get_or_init(|| {
        // The golden angle keeps any number of hues apart; the first is a clear blue.
        (0..64).map(|kind| hue(0.76, 0.15, 0.66 + 0.381_966 * kind as f32)).collect()
    });
    kinds[kind as usize % kinds.len()]
}

/// The colour of a heading in radians.
pub(super) fn of_heading(angle: f32) -> Rgb {
    static HEADINGS: OnceLock<Vec<Rgb>> = OnceLock::new();
    let headings = HEADINGS
        .get_or_init(|| (0..256).map(|step| hue(0.76, 0.14, step as f32 / 256.0)).collect());
    let turn = (angle / TAU).rem_euclid(1.0);
    headings[(turn * 256.0) as usize % headings.len()]
}

/// The colour from cold (0) over violet and red to warm (1): both lightness and hue say it.
pub(super) fn of_warmth(warmth: f32) -> Rgb {
    static WARMTHS: OnceLock<Vec<Rgb>> = OnceLock::new();
    let warmths = WARMTHS.get_or_init(|| {
        let step = |step: i32| {
            let at = step as f32 / 255.0;
            let chroma = 0.17 - 0.10 * (2.0 * at - 1.0).powi(2);
            hue(0.42 + 0.50 * at, chroma, 0.72 + 0.55 * at)
        };
        (0..256).map(step).collect()
    });
    warmths[(warmth.clamp(0.0, 1.0) * 255.0) as usize % warmths.len()]
}

/// A colour by lightness, chroma and hue (in turns), as far as a screen can show it.
fn hue(lightness: f32, chroma: f32, turn: f32) -> Rgb {
    let (sin, cos) = (turn * TAU).sin_cos();
    let (a, b) = (chroma * cos, chroma * sin);
    let l = (lightness + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
    let m = (lightness - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
    let s = (lightness - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
    [
        (4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s).clamp(0.0, 1.0),
        (-1.268_438 * l + 2.609_757_4 * m - 0.341_319_4 * s).clamp(0.0, 1.0),
        (-0.004_196_086 * l - 0.703_418_6 * m + 1.707_614_7 * s).clamp(0.0, 1.0),
    ]
}

/// Linear light from 0 to 1 as the byte a screen expects.
pub(super) fn encode(light: f32) -> u8 {
    let light = light.clamp(0.0, 1.0);
    let value =
        if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    (value * 255.0 + 0.5) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tribes_and_headings_can_be_told_apart() {
        let distance = |a: Rgb, b: Rgb| -> f32 { (0..3).map(|i| (a[i] - b[i]).abs()).sum() };
        for first in 0..6 {
            for second in 0..first {
                assert!(distance(of_kind(first), of_kind(second)) > 0.15, "{first} {second}");
            }
        }
        assert!(distance(of_heading(0.0), of_heading(TAU / 2.0)) > 0.5);
        assert_eq!(of_heading(-0.1), of_heading(TAU - 0.1));
        assert!(distance(of_warmth(0.0), of_warmth(0.5)) > 0.3);
        assert!(distance(of_warmth(0.5), of_warmth(1.0)) > 0.3);
        assert_eq!(of_warmth(f32::NAN), of_warmth(0.0));
        assert_eq!(of_heading(f32::NAN), of_heading(0.0));
    }

    #[test]
    fn light_is_encoded_from_black_to_white() {
        assert_eq!((encode(0.0), encode(1.0), encode(9.0), encode(f32::NAN)), (0, 255, 255, 0));
        assert_eq!(encode(0.214), 127);
    }
}
