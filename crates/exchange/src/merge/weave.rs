//! The merged file, as a stream of bytes.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use flagflow_check::{Options, Shape};
use flagflow_frame::LineEnd;
use flagflow_gas::Tag;

use super::MergeOptions;
use super::feed::Feed;
use super::places::Places;
use crate::envelope::{Code, Counts, recount};
use crate::error::{Error, ErrorKind, Result};

/// Which of the two files a line is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    Accepted,
    Corrected,
}

/// Where the lines of the merged file are from, as far as a check has not read them yet: each run of
/// them with its first line, there and here.
#[derive(Clone, Debug, Default)]
pub(super) struct Origins(VecDeque<Run>);

#[derive(Clone, Copy, Debug)]
struct Run {
    merged: u64,
    from: From,
    own: u64,
}

impl Origins {
    fn push(&mut self, run: Run) {
        let goes_on = self.0.back().is_some_and(|last| {
            last.from == run.from && run.merged - last.merged == run.own - last.own
        });
        if !goes_on {
            self.0.push_back(run);
        }
    }

    /// The line of the corrected file that a merged line is, where it is from there. Lines are asked
    /// for from front to back.
    pub(super) fn corrected(&mut self, merged: u64) -> Option<u64> {
        while self.0.get(1).is_some_and(|next| next.merged <= merged) {
            self.0.pop_front();
        }
        let run = self.0.front().filter(|run| run.from == From::Corrected)?;
        Some(run.own + (merged - run.merged))
    }
}

/// The merged file, as a stream of bytes.
pub(super) struct Woven<'o, A, C, R> {
    accepted: Feed<'o, A>,
    corrected: Feed<'o, C>,
    places: Places<R>,
    /// Lines of the accepted file before the next corrected record; `None` where no more is told.
    place: Option<u64>,
    options: &'o Options,
    allow_bad: bool,
    counts: Option<Counts>,
    /// Whether the next lines of the corrected file belong to the record that was put back last.
    unit_is_open: bool,
    /// Whether reasons may stand below it.
    unit_has_reasons: bool,
    /// Corrected records so far.
    pub(super) records: u64,
    merged_lines: u64,
    /// The line in hand, where only a part of it is out.
    unfinished: Option<From>,
    /// The end of the first line, and that of the last.
    first_end: Option<LineEnd>,
    last_end: LineEnd,
    origins: Rc<RefCell<Origins>>,
    ready: Vec<u8>,
    given: usize,
    /// What went wrong here and not in the check that reads this.
    pub(super) failure: Option<Error>,
}

impl<'o, A: BufRead, C: BufRead, R: BufRead> Woven<'o, A, C, R> {
    pub(super) fn new(
        accepted: A,
        corrected: C,
        reasons: Option<R>,
        options: &'o MergeOptions,
        origins: Rc<RefCell<Origins>>,
    ) -> Result<Self> {
        let MergeOptions { check: ref options, allow_bad, .. } = *options;
        let accepted = Feed::new(accepted, options)?;
        let mut places = Places::new(reasons);
        let place = places.next()?;
        let ready = if accepted.has_mark { b"\xEF\xBB\xBF".to_vec() } else { Vec::new() };
        Ok(Self {
            accepted,
            corrected: Feed::new(corrected, options)?,
            places,
            place,
            options,
            allow_bad,
            counts: None,
            unit_is_open: false,
            unit_has_reasons: false,
            records: 0,
            merged_lines: 0,
            unfinished: None,
            first_end: None,
            last_end: LineEnd::Lf,
            origins,
            ready,
            given: 0,
            failure: None,
        })
    }

