//! The records: typed, and lazy over the bytes of a line. This is the definition.

use crate::error::Fault;
use crate::field::{
    CreationTime, FieldFault, FileType, ReasonCode, parse_date, parse_file_type, parse_flag,
    parse_generation, parse_mprn, parse_number, parse_outcome, parse_reason, parse_time,
};
use crate::layout::{Field, Gas, Layout, Tag};
use flagflow_codec::{OutOfRange, try_from_record};
use flagflow_domain::{EffectiveDate, Mprn, Outcome, ServiceFlag};

/// One line cut into fields, its values unread.
pub type RawRecord<'a> = flagflow_codec::RawLine<'a, Gas>;

/// A detail record as a reader hands it out, cut into fields.
pub type Record = flagflow_codec::Record<Gas>;

/// Reads one field by its parser.
fn read<'a, T>(
    raw: &RawRecord<'a>,
    field: Field,
    parse: impl Fn(&'a [u8], Layout) -> Result<T, FieldFault>,
) -> Result<T, Fault> {
    raw.read(field, |bytes| parse(bytes, raw.layout()))
}

/// One update of a flag, from the DCC to the gas Registration Data Provider.
///
/// Source: MP077 legal text v0.1, SEC Appendix X section 3.29(a). 22 bytes in the fixed layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct E45 {
    meter_point_reference: Mprn,
    #[cfg_attr(feature = "serde", serde(rename = "dcc_service_flag"))]
    flag: ServiceFlag,
    #[cfg_attr(feature = "serde", serde(rename = "dcc_service_effective_from_date"))]
    effective_from: EffectiveDate,
}

impl E45 {
    /// An update of a point's flag, effective from a day on.
    #[must_use]
    pub const fn new(
        meter_point_reference: Mprn,
        flag: ServiceFlag,
        effective_from: EffectiveDate,
    ) -> Self {
        Self { meter_point_reference, flag, effective_from }
    }

    /// Meter Point Reference.
    #[must_use]
    pub const fn meter_point_reference(&self) -> Mprn {
        self.meter_point_reference
    }

    /// DCC Service Flag.
    #[must_use]
    pub const fn flag(&self) -> ServiceFlag {
        self.flag
    }

    /// DCC Service Effective From Date, the first day that the flag applies.
    #[must_use]
    pub const fn effective_from(&self) -> EffectiveDate {
        self.effective_from
    }

    /// The answer to this update.
    #[must_use]
    pub const fn answered(self, outcome: Outcome) -> E46 {
        E46 { outcome, update: self }
    }
}

/// The definition: the fields of section 3.29(a), in its order.
impl TryFrom<&RawRecord<'_>> for E45 {
    type Error = Fault;

    fn try_from(raw: &RawRecord<'_>) -> Result<Self, Fault> {
        raw.require(Tag::E45)?;
        Ok(Self {
            meter_point_reference: read(raw, Field::MeterPointReference, parse_mprn)?,
            flag: read(raw, Field::DccServiceFlag, parse_flag)?,
            effective_from: read(raw, Field::DccServiceEffectiveFromDate, parse_date)?,
        })
    }
}

/// The answer to one update, from the gas Registration Data Provider to the DCC.
///
/// Source: MP077 legal text v0.1, SEC Appendix X section 3.28(b)(i). 24 bytes in the fixed layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct E46 {
    #[cfg_attr(feature = "serde", serde(rename = "outcome_code"))]
    outcome: Outcome,
    #[cfg_attr(feature = "serde", serde(flatten))]
    update: E45,
}

impl E46 {
    /// An answer to an update of a point's flag.
    #[must_use]
    pub const fn new(
        outcome: Outcome,
        meter_point_reference: Mprn,
        flag: ServiceFlag,
        effective_from: EffectiveDate,
    ) -> Self {
        E45::new(meter_point_reference, flag, effective_from).answered(outcome)
    }

    /// Outcome Code.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Meter Point Reference.
    #[must_use]
    pub const fn meter_point_reference(&self) -> Mprn {
        self.update.meter_point_reference
    }

    /// DCC Service Flag.
    #[must_use]
    pub const fn flag(&self) -> ServiceFlag {
        self.update.flag
    }

