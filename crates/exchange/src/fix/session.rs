//! Fixes one file, from its first line to its last.

use std::borrow::Cow;
use std::io::{self, Read, Write};

use flagflow_check::{Shape, recognise};
use flagflow_frame::{Line, LineEnd, Padding};

use super::count;
use super::kind::Kind;
use super::options::FixOptions;
use super::report::{Fix, FixReport};
use super::split::Form;
use super::{byte_order_mark, content, line_ends, quoting, terminator};
use crate::envelope::{Code, Counts};
use crate::error::{Error, ErrorKind, Result};
use crate::head::Head;
use crate::shown::MAX_BYTES;

/// Callback for each fix.
pub(super) type Tell<'t> = dyn FnMut(&Fix) -> Result<()> + 't;

/// State of fixing a file.
pub(super) struct Session<'o, 't, W> {
    options: &'o FixOptions,
    output: W,
    tell: &'t mut Tell<'t>,
    report: FixReport,
    /// The end of the first line that was written.
    first_end: Option<LineEnd>,
    /// Ending of the last line, which is written once no padding can precede it.
    last_end: LineEnd,
    /// True if the last line ends with bytes that would be padding at the end of the file.
    may_be_padded: bool,
    /// The beginning of the file.
    head: Head,
    form: Form<'o>,
    body: Option<Body<'o>>,
}

/// Values known from the first line with text.
struct Body<'o> {
    shape: Shape<'o>,
    counts: Counts,
}

impl<'o, 't, W: Write> Session<'o, 't, W> {
    pub(super) fn new(
        options: &'o FixOptions,
        (head, form): (Head, Form<'o>),
        output: W,
        tell: &'t mut Tell<'t>,
    ) -> Self {
        Self {
            options,
            output,
            tell,
            report: FixReport::default(),
            first_end: None,
            last_end: LineEnd::None,
            may_be_padded: false,
            head,
            form,
            body: None,
        }
    }

    /// Takes the next line.
    pub(super) fn line(&mut self, line: &Line<'_>) -> Result<()> {
        if line.oversize {
            return Err(too_long(line, self.options.check.max_line));
        }
        self.report.lines = line.number;
        if line.number > 1 && matches!(self.form, Form::Glued(_)) {
            self.told(line.number - 1, Kind::MissingLineEndings, b"", b"\n")?;
        }
        self.mark(line)?;
        let first = self.first_end.unwrap_or(match line.end {
            LineEnd::None => LineEnd::Lf,
            end => end,
        });
        let (text, end) = self.halved(line, first)?;
        let text = self.unmarked(line.number, text)?;
        if text.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r')) && !self.is_begun_by(line) {
            return self.blank(line.number, text, end, first);
        }
        let bare = self.without_cr(text, end);
        let shape = self.shape(line, bare)?;
        let text = self.fixed_end(line.number, (text, bare, end), shape)?;
        let is_glued = matches!(self.form, Form::Glued(_));
        if end == LineEnd::None && !is_glued && !content::is_whole(text, shape) {
            // it may have been cut off, and then every repair would hide that
            self.place(text);
            return self.put(text, LineEnd::None);
        }
        let text = self.mended(line, text, shape)?;
        self.write(line.number, &text, end, first)
    }

    /// Ends the output.
    pub(super) fn finish(mut self, bytes: u64) -> Result<FixReport> {
        if self.body.is_none() {
            return Err(Error::new(ErrorKind::Unrecognised, "the file is empty"));
        }
        self.put(b"", LineEnd::None)?;
        self.output.flush().map_err(Error::writing)?;
        self.report.bytes = bytes;
        Ok(self.report)
    }

    fn wants(&self, kind: Kind) -> bool {
        self.options.kinds.contains(kind)
    }

    /// Counts and reports one fix.
    fn told(&mut self, line: u64, kind: Kind, before: &[u8], after: &[u8]) -> Result<()> {
        let may_identify = !matches!(
            kind,
            Kind::ByteOrderMark
                | Kind::EmptyLines
                | Kind::TrailingPadding
                | Kind::MissingLineEndings
                | Kind::LineEnds
                | Kind::Terminator
        );
        let fix = Fix::new(line, kind, before, after, self.options.check.mask && may_identify);
        (self.tell)(&fix)?;
        if self.report.add(kind, self.options.samples) {
            self.report.samples.push(fix);
        }
        Ok(())
    }

