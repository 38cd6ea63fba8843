//! Headers and trailers around records that are copied: what a trailer counts, put right in the
//! trailer as it was received, or a rebuilt one.

use flagflow_check::{FileFormat, Options};
use flagflow_domain::EffectiveDate;
use flagflow_electricity::{
    Field as Item, FileOrder, Flow, Header as UserHeader, LineTag, Position, Profile,
    RawRecord as RawLine, Role as UserRole, Timestamp,
};
use flagflow_gas::{Field, FileOrder as GasOrder, RawRecord, Role, Tag, Trailer, table};

use flagflow_files::header::{HeaderValues, UserFileValues};
use flagflow_files::{Error, ErrorKind, Result};

/// Kind of a line, by the code at its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineCode {
    Gas(Option<Tag>),
    Electricity(Option<LineTag>),
}

impl LineCode {
    /// Reads the kind of a line from its beginning.
    pub(crate) fn of(line: &[u8], shape: FileFormat<'_>) -> Self {
        match shape {
            FileFormat::Gas(layout) => Self::Gas(RawRecord::peek_tag(line, layout)),
            FileFormat::Electricity(layout, profile) => {
                Self::Electricity(RawLine::peek_tag(line, profile.table(layout)))
            }
        }
    }

    pub(crate) const fn is_header(self) -> bool {
        matches!(self, Self::Gas(Some(Tag::A00)) | Self::Electricity(Some(LineTag::Header)))
    }

    pub(crate) const fn is_trailer(self) -> bool {
        matches!(self, Self::Gas(Some(Tag::Z99)) | Self::Electricity(Some(LineTag::Trailer)))
    }

    /// Returns the level of the line; `None` for a code that the file's table does not have.
    pub(crate) fn level(self, shape: FileFormat<'_>) -> Option<u8> {
        match (self, shape) {
            (Self::Electricity(Some(tag)), FileFormat::Electricity(layout, profile)) => {
                Some(profile.table(layout).line(tag)?.level())
            }
            _ => None,
        }
    }

    /// Returns true if the line belongs to the record above: a reason, or a line of a group that
    /// has its place below records.
    pub(crate) fn is_below(self, shape: FileFormat<'_>) -> bool {
        match (self, shape) {
            (Self::Gas(tag), _) => tag == Some(Tag::S72),
            (Self::Electricity(Some(tag)), FileFormat::Electricity(layout, profile)) => {
                is_below_records(profile.table(layout), tag)
            }
            _ => false,
        }
    }
}

/// Returns true if a line has its place below records.
fn is_below_records(table: &flagflow_electricity::Table, tag: LineTag) -> bool {
    let parent = table.line(tag).and_then(flagflow_electricity::Group::parent);
    parent.is_some_and(|parent| parent == LineTag::Record || is_below_records(table, parent))
}

/// Returns true if a record of a file can have lines below it.
pub(crate) fn has_lines_below(shape: FileFormat<'_>, options: &Options) -> bool {
    match shape {
        FileFormat::Gas(_) => options.with_reasons,
        FileFormat::Electricity(layout, profile) => {
            let table = profile.table(layout);
            table.lines().iter().any(|line| is_below_records(table, line.tag()))
        }
    }
}

/// Counts lines as a trailer does.
#[derive(Clone, Debug)]
pub(crate) enum EnvelopeCounts {
    Gas {
        order: GasOrder,
        records: u64,
        count_reasons: bool,
    },
    /// The order, and true if a line was missing above a place that was reached.
    Electricity {
        order: FileOrder,
        is_short: bool,
    },
}

impl EnvelopeCounts {
    pub(crate) fn new(shape: FileFormat<'_>, options: &Options) -> Self {
        match shape {
            FileFormat::Gas(layout) => {
                let order = GasOrder::new(table(layout, options.with_reasons));
                Self::Gas { order, records: 0, count_reasons: options.count_reasons }
            }
            FileFormat::Electricity(_, profile) => {
                Self::Electricity { order: FileOrder::new(profile), is_short: false }
            }
        }
    }

