//! Gas files.

use flagflow_check::Layout as AnyLayout;
use flagflow_domain::Edition;
use flagflow_gas::{
    Detail, Header, Layout, Trailer, edition_on, write_detail, write_header, write_trailer,
};

use flagflow_files::{Error, ErrorKind, Result};

use super::chance::{Chance, FaultSpot};
use super::fault::GasSpoiler;
use super::values::InventedValues;
use super::{GenerateOptions, Maker, check_edition, default_day, default_header};

pub(super) struct GasMaker {
    values: InventedValues,
    spoiler: GasSpoiler,
    layout: Layout,
    header: Option<Header>,
}

impl GasMaker {
    pub(super) fn new(options: &GenerateOptions) -> Result<Self> {
        let layout = layout(options.layout)?;
        let header = header(options)?;
        let day = header.map_or(default_day(options.edition), |header| header.creation_date);
        let kind = (options.flow, layout, options.edition);
        let values = InventedValues::new(options.seed, options.flow, options.edition, day);
        let spoiler = GasSpoiler::new(options.seed, options.invalid, kind, header);
        Ok(Self { values, spoiler, layout, header })
    }
}

fn layout(layout: AnyLayout) -> Result<Layout> {
    match layout {
        AnyLayout::Fixed => Ok(Layout::Fixed),
        AnyLayout::Uklink => Ok(Layout::Uklink),
        _ => {
            let what = format!("gas records have no layout {layout}: fixed or uklink");
            Err(Error::new(ErrorKind::Options, what))
        }
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
    type Record = Detail;

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
    fn write(&self, line: &mut Vec<u8>, detail: Detail) -> Result<()> {
        write_detail(line, self.layout, detail);
        Ok(())
    }

    fn chance(&mut self) -> &mut Chance<Detail> {
        &mut self.spoiler.chance
    }

    fn spoil(&mut self, line: &mut Vec<u8>, detail: Detail, first: bool) -> Option<FaultSpot> {
        self.spoiler.spoil(line, detail, first)
    }
}