    /// How the file is read: as the accepted one, and where that has no text, as the corrected one.
    fn shape(&self) -> Result<Option<Shape<'o>>> {
        match (self.accepted.shape, self.corrected.shape) {
            (Some(one), Some(other)) if !self.allow_bad && one.layout() != other.layout() => {
                let (one, other) = (one.layout(), other.layout());
                let what = format!("the accepted file is {one}, the corrected one {other}");
                Err(Error::new(ErrorKind::Options, what))
            }
            (shape, other) => Ok(shape.or(other)),
        }
    }

    /// Makes the next bytes ready; none at the end.
    fn advance(&mut self) -> Result<()> {
        self.ready.clear();
        self.given = 0;
        if let Some(from) = self.unfinished {
            return self.go_on(from);
        }
        let shape = self.shape()?;
        match self.choose(shape)? {
            Some(from) => self.put(from, shape),
            None => self.expect_all(),
        }
    }

    /// Which file the next line is from.
    fn choose(&mut self, shape: Option<Shape<'o>>) -> Result<Option<From>> {
        if self.unit_is_open && !self.corrected_goes_on(shape) {
            self.unit_is_open = false;
            self.place = self.places.next()?;
        }
        let is_its_turn = self.unit_is_open
            || self.place.is_some_and(|place| place <= self.accepted.lines)
            || self.accepted.is_at_end()
            || self.is_at_trailer(shape);
        Ok(match (self.corrected.is_at_end(), self.accepted.is_at_end()) {
            (false, _) if is_its_turn => Some(From::Corrected),
            (_, false) => Some(From::Accepted),
            _ => None,
        })
    }

    /// Whether the next line of the corrected file belongs to the record before it.
    fn corrected_goes_on(&self, shape: Option<Shape<'o>>) -> bool {
        let is_reason = |shape| self.corrected.code(shape).is_reason() && self.unit_has_reasons;
        !self.corrected.is_at_end()
            && (self.corrected.is_empty_line() || shape.is_some_and(is_reason))
    }

    fn is_at_trailer(&self, shape: Option<Shape<'o>>) -> bool {
        !self.accepted.is_empty_line()
            && shape.is_some_and(|shape| self.accepted.code(shape).is_trailer())
    }

    /// Puts the next line of one file.
    fn put(&mut self, from: From, shape: Option<Shape<'o>>) -> Result<()> {
        if self.last_end == LineEnd::None {
            self.ready.extend_from_slice(self.first_end.unwrap_or(LineEnd::Lf).as_bytes());
        }
        let own = match from {
            From::Accepted => self.accepted.lines + 1,
            From::Corrected => self.corrected.lines + 1,
        };
        self.merged_lines += 1;
        self.origins.borrow_mut().push(Run { merged: self.merged_lines, from, own });
        let is_trailer = from == From::Accepted && self.is_at_trailer(shape);
        self.count(from, shape);
        match is_trailer.then(|| self.recounted(shape)).flatten() {
            Some(trailer) => self.put_trailer(&trailer),
            None => self.go_on(from),
        }
    }

    fn count(&mut self, from: From, shape: Option<Shape<'o>>) {
        let is_empty = match from {
            From::Accepted => self.accepted.is_empty_line(),
            From::Corrected => self.corrected.is_empty_line(),
        };
        if is_empty {
            return;
        }
        let code = shape.map(|shape| match from {
            From::Accepted => self.accepted.code(shape),
            From::Corrected => self.corrected.code(shape),
        });
        if let (Some(shape), Some(code)) = (shape, code) {
            self.counts.get_or_insert_with(|| Counts::new(shape, self.options)).add(code);
        }
        if from == From::Corrected && !self.unit_is_open && !code.is_some_and(is_group) {
            self.open_unit(code);
        }
    }

    /// A corrected record is put back; what belongs to it may follow.
    fn open_unit(&mut self, code: Option<Code>) {
        self.records += 1;
        self.unit_is_open = true;
        self.unit_has_reasons =
            self.options.with_reasons && code == Some(Code::Gas(Some(Tag::E46)));
    }

    fn recounted(&self, shape: Option<Shape<'o>>) -> Option<Vec<u8>> {
        let (line, end) = self.accepted.whole()?;
        let mut line = recount(line, shape?, self.counts.as_ref()?)?;
        line.extend_from_slice(end.as_bytes());
        Some(line)
    }

    fn put_trailer(&mut self, line: &[u8]) -> Result<()> {
        let end = self.accepted.take(&mut Vec::new())?;
        self.ready.extend_from_slice(line);
        self.ended(From::Accepted, end);
        Ok(())
    }

    fn go_on(&mut self, from: From) -> Result<()> {
        let end = match from {
            From::Accepted => self.accepted.take(&mut self.ready)?,
            From::Corrected => self.corrected.take(&mut self.ready)?,
        };
        self.ended(from, end);
        Ok(())
    }

    fn ended(&mut self, from: From, end: Option<LineEnd>) {
        self.unfinished = end.is_none().then_some(from);
        if let Some(end) = end {
            self.last_end = end;
            self.first_end.get_or_insert(end);
        }
    }

    /// At the end each record that the reasons list must have been put back, and no other.
    fn expect_all(&mut self) -> Result<()> {
        if !self.places.is_given() {
            return Ok(());
        }
        while self.place.is_some() {
            self.place = self.places.next()?;
        }
        let (listed, records) = (self.places.listed, self.records);
        if listed != records {
            let what = format!(
                "the reasons list {listed} records, and {records} are to be put back: leave out the \
                 reasons of those that are not"
            );
            return Err(Error::new(ErrorKind::Options, what));
        }
        match self.places.last > self.accepted.lines {
            true => Err(Error::new(ErrorKind::Options, "the reasons are of another accepted file")),
            false => Ok(()),
        }
    }
}

const fn is_group(code: Code) -> bool {
    matches!(code, Code::Electricity(Some(flagflow_electricity::LineKind::Group)))
}

impl<A: BufRead, C: BufRead, R: BufRead> Read for Woven<'_, A, C, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.ready.len()
            && let Err(error) = self.advance()
        {
            let told = io::Error::other(error.to_string());
            self.failure = Some(error);
            return Err(told);
        }
        let read = (&self.ready[self.given..]).read(buffer)?;
        self.given += read;
        Ok(read)
    }
}
