//! Tables of text and numbers with a header: series, sweeps, and whatever else has columns.

use crate::human;
use crate::input;
use crate::sweep::csv::fields;

/// The longest text that is read.
pub(super) const MOST_BYTES: u64 = 1 << 28;

/// A table, by columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub(super) columns: Vec<Column>,
}

/// A column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    /// NaN where there is no number.
    pub(super) numbers: Vec<f64>,
    /// What was written, in a table of text.
    pub(super) text: Vec<String>,
}

impl Column {
    /// Whether it has any number.
    pub(super) fn is_numeric(&self) -> bool {
        self.numbers.iter().any(|number| !number.is_nan())
    }
}

impl Table {
    /// Reads comma-separated values; the separator may also be a semicolon or a tab.
    pub(super) fn csv(bytes: &[u8]) -> Result<Self, String> {
        if let Some(problem) = input::foreign_text(bytes) {
            return Err(problem);
        }
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
            format!("line {}: it is not UTF-8 text", line + 1)
        })?;
        let text = text.trim_start_matches('\u{feff}');
        let lines =
            text.lines().enumerate().map(|(at, line)| (at + 1, line.trim_end_matches('\r')));
        let mut lines = lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
        let (_, header) = lines.next().ok_or("it has no columns")?;
        let separator = [';', '\t'].into_iter().find(|mark| header.contains(*mark)).unwrap_or(',');
        let mut columns: Vec<Column> = Vec::new();
        for name in fields(header, separator).ok_or("line 1: a quote does not end")? {
            if columns.iter().any(|column| column.name == name) {
                return Err(format!("there are two columns `{}`", human::shown(&name)));
            }
            columns.push(Column { name, numbers: Vec::new(), text: Vec::new() });
        }
        if columns.iter().all(|column| column.name.parse::<f64>().is_ok()) {
            return Err("the first line must hold the names of the columns".to_string());
        }
        for (number, line) in lines {
            let row = fields(line, separator)
                .ok_or_else(|| format!("line {number}: a quote does not end"))?;
            if row.len() != columns.len() {
                return Err(format!(
                    "line {number}: {}, but the header has {} names",
                    human::plural(row.len() as u64, "value"),
                    columns.len()
                ));
            }
            for (column, value) in columns.iter_mut().zip(row) {
                column.numbers.push(value.trim().parse().unwrap_or(f64::NAN));
                column.text.push(value);
            }
        }
        Ok(Self { columns })
    }

    pub(super) fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.numbers.len())
    }

    pub(super) fn get(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    pub(super) fn has(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.get(name).is_some())
    }

    pub(super) fn names(&self) -> Vec<&str> {
        self.columns.iter().map(|column| column.name.as_str()).collect()
    }

    /// The column that a user means by a name or by the end of it, such as `eta` for `params.eta`.
    pub(super) fn find(&self, name: &str) -> Result<&Column, String> {
        if let Some(column) = self.get(name) {
            return Ok(column);
        }
        let ends =
            |column: &&Column| column.name.rsplit_once('.').is_some_and(|(_, last)| last == name);
        let mut found = self.columns.iter().filter(ends);
        match (found.next(), found.next()) {
            (Some(column), None) => Ok(column),
            _ => Err(human::unknown("column", name, self.names())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_nan_and_stays_as_text() {
        let table = Table::csv(b"# remark\nx,word\n1,\n,one\n2e3,\"a,b\"\n").unwrap();
        assert_eq!(table.names(), ["x", "word"]);
        assert_eq!((table.columns[0].numbers[2], table.columns[1].text[2].as_str()), (2e3, "a,b"));
        assert!(table.columns[0].numbers[1].is_nan() && !table.columns[1].is_numeric());
    }

    #[test]
    fn a_table_that_is_not_one_is_refused_by_line() {
        for (bytes, part) in [
            (&b"x,y\n1\n"[..], "line 2: 1 value, but the header has 2 names"),
            (b"x,x\n1,2\n", "two columns `x`"),
            (b"x,y\n1,\"2\n", "line 2: a quote does not end"),
            (b"1,2\n3,4\n", "the first line must hold the names"),
            (b"x,y\n1,\xff\n", "line 2: it is not UTF-8"),
            (b"\n\n", "no columns"),
        ] {
            let problem = Table::csv(bytes).unwrap_err();
            assert!(problem.contains(part), "{problem}");
        }
    }

    #[test]
    fn a_column_is_found_by_the_end_of_its_name() {
        let table = Table::csv(b"params.eta,world.width,other.width\n1,2,3\n").unwrap();
        assert_eq!(table.find("eta").unwrap().name, "params.eta");
        assert!(table.find("width").is_err() && table.find("depth").is_err());
    }
}
