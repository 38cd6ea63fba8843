//! Writes the files of a run.

use std::collections::BTreeMap;
use std::io::{BufReader, BufWriter, Seek, Write};
use std::sync::Arc;

use flagflow_check::{CrossRecords, Finding, Options, Severity, check};
use flagflow_domain::{Distributor, MeterPoint};
use flagflow_electricity::{D0350, Profile, SupplierId};
use flagflow_files::output::Guard;
use flagflow_gas::{CreationTime, E45, FileType};
use flagflow_status::{Notice, Recipient, Supplier};

use crate::digest::{Digest, DigestWriter};
use crate::error::{Error, ErrorKind, Result};
use crate::notify::{PlannedFile, StoredNotice};

/// The size in bytes up to which a file is checked in memory.
const MOST_IN_MEMORY: usize = 1 << 20;

/// Format, sender and recipients of the files of a run.
#[derive(Clone, Debug)]
pub struct FileOptions {
    /// The layout of gas files.
    pub gas_layout: flagflow_gas::Layout,
    /// ORGANISATION_ID in the header of gas files, of at most ten digits.
    pub organisation_id: u64,
    /// The layout of electricity files.
    pub electricity_layout: flagflow_electricity::Layout,
    /// The profile of D0350.
    pub profile: Arc<Profile>,
    /// The sending participant of electricity files, of at most four characters.
    pub from_participant: String,
    /// Participants that the table of distributors lacks: those of the independent networks, from
    /// 24 on. They take precedence over the table.
    pub participants: BTreeMap<Distributor, String>,
    /// Permissions of the files of the run. Written files are no more readable than the files that
    /// are read.
    pub guard: Guard,
    /// The supplier in instructions whose event has none.
    pub supplier: Option<Supplier>,
}

impl FileOptions {
    /// Returns the options for fixed gas files of an organisation, and delimited electricity files
    /// from the participant `DCCO` by the built-in profile.
    #[must_use]
    pub fn new(organisation_id: u64) -> Self {
        Self {
            gas_layout: flagflow_gas::Layout::Fixed,
            organisation_id,
            electricity_layout: flagflow_electricity::Layout::Zhv,
            profile: Profile::builtin(flagflow_electricity::Flow::D0350),
            from_participant: "DCCO".to_owned(),
            participants: BTreeMap::new(),
            guard: Guard::default(),
            supplier: None,
        }
    }

    fn participant(&self, of: Distributor) -> Option<&str> {
        self.participants.get(&of).map(String::as_str).or_else(|| of.participant())
    }

    /// Returns true if a file can be addressed to a recipient: always in gas, in electricity if the
    /// participant of the distributor is known.
    #[must_use]
    pub fn can_address(&self, recipient: Recipient) -> bool {
        match recipient {
            Recipient::Gas => true,
            Recipient::Electricity(distributor) => self.participant(distributor).is_some(),
        }
    }

    /// Returns the name of a file: `E45-000007.txt`, `D0350-EELC-0000000007.txt`. The names that
    /// the networks require are not public; these sort by number.
    #[must_use]
    pub fn name(&self, sending: &PlannedFile) -> String {
        match sending.recipient {
            Recipient::Gas => format!("E45-{:06}.txt", sending.number),
            Recipient::Electricity(distributor) => {
                let id = distributor.to_string();
                let participant = self.participant(distributor).unwrap_or(&id);
                format!("D0350-{participant}-{:010}.txt", sending.number)
            }
        }
    }

    /// Returns true if a run may write a file of this name, with any number and recipient.
    #[must_use]
    pub fn may_be_named(name: &str) -> bool {
        let stem = name.strip_suffix(".txt");
        stem.is_some_and(|stem| stem.starts_with("E45-") || stem.starts_with("D0350-"))
    }

    /// Returns the SHA-256 of a file's bytes if the validator finds no error in them.
    pub(super) fn digest(
        &self,
        sending: &PlannedFile,
        notices: impl Iterator<Item = Result<StoredNotice>>,
    ) -> Result<Digest> {
        let spooled = BufWriter::new(tempfile::spooled_tempfile(MOST_IN_MEMORY));
        let mut digest = DigestWriter::new(spooled);
        self.write(&mut digest, sending, notices)?;
        let (digest, spooled) = digest.finish();
        let mut spooled =
            spooled.into_inner().map_err(|error| Error::output(error.into_error()))?;
        spooled.rewind().map_err(Error::output)?;
        let mut options = Options::default();
        (options.cross_records, options.max_samples) = (CrossRecords::Off, Some(1));
        options.use_profile((*self.profile).clone());
        let report = check(BufReader::new(spooled), &options)?;
        match report.findings.iter().find(|finding| finding.severity == Severity::Error) {
            Some(finding) => Err(self.refused(sending, finding)),
            None => Ok(digest),
        }
    }

