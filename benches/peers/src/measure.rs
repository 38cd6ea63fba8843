//! Times several contenders in turns: A B C, A B C, and so on, so that a disturbance affects all of
//! them.

use std::time::{Duration, Instant};

use cpu_time::ThreadTime;

/// A contender to time.
pub(crate) struct Entry<'a> {
    pub(crate) name: String,
    /// Number of records and bytes of a run.
    pub(crate) records: usize,
    pub(crate) bytes: usize,
    pub(crate) run: Box<dyn FnMut() + 'a>,
}

/// The measured times.
#[derive(Clone, Debug)]
pub(crate) struct Timing {
    pub(crate) name: String,
    pub(crate) records: usize,
    pub(crate) bytes: usize,
    /// Nanoseconds a record, for each round.
    pub(crate) nanoseconds: Vec<f64>,
}

/// A median with the least and the most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    pub(crate) least: f64,
    pub(crate) median: f64,
    pub(crate) most: f64,
}

/// The clock. Every contender is one thread over memory and never waits, so both clocks agree on an
/// idle machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    /// Elapsed time.
    Wall,
    /// Processor time of this thread, for a machine that is shared.
    Processor,
}

impl Clock {
    fn time(self, run: impl FnOnce()) -> Duration {
        match self {
            Self::Wall => {
                let start = Instant::now();
                run();
                start.elapsed()
            }
            Self::Processor => {
                let start = ThreadTime::now();
                run();
                start.elapsed()
            }
        }
    }
}

/// Runs each once without counting, then this number of rounds.
pub(crate) fn measure(entries: Vec<Entry<'_>>, rounds: usize, clock: Clock) -> Vec<Timing> {
    let (mut runs, mut timings): (Vec<_>, Vec<_>) = entries.into_iter().map(split).unzip();
    for run in &mut runs {
        run();
    }
    for _ in 0..rounds {
        for (run, timing) in runs.iter_mut().zip(&mut timings) {
            timing.push(clock.time(run).as_secs_f64());
        }
    }
    timings
}

fn split<'a>(entry: Entry<'a>) -> (Box<dyn FnMut() + 'a>, Timing) {
    let Entry { name, records, bytes, run } = entry;
    (run, Timing { name, records, bytes, nanoseconds: Vec::new() })
}

impl Timing {
    #[expect(clippy::cast_precision_loss, reason = "counts of records are small")]
    fn push(&mut self, seconds: f64) {
        self.nanoseconds.push(seconds * 1e9 / self.records as f64);
    }

    /// Nanoseconds a record.
    pub(crate) fn per_record(&self) -> Spread {
        Spread::of(self.nanoseconds.clone())
    }

    /// Bytes a nanosecond, which is GB a second.
    #[expect(clippy::cast_precision_loss, reason = "counts of records are small")]
    pub(crate) fn gigabytes(&self) -> f64 {
        self.bytes as f64 / self.records as f64 / self.per_record().median
    }

    /// Returns the ratio to the time of `other`, by record, for each round.
    pub(crate) fn times(&self, other: &Self) -> Spread {
        Spread::of(self.nanoseconds.iter().zip(&other.nanoseconds).map(|(a, b)| a / b).collect())
    }
}

impl Spread {
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |place: usize| values.get(place).copied().unwrap_or(f64::NAN);
        let last = values.len().saturating_sub(1);
        Self {
            least: at(0),
            median: f64::midpoint(at(last / 2), at(last.div_ceil(2))),
            most: at(last),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_lies_in_the_middle() {
        let spread = Spread::of(vec![3.0, 1.0, 2.0]);
        assert_eq!((spread.least, spread.median, spread.most), (1.0, 2.0, 3.0));
        assert_eq!(Spread::of(vec![4.0, 1.0, 2.0, 3.0]).median, 2.5);
    }
}
