//! The number of threads, and files that are judged side by side.

use std::fs;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::thread;

use flagflow::check::{CrossRecords, Options};
use flagflow::files::input::is_standard;
use flagflow::frame::parallel;

use crate::input::Opened;

/// The most bytes of a file that is judged beside others. The threads share a longer file instead,
/// which needs less memory and does not leave the last file to one thread.
const SMALL: u64 = 4 << 20;

/// The number of threads, for commands that read large files.
#[derive(clap::Args)]
#[command(next_help_heading = "Speed")]
pub(crate) struct JobsArgs {
    /// The number of threads. They read ahead in a file of more than 1 MiB; check and summary judge
    /// files of up to 4 MiB side by side; convert makes csv and jsonl on them. Results are the same
    /// at any number. [default: the number of processors]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

/// The part of a command's threads and memory that one file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    /// The threads within the file.
    threads: NonZeroUsize,
    /// The number of files that share the memory.
    files: NonZeroUsize,
}

impl Share {
    /// Returns true if other files are judged at the same time.
    pub(crate) fn is_beside_others(self) -> bool {
        self.files > NonZeroUsize::MIN
    }

    /// Limits a check to this share.
    pub(crate) fn apply(self, options: &mut Options) {
        options.threads = self.threads;
        if let CrossRecords::Within { memory } = &mut options.cross_records {
            *memory /= self.files;
        }
    }
}

impl JobsArgs {
    /// Returns the number of threads that work at a file.
    pub(crate) fn threads(&self) -> NonZeroUsize {
        let of_system = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.jobs.unwrap_or_else(of_system)
    }

    /// Returns the share of a file that is judged alone.
    pub(crate) fn alone(&self) -> Share {
        Share { threads: self.threads(), files: NonZeroUsize::MIN }
    }

    /// Judges files, small ones side by side, and takes the results in the order of the files until
    /// `take` breaks. At most two results for each thread wait. A large file, standard input and a
    /// pipe are judged alone, when all files before them are taken.
    pub(crate) fn each_file<T: Send, B>(
        &self,
        files: &[Opened],
        judge: impl Fn(&Opened, Share) -> T + Sync,
        mut take: impl FnMut(&Opened, T) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let (threads, alone) = (self.threads(), NonZeroUsize::MIN);
        let mut rest = files;
        while let Some((first, others)) = rest.split_first() {
            let small = rest.iter().take_while(|file| threads > alone && is_small(file)).count();
            let files = threads.min(NonZeroUsize::new(small).unwrap_or(alone));
            if files == alone {
                take(first, judge(first, self.alone()))?;
                rest = others;
                continue;
            }
            let (side_by_side, after) = rest.split_at(small);
            let share = Share { threads: NonZeroUsize::MIN, files };
            let work = |file, slot: &mut Option<_>| *slot = Some((file, judge(file, share)));
            parallel::in_order(side_by_side.iter(), files, work, |slot| match slot.take() {
                Some((file, result)) => take(file, result),
                None => ControlFlow::Continue(()),
            })?;
            rest = after;
        }
        ControlFlow::Continue(())
    }
}

/// Returns true for a file that is known to be small.
fn is_small(file: &Opened) -> bool {
    let of_file = |data: fs::Metadata| data.is_file() && data.len() <= SMALL;
    !is_standard(&file.path) && fs::metadata(&file.path).is_ok_and(of_file)
}

#[cfg(test)]
mod tests {
    use std::thread::ThreadId;

    use super::*;

    fn number(of: usize) -> NonZeroUsize {
        NonZeroUsize::new(of).unwrap()
    }

    /// A folder with files of these lengths, and their names.
    fn files(lengths: &[u64]) -> (tempfile::TempDir, Vec<Opened>) {
        let folder = tempfile::tempdir().unwrap();
        let opened = lengths.iter().enumerate().map(|(place, length)| {
            let path = folder.path().join(place.to_string());
            fs::File::create(&path).unwrap().set_len(*length).unwrap();
            Opened { path, name: place.to_string() }
        });
        let opened = opened.collect();
        (folder, opened)
    }

    /// The shares of files, and the threads that judged them, in the order in which they are taken.
    fn judged(jobs: usize, files: &[Opened]) -> Vec<(Share, ThreadId)> {
        let jobs = JobsArgs { jobs: Some(number(jobs)) };
        let mut names = Vec::new();
        let mut judged = Vec::new();
        let judge = |_: &Opened, share| (share, thread::current().id());
        let ended = jobs.each_file(files, judge, |file, result| {
            names.push(file.name.clone());
            judged.push(result);
            ControlFlow::<()>::Continue(())
        });
        assert!(ended.is_continue());
        let expected: Vec<_> = files.iter().map(|file| file.name.clone()).collect();
        assert_eq!(names, expected);
        judged
    }

    #[test]
    fn small_files_are_judged_side_by_side_and_large_ones_alone() {
        let (_folder, mut files) = files(&[1, SMALL, 0, SMALL + 1, 5]);
        files.insert(1, Opened { path: "absent".into(), name: "absent".to_owned() });
        files.push(Opened { path: "-".into(), name: "-".to_owned() });
        for jobs in [1, 2, 7] {
            let judged = judged(jobs, &files);
            let here = thread::current().id();
            let alone = Share { threads: number(jobs), files: number(1) };
            for (place, (share, thread)) in judged.iter().enumerate() {
                // the first small file has an absent one behind it, the last one standard input
                let is_beside = jobs > 1 && [2, 3].contains(&place);
                let beside = Share { threads: number(1), files: number(2) };
                assert_eq!(*share, if is_beside { beside } else { alone }, "{jobs}: {place}");
                assert_eq!(*thread == here, !is_beside, "{jobs}: {place}");
            }
        }
    }

    #[test]
    fn no_more_files_are_judged_at_once_than_there_are_threads() {
        let (_folder, files) = files(&[3; 40]);
        let judged = judged(3, &files);
        let share = Share { threads: number(1), files: number(3) };
        assert!(judged.iter().all(|it| it.0 == share));
        let threads: std::collections::HashSet<_> = judged.iter().map(|it| it.1).collect();
        assert_eq!(threads.len(), 3);
    }

    #[test]
    fn nothing_is_judged_for_a_reader_that_stopped() {
        let (_folder, files) = files(&[SMALL + 1, SMALL + 1]);
        let jobs = JobsArgs { jobs: Some(number(2)) };
        let ended =
            jobs.each_file(&files, |file, _| file.name.clone(), |_, name| ControlFlow::Break(name));
        assert_eq!(ended, ControlFlow::Break("0".to_owned()));
    }

    #[test]
    fn files_at_once_share_the_memory() {
        let cross_records = CrossRecords::Within { memory: 999 };
        let mut options = Options { cross_records, ..Options::default() };
        Share { threads: number(1), files: number(3) }.apply(&mut options);
        assert_eq!(options.cross_records, CrossRecords::Within { memory: 333 });
        options.cross_records = CrossRecords::Off;
        Share { threads: number(4), files: number(1) }.apply(&mut options);
        assert_eq!((options.cross_records, options.threads), (CrossRecords::Off, number(4)));
    }
}
