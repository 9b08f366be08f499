//! What of an initial table is read, and what of a run is recorded.

use clap::Args;

/// What of an initial table is read: the keys of `[table]` in a scenario.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct TableArgs {
    /// Which columns of the initial table are read, and for what, such as x=X*0.01,y=Y*0.01,id=ID,time=T
    #[arg(long, value_name = "NAME=COLUMN,..")]
    pub(crate) columns: Option<String>,
    /// Take the rows, or the frame, of this time: a number, a date, or the tick of a recording
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// With --at: of each id take the row of the nearest time, if it is no farther than this
    #[arg(long, value_name = "TIME", requires = "at")]
    pub(crate) within: Option<f64>,
    /// Take this frame of an XYZ file that has several, from 0; -1 is the last one
    #[arg(long, value_name = "N", conflicts_with = "at")]
    pub(crate) frame: Option<i64>,
    /// Make metres of longitudes and latitudes: those to the east and north of this point
    #[arg(long, value_name = "LON,LAT")]
    pub(crate) project: Option<String>,
}

impl TableArgs {
    /// The keys that are given, with their options and values.
    pub(crate) fn keys(&self) -> Vec<(&'static str, &'static str, String)> {
        let text = |value: &Option<String>| value.as_ref().map(|text| format!("{text:?}"));
        let all = [
            ("table.columns", "--columns", text(&self.columns)),
            ("table.at", "--at", text(&self.at)),
            ("table.within", "--within", self.within.map(|within| format!("{within:?}"))),
            ("table.frame", "--frame", self.frame.map(|frame| frame.to_string())),
            ("table.project", "--project", self.project.as_ref().map(|point| format!("[{point}]"))),
        ];
        all.into_iter().filter_map(|(key, option, value)| Some((key, option, value?))).collect()
    }
}

/// What of a run is recorded.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct RecordArgs {
    /// Record these columns and fields alone, and the id (and where a format needs it, the place)
    #[arg(long, value_name = "NAME,..", requires = "record")]
    pub(crate) record_columns: Option<String>,
    /// Record these entities alone: ids such as 1-100,205, or conditions such as "tribe == 3" or "id % 10 == 0"
    #[arg(long, value_name = "WHICH", requires = "record")]
    pub(crate) record_entities: Option<String>,
    /// Record places also as if no axis had an end, in the columns xu, yu and zu
    #[arg(long, requires = "record")]
    pub(crate) record_unwrapped: bool,
    /// Give each entity a species or type by this column, in formats of molecules
    #[arg(long, value_name = "COLUMN", requires = "record")]
    pub(crate) record_species: Option<String>,
}
