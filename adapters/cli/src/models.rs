//! `flockwork models`: what the models are, and all that a scenario can say about one.

use std::fmt::Write as _;

use console::Style;
use flockwork_kernel::columns::{Column, Number, Reach};
use flockwork_scheduler::registry::FieldAbout;
use flockwork_scheduler::{ParamKind, Range, Stat};
use flockwork_scheduler_native::Entry;
use serde::Serialize;

use crate::args::ModelsArgs;
use crate::failure::{Failure, emit};
use crate::observe;
use crate::registry::Registry;
use crate::report::{self, Said};

/// `flockwork models`.
pub(crate) fn models(registry: &Registry, args: &ModelsArgs) -> Result<(), Failure> {
    let one = args.name.as_deref().map(|name| registry.get(name)).transpose()?;
    if args.json {
        return emit(&match one {
            Some(entry) => report::json(&ModelReport::of(entry)),
            None => report::json(&ModelsReport {
                version: report::VERSION,
                models: registry.entries().iter().map(ModelReport::of).collect(),
            }),
        });
    }
    match one {
        Some(entry) => emit(&describe(entry)),
        None => emit(&overview(registry)),
    }
}

fn overview(registry: &Registry) -> String {
    let (strong, faint) = (Style::new().bold(), Style::new().dim());
    let width = registry.names().map(str::len).max().unwrap_or(0);
    let mut text = "\n".to_string();
    for entry in registry.entries() {
        let name = format!("{:<width$}", entry.name);
        let _ = writeln!(text, "  {}  {}", strong.apply_to(name), entry.about);
        let counts = format!(
            "{}, {} columns, {} parameters, {} statistics{}{}{}",
            runs_in(entry).join(" and "),
            entry.schema().len(),
            entry.params.len(),
            entry.stats.len(),
            match entry.fields().len() {
                0 => String::new(),
                1 => ", a field".to_string(),
                more => format!(", {more} fields"),
            },
            if entry.event.is_some() { ", events" } else { "" },
            if entry.births { ", births and deaths" } else { "" },
        );
        let _ = writeln!(text, "  {:<width$}  {}", "", faint.apply_to(counts));
    }
    let hint = "flockwork models NAME says all about one, flockwork init NAME writes a scenario";
    let _ = writeln!(text, "\n  {}\n", faint.apply_to(hint));
    text
}

/// All about one model.
fn describe(entry: &Entry) -> String {
    let (strong, faint, bar) = (Style::new().bold(), Style::new().dim(), Style::new().cyan());
    let mut text = format!("\n  {}  {}\n", strong.apply_to(entry.name), entry.about);
    let mut table = |title: &str, rows: Vec<[String; 3]>| {
        if rows.is_empty() {
            return;
        }
        let width =
            |place: usize| rows.iter().map(|row| row[place].chars().count()).max().unwrap_or(0);
        let (first, second) = (width(0), width(1));
        let _ = writeln!(text, "\n  {}", faint.apply_to(title));
        for [name, kind, about] in &rows {
            let name = format!("{name:<first$}");
            let gap = if second == 0 { "" } else { "  " };
            let _ = writeln!(text, "    {}  {kind:<second$}{gap}{about}", bar.apply_to(name));
        }
    };
    let params = entry.params.iter().map(|param| {
        let unit = if param.unit.is_empty() { "" } else { " " };
        let default = (param.default)();
        let allowed = match param.kind {
            ParamKind::Number(Range { min, max, .. }) => {
                format!("{default} ({} to {})", Number(min), Number(max))
            }
            kind => format!("{default} ({kind})"),
        };
        let when = if param.live { "" } else { " Acts at tick 0 alone." };
        let about = format!("{}{when}", param.about);
        [param.name.to_string(), format!("{allowed}{unit}{}", param.unit), about]
    });
    table("parameters: default (what is allowed) unit", params.collect());
    let pokes = entry.pokes.iter().map(|name| [name.to_string(), String::new(), String::new()]);
    table("a poke may have (docs/answers/inputs.md)", pokes.collect());
    let column = |column: &Column| {
        let many = match column.components {
            1 => String::new(),
            more => format!(" x {more}"),
        };
        let reach = reach_name(column.reach);
        let range = if column.is_ranged() {
            format!(" ({} to {})", Number(column.min), Number(column.max))
        } else {
            String::new()
        };
        let kind = format!("{}{many}, {reach}{range}", column.scalar.name());
        [column.name.to_string(), kind, column.about.to_string()]
    };
    let fields = entry.fields();
    let rows = fields.iter().map(|field| [field.name, field.unit, field.about].map(str::to_string));
    table("fields: `[field.NAME]` in a scenario (docs/answers/fields.md)", rows.collect());
    let title = "ghost ones also travel to neighbouring regions (values that mean something)";
    let first = if entry.runs_in(false) { "the plane" } else { "space" };
    table(&format!("columns in {first}: {title}"), entry.schema().iter().map(column).collect());
    let more = more_in_space(entry).map(column).collect();
    table("columns that there are in space besides", more);
    let stats = entry
        .stats
        .iter()
        .map(|stat| [stat.name.to_string(), stat.unit.to_string(), stat.about.to_string()]);
    table("statistics", stats.collect());
    let observables = observe::possible(entry.schema());
    let rows = observables.map(|kind| [kind.name, "", kind.about].map(str::to_string));
    table("observables: `run --observe NAME`", rows.collect());
    text.push('\n');
    text
}

