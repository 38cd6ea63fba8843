//! The values of a header that a user gives.

use flagflow_domain::EffectiveDate;
use flagflow_electricity::{
    ErrorKind as UserErrorKind, Field as Item, Flow, Header as UserHeader, ItemSpec, LineKind,
    Profile, Timestamp,
};
use flagflow_gas::field::{parse_date, parse_file_type, parse_number, parse_time};
use flagflow_gas::{CreationTime, Field, FileType, Header};

use crate::error::{Error, ErrorKind, Result};

/// Values for an A00 header, as far as they are given. They go over what the input's header has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeaderValues {
    /// ORGANISATION_ID, at most 10 digits.
    pub organisation_id: Option<u64>,
    /// FILE_TYPE; `DXI` if neither this nor the input has it.
    pub file_type: Option<FileType>,
    /// CREATION_DATE.
    pub creation_date: Option<EffectiveDate>,
    /// CREATION_TIME.
    pub creation_time: Option<CreationTime>,
    /// GENERATION_NUMBER, at most 6 digits.
    pub generation_number: Option<u32>,
}

impl From<&Header> for HeaderValues {
    fn from(header: &Header) -> Self {
        Self {
            organisation_id: Some(header.organisation_id()),
            file_type: Some(header.file_type),
            creation_date: Some(header.creation_date),
            creation_time: Some(header.creation_time),
            generation_number: Some(header.generation_number()),
        }
    }
}

impl HeaderValues {
    /// Returns the readable values of a header line.
    #[must_use]
    pub fn legible(line: &[u8], layout: flagflow_gas::Layout) -> Self {
        let Ok(raw) = flagflow_gas::RawRecord::cut(line, layout) else { return Self::default() };
        let number = |field, most| parse_number(raw.field(field)?, most).ok();
        let generation = number(Field::GenerationNumber, 6);
        Self {
            organisation_id: number(Field::OrganisationId, 10),
            file_type: raw.field(Field::FileType).and_then(|t| parse_file_type(t, layout).ok()),
            creation_date: raw.field(Field::CreationDate).and_then(|d| parse_date(d, layout).ok()),
            creation_time: raw.field(Field::CreationTime).and_then(|t| parse_time(t, layout).ok()),
            generation_number: generation.and_then(|number| u32::try_from(number).ok()),
        }
    }

    /// Returns true if no value is given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns these values, with missing ones taken from `below`.
    #[must_use]
    pub fn or(self, below: Self) -> Self {
        Self {
            organisation_id: self.organisation_id.or(below.organisation_id),
            file_type: self.file_type.or(below.file_type),
            creation_date: self.creation_date.or(below.creation_date),
            creation_time: self.creation_time.or(below.creation_time),
            generation_number: self.generation_number.or(below.generation_number),
        }
    }

    /// Returns the header that these values make.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::MissingHeaderValues`] with every value that is missing, or
    /// [`ErrorKind::Options`] for a number that does not fit its field.
    pub fn header(&self) -> Result<Header> {
        let (Some(organisation), Some(date), Some(time), Some(generation)) =
            (self.organisation_id, self.creation_date, self.creation_time, self.generation_number)
        else {
            return Err(self.missing());
        };
        let file_type = self.file_type.unwrap_or(FileType::DXI);
        Header::new(organisation, file_type, date, time, generation).map_err(out_of_range)
    }

    fn missing(&self) -> Error {
        let given = [
            (Field::OrganisationId, self.organisation_id.is_some()),
            (Field::CreationDate, self.creation_date.is_some()),
            (Field::CreationTime, self.creation_time.is_some()),
            (Field::GenerationNumber, self.generation_number.is_some()),
        ];
        let missing: Vec<_> =
            given.iter().filter(|(_, given)| !given).map(|(f, _)| f.name()).collect();
        missing_values(&missing.join(", "))
    }
}

fn out_of_range(error: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Options, format!("header: {error}"))
}

/// Values for the header and the trailer of an electricity file, as far as they are given. They go
/// over what the input has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserFileValues {
    /// File identifier, at most 10 characters; zeros matter.
    pub file_identifier: Option<String>,
    /// The participant that sends, at most 4 characters; `DCCO` by default for a D0350.
    pub from_participant: Option<String>,
    /// The participant that receives; `DCCO` by default for a D0351 or D0172.
    pub to_participant: Option<String>,
    /// Time of creation of the file.
    pub created: Option<Timestamp>,
    /// Time of completion, in the trailer; the time of creation by default.
    pub completed: Option<Timestamp>,
    /// Test data flag; `OPER` by default.
    pub test_flag: Option<String>,
}

