//! Identifiers and statuses of smart meters.

use std::fmt;
use std::str::FromStr;

/// The identifier of a device, an EUI-64.
///
/// Displays as in the Smart Metering Inventory, eight pairs of hexadecimal digits with hyphens:
/// `00-DB-12-34-56-78-90-A1`. Parses that form and 16 digits without hyphens, in upper or lower
/// case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub struct DeviceId(u64);

impl DeviceId {
    /// Creates the identifier whose 16 digits form this number. Every number is valid.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the 16 digits as a number.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, rest @ ..] = self.0.to_be_bytes();
        write!(f, "{first:02X}")?;
        rest.iter().try_for_each(|byte| write!(f, "-{byte:02X}"))
    }
}

/// The text is not an EUI-64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a device identifier: expected 16 hexadecimal digits, or 8 pairs of them with hyphens")]
pub struct InvalidDeviceId;

impl FromStr for DeviceId {
    type Err = InvalidDeviceId;

    fn from_str(text: &str) -> Result<Self, InvalidDeviceId> {
        let has_hyphens = match text.len() {
            16 => false,
            23 => true,
            _ => return Err(InvalidDeviceId),
        };
        let digit = |number, (at, byte)| match byte {
            b'-' if has_hyphens && at % 3 == 2 => Some(number),
            _ if has_hyphens && at % 3 == 2 => None,
            // u64's own parser takes a plus sign too
            _ => Some(number << 4 | u64::from(char::from(byte).to_digit(16)?)),
        };
        text.bytes().enumerate().try_fold(0, digit).map(Self).ok_or(InvalidDeviceId)
    }
}

/// The Device Status of a smart meter in the Smart Metering Inventory.
///
/// Source: PIA 3.1.1, which distinguishes it from the DCC Service Status (the flag): a device has a
/// status, a meter point has a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub enum DeviceStatus {
    /// In the inventory only.
    Pending,
    /// Allowed to communicate with a communications hub.
    Whitelisted,
    /// Installed without having been commissioned: install and leave.
    InstalledNotCommissioned,
    /// Operated through the DCC.
    Commissioned,
    /// Its model is no longer certified.
    Suspended,
    /// Removed from the premises.
    Decommissioned,
    /// Its certificates are being replaced.
    Recovery,
    /// Its certificates have been replaced.
    Recovered,
    /// Opted out, which is no longer possible (PIA 2.4.2).
    Withdrawn,
}

impl DeviceStatus {
    /// All nine statuses.
    pub const ALL: [Self; 9] = [
        Self::Pending,
        Self::Whitelisted,
        Self::InstalledNotCommissioned,
        Self::Commissioned,
        Self::Suspended,
        Self::Decommissioned,
        Self::Recovery,
        Self::Recovered,
        Self::Withdrawn,
    ];

    /// Returns the name used in the documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Whitelisted => "Whitelisted",
            Self::InstalledNotCommissioned => "InstalledNotCommissioned",
            Self::Commissioned => "Commissioned",
            Self::Suspended => "Suspended",
            Self::Decommissioned => "Decommissioned",
            Self::Recovery => "Recovery",
            Self::Recovered => "Recovered",
            Self::Withdrawn => "Withdrawn",
        }
    }
}

impl fmt::Display for DeviceStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text is not the name of a device status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a device status")]
pub struct UnknownStatus;

impl FromStr for DeviceStatus {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(UnknownStatus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_read_with_and_without_hyphens() {
        let id = DeviceId::new(0x00DB_1234_5678_90A1);
        for text in ["00-DB-12-34-56-78-90-A1", "00db1234567890a1", "00-db-12-34-56-78-90-a1"] {
            assert_eq!(text.parse(), Ok(id), "{text}");
        }
        assert_eq!(id.to_string(), "00-DB-12-34-56-78-90-A1");
        assert_eq!(id.as_u64(), 0x00DB_1234_5678_90A1);
        assert_eq!("FfFfFfFfFfFfFfFf".parse(), Ok(DeviceId::new(u64::MAX)));
        for text in [
            "",
            "+0DB1234567890A1",
            "00DB1234567890A",
            "00-DB-12-34-56-78-9-0A1",
            "00DB-1234-5678-90A1-000",
            "00-DB-12-34-56-78-90A10",
            "00DB1234567890G1",
            "00DB12345678\u{e9}\u{e9}",
            "00-DB-12-34-56-78-90-+1",
        ] {
            assert_eq!(text.parse::<DeviceId>(), Err(InvalidDeviceId), "{text}");
        }
    }

    #[test]
    fn statuses_are_named_as_in_the_documents() {
        for (status, name) in [
            (DeviceStatus::Pending, "Pending"),
            (DeviceStatus::Whitelisted, "Whitelisted"),
            (DeviceStatus::InstalledNotCommissioned, "InstalledNotCommissioned"),
            (DeviceStatus::Commissioned, "Commissioned"),
            (DeviceStatus::Suspended, "Suspended"),
            (DeviceStatus::Decommissioned, "Decommissioned"),
            (DeviceStatus::Recovery, "Recovery"),
            (DeviceStatus::Recovered, "Recovered"),
            (DeviceStatus::Withdrawn, "Withdrawn"),
        ] {
            assert_eq!(status.to_string(), name);
            assert_eq!(name.parse(), Ok(status));
        }
        assert_eq!(format!("{:>10}", DeviceStatus::Pending), "   Pending");
        assert_eq!("commissioned".parse::<DeviceStatus>(), Err(UnknownStatus));
    }
}
