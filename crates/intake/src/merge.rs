//! Puts corrected records back among the accepted ones of a quarantine.
//!
//! The accepted file is copied byte for byte, except for the counts of its trailer. Corrected
//! records are inserted at the places given by the reasons of the quarantine, or without reasons
//! after the other records, before the trailer. The merged file is checked while it is written,
//! with the usual options: a record that is still bad, or that now contradicts another, is listed,
//! and the file must not be published.
//!
//! # Corrected records and their places
//!
//! The first corrected record belongs to the first record in the reasons, and so on: there must be
//! as many of one as of the other. To leave a record out, leave out its line of the reasons too.
//! Reasons (S72) below an E46 belong to it, however many they are; a level-1 group above an update
//! comes with that update.
//!
//! A rejected line that is returned unchanged is inserted byte for byte, whatever its content; the
//! reasons identify such lines. Merging the records as they were rejected therefore gives the
//! received file byte for byte, if only records were wrong with it: its trailer was right, and
//! nothing followed the trailer.
//!
//! Lines that a sender adds around corrected records are left out, and counted in [`MergeLeftOut`]:
//! a header, a trailer, a level-1 group where the record goes below one of the accepted file, empty
//! lines, a byte-order mark, padding. A corrected line gets the line ending of the accepted file.
//!
//! # Memory
//!
//! Constant, except for the memory of the check.

mod feed;
mod judge;
mod left_out;
mod places;
mod weave;

use std::cell::RefCell;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::rc::Rc;

use flagflow_check::{Options, Report, Severity, check_records};

use flagflow_files::Source;
use flagflow_files::input::{BUFFER, Input};
use flagflow_files::{Error, Result};

pub use judge::StillBad;
pub use left_out::MergeLeftOut;

use feed::Feed;
use judge::MergeVisitor;
use places::CorrectedPlaces;
use weave::{Origins, Woven};

/// Options of a merge.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MergeOptions {
    /// Options for reading the accepted file and for checking the merged one.
    pub check: Options,
    /// Accepts a merged file with errors.
    pub allow_bad: bool,
    /// The most records that are listed as still bad.
    pub samples: usize,
}

impl MergeOptions {
    /// Default number of listed records.
    pub const SAMPLES: usize = 20;
}

impl Default for MergeOptions {
    fn default() -> Self {
        Self { check: Options::default(), allow_bad: false, samples: Self::SAMPLES }
    }
}

/// Result of a merge.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Merged {
    /// Report of the check of the merged file.
    pub report: Report,
    /// Number of corrected records in the merged file.
    pub corrected: u64,
    /// The lines of the corrected file that were not put back, and what else was changed in it.
    pub left_out: MergeLeftOut,
    /// The first records that are still bad, in the file's order.
    pub still_bad: Vec<StillBad>,
    /// True if bad records were allowed.
    pub allow_bad: bool,
}

impl Merged {
    /// Returns true if the merged file may be published: it has no error, or errors were allowed.
    #[must_use]
    pub fn may_be_published(&self) -> bool {
        self.allow_bad || self.report.count_of(Severity::Error) == 0
    }
}

/// Opens a corrected file for [`merge`]: decompressed where it is compressed. A file that begins
/// with the first record of the reasons, unchanged, is not compressed, even if its first bytes look
/// so.
///
/// # Errors
///
/// [`ErrorKind::Input`](crate::ErrorKind::Input) if one of the two cannot be read,
/// [`ErrorKind::Table`](crate::ErrorKind::Table) if the reasons are not a list of reasons.
pub fn open_corrected(corrected: &Source, reasons: Option<&Source>) -> Result<Input> {
    if let Some(reasons) = reasons
        && corrected.is_compressed()?
        && let Some(first) = CorrectedPlaces::new(Some(reasons.read()?)).next()?
        && Feed::new(corrected.read_as_it_is(), &Options::default())?.is(&first)
    {
        return Ok(corrected.read_as_it_is());
    }
    corrected.read()
}

/// Writes the merged file. `reasons` are those of the quarantine, one line of JSON each.
///
/// Discard the output unless this succeeds and the merged file
/// [may be published](Merged::may_be_published): write to an
/// [`Output`](flagflow_files::output::Output).
///
/// ```
/// use flagflow_intake::merge::{MergeOptions, merge};
///
/// let accepted = b"E451234567810A20220101\n";
/// let corrected = b"E450000123409N20221231\n";
/// let reasons = b"{\"record\":1,\"after\":0}\n";
/// let mut file = Vec::new();
/// let options = MergeOptions::default();
/// let merged = merge(&accepted[..], &corrected[..], Some(&reasons[..]), &mut file, &options)?;
/// assert!(merged.may_be_published());
/// assert_eq!(file, b"E450000123409N20221231\nE451234567810A20220101\n");
/// # Ok::<(), flagflow_intake::Error>(())
/// ```
///
/// # Errors
///
/// Returns an error if a file cannot be read to its end or is of no known flow, if the layouts
/// differ, if the reasons are invalid or of another number of records, or if the writer fails.
pub fn merge<W: Write>(
    accepted: impl BufRead,
    corrected: impl BufRead,
    reasons: Option<impl BufRead>,
    output: W,
    options: &MergeOptions,
) -> Result<Merged> {
    let origins = Rc::new(RefCell::new(Origins::default()));
    let woven = Woven::new(accepted, corrected, reasons, options, Rc::clone(&origins))?;
    let mut tee = Tee { inner: woven, output, failure: None };
    let mut judge = MergeVisitor::new(origins, options.check.mask, options.samples);
    let checked = {
        let reader = BufReader::with_capacity(BUFFER, &mut tee);
        check_records(reader, &options.check, &mut judge)
    };
    let Tee { mut inner, mut output, failure } = tee;
    if let Some(error) = failure.map(Error::writing).or(inner.failure.take()) {
        return Err(error);
    }
    let report = checked?;
    output.flush().map_err(Error::writing)?;
    let mut still_bad = judge.bad;
    still_bad.sort_by_key(|bad| bad.line);
    let (corrected, left_out) = (inner.records, inner.left_out);
    Ok(Merged { report, corrected, left_out, still_bad, allow_bad: options.allow_bad })
}

/// Writes what is read through it.
struct Tee<R, W> {
    inner: R,
    output: W,
    failure: Option<io::Error>,
}

impl<R: Read, W: Write> Read for Tee<R, W> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if let Err(error) = self.output.write_all(&buffer[..read]) {
            let cause = io::Error::other(error.to_string());
            self.failure = Some(error);
            return Err(cause);
        }
        Ok(read)
    }
}
