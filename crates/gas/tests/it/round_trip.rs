//! A file read and written again is the same bytes; records written and read again are the same
//! records.

use crate::samples::{Whole, read, samples};
use crate::strategies;
use flagflow_gas::{
    Batch, Columns, Detail, E45, E46, Header, Layout, LineEnd, Reader, WriterOptions,
    detect_line_end, read_detail, write_detail,
};
use flagflow_rows::Backend;
use proptest::prelude::*;

/// Writes what was read, as it was found.
fn write_as_found(whole: &Whole, bytes: &[u8]) -> Vec<u8> {
    let mut options = WriterOptions::new().line_end(detect_line_end(bytes));
    options = whole.layout.map_or(options, |layout| options.layout(layout));
    options = whole.header.map_or(options, |header| options.envelope(header));
    write(options, &whole.details())
}

fn write(options: WriterOptions, details: &[Detail]) -> Vec<u8> {
    let mut writer = options.writer(Vec::new());
    for detail in details {
        writer.write(detail).unwrap();
    }
    assert_eq!(writer.record_count(), details.len() as u64);
    writer.finish().unwrap()
}

#[test]
fn every_valid_sample_comes_back_byte_for_byte() {
    for sample in samples("valid") {
        let whole = read(Reader::from_slice(&sample.bytes));
        assert_eq!(whole.details().len(), whole.seen.len(), "{}", sample.path.display());
        let written = write_as_found(&whole, &sample.bytes);
        assert_eq!(written, sample.bytes, "{}", sample.path.display());
    }
}

/// Each accepted sample, canonical or not, keeps its records and its header in any form.
#[test]
fn accepted_samples_keep_their_records_in_the_other_layout() {
    let mut accepted = 0;
    for sample in samples("valid").into_iter().chain(samples("invalid")) {
        let whole = read(Reader::from_slice(&sample.bytes));
        if whole.details().len() < whole.seen.len() {
            continue;
        }
        for layout in Layout::ALL {
            let options = WriterOptions::new().layout(layout);
            let options = whole.header.map_or(options, |header| options.envelope(header));
            let again = read(Reader::from_slice(&write(options, &whole.details())));
            assert_eq!((again.seen, again.header), (whole.seen.clone(), whole.header));
        }
        accepted += 1;
    }
    assert!(accepted > 50, "{accepted}");
}

/// The canonical lines of formats.md, by hand.
#[test]
fn canonical_lines_are_those_of_the_documents() {
    let lines = [
        ("E450000123409N20240229", "\"E45\",123409,\"N\",20240229"),
        ("E450000000000A00000101", "\"E45\",0,\"A\",00000101"),
        ("E46RJ9999999905W99991231", "\"E46\",\"RJ\",9999999905,\"W\",99991231"),
    ];
    for (fixed, uklink) in lines {
        for (line, layout) in [(fixed, Layout::Fixed), (uklink, Layout::Uklink)] {
            let detail = read_detail(line.as_bytes(), layout).unwrap();
            let written = Layout::ALL.map(|layout| {
                let mut out = Vec::new();
                write_detail(&mut out, layout, detail);
                String::from_utf8(out).unwrap()
            });
            assert_eq!(written, [fixed, uklink]);
        }
    }
}

/// The same file, its records written all at once, or by kind from columns.
fn write_at_once(options: WriterOptions, details: &[Detail], by_columns: bool) -> Vec<u8> {
    let mut writer = options.writer(Vec::new());
    if by_columns {
        // neighbours of one kind are one set of columns
        for run in details.chunk_by(|a, b| a.tag() == b.tag()) {
            let points: Vec<_> = run.iter().map(|d| d.update().meter_point_reference()).collect();
            let flags: Vec<_> = run.iter().map(Detail::flag).collect();
            let dates: Vec<_> = run.iter().map(|d| d.update().effective_from()).collect();
            let outcomes: Vec<_> = run.iter().filter_map(Detail::outcome).collect();
            let columns = Columns::new(&points, &flags, &dates).unwrap();
            assert_eq!((columns.len(), columns.is_empty()), (run.len(), false));
            let columns = columns.answered(&outcomes).unwrap_or(columns);
            writer.write_all(columns.records()).unwrap();
        }
    } else {
        writer.write_all(details).unwrap();
    }
    assert_eq!(writer.record_count(), details.len() as u64);
    writer.finish().unwrap()
}

/// The same file again, read and written by batches.
fn write_batches(options: WriterOptions, file: &[u8], capacity: usize) -> Vec<u8> {
    let mut writer = options.writer(Vec::new());
    let (mut reader, mut batch) = (Reader::from_slice(file), Batch::with_capacity(capacity));
    // a file of no record says nothing of its layout
    while reader.read_batch(&mut batch).unwrap_or(false) {
        assert!(batch.errors().is_empty());
        writer.write_batch(&batch).unwrap();
    }
    writer.finish().unwrap()
}

