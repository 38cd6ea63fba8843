//! Parts of a file that are read apart from each other.

use std::io::BufRead;
use std::ops::Range;
use std::path::{Path, PathBuf};

use flagflow_check::{FileFormat, Flow, Layout, escape_path};
use flagflow_codec::{Cardinality, FileOrder, LineSpec, Names, RawLine, Role, Table};
use flagflow_files::Source;
use flagflow_files::head::InputHead;
use flagflow_frame::{Line, LineEnd, LineReader};
use flagflow_gas::table;

use crate::error::Result;
use crate::open::recognised;
use crate::options::ScanOptions;

/// A part of a file: the records that begin in a range of its bytes.
///
/// A split has all that a reader must have from the lines before: the layout, the first line, the
/// groups above the first record. So parts can be read on several machines, given the same path.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileSplit {
    /// The file.
    pub path: PathBuf,
    /// The bytes of the part.
    pub bytes: Range<u64>,
    /// The length of the file.
    pub length: u64,
    /// Lines before the part.
    pub lines_before: u64,
    /// Lines that are read before the part.
    pub context: Vec<u8>,
    /// The layout; `None` where the options decide.
    pub layout: Option<Layout>,
    /// The flow of an electricity file.
    pub flow: Option<Flow>,
    /// The first line ending of the file.
    pub line_end: LineEnd,
    /// True if the part is the whole file.
    pub is_whole: bool,
}

impl FileSplit {
    /// Returns a part that is the whole file.
    #[must_use]
    pub fn whole(path: &Path, length: u64) -> Self {
        Self {
            path: path.to_owned(),
            bytes: 0..length,
            length,
            lines_before: 0,
            context: Vec::new(),
            layout: None,
            flow: None,
            line_end: LineEnd::Lf,
            is_whole: true,
        }
    }

    /// Returns the options that decide the format of the part.
    pub(crate) fn check(&self, options: &ScanOptions) -> flagflow_check::Options {
        let mut check = options.check();
        check.layout = self.layout.or(check.layout);
        check.flow = self.flow.or(check.flow);
        check
    }
}

/// Splits a file into parts of about so many bytes, each at least one line. The file is read once.
///
/// A compressed file, a pipe, and a file of a profile that limits the lines below a group are one
/// part. The parts do not compare the counts of the trailer with the file.
///
/// # Errors
///
/// A file that cannot be read, or is of no known format.
pub fn splits(path: &Path, bytes: u64, options: &ScanOptions) -> Result<Vec<FileSplit>> {
    let name = escape_path(path);
    split(path, bytes.max(1), options).map_err(|error| error.in_file(Some(&name)))
}

fn split(path: &Path, bytes: u64, options: &ScanOptions) -> Result<Vec<FileSplit>> {
    if flagflow_files::input::is_standard(path) || !path.is_file() {
        return Ok(vec![FileSplit::whole(path, 0)]);
    }
    let source = Source::open(path)?;
    let length = source.size().unwrap_or(0);
    let whole = FileSplit::whole(path, length);
    let (head, input) = InputHead::take(source.read()?)?;
    let check = options.check();
    let format = recognised(&head, &check)?;
    if length <= bytes || source.is_compressed()? {
        return Ok(vec![whole]);
    }
    let part = FileSplit {
        is_whole: false,
        layout: Some(format.layout()),
        line_end: head.line_end(),
        ..whole
    };
    match format {
        FileFormat::Gas(layout) => Cutter::new(table(layout, false), part, bytes).cut(input),
        FileFormat::Electricity(layout, profile) => {
            let part = FileSplit { flow: Some(profile.flow().into()), ..part };
            Cutter::new(profile.table(layout), part, bytes).cut(input)
        }
    }
}

/// Follows a file and cuts it.
struct Cutter<'t, F: Names> {
    table: &'t Table<F>,
    order: FileOrder<F>,
    /// The first line with text.
    first: Vec<u8>,
    /// The last group of each level, and its level.
    groups: Vec<(u8, Vec<u8>)>,
    /// The trailer, behind which no record has its place.
    trailer: Vec<u8>,
    /// True if a part may begin before the next record.
    may_cut: bool,
    part: FileSplit,
    size: u64,
    parts: Vec<FileSplit>,
}

impl<'t, F: Names> Cutter<'t, F> {
    fn new(table: &'t Table<F>, part: FileSplit, size: u64) -> Self {
        Self {
            table,
            order: FileOrder::new(table),
            first: Vec::new(),
            groups: Vec::new(),
            trailer: Vec::new(),
            may_cut: false,
            part,
            size,
            parts: Vec::new(),
        }
    }

    fn cut(mut self, input: impl BufRead) -> Result<Vec<FileSplit>> {
        let is_limited = |line: &LineSpec<F>| {
            line.parent().is_some() && line.cardinality().most != Cardinality::ANY.most
        };
        if self.table.lines().iter().any(is_limited) {
            return Ok(vec![FileSplit { is_whole: true, ..self.part }]);
        }
        let mut lines = LineReader::new(input);
        while let Some(line) = lines.read_line().map_err(flagflow_files::Error::reading)? {
            self.take(&line);
        }
        self.part.bytes.end = self.part.length;
        self.parts.push(self.part);
        Ok(self.parts)
    }

    fn take(&mut self, line: &Line<'_>) {
        if line.is_blank() {
            self.may_cut = false;
            return;
        }
        let tag = RawLine::peek_tag(line.bytes, self.table);
        let role = self.order.place(tag);
        let is_record = matches!(role, Role::Record | Role::Misplaced);
        if is_record && self.may_cut && line.offset >= self.part.bytes.start + self.size {
            self.begin(line);
        }
        // the end of a part must not look like the padding of a file
        let is_padding = line.bytes.last().is_none_or(|byte| [0, 0x1A].contains(byte));
        let has_end = line.end != LineEnd::None;
        self.may_cut = role != Role::Group && role != Role::Header && has_end && !is_padding;
        if self.first.is_empty() {
            self.first = with_end(line.bytes);
        } else if role == Role::Trailer {
            self.trailer = with_end(line.bytes);
        } else if role == Role::Group
            && let Some(spec) = tag.and_then(|tag| self.table.line(tag))
        {
            self.groups.retain(|(level, _)| *level < spec.level());
            self.groups.push((spec.level(), with_end(line.bytes)));
        }
    }

    /// Begins a part at a line.
    fn begin(&mut self, line: &Line<'_>) {
        let groups = self.groups.iter().flat_map(|(_, group)| group);
        let context = self.first.iter().chain(groups).chain(&self.trailer).copied().collect();
        let bytes = line.offset..self.part.length;
        let lines_before = line.number - 1;
        let mut next = FileSplit { bytes, lines_before, context, ..self.part.clone() };
        std::mem::swap(&mut self.part, &mut next);
        next.bytes.end = line.offset;
        self.parts.push(next);
    }
}

fn with_end(line: &[u8]) -> Vec<u8> {
    [line, b"\n"].concat()
}
