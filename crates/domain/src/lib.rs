//! The values that the DCC Service Flag flows carry, each checked when it is made.
//!
//! The Data Communications Company (DCC) tells registration data providers which state the smart
//! service at a meter point is in. Whatever the flow, gas or electricity, such a notice is made of
//! the few values of this crate:
//!
//! | type | what it is | length in the flows |
//! |---|---|---|
//! | [`ServiceFlag`] | the DCC Service Flag, `A`, `N`, `I` or the older `S`, `W` | 1 letter |
//! | [`Edition`] | which of those letters a file may use | |
//! | [`Mprn`] | gas Meter Point Reference | at most 10 digits |
//! | [`MpanCore`] | electricity meter point, its [`Distributor`] in front | 13 digits |
//! | [`MeterPoint`] | either of the two, and its [`Fuel`] | |
//! | [`EffectiveDate`] | the first day that a flag applies | 8 digits, `YYYYMMDD` |
//! | [`Outcome`] | the answer to one update, `AC` or `RJ` | 2 letters |
//! | [`WorkingDays`] | working days, and the day on which a file is deemed received | |
//!
//! Every value parses ([`FromStr`](std::str::FromStr)), prints, compares and hashes, and is `Copy`.
//! `serde` and `arbitrary` stand behind features of those names.
//!
//! ```
//! use flagflow_domain::{Edition, EffectiveDate, Mprn, ServiceFlag};
//!
//! let mprn: Mprn = "1234567810".parse()?;
//! assert!(mprn.has_valid_check_digits());
//!
//! let flag: ServiceFlag = "N".parse()?;
//! assert!(Edition::Mp077.allows(flag));
//! assert!(!Edition::PreMp077.allows(flag));
//!
//! let from: EffectiveDate = "20211105".parse()?;
//! assert_eq!(chrono::NaiveDate::from(from).to_string(), "2021-11-05");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nothing here knows of offsets, lines or files: that is the work of the crates above.

#![forbid(unsafe_code)]

mod calendar;
mod date;
mod edition;
mod flag;
mod mpan;
mod mprn;
mod names;
mod outcome;
mod point;
#[cfg(feature = "serde")]
mod text;
mod weighted;

pub use calendar::{InvalidHolidays, UnknownYear, WorkingDays};
pub use date::{EffectiveDate, InvalidDate};
pub use edition::{Edition, UnknownEdition};
pub use flag::{ServiceFlag, UnknownFlag};
pub use mpan::{Distributor, InvalidMpan, MpanCore};
pub use mprn::{InvalidMprn, Mprn};
pub use outcome::{Outcome, UnknownOutcome};
pub use point::{Fuel, InvalidPoint, MeterPoint, UnknownFuel};
