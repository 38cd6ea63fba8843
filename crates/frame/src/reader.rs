//! Lines of a stream, in bounded memory.

use std::io::{self, BufRead, ErrorKind};

use memchr::memchr;

use crate::line::{Line, LineEnd, split_line};
use crate::padding::{Padding, SUBSTITUTE};
use crate::position::Position;

/// The limit of a line's length where none is chosen: 64 KiB.
pub const DEFAULT_MAX_LINE: usize = 64 * 1024;

/// The bytes of a line past the limit that are kept for showing the line.
const KEPT_OF_OVERSIZE: usize = 256;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Reads lines from a [`BufRead`], one at a time.
///
/// A line that lies whole in the reader's buffer is lent from there, not copied. A line in pieces
/// is put together in a buffer of its own that never grows past the limit: of a longer line the
/// beginning is kept, the rest counted and let go.
///
/// What a file is [padded](Padding) with at its end belongs to no line: see
/// [`LineReader::padding`].
///
/// Reads that are interrupted are tried again. After any other error the same position can be tried
/// again; nothing is lost.
#[derive(Debug)]
pub struct LineReader<R> {
    inner: R,
    max_line: usize,
    /// Bytes lent from the inner reader's buffer by the last call, consumed by the next.
    lent: usize,
    partial: Partial,
    offset: u64,
    number: u64,
    /// `None` until the first bytes have been seen.
    byte_order_mark: Option<bool>,
    /// True if the input is a part of a file with more behind it.
    goes_on: bool,
    padding: Option<Padding>,
}

/// A line of which no end has been seen.
#[derive(Debug, Default)]
struct Partial {
    /// Its beginning, all of it up to the limit.
    kept: Vec<u8>,
    /// All its bytes so far.
    length: u64,
    /// Its last byte, which may be a CR that belongs to the end, and the byte before.
    last: [u8; 2],
    /// True if the line has anything but one SUB at its beginning and NULs.
    has_text: bool,
    /// The line's ending, once it was read; kept until it is known whether more input follows.
    ended: Option<LineEnd>,
}

impl Partial {
    fn clear(&mut self) {
        self.kept.clear();
        self.empty();
    }

    /// Forgets the line, but for the bytes that are kept.
    fn empty(&mut self) {
        self.length = 0;
        self.last = [0; 2];
        self.has_text = false;
        self.ended = None;
    }

    fn push(&mut self, piece: &[u8], limit: usize) {
        self.last = match (piece, self.last) {
            ([], _) => return,
            ([one], [_, before]) => [before, *one],
            ([.., before, last], _) => [*before, *last],
        };
        let fill = match piece {
            [SUBSTITUTE, rest @ ..] if self.length == 0 => rest,
            _ => piece,
        };
        self.has_text = self.has_text || fill.iter().any(|byte| *byte != 0);
        self.length += piece.len() as u64;
        let room = KEPT_OF_OVERSIZE.max(limit).saturating_sub(self.kept.len());
        self.kept.extend_from_slice(&piece[..piece.len().min(room)]);
    }

    /// The line is complete: takes the CR off where it belongs to the end.
    fn end(&mut self) -> LineEnd {
        let [before, b'\r'] = self.last else { return LineEnd::Lf };
        self.last = [0, before];
        self.shorten(1);
        LineEnd::CrLf
    }

    /// Takes so many bytes off its end.
    fn shorten(&mut self, bytes: u64) {
        self.length -= bytes;
        // what is kept is no longer than the limit of memory
        self.kept.truncate(usize::try_from(self.length).unwrap_or(usize::MAX));
    }

    /// Returns how many bytes at its end are padding, if nothing follows it.
    fn padding(&self, end: LineEnd, max_line: usize) -> u64 {
        let before = usize::try_from(self.length).ok().and_then(|it| it.checked_sub(2));
        let is_second = before.and_then(|at| self.kept.get(at)) == Some(&SUBSTITUTE);
        let substitute = u64::from(self.last[1] == SUBSTITUTE && !is_second);
        match (end, self.has_text) {
            (LineEnd::None, false) => self.length,
            // of a line past the limit no byte is looked at
            _ if self.length - substitute > max_line as u64 => 0,
            _ => substitute,
        }
    }
}

impl<R: BufRead> LineReader<R> {
    /// Reads lines of at most [`DEFAULT_MAX_LINE`] bytes.
    pub fn new(inner: R) -> Self {
        Self::with_max_line(inner, DEFAULT_MAX_LINE)
    }

