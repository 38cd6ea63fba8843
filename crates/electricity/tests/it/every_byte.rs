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
    let original = read_every_way(options, &file).updates();
    assert_eq!(original.len(), 3);
    let start = lines[0].len() + lines[1].len() + 2 * end.len();
    let line_feed = start + lines[2].len() + end.len() - 1;
    for at in start..=line_feed {
        for byte in 0..=255 {
            let mut damaged = file.clone();
            damaged[at] = byte;
            let whole = read_every_way(options, &damaged);
            let glued = at == line_feed && byte != b'\n';
            assert_eq!(whole.updates().first(), original.first());
            assert_eq!(whole.updates().last() == original.last(), !glued, "{byte:#04x} at {at}");
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
fn of_both_flows_and_layouts() {
    let flow = |flow| ReaderOptions::new().flow(flow);
    for end in ["\n", "\r\n"] {
        damage_every_place(
            &flow(Flow::D0350),
            [
                "X01|1|",
                "X02|1|DC01|1013044353630|A|20211105|",
                "X02|2|DC01|1000000000012|N|20240229|",
                "X02|3|DC01|1011111111110|I|20211107|",
            ],
            end,
        );
        damage_every_place(
            &flow(Flow::D0351).layout(Layout::Zhf),
            [
                "X010000000001",
                "X030000000001DC111013044353630R1      ",
                "X030000000002DC111000000000012        ",
                "X030000000003DC111011111111110LONG-ONE",
            ],
            end,
        );
    }
}

#[test]
fn of_another_profile() {
    damage_every_place(
        &ReaderOptions::new().layout(Layout::Zhv).profile(shuffled_d0350()),
        [
            "01G||1|",
            "02G|20211105||A|1013044353630|7|DC01|1|",
            "02G|20240229|a b|N|1000000000012||DC01|2|",
            "02G|20211107|x|I|1011111111110|1234|DC01|3|",
        ],
        "\n",
    );
}
