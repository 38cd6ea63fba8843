//! Each of the 256 bytes at each place of a record, in the middle of a file of three.
//!
//! However the file arrives, the same comes out; the records beside the damaged one survive, but
//! for the loss of the line's own LF, which makes one line of two; and the damage is said on its
//! line. That the damaged line itself is read as the definition reads it, by the fast path or not,
//! is held beside the fast path.

use std::io::BufReader;

use crate::samples::{Seen, Whole, read, read_lazily, shuffled_d0350};
use flagflow_electricity::{Flow, Layout, ReaderOptions};

/// Reads by slice, lazily, and by streams that cut everywhere: all the same.
fn read_every_way(options: &ReaderOptions, file: &[u8]) -> Whole {
    let whole = read(options.clone().reader(file));
    assert_eq!(read_lazily(options.clone().reader(file)), whole, "{file:?}");
    let stream = BufReader::with_capacity(7, file);
    assert_eq!(read(options.clone().reader(stream)), whole, "{file:?}");
    whole
}

fn damage_every_place(options: &ReaderOptions, lines: [&str; 4], end: &str) {
    let file = lines.map(|line| format!("{line}{end}")).concat().into_bytes();
    let original = read_every_way(options, &file).records();
    assert_eq!(original.len(), 3);
    let start = lines[0].len() + lines[1].len() + 2 * end.len();
    let line_feed = start + lines[2].len() + end.len() - 1;
    for at in start..=line_feed {
        for byte in 0..=255 {
            let mut damaged = file.clone();
            damaged[at] = byte;
            let whole = read_every_way(options, &damaged);
            let glued = at == line_feed && byte != b'\n';
            assert_eq!(whole.records().first(), original.first());
            assert_eq!(whole.records().last() == original.last(), !glued, "{byte:#04x} at {at}");
            for seen in &whole.seen {
                if let Seen::Error { position, .. } = seen {
                    // only LF inside the line puts the second half one further down
                    assert!(matches!(position.line, 3 | 4), "{position}");
                }
            }
        }
    }
}

#[test]
fn of_every_flow_and_both_layouts() {
    let flow = |flow| ReaderOptions::new().flow(flow);
    for end in ["\n", "\r\n"] {
        damage_every_place(
            &flow(Flow::D0350),
            [
                "81H|1|",
                "82H|1|DC01|1013044353630|A|20211105|MRCY|",
                "82H|2|DC01|1000000000012|N|20240229|AB|",
                "82H|3|DC01|1011111111110|I|20211107|SUPA|",
            ],
            end,
        );
        damage_every_place(
            &flow(Flow::D0350).layout(Layout::Zhf),
            [
                "81H000000000001",
                "82H000000000001DC011013044353630A20211105MRCY",
                "82H000000000002DC011000000000012N20240229AB  ",
                "82H000000000003DC011011111111110I20211107SUPA",
            ],
            end,
        );
        damage_every_place(
            &flow(Flow::D0172),
            [
                "749|1|",
                "357|1|DC90|20211105|0000475656|14|13|1|",
                "357|2|DC90|20240229|7|99999|0|99999|",
                "357|3|DC90|20211107|A1|0|0|0|",
            ],
            end,
        );
    }
}

/// Each byte of a rejection and of the reason below it.
#[test]
fn of_a_rejection_and_its_reason() {
    for (layout, lines) in [
        (
            Layout::Zhv,
            [
                "83H|1|",
                "84H|1|DC11|21|1013044353630|20211105|A|20211104|MRCY|",
                "85H|3|",
                "84H|2|DC11|22||20211105||||",
                "85H|R-1|",
                "84H|3|DC11|23|1011111111110|20211105|S|||",
                "85H|62|",
            ],
        ),
        (
            Layout::Zhf,
            [
                "83H000000000001",
                "84H000000000001DC11000000000021101304435363020211105A20211104MRCY",
                "85H3   ",
                "84H000000000002DC11000000000022             20211105             ",
                "85HR-1 ",
                "84H000000000003DC11000000000023101111111111020211105S            ",
                "85H62  ",
            ],
        ),
    ] {
        let options = ReaderOptions::new().flow(Flow::D0351).layout(layout);
        let file = lines.map(|line| format!("{line}\n")).concat().into_bytes();
        let original = read_every_way(&options, &file).records();
        assert_eq!(original.len(), 3);
        let start: usize = lines[..3].iter().map(|line| line.len() + 1).sum();
        let end = start + lines[3].len() + 1 + lines[4].len();
        for (at, byte) in (start..end).flat_map(|at| (0..=255).map(move |byte| (at, byte))) {
            let mut damaged = file.clone();
            damaged[at] = byte;
            let whole = read_every_way(&options, &damaged);
            // a reason too many below the record before
            let is_reason = at == start + 1 && byte == b'5';
            assert_eq!(
                whole.records().first() == original.first(),
                !is_reason,
                "{byte:#04x} at {at}"
            );
            assert_eq!(whole.records().last(), original.last(), "{byte:#04x} at {at}");
            for seen in &whole.seen {
                if let Seen::Error { position, .. } = seen {
                    assert!((2..=6).contains(&position.line), "{byte:#04x} at {at}: {position}");
                }
            }
        }
    }
}

#[test]
fn of_another_profile() {
    damage_every_place(
        &ReaderOptions::new().layout(Layout::Zhv).profile(shuffled_d0350()),
        [
            "01G||1|",
            "02G|20211105||A|1013044353630|7|DC01|MRCY|1|",
            "02G|20240229|a b|N|1000000000012||DC01|AB|2|",
            "02G|20211107|x|I|1011111111110|1234|DC01|SUPA|3|",
        ],
        "\n",
    );
}
