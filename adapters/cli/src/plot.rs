//! `flockwork plot`: figures of what runs leave behind, fit for a paper.
//!
//! A file becomes panels (`source` and the modules of each kind), panels become SVG with real text
//! (`figure`, `draw`, `axes`, `legend`), and that the file itself, a PNG picture or a page. The same
//! files give the same bytes.
//!
//! SVG becomes dots by resvg, with a font that is part of the program. What is drawn is drawn here:
//! `docs/ARCHITECTURE.md` says which crates for charts were tried, and what they lack.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `ask` | what the user wants to see, and how names are spoken |
//! | `source`, `table` | which kind of file it is; tables of text |
//! | `report`, `series`, `sweep`, `observables`, `recording` | panels of each kind of file |
//! | `curve` | expressions and theories |
//! | `panel` | what is to be drawn |
//! | `scale`, `axes`, `legend`, `draw`, `figure` | where and how |
//! | `look`, `text`, `svg` | colours and marks, the font, SVG |
//! | `png`, `html` | pictures and pages |

mod ask;
mod axes;
mod curve;
mod draw;
mod figure;
mod html;
mod legend;
mod look;
mod observables;
mod panel;
mod png;
#[cfg_attr(not(feature = "parquet"), path = "plot/recording/absent.rs")]
mod recording;
mod report;
mod scale;
mod series;
mod source;
mod svg;
mod sweep;
mod table;
mod text;

use std::path::{Path, PathBuf};

use crate::args::PlotArgs;
use crate::failure::{Failure, emit, note};
use crate::human;
use crate::output::{self, Format, Target};
use crate::registry::Registry;
use ask::Ask;
use curve::Curve;
use panel::Panel;

/// The most panels in a picture; a page has no end.
const MOST_PANELS: usize = 12;

/// What a figure is written as.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Svg,
    Png,
    Html,
}

impl Kind {
    fn of(path: &Path) -> Result<(Self, &'static Format), Failure> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("svg") => Ok((Self::Svg, &output::FIGURE)),
            Some("png") => Ok((Self::Png, &output::PICTURE)),
            Some("html" | "htm") => Ok((Self::Html, &output::PAGE)),
            _ => Err(Failure::usage(format_args!(
                "cannot write to {}: its name must end in .svg, .png or .html",
                path.display()
            ))),
        }
    }
}

/// `flockwork plot`.
pub(crate) fn plot(registry: &Registry, args: &PlotArgs) -> Result<(), Failure> {
    let (kind, format) = Kind::of(&args.out)?;
    let title = args.title.as_deref();
    if let Some(title) = title.filter(|_| kind != Kind::Html) {
        figure::title_fits(title, args.size).map_err(Failure::Usage)?;
    }
    let target = Target::new(&args.out, format)?;
    let inputs: Vec<(&str, &Path)> =
        args.files.iter().map(|file| ("one of the files to plot", file.as_path())).collect();
    output::keep_inputs([&target], &inputs)?;
    let mut panels = panels(registry, args)?;
    let bytes = match kind {
        Kind::Html => {
            let files: Vec<String> = args.files.iter().map(|file| human::path(file)).collect();
            html::page(&panels, title, &files).into_bytes()
        }
        Kind::Svg | Kind::Png => {
            if panels.len() > MOST_PANELS {
                note(format_args!(
                    "{} of {} panels are shown: --y chooses, and a page (.html) has room for all",
                    MOST_PANELS,
                    panels.len()
                ));
                panels.truncate(MOST_PANELS);
            }
            let figure = figure::draw(&panels, title, args.size);
            match kind {
                Kind::Png => png::encode(&figure).map_err(Failure::Run)?,
                _ => figure.svg.into_bytes(),
            }
        }
    };
    target.write(&bytes)?;
    if args.quiet {
        return Ok(());
    }
    emit(&format!("{}\n", human::path(&args.out)))
}

/// All panels of all files.
fn panels(registry: &Registry, args: &PlotArgs) -> Result<Vec<Panel>, Failure> {
    let ask = Ask::new(registry, args)?;
    let mut curves: Vec<Curve> = args.theory.and_then(Curve::of).into_iter().collect();
    for rule in &args.with {
        curves.push(Curve::parse(rule).map_err(Failure::Usage)?);
    }
    let mut files = Vec::new();
    for (file, name) in args.files.iter().zip(names(&args.files)) {
        let refuse =
            |problem| Failure::usage(format_args!("cannot plot {}: {problem}", human::path(file)));
        files.push((name, source::read(file, &ask).map_err(refuse)?));
    }
    let mut panels = panel::merge(files);
    for panel in &mut panels {
        panel.adjust(&ask);
        panel.clean();
        curves.iter().for_each(|curve| curve.add_to(panel));
        // A curve may leave the range of numbers.
        panel.clean();
    }
    panels.retain(|panel| !panel.layers.is_empty());
    if panels.is_empty() {
        let why = if ask.log.is_some() { " above 0, as a logarithmic axis needs" } else { "" };
        let all = args.files.iter().map(|file| human::path(file)).collect::<Vec<_>>().join(", ");
        return Err(Failure::usage(format_args!("cannot plot {all}: it has no numbers{why}")));
    }
    Ok(panels)
}

/// What tells files apart: their names without endings, or all of their paths if those are the same.
fn names(files: &[PathBuf]) -> Vec<String> {
    let short =
        |file: &PathBuf| file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let all: Vec<String> = files.iter().map(short).collect();
    let twice = |name: &String| all.iter().filter(|other| *other == name).count() > 1;
    let name = |(file, short): (&PathBuf, &String)| match twice(short) {
        true => human::path(file),
        false => short.clone(),
    };
    files.iter().zip(&all).map(name).collect()
}
