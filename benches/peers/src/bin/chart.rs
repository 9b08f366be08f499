//! Draws the records that `cargo xtask bench` keeps: `chart FOLDER` writes FOLDER/index.html from all
//! FOLDER/PROCESSOR/DATE.csv, one chart for each thing that was measured.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use plotters::prelude::*;

/// A line of a record.
struct Row {
    what: String,
    who: String,
    n: String,
    ns: f64,
    ratio: f64,
    machine: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: chart FOLDER")?;
    let folder = Path::new(&folder);
    let mut page = String::from(HEAD);
    for record in records(folder)? {
        let rows = read(&record)?;
        let name = record.strip_prefix(folder)?.with_extension("");
        writeln!(page, "<h2>{}</h2>", escape(&name.display().to_string()))?;
        if let Some(first) = rows.first() {
            writeln!(page, "<p>{}</p>", escape(&first.machine))?;
        }
        let mut groups: BTreeMap<(&str, &str), Vec<&Row>> = BTreeMap::new();
        for row in &rows {
            groups.entry((&row.what, &row.n)).or_default().push(row);
        }
        for ((what, n), rows) in groups {
            writeln!(page, "<h3>{}, {n} items</h3>", escape(what))?;
            page += &chart(&rows)?;
        }
    }
    page += "</body>\n</html>\n";
    fs::write(folder.join("index.html"), page)?;
    Ok(())
}

const HEAD: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
    <title>Flockwork beside other libraries</title>\n\
    <style>body { font: 16px sans-serif; margin: 2em auto; max-width: 50em; }</style>\n\
    </head>\n<body>\n<h1>Flockwork beside other libraries</h1>\n\
    <p>ns of processor time for an item, on one thread, the least of rounds in which all take turns; \
    and how many times as long as the first.</p>\n";

/// All records, by name.
fn records(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut all = Vec::new();
    for processor in fs::read_dir(folder)? {
        let processor = processor?.path();
        if !processor.is_dir() {
            continue;
        }
        for record in fs::read_dir(processor)? {
            let record = record?.path();
            if record.extension().is_some_and(|end| end == "csv") {
                all.push(record);
            }
        }
    }
    all.sort();
    Ok(all)
}

fn read(path: &Path) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut reader = csv::Reader::from_path(path)?;
    let names = reader.headers()?.clone();
    let mut rows = Vec::new();
    for line in reader.records() {
        let line = line?;
        let part = |name: &str| {
            let at = names.iter().position(|one| one == name);
            let value = at.and_then(|at| line.get(at)).map(str::to_string);
            value.ok_or_else(|| format!("{}: no column {name}", path.display()))
        };
        let machine = format!(
            "{}; flags: {}; instructions: {}; load: {}",
            part("compiler")?,
            part("flags")?,
            part("instructions")?,
            part("load")?
        );
        let (ns, ratio) = (part("ns")?.parse()?, part("ratio")?.parse()?);
        rows.push(Row {
            what: part("what")?,
            who: part("who")?,
            n: part("n")?,
            ns,
            ratio,
            machine,
        });
    }
    Ok(rows)
}

/// Bars, one below the other.
fn chart(rows: &[&Row]) -> Result<String, Box<dyn Error>> {
    const BAR: i32 = 26;
    const NAMES: i32 = 260;
    const WIDE: i32 = 760;
    let longest = rows.iter().map(|row| row.ns).fold(f64::MIN_POSITIVE, f64::max);
    let mut svg = String::new();
    {
        let size = (WIDE as u32, (BAR * rows.len() as i32 + 8) as u32);
        let root = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        let font = ("sans-serif", 14).into_font();
        for (row, top) in rows.iter().zip((4..).step_by(BAR as usize)) {
            let wide = (row.ns / longest * f64::from(WIDE - NAMES - 150)) as i32;
            let ours = row.who.starts_with("flockwork");
            let colour = if ours { RGBColor(40, 90, 200) } else { RGBColor(150, 150, 150) };
            let bar = [(NAMES, top), (NAMES + wide.max(1), top + BAR - 8)];
            root.draw(&Rectangle::new(bar, colour.filled()))?;
            root.draw(&Text::new(row.who.clone(), (4, top + 2), font.clone()))?;
            let figure = format!("{:.1} ns, {:.2} times", row.ns, row.ratio);
            root.draw(&Text::new(figure, (NAMES + wide + 6, top + 2), font.clone()))?;
        }
        root.present()?;
    }
    Ok(svg)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
