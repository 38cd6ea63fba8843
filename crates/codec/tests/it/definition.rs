//! The fast ways to read and to write give what the definition gives, for every table of every
//! flow.

use crate::files::is_plain;
use crate::flows::{self, Options};
use flagflow_codec::{
    Batch, Content, Decoding, Fault, Flow, Item, LineDecoder, RawLine, ReadSettings, Reader, Slot,
    Writer, read_canonical, read_line,
};
use flagflow_electricity::{Electricity, Profile};
use flagflow_frame::LineEnd;
use flagflow_gas::Gas;
use flagflow_rows::{Backend, RowColumns};

/// A line by the definition, with its ending; `None` for a record that the table cannot hold.
fn written<F: Flow>(format: &F::Format, record: F::Record, line_end: LineEnd) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    let content = Content::Record(record);
    F::write_line(&mut line, format, &content, &mut std::iter::empty()).ok()?;
    line.extend_from_slice(line_end.as_bytes());
    Some(line)
}

/// A record by the definition, and whether its line is canonical.
fn defined<F: Flow>(line: &[u8], format: &F::Format) -> Result<(F::Record, bool), Fault<F::Field>> {
    let raw = RawLine::cut(line, format.as_ref())?;
    let record = F::Record::try_from(&raw)?;
    let mut canonical = Vec::new();
    let content = Content::Record(record);
    let is_written = F::write_line(&mut canonical, format, &content, &mut raw.extras()).is_ok();
    Ok((record, is_written && canonical == line))
}

/// The fast path gives the definition's record or none, and gives one for every canonical line.
fn assert_same<F: Flow>(line: &[u8], format: &F::Format) {
    let (slow, shown) = (defined::<F>(line, format), line.escape_ascii());
    let table = format.as_ref();
    let fast = read_canonical(line, table);
    assert_eq!(read_line(line, table), slow.map(|(record, _)| record), "{shown}");
    match (fast, slow) {
        (Some(fast), slow) => assert_eq!(Some(fast), slow.ok().map(|it| it.0), "{shown}"),
        (None, Ok((record, is_canonical))) => {
            let has_fast_path = F::values(&record).is_some_and(|it| is_plain(&it));
            assert!(!is_canonical || !has_fast_path, "{shown}");
        }
        (None, Err(fault)) => assert!(fault.start + fault.length <= line.len(), "{shown}"),
    }
}

/// Each byte value at each place of a line, each byte once more or once less, and each prefix.
fn every_byte<F: Flow>(line: &[u8], format: &F::Format) {
    assert!(read_line::<F>(line, format.as_ref()).is_ok(), "{}", line.escape_ascii());
    for at in 0..line.len() {
        let mut changed = line.to_vec();
        for byte in 0..=255 {
            changed[at] = byte;
            assert_same::<F>(&changed, format);
        }
        changed[at] = line[at];
        changed.insert(at, line[at]);
        assert_same::<F>(&changed, format);
        changed.drain(at..at + 2);
        assert_same::<F>(&changed, format);
        assert_same::<F>(&line[..at], format);
    }
}

/// The lines of some records of every width.
fn lines<F: Flow>(format: &F::Format, records: &[F::Record]) -> Vec<Vec<u8>> {
    let lines = records.iter().step_by(7).take(6);
    let lines = lines.filter_map(|record| written::<F>(format, *record, LineEnd::None));
    lines.collect()
}

#[test]
fn every_byte_at_every_place_of_gas() {
    for format in flows::gas() {
        lines::<Gas>(&format, &flows::details())
            .iter()
            .for_each(|line| every_byte::<Gas>(line, &format));
    }
}

