//! The values of a header, as options.

use flagflow::EffectiveDate;
use flagflow::electricity::Timestamp;
use flagflow::files::{HeaderValues, UserFileValues};
use flagflow::gas::{CreationTime, FileType, Header};

/// The values of a header.
#[derive(Clone, Copy, clap::Args)]
#[command(next_help_heading = "Header values")]
pub(crate) struct HeaderArgs {
    #[command(flatten)]
    numbers: HeaderNumbers,

    /// FILE_TYPE, three characters
    #[arg(long, value_name = "TYPE")]
    file_type: Option<FileType>,
}

/// The values of a header except its file type.
#[derive(Clone, Copy, clap::Args)]
#[command(next_help_heading = "Header values")]
pub(crate) struct HeaderNumbers {
    /// ORGANISATION_ID, a number of at most 10 digits
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..=Header::MAX_ORGANISATION_ID))]
    organisation_id: Option<u64>,

    /// CREATION_DATE, YYYY-MM-DD or YYYYMMDD
    #[arg(long, value_name = "DATE")]
    creation_date: Option<EffectiveDate>,

    /// CREATION_TIME, HH:MM:SS or HHMMSS
    #[arg(long, value_name = "TIME")]
    creation_time: Option<CreationTime>,

    /// GENERATION_NUMBER, a number of at most 6 digits
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=i64::from(Header::MAX_GENERATION_NUMBER)))]
    generation_number: Option<u32>,
}

impl HeaderNumbers {
    /// Returns the values without a file type.
    pub(crate) const fn values(self) -> HeaderValues {
        HeaderValues {
            organisation_id: self.organisation_id,
            file_type: None,
            creation_date: self.creation_date,
            creation_time: self.creation_time,
            generation_number: self.generation_number,
        }
    }
}

impl From<HeaderArgs> for HeaderValues {
    fn from(args: HeaderArgs) -> Self {
        Self { file_type: args.file_type, ..args.numbers.values() }
    }
}

/// The values of an electricity file's header and trailer.
#[derive(Clone, clap::Args)]
#[command(next_help_heading = "Header values (electricity)")]
pub(crate) struct UserFileArgs {
    /// File identifier (J1064), at most 10 characters, with its zeros
    #[arg(long, value_name = "ID")]
    file_id: Option<String>,

    /// The sending participant. By default that of IN, for an answer the receiver of FILE, or else
    /// DCCO for a D0350
    #[arg(long, value_name = "PARTICIPANT")]
    from_participant: Option<String>,

    /// The receiving participant. By default that of IN, for an answer the sender of FILE, or else
    /// DCCO for a D0351
    #[arg(long, value_name = "PARTICIPANT")]
    to_participant: Option<String>,

    /// Creation time of the file, YYYYMMDDHHMMSS or YYYY-MM-DDTHH:MM:SS
    #[arg(long, value_name = "TIME")]
    created: Option<Timestamp>,

    /// Completion time; that of IN, or else the creation time, by default
    #[arg(long, value_name = "TIME")]
    completed: Option<Timestamp>,

    /// Test data flag; that of IN or FILE, or else OPER, by default
    #[arg(long, value_name = "FLAG")]
    test_flag: Option<String>,
}

impl From<UserFileArgs> for UserFileValues {
    fn from(args: UserFileArgs) -> Self {
        Self {
            file_identifier: args.file_id,
            from_participant: args.from_participant,
            to_participant: args.to_participant,
            created: args.created,
            completed: args.completed,
            test_flag: args.test_flag,
        }
    }
}
