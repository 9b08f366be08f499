//! What comes of all runs: `runs.csv` in their order, and `points.csv` with the mean of each point.

use std::path::Path;

use super::asked::Asked;
use super::csv;
use super::design::Run;
use super::rows::{Columns, Done, number, write};
use crate::failure::Failure;

/// Writes both files, of which all rows are there.
pub(super) fn merge(
    folder: &Path,
    asked: &Asked,
    columns: &Columns,
    runs: &[Run],
    done: &Done,
) -> Result<(), Failure> {
    let mut text = columns.header();
    for row in done.rows.iter().flatten() {
        text += &csv::line(row);
        text.push('\n');
    }
    write(folder, "runs.csv", &text)?;
    let (names, rows) = table(asked, columns, runs, done);
    let lines = [names].into_iter().chain(rows).map(|row| csv::line(&row) + "\n");
    write(folder, "points.csv", &lines.collect::<String>())
}

/// The names of the columns, and one row for each point, over its runs that have not failed.
pub(super) fn table(
    asked: &Asked,
    columns: &Columns,
    runs: &[Run],
    done: &Done,
) -> (Vec<String>, Vec<Vec<String>>) {
    let mut names = vec!["point".to_string()];
    names.extend(asked.design.keys.iter().cloned());
    names.push("runs".to_string());
    for name in &asked.stats {
        names.extend(["mean", "error"].map(|what| format!("{name}_{what}")));
    }
    let mut lines = Vec::new();
    let mut rest = &done.rows[..];
    for (at, chunk) in runs.chunk_by(|one, next| one.point == next.point).enumerate() {
        let (rows, after) = rest.split_at(chunk.len());
        rest = after;
        let good: Vec<&[String]> = rows
            .iter()
            .filter_map(|row| row.as_deref())
            .filter(|row| columns.failed(row).is_none())
            .collect();
        let mut line = vec![(at + 1).to_string()];
        line.extend(asked.design.points[at].values.iter().cloned());
        line.push(good.len().to_string());
        for stat in 0..asked.stats.len() {
            let of_runs: Vec<[f64; 2]> =
                good.iter().map(|row| columns.mean_and_error(row, stat)).collect();
            line.extend(mean_and_error(&of_runs).map(number));
        }
        lines.push(line);
    }
    (names, lines)
}

/// The mean over runs, which each have a mean and its error, and the error of that: from how much the
/// runs differ, or of a single one its own. NaN where there is none.
fn mean_and_error(runs: &[[f64; 2]]) -> [f64; 2] {
    let known: Vec<&[f64; 2]> = runs.iter().filter(|[mean, _]| !mean.is_nan()).collect();
    let count = known.len() as f64;
    match &known[..] {
        [] => [f64::NAN; 2],
        [one] => **one,
        // Always in the order of the runs, so the bits are the same whoever ran them.
        all => {
            let mean = all.iter().map(|[mean, _]| mean).sum::<f64>() / count;
            let spread = all.iter().map(|[one, _]| (one - mean) * (one - mean)).sum::<f64>();
            [mean, (spread / (count - 1.0) / count).sqrt()]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_of_a_mean_is_that_of_its_runs() {
        assert!(mean_and_error(&[])[0].is_nan());
        assert_eq!(mean_and_error(&[[2.0, 0.5]]), [2.0, 0.5]);
        // Of 1, 2, 3, 4: variance 5/3, over 4.
        let four = [[1.0, 9.0], [2.0, 9.0], [3.0, 9.0], [4.0, 9.0]];
        let [mean, error] = mean_and_error(&four);
        assert_eq!(mean, 2.5);
        assert!((error - (5.0f64 / 12.0).sqrt()).abs() < 1e-15, "{error}");
        // Who has none is left out.
        let [mean, error] = mean_and_error(&[[1.0, 0.0], [f64::NAN; 2], [3.0, 0.0]]);
        assert_eq!((mean, error), (2.0, 1.0));
    }
}
