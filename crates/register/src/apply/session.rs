//! Applies one file to a register while it is checked.

use flagflow_check::{FileFormat, FileStart, Flow, OtherLine, RuleFlags, Verdict, Visitor};
use flagflow_electricity::RawRecord as ElectricRecord;
use flagflow_frame::Line;
use flagflow_gas::{Detail, RawRecord};

use super::batch::UpdateBatch;
use super::{ApplyOptions, Listener, not_updates};
use crate::entry::{FileId, Update};
use crate::error::{Error, Result};
use crate::file::{Origin, UpdateCounts};
use crate::store::Transaction;
use flagflow_domain::{Fuel, MeterPoint};

/// Applies one file to a register.
pub(super) struct ApplySession<'o, 't, 'l> {
    options: &'o ApplyOptions,
    batch: UpdateBatch<'t>,
    changes: Option<Listener<'l>>,
    /// The layout of the file's lines, once known.
    layout: Option<UpdateLayout>,
    counts: UpdateCounts,
}

#[derive(Clone, Copy)]
enum UpdateLayout {
    Gas(flagflow_gas::Layout),
    Electricity(flagflow_electricity::Layout),
}

/// Result of a session.
pub(super) struct Done {
    pub(super) counts: UpdateCounts,
    pub(super) origin: Option<Origin>,
}

impl<'o, 't, 'l> ApplySession<'o, 't, 'l> {
    pub(super) fn new(
        options: &'o ApplyOptions,
        file: FileId,
        transaction: &'t mut (dyn Transaction + 't),
        changes: Option<Listener<'l>>,
    ) -> Self {
        let batch = UpdateBatch::new(transaction, file, options.conflicts);
        Self { options, batch, changes, layout: None, counts: UpdateCounts::default() }
    }

    pub(super) fn finish(mut self) -> Result<Done> {
        self.settle()?;
        Ok(Done { counts: self.counts, origin: self.batch.into_origin() })
    }

    fn settle(&mut self) -> Result<()> {
        self.batch.settle(&mut self.counts, &mut self.changes)
    }

    /// Returns the origin in a header, if it can be read.
    fn origin(&self, line: &[u8]) -> Option<Origin> {
        match self.layout? {
            UpdateLayout::Gas(layout) => {
                let raw = RawRecord::cut(line, layout).ok()?;
                Origin::of_gas(&flagflow_gas::Header::try_from(&raw).ok()?)
            }
            UpdateLayout::Electricity(layout) => {
                let raw = ElectricRecord::cut(line, self.options.check.d0350.table(layout)).ok()?;
                let header = flagflow_electricity::Header::try_from(&raw).ok()?;
                Some(Origin::of_electricity(&header))
            }
        }
    }
}

/// Returns the update of a record if all of its fields can be read.
fn update(verdict: &Verdict<'_>) -> Option<Update> {
    let fuel = match verdict.shape {
        // an E46 among updates is an answer, even if the options of the check allow it
        FileFormat::Gas(_) => match verdict.detail()? {
            Detail::E45(_) => Fuel::Gas,
            Detail::E46(_) => return None,
        },
        FileFormat::Electricity(..) => Fuel::Electricity,
    };
    Some(Update {
        point: MeterPoint::new(fuel, verdict.values.point?)?,
        from: verdict.values.day?,
        flag: verdict.values.flag?,
        line: verdict.line.number,
    })
}

impl Visitor for ApplySession<'_, '_, '_> {
    type Error = Error;

    fn begin(&mut self, beginning: FileStart<'_>) -> Result<()> {
        self.layout = Some(match beginning.shape {
            FileFormat::Gas(layout) => UpdateLayout::Gas(layout),
            FileFormat::Electricity(_, profile)
                if profile.flow() == flagflow_electricity::Flow::D0351 =>
            {
                return Err(not_updates(Flow::D0351));
            }
            FileFormat::Electricity(layout, _) => UpdateLayout::Electricity(layout),
        });
        Ok(())
    }

    fn other_line(&mut self, line: &Line<'_>, other_line: OtherLine, _: RuleFlags) -> Result<()> {
        if other_line == OtherLine::SecondFile {
            self.counts.reject();
        }
        if other_line == OtherLine::Header
            && let Some(origin) = self.origin(line.bytes)
        {
            self.batch.set_origin(origin);
        }
        Ok(())
    }

    fn record(&mut self, verdict: &Verdict<'_>) -> Result<()> {
        let Some(update) = update(verdict).filter(|_| !verdict.rejected) else {
            self.counts.reject();
            return Ok(());
        };
        self.batch.push(update);
        if self.batch.len() < self.options.batch { Ok(()) } else { self.settle() }
    }
}
