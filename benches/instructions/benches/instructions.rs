//! Counts the instructions of the hot loops, for 10,000 records each. Counts are the same in every
//! run, so a change of a few per cent is a change of the code.
#![allow(missing_docs, reason = "gungraun's macros make public items")]

use std::hint::black_box;
use std::sync::Arc;

use flagflow_electricity::{Layout as Power, Profile};
use flagflow_gas::{Detail, Layout, Tag};
use flagflow_instructions::{
    RECORDS, gas, read_details, read_file, read_updates, records, updates, validate, write,
};
use gungraun::{library_benchmark, library_benchmark_group, main};

#[library_benchmark]
#[bench::e45_fixed(gas(Tag::E45, Layout::Fixed))]
#[bench::e45_uklink(gas(Tag::E45, Layout::Uklink))]
#[bench::e46_fixed(gas(Tag::E46, Layout::Fixed))]
#[bench::e46_uklink(gas(Tag::E46, Layout::Uklink))]
fn read_detail((file, layout): (Vec<u8>, Layout)) -> Vec<u8> {
    assert_eq!(read_details(black_box(&file), layout), RECORDS);
    file
}

#[library_benchmark]
#[bench::e45_fixed(gas(Tag::E45, Layout::Fixed))]
#[bench::e45_uklink(gas(Tag::E45, Layout::Uklink))]
fn reader((file, _): (Vec<u8>, Layout)) -> Vec<u8> {
    assert_eq!(read_file(black_box(&file)), RECORDS);
    file
}

#[library_benchmark]
#[bench::zhv(updates(Power::Zhv))]
#[bench::zhf(updates(Power::Zhf))]
fn read_update((file, layout, profile): (Vec<u8>, Power, Arc<Profile>)) -> Vec<u8> {
    assert_eq!(read_updates(black_box(&file), layout, &profile), RECORDS);
    file
}

#[library_benchmark]
#[bench::e45_fixed(records(Tag::E45, Layout::Fixed))]
#[bench::e45_uklink(records(Tag::E45, Layout::Uklink))]
#[bench::e46_fixed(records(Tag::E46, Layout::Fixed))]
fn writer((details, layout, mut out): (Vec<Detail>, Layout, Vec<u8>)) -> Vec<u8> {
    assert_eq!(write(black_box(&details), layout, &mut out), RECORDS);
    out
}

#[library_benchmark]
#[bench::e45_fixed(gas(Tag::E45, Layout::Fixed))]
#[bench::e45_uklink(gas(Tag::E45, Layout::Uklink))]
fn check((file, _): (Vec<u8>, Layout)) -> Vec<u8> {
    assert_eq!(validate(black_box(&file)), RECORDS as u64);
    file
}

library_benchmark_group!(
    name = hot;
    benchmarks = read_detail, reader, read_update, writer, check
);

main!(library_benchmark_groups = hot);
