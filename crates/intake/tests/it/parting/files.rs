//! Files to part: hostile, generated, spoiled.

use flagflow_check::{Flow, Layout};
use flagflow_exchange::generate::GenerateOptions;
use flagflow_files::HeaderValues;
use flagflow_frame::LineEnd;
use proptest::prelude::*;

/// Bytes that say something else of a file that begins with them: a byte-order mark, gzip, UTF-16,
/// white space, padding, JSON, a zip archive.
pub(crate) const BEGINNINGS: &[&[u8]] = &[
    b"\xEF\xBB\xBF",
    b"\xEF\xBB\xBF\xEF\xBB\xBF",
    b"\x1F\x8B",
    b"\x1F\x8B\x08\0",
    b"\xFF\xFE",
    b"\xFE\xFF",
    b" ",
    b"\t",
    b"\x1A",
    b"\0\0",
    b"{",
    b"PK\x03\x04",
    b"#",
];

/// Lines of every kind, good and bad, for unusual files.
pub(crate) fn line() -> impl Strategy<Value = Vec<u8>> {
    let words = prop_oneof![
        4 => prop::sample::select(vec![
            "E451234567810A20220101", "E450000123409N20220102", "E451234567810N20220101",
            "E45,1234567810,A,20220101", "\"E45\",123409,\"N\",20220101", "E45",
            "E46AC1234567810A20220101", "E46RJ0000123409N20220101", "S72ABCDEFGH", "S72",
            "82H|1|DC01|1013044353630|A|20220101|MRCY|", "82H|2|DC01|1200000000020|N|20220101|MRCY|",
            "82H|2|DC01|1013044353630|N|20220101|MRCY|", "82H|9|DC01|1200000000020|A|20221301|MRCY|",
            "82H|5|DC01|1013044353630|A|20990101|MRCY",
            "84H|1|DC11|7|1013044353630|20220101|A|20220101|MRCY|", "84H|2|DC11|8||20220101||||",
            "84H|3|DC11|9||20221301||||", "85H|3|", "85H|38|", "85H|toolong|",
            "357|1|DC90|20220101|A1|3|2|1|", "357|2|DC90|20220101|A1|3|2|2|",
        ]).prop_map(|line| line.as_bytes().to_vec()),
        2 => prop::sample::select(vec![
            "A000000000042DXI20220601093000000001", "A000000000042DXI20200601093000000001",
            "A000000000042ABC20221301093000000001", "Z990000000003", "Z99", "Z99,3", "\"Z99\",\"03\"",
            "A00,42,DXI,20220601,093000,1", "ZHV|7|D0350001|Z|DCCO|P|EELC|20220101000000||||OPER|",
            "ZHV|7|D0350002|Z|DCCO|P|EELC|20220101000000||||OPER|", "ZHV|7|D0350001|", "81H|1|", "81H|x|",
            "ZHV|7|D0351001|P|EELC|Z|DCCO|20220101000000||||OPER|", "83H|1|", "83H|x|",
            "ZHV|7|D0172001|P|EELC|Z|DCCO|20220101000000||||OPER|", "749|1|",
            "ZPT|7|4||1|20220101000000|", "ZPT|8|04||01|20220101000000", "ZPT|",
        ]).prop_map(|line| line.as_bytes().to_vec()),
        1 => Just(Vec::new()),
        1 => (prop::sample::select(BEGINNINGS.to_vec()), prop::sample::select(vec![
            &b""[..], b"E451234567810A20220101", b"\"E45\",123409,\"N\",20220101", b"Z990000000003",
        ])).prop_map(|(beginning, rest)| [beginning, rest].concat()),
        1 => prop::collection::vec(any::<u8>(), 0..30),
    ];
    let ends = prop_oneof![6 => Just(&b"\n"[..]), 2 => Just(&b"\r\n"[..]), 1 => Just(&b""[..])];
    (words, ends).prop_map(|(line, end)| [&line, end].concat())
}

pub(crate) fn hostile_file() -> impl Strategy<Value = Vec<u8>> {
    let mark = prop_oneof![9 => Just(&b""[..]), 1 => Just(&b"\xEF\xBB\xBF"[..])];
    (mark, prop::collection::vec(line(), 1..14))
        .prop_map(|(mark, lines)| [mark, &lines.concat()].concat())
}

/// A generated file of any flow and layout, with planted faults.
pub(crate) fn generated() -> impl Strategy<Value = Vec<u8>> {
    let shape =
        (prop::sample::select(Flow::ALL.to_vec()), any::<bool>(), any::<bool>(), any::<bool>());
    (shape, any::<u64>(), 0u64..300, 0.0..1.0).prop_map(
        |((flow, other, bare, crlf), seed, records, invalid)| {
            let mut options = GenerateOptions::new(flow, records);
            options.layout = match (flow, other) {
                (Flow::E45 | Flow::E46, true) => Layout::Uklink,
                (Flow::E45 | Flow::E46, false) => Layout::Fixed,
                (_, true) => Layout::Zhf,
                (_, false) => Layout::Zhv,
            };
            options.envelope = (!bare).then(HeaderValues::default);
            options.line_end = if crlf { LineEnd::CrLf } else { LineEnd::Lf };
            (options.seed, options.invalid) = (seed, invalid);
            let (mut file, mut faults) = (Vec::new(), Vec::new());
            flagflow_exchange::generate(&mut file, Some(&mut faults), &options).unwrap();
            file
        },
    )
}

/// A generated file, cut or spoiled at some places.
pub(crate) fn spoiled() -> impl Strategy<Value = Vec<u8>> {
    let spots = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..4), 0..4);
    (generated(), spots).prop_map(|(mut file, spots)| {
        for (spot, byte, how) in spots {
            let at = spot.index(file.len().max(1)).min(file.len());
            match how {
                0 => file.truncate(at),
                1 => file.insert(at, byte),
                2 => file.insert(at, b'\n'),
                _ if at < file.len() => file[at] = byte,
                _ => {}
            }
        }
        file
    })
}
