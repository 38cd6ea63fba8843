//! Jobs done by several threads, their results taken in the order of the jobs.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::ops::{ControlFlow, Range};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, Scope};

use memchr::memchr;

/// About how many bytes a part has.
const PART: usize = 256 * 1024;

/// Jobs that a thread has at once: one in work, one waiting.
const AT_ONCE: usize = 2;

/// Does jobs on several threads, and takes the results in the order of the jobs, on this thread,
/// until `take` breaks. The threads get the jobs in turn.
///
/// `work` gets a job and the result of an earlier job, whose memory it can use again. There are at
/// most twice as many results as threads, and no job is begun before there is a result to fill.
///
/// Where the system gives no thread, this one does the work.
///
/// ```
/// use std::num::NonZeroUsize;
/// use std::ops::ControlFlow;
///
/// use flagflow_frame::parallel::{in_order, parts};
///
/// let bytes = b"a line\n".repeat(100_000);
/// let mut lines = 0;
/// let two = NonZeroUsize::MIN.saturating_add(1);
/// in_order(
///     parts(&bytes),
///     two,
///     |part, count: &mut usize| *count = bytes[part].split(|byte| *byte == b'\n').count() - 1,
///     |count| {
///         lines += *count;
///         ControlFlow::<()>::Continue(())
///     },
/// );
/// assert_eq!(lines, 100_000);
/// ```
pub fn in_order<J, T, B>(
    jobs: impl Iterator<Item = J>,
    threads: NonZeroUsize,
    work: impl Fn(J, &mut T) + Sync,
    take: impl FnMut(&mut T) -> ControlFlow<B>,
) -> ControlFlow<B>
where
    J: Send,
    T: Default + Send,
{
    by_workers(jobs, threads.get(), work, take)
}

/// The same, where there may be no thread to work but this one.
fn by_workers<J, T, B>(
    mut jobs: impl Iterator<Item = J>,
    threads: usize,
    work: impl Fn(J, &mut T) + Sync,
    mut take: impl FnMut(&mut T) -> ControlFlow<B>,
) -> ControlFlow<B>
where
    J: Send,
    T: Default + Send,
{
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map_while(|_| Worker::spawn(scope, &work)).collect();
        let mut line = Queue { workers, next: 0, waiting: VecDeque::new() };
        if line.workers.is_empty() {
            let mut done = T::default();
            return jobs.try_for_each(|job| {
                work(job, &mut done);
                take(&mut done)
            });
        }
        while line.waiting.len() < line.workers.len() * AT_ONCE
            && let Some(job) = jobs.next()
        {
            line.give(job, T::default());
        }
        while let Some(mut done) = line.receive() {
            take(&mut done)?;
            if let Some(job) = jobs.next() {
                line.give(job, done);
            }
        }
        ControlFlow::Continue(())
    })
}

/// Splits a buffer into parts of whole lines, of some 256 KiB each, or of one line that is longer.
///
/// ```
/// use flagflow_frame::parallel::parts;
///
/// let bytes = b"a line\n".repeat(100_000);
/// let lengths: Vec<_> = parts(&bytes).map(|part| part.len()).collect();
/// assert_eq!(lengths, [262_150, 262_150, 175_700]);
/// ```
pub fn parts(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> {
    Parts { bytes, at: 0 }
}

/// Batches that a part came to, their memory used again for the next part.
#[derive(Debug)]
pub struct Batches<B> {
    /// The first so many are of this part, the others there to be used again.
    batches: Vec<B>,
    used: usize,
}

impl<B> Default for Batches<B> {
    fn default() -> Self {
        Self { batches: Vec::new(), used: 0 }
    }
}

impl<B: Default> Batches<B> {
    /// Fills one batch after the other, until `read` says that it has no more.
    ///
    /// ```
    /// use flagflow_frame::parallel::Batches;
    ///
    /// let (mut batches, mut numbers) = (Batches::<Vec<u8>>::default(), 0..3);
    /// batches.fill(|batch| {
    ///     batch.clear();
    ///     batch.extend(numbers.next());
    ///     !batch.is_empty()
    /// });
    /// assert_eq!(batches.filled(), [[0], [1], [2]]);
    /// ```
    pub fn fill(&mut self, mut read: impl FnMut(&mut B) -> bool) {
        self.used = 0;
        loop {
            if self.used == self.batches.len() {
                self.batches.push(B::default());
            }
            if !read(&mut self.batches[self.used]) {
                return;
            }
            self.used += 1;
        }
    }
}

impl<B> Batches<B> {
    /// The batches that were filled last, in their order.
    pub fn filled(&mut self) -> &mut [B] {
        &mut self.batches[..self.used]
    }
}

/// The parts of a buffer.
struct Parts<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Iterator for Parts<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        let end = match self.bytes.get(start + PART - 1..) {
            Some(rest) => memchr(b'\n', rest).map(|at| start + PART + at),
            None => None,
        };
        self.at = end.unwrap_or(self.bytes.len());
        (start < self.at).then_some(start..self.at)
    }
}

