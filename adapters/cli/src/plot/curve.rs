//! Curves that a user wants beside the data: an expression of x, or a theory.

use exmex::{Express, FlatEx};

use super::panel::{Layer, Panel, Point, Shape};
use crate::args::Theory;
use crate::human;

/// How many points a curve has.
const POINTS: usize = 241;

/// A curve beside the data.
pub(super) struct Curve {
    name: String,
    rule: FlatEx<f64>,
}

impl Curve {
    /// Reads an expression of `x`, or `NAME = expression`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (name, rule) = match text.split_once('=') {
            Some((name, rule)) => (name.trim(), rule),
            None => (text.trim(), text),
        };
        Self::new(name, rule).map_err(|problem| {
            format!(
                "--with \"{}\": {problem}; it must be an expression of x such as \"2*x^2\" or \
                 \"sqrt(x)/PI\", with + - * / ^ and functions such as sin, exp, ln, log10 and sqrt; \
                 \"NAME = expression\" names it",
                human::shown(text)
            )
        })
    }

    fn new(name: &str, rule: &str) -> Result<Self, String> {
        let rule = exmex::parse::<f64>(rule).map_err(|error| error.to_string())?;
        match rule.var_names() {
            [] => {}
            [x] if x == "x" => {}
            names => {
                let other = names.iter().find(|name| *name != "x").map_or("", String::as_str);
                return Err(format!("`{}` is not known", human::shown(other)));
            }
        }
        Ok(Self { name: name.to_string(), rule })
    }

    /// The curve of a theory.
    ///
    /// Reference: D. Henderson, "A simple equation of state for hard discs", 1975,
    /// doi:10.1080/00268977500102511.
    pub(super) fn of(theory: Theory) -> Option<Self> {
        match theory {
            Theory::Henderson => Self::new("Henderson 1975", "(1 + x^2/8) / (1 - x)^2").ok(),
            Theory::None => None,
        }
    }

    fn at(&self, x: f64) -> f64 {
        let all = [x];
        let values = if self.rule.var_names().is_empty() { &all[..0] } else { &all };
        self.rule.eval(values).unwrap_or(f64::NAN)
    }

    /// Adds the curve to a panel, along its data.
    pub(super) fn add_to(&self, panel: &mut Panel) {
        let (low, high) = panel.extent(true);
        if low >= high || panel.layers.iter().any(Layer::covers) {
            return;
        }
        let log = panel.x.log;
        let at = |number: usize| {
            let part = number as f64 / (POINTS - 1) as f64;
            if log { low * (high / low).powf(part) } else { low + part * (high - low) }
        };
        let points = (0..POINTS).map(at).map(|x| Point::new(x, self.at(x))).collect();
        panel.layers.push(Layer::new(self.name.clone(), Shape::Curve(points)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_may_have_a_name() {
        let curve = Curve::parse("line = 2*x + 1").unwrap();
        assert_eq!((curve.name.as_str(), curve.at(3.0)), ("line", 7.0));
        assert_eq!(Curve::parse("x^2").unwrap().at(3.0), 9.0);
        assert_eq!(Curve::parse("4").unwrap().at(3.0), 4.0);
        assert_eq!(
            Curve::parse("-2^2 + exp(0)").map(|curve| curve.at(0.0)).unwrap().abs() % 2.0,
            1.0
        );
        for bad in ["", "2*", "y", "x + y", "import os", "x("] {
            let Err(problem) = Curve::parse(bad) else { panic!("{bad}") };
            assert!(problem.contains("expression of x"), "{problem}");
        }
    }

    #[test]
    fn the_theory_of_hard_discs_has_its_second_virial_coefficient() {
        let curve = Curve::of(Theory::Henderson).unwrap();
        // Z = 1 + 2 packing + ..
        assert!((curve.at(1e-6) - 1.0 - 2e-6).abs() < 1e-10);
        // Z at 0.5 of that equation.
        assert!((curve.at(0.5) - 4.125).abs() < 1e-12);
    }
}