    /// DCC Service Effective From Date, the first day that the flag applies.
    #[must_use]
    pub const fn effective_from(&self) -> EffectiveDate {
        self.update.effective_from
    }

    /// The update that this answers.
    #[must_use]
    pub const fn update(&self) -> E45 {
        self.update
    }
}

/// The definition: the fields of section 3.28(b)(i), in its order.
impl TryFrom<&RawRecord<'_>> for E46 {
    type Error = Fault;

    fn try_from(raw: &RawRecord<'_>) -> Result<Self, Fault> {
        raw.require(Tag::E46)?;
        Ok(Self::new(
            read(raw, Field::OutcomeCode, parse_outcome)?,
            read(raw, Field::MeterPointReference, parse_mprn)?,
            read(raw, Field::DccServiceFlag, parse_flag)?,
            read(raw, Field::DccServiceEffectiveFromDate, parse_date)?,
        ))
    }
}

/// A detail record: what stands between a file's header and its trailer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "transaction_type")
)]
pub enum Detail {
    /// An update.
    E45(E45),
    /// An answer.
    E46(E46),
}

impl Detail {
    /// Returns which record it is.
    #[must_use]
    pub const fn tag(&self) -> Tag {
        match self {
            Self::E45(_) => Tag::E45,
            Self::E46(_) => Tag::E46,
        }
    }

    /// The update itself, or the one that is answered.
    #[must_use]
    pub const fn update(&self) -> E45 {
        match self {
            Self::E45(update) => *update,
            Self::E46(answer) => answer.update,
        }
    }

    /// Outcome Code, of an answer.
    #[must_use]
    pub const fn outcome(&self) -> Option<Outcome> {
        match self {
            Self::E45(_) => None,
            Self::E46(answer) => Some(answer.outcome),
        }
    }

    /// Meter Point Reference.
    #[must_use]
    pub const fn meter_point_reference(&self) -> Mprn {
        self.update().meter_point_reference
    }

    /// DCC Service Flag.
    #[must_use]
    pub const fn flag(&self) -> ServiceFlag {
        self.update().flag
    }

    /// DCC Service Effective From Date.
    #[must_use]
    pub const fn effective_from(&self) -> EffectiveDate {
        self.update().effective_from
    }

    /// The same record with another flag.
    #[must_use]
    pub const fn with_flag(self, flag: ServiceFlag) -> Self {
        let update = E45 { flag, ..self.update() };
        match self {
            Self::E45(_) => Self::E45(update),
            Self::E46(answer) => Self::E46(update.answered(answer.outcome)),
        }
    }
}

impl TryFrom<&RawRecord<'_>> for Detail {
    type Error = Fault;

    fn try_from(raw: &RawRecord<'_>) -> Result<Self, Fault> {
        match raw.tag() {
            Tag::E45 => E45::try_from(raw).map(Self::E45),
            Tag::E46 => E46::try_from(raw).map(Self::E46),
            Tag::A00 | Tag::S72 | Tag::Z99 => Err(raw.unexpected()),
        }
    }
}

impl From<E45> for Detail {
    fn from(update: E45) -> Self {
        Self::E45(update)
    }
}

impl From<&E45> for Detail {
    fn from(update: &E45) -> Self {
        Self::E45(*update)
    }
}

impl From<E46> for Detail {
    fn from(answer: E46) -> Self {
        Self::E46(answer)
    }
}

impl From<&E46> for Detail {
    fn from(answer: &E46) -> Self {
        Self::E46(*answer)
    }
}

impl From<&Self> for Detail {
    fn from(detail: &Self) -> Self {
        *detail
    }
}

impl TryFrom<Detail> for E45 {
    type Error = Detail;

    fn try_from(detail: Detail) -> Result<Self, Detail> {
        match detail {
            Detail::E45(update) => Ok(update),
            Detail::E46(_) => Err(detail),
        }
    }
}

impl TryFrom<Detail> for E46 {
    type Error = Detail;

    fn try_from(detail: Detail) -> Result<Self, Detail> {
        match detail {
            Detail::E46(answer) => Ok(answer),
            Detail::E45(_) => Err(detail),
        }
    }
}

