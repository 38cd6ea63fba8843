//! The standard library's `write!`.

use std::io::Write;

use crate::question::Result;
use crate::row::Row;

/// At fixed lengths.
pub(super) fn fixed(rows: &[Row], out: &mut Vec<u8>) -> Result<()> {
    for Row { point, flag, day, .. } in rows {
        writeln!(out, "E45{point:010}{}{day:08}", char::from(*flag))?;
    }
    Ok(())
}

/// With commas.
pub(super) fn uklink(rows: &[Row], out: &mut Vec<u8>) -> Result<()> {
    for Row { point, flag, day, .. } in rows {
        writeln!(out, "\"E45\",{point},\"{}\",{day:08}", char::from(*flag))?;
    }
    Ok(())
}

/// With pipes.
pub(super) fn zhv(rows: &[Row], out: &mut Vec<u8>) -> Result<()> {
    for Row { number, point, flag, day, supplier, .. } in rows {
        let (flag, supplier) = (char::from(*flag), str::from_utf8(supplier)?);
        writeln!(out, "82H|{number}|DC01|{point:013}|{flag}|{day:08}|{supplier}|")?;
    }
    Ok(())
}
