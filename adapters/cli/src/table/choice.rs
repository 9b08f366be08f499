//! What of a file is read: which columns give which of the model's, and which of many times.
//!
//! A scenario says it in `[table]`, the command line with `--columns` and others beside it.

use crate::human;

/// What of a file is read.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Choice {
    /// Which columns are read, and for what; without it those that have the names of the model's.
    pub(crate) columns: Option<Vec<Pick>>,
    /// The time of the rows that are taken.
    pub(crate) at: Option<f64>,
    /// How far from that time a row may be: of each id the nearest one is taken.
    pub(crate) within: f64,
    /// Which frame of a file that has several, from 0; -1 for the last one.
    pub(crate) frame: Option<i64>,
    /// Longitude and latitude of the point that becomes 0, 0, in degrees.
    pub(crate) project: Option<[f64; 2]>,
}

/// A column of the file, and what it gives.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pick {
    /// A number of the model's, `id` or `time`.
    pub(crate) to: String,
    /// A name in the file, or the number of a column, from 1.
    pub(crate) from: String,
    /// What its values are multiplied by.
    pub(crate) factor: f64,
}

/// The name for the time of a row.
pub(super) const TIME: &str = "time";

/// Reads `x=X*0.01,y=Y*0.01,id=ID,time=FRAME`.
pub(crate) fn picks(text: &str) -> Result<Vec<Pick>, String> {
    let mut picks: Vec<Pick> = Vec::new();
    for part in text.split(',') {
        let wrong = || {
            format!(
                "\"{}\" must be NAME=COLUMN or NAME=COLUMN*FACTOR, such as x=lon or x=X*0.01",
                human::shown(part)
            )
        };
        let (to, from) = part.split_once('=').ok_or_else(wrong)?;
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|one| one.is_finite());
        let (from, factor) = match from.rsplit_once('*') {
            Some((from, factor)) => (from, number(factor).filter(|one| *one != 0.0)),
            None => (from, Some(1.0)),
        };
        let (to, from) = (to.trim().to_string(), from.trim().to_string());
        let factor = factor.filter(|_| !to.is_empty() && !from.is_empty()).ok_or_else(wrong)?;
        if picks.iter().any(|known| known.to == to) {
            return Err(format!("`{}` is there twice", human::shown(&to)));
        }
        picks.push(Pick { to, from, factor });
    }
    Ok(picks)
}

/// A time: a number, or a date with a time of day such as `2008-02-14 05:00:00.000`, which becomes
/// seconds since 1970. Without an offset it is universal time.
pub(crate) fn time(text: &str) -> Option<f64> {
    let text = text.trim();
    match text.parse::<f64>() {
        Ok(number) => Some(number).filter(|number| number.is_finite()),
        Err(_) => date(text),
    }
}

fn date(text: &str) -> Option<f64> {
    let (day, rest) = text.split_at_checked(10)?;
    let [year, month, day] = numbers::<3>(day, '-')?;
    let days = days(year, month, day)?;
    let Some(rest) = rest.strip_prefix(['T', ' ']) else {
        return rest.is_empty().then_some(days as f64 * 86_400.0);
    };
    let (clock, offset) = match rest.find(['Z', 'z', '+', '-']) {
        Some(at) => rest.split_at(at),
        None => (rest, "Z"),
    };
    let (clock, part) = clock.trim().split_once('.').unwrap_or((clock.trim(), "0"));
    let part = part.bytes().all(|digit| digit.is_ascii_digit()).then(|| format!("0.{part}"));
    let part: f64 = part?.parse().ok()?;
    let [hour, minute, second] = numbers::<3>(clock, ':')
        .or_else(|| numbers::<2>(clock, ':').map(|[hour, minute]| [hour, minute, 0]))
        .filter(|[hour, minute, second]| *hour < 24 && *minute < 60 && *second <= 60)?;
    let east = match offset.strip_prefix(['+', '-']) {
        Some(ahead) => {
            let [hours, minutes] = numbers::<2>(ahead, ':').filter(|[hours, _]| *hours < 24)?;
            (hours * 60 + minutes) * if offset.starts_with('-') { -60 } else { 60 }
        }
        None => 0,
    };
    Some((days * 86_400 + hour * 3600 + minute * 60 + second - east) as f64 + part)
}

