//! Counts the instructions of the hot loops, for 10,000 records each. The same on every run, so a
//! change of a few in a hundred is a change of the code.
#![allow(missing_docs, reason = "gungraun's macros make public items")]

use std::hint::black_box;
use std::sync::Arc;

use flagflow_electricity::{D0350, Layout as Power, Profile};
use flagflow_gas::{Detail, Layout, Tag};
use flagflow_instructions::{
    RECORDS, electricity_file, electricity_records, gas, read_details, read_electricity_batches,
    read_electricity_file, read_file, read_gas_batches, read_updates, records, updates, validate,
    write, write_electricity, write_electricity_together, write_together,
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
#[bench::zhv(electricity_file(Power::Zhv))]
#[bench::zhf(electricity_file(Power::Zhf))]
fn electricity_reader(file: Vec<u8>) -> Vec<u8> {
    assert_eq!(read_electricity_file(black_box(&file)), RECORDS);
    file
}

#[library_benchmark]
#[bench::e45_fixed(gas(Tag::E45, Layout::Fixed))]
#[bench::e45_uklink(gas(Tag::E45, Layout::Uklink))]
#[bench::e46_fixed(gas(Tag::E46, Layout::Fixed))]
#[bench::e46_uklink(gas(Tag::E46, Layout::Uklink))]
fn batch((file, _): (Vec<u8>, Layout)) -> Vec<u8> {
    assert_eq!(read_gas_batches(black_box(&file)), RECORDS);
    file
}

#[library_benchmark]
#[bench::zhv(electricity_file(Power::Zhv))]
#[bench::zhf(electricity_file(Power::Zhf))]
fn electricity_batch(file: Vec<u8>) -> Vec<u8> {
    assert_eq!(read_electricity_batches(black_box(&file)), RECORDS);
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
#[bench::e45_fixed(records(Tag::E45, Layout::Fixed))]
#[bench::e45_uklink(records(Tag::E45, Layout::Uklink))]
#[bench::e46_fixed(records(Tag::E46, Layout::Fixed))]
#[bench::e46_uklink(records(Tag::E46, Layout::Uklink))]
fn writer_of_many((details, layout, mut out): (Vec<Detail>, Layout, Vec<u8>)) -> Vec<u8> {
    assert_eq!(write_together(black_box(&details), layout, &mut out), RECORDS as u64);
    out
}

#[library_benchmark]
#[bench::zhv(electricity_records(Power::Zhv))]
#[bench::zhf(electricity_records(Power::Zhf))]
fn electricity_writer((updates, layout, mut out): (Vec<D0350>, Power, Vec<u8>)) -> Vec<u8> {
    assert_eq!(write_electricity(black_box(&updates), layout, &mut out), RECORDS);
    out
}

#[library_benchmark]
#[bench::zhv(electricity_records(Power::Zhv))]
#[bench::zhf(electricity_records(Power::Zhf))]
fn electricity_writer_of_many((updates, layout, mut out): (Vec<D0350>, Power, Vec<u8>)) -> Vec<u8> {
    assert_eq!(write_electricity_together(black_box(&updates), layout, &mut out), RECORDS as u64);
    out
}

#[library_benchmark]
#[bench::e45_fixed(gas(Tag::E45, Layout::Fixed))]
#[bench::e45_uklink(gas(Tag::E45, Layout::Uklink))]
fn check((file, _): (Vec<u8>, Layout)) -> Vec<u8> {
    assert_eq!(validate(black_box(&file)), RECORDS as u64);
    file
}

#[library_benchmark]
#[bench::zhv(electricity_file(Power::Zhv))]
#[bench::zhf(electricity_file(Power::Zhf))]
fn electricity_check(file: Vec<u8>) -> Vec<u8> {
    assert_eq!(validate(black_box(&file)), RECORDS as u64);
    file
}

library_benchmark_group!(
    name = hot;
    benchmarks = read_detail, reader, electricity_reader, batch, electricity_batch, read_update,
        writer, writer_of_many, electricity_writer, electricity_writer_of_many, check,
        electricity_check
);

main!(library_benchmark_groups = hot);
