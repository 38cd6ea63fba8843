//! Records of objects that are alike but for their values, decoded many at a time.

use std::io::{self, BufRead};

use flagflow_codec::{Backend, Decoding, Item, ItemKind, LineDecoder, LineSpec, Lookahead, Slot};
use flagflow_frame::{LineEnd, LineReader};
use flagflow_rows::RowColumns;

use super::flow::ConvertFlow;

/// Records that are read as objects before a decoder is made of one: making it takes as long.
const BEFORE: u32 = 256;

/// The most decoders of an input: one for each kind of record, and some for files of several
/// writers.
const DECODERS: usize = 4;

/// Rows decoded ahead: few enough for the nearest cache.
const ROWS: usize = 256;

/// Takes records from objects that differ from an earlier object in their values alone. Any other
/// line is left to the reader of objects, which is the definition.
pub(super) struct ObjectRows<F: ConvertFlow> {
    decoders: Vec<ObjectDecoder<F>>,
    /// The decoder of the rows that were decoded last.
    current: usize,
    ahead: Lookahead<()>,
    /// The reader still stands before the row of the last record.
    is_before: bool,
    /// A record may come next, and any number of them.
    is_in_records: bool,
    /// Records that were read as objects since the last decoder was made.
    objects: u32,
}

/// The decoder of lines like one object.
struct ObjectDecoder<F: ConvertFlow> {
    rows: LineDecoder<F>,
    /// The place of a number without quotes, which JSON does not begin with a zero.
    bare: Option<usize>,
}

/// A plain object, by the places of its values.
pub(super) struct PlainObject<'o, F: ConvertFlow> {
    pub(super) line: &'o [u8],
    pub(super) line_end: LineEnd,
    /// The items of the values, and where each value begins and ends, in the order of the line.
    pub(super) values: Vec<(Item<F::Field>, std::ops::Range<usize>)>,
}

impl<F: ConvertFlow> ObjectRows<F> {
    pub(super) fn new() -> Self {
        Self {
            decoders: Vec::new(),
            current: 0,
            ahead: Lookahead::with_capacity(ROWS),
            is_before: false,
            is_in_records: false,
            objects: 0,
        }
    }

    /// Returns the record of the next line, if it is like an earlier one. The reader goes behind
    /// the line with the next call.
    pub(super) fn next(
        &mut self,
        lines: &mut LineReader<impl BufRead>,
    ) -> io::Result<Option<F::Record>> {
        if std::mem::take(&mut self.is_before) {
            self.ahead.take(1, lines);
        }
        if !self.is_in_records || self.decoders.is_empty() {
            return Ok(None);
        }
        if self.ahead.is_spent(lines) {
            self.decode(lines)?;
        }
        let row = self.ahead.row(lines);
        let rows = &self.decoders[self.current].rows;
        let record = row.and_then(|row| rows.record(self.ahead.columns(), row));
        self.is_before = record.is_some();
        Ok(record)
    }

    /// Decodes the rows that come next by the first decoder that has any.
    fn decode(&mut self, lines: &mut LineReader<impl BufRead>) -> io::Result<()> {
        for _ in 0..self.decoders.len() {
            let decoder = &self.decoders[self.current];
            if self.ahead.fill(lines, |bytes, columns| decoder.decode(bytes, columns))? > 0 {
                return Ok(());
            }
            self.current = (self.current + 1) % self.decoders.len();
        }
        Ok(())
    }

    /// Takes back the last record: its line is to be read as an object. Returns false where that
    /// was done before.
    pub(super) fn take_back(&mut self) -> bool {
        std::mem::take(&mut self.is_before)
    }

    /// Notes that a line was read as an object; `is_in_records` is true where any number of records
    /// may come next.
    pub(super) fn note(&mut self, is_in_records: bool) {
        self.is_in_records = is_in_records;
    }

    /// Makes a decoder of a record that was read as an object, if there have been many.
    pub(super) fn learn<'o>(
        &mut self,
        spec: &LineSpec<F>,
        layout: F::Layout,
        object: impl FnOnce() -> Option<PlainObject<'o, F>>,
    ) {
        self.objects = self.objects.saturating_add(1);
        if self.objects < BEFORE || self.decoders.len() == DECODERS {
            return;
        }
        self.objects = 0;
        let decoder = object().and_then(|object| ObjectDecoder::of(spec, layout, &object));
        if let Some(decoder) = decoder {
            self.current = self.decoders.len();
            self.decoders.push(decoder);
        }
    }
}