/// The DCC's participant.
const DCC: &str = "DCCO";

impl UserFileValues {
    /// Values of which none is given.
    pub const NONE: Self = Self {
        file_identifier: None,
        from_participant: None,
        to_participant: None,
        created: None,
        completed: None,
        test_flag: None,
    };

    /// Returns true if no value is given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::NONE
    }

    /// Returns these values, with missing ones taken from `below`.
    #[must_use]
    pub fn or(self, below: Self) -> Self {
        Self {
            file_identifier: self.file_identifier.or(below.file_identifier),
            from_participant: self.from_participant.or(below.from_participant),
            to_participant: self.to_participant.or(below.to_participant),
            created: self.created.or(below.created),
            completed: self.completed.or(below.completed),
            test_flag: self.test_flag.or(below.test_flag),
        }
    }

    /// Returns the header that these values make, over those of `below`. What neither has is the
    /// profile's.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::MissingHeaderValues`] with every value that is missing, or
    /// [`ErrorKind::Options`] for text that does not fit its item.
    pub fn header(&self, profile: &Profile, below: Option<&UserHeader>) -> Result<UserHeader> {
        let created = self.created.or(below.map(UserHeader::created));
        let (mut texts, mut missing) = (Vec::new(), Vec::new());
        for spec in profile.items(LineKind::Header) {
            match self.text(spec.field, profile, below) {
                Some(text) => texts.push((spec, text)),
                None if spec.field == Item::Created && created.is_some() => {}
                None => missing.push(spec.field.to_string()),
            }
        }
        let Some(created) = created.filter(|_| missing.is_empty()) else {
            return Err(missing_values(&missing.join(", ")));
        };
        let mut header = match below {
            Some(below) => below.clone().with_created(created),
            None => UserHeader::new(profile, "", "", "", created).map_err(out_of_range)?,
        };
        for (spec, text) in texts {
            header = header.with(spec.field, &text).map_err(|_| unfit(spec, &text))?;
        }
        Ok(header)
    }

    /// Returns the values of the header of an answer to a file with the given header: the
    /// participants are swapped, and the answer to a test is a test.
    #[must_use]
    pub fn of_answer(updates: &UserHeader) -> Self {
        Self {
            from_participant: Some(updates.to_participant().to_owned()),
            to_participant: Some(updates.from_participant().to_owned()),
            test_flag: Some(updates.test_flag().to_owned()),
            ..Self::NONE
        }
    }

    fn text(&self, item: Item, profile: &Profile, below: Option<&UserHeader>) -> Option<String> {
        let given = match item {
            Item::FileIdentifier => self.file_identifier.clone(),
            Item::FromParticipant => self.from_participant.clone(),
            Item::ToParticipant => self.to_participant.clone(),
            Item::TestFlag => self.test_flag.clone(),
            _ => None,
        };
        let found = || below.and_then(|header| header.text(item)).map(str::to_owned);
        given.or_else(found).or_else(|| default_text(item, profile))
    }
}

/// Returns the default text of a header item.
fn default_text(item: Item, profile: &Profile) -> Option<String> {
    match (item, profile.flow()) {
        (Item::FlowAndVersion, _) => Some(profile.flow_and_version().to_string()),
        (Item::FromRole, _) => Some(profile.from_role().to_owned()),
        (Item::ToRole, _) => Some(profile.to_role().to_owned()),
        (Item::FromParticipant, Flow::D0350) | (Item::ToParticipant, Flow::D0351 | Flow::D0172) => {
            Some(DCC.to_owned())
        }
        (Item::TestFlag, _) => Some("OPER".to_owned()),
        (Item::SendingApplication | Item::ReceivingApplication | Item::Broadcast, _) => {
            Some(String::new())
        }
        _ => None,
    }
}

/// Returns the error for a text that an item cannot hold.
fn unfit(spec: &ItemSpec, text: &str) -> Error {
    let most = spec.length;
    let reason = match text {
        text if text.contains(['|', '\r', '\n']) => {
            "it cannot contain a pipe or a line ending".to_owned()
        }
        text if !text.is_ascii() => UserErrorKind::NonAscii.to_string(),
        _ => UserErrorKind::ItemTooLong { most }.to_string(),
    };
    Error::new(ErrorKind::Options, format!("header: {}: {reason}", spec.field))
}

