//! `plot`: figures hold what their files hold, whole, and the same each time.

use std::fs::File;
use std::io::BufReader;

use super::{BOIDS, Place, TRIBES};

/// A sweep over noise for three crowds, which have worlds of their own.
const POINTS: &str = "\
point,params.eta,entities,world.width,world.height,runs,order_mean,order_error
1,0,40,3.1,3.1,5,0.999,0.0005
2,2.5,40,3.1,3.1,5,0.81,0.02
3,5,40,3.1,3.1,5,0.22,0.03
4,0,400,10,10,5,0.998,0.0005
5,2.5,400,10,10,5,0.74,0.01
6,5,400,10,10,5,0.08,0.005
";

/// Observables of every kind that is drawn in another way.
const OBSERVABLES: &str = r#"{"version": 1, "model": "lennard_jones", "dt": 0.005, "observables": [
  {"name": "gr", "params": {}, "ticks": 5, "samples": 5, "counts": {}, "columns": [
    {"name": "r", "unit": "length", "values": [0.5, 1.5, 2.5]},
    {"name": "g", "unit": "", "values": [0, 2.5, 1.0]},
    {"name": "pairs", "unit": "", "values": [0, 10, 20]}]},
  {"name": "msd", "params": {}, "ticks": 5, "samples": 5, "counts": {}, "columns": [
    {"name": "lag", "unit": "tick", "values": [0, 1, 10, 100]},
    {"name": "time", "unit": "time", "values": [0, 0.005, 0.05, 0.5]},
    {"name": "msd", "unit": "length^2", "values": [0, 1e-4, 1e-2, 0.4]}]},
  {"name": "speeds", "params": {}, "ticks": 5, "samples": 5, "counts": {}, "columns": [
    {"name": "speed", "unit": "length/time", "values": [0.5, 1.5, 2.5]},
    {"name": "density", "unit": "time/length", "values": [0.2, 0.5, 0.3]}]},
  {"name": "density", "params": {}, "ticks": 5, "samples": 5, "counts": {}, "columns": [
    {"name": "x", "unit": "length", "values": [0.5, 1.5, 0.5, 1.5]},
    {"name": "y", "unit": "length", "values": [0.5, 0.5, 1.5, 1.5]},
    {"name": "density", "unit": "1/length^2", "values": [1, 2, 3, 4]}]}]}"#;

const SERIES: &str = "tick,time,population,infected,recovered\n\
                      0,0,100,1,0\n10,0.5,100,20,\n20,1,100,40,3\n30,1.5,100,10,89\n";

fn svg(place: &Place, arguments: &str) -> String {
    place.output(&format!("plot {arguments} --out f.svg"));
    String::from_utf8(place.read("f.svg")).unwrap()
}

/// How often a part comes in a text.
fn times(text: &str, part: &str) -> usize {
    text.matches(part).count()
}