    fn refused(&self, sending: &PlannedFile, finding: &Finding) -> Error {
        let value = finding.value.as_ref().map_or(String::new(), |value| format!("{value}: "));
        let expected = finding.expected.as_ref();
        let expected = expected.map_or(String::new(), |expected| format!("; expected {expected}"));
        let what = format!(
            "{}: flagflow check would reject this file, so nothing is written: line {}: {}: {value}{}{expected}",
            self.name(sending),
            finding.line,
            finding.rule,
            finding.message,
        );
        Error::new(ErrorKind::Options, what)
    }

    /// Writes a file.
    pub(super) fn write(
        &self,
        out: impl Write,
        sending: &PlannedFile,
        notices: impl Iterator<Item = Result<StoredNotice>>,
    ) -> Result<()> {
        match sending.recipient {
            Recipient::Gas => self.write_gas(out, sending, notices),
            Recipient::Electricity(to) => self.write_electricity(out, sending, notices, to),
        }
    }

    fn write_gas(
        &self,
        out: impl Write,
        sending: &PlannedFile,
        notices: impl Iterator<Item = Result<StoredNotice>>,
    ) -> Result<()> {
        let created = sending.created;
        let number = u32::try_from(sending.number).unwrap_or(u32::MAX);
        let time =
            CreationTime::from_packed(u32::try_from(created.as_packed() % 1_000_000).unwrap_or(0));
        let header = flagflow_gas::Header::new(
            self.organisation_id,
            FileType::DXI,
            created.date(),
            time.map_err(unfit)?,
            number,
        );
        let options = flagflow_gas::WriterOptions::new().layout(self.gas_layout);
        let mut writer = options.envelope(header.map_err(unfit)?).writer(out);
        writer.begin().map_err(Error::output)?;
        for stored in notices {
            let Notice { point, held, .. } = stored?.notice;
            if let MeterPoint::Gas(mprn) = point {
                writer.write(E45::new(mprn, held.flag, held.from)).map_err(Error::output)?;
            }
        }
        writer.finish().map(|_| ()).map_err(|error| Error::output(error.into_parts().0))
    }

    fn write_electricity(
        &self,
        out: impl Write,
        sending: &PlannedFile,
        notices: impl Iterator<Item = Result<StoredNotice>>,
        to: Distributor,
    ) -> Result<()> {
        let created = sending.created;
        let Some(to) = self.participant(to) else {
            let what = format!("the participant of distributor {to} is not known");
            return Err(Error::new(ErrorKind::Options, what));
        };
        let identifier = format!("{:010}", sending.number);
        let header = flagflow_electricity::Header::new(
            &self.profile,
            &identifier,
            &self.from_participant,
            to,
            created,
        );
        let options = flagflow_electricity::WriterOptions::new(Arc::clone(&self.profile));
        let options = options.layout(self.electricity_layout).completed(created);
        let options = options.file_sequence_number(sending.sequence);
        let mut writer = options.envelope(header.map_err(unfit)?).writer(out);
        writer.begin().map_err(Error::output)?;
        for stored in notices {
            let StoredNotice { notice, instruction, .. } = stored?;
            if let MeterPoint::Electricity(mpan) = notice.point {
                let (held, supplier) = (notice.held, self.supplier_of(&notice)?);
                let update = D0350::new(instruction, mpan, held.flag, held.from, supplier);
                writer.write(update.map_err(unfit)?).map_err(unwritten)?;
            }
        }
        writer.finish().map(|_| ()).map_err(|error| unwritten(error.into_parts().0))
    }

    /// Returns the supplier that asked for a change.
    fn supplier_of(&self, notice: &Notice) -> Result<SupplierId> {
        let supplier = notice.supplier.as_ref().or(self.supplier.as_ref());
        let supplier = supplier.and_then(|supplier| supplier.as_str().parse().ok());
        supplier.ok_or_else(|| {
            let what = format!(
                "the instruction for {} has no supplier: name the supplier in the event or with \
                 --supplier",
                notice.point
            );
            Error::new(ErrorKind::Options, what)
        })
    }
}

/// Reports an instruction that the profile cannot hold, or a failed write.
fn unwritten(error: flagflow_electricity::Error) -> Error {
    let what = error.to_string();
    error.into_io().map_or_else(|_| Error::new(ErrorKind::Options, what), Error::output)
}

/// Reports a value that its field cannot hold.
fn unfit(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Options, "a value does not fit its field").because(error)
}
