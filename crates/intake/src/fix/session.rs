//! Fixes one file, from its first line to its last.

use std::borrow::Cow;
use std::io::{self, Read, Write};

use flagflow_check::{FileFormat, recognise};
use flagflow_frame::{Line, LineEnd, Padding};

use super::count;
use super::kind::FixKind;
use super::options::FixOptions;
use super::report::{Fix, FixReport};
use super::split::SplitForm;
use super::{byte_order_mark, content, line_ends, quoting, terminator};
use crate::envelope::{EnvelopeCounts, LineCode};
use crate::shown::MAX_BYTES;
use flagflow_files::head::InputHead;
use flagflow_files::{Error, ErrorKind, Result};

/// Callback for each fix.
pub(super) type OnFix<'t> = dyn FnMut(&Fix) -> Result<()> + 't;

/// State of fixing a file.
pub(super) struct FixSession<'o, 't, W> {
    options: &'o FixOptions,
    output: W,
    tell: &'t mut OnFix<'t>,
    report: FixReport,
    /// The end of the first line that was written.
    first_end: Option<LineEnd>,
    /// Ending of the last line, which is written once no padding can precede it.
    last_end: LineEnd,
    /// True if the last line ends with bytes that would be padding at the end of the file.
    may_be_padded: bool,
    /// The beginning of the file.
    head: InputHead,
    form: SplitForm<'o>,
    body: Option<FileBody<'o>>,
}

/// Values known from the first line with text.
struct FileBody<'o> {
    shape: FileFormat<'o>,
    counts: EnvelopeCounts,
}

