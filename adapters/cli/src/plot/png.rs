//! An SVG document as a PNG picture of 300 dots per inch.

use std::sync::Arc;

use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{self, fontdb};

use super::figure::Figure;
use super::text::FONT;

/// Dots per inch: what journals ask for.
const DOTS: f64 = 300.0;

/// Points per inch.
const POINTS: f64 = 72.0;

/// The most dots a side may have.
const MOST: f64 = 16_000.0;

/// Draws a figure as a PNG picture. The only font is our own: it looks the same on every machine.
pub(super) fn encode(figure: &Figure) -> Result<Vec<u8>, String> {
    let scale = DOTS / POINTS;
    let [width, height] = [figure.width, figure.height].map(|length| (length * scale).round());
    if width.max(height) > MOST {
        return Err(format!("it would be {width} x {height} dots, more than {MOST} along a side"));
    }
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(FONT.to_vec());
    let options = usvg::Options { fontdb: Arc::new(fonts), ..usvg::Options::default() };
    let problem = |error: &dyn std::fmt::Display| format!("cannot make the picture: {error}");
    let tree = usvg::Tree::from_str(&figure.svg, &options).map_err(|error| problem(&error))?;
    let mut picture =
        Pixmap::new(width as u32, height as u32).ok_or_else(|| problem(&"no memory"))?;
    picture.fill(Color::WHITE);
    let size = tree.size();
    let fill = Transform::from_scale(width as f32 / size.width(), height as f32 / size.height());
    resvg::render(&tree, fill, &mut picture.as_mut());
    let mut bytes = Vec::new();
    let write = |bytes: &mut Vec<u8>| {
        let mut encoder = png::Encoder::new(bytes, picture.width(), picture.height());
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        let per_metre = (DOTS / 0.0254).round() as u32;
        encoder.set_pixel_dims(Some(png::PixelDimensions {
            xppu: per_metre,
            yppu: per_metre,
            unit: png::Unit::Meter,
        }));
        // Nothing shines through: the ground is white.
        let rgb: Vec<u8> =
            picture.data().chunks_exact(4).flat_map(|dot| [dot[0], dot[1], dot[2]]).collect();
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&rgb)?;
        writer.finish()
    };
    write(&mut bytes).map_err(|error: png::EncodingError| problem(&error))?;
    Ok(bytes)
}
