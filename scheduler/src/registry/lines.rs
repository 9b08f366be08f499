//! Where the rows of a table stand in the file that they come from.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// In which line of a file each row of a table stands; without lines, rows are counted from 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lines {
    /// From this row on, how much larger the number of the line is.
    breaks: Vec<(usize, u64)>,
}

impl Lines {
    /// Says in which line the next row stands; rows come in order.
    pub fn note(&mut self, row: usize, line: u64) {
        let ahead = line.saturating_sub(row as u64);
        if self.breaks.last().is_none_or(|(_, before)| *before != ahead) {
            self.breaks.push((row, ahead));
        }
    }

    /// The line in which a row stands, if it stands in one.
    pub fn line(&self, row: usize) -> Option<u64> {
        let after = self.breaks.partition_point(|(first, _)| *first <= row);
        let (_, ahead) = self.breaks.get(after.checked_sub(1)?)?;
        Some(row as u64 + ahead)
    }

    /// What to call a row, counted from 0.
    pub fn name(&self, row: usize) -> String {
        match self.line(row) {
            Some(line) => format!("line {line}"),
            None => format!("row {}", row + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_named_by_their_lines_where_there_are_any() {
        let mut lines = Lines::default();
        assert_eq!(lines.name(4), "row 5");
        for (row, line) in [(0, 2), (1, 3), (2, 7), (3, 8), (4, 10)] {
            lines.note(row, line);
        }
        let names: Vec<String> = (0..6).map(|row| lines.name(row)).collect();
        assert_eq!(names, ["line 2", "line 3", "line 7", "line 8", "line 10", "line 11"]);
        assert_eq!(lines.breaks.len(), 3);
    }
}
