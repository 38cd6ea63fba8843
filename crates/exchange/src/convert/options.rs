//! Options of a conversion.

use std::num::NonZeroUsize;
use std::sync::Arc;

use flagflow_domain::{Edition, ServiceFlag};
use flagflow_electricity::{Profile, SupplierId};
use flagflow_gas::Layout;

use flagflow_files::{Error, ErrorKind, HeaderValues, LineEndRule, Result, UserFileValues};

/// Format of the records in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecordFormat {
    /// Gas, each field at its length.
    Fixed,
    /// Gas, comma separated, text in quotes.
    Uklink,
    /// Electricity, items separated by pipes.
    Zhv,
    /// Electricity, each item at its length.
    Zhf,
    /// A table with a row of column names.
    Csv,
    /// A JSON object on each line.
    Jsonl,
    /// A Parquet file.
    Parquet,
    /// An Arrow IPC file.
    Arrow,
    /// An Excel workbook.
    Xlsx,
}

/// Implements `as_str`, `Display` and `FromStr` for a closed list of names.
macro_rules! named {
    ($type:ident, $unknown:ident, $what:literal, $expected:literal, $($variant:ident = $name:literal),+) => {
        impl $type {
            /// Every one of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the name that options and reports use.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),+
                }
            }
        }

        #[doc = concat!("What was read is not ", $what, ".")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
        #[error("not {}: expected {}", $what, $expected)]
        pub struct $unknown;

        flagflow_domain::named_values!($type, $unknown);
    };
}

named!(
    RecordFormat,
    UnknownFormat,
    "a format",
    "fixed, uklink, zhv, zhf, csv, jsonl, parquet, arrow or xlsx",
    Fixed = "fixed",
    Uklink = "uklink",
    Zhv = "zhv",
    Zhf = "zhf",
    Csv = "csv",
    Jsonl = "jsonl",
    Parquet = "parquet",
    Arrow = "arrow",
    Xlsx = "xlsx"
);

impl RecordFormat {
    /// Returns true if a file of the format is a table of columns that is not text:
    /// [`convert_records`](super::convert_records) writes it.
    #[must_use]
    pub const fn is_columnar(self) -> bool {
        matches!(self, Self::Parquet | Self::Arrow | Self::Xlsx)
    }

    /// Returns true if a file of the format cannot have a header and a trailer.
    #[must_use]
    pub const fn is_bare(self) -> bool {
        matches!(self, Self::Csv | Self::Xlsx)
    }
}

impl From<Layout> for RecordFormat {
    fn from(layout: Layout) -> Self {
        match layout {
            Layout::Fixed => Self::Fixed,
            Layout::Uklink => Self::Uklink,
        }
    }
}

impl From<flagflow_electricity::Layout> for RecordFormat {
    fn from(layout: flagflow_electricity::Layout) -> Self {
        match layout {
            flagflow_electricity::Layout::Zhv => Self::Zhv,
            flagflow_electricity::Layout::Zhf => Self::Zhf,
        }
    }
}

/// Treatment of the header and the trailer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EnvelopeRule {
    /// The output has them if the input has.
    #[default]
    Keep,
    /// The output has them.
    Add,
    /// The output has none.
    Drop,
}

named!(
    EnvelopeRule,
    UnknownEnvelopeRule,
    "an envelope rule",
    "keep, add or drop",
    Keep = "keep",
    Add = "add",
    Drop = "drop"
);

/// Options of a conversion.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ConvertOptions {
    /// Format of the input; `None` recognises it by its content.
    pub from: Option<RecordFormat>,
    /// The output's format.
    pub to: RecordFormat,
    /// Line endings of the output.
    pub line_end: LineEndRule,
    /// Treatment of the header and the trailer.
    pub envelope: EnvelopeRule,
    /// Values for the output's header, over those of the input's.
    pub header: HeaderValues,
    /// Header and trailer values of an electricity file.
    pub user_file: UserFileValues,
    /// Supplier of updates in a table or in objects without a supplier.
    pub supplier: Option<SupplierId>,
    /// Profile of electricity files of its flow; `None` is the built-in profile.
    pub profile: Option<Arc<Profile>>,
    /// Flags to turn into others, each at most once. All of them act at once: with `S=N` and `N=I`
    /// an `S` becomes an `N`.
    pub map_flags: Vec<(ServiceFlag, ServiceFlag)>,
    /// The edition of the output: a record with another flag is refused.
    pub edition: Option<Edition>,
    /// Writes the good records although there are bad ones.
    pub skip_invalid: bool,
    /// Maximum number of errors that the report lists.
    pub samples: usize,
    /// Leaves the identifiers of meter points out of the report.
    pub mask: bool,
    /// Writes tables in which a spreadsheet takes no cell for a formula, and reads tables that were
    /// written so: see [`guarded`](super::guarded).
    pub csv_safe: bool,
    /// The delimiter between the cells of a csv table that is read or written.
    pub delimiter: CellDelimiter,
    /// Names of columns in a table that is read: the name of an item, and that of its column.
    pub columns: Vec<(String, String)>,
    /// The number of threads that make the text of a csv table or of objects. The calling thread
    /// reads, checks and writes beside them; with one thread it does all, and so it does for other
    /// formats and for small files. Output and report are the same at any number.
    pub threads: NonZeroUsize,
}

/// Delimiter between the cells of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CellDelimiter {
    /// A comma.
    #[default]
    Comma,
    /// A semicolon.
    Semicolon,
    /// A tab.
    Tab,
}

