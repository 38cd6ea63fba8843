//! Corrected records put back among the accepted ones of a quarantine.
//!
//! The accepted file comes through byte for byte, but for the counts of its trailer. Corrected
//! records go to the places that the reasons of the quarantine name, and without reasons behind the
//! other records, before the trailer. What is merged is checked while it is written, by the usual
//! options: a record that is still bad, or that now contradicts another, is listed, and then nothing
//! is to be published.
//!
//! # Corrected records and their places
//!
//! The first corrected record belongs to the first record in the reasons, and so on: there must be as
//! many of one as of the other. To leave a record out, leave out its line of the reasons too. Reasons
//! (S72) below an E46 belong to it, however many they are; a level-1 group above an update comes with
//! that update.
//!
//! A rejected line that comes back unchanged goes back byte for byte, whatever it looks like; the
//! reasons tell which lines these are. So records merged as they were rejected give the received file
//! byte for byte, where nothing but records was wrong with it: its trailer was right, and nothing stood
//! behind it.
//!
//! Lines that a sender adds around corrected records are left out, and [`LeftOut`] counts it: a header, a
//! trailer, a level-1 group where the record goes below one of the accepted file, empty lines, a
//! byte-order mark, padding. A corrected line gets the line ending of the accepted file.
//!
//! # Memory
//!
//! Constant, but for what the check takes.

mod feed;
mod judge;
mod left_out;
mod places;
mod weave;

use std::cell::RefCell;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::rc::Rc;

use flagflow_check::{Options, Report, Severity, check_records};

use crate::error::{Error, Result};
use crate::input::{BUFFER, Input};
use crate::source::Source;

pub use judge::StillBad;
pub use left_out::LeftOut;

use feed::Feed;
use judge::Judge;
use places::Places;
use weave::{Origins, Woven};

/// How files are merged.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MergeOptions {
    /// How the accepted file is read, and the merged one is judged.
    pub check: Options,
    /// Whether a merged file that has errors is good enough.
    pub allow_bad: bool,
    /// The most records that are listed as still bad.
    pub samples: usize,
}

impl MergeOptions {
    /// How many records are listed unless told otherwise.
    pub const SAMPLES: usize = 20;
}

impl Default for MergeOptions {
    fn default() -> Self {
        Self { check: Options::default(), allow_bad: false, samples: Self::SAMPLES }
    }
}

/// What a merge comes to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Merged {
    /// What a check says of the merged file.
    pub report: Report,
    /// How many of its records are corrected ones.
    pub corrected: u64,
    /// The lines of the corrected file that were not put back, and what else was changed in it.
    pub left_out: LeftOut,
    /// The first records that are still bad, in the file's order.
    pub still_bad: Vec<StillBad>,
    /// Whether bad records were allowed.
    pub allow_bad: bool,
}

impl Merged {
    /// Whether the merged file may be published: it has no error, or errors were allowed.
    #[must_use]
    pub fn may_be_published(&self) -> bool {
        self.allow_bad || self.report.count_of(Severity::Error) == 0
    }
}

/// Opens a corrected file for [`merge`]: decompressed where it is compressed. A file that begins with
/// the first record of the reasons, unchanged, is not compressed, even if its first bytes look so.
///
/// # Errors
///
/// [`ErrorKind::Input`](crate::ErrorKind::Input) where one of the two cannot be read,
/// [`ErrorKind::Table`](crate::ErrorKind::Table) where the reasons are not a list of reasons.
pub fn open_corrected(corrected: &Source, reasons: Option<&Source>) -> Result<Input> {
    if let Some(reasons) = reasons
        && corrected.is_compressed()?
        && let Some(first) = Places::new(Some(reasons.read()?)).next()?
        && Feed::new(corrected.read_as_it_is(), &Options::default())?.is(&first)
    {
        return Ok(corrected.read_as_it_is());
    }
    corrected.read()
}

/// Writes the merged file. `reasons` are those of the quarantine, one line of JSON each.
///
/// What was written is worth nothing unless this succeeds and the merged file
/// [may be published](Merged::may_be_published): write to an [`Output`](crate::output::Output).
///
/// ```
/// use flagflow_exchange::merge::{MergeOptions, merge};
///
/// let accepted = b"E451234567810A20220101\n";
/// let corrected = b"E450000123409N20221231\n";
/// let reasons = b"{\"record\":1,\"after\":0}\n";
/// let mut file = Vec::new();
/// let options = MergeOptions::default();
/// let merged = merge(&accepted[..], &corrected[..], Some(&reasons[..]), &mut file, &options)?;
/// assert!(merged.may_be_published());
/// assert_eq!(file, b"E450000123409N20221231\nE451234567810A20220101\n");
/// # Ok::<(), flagflow_exchange::Error>(())
/// ```
///
/// # Errors
///
/// A file that cannot be read to its end or is of no known flow, two layouts, reasons that are none or
/// of another number of records, and whatever the writer says.
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
    let mut judge = Judge::new(origins, options.check.mask, options.samples);
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
            let told = io::Error::other(error.to_string());
            self.failure = Some(error);
            return Err(told);
        }
        Ok(read)
    }
}
