//! The rules of the DCC Service Flag: the events at smart meters that change it, and why.
//!
//! | item | description |
//! |---|---|
//! | [`Inventory`] | the smart meters, with their statuses and meter points |
//! | [`Event`], [`Occurrence`] | events of a smart meter, in the terms of the service requests |
//! | [`Refusal`] | the reason why an event cannot happen in the current state |
//! | [`RuleSet`] | one of the documents' sets of rules, in one of its variants |
//! | [`Decision`], [`Clause`] | the decision of a rule set about an event, and its source |
//! | [`Ledger`] | the flags of meter points under one rule set |
//! | [`History`] | the events and decisions at one point: why it has its flag |
//! | [`Comparison`] | several rule sets over the same events |
//! | [`Table`] | a rule set as a table for people, generated from the rule set itself |
//!
//! With the feature `events`, events are read from JSON lines and csv (`EventReader`) and applied
//! to an inventory one by one (`Replay`), and the results are written as text, csv and JSON
//! (`render`).
//!
//! Events and decisions are separate: the events are the same whatever the rules
//! ([`Inventory::apply`]), and each rule set decides about them ([`Ledger::decide`]). So rule sets
//! can be compared over the same events.
//!
//! ```
//! use flagflow_status::{Event, Inventory, Ledger, RuleSet};
//!
//! let mut inventory = Inventory::new();
//! let mut ledger = Ledger::new(RuleSet::default());
//! let meter = "00-DB-12-34-56-78-90-A1".parse()?;
//! let point = "1234567810".parse()?;
//! let day = "20220101".parse()?;
//! use flagflow_status::Occurrence::*;
//! for what in [Pending, Associated(point), Whitelisted, Commissioned] {
//!     let happened = inventory.apply(Event::new(day, meter, what))?;
//!     ledger.decide(&happened);
//! }
//! assert_eq!(ledger.flag(point).map(|held| held.flag.as_char()), Some('A'));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Source: SEC modification MP077, "DCC Service Flagging": modification report v0.1 (MR), business
//! requirements v0.4 (BR), DCC's preliminary assessment (PIA). Pure: no input, no output, no clock.

#![forbid(unsafe_code)]

mod clause;
mod compare;
mod device;
mod event;
mod history;
mod inventory;
mod ledger;
mod outbox;
mod point;
#[cfg(feature = "events")]
mod read;
mod refusal;
mod regime;
#[cfg(feature = "events")]
pub mod render;
#[cfg(feature = "events")]
mod replay;
mod supplier;
mod table;

pub use clause::Clause;
pub use compare::{Comparison, Difference};
pub use device::{DeviceId, DeviceStatus, InvalidDeviceId, UnknownStatus};
pub use event::{Event, InvalidOccurrence, Occurrence};
pub use history::History;
pub use inventory::{Device, Happened, Inventory, PointMeters};
pub use ledger::{Ledger, PointFlag, Step};
pub use outbox::{
    LastNumbers, Notice, OutboundFile, Outbox, Recipient, Run, Switches, UnknownRecipient,
};
pub use point::{AtPoint, MeterKind, PointEvent, StatusCounts, Statuses};
#[cfg(feature = "events")]
pub use read::{BadLine, EventLine, EventReader, MAX_LINE, ReadError};
pub use refusal::{Refusal, RefusalKind};
pub use regime::{Decision, RuleSet, UnknownRuleSet};
#[cfg(feature = "events")]
pub use replay::{Replay, ReplayError, Replayed};
pub use supplier::{InvalidSupplier, Supplier};
pub use table::{Table, TableRow};
