//! An input that threads read ahead, in blocks of whole lines.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};
use std::num::NonZeroUsize;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread;

use memchr::memrchr;

/// The number of bytes of a block, up to the last line that ends in it.
const BLOCK: usize = 256 * 1024;

/// Blocks that a thread has at once: one in work, one waiting.
const AT_ONCE: usize = 2;

/// Reads an input in blocks of whole lines by several threads, which also make something of each
/// block, and lends the blocks in their order to `take`, which runs on this thread.
///
/// `make` gets the bytes of a block, which begin a line, and the result for an earlier block, whose
/// memory it can use again. For a block in the middle of a line longer than 256 KiB, `make` gets no
/// bytes.
///
/// Memory is bounded: two blocks and results for each thread, and one more. Where the system gives
/// no thread, this one does the work.
///
/// ```
/// use std::io::BufRead;
/// use std::num::NonZeroUsize;
///
/// let input = b"a line\n".repeat(100_000);
/// let count = |bytes: &[u8], lines: &mut usize| {
///     *lines = bytes.iter().filter(|byte| **byte == b'\n').count();
/// };
/// let two = NonZeroUsize::MIN.saturating_add(1);
/// let lines = flagflow_frame::read_ahead(&input[..], two, count, |mut ahead| {
///     let mut lines = 0;
///     while let block @ 1.. = ahead.fill_buf()?.len() {
///         lines += ahead.made();
///         ahead.consume(block);
///     }
///     Ok::<_, std::io::Error>(lines)
/// })?;
/// assert_eq!(lines, 100_000);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn read_ahead<R, T, O>(
    input: R,
    threads: NonZeroUsize,
    make: impl Fn(&[u8], &mut T) + Sync,
    take: impl FnOnce(ReadAhead<'_, T>) -> O,
) -> O
where
    R: Read + Send,
    T: Default + Send,
{
    by_workers(input, threads.get(), make, take)
}

/// The same, where there may be no thread to work but this one.
fn by_workers<R, T, O>(
    input: R,
    threads: usize,
    make: impl Fn(&[u8], &mut T) + Sync,
    take: impl FnOnce(ReadAhead<'_, T>) -> O,
) -> O
where
    R: Read + Send,
    T: Default + Send,
{
    let (free, blocks) = mpsc::channel();
    for _ in 0..=threads * AT_ONCE {
        // the receiver is in the next line
        let _ = free.send(Block::default());
    }
    let cutter =
        Mutex::new(BlockCutter { input, rest: Vec::new(), blocks, next: Some(0), is_cut: true });
    let next_block = || {
        let mut block = cutter.lock().unwrap_or_else(PoisonError::into_inner).next()?;
        let Block { buffer, length, begins_line, made, .. } = &mut block;
        make(if *begins_line { &buffer[..*length] } else { &[] }, made);
        Some(block)
    };
    thread::scope(|scope| {
        let (sender, made) = mpsc::channel();
        let next_block = &next_block;
        let spawn = |_: &usize| {
            let sender = sender.clone();
            thread::Builder::new()
                .spawn_scoped(scope, move || send_blocks(next_block, sender))
                .is_ok()
        };
        let has_workers = (0..threads).take_while(spawn).count() > 0;
        drop(sender);
        let own_work = (!has_workers).then_some(next_block as &dyn Fn() -> Option<Block<T>>);
        let current = Block::default();
        take(ReadAhead { made, waiting: VecDeque::new(), free, own_work, next: 0, current, at: 0 })
    })
}

/// Sends all blocks to the taker, as long as there is one.
fn send_blocks<T>(next_block: impl Fn() -> Option<Block<T>>, made: Sender<Option<Block<T>>>) {
    let made = LossNotice(made);
    while let Some(block) = next_block() {
        if made.0.send(Some(block)).is_err() {
            return;
        }
    }
}

/// A block of an input, and what was made of it.
#[derive(Debug, Default)]
struct Block<T> {
    /// The place among all blocks.
    number: u64,
    buffer: Vec<u8>,
    length: usize,
    begins_line: bool,
    made: T,
    /// The error that the input gave behind the bytes.
    error: Option<io::Error>,
}

impl<T> Block<T> {
    fn bytes(&self) -> &[u8] {
        &self.buffer[..self.length]
    }
}

/// Cuts an input into blocks.
struct BlockCutter<R, T> {
    input: R,
    /// The beginning of a line whose end was not read yet.
    rest: Vec<u8>,
    blocks: Receiver<Block<T>>,
    /// The number of the next block; `None` behind the last one.
    next: Option<u64>,
    /// The next block begins a line.
    is_cut: bool,
}

impl<R: Read, T> BlockCutter<R, T> {
    /// Returns the next block, when there is memory for it.
    fn next(&mut self) -> Option<Block<T>> {
        let number = self.next?;
        let mut block = self.blocks.recv().ok()?;
        let begin = self.rest.len();
        block.buffer.resize(BLOCK.max(begin + 1), 0);
        block.buffer[..begin].copy_from_slice(&self.rest);
        self.rest.clear();
        let (length, end) = self.fill(&mut block.buffer, begin);
        block.error = end.err();
        let is_last = length < block.buffer.len();
        let cut = memrchr(b'\n', &block.buffer[..length]).map(|at| at + 1);
        block.length = if is_last { length } else { cut.unwrap_or(length) };
        self.rest.extend_from_slice(&block.buffer[block.length..length]);
        (block.number, block.begins_line) = (number, self.is_cut);
        self.is_cut = cut.is_some();
        self.next = (!is_last).then_some(number + 1);
        Some(block)
    }

    /// Fills a buffer from a place on, or up to the end of the input or an error.
    fn fill(&mut self, buffer: &mut [u8], from: usize) -> (usize, io::Result<()>) {
        let mut length = from;
        while length < buffer.len() {
            match self.input.read(&mut buffer[length..]) {
                Ok(0) => break,
                Ok(read) => length += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return (length, Err(error)),
            }
        }
        (length, Ok(()))
    }
}

/// Tells the taker when a thread panics, whose block would be waited for.
struct LossNotice<T>(Sender<Option<Block<T>>>);

impl<T> Drop for LossNotice<T> {
    fn drop(&mut self) {
        if thread::panicking() {
            // a taker that has ended needs no notice
            let _ = self.0.send(None);
        }
    }
}

/// The blocks of an input, in their order: see [`read_ahead`]. As a [`BufRead`] it lends the rest
/// of one block at a time. After an error the input has ended.
pub struct ReadAhead<'w, T> {
    made: Receiver<Option<Block<T>>>,
    /// Blocks that came before their turn, by their distance from the next one.
    waiting: VecDeque<Option<Block<T>>>,
    free: Sender<Block<T>>,
    /// Makes the next block where there is no other thread.
    own_work: Option<&'w dyn Fn() -> Option<Block<T>>>,
    next: u64,
    current: Block<T>,
    /// The number of bytes of the current block that were consumed.
    at: usize,
}

