//! The table `stop` of a scenario: rules by which a run stops before its last tick.

use flockwork_scheduler_native::Entry;

use super::reader::Reader;
use super::source::{Item, Value};
use crate::stop::Written;

impl Reader<'_> {
    /// The rules, as they are written; what is wrong with them is noted.
    pub(super) fn stop(&mut self, entry: Option<&Entry>) -> Option<Written> {
        let mut good = true;
        let mut words = |reader: &mut Self, path: &str, allowed: &str, most: usize| {
            let Some(item) = reader.source.get(path).cloned() else { return Vec::new() };
            let found = texts(&item).filter(|texts| !texts.is_empty() && texts.len() <= most);
            good &= found.is_some();
            found.or_else(|| reader.wrong(&item, allowed)).unwrap_or_default()
        };
        let until = words(self, "stop.until", "a condition such as \"tick > 100\"", 1);
        let limit = words(self, "stop.limit", "a time such as \"2h30m\"", 1);
        let steady = "a text such as \"order:0.01\", or a list of them";
        let steady = words(self, "stop.steady", steady, usize::MAX);
        let every = match self.source.get("stop.every") {
            Some(_) => Some(self.whole("stop.every", 1, u64::MAX, None)?),
            None => None,
        };
        let first = |texts: Vec<String>| texts.into_iter().next();
        let stop = Written { until: first(until), every, limit: first(limit), steady };
        for wrong in [stop.rules(entry?).err(), stop.limit().err()].into_iter().flatten() {
            let path = format!("stop.{}", wrong.rule);
            let Some(item) = self.source.get(&path).cloned() else { continue };
            self.source.blame(&item, &format!("`{path}`: {}", wrong.problem()));
            good = false;
        }
        good.then_some(stop)
    }
}

/// One text, or a list of them.
fn texts(item: &Item) -> Option<Vec<String>> {
    match &item.value {
        Value::Text(text) => Some(vec![text.clone()]),
        Value::Words(words) => Some(words.clone()),
        _ => None,
    }
}