/// A sweep's folder.
fn sweep() -> Place {
    let place = Place::new();
    std::fs::create_dir(place.path("sweep")).unwrap();
    place.write("sweep/points.csv", POINTS);
    place.write("sweep/sweep.json", r#"{"version": 1, "model": "vicsek"}"#);
    place
}

#[test]
fn a_sweep_is_a_line_with_marks_and_errors_for_each_of_its_crowds() {
    let place = sweep();
    let figure = svg(&place, "sweep");
    // The unit is that of the model's parameter; the crowds are told apart by one key.
    for label in [">η (rad)<", ">Order<", ">N = 40<", ">N = 400<"] {
        assert!(figure.contains(label), "no {label} in {figure}");
    }
    assert!(!figure.contains("width =") && figure.contains("width=\"85mm\""), "{figure}");
    // Three marks of each, and one in the legend.
    assert_eq!(times(&figure, "<circle "), 4, "{figure}");
    assert_eq!(times(&figure, "class=\"marks\""), 2, "{figure}");
    assert_eq!(times(&figure, "class=\"errors\""), 2, "{figure}");
    // All text is text.
    assert!(figure.contains("font-family=\"Arial, Helvetica,"), "{figure}");
    let chosen = svg(&place, "sweep --x order_mean --y eta --by entities --size 120x60");
    assert!(chosen.contains("width=\"120mm\" height=\"60mm\""), "{chosen}");
    assert!(chosen.contains(">η (rad)<") && chosen.contains(">Order mean<"), "{chosen}");
}

#[test]
fn a_figure_is_the_one_that_was_looked_at() {
    let figure = svg(&sweep(), "sweep --title Order --with line=1-x/6");
    let golden = include_str!("plots.svg");
    assert_eq!(figure, golden, "look at the new figure, and if it is right, keep it in plots.svg");
}

#[test]
fn runs_are_summed_up_as_the_points_are() {
    let place = Place::new();
    let points = "point,params.eta,runs,order_mean,order_error\n1,0,2,3,1\n2,1,2,5,1\n";
    let runs = "point,params.eta,seed,ticks,stopped,failed,order_mean,order_error,order_last\n\
                1,0,1,9,,,2,9,9\n1,0,2,9,,,4,9,9\n2,1,1,9,,,4,9,9\n2,1,2,9,,,6,9,9\n";
    place.write("points.csv", points);
    place.write("runs.csv", runs);
    assert_eq!(svg(&place, "points.csv"), svg(&place, "runs.csv --y order"));
}

#[test]
fn statistics_over_time_are_apart_or_together() {
    let place = Place::new();
    place.write("s.csv", SERIES);
    let all = svg(&place, "s.csv");
    assert_eq!(times(&all, "class=\"panel\""), 3);
    assert!(
        all.contains(">(c)<") && all.contains(">Recovered<") && all.contains(">Time<"),
        "{all}"
    );
    let some = svg(&place, "s.csv --y infected,recovered --with half=100/2 --log y");
    assert_eq!(times(&some, "class=\"panel\""), 1);
    // What is 0 or empty has no place on a logarithmic axis: 4 and 2 marks, 2 in the legend.
    assert_eq!(times(&some, "<circle "), 5, "{some}");
    assert!(some.contains(">half<") && some.contains("stroke-dasharray"), "{some}");
}

#[test]
fn several_files_share_axes_and_are_told_apart_by_name() {
    let place = Place::new();
    place.write("one.csv", SERIES);
    place.write("two.csv", SERIES.replace("40", "60"));
    let figure = svg(&place, "one.csv two.csv --y infected");
    assert_eq!(times(&figure, "class=\"panel\""), 1);
    assert!(figure.contains(">one<") && figure.contains(">two<"), "{figure}");
    // Rows of bars cannot: each has axes of its own, and says which file it is of.
    let report = r#"{"ms_histogram": null, "phases_ms": {"sort": 1.5, "route": 2.5}}"#;
    place.write("first.json", report);
    place.write("second.json", report);
    let figure = svg(&place, "first.json second.json");
    assert_eq!(times(&figure, "class=\"panel\""), 2);
    assert!(figure.contains(">(a) first<") && figure.contains(">(b) second<"), "{figure}");
}

#[test]
fn observables_are_curves_bars_and_maps() {
    let place = Place::new();
    place.write("o.json", OBSERVABLES);
    let all = svg(&place, "o.json --size page");
    assert_eq!(times(&all, "class=\"panel\""), 4);
    for label in [">g(r)<", ">r (length)<", ">Speed (length/time)<", ">x (length)<"] {
        assert!(all.contains(label), "no {label} in {all}");
    }
    assert_eq!(times(&all, "class=\"bars\""), 1);
    assert!(all.contains("class=\"map\"") && all.contains("class=\"bar\""), "{all}");
    // A displacement is over powers of ten.
    let msd = svg(&place, "o.json --y msd");
    assert!(msd.contains(">10<tspan dy=\"-2.45\" font-size=\"4.9\">−2</tspan>"), "{msd}");
    assert_eq!(times(&svg(&place, "o.json --y msd --log none"), "<circle "), 4);
}

#[test]
fn what_a_run_leaves_behind_can_be_plotted() {
    let place = Place::with(TRIBES);
    place.output("run s.toml --ticks 20 --report r.json --record r.parquet --every 5");
    let report = svg(&place, "r.json");
    for label in [">Time per tick (ms)<", ">Ticks<", ">neighbours<", ">commit<"] {
        assert!(report.contains(label), "no {label} in {report}");
    }
    let recording = svg(&place, "r.parquet --by tribe");
    for label in [">Population<", ">Tick<", ">tribe = 0<", ">tribe = 3<"] {
        assert!(recording.contains(label), "no {label} in {recording}");
    }
    let mean = svg(&place, "r.parquet --y energy");
    assert!(mean.contains(">Mean energy<") && times(&mean, "<circle ") == 5, "{mean}");
    // Every entity of the first tick has a place.
    let place = Place::with(BOIDS);
    place.output("run s.toml --ticks 4 --record r.parquet --every 2");
    let places = svg(&place, "r.parquet --x x --y y --tick 2");
    assert_eq!(times(&places, "h0"), 300);
    place.refused(
        "plot r.parquet --tick 3 --out a.svg",
        &["r.parquet", "3 is not recorded", "from 0 to 4"],
    );
    place.refused("plot r.parquet --y vz --out a.svg", &["no column `vz`", "`vx`"]);
}

#[test]
fn a_picture_has_300_dots_per_inch_and_its_own_font() {
    let place = sweep();
    place.output("plot sweep --out f.png --size 85x60");
    let decoder = png::Decoder::new(BufReader::new(File::open(place.path("f.png")).unwrap()));
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    // 85 mm and 60 mm of 25.4 / 300 mm.
    assert_eq!((info.width, info.height), (1004, 709));
    let dots = reader.info().pixel_dims.unwrap();
    assert_eq!((dots.xppu, dots.unit), (11811, png::Unit::Meter));
    // There is black text on white: to the left of the frame are the labels of y.
    let row = info.width as usize * 3;
    let dark = |x: usize| pixels.chunks_exact(row).any(|row| row[3 * x] < 80);
    assert!((0..110).filter(|x| dark(*x)).count() > 30);
    assert_eq!(pixels[0], 255);
}

#[test]
fn a_page_holds_all_panels_and_nothing_from_elsewhere() {
    let place = sweep();
    place.write("s.csv", SERIES);
    place.write("o.json", OBSERVABLES);
    place.output("plot sweep s.csv o.json --out f.html");
    let page = String::from_utf8(place.read("f.html")).unwrap();
    assert_eq!(times(&page, "<figure>"), 8);
    assert!(page.contains("name=\"viewport\"") && page.contains("default-src 'none'"));
    // The one address is the name of SVG.
    let addresses = times(&page, "http");
    let namespaces = times(&page, "http://www.w3.org/2000/svg") + times(&page, "http-equiv");
    assert_eq!(addresses, namespaces, "{page}");
    assert!(!page.contains("src=") && !page.contains("@import") && !page.contains("<link"));
    // Values are there to be pointed at.
    assert!(page.contains(r"η (rad): 2.5\nOrder: 0.81 ± 0.02"), "{page}");
    // No id is there twice.
    for number in 0..8 {
        assert_eq!(times(&page, &format!("id=\"panel-{number}\"")), 1);
        assert_eq!(times(&page, &format!("id=\"clip-{number}\"")), 1);
    }
}

#[test]
fn the_same_files_give_the_same_bytes() {
    let place = sweep();
    place.write("o.json", OBSERVABLES);
    for ending in ["svg", "png", "html"] {
        place.output(&format!("plot sweep o.json --out a.{ending}"));
        place.output(&format!("plot sweep o.json --out b.{ending}"));
        assert_eq!(place.read(&format!("a.{ending}")), place.read(&format!("b.{ending}")));
    }
}

#[test]
fn names_from_files_are_text_and_nothing_else() {
    let place = Place::new();
    let name = "</script><script>alert(1)</script>&\"x";
    place.write("t.csv", format!("x;\"{}\"\n1;2\n2;3\n", name.replace('"', "\"\"")));
    let mut command = place.flockwork("plot t.csv --x x --out f.html --title <b>");
    command.args(["--y", name]).assert().success();
    let page = String::from_utf8(place.read("f.html")).unwrap();
    assert!(!page.contains("<script>alert") && !page.contains("<b>"), "{page}");
    assert!(page.contains("&lt;/script&gt;&lt;script&gt;alert(1)"), "{page}");
    let mut command = place.flockwork("plot t.csv --x x --out f.svg");
    command.args(["--y", name]).assert().success();
    let figure = String::from_utf8(place.read("f.svg")).unwrap();
    assert!(!figure.contains("<script") && figure.contains("&amp;&quot;x"), "{figure}");
}

#[test]
fn a_file_that_cannot_be_plotted_is_refused_with_what_is_wrong() {
    let place = sweep();
    place.write("s.csv", SERIES);
    place.write("o.json", OBSERVABLES);
    place.write("cut.json", &OBSERVABLES[..200]);
    let nowhere = r#"{"observables": [{"name": "density", "columns": [
        {"name": "x", "values": [null]}, {"name": "y", "values": [null]},
        {"name": "density", "values": [1]}]}]}"#;
    place.write("nowhere.json", nowhere);
    place.write("other.json", "{\"a\": 1}");
    place.write("bad.csv", "tick,time,order\n1,2\n");
    place.write("words.csv", "name,word\na,b\n");
    place.write("cut.parquet", "PAR1 and nothing more");
    place.write("empty.csv", "");
    std::fs::create_dir(place.path("none")).unwrap();
    for (arguments, parts) in [
        ("gone.csv --out a.svg", &["cannot plot gone.csv"][..]),
        ("none --out a.svg", &["cannot plot none", "without points.csv"]),
        ("empty.csv --out a.svg", &["cannot plot empty.csv", "it is empty"]),
        ("cut.json --out a.svg", &["cannot plot cut.json", "no whole JSON"]),
        ("other.json --out a.svg", &["other.json", "a report, a series, a sweep"]),
        ("cut.parquet --out a.svg", &["cut.parquet", "no whole Parquet table"]),
        ("bad.csv --out a.svg", &["bad.csv", "line 2: 2 values, but the header has 3"]),
        ("words.csv --out a.svg", &["words.csv", "name and word", "--x and --y"]),
        ("words.csv --x name --y word --out a.svg", &["column `name` holds no number"]),
        ("s.csv --y infectd --out a.svg", &["no column `infectd`", "did you mean `infected`?"]),
        ("sweep --y ordr --out a.svg", &["no statistic `ordr`", "did you mean `order`?"]),
        ("sweep --x etta --out a.svg", &["no column `etta`"]),
        ("nowhere.json --out a.svg", &["nowhere.json", "no observable with a value"]),
        ("o.json --y gg --out a.svg", &["no observable `gg`", "msd"]),
        (
            "s.csv --with y+1 --out a.svg",
            &["--with \"y+1\"", "`y` is not known", "expression of x"],
        ),
        ("s.csv --out a.pdf", &["a.pdf", ".svg, .png or .html"]),
        ("s.csv --out none/b/a.svg", &["none/b/a.svg"]),
        ("s.csv --size 5x5 --out a.svg", &["--size", "column (85 mm wide)"]),
        ("s.csv --log z --out a.svg", &["--log", "[possible values: x, y, none]"]),
        ("s.csv --theory what --out a.svg", &["--theory", "henderson"]),
        ("--out a.svg", &["FILE"]),
    ] {
        place.refused(&format!("plot {arguments}"), parts);
    }
    // A file is not lost for its figure.
    place.write("s.svg", SERIES);
    place.refused("plot s.svg --out s.svg", &["one of the files to plot", "would be lost"]);
    assert_eq!(place.read("s.svg"), SERIES.as_bytes());
}
