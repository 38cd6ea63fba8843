//! Texts for people: the names of fields. No two are the same, since a person who reads one of them
//! is to know which it was.

use std::collections::BTreeSet;

use flagflow_gas::{Detail, Field, Reader, ReaderOptions, Record, Tag};

#[test]
fn a_field_is_named_in_reports_and_in_its_document() {
    let tags = [Tag::A00, Tag::E45, Tag::E46, Tag::S72, Tag::Z99];
    let specs = tags.iter().flat_map(|tag| tag.spec().items());
    let fields: BTreeSet<_> = specs.map(|spec| (spec.field.name(), spec.field.item())).collect();
    let names: BTreeSet<_> = fields.iter().map(|(name, _)| *name).collect();
    assert_eq!((fields.len(), names.len()), (12, 12), "{fields:?}");
    for (name, item) in &fields {
        let as_name = item.to_lowercase().replace(' ', "_");
        assert_eq!(*name, as_name, "{item}");
    }
    assert_eq!(Field::OutcomeCode.item(), "Outcome Code");
}

#[test]
fn a_detail_is_only_the_record_that_it_is() {
    let detail: Detail =
        flagflow_gas::read_detail(b"E451234567810A20211105", flagflow_gas::Layout::Fixed).unwrap();
    let update = flagflow_gas::E45::try_from(detail).unwrap();
    assert_eq!(Detail::from(&update), detail);
    assert_eq!(flagflow_gas::E46::try_from(detail).unwrap_err(), detail);
}

#[test]
fn the_inner_reader_stands_behind_what_was_read() {
    let file = b"E451234567810A20211105\nE450000123409N20211106\n";
    let mut reader = ReaderOptions::new().reader(std::io::BufReader::with_capacity(8, &file[..]));
    let mut record = Record::default();
    assert!(reader.read_raw(&mut record).unwrap());
    let mut rest = Vec::new();
    std::io::Read::read_to_end(&mut reader.into_inner(), &mut rest).unwrap();
    assert_eq!(rest, b"E450000123409N20211106\n");
    assert_eq!(Reader::from_slice(b"").into_inner(), b"");
}