/// The header of an enveloped file, `A00`.
///
/// Source: UK Link file format notes (profile). The lengths of the last two fields are inferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub struct Header {
    /// ORGANISATION_ID, at most 10 digits.
    #[cfg_attr(feature = "arbitrary", arbitrary(with = |u: &mut arbitrary::Unstructured<'_>| {
        u.int_in_range(0..=Header::MAX_ORGANISATION_ID)
    }))]
    organisation_id: u64,
    /// FILE_TYPE, 3 characters, `DXI` for the DCC Status File.
    pub file_type: FileType,
    /// CREATION_DATE, the file's day.
    pub creation_date: EffectiveDate,
    /// CREATION_TIME.
    pub creation_time: CreationTime,
    /// GENERATION_NUMBER, at most 6 digits.
    #[cfg_attr(feature = "arbitrary", arbitrary(with = |u: &mut arbitrary::Unstructured<'_>| {
        u.int_in_range(0..=Header::MAX_GENERATION_NUMBER)
    }))]
    generation_number: u32,
}

impl Header {
    /// The largest ORGANISATION_ID, 10 digits.
    pub const MAX_ORGANISATION_ID: u64 = 9_999_999_999;
    /// The largest GENERATION_NUMBER, 6 digits.
    pub const MAX_GENERATION_NUMBER: u32 = 999_999;

    /// A header of its five values.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] for an organisation of more than 10 digits, a generation of more than 6.
    pub const fn new(
        organisation_id: u64,
        file_type: FileType,
        creation_date: EffectiveDate,
        creation_time: CreationTime,
        generation_number: u32,
    ) -> Result<Self, OutOfRange<Field>> {
        if organisation_id > Self::MAX_ORGANISATION_ID {
            return Err(OutOfRange(Field::OrganisationId));
        }
        if generation_number > Self::MAX_GENERATION_NUMBER {
            return Err(OutOfRange(Field::GenerationNumber));
        }
        Ok(Self { organisation_id, file_type, creation_date, creation_time, generation_number })
    }

    /// ORGANISATION_ID.
    #[must_use]
    pub const fn organisation_id(&self) -> u64 {
        self.organisation_id
    }

    /// GENERATION_NUMBER.
    #[must_use]
    pub const fn generation_number(&self) -> u32 {
        self.generation_number
    }
}

/// The definition: the fields of the header, in their order.
impl TryFrom<&RawRecord<'_>> for Header {
    type Error = Fault;

    fn try_from(raw: &RawRecord<'_>) -> Result<Self, Fault> {
        raw.require(Tag::A00)?;
        Ok(Self {
            organisation_id: read(raw, Field::OrganisationId, |f, _| parse_number(f, 10))?,
            file_type: read(raw, Field::FileType, parse_file_type)?,
            creation_date: read(raw, Field::CreationDate, parse_date)?,
            creation_time: read(raw, Field::CreationTime, parse_time)?,
            generation_number: read(raw, Field::GenerationNumber, parse_generation)?,
        })
    }
}

/// The trailer of an enveloped file, `Z99`.
///
/// Source: UK Link file format notes (profile). The length of its number is inferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Trailer {
    /// RECORD_COUNT: how many detail records there are, header and trailer not counted.
    record_count: u64,
}

impl Trailer {
    /// The largest RECORD_COUNT, 10 digits.
    pub const MAX_RECORD_COUNT: u64 = 9_999_999_999;

    /// A trailer that declares so many records.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] for a number of more than 10 digits.
    pub const fn new(record_count: u64) -> Result<Self, OutOfRange<Field>> {
        if record_count > Self::MAX_RECORD_COUNT {
            return Err(OutOfRange(Field::RecordCount));
        }
        Ok(Self { record_count })
    }

    /// RECORD_COUNT.
    #[must_use]
    pub const fn record_count(&self) -> u64 {
        self.record_count
    }
}

/// The definition: the fields of the trailer, in their order.
impl TryFrom<&RawRecord<'_>> for Trailer {
    type Error = Fault;

    fn try_from(raw: &RawRecord<'_>) -> Result<Self, Fault> {
        raw.require(Tag::Z99)?;
        let record_count = read(raw, Field::RecordCount, |field, _| parse_number(field, 10))?;
        Ok(Self { record_count })
    }
}

