//! Writes events of invented smart meters as csv, for `flagflow notify add`: every meter of a range
//! is commissioned at its own meter point, or decommissioned. Every second meter is of gas, the
//! others are of 22 electricity providers in turn.
//!
//! ```sh
//! cargo run --release -p flagflow-benches --example rollout -- commissioned 0 1000000 > events.csv
//! ```
//!
//! With `updates` it writes an E45 file instead, with one record for each meter of the range.

#![allow(clippy::print_stdout, reason = "an example prints its result")]

use std::error::Error;
use std::io::{BufWriter, Write, stdout};

use flagflow_domain::{MeterPoint, MpanCore, Mprn};
use flagflow_status::DeviceId;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The electricity providers: the 14 distribution areas and 8 of the independent networks.
const PROVIDERS: u64 = 22;

/// Returns the meter point of a meter.
fn point(meter: u64) -> Result<MeterPoint> {
    let (number, fuel) = (meter / 2, meter % 2);
    if fuel == 0 {
        return Ok(MeterPoint::Gas(gas(number)?));
    }
    let network = 10 + number % PROVIDERS;
    let body = network * 10_000_000_000 + number / PROVIDERS;
    Ok(MeterPoint::Electricity(MpanCore::from_body(body).ok_or("too many meters")?))
}

fn gas(number: u64) -> Result<Mprn> {
    Ok(Mprn::from_body(1_000_000 + number).ok_or("too many meters")?)
}

fn main() -> Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [what, from, to] = &arguments[..] else { return Err("give WHAT FROM TO".into()) };
    let meters = from.parse::<u64>()?..to.parse()?;
    let mut out = BufWriter::new(stdout().lock());
    if what != "updates" {
        writeln!(out, "on,device,event,meter_point")?;
    }
    for meter in meters {
        let device = DeviceId::new(0x00DB_0000_0000_0000 + meter);
        match what.as_str() {
            "commissioned" => {
                let point = point(meter)?;
                writeln!(
                    out,
                    "2022-01-01,{device},pending,\n2022-01-01,{device},associated,{point}\n\
                     2022-01-01,{device},whitelisted,\n2022-01-01,{device},commissioned,"
                )?;
            }
            "decommissioned" => writeln!(out, "2022-01-20,{device},decommissioned,")?,
            "updates" => writeln!(out, "E45{:010}A20220101", gas(meter)?.as_u64())?,
            _ => return Err("WHAT is commissioned, decommissioned or updates".into()),
        }
    }
    out.flush()?;
    Ok(())
}
