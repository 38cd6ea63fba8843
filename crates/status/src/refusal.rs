//! Reasons for refusing an event.

use flagflow_domain::{EffectiveDate, MeterPoint};

use crate::device::DeviceStatus;
use crate::event::Event;
use crate::point::MAX_POINTS;

/// An event that cannot happen in the current state; the state is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} of {} on {} is refused: {kind}", .event.what, .event.device, .event.on.iso())]
pub struct Refusal {
    /// The event.
    pub event: Event,
    /// The reason.
    pub kind: RefusalKind,
}

/// The reason why an event is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RefusalKind {
    /// The meter is not in the inventory.
    #[error("no such device is in the inventory")]
    UnknownDevice,
    /// The meter is in the inventory already.
    #[error("the device is in the inventory already")]
    KnownDevice,
    /// The meter has had an event of a later day.
    #[error("the device has an event of a later day, {}", .0.iso())]
    BeforeDevice(EffectiveDate),
    /// The meter point has had an event of a later day, by another meter.
    #[error("the meter point {point} has an event of a later day, {}", .last.iso())]
    BeforePoint {
        /// The meter point.
        point: MeterPoint,
        /// The day of its last event.
        last: EffectiveDate,
    },
    /// The meter is in that status already.
    #[error("the device is {0} already")]
    AlreadySo(DeviceStatus),
    /// The event cannot happen to a meter in its status.
    #[error("not possible for a device that is {0}")]
    NotFrom(DeviceStatus),
    /// The meter was never commissioned, which the event requires.
    #[error("the device was never commissioned")]
    NeverCommissioned,
    /// The meter is at that point already.
    #[error("the device is linked to the meter point {0} already")]
    AlreadyLinked(MeterPoint),
    /// The meter is at the maximum number of points.
    #[error("the device is linked to {} meter points, which is the limit", MAX_POINTS)]
    TooManyPoints,
    /// The meter is not at that point.
    #[error("the device is not linked to the meter point {0}")]
    NotLinked(MeterPoint),
    /// Users can no longer withdraw a device (PIA 2.4.2).
    #[error("users can no longer withdraw a device (SRV 8.5; PIA 2.4.2)")]
    WithdrawalRemoved,
}
