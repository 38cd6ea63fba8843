//! The rules of the DCC Service Flag: which event at a smart meter moves it where, and why.
//!
//! | item | what it is |
//! |---|---|
//! | [`Inventory`] | which smart meters there are, in which status, at which meter points |
//! | [`Event`], [`Occurrence`] | what happens to a smart meter, in the terms of the service requests |
//! | [`Refusal`] | why an event cannot happen in the state that it meets |
//! | [`RuleSet`] | one of the documents' sets of rules, in one of its variants |
//! | [`Decision`], [`Clause`] | what a rule set says of an event, and where that is written |
//! | [`Ledger`] | the flags of meter points under one rule set |
//! | [`History`] | everything at one point and what was made of it: why it has its flag |
//! | [`Comparison`] | rule sets beside each other over the same events |
//! | [`Table`] | a rule set as a table for people, made by asking the rule set itself |
//!
//! With the feature `events` they are read from JSON lines and csv (`EventReader`), taken into an
//! inventory one by one (`Replay`), and what came of them is written as text, csv and JSON (`render`).
//!
//! Two things are kept apart: what happened, which is the same whatever the rules
//! ([`Inventory::apply`]), and what a rule set makes of it ([`Ledger::decide`]). So two rule sets can
//! be held beside each other over the same events.
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
pub use inventory::{Device, Happened, Inventory};
pub use ledger::{Held, Ledger, Step};
pub use outbox::{Notice, Outbox, Recipient, Run, Sending, Switches, UnknownRecipient};
pub use point::{AtPoint, MeterKind, Statuses, What};
#[cfg(feature = "events")]
pub use read::{BadLine, EventLine, EventReader, MAX_LINE, ReadError};
pub use refusal::{Refusal, RefusalKind};
pub use regime::{Decision, RuleSet, UnknownRuleSet};
#[cfg(feature = "events")]
pub use replay::{Replay, ReplayError, Replayed};
pub use supplier::{InvalidSupplier, Supplier};
pub use table::{Row, Table};
