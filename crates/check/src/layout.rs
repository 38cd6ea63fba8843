//! Names of flows and layouts.

use flagflow_gas::Tag;
use serde::{Deserialize, Serialize};

/// The flow of a file's records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Flow {
    /// Updates for gas, DCC to provider.
    E45,
    /// Answers to gas updates, provider to DCC.
    E46,
    /// Updates for electricity, DCC to provider.
    D0350,
    /// Rejections of electricity updates, provider to DCC.
    D0351,
    /// Confirmations of files of electricity updates, provider to DCC.
    D0172,
}

impl Flow {
    /// Every flow.
    pub const ALL: [Self; 5] = [Self::E45, Self::E46, Self::D0350, Self::D0351, Self::D0172];

    /// Returns the name that reports and options use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::E45 => "e45",
            Self::E46 => "e46",
            Self::D0350 => "d0350",
            Self::D0351 => "d0351",
            Self::D0172 => "d0172",
        }
    }

    /// Returns the name of the flow's records in their files.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::E45 => "E45",
            Self::E46 => "E46",
            Self::D0350 => "D0350",
            Self::D0351 => "D0351",
            Self::D0172 => "D0172",
        }
    }

    /// Returns the flow of the electricity codec.
    pub(crate) const fn electricity(self) -> Option<flagflow_electricity::Flow> {
        match self {
            Self::E45 | Self::E46 => None,
            Self::D0350 => Some(flagflow_electricity::Flow::D0350),
            Self::D0351 => Some(flagflow_electricity::Flow::D0351),
            Self::D0172 => Some(flagflow_electricity::Flow::D0172),
        }
    }

    /// Returns the flow whose records begin with a tag.
    pub(crate) const fn of(tag: Tag) -> Option<Self> {
        match tag {
            Tag::E45 => Some(Self::E45),
            Tag::E46 => Some(Self::E46),
            Tag::A00 | Tag::S72 | Tag::Z99 => None,
        }
    }
}

impl From<flagflow_electricity::Flow> for Flow {
    fn from(flow: flagflow_electricity::Flow) -> Self {
        match flow {
            flagflow_electricity::Flow::D0350 => Self::D0350,
            flagflow_electricity::Flow::D0351 => Self::D0351,
            flagflow_electricity::Flow::D0172 => Self::D0172,
        }
    }
}

/// Error for a text that is not the name of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a flow: expected e45, e46, d0350, d0351 or d0172")]
pub struct UnknownFlow;

flagflow_domain::named_values!(Flow, UnknownFlow);

/// The layout of a file's lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Layout {
    /// Gas, fields of fixed length.
    Fixed,
    /// Gas, comma separated.
    Uklink,
    /// Electricity, items separated by pipes.
    Zhv,
    /// Electricity, items of fixed length.
    Zhf,
}

impl Layout {
    /// Every layout.
    pub const ALL: [Self; 4] = [Self::Fixed, Self::Uklink, Self::Zhv, Self::Zhf];

    /// Returns the name that reports and options use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Uklink => "uklink",
            Self::Zhv => "zhv",
            Self::Zhf => "zhf",
        }
    }

    /// Returns the layout of the gas codec, of a gas layout.
    #[must_use]
    pub const fn gas(self) -> Option<flagflow_gas::Layout> {
        match self {
            Self::Fixed => Some(flagflow_gas::Layout::Fixed),
            Self::Uklink => Some(flagflow_gas::Layout::Uklink),
            Self::Zhv | Self::Zhf => None,
        }
    }

    /// Returns the layout of the electricity codec, of an electricity layout.
    #[must_use]
    pub const fn electricity(self) -> Option<flagflow_electricity::Layout> {
        match self {
            Self::Zhv => Some(flagflow_electricity::Layout::Zhv),
            Self::Zhf => Some(flagflow_electricity::Layout::Zhf),
            Self::Fixed | Self::Uklink => None,
        }
    }
}

impl From<flagflow_gas::Layout> for Layout {
    fn from(layout: flagflow_gas::Layout) -> Self {
        match layout {
            flagflow_gas::Layout::Fixed => Self::Fixed,
            flagflow_gas::Layout::Uklink => Self::Uklink,
        }
    }
}

impl From<flagflow_electricity::Layout> for Layout {
    fn from(layout: flagflow_electricity::Layout) -> Self {
        match layout {
            flagflow_electricity::Layout::Zhv => Self::Zhv,
            flagflow_electricity::Layout::Zhf => Self::Zhf,
        }
    }
}

/// Error for a text that is not the name of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a layout: expected fixed, uklink, zhv or zhf")]
pub struct UnknownLayout;

flagflow_domain::named_values!(Layout, UnknownLayout);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for flow in Flow::ALL {
            assert_eq!(flow.to_string().parse(), Ok(flow));
        }
        for layout in Layout::ALL {
            assert_eq!(layout.to_string().parse(), Ok(layout));
            let gas = layout.gas().map(Layout::from);
            assert_eq!(gas.xor(layout.electricity().map(Layout::from)), Some(layout));
        }
        assert_eq!("csv".parse::<Layout>(), Err(UnknownLayout));
        assert_eq!("d0010".parse::<Flow>(), Err(UnknownFlow));
    }
}