fn missing_values(names: &str) -> Error {
    let what = format!("the header has no value for {names}");
    Error::new(ErrorKind::MissingHeaderValues, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> HeaderValues {
        HeaderValues {
            organisation_id: Some(42),
            file_type: None,
            creation_date: "20211105".parse().ok(),
            creation_time: "093000".parse().ok(),
            generation_number: Some(7),
        }
    }

    #[test]
    fn every_missing_value_is_named() {
        let error = HeaderValues::default().header().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MissingHeaderValues);
        assert_eq!(
            error.to_string(),
            "the header has no value for organisation_id, creation_date, creation_time, \
             generation_number"
        );
        let error = HeaderValues { creation_time: None, ..full() }.header().unwrap_err();
        assert_eq!(error.to_string(), "the header has no value for creation_time");
    }

    #[test]
    fn values_go_over_those_below() {
        let header = full().header().unwrap();
        assert_eq!((header.organisation_id(), header.file_type), (42, FileType::DXI));
        let given = HeaderValues { generation_number: Some(8), ..HeaderValues::default() };
        assert!(!given.is_empty());
        let over = given.or((&header).into()).header().unwrap();
        assert_eq!((over.generation_number(), over.organisation_id()), (8, 42));
    }

    #[test]
    fn numbers_fit_their_fields() {
        let values = HeaderValues { generation_number: Some(1_000_000), ..full() };
        let error = values.header().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Options);
        assert_eq!(error.to_string(), "header: generation_number does not fit its field");
    }

    fn user_file() -> UserFileValues {
        UserFileValues {
            file_identifier: Some("007".to_owned()),
            to_participant: Some("EELC".to_owned()),
            created: "20220301093000".parse().ok(),
            ..UserFileValues::default()
        }
    }

    #[test]
    fn an_electricity_header_has_the_given_values_those_below_and_the_defaults() {
        let profile = Profile::builtin(Flow::D0350);
        let header = user_file().header(&profile, None).unwrap();
        let expected = UserHeader::new(&profile, "007", "DCCO", "EELC", header.created()).unwrap();
        assert_eq!(header, expected);
        let below = expected.with(Item::TestFlag, "TR01").unwrap();
        let given = UserFileValues {
            from_participant: Some("X".to_owned()),
            created: "20230101000000".parse().ok(),
            ..UserFileValues::default()
        };
        let over = given.header(&profile, Some(&below)).unwrap();
        let expected = below.with_created(over.created()).with(Item::FromParticipant, "X");
        assert_eq!((over.created().to_string(), Ok(over)), ("20230101000000".to_owned(), expected));
    }

    #[test]
    fn an_answer_goes_back_to_the_sender() {
        let updates = Profile::builtin(Flow::D0350);
        let header = user_file().header(&updates, None).unwrap();
        let header = header.with(Item::TestFlag, "TR01").unwrap();
        let answer = UserFileValues::of_answer(&header);
        let missing = answer.header(&Profile::builtin(Flow::D0351), None).unwrap_err();
        assert_eq!(missing.to_string(), "the header has no value for file_identifier, created");
        let given = UserFileValues { to_participant: None, ..user_file() };
        for flow in [Flow::D0351, Flow::D0172] {
            let answer = given.clone().or(answer.clone());
            let answer = answer.header(&Profile::builtin(flow), None).unwrap();
            assert_eq!((answer.from_participant(), answer.to_participant()), ("EELC", "DCCO"));
            assert_eq!((answer.test_flag(), answer.from_role()), ("TR01", "P"));
        }
    }

    #[test]
    fn text_that_an_item_cannot_hold_is_refused() {
        let profile = Profile::builtin(Flow::D0350);
        for (text, reason) in [
            ("12345678901", "longer than 10 characters"),
            ("a|b", "it cannot contain a pipe or a line ending"),
            ("a\nb", "it cannot contain a pipe or a line ending"),
            ("\u{e9}", "a byte outside ASCII"),
        ] {
            let values = UserFileValues { file_identifier: Some(text.to_owned()), ..user_file() };
            let error = values.header(&profile, None).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Options);
            assert_eq!(error.to_string(), format!("header: file_identifier: {reason}"));
        }
    }
}
