//! What came of an observable: columns of equal length, and single counts.

/// Columns, and what was counted beside them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The columns, all of one length.
    pub columns: Vec<Column>,
    /// Single counts by name.
    pub counts: Vec<(&'static str, u64)>,
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its unit: a product of powers of `length`, `time` and `tick`; empty for a plain number.
    pub unit: &'static str,
    /// What is in it.
    pub values: Values,
}

/// The values of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Reals.
    Real(Vec<f64>),
    /// Counts.
    Whole(Vec<u64>),
}

impl Table {
    /// Adds a column of reals.
    #[must_use]
    pub fn real(
        mut self,
        name: &'static str,
        unit: &'static str,
        values: impl IntoIterator<Item = f64>,
    ) -> Self {
        let values = Values::Real(values.into_iter().collect());
        self.columns.push(Column { name, unit, values });
        self
    }

    /// Adds a column of counts.
    #[must_use]
    pub fn whole(mut self, name: &'static str, values: impl IntoIterator<Item = u64>) -> Self {
        let values = Values::Whole(values.into_iter().collect());
        self.columns.push(Column { name, unit: "", values });
        self
    }

    /// Adds a single count.
    #[must_use]
    pub fn count(mut self, name: &'static str, count: u64) -> Self {
        self.counts.push((name, count));
        self
    }

    /// The reals of a column; None if there is none of this name that holds reals.
    pub fn reals(&self, name: &str) -> Option<&[f64]> {
        self.columns.iter().find_map(|column| match &column.values {
            Values::Real(values) if column.name == name => Some(values.as_slice()),
            _ => None,
        })
    }

    /// The counts of a column; None if there is none of this name that holds counts.
    pub fn wholes(&self, name: &str) -> Option<&[u64]> {
        self.columns.iter().find_map(|column| match &column.values {
            Values::Whole(values) if column.name == name => Some(values.as_slice()),
            _ => None,
        })
    }
}

/// The unit of a number per area, or per volume.
pub(crate) fn per_size<A: flockwork_kernel::Axes>() -> &'static str {
    if A::SPACE { "1/length^3" } else { "1/length^2" }
}