impl<F: ConvertFlow> ObjectDecoder<F> {
    /// Makes the decoder of objects with the texts of this one between their values. `None` where
    /// the object has not each item of the record once, or a value that rows cannot have.
    fn of(spec: &LineSpec<F>, layout: F::Layout, object: &PlainObject<'_, F>) -> Option<Self> {
        let (mut items, mut bare, mut end) = (Vec::new(), None, 0);
        for (item, place) in &object.values {
            if item.slot == Slot::Constant {
                continue;
            }
            if items.iter().any(|(_, other): &(_, Item<F::Field>)| other.field == item.field) {
                return None;
            }
            if object.line.get(place.start.checked_sub(1)?) != Some(&b'"') {
                // the one number of varying width, before which all have their places
                let is_first = item.kind == ItemKind::Number && bare.replace(place.start).is_none();
                is_first.then_some(())?;
            }
            items.push((object.line.get(end..place.start)?, *item));
            end = place.end;
        }
        let all = spec.items().iter().filter(|item| item.slot != Slot::Constant).count();
        if items.len() != all {
            return None;
        }
        let how = Decoding { backend: Backend::best(), check_digits: false };
        let end = (object.line.get(end..)?, object.line_end);
        let rows = LineDecoder::between((spec.tag(), layout), &items, end, how)?;
        Some(Self { rows, bare })
    }

    fn decode(&self, bytes: &[u8], columns: &mut RowColumns) -> usize {
        let rows = self.rows.decode(bytes, columns);
        let Some(bare) = self.bare else { return rows };
        for row in 0..rows {
            let text = columns.range(row).start + bare;
            let begins_with_zero = bytes.get(text) == Some(&b'0');
            if begins_with_zero && bytes.get(text + 1).is_some_and(u8::is_ascii_digit) {
                columns.refuse(row);
            }
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use flagflow_gas::Gas;

    use super::super::conversion::{ConvertSource, ConvertStep};
    use super::super::objects::ObjectSource;
    use super::super::options::{ConvertOptions, RecordFormat};
    use super::*;

    /// Returns the number of decoders made for lines, and that of records read as rows.
    fn read(lines: impl Iterator<Item = String>) -> (usize, usize) {
        let text = lines.fold(String::new(), |mut text, line| {
            let _ = writeln!(text, "{line}");
            text
        });
        let options = ConvertOptions::new(RecordFormat::Fixed);
        let reading = Gas::reading(RecordFormat::Jsonl, b"", &[], &options);
        let mut source = ObjectSource::<Gas, _>::new(text.as_bytes(), reading, None).unwrap();
        let mut rows = 0;
        while let Some(step) = source.next().unwrap() {
            assert!(matches!(step, ConvertStep::Record(..)));
            rows += usize::from(source.rows.is_before);
        }
        (source.rows.decoders.len(), rows)
    }

    fn update(point: u64) -> String {
        format!(
            r#"{{"transaction_type":"E45","meter_point_reference":{point},"dcc_service_flag":"A","dcc_service_effective_from_date":"20230203"}}"#
        )
    }

    #[test]
    fn records_like_an_earlier_one_are_rows() {
        let before = u64::from(BEFORE);
        assert_eq!(read((1..before).map(update)), (0, 0));
        assert_eq!(read((1..1_000).map(update)), (1, 999 - BEFORE as usize));
        let answer = |point| update(point).replace(r#""E45","#, r#""E46","outcome_code":"AC","#);
        let runs = (1..4_000).map(|at| if at / 500 % 2 == 0 { update(at) } else { answer(at) });
        assert_eq!(read(runs), (2, 3_999 - 2 * BEFORE as usize));
    }

    #[test]
    fn objects_that_rows_cannot_hold_stay_objects() {
        for (part, other) in [
            // a date or a flag in another form, a number of fixed width without quotes
            (r#""20230203""#, r#""2023-02-03""#),
            (r#""20230203""#, "20230203"),
            // another key, an escape
            (r#""dcc_service_flag":"A""#, r#""dcc_service_flag":"A","other":"A""#),
            (r#""A""#, r#""\u0041""#),
        ] {
            let lines = || (1..2_000).map(|at| update(at).replace(part, other));
            assert_eq!(read(lines()).1, 0, "{other}");
        }
    }
}
