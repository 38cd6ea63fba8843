//! Records from a table: a row for each update.

use std::borrow::Cow;
use std::io::BufRead;
use std::sync::Arc;

use flagflow_domain::Fuel;
use flagflow_electricity::{Field, Flow, LineKind, Opening, Profile};
use flagflow_frame::Position;

use flagflow_files::Result;

use super::super::columns::TableColumns;
use super::super::conversion::ConvertSource;
use super::super::names::normal;
use super::super::options::ConvertOptions;
use super::super::report::{ConvertReason, ConvertRefusal};
use super::super::rows::TableRows;
use super::values::{Assembly, ElectricityBadValue};
use super::{
    ElectricityConversion, ElectricityFoundHeader, ElectricityPart, ElectricityStep, Extras, Item,
    profile_of,
};

/// The name that the register has for a meter point.
pub(super) const METER_POINT: &str = "meter_point";

/// Returns true if a cell is the name of a column that only electricity has.
pub(in crate::convert) fn is_column(name: &[u8]) -> bool {
    normal(name) == Field::MpanCore.name()
}

pub(super) struct ElectricityTable<R> {
    rows: TableRows<R>,
    columns: TableColumns<Field>,
    profile: Arc<Profile>,
    assembly: Assembly,
    /// The level-1 group of the row before.
    group: Option<(Opening, Extras)>,
    /// The update that the group at hand was read before.
    waiting: Option<Item>,
}

impl<R: BufRead> ElectricityTable<R> {
    pub(super) fn new(input: R, options: &ConvertOptions) -> Result<Self> {
        let given = options.profile.as_ref();
        let mut rows = TableRows::new(input);
        rows.next()?;
        let row = rows.row();
        let is = |cell: &[u8], field: Field| normal(cell) == field.name();
        let has = |field: Field| {
            (0..row.len()).any(|at| row.cell(at).is_some_and(|cell| is(cell, field)))
        };
        let flow = if has(Field::ReasonCode) { Flow::D0351 } else { Flow::D0350 };
        let profile = profile_of(given.map_or(flow, |given| given.flow()), given);
        let how = (options.mask, options.csv_safe);
        let known = |name: &str| column(&profile, name);
        let columns = TableColumns::named(row, known, needed(profile.flow()), how)?;
        let assembly = Assembly::default();
        Ok(Self { rows, columns, profile, assembly, group: None, waiting: None })
    }

    pub(super) const fn profile(&self) -> &Arc<Profile> {
        &self.profile
    }

    fn read(&mut self) -> Result<ElectricityStep, ElectricityBadValue> {
        self.columns.fit(self.rows.row()).map_err(ElectricityBadValue::whole)?;
        if self.columns.is_of_other_fuel(self.rows.row(), Fuel::Electricity) {
            return Err(ElectricityBadValue::whole(ConvertReason::OtherFuel));
        }
        self.assemble(LineKind::Record)?;
        let item = self.assembly.item(&self.profile)?;
        if self.profile.opening_group().is_none() {
            return Ok(ElectricityStep::Record(item));
        }
        self.assemble(LineKind::Group)?;
        let group = self.assembly.group(&self.profile)?;
        if self.group.as_ref() == Some(&group) {
            return Ok(ElectricityStep::Record(item));
        }
        self.waiting = Some(item);
        let (opening, extras) = self.group.insert(group);
        Ok(ElectricityStep::Part(ElectricityPart::Group(*opening, extras.clone())))
    }

    fn assemble(&mut self, kind: LineKind) -> Result<(), ElectricityBadValue> {
        let (row, columns) = (self.rows.row(), &self.columns);
        // rows are numbered after the first
        let number = row.position.record.unwrap_or(1);
        self.assembly
            .line(kind, &self.profile, |field| match (columns.text(row, field), field) {
                (Some(text), _) => Some(Cow::Borrowed(text)),
                (None, Field::InstructionNumber) => {
                    Some(Cow::Owned(number.to_string().into_bytes()))
                }
                (None, Field::FileSequenceNumber) => Some(Cow::Borrowed(b"1")),
                (None, _) => None,
            })
            .map(|_| ())
    }

    fn bad(&self, bad: ElectricityBadValue) -> ElectricityStep {
        let Some(field) = bad.field else {
            return ElectricityStep::Bad(ConvertRefusal::new(self.rows.row().position, bad.reason));
        };
        let (position, text) = self.field(field);
        let position = position.forward(bad.start as u64);
        ElectricityStep::Bad(ConvertRefusal::new(position, bad.reason).of_cell(field, text))
    }
}

/// Returns the item of the profile's groups that a column is.
fn column(profile: &Profile, name: &str) -> Option<Field> {
    let items = [LineKind::Group, LineKind::Record].map(|kind| profile.items(kind));
    let fields = items.into_iter().flatten().map(|spec| spec.field);
    let named = fields.clone().find(|field| field.name() == name);
    // the name that the register has for a meter point
    named.or_else(|| (name == METER_POINT).then_some(Field::MpanCore))
}

/// Returns the columns that there have to be. Which update is rejected cannot be made up.
const fn needed(flow: Flow) -> &'static [Field] {
    match flow {
        Flow::D0350 => &[Field::MpanCore, Field::DccServiceFlag, Field::EffectiveFromDate],
        Flow::D0351 => &[Field::InstructionNumber, Field::MpanCore, Field::ReasonCode],
    }
}

impl<R: BufRead> ConvertSource<ElectricityConversion> for ElectricityTable<R> {
    fn next(&mut self) -> Result<Option<ElectricityStep>> {
        if let Some(item) = self.waiting.take() {
            return Ok(Some(ElectricityStep::Record(item)));
        }
        if !self.rows.next()? {
            return Ok(None);
        }
        Ok(Some(self.read().unwrap_or_else(|bad| self.bad(bad))))
    }

    fn header(&self) -> ElectricityFoundHeader {
        ElectricityFoundHeader::None
    }

    fn field(&self, field: Field) -> (Position, Option<&[u8]>) {
        self.columns.place(self.rows.row(), field)
    }

    fn ignored(&self) -> &[String] {
        self.columns.ignored()
    }

    fn empty_rows(&self) -> u64 {
        self.rows.empty
    }
}