    /// Counts the next line with text, by its code. Returns true for the trailer, which ends the
    /// count.
    #[inline]
    pub(crate) fn add(&mut self, code: LineCode) -> bool {
        match (self, code) {
            (Self::Gas { order, records, count_reasons }, LineCode::Gas(tag)) => {
                let role = order.place(tag);
                *records += match role {
                    Role::Record | Role::Misplaced => 1,
                    Role::Reason => u64::from(*count_reasons),
                    Role::Header | Role::Group | Role::Trailer => 0,
                };
                role == Role::Trailer
            }
            (Self::Electricity { order, is_short }, LineCode::Electricity(tag)) => {
                while let Some(missing) = order.shortfall_before(tag) {
                    *is_short |= is_of_groups(missing.parent);
                }
                order.place(tag) == UserRole::Trailer
            }
            _ => false,
        }
    }

    /// Returns true if the next line would be a group in its place.
    #[inline]
    pub(crate) fn takes_group(&self, code: LineCode) -> bool {
        match (self, code) {
            (_, LineCode::Electricity(None | Some(LineTag::Record))) => false,
            (Self::Electricity { order, .. }, LineCode::Electricity(tag)) => {
                let mut order = *order;
                order.place(tag) == UserRole::Group
            }
            _ => false,
        }
    }

    /// Counts records in their places, at least one, by the code of each.
    pub(crate) fn add_records(&mut self, code: LineCode, count: u64) {
        self.add(code);
        match self {
            Self::Gas { records, .. } => *records += count - 1,
            Self::Electricity { order, .. } => order.take_records(count - 1),
        }
    }

    /// Counts reasons below the last record.
    pub(crate) fn add_reasons(&mut self, reasons: u64) {
        match self {
            Self::Gas { records, count_reasons, .. } => {
                *records += if *count_reasons { reasons } else { 0 };
            }
            Self::Electricity { order, .. } => (0..reasons).for_each(|_| {
                order.place(Some(LineTag::Reason));
            }),
        }
    }

    /// Returns true if a group is missing, or the records of a group are, where the file ends now.
    pub(crate) fn is_short(&self) -> bool {
        let Self::Electricity { order, is_short } = self else { return false };
        let mut order = *order;
        *is_short
            || std::iter::from_fn(|| order.shortfall_at_end())
                .any(|missing| is_of_groups(missing.parent))
    }

    /// Returns the correct numbers of the trailer.
    pub(crate) const fn numbers(&self) -> [(Count, u64); 2] {
        match self {
            Self::Gas { records, .. } => [(Count::Records, *records), (Count::Records, *records)],
            Self::Electricity { order, .. } => {
                [(Count::Groups, order.group_count()), (Count::Flows, order.flow_count())]
            }
        }
    }
}

/// Returns true for a line that is missing in the file or below a group, by the place of its
/// parent. Those below a record are part of that record.
fn is_of_groups(parent: Option<Position>) -> bool {
    parent.is_none_or(|parent| parent.record.is_none())
}

/// One number of a trailer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    /// Records of a gas file.
    Records,
    /// Lines between header and trailer of an electricity file.
    Groups,
    /// Top-level groups.
    Flows,
}

/// Returns a trailer as it was received with its numbers put right, without an end; `None` where it
/// has no such fields.
///
/// In a layout of fixed lengths a number keeps its length. In another, one that was written with
/// leading zeros has as many digits as before, any other as many as it needs. So numbers that are
/// changed and changed back are what they were.
pub(crate) fn recount(
    line: &[u8],
    shape: FileFormat<'_>,
    counts: &EnvelopeCounts,
) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(line.len() + 8);
    let mut copied = 0;
    let mut places = places(line, shape)?;
    places.sort_by_key(|(_, start, _)| *start);
    for (count, start, length) in places {
        let (_, number) = counts.numbers().into_iter().find(|(kind, _)| *kind == count)?;
        out.extend_from_slice(line.get(copied..start)?);
        copied = start + length;
        let received = line.get(start..copied)?;
        let keeps_width = is_fixed(shape) || received.first() == Some(&b'0');
        let width = if keeps_width { received.len() } else { 0 };
        out.extend_from_slice(format!("{number:0width$}").as_bytes());
    }
    out.extend_from_slice(&line[copied..]);
    Some(out)
}

