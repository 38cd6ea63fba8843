//! Reads, checks, converts and explains the files in which Great Britain's smart-metering company,
//! the DCC, sends its service flags to registration systems.
//!
//! This crate is the one to depend on; it re-exports the others, each behind a feature of its name.
//!
//! | module | feature | description |
//! |---|---|---|
//! | the root | | the values: [`ServiceFlag`], [`Edition`], [`Mprn`], [`MpanCore`], [`EffectiveDate`], [`Outcome`] |
//! | [`gas`] | `gas` (default) | E45 and E46 records and files, read and written |
//! | [`electricity`] | `electricity` (default) | D0350, D0351 and D0172 files, by profile |
//! | [`check`] | `check` (default) | the validator: rules, findings, reports |
//! | [`files`] | `files` | inputs that are read unchanged, outputs that appear whole or not at all |
//! | [`exchange`] | `exchange` | from file to file: convert, generate, compare, round trip |
//! | [`arrow`] | `arrow` | Arrow record batches; with `tables` Parquet and Excel files |
//! | [`intake`] | `intake` | incoming files: split, merge, fix, answer, watch |
//! | [`register`] | `register` | persistent state: the flag of each meter point, kept from update files |
//! | [`status`] | `status` | the rules of the flag: from events at smart meters to pending notifications |
//!
//! The features `serde` and `arbitrary` add those traits to the values and records.
#![forbid(unsafe_code)]
#![cfg_attr(
    all(feature = "gas", feature = "check"),
    doc = "

# Example

```
use flagflow::check::{Options, check};
use flagflow::gas::Reader;

let file = b\"E451234567810A20220101\\nE450000123409N20220101\\n\";
let report = check(&file[..], &Options::default())?;
assert_eq!(report.rejected, 0);

for update in Reader::from_slice(file).records() {
    let update = update?;
    println!(\"{} is {} from {}\", update.meter_point_reference(), update.flag(), update.effective_from());
}
# Ok::<(), Box<dyn std::error::Error>>(())
```"
)]

#[doc(inline)]
pub use flagflow_domain::*;
pub use flagflow_frame as frame;

#[cfg(feature = "arrow")]
pub use flagflow_arrow as arrow;
#[cfg(feature = "check")]
pub use flagflow_check as check;
#[cfg(feature = "electricity")]
pub use flagflow_electricity as electricity;
#[cfg(feature = "exchange")]
pub use flagflow_exchange as exchange;
#[cfg(feature = "files")]
pub use flagflow_files as files;
#[cfg(feature = "gas")]
pub use flagflow_gas as gas;
#[cfg(feature = "intake")]
pub use flagflow_intake as intake;
#[cfg(feature = "register")]
pub use flagflow_register as register;
#[cfg(feature = "status")]
pub use flagflow_status as status;

/// Runs the examples of the page about the libraries as tests.
#[cfg(all(doctest, feature = "gas", feature = "check"))]
#[doc = include_str!("../../../docs/library.md")]
struct LibraryPage;