/// Every backend makes the same digits, in whatever layout and with whatever line end was chosen
/// before.
#[test]
fn the_backend_changes_no_byte() {
    let details: Vec<Detail> = ["E450000000007A00000101", "E46RJ9999999999W99991231"]
        .into_iter()
        .map(|line| line.parse().unwrap())
        .cycle()
        .take(130)
        .collect();
    let lines = "\"E45\",7,\"A\",00000101\r\n\"E46\",\"RJ\",9999999999,\"W\",99991231\r\n";
    let options = WriterOptions::new().layout(Layout::Uklink).line_end(LineEnd::CrLf);
    for backend in Backend::ALL {
        let mut writer = options.backend(backend).writer(Vec::new());
        writer.write_all(&details).unwrap();
        assert_eq!(writer.finish().unwrap(), lines.repeat(65).into_bytes(), "{backend}");
    }
}

#[test]
fn columns_are_equally_long() {
    let detail: Detail = "E46RJ0000123409N20240229".parse().unwrap();
    let (update, outcome) = (detail.update(), detail.outcome().unwrap());
    let points = [update.meter_point_reference(); 2];
    let (flags, dates) = ([update.flag(); 2], [update.effective_from(); 2]);
    assert!(Columns::new(&points, &flags[1..], &dates).is_err());
    assert!(Columns::new(&points, &flags, &dates[1..]).is_err());
    let columns = Columns::new(&points, &flags, &dates).unwrap();
    assert!(columns.answered(&[outcome]).is_err());
    assert!(columns.answered(&[outcome; 2]).is_ok());
}

proptest! {
    #[test]
    fn many_at_once_are_the_same_bytes(
        details in proptest::collection::vec(strategies::detail(), 0..300),
        of_one_kind in any::<bool>(),
        capacity in 1..400usize,
        (options, header) in strategies::options(),
    ) {
        let mut details = details;
        if of_one_kind && let Some(tag) = details.first().map(Detail::tag) {
            details.retain(|detail| detail.tag() == tag);
        }
        let file = write(options, &details);
        prop_assert_eq!(&write_at_once(options, &details, false), &file);
        prop_assert_eq!(&write_at_once(options, &details, true), &file);
        prop_assert_eq!(&write_batches(options, &file, capacity), &file);
        let whole = read(Reader::from_slice(&file));
        prop_assert_eq!((whole.details(), whole.header), (details, header));
    }

    #[test]
    fn what_is_written_is_read_again(
        details in proptest::collection::vec(strategies::detail(), 0..20),
        (options, header) in strategies::options(),
    ) {
        let file = write(options, &details);
        let whole = read(Reader::from_slice(&file));
        // a bare file without records has no line to tell anything by
        prop_assert_eq!(whole.details(), details);
        prop_assert_eq!(whole.seen.len(), whole.details().len());
        prop_assert_eq!(whole.header, header);
        prop_assert_eq!(whole.trailer.is_some(), header.is_some());
        prop_assert_eq!(write_as_found(&whole, &file), file);
    }

    #[test]
    fn display_is_the_fixed_line_and_parses_back(detail in strategies::detail()) {
        let text = detail.to_string();
        let update = detail.update();
        let fields = format!(
            "{:010}{}{}",
            update.meter_point_reference(), update.flag(), update.effective_from(),
        );
        match detail {
            Detail::E45(e45) => {
                prop_assert_eq!(&text, &format!("E45{fields}"));
                prop_assert_eq!(text.parse::<E45>(), Ok(e45));
                prop_assert!(text.parse::<E46>().is_err());
            }
            Detail::E46(e46) => {
                prop_assert_eq!(&text, &format!("E46{}{fields}", e46.outcome()));
                prop_assert_eq!(text.parse::<E46>(), Ok(e46));
                prop_assert!(text.parse::<E45>().is_err());
            }
        }
        prop_assert_eq!(text.parse(), Ok(detail));
        prop_assert_eq!(format!("{detail:>30}"), format!("{text:>30}"));
    }

    #[test]
    fn headers_are_read_as_they_were_made(header in strategies::header()) {
        for layout in Layout::ALL {
            let file = write(WriterOptions::new().layout(layout).envelope(header), &[]);
            let whole = read(Reader::from_slice(&file));
            prop_assert_eq!(whole.header, Some(header));
            prop_assert_eq!(whole.seen, vec![]);
        }
        let made = Header::new(
            header.organisation_id(), header.file_type, header.creation_date,
            header.creation_time, header.generation_number(),
        );
        prop_assert_eq!(made, Ok(header));
    }
}