impl<T> ReadAhead<'_, T> {
    /// Returns what was made of the current block, that of the bytes that were lent last.
    pub const fn made(&self) -> &T {
        &self.current.made
    }

    /// Returns the place in the current block where the next byte is.
    pub const fn at(&self) -> usize {
        self.at
    }

    /// Returns the rest of the current block.
    pub fn rest(&self) -> &[u8] {
        &self.current.bytes()[self.at..]
    }

    /// Returns the next block; `None` behind the last one.
    fn receive(&mut self) -> io::Result<Option<Block<T>>> {
        if let Some(own_work) = self.own_work {
            return Ok(own_work());
        }
        loop {
            if self.waiting.front().is_some_and(Option::is_some) {
                self.next += 1;
                return Ok(self.waiting.pop_front().flatten());
            }
            let Ok(block) = self.made.recv() else { return Ok(None) };
            let block =
                block.ok_or_else(|| io::Error::other("a thread that reads has panicked"))?;
            // no more blocks than there are can be ahead
            let place = usize::try_from(block.number - self.next).unwrap_or(usize::MAX);
            if self.waiting.len() <= place {
                self.waiting.resize_with(place + 1, || None);
            }
            self.waiting[place] = Some(block);
        }
    }
}

impl<T: Default> BufRead for ReadAhead<'_, T> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.at == self.current.length {
            if let Some(error) = self.current.error.take() {
                return Err(error);
            }
            let spent = std::mem::take(&mut self.current);
            self.at = 0;
            if !spent.buffer.is_empty() {
                // threads that have read all need no more memory
                let _ = self.free.send(spent);
            }
            let Some(block) = self.receive()? else { return Ok(&[]) };
            self.current = block;
        }
        Ok(self.rest())
    }

    fn consume(&mut self, bytes: usize) {
        self.at += bytes;
    }
}

