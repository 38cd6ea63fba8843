//! The sender of a file, by its first line.

use std::fmt;

use flagflow_electricity::{Field as Item, LineKind, Profile};
use flagflow_gas::field::parse_number;
use flagflow_gas::{Field, Layout as GasLayout, RawRecord, Tag};

/// The maximum number of digits of an organisation id.
const ORGANISATION_DIGITS: usize = 10;

/// The sender of a file, according to its header.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Sender {
    /// The ORGANISATION_ID of a gas header.
    Organisation(u64),
    /// The sending participant (J0938) of an electricity header.
    Participant(String),
}

impl Sender {
    /// Reads the sender from the first line with text, without its line ending. Faults in other
    /// fields of the header do not matter.
    ///
    /// ```
    /// use flagflow_check::Sender;
    ///
    /// let sender = Sender::of(b"A000000000123DXI20220101120000000001");
    /// assert_eq!(sender, Some(Sender::Organisation(123)));
    /// assert_eq!(Sender::of(b"E451234567810A20220101"), None);
    /// ```
    #[must_use]
    pub fn of(line: &[u8]) -> Option<Self> {
        let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        if let Some(layout) = flagflow_electricity::Layout::recognise(line) {
            return participant(line, layout);
        }
        organisation(line, GasLayout::recognise(line)?)
    }

    /// Returns true if a name means this sender. An organisation's leading zeros have no meaning.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        match self {
            Self::Organisation(number) => {
                parse_number(name.as_bytes(), ORGANISATION_DIGITS) == Ok(*number)
            }
            Self::Participant(own) => own == name,
        }
    }
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Organisation(number) => write!(f, "{number:0ORGANISATION_DIGITS$}"),
            Self::Participant(name) => f.write_str(name),
        }
    }
}

fn organisation(line: &[u8], layout: GasLayout) -> Option<Sender> {
    let raw = RawRecord::cut(line, layout).ok().filter(|raw| raw.tag() == Tag::A00)?;
    let number = parse_number(raw.field(Field::OrganisationId)?, ORGANISATION_DIGITS).ok()?;
    Some(Sender::Organisation(number))
}

fn participant(line: &[u8], layout: flagflow_electricity::Layout) -> Option<Sender> {
    // the items of a header are the same in every profile
    let profile = Profile::builtin(flagflow_electricity::Flow::D0350);
    let raw = flagflow_electricity::RawRecord::cut(line, profile.table(layout)).ok()?;
    let text = raw.field(Item::FromParticipant).filter(|_| raw.kind() == LineKind::Header)?;
    let name = std::str::from_utf8(text).ok().filter(|name| !name.is_empty())?;
    Some(Sender::Participant(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Option<String> {
        Sender::of(line.as_bytes()).map(|sender| sender.to_string())
    }

    #[test]
    fn headers_name_their_sender() {
        for (line, sender) in [
            ("A000000000123DXI20220101120000000001", Some("0000000123")),
            ("A000000000123DXI20229901120000000001", Some("0000000123")),
            ("\u{FEFF}\"A00\",123,\"DXI\",20220101,120000,1", Some("0000000123")),
            ("ZHV|0000000001|D0350001|Z|DCCO|P|LOND|20220101120000||||OPER|", Some("DCCO")),
            ("ZHV|0000000001|D0350001|Z||P|LOND|20220101120000||||OPER|", None),
            ("A00000000012XDXI20220101120000000001", None),
            ("A0000", None),
            ("E451234567810A20220101", None),
            ("", None),
        ] {
            assert_eq!(of(line).as_deref(), sender, "{line}");
        }
    }

    #[test]
    fn a_fixed_length_header_names_it_without_padding() {
        let header =
            format!("ZHF{:<10}D0350001Z{:<4}P{:<4}20220101120000{:15}", 1, "DCC", "LOND", "");
        assert_eq!(of(&header).as_deref(), Some("DCC"));
    }

    #[test]
    fn zeros_of_organisations_carry_no_meaning() {
        let organisation = Sender::Organisation(123);
        assert!(organisation.is("123") && organisation.is("0000000123"));
        assert!(!organisation.is("1230") && !organisation.is("DCCO") && !organisation.is(""));
        let participant = Sender::Participant("DCCO".to_owned());
        assert!(participant.is("DCCO") && !participant.is("dcco"));
    }
}