/// A table that the compiler knows reads the same records as any other.
#[test]
fn every_byte_at_every_place_of_constant_tables() {
    let read = |line: &[u8], layout| {
        let record = read_canonical::<Gas>(line, layout);
        assert_eq!(flagflow_gas::read_canonical(line, layout), record, "{line:?}");
        record.is_some()
    };
    for layout in flagflow_gas::Layout::ALL {
        let format = flagflow_gas::table(layout, true);
        for detail in flows::details() {
            let line = written::<Gas>(&format, detail, LineEnd::None).unwrap();
            assert!(read(&line, layout));
            assert!(!read(&[&line[..], b"0"].concat(), layout));
        }
        for line in lines::<Gas>(&format, &flows::details()) {
            for (at, byte) in (0..line.len()).flat_map(|at| (0..=255).map(move |byte| (at, byte))) {
                let mut changed = line.clone();
                changed[at] = byte;
                read(&changed, layout);
                changed.remove(at);
                read(&changed, layout);
                changed.truncate(at);
                read(&changed, layout);
            }
        }
    }
}

#[test]
fn every_byte_at_every_place_of_electricity() {
    for format in flows::electricity() {
        let lines = lines::<Electricity>(&format, &flows::instructions(format.flow()));
        lines.iter().take(3).for_each(|line| every_byte::<Electricity>(line, &format));
    }
}

/// Extras of each kind, valid and not.
#[test]
fn every_byte_of_items_that_are_carried() {
    for (line, flow, layout) in [
        ("0U2|ab|20240229|x|1013044353630|12|MRCY|A|7|DC01|12|", 0, 0),
        ("0U2||20240229||1013044353630||MRCY|A||DC01|9999999999999999999|", 0, 0),
        ("0U2ab   20240229x  10130443536300012MRCYA0007DC01  0000000000000000012", 0, 1),
        ("0U2     20240229   1013044353630    A   A    DC01  0000000000000000012", 0, 1),
        ("0U2|ab|ABC|1013044353630|I|20240229|20240301|5|7|DC11|12|", 1, 0),
        ("0U2|||||20240229||5||DC11|12|", 1, 0),
        (
            "0U2ab   AB 1013044353630I20240229202403010000000000000000005    DC11  0000000000000000012",
            1,
            1,
        ),
        (
            "0U2                      20240229        00000000000000000050007DC11  0000000000000000012",
            1,
            1,
        ),
        ("0U2|ab|1|1013044353630|0000475656|20240229|13|14|7|DC90|12|", 2, 0),
        (
            "0U2     000000001             42        20240229000000013000000014    DC90  0000000000000000012",
            2,
            1,
        ),
    ] {
        let profile = flows::shuffled(flagflow_electricity::Flow::ALL[flow]);
        let layout = flagflow_electricity::Layout::ALL[layout];
        let format = flagflow_electricity::Format::new(profile, layout);
        every_byte::<Electricity>(line.as_bytes(), &format);
    }
}

/// Written one by one, together and by batches, records are the lines of the definition.
fn every_writer<F: Options>(format: &F::Format, records: &[F::Record]) -> usize {
    let mut all = 0;
    for line_end in [LineEnd::Lf, LineEnd::CrLf] {
        let good = |record: &&F::Record| written::<F>(format, **record, line_end).is_some();
        let records: Vec<_> = records.iter().filter(good).copied().collect();
        let (reasons, end) = (F::reasons(format), line_end.as_bytes());
        let mut below = Vec::new();
        for reason in &reasons {
            let content = Content::Reason(*reason);
            F::write_line(&mut below, format, &content, &mut std::iter::empty()).unwrap();
            below.extend_from_slice(end);
        }
        let line = |record: &F::Record| written::<F>(format, *record, line_end).unwrap();
        let lines = records.iter().map(|record| [line(record), below.clone()].concat());
        let expected = lines.collect::<Vec<_>>().concat();
        let writer = || Writer::<F, _>::with_options(Vec::new(), F::options(format, line_end));
        let mut one = writer();
        for record in &records {
            flows::write(&mut one, format, *record).unwrap();
        }
        assert_eq!(one.record_count(), records.len() as u64);
        let one = one.finish().unwrap();
        let body = &one[one.len() - expected.len()..];
        assert_eq!(String::from_utf8_lossy(body), String::from_utf8_lossy(&expected));
        let mut read =
            Reader::<F, _>::with_options(&one[..], F::reading(format), ReadSettings::default());
        let (mut batch, mut many) = (Batch::with_capacity(50), writer());
        if reasons.is_empty() {
            many.write_all(records.iter().copied()).unwrap();
        } else {
            while read.read_batch(&mut batch).unwrap() {
                many.write_batch(&batch).unwrap();
            }
        }
        assert_eq!(many.finish().unwrap(), one);
        all += records.len();
    }
    all
}