impl<T: Default> Read for ReadAhead<'_, T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::panic::AssertUnwindSafe;

    use super::*;

    /// Lines of many lengths, one of them several blocks long, and no end of the last.
    fn lines() -> Vec<u8> {
        let mut bytes = Vec::new();
        for (length, letter) in (0..2000).zip((b'a'..=b'z').cycle()) {
            bytes.extend(std::iter::repeat_n(letter, length));
            bytes.push(b'\n');
        }
        bytes.extend(vec![b'x'; 3 * BLOCK]);
        bytes.extend_from_slice(b"\nlast, without an end");
        bytes
    }

    /// Gives few bytes at a time, an interruption before each piece, and an error at its end.
    struct Slow<'b> {
        bytes: &'b [u8],
        is_ready: bool,
        error: Option<io::ErrorKind>,
    }

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.is_ready = !self.is_ready;
            match (self.is_ready, self.error, self.bytes) {
                (true, ..) => Err(io::ErrorKind::Interrupted.into()),
                (_, Some(kind), []) => Err(kind.into()),
                _ => {
                    let most = buffer.len().min(10_007);
                    self.bytes.read(&mut buffer[..most])
                }
            }
        }
    }

    /// The blocks of an input, each with the bytes that were made of it.
    fn blocks(input: impl Read + Send, threads: usize) -> io::Result<Vec<(Vec<u8>, Vec<u8>)>> {
        let copy = |bytes: &[u8], made: &mut Vec<u8>| {
            made.clear();
            made.extend_from_slice(bytes);
        };
        by_workers(input, threads, copy, |mut ahead| {
            let mut blocks = Vec::new();
            while let block @ 1.. = ahead.fill_buf()?.len() {
                assert_eq!((ahead.at(), ahead.rest().len()), (0, block));
                blocks.push((ahead.rest().to_vec(), ahead.made().clone()));
                ahead.consume(block);
            }
            assert_eq!(ahead.fill_buf()?, b"");
            Ok(blocks)
        })
    }

    #[test]
    fn a_thread_makes_something_of_each_block() {
        let bytes = b"a line\n".repeat(100_000);
        let count = |bytes: &[u8], made: &mut usize| *made = bytes.len();
        let made = read_ahead(&bytes[..], NonZeroUsize::MIN, count, |mut ahead| {
            let mut made = 0;
            while let block @ 1.. = ahead.fill_buf()?.len() {
                made += *ahead.made();
                ahead.consume(block);
            }
            Ok::<_, io::Error>(made)
        });
        assert_eq!(made.unwrap(), bytes.len());
    }

    #[test]
    fn blocks_are_whole_lines_in_their_order_on_any_number_of_threads() {
        let bytes = lines();
        for threads in [0, 1, 2, 3, 7] {
            for is_slow in [false, true] {
                let slow = Slow { bytes: &bytes, is_ready: false, error: None };
                let input: Box<dyn Read + Send> =
                    if is_slow { Box::new(slow) } else { Box::new(&bytes[..]) };
                let blocks = blocks(input, threads).unwrap();
                assert!(blocks.len() > 8, "{}", blocks.len());
                assert_eq!(blocks.iter().flat_map(|it| it.0.clone()).collect::<Vec<_>>(), bytes);
                let mut begins_line = true;
                for (block, made) in blocks {
                    assert_eq!(made, if begins_line { &block[..] } else { b"" });
                    begins_line = block.ends_with(b"\n");
                }
            }
        }
    }

    #[test]
    fn an_error_follows_the_bytes_before_it() {
        let bytes = lines();
        for threads in [0, 1, 3] {
            let error = Some(io::ErrorKind::ConnectionReset);
            let input = Slow { bytes: &bytes, is_ready: false, error };
            let seen = by_workers(
                input,
                threads,
                |_, (): &mut ()| {},
                |mut ahead| {
                    let mut seen = Vec::new();
                    let error = ahead.read_to_end(&mut seen).unwrap_err();
                    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
                    assert_eq!(ahead.read(&mut [0]).unwrap(), 0);
                    seen
                },
            );
            assert_eq!(seen, bytes);
        }
    }

    #[test]
    fn nothing_has_no_blocks() {
        for threads in [0, 2] {
            assert_eq!(blocks(&b""[..], threads).unwrap(), []);
        }
    }

    #[test]
    fn threads_end_when_no_more_is_taken() {
        let bytes = lines();
        let first = by_workers(
            &bytes[..],
            3,
            |_, (): &mut ()| {},
            |mut ahead| ahead.fill_buf().unwrap()[0],
        );
        assert_eq!(first, b'\n');
    }

    #[test]
    fn work_that_panics_is_not_hidden() {
        let bytes = lines();
        for threads in [0, 1, 2] {
            let result = std::panic::catch_unwind(AssertUnwindSafe(|| {
                let fails = |_: &[u8], (): &mut ()| panic!("as the test has it");
                by_workers(&bytes[..], threads, fails, |mut ahead| {
                    ahead.fill_buf().map(<[u8]>::len)
                })
            }));
            assert!(result.is_err());
        }
    }
}
