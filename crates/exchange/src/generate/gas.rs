//! Gas files.

use flagflow_check::{Flow, RuleId};
use flagflow_codec::{Item, LineKind};
use flagflow_domain::{Edition, Mprn, Outcome, ServiceFlag};
use flagflow_gas::{
    Detail, Field, Gas, Header, Layout, RawRecord, Table, Tag, Trailer, edition_on, table,
    write_detail, write_header, write_trailer,
};

use flagflow_files::{Error, ErrorKind, Result};

use super::around::{ExtraLine, ItemChange, ItemOfFile};
use super::chance::FaultSpot;
use super::draw::Draw;
use super::fault::{SpoilFlow, Spoiler};
use super::values::{InventedValues, days_after};
use super::{GenerateOptions, Maker, check_edition, default_day, default_header, no_layout};

pub(super) struct GasMaker {
    values: InventedValues,
    spoiler: Spoiler<Gas>,
    layout: Layout,
    header: Option<Header>,
    /// True if the records are answers.
    answers: bool,
}

impl GasMaker {
    pub(super) fn new(options: &GenerateOptions) -> Result<Self> {
        let layout = options
            .layout
            .gas()
            .ok_or_else(|| no_layout("gas records", options.layout, "fixed or uklink"))?;
        let header = header(options)?;
        let day = header.map_or(default_day(options.edition), |header| header.creation_date);
        let values = InventedValues::new(options.seed, options.flow, options.edition, day);
        let tag = if options.flow == Flow::E46 { Tag::E46 } else { Tag::E45 };
        let too_late = header.map_or_else(Vec::new, |header| days_after(header.creation_date));
        let spoiler = Spoiler::new(
            (options.seed, options.invalid),
            (table(layout, false), tag),
            header,
            (options.edition, header.is_some()),
            too_late,
        );
        Ok(Self { values, spoiler, layout, header, answers: tag == Tag::E46 })
    }
}

/// Header line put into a bare file, where a header is not allowed.
const LOST_HEADER: &[u8] = b"A000000000001DXI20240102093000000001";

/// The lost header in the layout of UK Link.
const LOST_HEADER_UKLINK: &[u8] = b"\"A00\",1,\"DXI\",20240102,093000,1";

impl SpoilFlow for Gas {
    const STRANGE: [&'static str; 4] = ["E44", "E47", "e45", "X46"];
    const FIRST_DECIDES: bool = true;

    fn name(field: Field) -> Option<&'static str> {
        Some(field.name())
    }

    fn extra(_: &Item<Field>) -> &'static [u8] {
        b""
    }

    fn flags(edition: Edition) -> Vec<ServiceFlag> {
        edition.flags().to_vec()
    }

    fn check_digits(point: u64) -> Option<u64> {
        Mprn::new(point).ok().map(Mprn::expected_check_digits)
    }

    fn item_of_file(rule: RuleId, _: &&'static Table) -> Option<ItemOfFile<Field>> {
        Some(match rule {
            RuleId::InvalidTime => {
                (LineKind::Header, Field::CreationTime, ItemChange::Text(b"250000"))
            }
            RuleId::WrongFileType => (LineKind::Header, Field::FileType, ItemChange::Text(b"XYZ")),
            RuleId::RecordCount => (LineKind::Trailer, Field::RecordCount, ItemChange::OtherDigit),
            _ => return None,
        })
    }

    fn unexpected(
        draw: &mut Draw,
        format: &&'static Table,
        header: Option<&Header>,
        detail: &Detail,
    ) -> Option<Vec<u8>> {
        let (layout, mut line) = (format.layout(), Vec::new());
        match (draw.below(2), detail, header) {
            (0, Detail::E45(update), _) => {
                write_detail(&mut line, layout, update.answered(Outcome::Accepted).into());
            }
            (0, Detail::E46(answer), _) => write_detail(&mut line, layout, answer.update().into()),
            (_, _, Some(header)) => write_header(&mut line, layout, header),
            (_, _, None) => line.extend_from_slice(match layout {
                Layout::Fixed => LOST_HEADER,
                Layout::Uklink => LOST_HEADER_UKLINK,
            }),
        }
        Some(line)
    }
}

/// Returns the header, if there is to be one; its day is of the edition.
fn header(options: &GenerateOptions) -> Result<Option<Header>> {
    let Some(given) = options.envelope else { return Ok(None) };
    if options.edition == Edition::Any {
        let what = "an enveloped file is of one edition: pre-mp077 or mp077";
        return Err(Error::new(ErrorKind::Options, what));
    }
    let header = given.or(default_header(options.edition)).header()?;
    let day = header.creation_date;
    check_edition(day, edition_on(day), options.edition).map(|()| Some(header))
}

impl Maker for GasMaker {
    type Flow = Gas;

    fn before(&self) -> Result<Vec<Vec<u8>>> {
        let line = |header: &Header| {
            let mut line = Vec::new();
            write_header(&mut line, self.layout, header);
            line
        };
        Ok(self.header.iter().map(line).collect())
    }

    fn after(&self, records: u64) -> Result<Vec<Vec<u8>>> {
        if self.header.is_none() {
            return Ok(Vec::new());
        }
        let trailer =
            Trailer::new(records).map_err(|error| Error::writing(std::io::Error::other(error)))?;
        let mut line = Vec::new();
        write_trailer(&mut line, self.layout, trailer);
        Ok(vec![line])
    }

    #[inline]
    fn next(&mut self, _: u64) -> Result<Detail> {
        Ok(self.values.next())
    }

    #[inline]
    fn write(&self, line: &mut Vec<u8>, detail: Detail) -> Result<u64> {
        write_detail(line, self.layout, detail);
        Ok(1)
    }

    fn extra_line(&mut self, rule: RuleId, _: u64) -> Result<Option<ExtraLine>> {
        let line = match (rule, self.layout) {
            (RuleId::PlaceholderDate, _) => {
                let detail = self.values.next();
                return Ok(self.spoiler.placeholder(detail));
            }
            (RuleId::InvalidReason, Layout::Fixed) if self.answers => &b"S72XYZ,0001"[..],
            (RuleId::InvalidReason, Layout::Uklink) if self.answers => b"\"S72\",\"XYZ0001\"",
            _ => return Ok(ExtraLine::plain(rule)),
        };
        let spot = RawRecord::cut(line, self.layout).ok().and_then(|raw| {
            let item = raw.item_of(Field::ReasonCode)?;
            let (field, length) = (Some(Field::ReasonCode.name()), item.as_bytes().len());
            Some(FaultSpot { rule, field, start: item.start(), length })
        });
        Ok(spot.map(|spot| ExtraLine { line: line.to_vec(), spot, records: 0 }))
    }

    fn spoiler(&mut self) -> &mut Spoiler<Self::Flow> {
        &mut self.spoiler
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_header_is_a_header_in_both_layouts() {
        for (line, layout) in [(LOST_HEADER, Layout::Fixed), (LOST_HEADER_UKLINK, Layout::Uklink)] {
            let raw = RawRecord::cut(line, layout).unwrap();
            let mut again = Vec::new();
            write_header(&mut again, layout, &Header::try_from(&raw).unwrap());
            assert_eq!((raw.tag(), again.as_slice()), (Tag::A00, line));
        }
    }
}