/// Whole numbers with this between them.
fn numbers<const N: usize>(text: &str, between: char) -> Option<[i64; N]> {
    let mut parts = text.split(between);
    let mut numbers = [0; N];
    for number in &mut numbers {
        let part = parts.next()?;
        let digits = !part.is_empty() && part.len() <= 4;
        *number = part
            .parse()
            .ok()
            .filter(|_| digits && part.bytes().all(|digit| digit.is_ascii_digit()))?;
    }
    parts.next().is_none().then_some(numbers)
}

/// Days from the first of January 1970 to a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let february = if leap { 29 } else { 28 };
    let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let length = lengths.get(usize::try_from(month - 1).ok()?)?;
    if !(1..=*length).contains(&day) {
        return None;
    }
    let before = year - 1;
    let leaps = before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
    let months: i64 = lengths.iter().take(month as usize - 1).sum();
    Some(before * 365 + leaps + months + day - 719_163)
}

/// The mean radius of the Earth, in metres.
const RADIUS: f64 = 6_371_008.8;

/// Metres to the east and to the north of a point, all in degrees: on a cylinder that touches where the
/// point is.
pub(super) fn project(point: [f64; 2], to: [f64; 2]) -> [f64; 2] {
    // Longitudes meet at 180 degrees.
    let east = (to[0] - point[0] + 540.0).rem_euclid(360.0) - 180.0;
    let degree = RADIUS * std::f64::consts::PI / 180.0;
    // The same bits everywhere, which the system's cosine would not have.
    [east * degree * libm::cos(point[1].to_radians()), (to[1] - point[1]) * degree]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_picked_by_name_or_number_with_a_factor() {
        let picked = picks("x=X*0.01, id = 1,time=t*x").unwrap_err();
        assert!(picked.contains("time=t*x"), "{picked}");
        let picked = picks("x=X*0.01, id = 1,time=a b").unwrap();
        let wanted = [("x", "X", 0.01), ("id", "1", 1.0), ("time", "a b", 1.0)];
        let found: Vec<(&str, &str, f64)> =
            picked.iter().map(|one| (&one.to[..], &one.from[..], one.factor)).collect();
        assert_eq!(found, wanted);
        for bad in ["", "x", "x=", "=X", "x=X*0", "x=X*inf", "x=X,", "x=*2"] {
            assert!(picks(bad).unwrap_err().contains("must be NAME=COLUMN"), "{bad}");
        }
        assert_eq!(picks("x=a,x=b").unwrap_err(), "`x` is there twice");
    }

    #[test]
    fn times_are_numbers_or_dates() {
        assert_eq!(time(" 12.5"), Some(12.5));
        assert_eq!(time("1970-01-01"), Some(0.0));
        assert_eq!(time("1970-01-02 00:00:01.5"), Some(86_401.5));
        assert_eq!(time("2000-03-01T00:00:00Z"), Some(951_868_800.0));
        assert_eq!(time("2008-02-14 05:00:00.000"), Some(1_202_965_200.0));
        assert_eq!(time("2008-02-14T05:00+01:30"), Some(1_202_965_200.0 - 5400.0));
        assert_eq!(time("2008-02-14T05:00-01:00"), Some(1_202_965_200.0 + 3600.0));
        assert_eq!(time("1969-12-31 23:59:59"), Some(-1.0));
        for bad in [
            "",
            "nan",
            "inf",
            "noon",
            "2008-02-30",
            "2008-13-01",
            "2007-02-29",
            "2008-02-14 25:00",
            "2008-02-14 05",
            "2008-02-14x",
            "2008-2-14 05:00",
            "2008-02-14 05:00:00.x",
            "é",
            "2008-02-14 05:00+1",
            "2008-02-1é 05:00",
        ] {
            assert_eq!(time(bad), None, "{bad}");
        }
    }

    #[test]
    fn degrees_become_metres() {
        // A degree of latitude is 111,195 m on a sphere of this radius.
        let [x, y] = project([10.0, 60.0], [11.0, 61.0]);
        assert!((y - 111_195.08).abs() < 0.01 && (x - y / 2.0).abs() < 0.01, "{x} {y}");
        assert_eq!(project([10.0, 60.0], [10.0, 60.0]), [0.0, 0.0]);
        let [x, _] = project([179.5, 0.0], [-179.5, 0.0]);
        assert!((x - 111_195.08).abs() < 0.01, "{x}");
    }
}
