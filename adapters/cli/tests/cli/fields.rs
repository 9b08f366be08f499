//! Fields of a scenario: how they begin, what is written of them, what inputs do to them; and what is wrong is told.

use super::Place;

const MEADOW: &str = "\
model = \"meadow\"
entities = 300
ticks = 30
dt = 0.05
[world]
width = 12
height = 9
edge = [\"periodic\", \"wall\"]
[field.grass]
cells = [6, 3]
start = 500
[[input]]
at = 10
field = { name = \"grass\", low = [0, 0], high = [11.5, 3], set = 0 }
";

/// The amounts of a table of cells in a tick, by the middles of cells.
fn amounts(place: &Place, name: &str, tick: &str) -> Vec<(String, f64)> {
    let text = String::from_utf8(place.read(name)).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("tick,field,x,y,amount"));
    let rows = lines.map(|line| line.split(',').collect::<Vec<_>>());
    let rows = rows.filter(|row| row[0] == tick && row[1] == "grass");
    rows.map(|row| (format!("{},{}", row[2], row[3]), row[4].parse().unwrap())).collect()
}

#[test]
fn what_is_in_cells_is_written_and_begins_another_run() {
    let place = Place::with(MEADOW);
    place.output("run s.toml --fields a.csv --every 10 --set params.grass_growth=0");
    let first = amounts(&place, "a.csv", "0");
    assert_eq!((first.len(), &first[0]), (18, &("1,1.5".to_string(), 500.0)));
    // At tick 10 the input is still to come; what grows afterwards are seeds alone.
    let (before, after) = (amounts(&place, "a.csv", "10"), amounts(&place, "a.csv", "20"));
    let lowest = |rows: &[(String, f64)]| -> f64 {
        rows.iter().filter(|(at, _)| at.ends_with(",1.5")).map(|(_, amount)| amount).sum()
    };
    assert!(lowest(&before) > 0.0 && lowest(&after) < lowest(&before), "{before:?} {after:?}");
    let table = first.iter().map(|(at, amount)| format!("{at},{amount}\n"));
    place.write("start.csv", format!("x,y,amount\n{}", table.collect::<String>()));
    let same = "--set params.grass_growth=0 --set field.grass.start=start.csv";
    place.output(&format!("run s.toml --fields b.csv --every 10 {same}"));
    assert_eq!(place.read("a.csv"), place.read("b.csv"));
    place.output("verify s.toml --ticks 12 --workers 2 --cuts 1x3");
}

#[test]
fn a_parquet_table_has_the_same_cells() {
    use std::fs::File;

    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;

    let place = Place::with(MEADOW);
    place.output("run s.toml --fields a.csv --every 10");
    place.output("run s.toml --fields a.parquet --every 10");
    let reader = SerializedFileReader::new(File::open(place.path("a.parquet")).unwrap()).unwrap();
    let mut text = String::from("tick,field,x,y,amount\n");
    for row in reader.get_row_iter(None).unwrap() {
        let row = row.unwrap();
        let (tick, field, amount) =
            (row.get_ulong(0).unwrap(), row.get_string(1).unwrap(), row.get_uint(4).unwrap());
        let (x, y) = (row.get_double(2).unwrap(), row.get_double(3).unwrap());
        text += &format!("{tick},{field},{x},{y},{amount}\n");
    }
    assert!(text.lines().count() > 50);
    assert_eq!(text.as_bytes(), place.read("a.csv"));
}

/// Brightness becomes amounts, a pixel a cell: the first row of an image is the highest of the world.
#[test]
fn an_image_is_what_a_field_begins_with() {
    let place = Place::with(MEADOW);
    let pixels: Vec<u8> = (0..18).map(|pixel| pixel * 15).collect();
    let file = std::fs::File::create(place.path("g.png")).unwrap();
    let mut encoder = png::Encoder::new(file, 6, 3);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    let keys = "--set field.grass.start=g.png --set field.grass.most=510";
    place.output(&format!("run s.toml --ticks 0 --fields a.csv {keys}"));
    let found = amounts(&place, "a.csv", "0");
    // Nothing is written of the one that is empty.
    assert_eq!(found.len(), 17);
    for (at, amount) in found {
        let (x, y) = at.split_once(',').unwrap();
        let (x, y): (f64, f64) = (x.parse().unwrap(), y.parse().unwrap());
        let pixel = (2.0 - (y - 1.5) / 3.0) * 6.0 + (x - 1.0) / 2.0;
        assert_eq!(amount, pixel * 30.0, "at {at}");
    }
}

#[test]
fn what_is_wrong_with_a_field_is_told_with_its_place() {
    let place = Place::with(MEADOW);
    place.write("out.csv", "x,y,amount\n1,1,5\n13,1,5\n");
    place.write("twice.csv", "x,y,amount\n1,1,5\n1.2,1,5\n");
    place.write("odd.csv", "x,y,amount\n1,1,-5\n");
    for (change, problem) in [
        ("field.grass.cells=[6]", "a list of 2 whole numbers from 1 to 65536"),
        ("field.grass.start=[3,2]", "noise from 3 to 2"),
        ("field.grass.start=-1", "from 0 to 16777216"),
        ("field.gras.start=1", "did you mean `field.grass.start`"),
        ("field.grass.most=3", "`start` names none"),
        ("field.grass.start=none.png", "none.png"),
        ("field.grass.start=out.csv", "line 3: the place is outside of the world"),
        ("field.grass.start=twice.csv", "line 3: it is the second row of this cell"),
        ("field.grass.start=odd.csv", "`amount` is -5"),
        ("params.grass_spread=1e5", "field `grass`: its diffusion is 100000"),
    ] {
        place.refused(&format!("check s.toml --set {change}"), &[problem]);
    }
}