#[test]
fn every_writer_of_gas() {
    let all = flows::details();
    let (answers, updates) = all.iter().partition(|detail| detail.outcome().is_some());
    for format in flows::gas() {
        for records in [&all, &answers, &updates] {
            assert_eq!(every_writer::<Gas>(&format, records), 2 * records.len());
        }
    }
}

#[test]
fn every_writer_of_electricity() {
    for format in flows::electricity() {
        let updates = flows::instructions(format.flow()).repeat(5);
        assert!(every_writer::<Electricity>(&format, &updates) > 0);
    }
}

/// The places of meter point and flag in a row are those of the items of its line.
fn assert_places<F: Flow>(decoder: &LineDecoder<F>, line: &[u8], format: &F::Format) {
    let row = [line, decoder.line_end().as_bytes()].concat();
    let raw = RawLine::cut(line, format.as_ref()).unwrap();
    let Some((point, flag)) = decoder.places(&row).filter(|_| raw.tag() == decoder.tag()) else {
        return;
    };
    let place = |is_item: fn(Slot) -> bool| {
        let mut items = raw.items().filter(|item| is_item(item.spec().slot));
        items.next().map(|item| item.start()..item.start() + item.as_bytes().len())
    };
    assert_eq!(Some(flag), place(|slot| slot == Slot::Flag));
    let item = place(|slot| matches!(slot, Slot::Point(_))).unwrap();
    assert_eq!(point, item, "{}", line.escape_ascii());
    assert_eq!(decoder.places(&row[1..]), None);
}

/// Each byte value at each place of 17 rows alike, more than a backend decodes at once: a row that
/// is canonical to a decoder has the definition's record.
fn every_row<F: Flow>(format: &F::Format, records: &[F::Record]) -> usize {
    let mut decoders = 0;
    for (backend, check_digits) in Backend::ALL.into_iter().flat_map(|it| [(it, false), (it, true)])
    {
        for decoder in LineDecoder::all(format.as_ref(), Decoding { backend, check_digits }) {
            assert_eq!(decoder.layout(), format.as_ref().layout());
            decoders += 1;
            let mut columns = RowColumns::with_capacity(17);
            for record in records.iter().step_by(11).take(5) {
                let Some(line) = written::<F>(format, *record, LineEnd::None) else { continue };
                let end = decoder.line_end().as_bytes();
                assert_places::<F>(&decoder, &line, format);
                for (at, byte) in (0..line.len())
                    .flat_map(|at| [0, b'0', b'9', b':', b'|', b'X', 0xC3].map(|byte| (at, byte)))
                {
                    let mut changed = line.clone();
                    changed[at] = byte;
                    columns.clear();
                    let rows = decoder.decode(&[&changed, end].concat().repeat(17), &mut columns);
                    for row in 0..rows {
                        let Some(fast) = decoder.record(&columns, row) else { continue };
                        assert_eq!(Some(fast), defined::<F>(&changed, format).ok().map(|it| it.0));
                    }
                }
            }
        }
    }
    decoders
}

#[test]
fn every_row_of_every_decoder() {
    for format in flows::gas() {
        assert_eq!(every_row::<Gas>(&format, &flows::details()), 8 * Backend::ALL.len());
    }
    for format in flows::electricity() {
        let decoders = every_row::<Electricity>(&format, &flows::instructions(format.flow()));
        assert!([0, 4 * Backend::ALL.len()].contains(&decoders), "{decoders}");
    }
}

