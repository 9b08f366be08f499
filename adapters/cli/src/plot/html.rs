//! One page with all panels, which tells values to those who point at them.
//!
//! Nothing in it comes from elsewhere: pictures are SVG, and the script is a few lines.

use serde_json::{Value, json};

use super::figure;
use super::panel::Panel;
use super::svg::Length;
use super::text::escaped;
use crate::args::Size;

/// The frame of the page.
const PAGE: &str = include_str!("page.html");

/// Writes the page.
pub(super) fn page(panels: &[Panel], title: Option<&str>, files: &[String]) -> String {
    let mut cards = String::new();
    for (number, panel) in panels.iter().enumerate() {
        let drawn = figure::draw(std::slice::from_ref(panel), None, Size::COLUMN);
        // Ids must differ within the page.
        let svg = drawn.svg.replace("clip-0", &format!("clip-{number}"));
        let svg = svg.replace("panel-0", &format!("panel-{number}"));
        let layers = drawn.hits.iter().flatten().map(|hit| {
            let place =
                |(x, y, text): &(f64, f64, String)| json!([number_of(*x), number_of(*y), text]);
            json!({ "name": hit.name, "places": hit.places.iter().map(place).collect::<Vec<_>>() })
        });
        let layers = Value::from(layers.collect::<Vec<_>>()).to_string();
        // What is in it must not end the script.
        let layers = layers.replace('<', "\\u003c");
        cards += &format!(
            "<figure>\n{svg}<script type=\"application/json\">{layers}</script>\n\
             <figcaption>{}</figcaption>\n</figure>\n",
            escaped(&match &panel.of {
                Some(file) => format!("{file}: {}", panel.name),
                None => panel.name.clone(),
            })
        );
    }
    let title = title.map_or_else(|| files.join(", "), ToString::to_string);
    PAGE.replace("{title}", &escaped(&title)).replace("{figures}", &cards)
}

/// A length with two decimals, as in the picture.
fn number_of(length: f64) -> Value {
    Length(length).to_string().parse::<f64>().map_or(Value::Null, Value::from)
}