impl CellDelimiter {
    /// Every delimiter.
    pub const ALL: [Self; 3] = [Self::Comma, Self::Semicolon, Self::Tab];

    /// Returns the name that options use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Comma => "comma",
            Self::Semicolon => "semicolon",
            Self::Tab => "tab",
        }
    }

    /// Returns the character.
    #[must_use]
    pub const fn as_byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }
}

/// Error for a text that is not the name of a delimiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a delimiter: expected comma, semicolon or tab")]
pub struct UnknownCellDelimiter;

flagflow_domain::named_values!(CellDelimiter, UnknownCellDelimiter);

impl ConvertOptions {
    /// Default maximum number of listed errors.
    pub const SAMPLES: usize = 20;

    /// Returns a conversion that changes the format and nothing else.
    #[must_use]
    pub const fn new(to: RecordFormat) -> Self {
        Self {
            from: None,
            to,
            line_end: LineEndRule::Keep,
            envelope: EnvelopeRule::Keep,
            header: HeaderValues {
                organisation_id: None,
                file_type: None,
                creation_date: None,
                creation_time: None,
                generation_number: None,
            },
            user_file: UserFileValues::NONE,
            supplier: None,
            profile: None,
            map_flags: Vec::new(),
            edition: None,
            skip_invalid: false,
            samples: Self::SAMPLES,
            mask: false,
            csv_safe: false,
            delimiter: CellDelimiter::Comma,
            columns: Vec::new(),
            threads: NonZeroUsize::MIN,
        }
    }

    /// Refuses options that contradict each other, before anything is read.
    pub(super) fn check(&self) -> Result<()> {
        if self.to.is_bare() && self.envelope == EnvelopeRule::Add {
            let what = format!("a {} table cannot have an envelope", self.to);
            return Err(Error::new(ErrorKind::Options, what));
        }
        if matches!(self.to, RecordFormat::Zhv | RecordFormat::Zhf)
            && self.envelope == EnvelopeRule::Drop
        {
            let what = format!("a {} file always has an envelope", self.to);
            return Err(Error::new(ErrorKind::Options, what));
        }
        match self.mapped_twice() {
            Some(flag) => {
                let what = format!("the flag {flag} is mapped more than once");
                Err(Error::new(ErrorKind::Options, what))
            }
            None => Ok(()),
        }
    }

    fn mapped_twice(&self) -> Option<ServiceFlag> {
        let times = |flag| self.map_flags.iter().filter(|(from, _)| *from == flag).count();
        ServiceFlag::ALL.into_iter().find(|flag| times(*flag) > 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_first_line() {
        let cases: [(&[u8], Option<RecordFormat>); 15] = [
            (b"E451234567810A20211105", Some(RecordFormat::Fixed)),
            (b"A000000000042DXI20211105093000000007", Some(RecordFormat::Fixed)),
            (b"\"E45\",1234567810,\"A\",20211105", Some(RecordFormat::Uklink)),
            (b"E46,AC,1234567810,A,20211105", Some(RecordFormat::Uklink)),
            (b"{\"transaction_type\":\"E45\"}", Some(RecordFormat::Jsonl)),
            (b"transaction_type,meter_point_reference", Some(RecordFormat::Csv)),
            (b"abc,dcc_service_flag", Some(RecordFormat::Csv)),
            (b"\"abc\",\"meter_point_reference\"", Some(RecordFormat::Csv)),
            (b"note; dcc_service_flag", Some(RecordFormat::Csv)),
            (b"mprn,flag,from", None),
            (b"ZHV|1|", Some(RecordFormat::Zhv)),
            (b"ZHF1", Some(RecordFormat::Zhf)),
            (b"ZHV", None),
            (b"note,mpan_core", Some(RecordFormat::Csv)),
            (b"", None),
        ];
        for (line, format) in cases {
            assert_eq!(RecordFormat::recognise(line).ok(), format, "{line:?}");
        }
    }

    #[test]
    fn names_round_trip() {
        for format in RecordFormat::ALL {
            assert_eq!(format.to_string().parse(), Ok(*format));
        }
        for rule in EnvelopeRule::ALL {
            assert_eq!(rule.to_string().parse(), Ok(*rule));
        }
        let unknown = "xml".parse::<RecordFormat>().unwrap_err();
        assert_eq!(
            unknown.to_string(),
            "not a format: expected fixed, uklink, zhv, zhf, csv, jsonl, parquet, arrow or xlsx"
        );
    }

    #[test]
    fn options_that_contradict_are_refused() {
        let mut options = ConvertOptions::new(RecordFormat::Csv);
        assert!(options.check().is_ok());
        options.envelope = EnvelopeRule::Add;
        assert_eq!(options.check().unwrap_err().kind(), ErrorKind::Options);
        let mut options = ConvertOptions::new(RecordFormat::Zhf);
        options.envelope = EnvelopeRule::Drop;
        let error = options.check().unwrap_err();
        assert_eq!(error.to_string(), "a zhf file always has an envelope");
        let mut options = ConvertOptions::new(RecordFormat::Fixed);
        let (s, n, i) =
            (ServiceFlag::Suspended, ServiceFlag::NonActive, ServiceFlag::InstalledNotCommissioned);
        options.map_flags = vec![(s, n), (n, i)];
        assert!(options.check().is_ok());
        options.map_flags.push((s, i));
        let error = options.check().unwrap_err();
        assert_eq!(error.to_string(), "the flag S is mapped more than once");
    }
}
