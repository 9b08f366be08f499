//! Shapes of well-known text (WKT, ISO 19125): lines are chains of walls, polygons with holes are several polygons.
//! One geometry after the other.

use std::str::FromStr;

use wkt::Wkt;
use wkt::types::{Coord, LineString};

use super::{Outline, Said};
use crate::human;

/// How deep collections may lie in one another.
const DEEPEST: usize = 16;

/// The outlines of a text.
pub(super) fn read(text: &str) -> Result<Vec<(Outline, Said)>, String> {
    // The crate reads one geometry and passes over what follows, so geometries are parted here.
    let (mut all, mut depth, mut begin) = (Vec::new(), 0usize, 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 0 => {
                return Err(of_line(text, at, "a bracket is closed that was not opened"));
            }
            b')' => depth -= 1,
            _ => continue,
        }
        if depth > DEEPEST {
            // The reader of a geometry calls itself for what lies within.
            return Err(of_line(
                text,
                at,
                &format!("brackets are deep: at most {DEEPEST} are read"),
            ));
        }
        if depth == 0 {
            let geometry = text[begin..=at].trim_start();
            let start = at + 1 - geometry.len();
            let taken = parse(geometry).and_then(|geometry| take(&geometry, &mut all));
            taken.map_err(|problem| of_line(text, start, &problem))?;
            begin = at + 1;
        }
    }
    let rest = text[begin..].trim_start();
    let problem = match (rest.is_empty(), depth) {
        (true, _) => return Ok(all),
        (false, 0) => "there is no geometry",
        (false, _) => "a bracket is not closed",
    };
    Err(of_line(text, text.len() - rest.len(), problem))
}

/// A problem with the line that a byte is in.
fn of_line(text: &str, at: usize, problem: &str) -> String {
    let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
    format!("line {line}: {problem}")
}

fn parse(text: &str) -> Result<Wkt<f64>, String> {
    if text.split(|c: char| !c.is_ascii_alphabetic()).any(|word| word.eq_ignore_ascii_case("empty"))
    {
        return Err("an empty geometry is no shape: leave it out".to_string());
    }
    Wkt::from_str(text).map_err(|error| format!("not WKT: {}", human::shown(error)))
}

fn take(geometry: &Wkt<f64>, all: &mut Vec<(Outline, Said)>) -> Result<(), String> {
    let mut put = |outline| all.push((outline, Said::default()));
    match geometry {
        Wkt::LineString(line) => put(Outline::Chain(places(line))),
        Wkt::MultiLineString(lines) => {
            lines.line_strings().iter().for_each(|line| put(Outline::Chain(places(line))));
        }
        Wkt::Polygon(polygon) => {
            for line in polygon.rings() {
                put(ring(places(line))?);
            }
        }
        Wkt::MultiPolygon(polygons) => {
            for line in polygons.polygons().iter().flat_map(|polygon| polygon.rings()) {
                put(ring(places(line))?);
            }
        }
        Wkt::GeometryCollection(collection) => {
            for geometry in collection.geometries() {
                take(geometry, all)?;
            }
        }
        Wkt::Point(_) | Wkt::MultiPoint(_) => {
            return Err("a point is no shape: it must be a line or a polygon".to_string());
        }
    }
    Ok(())
}

fn places(line: &LineString<f64>) -> Vec<Vec<f64>> {
    let place = |at: &Coord<f64>| [at.x, at.y].into_iter().chain(at.z).collect();
    line.coords().iter().map(place).collect()
}

/// A ring, whose last place is its first one.
pub(super) fn ring(mut places: Vec<Vec<f64>>) -> Result<Outline, String> {
    if places.len() < 4 || places.first() != places.last() {
        return Err(
            "a ring of a polygon must have at least 4 places and end where it begins".into()
        );
    }
    places.pop();
    Ok(Outline::Polygon(places))
}
