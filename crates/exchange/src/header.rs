//! The values of a header that a user gives.

use flagflow_domain::EffectiveDate;
use flagflow_gas::{CreationTime, Field, FileType, Header, OutOfRange};

use crate::error::{Error, ErrorKind, Result};

/// Values for an A00 header, as far as they are given. They go over what the input's header has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeaderValues {
    /// ORGANISATION_ID, at most 10 digits.
    pub organisation_id: Option<u64>,
    /// FILE_TYPE; `DXI` where neither this nor the input says it.
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
    /// Whether no value is given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// These values, and those of `below` where one is not given.
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

    /// The header that these values make.
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
        let what = format!("the header has no value for {}", missing.join(", "));
        Error::new(ErrorKind::MissingHeaderValues, what)
    }
}

fn out_of_range(error: OutOfRange) -> Error {
    Error::new(ErrorKind::Options, format!("header: {error}"))
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
}
