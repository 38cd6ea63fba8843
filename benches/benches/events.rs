//! What does reading an event cost, and what does taking it into the inventory, however many meters a point has?
#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, reason = "the events are invented, and can happen")]

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flagflow_benches::RECORDS;
use flagflow_status::{EventReader, Replay};

/// Half of the events bring a meter into the inventory, the other half link it to a point.
fn events(points: usize, line: impl Fn(usize, &str, &str) -> String) -> String {
    (0..RECORDS / 2).fold(String::new(), |mut text, meter| {
        let point = format!("{:010}", meter % points + 1);
        write!(text, "{}{}", line(meter, "pending", ""), line(meter, "linked", &point)).unwrap();
        text
    })
}

fn csv(points: usize) -> String {
    let line =
        |meter, event: &str, point: &str| format!("2022-01-03,{meter:016X},{event},{point}\n");
    format!("on,device,event,meter_point\n{}", events(points, line))
}

fn jsonl(points: usize) -> String {
    events(points, |meter, event, point| {
        format!(
            "{{\"on\":\"2022-01-03\",\"device\":\"{meter:016X}\",\"event\":\"{event}\",\"meter_point\":\"{point}\"}}\n"
        )
    })
}

fn read(criterion: &mut Criterion) {
    for (form, text) in [("csv", csv(RECORDS)), ("jsonl", jsonl(RECORDS))] {
        let mut group = criterion.benchmark_group("events");
        let (elements, bytes) = (RECORDS as u64, text.len() as u64);
        group.throughput(Throughput::ElementsAndBytes { elements, bytes });
        assert_eq!(EventReader::new(text.as_bytes()).filter(Result::is_ok).count(), RECORDS);
        group.bench_function(format!("read-{form}"), |b| {
            b.iter(|| EventReader::new(black_box(text.as_bytes())).count());
        });
    }
}

fn take(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("events");
    group.throughput(Throughput::Elements(RECORDS as u64));
    for points in [1, RECORDS] {
        let text = csv(points);
        assert_eq!(Replay::new(text.as_bytes()).filter(Result::is_ok).count(), RECORDS);
        group.bench_function(format!("take-points-{points}"), |b| {
            b.iter(|| Replay::new(black_box(text.as_bytes())).count());
        });
    }
}

criterion_group!(benches, read, take);
criterion_main!(benches);