/// A thread that does jobs, in the order in which it gets them.
struct Worker<J, T> {
    jobs: Sender<(J, T)>,
    done: Receiver<T>,
}

impl<J: Send, T: Send> Worker<J, T> {
    /// `None` where the system has no thread to give.
    fn spawn<'s>(scope: &'s Scope<'s, '_>, work: &'s (impl Fn(J, &mut T) + Sync)) -> Option<Self>
    where
        J: 's,
        T: 's,
    {
        let (jobs, given) = mpsc::channel::<(J, T)>();
        let (finished, done) = mpsc::channel();
        let run = move || {
            // until there are no more jobs, or no result is taken any more
            let _ = given.into_iter().try_for_each(|(job, mut slot)| {
                work(job, &mut slot);
                finished.send(slot)
            });
        };
        thread::Builder::new().spawn_scoped(scope, run).ok()?;
        Some(Self { jobs, done })
    }
}

/// The workers, which get jobs in turn, and those that have one, the first one first.
struct Queue<J, T> {
    workers: Vec<Worker<J, T>>,
    next: usize,
    waiting: VecDeque<usize>,
}

impl<J, T> Queue<J, T> {
    fn give(&mut self, job: J, slot: T) {
        // a worker that is gone has panicked, which `receive` meets when its turn comes
        let _ = self.workers[self.next].jobs.send((job, slot));
        self.waiting.push_back(self.next);
        self.next = (self.next + 1) % self.workers.len();
    }

