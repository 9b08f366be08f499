//! Shapes of well-known text (WKT, ISO 19125): lines are chains of walls, polygons with holes are several polygons.
//! One geometry in a line, or one in the whole text.

use std::str::FromStr;

use wkt::Wkt;
use wkt::types::{Coord, LineString};

use super::{Outline, Said};
use crate::human;

/// How deep collections may lie in one another.
const DEEPEST: usize = 16;

/// The outlines of a text.
pub(super) fn read(text: &str) -> Result<Vec<(Outline, Said)>, String> {
    // The reader of a geometry calls itself for what lies within.
    let (mut depth, mut deepest) = (0usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = depth.max(deepest);
    }
    if deepest > DEEPEST {
        return Err(format!("brackets are {deepest} deep: at most {DEEPEST} are read"));
    }
    let mut all = Vec::new();
    if let Ok(geometry) = parse(text) {
        take(&geometry, &mut all)?;
        return Ok(all);
    }
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let of_line = |problem: String| format!("line {}: {problem}", number + 1);
        let geometry = parse(line).map_err(of_line)?;
        take(&geometry, &mut all).map_err(of_line)?;
    }
    Ok(all)
}

fn parse(text: &str) -> Result<Wkt<f64>, String> {
    Wkt::from_str(text.trim()).map_err(|error| format!("not WKT: {}", human::shown(error)))
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