/// The definition: the fields of a reason record, in their order.
impl TryFrom<&RawRecord<'_>> for ReasonCode {
    type Error = Fault;

    fn try_from(raw: &RawRecord<'_>) -> Result<Self, Fault> {
        raw.require(Tag::S72)?;
        read(raw, Field::ReasonCode, parse_reason)
    }
}

try_from_record!(Gas: E45, E46, Detail);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn day(packed: u32) -> EffectiveDate {
        EffectiveDate::from_packed(packed).unwrap()
    }

    fn parse<'a, T: TryFrom<&'a RawRecord<'a>>>(raw: &'a RawRecord<'a>) -> Result<T, T::Error> {
        T::try_from(raw)
    }

    #[test]
    fn both_layouts_carry_the_same_update() {
        let update = E45::new(Mprn::new(123_409).unwrap(), ServiceFlag::NonActive, day(20_240_229));
        for (line, layout) in [
            (&b"E450000123409N20240229"[..], Layout::Fixed),
            (b"\"E45\",123409,\"N\",20240229", Layout::Uklink),
            (b"E45,0000123409,N,\"20240229\"", Layout::Uklink),
        ] {
            let raw = RawRecord::cut(line, layout).unwrap();
            assert_eq!(parse(&raw), Ok(update));
            assert_eq!(parse(&raw), Ok(Detail::E45(update)));
            assert!(parse::<E46>(&raw).is_err());
            assert_eq!(raw.field(Field::DccServiceFlag), Some(&b"N"[..]));
            assert_eq!(raw.field(Field::OutcomeCode), None);
            assert_eq!(raw.fields().count(), 4);
            assert_eq!((raw.as_bytes(), raw.layout(), raw.tag()), (line, layout, Tag::E45));
        }
    }

    #[test]
    fn an_answer_has_the_values_of_its_update() {
        let (point, flag, date) = (Mprn::new(7).unwrap(), ServiceFlag::Withdrawn, day(20_201_231));
        let answer = E46::new(Outcome::Accepted, point, flag, date);
        assert_eq!(answer.outcome(), Outcome::Accepted);
        assert_eq!(answer.meter_point_reference(), point);
        assert_eq!((answer.flag(), answer.effective_from()), (flag, date));
        assert_eq!(answer.update(), E45::new(point, flag, date));
    }

    #[test]
    fn the_first_bad_field_is_named_at_its_place() {
        let fault = |line: &'static [u8], layout| {
            let raw = RawRecord::cut(line, layout).unwrap();
            parse::<Detail>(&raw).unwrap_err()
        };
        let at = |kind, field, start, length| Fault { kind, field: Some(field), start, length };
        assert_eq!(
            fault(b"E46XX12345678 0a20211305", Layout::Fixed),
            at(ErrorKind::UnknownOutcome, Field::OutcomeCode, 3, 2)
        );
        assert_eq!(
            fault(b"E46AC12345678 0a20211305", Layout::Fixed),
            at(ErrorKind::NotANumber, Field::MeterPointReference, 5, 10)
        );
        assert_eq!(
            fault(b"\"E45\",\"1234567810\",\"a\",20211305", Layout::Uklink),
            at(ErrorKind::UnknownFlag, Field::DccServiceFlag, 20, 1)
        );
        assert_eq!(
            fault(b"E451234567810A2021\xC3305", Layout::Fixed),
            at(ErrorKind::NonAscii, Field::DccServiceEffectiveFromDate, 18, 1)
        );
    }

    #[test]
    fn header_and_trailer_have_their_values() {
        let raw = RawRecord::cut(b"A000000000042DXI20211105093000000007", Layout::Fixed).unwrap();
        let header: Header = parse(&raw).unwrap();
        assert_eq!((header.organisation_id(), header.generation_number()), (42, 7));
        assert_eq!(header.creation_date, day(20_211_105));
        assert_eq!(header.creation_time.to_string(), "093000");
        let raw = RawRecord::cut(b"\"Z99\",12", Layout::Uklink).unwrap();
        assert_eq!(parse(&raw), Ok(Trailer { record_count: 12 }));
        assert!(parse::<Detail>(&raw).is_err());
        let time = header.creation_time;
        for (organisation, generation, field) in [
            (Header::MAX_ORGANISATION_ID + 1, 0, Field::OrganisationId),
            (0, Header::MAX_GENERATION_NUMBER + 1, Field::GenerationNumber),
        ] {
            let refused = Header::new(organisation, FileType::DXI, day(101), time, generation);
            assert_eq!(refused, Err(OutOfRange(field)));
        }
        let most = Header::MAX_GENERATION_NUMBER;
        let latest = Header::new(Header::MAX_ORGANISATION_ID, FileType::DXI, day(101), time, most);
        assert_eq!(latest.map(|header| header.generation_number()), Ok(999_999));
        let most = Trailer::MAX_RECORD_COUNT;
        assert_eq!(Trailer::new(most).map(|trailer| trailer.record_count()), Ok(most));
        assert_eq!(Trailer::new(most + 1), Err(OutOfRange(Field::RecordCount)));
    }

    #[test]
    fn each_record_is_only_what_its_tag_says() {
        let lines: [&[u8]; 5] = [
            b"A000000000042DXI20211105093000000007",
            b"E451234567810A20211105",
            b"E46RJ1234567810A20211105",
            b"S72XYZ00001",
            b"Z990000000012",
        ];
        for (tag, line) in Tag::ALL.into_iter().zip(lines) {
            let raw = RawRecord::cut(line, Layout::Fixed).unwrap();
            let unexpected = Fault::of_line(ErrorKind::UnexpectedRecord, line);
            let read = [
                parse::<Header>(&raw).map(drop),
                parse::<E45>(&raw).map(drop),
                parse::<E46>(&raw).map(drop),
                parse::<ReasonCode>(&raw).map(drop),
                parse::<Trailer>(&raw).map(drop),
            ];
            let expected = Tag::ALL.map(|it| if it == tag { Ok(()) } else { Err(unexpected) });
            assert_eq!(read, expected, "{tag}");
            let is_detail = matches!(tag, Tag::E45 | Tag::E46);
            let expected = if is_detail { Ok(()) } else { Err(unexpected) };
            assert_eq!(parse::<Detail>(&raw).map(drop), expected, "{tag}");
        }
    }

    #[test]
    fn text_that_is_no_record_is_refused_as_its_line() {
        let unknown = Fault::of_line(ErrorKind::UnknownRecord, b"E4");
        assert_eq!("E4".parse::<E45>(), Err(unknown));
        assert_eq!("E4".parse::<E46>(), Err(unknown));
        assert_eq!("E4".parse::<Detail>(), Err(unknown));
        let long = "E451234567810A202111050";
        let length = Fault::of_line(ErrorKind::WrongLength { expected: 22 }, long.as_bytes());
        assert_eq!(long.parse::<Detail>(), Err(length));
    }

    #[test]
    fn a_detail_is_one_of_two() {
        let update = E45::new(Mprn::MAX, ServiceFlag::Active, EffectiveDate::MAX);
        let answer = update.answered(Outcome::Rejected);
        assert_eq!(answer.update(), update);
        assert_eq!(E45::try_from(Detail::from(update)), Ok(update));
        assert_eq!(E46::try_from(Detail::from(&answer)), Ok(answer));
        assert_eq!(E45::try_from(Detail::from(answer)), Err(Detail::E46(answer)));
        assert_eq!(E46::try_from(Detail::from(update)), Err(Detail::E45(update)));
        let changed = Detail::from(answer).with_flag(ServiceFlag::NonActive);
        assert_eq!(
            (changed.flag(), changed.outcome()),
            (ServiceFlag::NonActive, Some(Outcome::Rejected))
        );
        assert_eq!(changed.meter_point_reference(), Mprn::MAX);
        let changed = Detail::from(update).with_flag(ServiceFlag::Suspended);
        let expected = E45::new(Mprn::MAX, ServiceFlag::Suspended, EffectiveDate::MAX);
        assert_eq!(changed, Detail::E45(expected));
    }
}
