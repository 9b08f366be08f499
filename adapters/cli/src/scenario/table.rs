//! What of an initial table is read: the keys of `[table]`.

use super::reader::Reader;
use super::source::Value;
use crate::table::choice::{self, Choice, Pick};

impl Reader<'_> {
    /// Reads all of them; None if one is wrong.
    pub(super) fn choice(&mut self) -> Option<Choice> {
        let columns = self.picks("table.columns");
        let at = self.time("table.at");
        let within = self.within("table.within");
        let frame = self.frame("table.frame");
        let project = self.point("table.project");
        let choice = Choice {
            columns: columns?,
            at: at?,
            within: within?,
            frame: frame?,
            project: project?,
        };
        let given = ["columns", "at", "within", "frame", "project"]
            .into_iter()
            .find_map(|key| self.source.get(&format!("table.{key}")).cloned());
        if let (Some(item), None) = (given, self.source.get("initial")) {
            let problem =
                format!("`{}` says how a table is read, but `initial` names none", item.path);
            self.source.blame(&item, &problem);
            return None;
        }
        Some(choice)
    }

    fn picks(&mut self, path: &str) -> Option<Option<Vec<Pick>>> {
        let Some(item) = self.source.get(path).cloned() else { return Some(None) };
        let text = match &item.value {
            Value::Text(text) => text.clone(),
            Value::Words(parts) => parts.join(","),
            _ => {
                return self
                    .wrong(&item, "a text such as \"x=X,y=Y,id=ID\", or a list of its parts");
            }
        };
        match choice::picks(&text) {
            Ok(picks) => Some(Some(picks)),
            Err(problem) => {
                self.source.blame(&item, &format!("`{path}`: {problem}"));
                None
            }
        }
    }

    fn time(&mut self, path: &str) -> Option<Option<f64>> {
        let Some(item) = self.source.get(path).cloned() else { return Some(None) };
        let time = match &item.value {
            Value::Text(text) => choice::time(text),
            other => other.number().filter(|number| number.is_finite()),
        };
        match time {
            Some(time) => Some(Some(time)),
            None => self.wrong(&item, "a number, or a date such as \"2008-02-14 05:00:00\""),
        }
    }

    fn within(&mut self, path: &str) -> Option<f64> {
        let Some(item) = self.source.get(path).cloned() else { return Some(0.0) };
        let number = item.value.number().filter(|number| number.is_finite() && *number >= 0.0);
        match number {
            Some(number) => Some(number),
            None => self.wrong(&item, "a number that is not negative"),
        }
    }

    fn frame(&mut self, path: &str) -> Option<Option<i64>> {
        let Some(item) = self.source.get(path).cloned() else { return Some(None) };
        let number = item.value.whole().and_then(|number| i64::try_from(number).ok());
        match number.filter(|number| *number >= -1) {
            Some(number) => Some(Some(number)),
            None => self.wrong(&item, "a whole number from 0, or -1 for the last frame"),
        }
    }

    fn point(&mut self, path: &str) -> Option<Option<[f64; 2]>> {
        let Some(item) = self.source.get(path).cloned() else { return Some(None) };
        if let Value::List(point) = &item.value
            && let [east, north] = point[..]
            && east.abs() <= 360.0
            && north.abs() < 90.0
        {
            return Some(Some([east, north]));
        }
        self.wrong(&item, "a longitude and a latitude in degrees, such as [9.1, 48.7]")
    }
}
