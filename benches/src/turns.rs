//! Times different ways to do the same work in turns, so that a disturbance affects all of them.

use std::hint::black_box;
use std::time::Instant;

use crate::RECORDS;

/// Number of turns of each way; the first is not counted.
const ROUNDS: usize = 41;

/// A function that writes all records to a vector.
pub type Way<'a> = (&'a str, &'a dyn Fn(&mut Vec<u8>));

/// Prints, for each way, the median of its turns, the bytes a second, and the speed relative to the
/// first way.
#[expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "a table of measurements")]
pub fn print(what: &str, bytes: usize, ways: &[Way<'_>]) {
    let medians = medians(bytes, ways);
    for ((name, _), median) in ways.iter().zip(&medians) {
        let nanoseconds = median * 1e9 / RECORDS as f64;
        let rate = bytes as f64 / median / 1e9;
        let ratio = medians.first().map_or(1.0, |first| first / median);
        println!("{what:12} {name:10} {nanoseconds:6.2} ns a record {rate:6.2} GB/s {ratio:5.1} x");
    }
}

/// Returns the median seconds of each way.
fn medians(bytes: usize, ways: &[Way<'_>]) -> Vec<f64> {
    let mut out = Vec::with_capacity(bytes);
    let mut times = vec![Vec::with_capacity(ROUNDS); ways.len()];
    for _ in 0..ROUNDS {
        for ((_, write), times) in ways.iter().zip(&mut times) {
            out.clear();
            let begun = Instant::now();
            write(&mut out);
            times.push(begun.elapsed().as_secs_f64());
            black_box(&out);
        }
    }
    times.iter_mut().map(|times| median(times.get_mut(1..).unwrap_or_default())).collect()
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}
