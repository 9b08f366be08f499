//! A simulation as bytes.

use alloc::vec::Vec;

use flockwork_kernel::arithmetic;
use flockwork_kernel::columns::{Columns, Reach, packed_len, schema_hash};

use super::Simulation;
use crate::domain::Domain;
use crate::executor::Executor;
use crate::model::Model;
use crate::params::Params;
use crate::setup::SimulationError;
use crate::snapshot::{Due, Runs, Snapshot, SnapshotHeader, whole_run};

impl<M: Model, X: Executor> Simulation<M, X> {
    /// All entities of this process in order of their ids, as packed rows of
    /// `packed_len(SCHEMA, Reach::Owned)` bytes.
    ///
    /// # Errors
    ///
    /// As [`Simulation::domains`].
    pub fn rows(&self) -> Result<Vec<u8>, SimulationError> {
        let domains = self.domains()?;
        let stride = packed_len(M::Columns::SCHEMA, Reach::Owned);
        let mut order = Vec::new();
        for (at, domain) in domains.iter().enumerate() {
            let ids = domain.ids();
            domain.visit(|_, row| order.push((ids[row], at, row)));
        }
        #[allow(clippy::disallowed_methods, reason = "no two ids are alike")]
        order.sort_unstable();
        let mut bytes = alloc::vec![0; order.len() * stride];
        let views: Vec<_> = domains.iter().map(Domain::view).collect();
        for (place, (_, at, row)) in bytes.chunks_exact_mut(stride).zip(order) {
            if let Ok(view) = &views[at] {
                M::Columns::pack(view, row, Reach::Owned, place);
            }
        }
        Ok(bytes)
    }

    /// The state as bytes: see [`crate::snapshot`]. Of several processes each writes its own part,
    /// and [`crate::snapshot::merge`] puts the parts together.
    ///
    /// # Errors
    ///
    /// As [`Simulation::domains`].
    pub fn snapshot(&self) -> Result<Vec<u8>, SimulationError> {
        let rows = self.rows()?;
        let stride = packed_len(M::Columns::SCHEMA, Reach::Owned);
        let table = M::Params::TABLE.iter().enumerate();
        let params = table.filter_map(|(index, param)| {
            self.params.get(index).map(|value| (param.name.into(), value))
        });
        let header = SnapshotHeader {
            model: M::NAME.into(),
            arithmetic: arithmetic::ID.into(),
            schema_hash: schema_hash(M::Columns::SCHEMA),
            setup: self.setup,
            tick: self.tick,
            next_id: self.people.next_id,
            params: params.collect(),
            history: self.history.clone(),
            fields: self.fields().map(|(name, cells)| (name.into(), cells)).collect(),
            inputs: Due::default(),
            population: (rows.len() / stride) as u64,
            row_len: stride as u32,
        };
        let amounts = (0..M::FIELDS.len()).map(|field| self.runs(field));
        let amounts = amounts.collect::<Result<_, _>>()?;
        Ok(Snapshot { header, rows: &rows, amounts }.encode())
    }

    /// What is in the cells of a field, as far as they belong to this process: in one run, where all do.
    fn runs(&self, field: usize) -> Result<Runs, SimulationError> {
        let mut runs = Runs::new();
        self.visit_field(field, |number, row| match runs.last_mut() {
            Some((first, amounts)) if *first as usize + amounts.len() == number => {
                amounts.extend(row);
            }
            _ => runs.push((number as u32, row.into())),
        })?;
        let alone = self.domains.len() == self.topology.regions().len();
        Ok(if alone { whole_run(runs).unwrap_or_default() } else { runs })
    }
}