impl<'o, 't, W: Write> FixSession<'o, 't, W> {
    pub(super) fn new(
        options: &'o FixOptions,
        (head, form): (InputHead, SplitForm<'o>),
        output: W,
        tell: &'t mut OnFix<'t>,
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

    /// Handles the next line.
    pub(super) fn line(&mut self, line: &Line<'_>) -> Result<()> {
        if line.oversize {
            return Err(too_long(line, self.options.check.max_line));
        }
        self.report.lines = line.number;
        if line.number > 1 && matches!(self.form, SplitForm::Glued(_)) {
            self.add_fix(line.number - 1, FixKind::MissingLineEndings, b"", b"\n")?;
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
        let is_glued = matches!(self.form, SplitForm::Glued(_));
        if end == LineEnd::None && !is_glued && !content::is_whole(text, shape) {
            // it may have been cut off, and then every repair would hide that
            self.place(text);
            return self.put(text, LineEnd::None);
        }
        let text = self.fixed(line, text, shape)?;
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

    fn wants(&self, kind: FixKind) -> bool {
        self.options.kinds.contains(kind)
    }

    /// Counts and reports one fix.
    fn add_fix(&mut self, line: u64, kind: FixKind, before: &[u8], after: &[u8]) -> Result<()> {
        let may_identify = !matches!(
            kind,
            FixKind::ByteOrderMark
                | FixKind::EmptyLines
                | FixKind::TrailingPadding
                | FixKind::MissingLineEndings
                | FixKind::LineEnds
                | FixKind::Terminator
        );
        let fix = Fix::new(line, kind, before, after, self.options.check.mask && may_identify);
        (self.tell)(&fix)?;
        if self.report.add(kind, self.options.samples) {
            self.report.samples.push(fix);
        }
        Ok(())
    }

    /// Handles the mark that the reader has skipped.
    fn mark(&mut self, line: &Line<'_>) -> Result<()> {
        if line.number > 1 || line.offset == 0 {
            return Ok(());
        }
        if self.wants(FixKind::ByteOrderMark) {
            return self.add_fix(line.number, FixKind::ByteOrderMark, byte_order_mark::MARK, b"");
        }
        self.output.write_all(byte_order_mark::MARK).map_err(Error::writing)
    }

    /// Returns the first text without further marks.
    fn unmarked<'l>(&mut self, number: u64, text: &'l [u8]) -> Result<&'l [u8]> {
        if self.body.is_some() || !self.wants(FixKind::ByteOrderMark) {
            return Ok(text);
        }
        let stripped = byte_order_mark::strip(text);
        if stripped.len() < text.len() {
            let marks = &text[..text.len() - stripped.len()];
            self.add_fix(number, FixKind::ByteOrderMark, marks, b"")?;
        }
        Ok(stripped)
    }

    /// Returns the text of a line and its end, of which the last line may have one half.
    fn halved<'l>(&mut self, line: &Line<'l>, first: LineEnd) -> Result<(&'l [u8], LineEnd)> {
        let may_be = line.end == LineEnd::None && self.wants(FixKind::Terminator);
        let halved =
            terminator::halved(line.bytes, first).filter(|text| may_be && !is_padded(text));
        let Some(text) = halved else {
            return Ok((line.bytes, line.end));
        };
        self.add_fix(line.number, FixKind::Terminator, b"\r", first.as_bytes())?;
        Ok((text, first))
    }

    /// Handles a line that is empty or has only white space. The line is kept if a line before it,
    /// content so far, would otherwise end the file as padding.
    fn blank(&mut self, number: u64, text: &[u8], end: LineEnd, first: LineEnd) -> Result<()> {
        if self.wants(FixKind::EmptyLines) && !self.may_be_padded {
            return self.add_fix(number, FixKind::EmptyLines, text, b"");
        }
        self.write(number, text, end, first)
    }

    /// Handles padding at the end of the file, on the same condition.
    pub(super) fn padding(&mut self, padding: Padding) -> Result<()> {
        if self.wants(FixKind::TrailingPadding) && !self.may_be_padded {
            let before = padding.beginning(MAX_BYTES + 1);
            return self.add_fix(padding.line, FixKind::TrailingPadding, &before, b"");
        }
        if padding.start == 0 {
            self.put(b"", padding.end)?;
        }
        let substitute = usize::from(padding.substitute);
        let mut bytes = b"\x1A"[..substitute].chain(io::repeat(0).take(padding.nuls));
        io::copy(&mut bytes, &mut self.output).map(drop).map_err(Error::writing)
    }

    /// Returns the text of a line without CRs before its ending, where those may go.
    fn without_cr<'l>(&self, text: &'l [u8], end: LineEnd) -> &'l [u8] {
        let bare = text.iter().rposition(|byte| *byte != b'\r').map_or(0, |last| last + 1);
        let may_go = end != LineEnd::None && self.wants(FixKind::LineEnds);
        text.get(..bare).filter(|_| may_go).unwrap_or(text)
    }

    /// Returns the text of a line: without the CRs before its ending, if it can be read without
    /// them alone.
    fn fixed_end<'l>(
        &mut self,
        number: u64,
        (text, bare, end): (&'l [u8], &'l [u8], LineEnd),
        shape: FileFormat<'_>,
    ) -> Result<&'l [u8]> {
        let is_fixed = || !content::fix(bare, shape, self.options.kinds).is_empty();
        let stays = bare.len() == text.len() || content::is_whole(text, shape);
        if stays || !(content::is_whole(bare, shape) || is_fixed()) {
            return Ok(text);
        }
        let before = [&text[bare.len()..], end.as_bytes()].concat();
        self.add_fix(number, FixKind::LineEnds, &before, end.as_bytes())?;
        Ok(bare)
    }

    fn write(&mut self, number: u64, text: &[u8], end: LineEnd, first: LineEnd) -> Result<()> {
        let (kind, fixed) = match end {
            LineEnd::None => (FixKind::Terminator, terminator::fix(text, first)),
            _ => (FixKind::LineEnds, line_ends::fix(text, end, first)),
        };
        if end == LineEnd::Lf && matches!(self.form, SplitForm::CrAlone) {
            self.add_fix(number, FixKind::LineEnds, b"\r", b"\n")?;
        }
        let fixed = fixed.filter(|_| self.wants(kind));
        if let Some(fixed) = fixed {
            self.add_fix(number, kind, end.as_bytes(), fixed.as_bytes())?;
        }
        let end = fixed.unwrap_or(end);
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

    /// Returns the text of a line as it should be.
    fn fixed<'l>(
        &mut self,
        line: &Line<'_>,
        text: &'l [u8],
        shape: FileFormat<'_>,
    ) -> Result<Cow<'l, [u8]>> {
        let text = self.by_itself(line.number, Cow::Borrowed(text), shape)?;
        let Some(counts) = self.place(&text) else { return self.quoted(line.number, text, shape) };
        let fixed = count::fix(&text, shape, counts).filter(|_| self.wants(FixKind::Count));
        let text = match fixed {
            Some(fixed) => {
                self.add_fix(line.number, FixKind::Count, &text, &fixed)?;
                // what could not be read for its number alone can be now
                self.by_itself(line.number, Cow::Owned(fixed), shape)?
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
        shape: FileFormat<'_>,
    ) -> Result<Cow<'l, [u8]>> {
        for (kind, fixed) in content::fix(&text, shape, self.options.kinds) {
            self.add_fix(number, kind, &text, &fixed)?;
            text = Cow::Owned(fixed);
        }
        Ok(text)
    }

    fn quoted<'l>(
        &mut self,
        number: u64,
        text: Cow<'l, [u8]>,
        shape: FileFormat<'_>,
    ) -> Result<Cow<'l, [u8]>> {
        let wanted = self.wants(FixKind::Quoting).then(|| quoting::fix(&text, shape));
        let Some(fixed) = wanted.flatten() else { return Ok(text) };
        self.add_fix(number, FixKind::Quoting, &text, &fixed)?;
        Ok(Cow::Owned(fixed))
    }

    /// Returns the file's shape, recognised by its fixed first line with text.
    fn shape(&mut self, line: &Line<'_>, text: &[u8]) -> Result<FileFormat<'o>> {
        if let Some(body) = &self.body {
            return Ok(body.shape);
        }
        let by = |bytes: &[u8]| {
            let recognised = recognise(&Line { bytes, ..*line }, &self.options.check);
            recognised.map_err(|error| error.with_looks(self.head.archive()))
        };
        let mut shape = by(text)?;
        if let Some((_, fixed)) = content::fix(text, shape, self.options.kinds).last() {
            // a header that can be read may name another flow, and so another profile
            shape = by(fixed)?;
        }
        let counts = EnvelopeCounts::new(shape, &self.options.check);
        self.body = Some(FileBody { shape, counts });
        Ok(shape)
    }

    /// Returns true if a check begins with a line whose only text is a CR: if the options give the
    /// file's shape.
    fn is_begun_by(&self, line: &Line<'_>) -> bool {
        self.body.is_none()
            && line.bytes.contains(&b'\r')
            && recognise(line, &self.options.check).is_ok()
    }

    /// Counts a line; returns the correct counts if the line is the trailer.
    fn place(&mut self, text: &[u8]) -> Option<&EnvelopeCounts> {
        let FileBody { shape, counts } = self.body.as_mut()?;
        counts.add(LineCode::of(text, *shape)).then_some(&*counts)
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