    /// The mark that the reader has skipped.
    fn mark(&mut self, line: &Line<'_>) -> Result<()> {
        if line.number > 1 || line.offset == 0 {
            return Ok(());
        }
        if self.wants(Kind::ByteOrderMark) {
            return self.told(line.number, Kind::ByteOrderMark, byte_order_mark::MARK, b"");
        }
        self.output.write_all(byte_order_mark::MARK).map_err(Error::writing)
    }

    /// The first text without further marks.
    fn unmarked<'l>(&mut self, number: u64, text: &'l [u8]) -> Result<&'l [u8]> {
        if self.body.is_some() || !self.wants(Kind::ByteOrderMark) {
            return Ok(text);
        }
        let stripped = byte_order_mark::strip(text);
        if stripped.len() < text.len() {
            let marks = &text[..text.len() - stripped.len()];
            self.told(number, Kind::ByteOrderMark, marks, b"")?;
        }
        Ok(stripped)
    }

    /// The text of a line and its end, of which the last line may have one half.
    fn halved<'l>(&mut self, line: &Line<'l>, first: LineEnd) -> Result<(&'l [u8], LineEnd)> {
        let may_be = line.end == LineEnd::None && self.wants(Kind::Terminator);
        let halved =
            terminator::halved(line.bytes, first).filter(|text| may_be && !is_padded(text));
        let Some(text) = halved else {
            return Ok((line.bytes, line.end));
        };
        self.told(line.number, Kind::Terminator, b"\r", first.as_bytes())?;
        Ok((text, first))
    }

    /// Handles a line that is empty or has only white space. The line is kept if a line before it,
    /// content so far, would otherwise end the file as padding.
    fn blank(&mut self, number: u64, text: &[u8], end: LineEnd, first: LineEnd) -> Result<()> {
        if self.wants(Kind::EmptyLines) && !self.may_be_padded {
            return self.told(number, Kind::EmptyLines, text, b"");
        }
        self.write(number, text, end, first)
    }

    /// Takes what the file is padded with at its end, on the same condition.
    pub(super) fn padding(&mut self, padding: Padding) -> Result<()> {
        if self.wants(Kind::TrailingPadding) && !self.may_be_padded {
            let before = padding.beginning(MAX_BYTES + 1);
            return self.told(padding.line, Kind::TrailingPadding, &before, b"");
        }
        if padding.start == 0 {
            self.put(b"", padding.end)?;
        }
        let substitute = usize::from(padding.substitute);
        let mut bytes = b"\x1A"[..substitute].chain(io::repeat(0).take(padding.nuls));
        io::copy(&mut bytes, &mut self.output).map(drop).map_err(Error::writing)
    }

    /// The text of a line without CRs before its ending, where those may go.
    fn without_cr<'l>(&self, text: &'l [u8], end: LineEnd) -> &'l [u8] {
        let bare = text.iter().rposition(|byte| *byte != b'\r').map_or(0, |last| last + 1);
        let may_go = end != LineEnd::None && self.wants(Kind::LineEnds);
        text.get(..bare).filter(|_| may_go).unwrap_or(text)
    }

    /// The text of a line: without the CRs before its ending, if it can be read without them alone.
    fn fixed_end<'l>(
        &mut self,
        number: u64,
        (text, bare, end): (&'l [u8], &'l [u8], LineEnd),
        shape: Shape<'_>,
    ) -> Result<&'l [u8]> {
        let is_fixed = || !content::mend(bare, shape, self.options.kinds).is_empty();
        let stays = bare.len() == text.len() || content::is_whole(text, shape);
        if stays || !(content::is_whole(bare, shape) || is_fixed()) {
            return Ok(text);
        }
        let before = [&text[bare.len()..], end.as_bytes()].concat();
        self.told(number, Kind::LineEnds, &before, end.as_bytes())?;
        Ok(bare)
    }

    fn write(&mut self, number: u64, text: &[u8], end: LineEnd, first: LineEnd) -> Result<()> {
        let (kind, mended) = match end {
            LineEnd::None => (Kind::Terminator, terminator::mend(text, first)),
            _ => (Kind::LineEnds, line_ends::mend(text, end, first)),
        };
        if end == LineEnd::Lf && matches!(self.form, Form::CrAlone) {
            self.told(number, Kind::LineEnds, b"\r", b"\n")?;
        }
        let mended = mended.filter(|_| self.wants(kind));
        if let Some(mended) = mended {
            self.told(number, kind, end.as_bytes(), mended.as_bytes())?;
        }
        let end = mended.unwrap_or(end);
        self.first_end = Some(first);
        self.put(text, end)
    }

    /// Writes the end of the line before, and a line without its own.
    fn put(&mut self, text: &[u8], end: LineEnd) -> Result<()> {
        self.may_be_padded = is_padded(text);
        let before = std::mem::replace(&mut self.last_end, end);
        let written = self.output.write_all(before.as_bytes());
        written.and_then(|()| self.output.write_all(text)).map_err(Error::writing)
    }

    /// The text of a line as it should be.
    fn mended<'l>(
        &mut self,
        line: &Line<'_>,
        text: &'l [u8],
        shape: Shape<'_>,
    ) -> Result<Cow<'l, [u8]>> {
        let text = self.by_itself(line.number, Cow::Borrowed(text), shape)?;
        let Some(counts) = self.place(&text) else { return self.quoted(line.number, text, shape) };
        let mended = count::mend(&text, shape, counts).filter(|_| self.wants(Kind::Count));
        let text = match mended {
            Some(mended) => {
                self.told(line.number, Kind::Count, &text, &mended)?;
                // what could not be read for its number alone can be now
                self.by_itself(line.number, Cow::Owned(mended), shape)?
            }
            None => text,
        };
        self.quoted(line.number, text, shape)
    }

    /// Fixes a line by the errors of that line alone.
    fn by_itself<'l>(
        &mut self,
        number: u64,
        mut text: Cow<'l, [u8]>,
        shape: Shape<'_>,
    ) -> Result<Cow<'l, [u8]>> {
        for (kind, mended) in content::mend(&text, shape, self.options.kinds) {
            self.told(number, kind, &text, &mended)?;
            text = Cow::Owned(mended);
        }
        Ok(text)
    }

    fn quoted<'l>(
        &mut self,
        number: u64,
        text: Cow<'l, [u8]>,
        shape: Shape<'_>,
    ) -> Result<Cow<'l, [u8]>> {
        let wanted = self.wants(Kind::Quoting).then(|| quoting::mend(&text, shape));
        let Some(mended) = wanted.flatten() else { return Ok(text) };
        self.told(number, Kind::Quoting, &text, &mended)?;
        Ok(Cow::Owned(mended))
    }

    /// Returns the file's shape, recognised by its fixed first line with text.
    fn shape(&mut self, line: &Line<'_>, text: &[u8]) -> Result<Shape<'o>> {
        if let Some(body) = &self.body {
            return Ok(body.shape);
        }
        let by = |bytes: &[u8]| {
            let recognised = recognise(&Line { bytes, ..*line }, &self.options.check);
            recognised.map_err(|error| error.with_looks(self.head.archive()))
        };
        let mut shape = by(text)?;
        if let Some((_, mended)) = content::mend(text, shape, self.options.kinds).last() {
            // a header that can be read may name another flow, and so another profile
            shape = by(mended)?;
        }
        let counts = Counts::new(shape, &self.options.check);
        self.body = Some(Body { shape, counts });
        Ok(shape)
    }

    /// Returns true if a check begins with a line whose only text is a CR: if the options give the
    /// file's shape.
    fn is_begun_by(&self, line: &Line<'_>) -> bool {
        self.body.is_none()
            && line.bytes.contains(&b'\r')
            && recognise(line, &self.options.check).is_ok()
    }

    /// Goes on by a line; what the trailer should count, where it is the trailer.
    fn place(&mut self, text: &[u8]) -> Option<&Counts> {
        let Body { shape, counts } = self.body.as_mut()?;
        counts.add(Code::of(text, *shape)).then_some(&*counts)
    }
}

fn is_padded(text: &[u8]) -> bool {
    matches!(text.last(), Some(0 | 0x1A))
}

#[cold]
fn too_long(line: &Line<'_>, limit: usize) -> Error {
    let (number, length) = (line.number, line.length);
    let what = format!("line {number} has {length} bytes, the limit is {limit}; nothing is fixed");
    Error::new(ErrorKind::Options, what)
}
