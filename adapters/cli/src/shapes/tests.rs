use flockwork_kernel::{Edge, World};
use flockwork_scheduler::Setting;

use super::*;

fn world() -> World {
    World::new(10.0, 8.0, Edge::Wall).unwrap()
}

fn drawn(outline: Outline) -> Drawn {
    Drawn { name: None, role: Role::Wall, schedule: Schedule::default(), outline }
}

#[test]
fn shapes_become_the_list_that_a_model_takes() {
    let chain = vec![vec![0.0, 1.0], vec![2.0, 1.0], vec![2.0, 3.0]];
    let door = Schedule { from: 5, until: 9, every: 20 };
    let all = [
        drawn(Outline::Chain(chain)),
        Drawn { role: Role::Goal, ..drawn(Outline::Ball(vec![4.0, 4.0], 1.5)) },
        Drawn {
            role: Role::Door,
            schedule: door,
            ..drawn(Outline::Box(vec![1.0, 1.0], vec![2.0, 2.0]))
        },
    ];
    let Setting::List(numbers) = list(&all, &world()).unwrap() else { panic!("a list") };
    let expected = [
        &[0.0, 0.0, 0.0, 0.0, 0.0, 4.0, 0.0, 1.0, 2.0, 1.0][..],
        &[0.0, 0.0, 0.0, 0.0, 0.0, 4.0, 2.0, 1.0, 2.0, 3.0],
        &[1.0, 2.0, 0.0, 0.0, 0.0, 3.0, 4.0, 4.0, 1.5],
        &[2.0, 1.0, 5.0, 9.0, 20.0, 4.0, 1.0, 1.0, 2.0, 2.0],
    ];
    assert_eq!(numbers, expected.concat());
}

#[test]
fn places_are_those_of_tables() {
    let far = world().with_origin([448_000.0, 5_412_000.0, 0.0]).unwrap();
    let ball = drawn(Outline::Ball(vec![448_004.5, 5_412_004.0], 1.0));
    let Setting::List(numbers) = list(&[ball], &far).unwrap() else { panic!("a list") };
    assert_eq!(numbers[6..], [4.5, 4.0, 1.0]);
}

#[test]
fn what_is_wrong_is_told_by_name() {
    let said = |drawn: &[Drawn]| list(drawn, &world()).unwrap_err();
    let segment = |to: f64| drawn(Outline::Chain(vec![vec![1.0, 1.0], vec![to, 1.0]]));
    let named = |name: &str, to| Drawn { name: Some(name.to_string()), ..segment(to) };
    assert_eq!(
        said(&[segment(2.0), segment(11.0)]),
        "shape 1: x of corner 1 is 11: it must be inside the world, from 0 to 10"
    );
    assert!(said(&[named("a", 2.0), named("a", 3.0)]).starts_with("shape \"a\": another shape"));
    assert!(said(&[named("b", 1.0)]).contains("they must differ"));
    assert!(said(&[Drawn { role: Role::Goal, ..segment(2.0) }]).contains("has an inside"));
    let early = Schedule { from: 9, until: 5, every: 0 };
    assert!(
        said(&[Drawn { role: Role::Door, schedule: early, ..segment(2.0) }]).contains("before")
    );
    assert!(said(&[Drawn { schedule: early, ..segment(2.0) }]).contains("only a door is"));
    assert!(said(&[drawn(Outline::Ball(vec![1.0], 1.0))]).contains("must have 2"));
    assert!(said(&[drawn(Outline::Ball(vec![1.0, 1.0], f64::NAN))]).contains("is NaN"));
    assert!(role("wal").unwrap_err().ends_with("did you mean \"wall\"?"));
}

#[cfg(feature = "maps")]
mod maps {
    use super::*;

    #[test]
    fn geojson_has_chains_polygons_and_balls_with_what_they_are_for() {
        let text = r#"{"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {"name": "north", "role": "door", "open": [5, 9], "every": 20},
             "geometry": {"type": "LineString", "coordinates": [[0, 7], [9, 7, 120.5]]}},
            {"type": "Feature", "properties": null, "geometry": {"type": "Polygon", "coordinates": [
                [[1, 1], [4, 1], [4, 4], [1, 1]], [[2, 1.5], [3, 1.5], [3, 2], [2, 1.5]]]}},
            {"type": "Feature", "properties": {"radius": 2}, "geometry": {"type": "Point", "coordinates": [5, 5]}}]}"#;
        let all = parse("geojson", text).unwrap();
        assert_eq!(all.len(), 4);
        let (door, said) = &all[0];
        assert_eq!(*door, Outline::Chain(vec![vec![0.0, 7.0], vec![9.0, 7.0, 120.5]]));
        assert_eq!((said.name.as_deref(), said.role), (Some("north"), Some(Role::Door)));
        assert_eq!(said.schedule, Some(Schedule { from: 5, until: 9, every: 20 }));
        assert!(matches!(&all[2].0, Outline::Polygon(corners) if corners.len() == 3));
        assert_eq!(all[3].0, Outline::Ball(vec![5.0, 5.0], 2.0));
    }

    #[test]
    fn well_known_text_is_one_geometry_after_the_other() {
        let text = "LINESTRING (0 7, 9 7)\n\nPOLYGON ((1 1, 4 1, 4 4, 1 1))\n";
        assert_eq!(parse("wkt", text).unwrap().len(), 2);
        let all =
            parse("wkt", "GEOMETRYCOLLECTION (\n LINESTRING (0 7, 9 7),\n LINESTRING (0 1, 9 1))");
        assert_eq!(all.unwrap().len(), 2);
        for (bad, said) in [
            ("LINESTRING (0 7,", "line 2: a bracket is not closed"),
            ("LINESTRING 0 7", "line 2: there is no geometry"),
            ("LINESTRING (0 7, x)", "line 2: not WKT"),
            ("LINESTRING EMPTY\nLINESTRING (0 1, 9 1)", "line 2: an empty geometry"),
            ("LINESTRING (0 1, 9 1))", "line 2: a bracket is closed"),
        ] {
            let error = parse("wkt", &format!("LINESTRING (0 7, 9 7)\n{bad}")).unwrap_err();
            assert!(error.starts_with(said), "{error}");
        }
    }

    #[test]
    fn what_is_no_map_is_refused() {
        let error = |kind, text: &str| parse(kind, text).unwrap_err();
        assert!(error("geojson", "{").starts_with("not GeoJSON"));
        let point = r#"{"type": "Point", "coordinates": [1, 2]}"#;
        assert!(error("json", point).contains("`radius`"));
        let role = r#"{"type": "Feature", "properties": {"role": "dor"},
            "geometry": {"type": "LineString", "coordinates": [[0, 7], [9, 7]]}}"#;
        assert!(error("json", role).contains("did you mean \"door\"?"));
        let deep = "GEOMETRYCOLLECTION (".repeat(100_000);
        assert!(error("wkt", &deep).contains("at most 16"));
        assert!(error("wkt", "POINT (1 2)").contains("a point is no shape"));
        assert!(error("wkt", "POLYGON ((1 1, 4 1, 4 4, 2 2))").contains("end where it begins"));
        assert!(error("dxf", "").contains(".geojson"));
        let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
        let deep = format!(r#"{{"type": "Polygon", "coordinates": {deep}}}"#);
        assert!(error("json", &deep).starts_with("not GeoJSON"));
    }
}