/// Returns the places of the numbers in a trailer.
fn places(line: &[u8], shape: FileFormat<'_>) -> Option<Vec<(Count, usize, usize)>> {
    match shape {
        FileFormat::Gas(layout) => {
            let raw = RawRecord::cut(line, layout).ok()?;
            let mut fields = raw.fields();
            let (_, start, bytes) = fields.find(|(field, ..)| *field == Field::RecordCount)?;
            Some(vec![(Count::Records, start, bytes.len())])
        }
        FileFormat::Electricity(layout, profile) => {
            let raw = RawLine::cut(line, profile.table(layout)).ok()?;
            let place = |count, item| {
                let item = raw.item_of(item)?;
                Some((count, item.start(), item.as_bytes().len()))
            };
            Some(vec![
                place(Count::Groups, Item::GroupCount)?,
                place(Count::Flows, Item::FlowCount)?,
            ])
        }
    }
}

/// Returns true if every field has a fixed length.
const fn is_fixed(shape: FileFormat<'_>) -> bool {
    matches!(
        shape,
        FileFormat::Gas(flagflow_gas::Layout::Fixed)
            | FileFormat::Electricity(flagflow_electricity::Layout::Zhf, _)
    )
}

/// Values of a header that a trailer or a reader of flags needs.
#[derive(Clone, Debug, Default)]
pub(crate) struct HeaderSays {
    /// The day that the file was made.
    pub(crate) day: Option<EffectiveDate>,
    /// The header of an electricity file, where all of it can be read.
    user: Option<UserHeader>,
}

impl HeaderSays {
    /// Returns the participant that the MPANs' distributor should be.
    pub(crate) fn participant(&self, shape: FileFormat<'_>) -> Option<&str> {
        let FileFormat::Electricity(_, profile) = shape else { return None };
        let header = self.user.as_ref()?;
        Some(match profile.flow() {
            Flow::D0350 => header.to_participant(),
            Flow::D0351 | Flow::D0172 => header.from_participant(),
        })
    }

    pub(crate) fn read(line: &[u8], shape: FileFormat<'_>) -> Self {
        match shape {
            FileFormat::Gas(layout) => {
                let header = RawRecord::cut(line, layout)
                    .and_then(|raw| flagflow_gas::Header::try_from(&raw));
                Self { day: header.ok().map(|header| header.creation_date), user: None }
            }
            FileFormat::Electricity(layout, profile) => {
                let raw = RawLine::cut(line, profile.table(layout)).ok();
                let user = raw.and_then(|raw| UserHeader::try_from(&raw).ok());
                Self { day: user.as_ref().map(UserHeader::day), user }
            }
        }
    }
}

/// Returns a rebuilt trailer, without a line ending; `None` if a required value is unknown.
pub(crate) fn made_trailer(
    shape: FileFormat<'_>,
    counts: &EnvelopeCounts,
    header: &HeaderSays,
    completed: Option<Timestamp>,
) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    match (shape, counts) {
        (FileFormat::Gas(layout), EnvelopeCounts::Gas { records, .. }) => {
            flagflow_gas::write_trailer(&mut line, layout, Trailer::new(*records).ok()?);
        }
        (FileFormat::Electricity(layout, profile), EnvelopeCounts::Electricity { order, .. }) => {
            let header = header.user.as_ref()?;
            let completed = completed.unwrap_or(header.created());
            let (groups, flows) = (order.group_count(), order.flow_count());
            let id = header.file_identifier();
            let trailer = flagflow_electricity::Trailer::new(id, groups, flows, completed).ok()?;
            flagflow_electricity::write_trailer(&mut line, layout, profile, &trailer).ok()?;
        }
        _ => return None,
    }
    Some(line)
}

