//! Fields of a scenario: how they begin, what is written of them, what inputs do to them; and what is wrong is told.

use std::io::Read;

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

/// What a recording in `.npz` and one in `.pvd` have of a field, cell by cell and tick by tick.
fn recorded(place: &Place) -> [Vec<f32>; 2] {
    let floats = |bytes: &[u8]| -> Vec<f32> {
        let words = bytes.as_chunks().0.iter();
        words.map(|word| f32::from_le_bytes(*word)).collect()
    };
    let mut archive =
        zip::ZipArchive::new(std::fs::File::open(place.path("a.npz")).unwrap()).unwrap();
    let mut array = Vec::new();
    archive.by_name("field_grass.npy").unwrap().read_to_end(&mut array).unwrap();
    let len = 10 + usize::from(u16::from_le_bytes([array[8], array[9]]));
    let head = String::from_utf8_lossy(&array[10..len]).into_owned();
    assert!(head.contains("'<f4'") && head.contains("'shape': (4, 3, 6,)"), "{head}");
    let list = String::from_utf8(place.read("a.pvd")).unwrap();
    let mut images = Vec::new();
    for tick in [0, 10, 20, 30] {
        let name = format!("a-ticks/tick-{tick:09}-grass.vti");
        assert!(list.contains(&format!("part=\"1\" file=\"{name}\"")), "{list}");
        let image = place.read(&name);
        let begin = image.windows(2).position(|two| two == b"\n_").unwrap() + 2;
        let head = String::from_utf8_lossy(&image[..begin]);
        assert!(head.contains(
            "WholeExtent=\"0 6 0 3 0 0\" Origin=\"0.0 0.0 0.0\" Spacing=\"2.0 3.0 1.0\""
        ));
        assert_eq!(image[begin..begin + 8], (18u64 * 4).to_le_bytes());
        images.extend(floats(&image[begin + 8..begin + 8 + 72]));
    }
    [floats(&array[len..]), images]
}

#[test]
fn recordings_hold_fields_where_their_format_has_a_place_for_grids() {
    let place = Place::with(MEADOW);
    place.output("run s.toml --fields a.csv --record a.npz");
    place.output("run s.toml --record a.pvd");
    let mut wanted = Vec::new();
    for tick in ["0", "10", "20", "30"] {
        let cells = amounts(&place, "a.csv", tick);
        for y in ["1.5", "4.5", "7.5"] {
            wanted.extend((0..6).map(|col| {
                let middle = format!("{},{y}", 2 * col + 1);
                // Cells that are empty have no row.
                cells.iter().find(|(at, _)| *at == middle).map_or(0.0, |(_, amount)| *amount as f32)
            }));
        }
    }
    assert!(wanted.iter().any(|amount| *amount > 0.0 && *amount != 500.0));
    assert_eq!(recorded(&place), [wanted.clone(), wanted]);
    // Many hold the field together, and one writes.
    place.output("run s.toml --record b.npz --workers 3 --regions 2x2");
    assert_eq!(place.read("b.npz"), place.read("a.npz"));
}

#[test]
fn fields_are_left_out_of_recordings_by_choice_or_with_a_note() {
    let place = Place::with(MEADOW);
    let holds = |columns: &str| {
        place.output(&format!("run s.toml --ticks 0 --record a.npz --record-columns {columns}"));
        let file = std::fs::File::open(place.path("a.npz")).unwrap();
        let archive = zip::ZipArchive::new(file).unwrap();
        ["vx.npy", "field_grass.npy"].map(|name| archive.index_for_name(name).is_some())
    };
    assert_eq!(
        [holds("vx"), holds("vx,grass"), holds("grass")],
        [[true, false], [true, true], [false, true]]
    );
    let told = |args: &str| {
        let assert = place.flockwork(&format!("run s.toml --ticks 0 {args}")).assert().success();
        let text = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
        text.contains("for fields a recording in .")
    };
    for ending in ["parquet", "xyz", "lammpstrj"] {
        let record = format!("--record a.{ending}");
        assert!(told(&record), "{ending}");
        assert!(!told(&format!("{record} --fields a.csv")), "{ending}");
        assert!(!told(&format!("{record} --record-columns vx")), "{ending}");
        let named = format!("run s.toml {record} --record-columns vx,grass");
        place
            .refused(&named, &["`grass` is a field", &format!(".{ending} has no place: --fields")]);
    }
    assert!(!told("--record a.npz") && !told("--record a.pvd"));
    place.refused("run s.toml --record a.npz --record-columns gras", &["did you mean `grass`"]);
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
