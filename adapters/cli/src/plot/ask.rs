//! What the user wants to see of the files.

use crate::args::{LogAxis, PlotArgs};
use crate::failure::Failure;
use crate::human;
use crate::registry::Registry;

/// What the user wants to see.
pub(super) struct Ask<'a> {
    pub(super) registry: &'a Registry,
    /// What goes along x.
    pub(super) x: Option<&'a str>,
    /// What goes along y; nothing means everything, each in axes of its own.
    pub(super) y: &'a [String],
    /// What makes lines.
    pub(super) by: &'a [String],
    /// Of a recording, the tick at which places are shown.
    pub(super) tick: Option<u64>,
    /// Whether x and y have a logarithmic scale; None where the data decides.
    pub(super) log: Option<[bool; 2]>,
    pub(super) x_label: Option<&'a str>,
    pub(super) y_label: Option<&'a str>,
}

impl<'a> Ask<'a> {
    pub(super) fn new(registry: &'a Registry, args: &'a PlotArgs) -> Result<Self, Failure> {
        let none = args.log.contains(&LogAxis::None);
        if none && args.log.len() > 1 {
            return Err(Failure::usage("--log none goes with no other axis"));
        }
        let log = [LogAxis::X, LogAxis::Y].map(|axis| args.log.contains(&axis));
        Ok(Self {
            registry,
            x: args.x.as_deref(),
            y: &args.y,
            by: &args.by,
            tick: args.tick,
            log: (!args.log.is_empty()).then_some(log),
            x_label: args.x_label.as_deref(),
            y_label: args.y_label.as_deref(),
        })
    }

    /// Whether a panel that a file has by itself is wanted.
    pub(super) fn wants(&self, name: &str) -> bool {
        self.y.is_empty() || self.y.iter().any(|wanted| wanted == name)
    }

    /// The unit of a statistic, a parameter or a column of a model, if there is such a model.
    pub(super) fn unit(&self, model: &str, name: &str) -> &'static str {
        let entry = self.registry.entries().iter().find(|entry| entry.name == model);
        let Some(entry) = entry else { return "" };
        let stat = entry.stats.iter().find(|stat| stat.name == name).map(|stat| stat.unit);
        let param = name.strip_prefix("params.").unwrap_or(name);
        let param = entry.params.iter().find(|known| known.name == param).map(|param| param.unit);
        stat.or(param).unwrap_or_default()
    }

    /// Checks that everything that `--y` names is there.
    pub(super) fn knows(&self, what: &str, known: &[&str]) -> Result<(), String> {
        match self.y.iter().find(|name| !known.contains(&name.as_str())) {
            Some(name) => {
                Err(format!("--y: {}", human::unknown(what, name, known.iter().copied())))
            }
            None => Ok(()),
        }
    }
}

/// What a name means on an axis or in a legend: `params.eta` is η, `order_mean` order mean.
pub(super) fn spoken(name: &str) -> String {
    let last = name.rsplit_once('.').map_or(name, |(_, last)| last);
    match last {
        "entities" => return "N".to_string(),
        "time" => return "Time".to_string(),
        "tick" => return "Tick".to_string(),
        _ => {}
    }
    let words = last.split('_').map(|word| {
        GREEK.iter().find(|(name, _)| *name == word).map_or(word, |(_, letter)| letter)
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The label of an axis: a name, and its unit if it has one.
pub(super) fn label(name: &str, unit: &str) -> String {
    let name = spoken(name);
    let mut letters = name.chars();
    // A word begins with a capital letter, a symbol stays as it is.
    let name = match letters.next() {
        Some(first) if name.chars().count() > 2 && first.is_ascii() => {
            first.to_ascii_uppercase().to_string() + letters.as_str()
        }
        _ => name,
    };
    let unit = match unit {
        "radian" => "rad",
        unit => unit,
    };
    if unit.is_empty() { name } else { format!("{name} ({unit})") }
}

/// Letters that parameters are named after.
const GREEK: [(&str, &str); 16] = [
    ("alpha", "α"),
    ("beta", "β"),
    ("gamma", "γ"),
    ("delta", "δ"),
    ("epsilon", "ε"),
    ("eta", "η"),
    ("theta", "θ"),
    ("kappa", "κ"),
    ("lambda", "λ"),
    ("mu", "μ"),
    ("rho", "ρ"),
    ("sigma", "σ"),
    ("tau", "τ"),
    ("phi", "φ"),
    ("chi", "χ"),
    ("omega", "ω"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spoken_as_people_write_them() {
        assert_eq!(label("params.eta", "radian"), "η (rad)");
        assert_eq!(label("order_mean", ""), "Order mean");
        assert_eq!(label("max_speed", "length / time"), "Max speed (length / time)");
        assert_eq!(label("vx", ""), "vx");
        assert_eq!(spoken("entities"), "N");
    }
}
