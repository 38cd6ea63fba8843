//! flagflow's writer of gas.

use flagflow_domain::{EffectiveDate, Mprn, ServiceFlag};
use flagflow_gas::{Columns, Detail, E45, Layout, WriterOptions};

use crate::contender::backend;
use crate::question::Result;
use crate::row::Row;
use crate::writer::{COLUMNS, MANY, ONE_BY_ONE, Writer};

/// The same records, typed and as columns.
#[derive(Default)]
pub(crate) struct Updates {
    details: Vec<Detail>,
    points: Vec<Mprn>,
    flags: Vec<ServiceFlag>,
    dates: Vec<EffectiveDate>,
}

type Sink<'a> = flagflow_gas::Writer<&'a mut Vec<u8>>;

impl Updates {
    pub(crate) fn new(rows: &[Row]) -> Result<Self> {
        let mut updates = Self::default();
        for row in rows {
            let flag = ServiceFlag::from_byte(row.flag).ok_or("no flag")?;
            let (point, date) = (Mprn::new(row.point)?, EffectiveDate::from_packed(row.day)?);
            updates.details.push(E45::new(point, flag, date).into());
            updates.points.push(point);
            updates.flags.push(flag);
            updates.dates.push(date);
        }
        Ok(updates)
    }

    pub(crate) fn writers(&self, layout: Layout) -> Vec<Writer<'_>> {
        let way = |name, is_wide, write: fn(&Self, &mut Sink<'_>) -> flagflow_gas::Result<()>| {
            let options = WriterOptions::new().layout(layout).backend(backend(is_wide));
            Writer::new(name, move |out| {
                let mut writer = options.writer(out);
                write(self, &mut writer)?;
                writer.finish().map_err(|error| error.into_parts().0)?;
                Ok(())
            })
        };
        vec![
            way(ONE_BY_ONE, true, Self::one_by_one),
            way(MANY[0], false, Self::many),
            way(MANY[1], true, Self::many),
            way(COLUMNS[0], false, Self::columns),
            way(COLUMNS[1], true, Self::columns),
        ]
    }

    fn one_by_one(&self, writer: &mut Sink<'_>) -> flagflow_gas::Result<()> {
        self.details.iter().try_for_each(|detail| writer.write(*detail))
    }

    fn many(&self, writer: &mut Sink<'_>) -> flagflow_gas::Result<()> {
        writer.write_all(&self.details)
    }

    fn columns(&self, writer: &mut Sink<'_>) -> flagflow_gas::Result<()> {
        // all have the same length
        let columns = Columns::new(&self.points, &self.flags, &self.dates);
        columns.map_or(Ok(()), |it| writer.write_all(it.records()))
    }
}
