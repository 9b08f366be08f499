//! A series: the statistics of a simulation at some ticks, their means with errors, and rules to stop.

use std::ffi::{CString, c_char};

use flockwork_cli::stepped::Collector;

use crate::memory::{one, out, text};
use crate::sim::{Sim, change};
use crate::status::{Fault, Status, call};

/// The statistics of a simulation at some ticks; it does not change any more.
pub struct Series {
    taken: Collector,
    stopped: Option<CString>,
}

/// The mean of a statistic over a series.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Mean {
    /// The mean; NaN if there is no value.
    pub mean: f64,
    /// Its standard error, block-averaged; NaN if the series is too short to tell.
    pub error: f64,
    /// How many samples in a row are worth one that is independent; NaN if that is not known.
    pub correlation: f64,
    /// How many values it is of: NaN is none.
    pub samples: u64,
}

/// Computes so many ticks, and takes the statistics before the first, after every `every` of them, and after
/// the last. It ends at the first of these ticks at which the condition `until` holds, such as
/// "infected == 0", or the statistic of `steady` is steady, such as "order:2%": written as the options of
/// `flockwork run`; with NULL there is no such rule. The series must be freed by fw_series_free. On any error
/// `*out` is NULL, and the ticks that were done before it are done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_sim_series(
    sim: *mut Sim,
    ticks: u64,
    every: u64,
    until: *const c_char,
    steady: *const c_char,
    out: *mut *mut Series,
) -> Status {
    // SAFETY: as the caller promises.
    unsafe {
        change(sim, |sim| {
            let to = self::out("out", out)?;
            *to = std::ptr::null_mut();
            if every == 0 {
                return Err(Fault::invalid("`every` is 0: it must be at least 1"));
            }
            let until = if until.is_null() { None } else { Some(text("until", until)?) };
            let steady = if steady.is_null() { None } else { Some(text("steady", steady)?) };
            let steady: Vec<String> = steady.into_iter().map(str::to_string).collect();
            let mut taken = Collector::new(sim, every, until, &steady)?;
            let mut left = ticks;
            while !taken.take(sim)? && left > 0 {
                sim.step(left.min(every))?;
                left -= left.min(every);
            }
            let stopped = taken.stopped().and_then(|rule| CString::new(rule).ok());
            *to = Box::into_raw(Box::new(Series { taken, stopped }));
            Ok(())
        })
    }
}

/// Frees a series; nothing happens with NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_series_free(series: *mut Series) {
    if !series.is_null() {
        // SAFETY: it came from a `Box`, and is freed once, as the caller promises.
        call(|| unsafe {
            drop(Box::from_raw(series));
            Ok(())
        });
    }
}

/// Shows the ticks at which the statistics were taken, valid until the series is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_series_ticks(
    series: *const Series,
    ticks: *mut *const u64,
    count: *mut usize,
) -> Status {
    // SAFETY: as the caller promises.
    call(|| unsafe {
        let all = one("series", series)?.taken.ticks();
        let (ticks, count) = (out("ticks", ticks)?, out("count", count)?);
        (*ticks, *count) = (all.as_ptr(), all.len());
        Ok(())
    })
}

/// Shows the numbers of one statistic, by name, NaN where it has no value: one for each tick, valid until the
/// series is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_series_values(
    series: *const Series,
    name: *const c_char,
    values: *mut *const f64,
    count: *mut usize,
) -> Status {
    // SAFETY: as the caller promises.
    call(|| unsafe {
        let series = one("series", series)?;
        let (_, all) = &series.taken.columns()[place(series, text("name", name)?)?];
        let (values, count) = (out("values", values)?, out("count", count)?);
        (*values, *count) = (all.as_ptr(), all.len());
        Ok(())
    })
}

/// The mean of one statistic over the series, by name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_series_mean(
    series: *const Series,
    name: *const c_char,
    mean: *mut Mean,
) -> Status {
    // SAFETY: as the caller promises.
    call(|| unsafe {
        let series = one("series", series)?;
        let found = series.taken.means().nth(place(series, text("name", name)?)?);
        let (_, found) = found.ok_or_else(|| Fault::invalid("there is no such statistic"))?;
        *out("mean", mean)? = Mean {
            mean: found.mean,
            error: found.error,
            correlation: found.correlation,
            samples: found.samples,
        };
        Ok(())
    })
}

/// The rule by which the run ended, such as "until: infected == 0", valid until the series is freed; NULL if it
/// did all of its ticks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_series_stopped(
    series: *const Series,
    rule: *mut *const c_char,
) -> Status {
    // SAFETY: as the caller promises.
    call(|| unsafe {
        let stopped = &one("series", series)?.stopped;
        *out("rule", rule)? = stopped.as_ref().map_or(std::ptr::null(), |rule| rule.as_ptr());
        Ok(())
    })
}

/// The place of a statistic of this name.
fn place(series: &Series, name: &str) -> Result<usize, Fault> {
    let columns = series.taken.columns();
    columns.iter().position(|(known, _)| known == name).ok_or_else(|| {
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        Fault::invalid(format_args!(
            "there is no statistic `{name}`; the model has {}",
            names.join(", ")
        ))
    })
}
