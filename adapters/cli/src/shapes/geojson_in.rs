//! Shapes of GeoJSON (RFC 7946): lines are chains of walls, polygons with holes are several polygons,
//! points with a property `radius` are balls. The properties `name`, `role`, `open` and `every` of a feature say
//! what it is for.

use geojson::{Feature, GeoJson, Geometry, GeometryValue, JsonObject, JsonValue, Position};

use flockwork_scheduler::geometry::Schedule;

use super::{Outline, Said, role};
use crate::human;

/// The outlines of a text.
pub(super) fn read(text: &str) -> Result<Vec<(Outline, Said)>, String> {
    let map: GeoJson = text
        .parse()
        .map_err(|error| format!("not GeoJSON: {}", human::shown(&format!("{error}"))))?;
    let mut all = Vec::new();
    match &map {
        GeoJson::Geometry(geometry) => take(geometry, &Said::default(), None, &mut all)?,
        GeoJson::Feature(one) => feature(one, &mut all)?,
        GeoJson::FeatureCollection(many) => {
            for (number, one) in many.features.iter().enumerate() {
                feature(one, &mut all).map_err(|problem| format!("feature {number}: {problem}"))?;
            }
        }
    }
    Ok(all)
}

fn feature(one: &Feature, all: &mut Vec<(Outline, Said)>) -> Result<(), String> {
    let Some(geometry) = &one.geometry else { return Ok(()) };
    let none = JsonObject::new();
    let properties = one.properties.as_ref().unwrap_or(&none);
    let text = |key: &str| properties.get(key).and_then(JsonValue::as_str);
    let said = Said {
        name: text("name").map(str::to_string),
        role: text("role").map(role).transpose()?,
        schedule: schedule(properties)?,
    };
    take(geometry, &said, properties.get("radius").and_then(JsonValue::as_f64), all)
}

/// `open`, a list of two ticks, and `every`, a number of ticks.
fn schedule(properties: &JsonObject) -> Result<Option<Schedule>, String> {
    let ticks = |value: &JsonValue| value.as_array()?.iter().map(JsonValue::as_u64).collect();
    let Some(open) = properties.get("open").filter(|open| !open.is_null()) else { return Ok(None) };
    let open: Option<Vec<u64>> = ticks(open);
    let (Some(&[from, until]), every) =
        (open.as_deref(), properties.get("every").map_or(Some(0), JsonValue::as_u64))
    else {
        return Err("`open` must be a list of two ticks, such as [100, 200]".to_string());
    };
    let every = every.ok_or_else(|| "`every` must be a whole number of ticks".to_string())?;
    Ok(Some(Schedule { from, until, every }))
}

fn take(
    geometry: &Geometry,
    said: &Said,
    radius: Option<f64>,
    all: &mut Vec<(Outline, Said)>,
) -> Result<(), String> {
    let mut put = |outline| all.push((outline, said.clone()));
    let places =
        |line: &[Position]| line.iter().map(|at| at.as_slice().to_vec()).collect::<Vec<_>>();
    match &geometry.value {
        GeometryValue::Point { coordinates } => match radius {
            Some(radius) => put(Outline::Ball(coordinates.as_slice().to_vec(), radius)),
            None => return Err("a point needs a property `radius`, a number".to_string()),
        },
        GeometryValue::LineString { coordinates } => put(Outline::Chain(places(coordinates))),
        GeometryValue::MultiLineString { coordinates } => {
            coordinates.iter().for_each(|line| put(Outline::Chain(places(line))));
        }
        GeometryValue::Polygon { coordinates } => {
            for ring in coordinates {
                put(super::wkt_in::ring(places(ring))?);
            }
        }
        GeometryValue::MultiPolygon { coordinates } => {
            for ring in coordinates.iter().flatten() {
                put(super::wkt_in::ring(places(ring))?);
            }
        }
        GeometryValue::GeometryCollection { geometries } => {
            for geometry in geometries {
                take(geometry, said, radius, all)?;
            }
        }
        other => return Err(format!("a {} is no shape", other.type_name())),
    }
    Ok(())
}