    /// Reads lines of at most `max_line` bytes, their ends not counted. Of a longer line only the
    /// beginning comes out, with its whole length.
    pub fn with_max_line(inner: R, max_line: usize) -> Self {
        Self {
            inner,
            max_line,
            lent: 0,
            partial: Partial::default(),
            offset: 0,
            number: 0,
            byte_order_mark: None,
            goes_on: false,
            padding: None,
        }
    }

    /// Reads a part of a file that has more lines behind it: nothing here is [`Padding`].
    #[must_use]
    pub const fn without_end(mut self) -> Self {
        self.goes_on = true;
        self
    }

    /// The bytes that the file is padded with at its end, once that was met.
    ///
    /// ```
    /// use flagflow_frame::LineReader;
    ///
    /// let mut lines = LineReader::new(&b"one\n\x1A"[..]);
    /// assert_eq!(lines.read_line()?.map(|line| line.number), Some(1));
    /// assert_eq!(lines.read_line()?, None);
    /// assert_eq!(lines.padding().map(|padding| padding.length()), Some(1));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub const fn padding(&self) -> Option<Padding> {
        self.padding
    }

    /// Counts bytes from here: what is read is a part of a file, which begins there. Lines are
    /// counted from 1, and a byte-order mark is text.
    #[must_use]
    pub fn with_offset(mut self, offset: u64) -> Self {
        self.offset = offset;
        self.byte_order_mark = Some(false);
        self
    }

    /// Returns whether the input began with a UTF-8 byte-order mark. Known once a line was read, or
    /// the end was met.
    pub const fn has_byte_order_mark(&self) -> bool {
        matches!(self.byte_order_mark, Some(true))
    }

    /// Returns where the next line begins.
    pub const fn position(&self) -> Position {
        Position { offset: self.offset, line: self.number + 1, column: 1, record: None }
    }

    /// The bytes of the input before the next line.
    #[inline]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// A reference to the inner reader. What the last line was lent from is not consumed yet.
    pub const fn inner(&self) -> &R {
        &self.inner
    }

    /// The inner reader, past the last line that was read.
    pub fn into_inner(mut self) -> R {
        self.consume_lent();
        self.inner
    }

    /// Takes the inner reader out, past the last line that was read, for
    /// [`LineReader::with_inner`].
    pub fn take_inner(mut self) -> (R, LineReader<()>) {
        self.consume_lent();
        self.replace_inner(())
    }

    /// The next line, or `None` at the end of the input.
    ///
    /// # Errors
    ///
    /// Whatever the inner reader says, but for interruptions. What was read of a line so far is
    /// kept, so a later call goes on where this one stopped.
    #[inline]
    pub fn read_line(&mut self) -> io::Result<Option<Line<'_>>> {
        self.consume_lent();
        if self.byte_order_mark.is_none() {
            self.skip_byte_order_mark()?;
        }
        if self.partial.length == 0 {
            if fill(&mut self.inner)? == 0 {
                return Ok(None);
            }
            let whole = split_line(self.inner.fill_buf()?)
                .filter(|(line, ..)| line.last() != Some(&SUBSTITUTE))
                .map(|(line, end, _)| (line.len(), end));
            if let Some((length, end)) = whole.filter(|(length, _)| *length <= self.max_line) {
                return self.lend(length, end).map(Some);
            }
        }
        self.assemble()
    }

    /// Returns what the inner buffer holds from the beginning of the next line on, filled if it was
    /// empty; nothing at the end of the input, and in the middle of a line whose reading failed.
    /// The lines that are taken from there are told by [`LineReader::skip_lines`].
    ///
    /// # Errors
    ///
    /// As [`LineReader::read_line`].
    #[inline]
    pub fn peek(&mut self) -> io::Result<&[u8]> {
        self.consume_lent();
        if self.byte_order_mark.is_none() {
            self.skip_byte_order_mark()?;
        }
        if self.partial.length > 0 || fill(&mut self.inner)? == 0 {
            return Ok(&[]);
        }
        self.inner.fill_buf()
    }

    /// Counts whole lines of what was [peeked](LineReader::peek) at as read: so many, in so many
    /// bytes with their ends.
    #[inline]
    pub fn skip_lines(&mut self, lines: u64, bytes: usize) {
        self.lent += bytes;
        self.offset += bytes as u64;
        self.number += lines;
    }

    /// Lends a line from the inner buffer, which holds it whole.
    #[inline]
    fn lend(&mut self, length: usize, end: LineEnd) -> io::Result<Line<'_>> {
        self.lent = length + end.as_bytes().len();
        let (offset, number) = self.advance(length as u64, end);
        // the buffer is full already: this asks nothing of the reader
        let bytes = &self.inner.fill_buf()?[..length];
        Ok(Line { bytes, length: length as u64, oversize: false, end, offset, number })
    }

    /// Puts a line together from several fillings of the inner buffer, of which there is at least
    /// one byte; `None` where all of it is padding.
    #[cold]
    fn assemble(&mut self) -> io::Result<Option<Line<'_>>> {
        let end = loop {
            if let Some(end) = self.partial.ended {
                break end;
            }
            if fill(&mut self.inner)? == 0 {
                break LineEnd::None;
            }
            let buffer = self.inner.fill_buf()?;
            let at = memchr(b'\n', buffer);
            let (piece, used) = at.map_or((buffer, buffer.len()), |at| (&buffer[..at], at + 1));
            self.partial.push(piece, self.max_line);
            self.inner.consume(used);
            self.partial.ended = at.map(|_| self.partial.end());
        };
        let padding = self.partial.padding(end, self.max_line);
        let is_padded = padding > 0 && !self.goes_on && self.is_at_end(end)?;
        Ok(self.release(end, if is_padded { padding } else { 0 }))
    }

    /// Returns whether nothing follows a line.
    fn is_at_end(&mut self, end: LineEnd) -> io::Result<bool> {
        Ok(end == LineEnd::None || fill(&mut self.inner)? == 0)
    }

    /// Hands out the assembled line without its padding, unless it is nothing else.
    fn release(&mut self, end: LineEnd, padding: u64) -> Option<Line<'_>> {
        let substitute =
            self.partial.last[1] == SUBSTITUTE || self.partial.kept.first() == Some(&SUBSTITUTE);
        self.partial.shorten(padding);
        let length = self.partial.length;
        let (line_offset, line) = (self.offset, self.number + 1);
        self.offset += padding;
        if padding > 0 {
            let nuls = padding - u64::from(substitute);
            self.padding =
                Some(Padding { line, line_offset, start: length, substitute, nuls, end });
        }
        // the next call begins a line of its own; the kept bytes live until then
        self.partial.empty();
        if length == 0 && padding > 0 {
            self.offset += end.as_bytes().len() as u64;
            return None;
        }
        self.advance(length, end);
        let oversize = length > self.max_line as u64;
        if oversize {
            self.partial.kept.truncate(KEPT_OF_OVERSIZE);
        }
        let (bytes, offset, number) = (&self.partial.kept, line_offset, line);
        Some(Line { bytes, length, oversize, end, offset, number })
    }

    /// Counts a line, and says where it began.
    #[inline]
    fn advance(&mut self, length: u64, end: LineEnd) -> (u64, u64) {
        let began = self.offset;
        self.offset += length + end.as_bytes().len() as u64;
        self.number += 1;
        (began, self.number)
    }

    #[inline]
    fn consume_lent(&mut self) {
        self.inner.consume(self.lent);
        self.lent = 0;
        if self.partial.length == 0 {
            self.partial.clear();
        }
    }

    /// Skips a mark at the very beginning. The pieces of a broken one become content.
    #[cold]
    fn skip_byte_order_mark(&mut self) -> io::Result<()> {
        while let Some(expected) = BYTE_ORDER_MARK.get(self.partial.kept.len()) {
            if fill(&mut self.inner)? == 0 || self.inner.fill_buf()?.first() != Some(expected) {
                self.byte_order_mark = Some(false);
                return Ok(());
            }
            self.partial.push(&[*expected], BYTE_ORDER_MARK.len());
            self.inner.consume(1);
        }
        self.partial.clear();
        self.offset = BYTE_ORDER_MARK.len() as u64;
        self.byte_order_mark = Some(true);
        Ok(())
    }
}

