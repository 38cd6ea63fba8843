//! flagflow's writer of electricity, without an envelope.

use flagflow_domain::{EffectiveDate, MpanCore, ServiceFlag};
use flagflow_electricity::{D0350, Flow, Layout, Profile, SupplierId, WriterOptions};

use crate::contender::backend;
use crate::question::Result;
use crate::row::Row;
use crate::writer::{MANY, ONE_BY_ONE, Writer};

/// The same records, typed.
pub(crate) struct Updates(Vec<D0350>);

type Sink<'a> = flagflow_electricity::Writer<&'a mut Vec<u8>>;

impl Updates {
    pub(crate) fn new(rows: &[Row]) -> Result<Self> {
        Ok(Self(rows.iter().map(update).collect::<Result<_>>()?))
    }

    pub(crate) fn writers(&self) -> Vec<Writer<'_>> {
        type Write = fn(&Updates, &mut Sink<'_>) -> flagflow_electricity::Result<()>;
        let way = |name, is_wide, write: Write| {
            let options = WriterOptions::new(Profile::builtin(Flow::D0350));
            let options = options.layout(Layout::Zhv).backend(backend(is_wide));
            Writer::new(name, move |out| {
                let mut writer = options.clone().writer(out);
                write(self, &mut writer)?;
                writer.finish().map_err(|error| error.into_parts().0)?;
                Ok(())
            })
        };
        vec![
            way(ONE_BY_ONE, true, |it, writer| it.0.iter().try_for_each(|it| writer.write(*it))),
            way(MANY[0], false, |it, writer| writer.write_all(&it.0)),
            way(MANY[1], true, |it, writer| writer.write_all(&it.0)),
        ]
    }
}

fn update(row: &Row) -> Result<D0350> {
    let flag = ServiceFlag::from_byte(row.flag).ok_or("no flag")?;
    let supplier = SupplierId::from_bytes(&row.supplier).ok_or("no supplier")?;
    let (mpan, date) = (MpanCore::new(row.point)?, EffectiveDate::from_packed(row.day)?);
    Ok(D0350::new(row.number, mpan, flag, date, supplier)?)
}