    /// Returns the result of the first job. None is left where a worker is gone: the scope tells of
    /// it.
    fn receive(&mut self) -> Option<T> {
        let worker = self.waiting.pop_front()?;
        self.workers[worker].done.recv().ok()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::panic::AssertUnwindSafe;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread::ThreadId;

    use super::*;

    fn threads(count: usize) -> NonZeroUsize {
        NonZeroUsize::new(count).unwrap()
    }

    /// Lines of every length, one of them many parts long.
    fn lines() -> Vec<u8> {
        let mut bytes = Vec::new();
        for (length, letter) in (0..3000).zip((b'a'..=b'z').cycle()) {
            bytes.extend(std::iter::repeat_n(letter, length));
            bytes.push(b'\n');
        }
        bytes.extend(vec![b'x'; 5 * PART]);
        bytes.extend_from_slice(b"\nlast, without an end");
        bytes
    }

    #[test]
    fn parts_are_whole_lines_in_their_order_on_any_number_of_threads() {
        let bytes = lines();
        for count in [1, 2, 3, 7] {
            let (mut seen, mut parts) = (Vec::new(), 0);
            let ended = in_order(
                super::parts(&bytes),
                threads(count),
                |part, slot: &mut Vec<u8>| {
                    slot.clear();
                    slot.extend_from_slice(&bytes[part]);
                },
                |slot| {
                    assert!(slot.ends_with(b"\n") != slot.ends_with(b"end"));
                    seen.extend_from_slice(slot);
                    parts += 1;
                    ControlFlow::<()>::Continue(())
                },
            );
            assert!(ended.is_continue());
            assert!(parts > 10, "{parts}");
            assert_eq!(seen, bytes);
        }
    }

    #[test]
    fn it_ends_where_it_is_told_to() {
        let bytes = lines();
        let mut taken = 0;
        let ended = in_order(
            super::parts(&bytes),
            threads(3),
            |part, slot: &mut usize| *slot = part.start,
            |start| {
                taken += 1;
                if *start > PART * 4 {
                    ControlFlow::Break(*start)
                } else {
                    ControlFlow::Continue(())
                }
            },
        );
        let start = ended.break_value().unwrap();
        assert!((PART * 4 + 1..PART * 6).contains(&start), "{start}");
        assert!(taken < 8, "{taken}");
    }

    /// The parts of a buffer, in the order in which they are taken; each with the thread that
    /// worked at it.
    fn parts_of(bytes: &[u8], threads: usize) -> Vec<(Range<usize>, ThreadId)> {
        let mut parts = Vec::new();
        let ended = by_workers(
            super::parts(bytes),
            threads,
            |part, slot: &mut Option<_>| *slot = Some((part, thread::current().id())),
            |slot| {
                parts.extend(slot.take());
                ControlFlow::<()>::Continue(())
            },
        );
        assert!(ended.is_continue());
        parts
    }

    #[test]
    fn nothing_has_no_parts() {
        for count in 0..3 {
            assert_eq!(parts_of(b"", count), []);
        }
    }

    /// A part is 256 KiB and what is left of the line that is there.
    #[test]
    fn parts_end_with_the_line_that_has_their_last_byte() {
        let full = 262_144;
        let line = |length: usize| [&vec![b'x'; length - 1][..], b"\n"].concat();
        for (lines, ends) in [
            (vec![1], vec![1]),
            (vec![full - 1], vec![full - 1]),
            (vec![full - 1, 1], vec![full]),
            (vec![full, 1], vec![full, full + 1]),
            (vec![full - 1, 2, 1], vec![full + 1, full + 2]),
            (vec![full + 1, full, 1], vec![full + 1, 2 * full + 1, 2 * full + 2]),
        ] {
            let bytes: Vec<u8> = lines.iter().flat_map(|length| line(*length)).collect();
            let starts = [0].into_iter().chain(ends.clone());
            let expected: Vec<_> = starts.zip(&ends).map(|(start, end)| start..*end).collect();
            for count in 0..3 {
                let parts: Vec<_> = parts_of(&bytes, count).into_iter().map(|it| it.0).collect();
                assert_eq!(parts, expected);
            }
        }
    }

    #[test]
    fn as_many_threads_work_as_there_may_be() {
        let bytes = lines();
        let here = thread::current().id();
        for count in 1..4 {
            let parts = parts_of(&bytes, count);
            // in turn
            let first: Vec<_> = parts[..count].iter().map(|it| it.1).collect();
            assert_eq!(first.iter().collect::<HashSet<_>>().len(), count);
            for (part, worker) in parts.iter().zip(first.iter().cycle()) {
                assert_eq!(part.1, *worker);
                assert_ne!(*worker, here);
            }
        }
    }

    #[test]
    fn this_thread_works_where_there_is_no_other() {
        let bytes = lines();
        let here = thread::current().id();
        let parts = parts_of(&bytes, 0);
        assert_eq!(parts.first().map(|it| it.0.start), Some(0));
        assert_eq!(parts.last().map(|it| it.0.end), Some(bytes.len()));
        assert!(parts.windows(2).all(|two| two[0].0.end == two[1].0.start));
        assert!(parts.iter().all(|it| it.1 == here));
        let mut taken = 0;
        let ended = by_workers(
            super::parts(&bytes),
            0,
            |part, slot: &mut usize| *slot = part.end,
            |end| {
                taken += 1;
                if taken == 3 { ControlFlow::Break(*end) } else { ControlFlow::Continue(()) }
            },
        );
        assert_eq!((ended, taken), (ControlFlow::Break(parts[2].0.end), 3));
    }

    /// Two parts at once for each thread, whatever the length of the buffer.
    #[test]
    fn memory_is_used_again() {
        struct Slot;
        static SLOTS: AtomicUsize = AtomicUsize::new(0);
        impl Default for Slot {
            fn default() -> Self {
                SLOTS.fetch_add(1, Ordering::Relaxed);
                Self
            }
        }
        let bytes = lines();
        let mut taken = 0;
        let ended = in_order(
            super::parts(&bytes),
            threads(3),
            |_, _: &mut Slot| {},
            |_| {
                taken += 1;
                ControlFlow::<()>::Continue(())
            },
        );
        assert!(ended.is_continue());
        assert!(taken > 10, "{taken}");
        assert_eq!(SLOTS.load(Ordering::Relaxed), 6);
    }

    #[test]
    fn work_that_panics_is_not_hidden() {
        let bytes = lines();
        let mut taken = 0;
        let result = std::panic::catch_unwind(AssertUnwindSafe(|| {
            in_order(
                super::parts(&bytes),
                threads(2),
                |part, (): &mut ()| assert!(part.start < PART, "as the test has it"),
                |()| {
                    taken += 1;
                    ControlFlow::<()>::Continue(())
                },
            )
        }));
        assert!(result.is_err());
        assert_eq!(taken, 1);
    }

    #[test]
    fn batches_are_filled_again_with_their_memory() {
        let mut batches = Batches::<Vec<u8>>::default();
        assert!(batches.filled().is_empty());
        // one is there for the answer that there is no more
        for (count, there) in [(3, 4), (0, 4), (2, 4), (5, 6)] {
            let mut numbers = 0..count;
            batches.fill(|batch| {
                batch.clear();
                batch.extend(numbers.next());
                !batch.is_empty()
            });
            let expected: Vec<Vec<u8>> = (0..count).map(|it| vec![it]).collect();
            assert_eq!(batches.filled(), expected);
            assert_eq!(batches.batches.len(), there);
        }
    }
}