impl LineReader<()> {
    /// Goes on reading lines where the inner reader was taken out, from a reader that gives the
    /// bytes behind them.
    ///
    /// ```
    /// use std::io::BufReader;
    ///
    /// use flagflow_frame::LineReader;
    ///
    /// let mut lines = LineReader::new(&b"one\ntwo\n"[..]);
    /// lines.read_line()?;
    /// let (rest, lines) = lines.take_inner();
    /// let mut lines = lines.with_inner(BufReader::new(rest));
    /// assert_eq!(lines.read_line()?.map(|line| (line.number, line.offset)), Some((2, 4)));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn with_inner<R: BufRead>(self, inner: R) -> LineReader<R> {
        self.replace_inner(inner).1
    }
}

impl<R> LineReader<R> {
    /// Returns the inner reader, and the reader of lines with another one.
    fn replace_inner<S>(self, new: S) -> (R, LineReader<S>) {
        let Self { inner, max_line, lent, partial, offset, number, .. } = self;
        let Self { byte_order_mark, goes_on, padding, .. } = self;
        let lines = LineReader {
            inner: new,
            max_line,
            lent,
            partial,
            offset,
            number,
            byte_order_mark,
            goes_on,
            padding,
        };
        (inner, lines)
    }
}

/// Fills the inner buffer if it is empty, again when interrupted; how many bytes it holds, 0 at the
/// end. After this the reader lends its buffer without being asked to read.
#[inline]
fn fill<R: BufRead>(inner: &mut R) -> io::Result<usize> {
    loop {
        match inner.fill_buf() {
            Ok(buffer) => return Ok(buffer.len()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Read};

    use proptest::prelude::*;

    use super::*;

    type Seen = (Vec<u8>, u64, bool, LineEnd, u64, u64);

    fn as_seen(line: &Line<'_>) -> Seen {
        let bytes = line.bytes.to_vec();
        (bytes, line.length, line.oversize, line.end, line.offset, line.number)
    }

    fn lines(reader: impl BufRead, max_line: usize) -> (Vec<Seen>, bool) {
        let mut reader = LineReader::with_max_line(reader, max_line);
        let mut seen = Vec::new();
        while let Some(line) = reader.read_line().unwrap() {
            seen.push(as_seen(&line));
        }
        (seen, reader.has_byte_order_mark())
    }

    /// The same by the standard library, the whole input in hand.
    fn slow_truth(input: &[u8], max_line: usize) -> (Vec<Seen>, bool) {
        let marked = input.starts_with(BYTE_ORDER_MARK);
        let mut offset = if marked { 3 } else { 0 };
        let mut seen = Vec::new();
        for (number, raw) in (1..).zip(input[offset..].split_inclusive(|b| *b == b'\n')) {
            let (content, end) = match raw {
                [content @ .., b'\r', b'\n'] => (content, LineEnd::CrLf),
                [content @ .., b'\n'] => (content, LineEnd::Lf),
                content => (content, LineEnd::None),
            };
            let kept =
                if content.len() > max_line { content.len().min(256) } else { content.len() };
            let (length, over) = (content.len() as u64, content.len() > max_line);
            seen.push((content[..kept].to_vec(), length, over, end, offset as u64, number));
            offset += raw.len();
        }
        (seen, marked)
    }

    /// Every capacity of the buffer, and so every place where a refill can cut.
    fn assert_all_capacities(input: &[u8], max_line: usize) {
        let expected = slow_truth(input, max_line);
        assert_eq!(lines(input, max_line), expected, "slice of {input:?}");
        for capacity in 1..=input.len() + 1 {
            let reader = BufReader::with_capacity(capacity, input);
            assert_eq!(lines(reader, max_line), expected, "{input:?} by {capacity}");
        }
    }

    #[test]
    fn lines_come_out_the_same_however_they_arrive() {
        let inputs: [&[u8]; 16] = [
            b"",
            b"\n",
            b"\r\n\r\n",
            b"one\ntwo\r\nthree",
            b"one\r",
            b"\r\r\n\r",
            b"\xEF\xBB\xBFone\n",
            b"\xEF\xBB\xBF",
            b"\xEF\xBB\xBF\r\n",
            b"\xEF\xBB",
            b"\xEF\xBBX\xBF\n\xEF\xBB\xBF\n",
            b"\xEF\n",
            b"12345\n123456\n1234567\r\n",
            b"12345\r\n123456\r\n12345\r\r\n",
            b"1234567",
            b"12345\r",
        ];
        for input in inputs {
            for max_line in [0, 1, 2, 5, 1000] {
                assert_all_capacities(input, max_line);
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_come_out_as_the_standard_library_cuts_them(
            input in proptest::collection::vec(
                prop_oneof![Just(b'\n'), Just(b'\r'), Just(b'x'), Just(0xEF), Just(0xBB), Just(0xBF)],
                0..24,
            ),
            max_line in 0usize..6,
        ) {
            assert_all_capacities(&input, max_line);
        }
    }

    /// Gives one byte at a time, interrupts before each, and fails once half-way.
    struct Rough<'a> {
        rest: &'a [u8],
        interrupt: bool,
        fail_at: usize,
    }

    impl Read for Rough<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            self.interrupt = !self.interrupt;
            if self.interrupt {
                return Err(ErrorKind::Interrupted.into());
            }
            if self.rest.len() == self.fail_at {
                self.fail_at = usize::MAX;
                return Err(io::Error::other("half-way"));
            }
            let one = self.rest.len().min(1);
            self.rest.read(&mut out[..one])
        }
    }

    #[test]
    fn a_failed_read_can_be_tried_again_without_loss() {
        let input = b"\xEF\xBB\xBFone\r\n\xEF\xBB\xBFtwo\nthree";
        for fail_at in 0..=input.len() {
            let rough = Rough { rest: input, interrupt: false, fail_at };
            let mut reader = LineReader::new(BufReader::new(rough));
            let (mut seen, mut failures) = (Vec::new(), 0);
            loop {
                match reader.read_line() {
                    Ok(Some(line)) => seen.push(as_seen(&line)),
                    Ok(None) => break,
                    Err(error) => {
                        assert_eq!(error.to_string(), "half-way");
                        failures += 1;
                    }
                }
            }
            assert_eq!((failures, seen), (1, slow_truth(input, 99).0), "failing at {fail_at}");
        }
    }

    #[test]
    fn an_endless_line_is_counted_not_held() {
        let length = 50_000_000;
        let input = io::repeat(b'x').take(length).chain(&b"\r\nnext\n"[..]);
        let mut reader = LineReader::with_max_line(BufReader::new(input), 1000);
        let line = reader.read_line().unwrap().unwrap();
        assert!(line.oversize);
        assert_eq!((line.length, line.end), (length, LineEnd::CrLf));
        assert_eq!(line.bytes, [b'x'; KEPT_OF_OVERSIZE]);
        assert!(reader.partial.kept.capacity() < 10_000);
        let next = reader.read_line().unwrap().unwrap();
        assert_eq!((next.bytes, next.offset, next.number), (&b"next"[..], length + 2, 2));
    }

    #[test]
    fn a_part_of_a_file_begins_where_it_stands_there() {
        let part = &b"\xEF\xBB\xBFone\r\ntwo\n"[..];
        let mut reader = LineReader::new(part).with_offset(100);
        let start = Position { offset: 100, line: 1, column: 1, record: None };
        assert_eq!((reader.position(), reader.offset()), (start, 100));
        let line = reader.read_line().unwrap().unwrap();
        let first = (b"\xEF\xBB\xBFone".to_vec(), 6, false, LineEnd::CrLf, 100, 1);
        assert_eq!(as_seen(&line), first);
        assert!(!reader.has_byte_order_mark());
        assert_eq!(reader.offset(), 108);
        // what a line was lent from is not consumed before the next is asked for
        assert_eq!(*reader.inner(), part);
        assert_eq!(reader.read_line().unwrap().unwrap().offset, 108);
        assert_eq!(*reader.inner(), b"two\n");
    }

    #[test]
    fn lines_may_be_taken_from_what_is_in_the_buffer() {
        let input = &b"\xEF\xBB\xBFone\ntwo\r\nthree\nfour"[..];
        let mut reader = LineReader::new(BufReader::with_capacity(15, input));
        // the mark is passed over first, and the buffer is not filled again before it is empty
        assert_eq!(reader.peek().unwrap(), b"one\ntwo\r\nthr");
        assert!(reader.has_byte_order_mark());
        reader.skip_lines(2, 9);
        assert_eq!(reader.position(), Position { offset: 12, line: 3, ..Position::START });
        assert_eq!(reader.peek().unwrap(), b"thr");
        let line = reader.read_line().unwrap().unwrap();
        assert_eq!(as_seen(&line), (b"three".to_vec(), 5, false, LineEnd::Lf, 12, 3));
        assert_eq!(reader.peek().unwrap(), b"four");
        reader.skip_lines(1, 4);
        assert_eq!(reader.peek().unwrap(), b"");
        assert!(reader.read_line().unwrap().is_none());
        assert_eq!(reader.offset(), 22);
    }

    #[test]
    fn one_byte_is_peeked_at_and_nothing_of_nothing() {
        assert_eq!(LineReader::new(&b"x"[..]).peek().unwrap(), b"x");
        assert_eq!(LineReader::new(&b""[..]).peek().unwrap(), b"");
    }

    /// The rest of a line that was begun is no line, be it begun by three bytes or by one.
    #[test]
    fn nothing_is_peeked_at_in_the_middle_of_a_line() {
        for fail_at in [8, 10] {
            let rough = Rough { rest: b"first\nnext\n", interrupt: false, fail_at };
            let mut reader = LineReader::new(BufReader::new(rough));
            assert_eq!(reader.peek().unwrap(), b"f");
            assert!(reader.read_line().is_err());
            assert_eq!(reader.peek().unwrap(), b"");
            let line = reader.read_line().unwrap().unwrap();
            assert_eq!(as_seen(&line), (b"first".to_vec(), 5, false, LineEnd::Lf, 0, 1));
            assert_eq!(reader.peek().unwrap(), b"n");
            assert_eq!(reader.read_line().unwrap().unwrap().bytes, b"next");
            assert_eq!(reader.peek().unwrap(), b"");
        }
    }

    #[test]
    fn what_is_wrong_below_is_told_by_peeking_too() {
        for (rest, fail_at) in [(&b"one\n"[..], 4), (b"\xEF\xBB\xBFone\n", 6)] {
            let rough = Rough { rest, interrupt: false, fail_at };
            let mut reader = LineReader::new(BufReader::new(rough));
            assert_eq!(reader.peek().unwrap_err().to_string(), "half-way");
            assert_eq!(reader.read_line().unwrap().unwrap().bytes, b"one");
        }
    }

    #[test]
    fn of_a_line_past_the_limit_256_bytes_are_kept() {
        for length in [11u16, 255, 256, 257, 300] {
            for end in [LineEnd::Lf, LineEnd::CrLf, LineEnd::None] {
                let bytes: Vec<u8> =
                    (0..length).zip((b'a'..=b'z').cycle()).map(|it| it.1).collect();
                let input = [&bytes, end.as_bytes()].concat();
                let kept = bytes[..bytes.len().min(256)].to_vec();
                for capacity in [1, 7, 255, 256, 257, 1000] {
                    let reader = BufReader::with_capacity(capacity, &input[..]);
                    let mut reader = LineReader::with_max_line(reader, 10);
                    let line = reader.read_line().unwrap().unwrap();
                    let expected = (kept.clone(), u64::from(length), true, end, 0, 1);
                    assert_eq!(as_seen(&line), expected);
                }
            }
        }
    }

    #[test]
    fn lines_are_64_kib_long_at_most_where_nothing_else_is_said() {
        let mut input = vec![b'x'; 65_536];
        input.extend_from_slice(b"\r\n");
        input.extend(vec![b'y'; 65_537]);
        let mut reader = LineReader::new(&input[..]);
        let line = reader.read_line().unwrap().unwrap();
        assert_eq!((line.bytes.len(), line.length, line.oversize), (65_536, 65_536, false));
        let line = reader.read_line().unwrap().unwrap();
        assert_eq!((line.bytes, line.length, line.oversize), (&[b'y'; 256][..], 65_537, true));
    }

    #[test]
    fn into_inner_stands_behind_the_last_line() {
        let mut reader = LineReader::new(&b"one\ntwo\n"[..]);
        assert_eq!(reader.read_line().unwrap().unwrap().bytes, b"one");
        assert_eq!(reader.position(), Position { offset: 4, line: 2, column: 1, record: None });
        assert_eq!(reader.into_inner(), b"two\n");
    }

    #[test]
    fn a_reader_goes_on_with_another_input_where_it_was() {
        let mut input = BYTE_ORDER_MARK.to_vec();
        input.extend_from_slice(b"one\ntwo\nthree\n");
        let mut reader = LineReader::with_max_line(&input[..], 4);
        assert_eq!(reader.read_line().unwrap().unwrap().bytes, b"one");
        let (rest, lines) = reader.take_inner();
        assert_eq!(rest, b"two\nthree\n");
        let mut reader = lines.with_inner(rest);
        assert!(reader.has_byte_order_mark());
        let line = reader.read_line().unwrap().unwrap();
        assert_eq!((line.bytes, line.number, line.offset), (&b"two"[..], 2, 7));
        assert!(reader.read_line().unwrap().unwrap().oversize);
    }
}