/// Time of completion in a received trailer.
pub(crate) fn completed(line: &[u8], shape: FileFormat<'_>) -> Option<Timestamp> {
    let FileFormat::Electricity(layout, profile) = shape else { return None };
    let raw = RawLine::cut(line, profile.table(layout)).ok()?;
    raw.item_of(Item::Completed)?.read(flagflow_electricity::field::parse_timestamp).ok()
}

/// Values given by a user for a header that is missing or has to be replaced.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given<'o> {
    pub(crate) gas: &'o HeaderValues,
    pub(crate) user_file: &'o UserFileValues,
}

impl Given<'_> {
    /// Returns true if any value applies to a file of this shape.
    pub(crate) fn is_any(&self, shape: FileFormat<'_>) -> bool {
        match shape {
            FileFormat::Gas(_) => !self.gas.is_empty(),
            FileFormat::Electricity(..) => !self.user_file.is_empty(),
        }
    }

    /// Returns a header of these values over what can be read of the received one, without an end.
    pub(crate) fn header(
        &self,
        shape: FileFormat<'_>,
        received: Option<&[u8]>,
        options: &Options,
    ) -> Result<Vec<u8>> {
        let mut line = Vec::new();
        match shape {
            FileFormat::Gas(layout) => {
                let known = |values: HeaderValues| HeaderValues {
                    file_type: values.file_type.filter(|own| options.file_types.contains(own)),
                    ..values
                };
                let below = received.map(|line| known(HeaderValues::legible(line, layout)));
                let header = self.gas.or(below.unwrap_or_default()).header()?;
                flagflow_gas::write_header(&mut line, layout, &header);
            }
            FileFormat::Electricity(layout, profile) => {
                let header = self.user_file.header(profile, None)?;
                user_header(&mut line, layout, profile, &header)?;
            }
        }
        Ok(line)
    }
}

fn user_header(
    line: &mut Vec<u8>,
    layout: flagflow_electricity::Layout,
    profile: &Profile,
    header: &UserHeader,
) -> Result<()> {
    flagflow_electricity::write_header(line, layout, profile, header)
        .map_err(|error| Error::new(ErrorKind::Options, format!("header: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(shape: FileFormat<'_>, codes: &[LineCode]) -> EnvelopeCounts {
        let mut counts = EnvelopeCounts::new(shape, &Options::default());
        for code in codes {
            counts.add(*code);
        }
        counts
    }

    #[test]
    fn only_the_numbers_of_a_trailer_change_and_change_back() {
        let shape = FileFormat::Gas(flagflow_gas::Layout::Uklink);
        let nine = counted(shape, &[LineCode::Gas(Some(Tag::E45)); 9]);
        let ten = counted(shape, &[LineCode::Gas(Some(Tag::E45)); 10]);
        for (received, fewer) in
            [("\"Z99\",10", "\"Z99\",9"), ("Z99,\"0010\"", "Z99,\"0009\""), ("Z99,10", "Z99,9")]
        {
            let less = recount(received.as_bytes(), shape, &nine).unwrap();
            assert_eq!(String::from_utf8_lossy(&less), fewer);
            assert_eq!(recount(&less, shape, &ten).unwrap(), received.as_bytes());
        }
        assert_eq!(recount(b"Z99", shape, &ten), None);
    }

    #[test]
    fn electricity_counts_lines_and_groups() {
        let profile = Profile::builtin(flagflow_electricity::Flow::D0350);
        let kinds = [LineTag::Group, LineTag::Record, LineTag::Record, LineTag::Group];
        for (layout, received, expected) in [
            (
                flagflow_electricity::Layout::Zhv,
                "ZPT|7|10||3|20220101000000|",
                "ZPT|7|4||2|20220101000000|",
            ),
            (
                flagflow_electricity::Layout::Zhf,
                "ZPT7         1234567890          000000000320220101000000",
                "ZPT7         0000000004          000000000220220101000000",
            ),
        ] {
            let shape = FileFormat::Electricity(layout, &profile);
            let counts = counted(shape, &kinds.map(|kind| LineCode::Electricity(Some(kind))));
            let line = recount(received.as_bytes(), shape, &counts).unwrap();
            assert_eq!(String::from_utf8_lossy(&line), expected);
        }
    }
}