/// In which worlds it runs.
fn runs_in(entry: &Entry) -> Vec<&'static str> {
    let all = [("plane", false), ("space", true)].into_iter();
    all.filter(|(_, space)| entry.runs_in(*space)).map(|(name, _)| name).collect()
}

/// The columns that there are in space alone, of a model that runs in the plane too.
fn more_in_space(entry: &Entry) -> impl Iterator<Item = &'static Column> {
    let plane = entry.schema();
    let [_, space] = entry.schemas();
    let space = space.unwrap_or_default().iter();
    space.filter(|column| plane.iter().all(|other| other.name != column.name))
}

fn reach_name(reach: Reach) -> &'static str {
    match reach {
        Reach::Scratch => "scratch",
        Reach::Owned => "owned",
        Reach::Ghost => "ghost",
    }
}

#[derive(Serialize)]
struct ModelsReport {
    version: u32,
    models: Vec<ModelReport>,
}

#[derive(Serialize)]
struct ModelReport {
    name: &'static str,
    about: &'static str,
    events: bool,
    births: bool,
    /// `plane`, `space` or both.
    runs_in: Vec<&'static str>,
    columns: Vec<ColumnReport>,
    /// Those in space, of a model that runs in the plane too.
    #[serde(skip_serializing_if = "Option::is_none")]
    columns_in_space: Option<Vec<ColumnReport>>,
    params: Vec<ParamReport>,
    stats: Vec<StatReport>,
    /// Amounts in cells of a grid.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<StatReport>,
}

#[derive(Serialize)]
struct ColumnReport {
    name: &'static str,
    about: &'static str,
    scalar: &'static str,
    components: u32,
    reach: &'static str,
    min: f64,
    max: f64,
}

#[derive(Serialize)]
struct ParamReport {
    name: &'static str,
    about: &'static str,
    unit: &'static str,
    default: Said,
    #[serde(flatten)]
    allowed: Allowed,
    live: bool,
}

/// What a parameter may be.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Allowed {
    Number { min: f64, max: f64, whole: bool },
    List { min: f64, max: f64, whole: bool, least: usize, most: usize },
    Choice { choices: &'static [&'static str] },
    Text { most: usize },
}

impl Allowed {
    fn of(kind: ParamKind) -> Self {
        match kind {
            ParamKind::Number(Range { min, max, whole }) => Self::Number { min, max, whole },
            ParamKind::List { range: Range { min, max, whole }, least, most } => {
                Self::List { min, max, whole, least, most }
            }
            ParamKind::Choice(choices) => Self::Choice { choices },
            ParamKind::Text(most) => Self::Text { most },
        }
    }
}

#[derive(Serialize)]
struct StatReport {
    name: &'static str,
    about: &'static str,
    unit: &'static str,
}

impl ModelReport {
    fn of(entry: &Entry) -> Self {
        let column = |column: &Column| ColumnReport {
            name: column.name,
            about: column.about,
            scalar: column.scalar.name(),
            components: column.components,
            reach: reach_name(column.reach),
            min: column.min,
            max: column.max,
        };
        let [plane, space] = entry.schemas();
        let both = plane.and(space);
        let params = entry.params.iter().map(|param| ParamReport {
            name: param.name,
            about: param.about,
            unit: param.unit,
            default: Said((param.default)()),
            allowed: Allowed::of(param.kind),
            live: param.live,
        });
        let stats = entry.stats.iter().map(|&Stat { name, about, unit, .. }| StatReport {
            name,
            about,
            unit,
        });
        let field = |FieldAbout { name, about, unit }| StatReport { name, about, unit };
        let fields = entry.fields();
        Self {
            name: entry.name,
            about: entry.about,
            events: entry.event.is_some(),
            births: entry.births,
            runs_in: runs_in(entry),
            columns: entry.schema().iter().map(column).collect(),
            columns_in_space: both.map(|schema| schema.iter().map(column).collect()),
            params: params.collect(),
            stats: stats.collect(),
            fields: fields.into_iter().map(field).collect(),
        }
    }
}