/// The values of lines, between texts of their own and in the opposite order, are the same records.
fn every_value_between_texts<F: Flow>(format: &F::Format, records: &[F::Record]) -> usize {
    let how = Decoding { backend: Backend::best(), check_digits: false };
    let mut columns = RowColumns::with_capacity(1);
    let mut rows = 0;
    for record in records {
        let Some(line) = written::<F>(format, *record, LineEnd::None) else { continue };
        let raw = RawLine::cut(&line, format.as_ref()).unwrap();
        let mut items: Vec<_> = raw.items().collect();
        items.retain(|item| item.spec().slot != Slot::Constant);
        items.reverse();
        let values: Vec<_> = items.iter().map(|item| (&b"a value: "[..], *item.spec())).collect();
        let kind = (raw.tag(), format.as_ref().layout());
        let decoder =
            |values: &_| LineDecoder::<F>::between(kind, values, (b"; end", LineEnd::Lf), how);
        let is_date = |item: &Item<F::Field>| item.slot == Slot::Date;
        let undated: Vec<_> = values.iter().filter(|it| !is_date(&it.1)).copied().collect();
        assert!(decoder(&undated).is_none());
        let Some(decoder) = decoder(&values) else { continue };
        let mut row = Vec::new();
        for item in items {
            row.extend_from_slice(&[b"a value: ", item.text()].concat());
        }
        row.extend_from_slice(b"; end\n");
        columns.clear();
        // a party may be shorter than that of a row
        decoder.decode(&row, &mut columns);
        if let Some(found) = decoder.record(&columns, 0) {
            assert_eq!(found, *record);
            rows += 1;
        }
        row[3] ^= 1;
        columns.clear();
        decoder.decode(&row, &mut columns);
        assert_eq!(decoder.record(&columns, 0), None);
    }
    rows
}

#[test]
fn every_value_between_other_texts() {
    for format in flows::gas() {
        let details = flows::details();
        assert_eq!(every_value_between_texts::<Gas>(&format, &details), details.len());
    }
    let rows = flows::electricity().into_iter().map(|format| {
        every_value_between_texts::<Electricity>(&format, &flows::instructions(format.flow()))
    });
    assert!(rows.sum::<usize>() > 0);
}

/// Read in pieces of every size, by records, by raw lines and by batches, a file is the same.
fn every_piece<F: Options>(format: &F::Format, records: &[F::Record]) {
    let options = F::reading(format);
    let mut writer = Writer::<F, _>::with_options(Vec::new(), F::options(format, LineEnd::Lf));
    let is_written = |record: &&F::Record| flows::write(&mut writer, format, **record).is_ok();
    let records: Vec<_> = records.iter().filter(is_written).copied().collect();
    let file = writer.finish().unwrap();
    for size in [1, 2, 3, 7, 40, 100, 8192] {
        let input = || std::io::BufReader::with_capacity(size, &file[..]);
        let reader =
            || Reader::<F, _>::with_options(input(), options.clone(), ReadSettings::default());
        let typed: Vec<_> = reader().into_records().map(Result::unwrap).collect();
        assert_eq!(typed, records, "{size}");
        let (mut batches, mut batch, mut seen) = (reader(), Batch::with_capacity(50), Vec::new());
        while batches.read_batch(&mut batch).unwrap() {
            assert!(batch.errors().is_empty());
            seen.extend(batch.records());
        }
        assert_eq!(seen, records, "{size}");
        let (mut raw, mut record, mut seen) = (reader(), flagflow_codec::Record::new(), Vec::new());
        while raw.read_raw(&mut record).unwrap() {
            seen.push(F::Record::try_from(&record.raw().unwrap()).unwrap());
        }
        assert_eq!(seen, records, "{size}");
    }
}

#[test]
fn every_piece_of_a_file() {
    for format in flows::gas() {
        every_piece::<Gas>(&format, &flows::details());
    }
    for format in flows::electricity() {
        every_piece::<Electricity>(&format, &flows::instructions(format.flow()));
    }
}

/// A profile is what it says, and nothing that was made of it.
#[test]
fn profiles_are_compared_by_what_they_say() {
    for profile in flows::profiles() {
        let again = Profile::from_toml(profile.as_toml()).unwrap();
        assert_eq!(*profile, again);
    }
}
