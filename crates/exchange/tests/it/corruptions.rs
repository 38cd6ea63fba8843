//! Every small damage to a file is reported where it is, or makes a different valid file; none is
//! silent.
//!
//! Each byte of a file is replaced by each of the 255 others, left out, and swapped with the next;
//! each of the 256 bytes is put in at each place. Undetected damage is counted field by field: this
//! test writes the tables in docs/detection.md (`UPDATE_DOCS=1`) and compares them.
//!
//! `FLAGFLOW_CORRUPTIONS=1000` takes that many generated records of each format as well (2
//! otherwise).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use flagflow_check::{
    EditionChoice, Error, ErrorKind, Finding, Flow, Layout, Options, OtherLine, RuleFlags, RuleId,
    Severity, Verdict, Visitor, check_records,
};
use flagflow_domain::Edition;
use flagflow_exchange::generate::{GenerateOptions, generate};
use flagflow_files::HeaderValues;
use flagflow_frame::Line;

/// Content of a file: its lines, those of records by their values.
#[derive(Default, PartialEq)]
struct Said(String);

impl Visitor for Said {
    type Error = Error;

    fn other_line(
        &mut self,
        line: &Line<'_>,
        other_line: OtherLine,
        _: RuleFlags,
    ) -> Result<(), Error> {
        writeln!(self.0, "{other_line:?} {}", line.bytes.escape_ascii()).unwrap();
        Ok(())
    }

    fn record(&mut self, verdict: &Verdict<'_>) -> Result<(), Error> {
        match (verdict.detail(), verdict.instruction()) {
            (Some(detail), _) => writeln!(self.0, "{detail:?}"),
            (_, Some(instruction)) => writeln!(self.0, "{instruction:?}"),
            _ => writeln!(self.0, "{}", verdict.line.bytes.escape_ascii()),
        }
        .unwrap();
        Ok(())
    }
}

/// Bytes that a finding refers to, from start to end. The whole file for a finding elsewhere than
/// the damage: a meter point that becomes another distributor's is reported at the receiver. The
/// rest of the line for counts that do not add up, which are reported at the first of them.
type Span = (u64, u64);

fn options() -> Options {
    Options { edition: EditionChoice::Given(Edition::Mp077), ..Options::default() }
}

/// Returns the content of a file, and the places of findings. A file that is not recognised is
/// refused as a whole.
fn judged(file: &[u8], options: &Options) -> (Said, Vec<Span>) {
    let mut said = Said::default();
    let report = match check_records(file, options, &mut said) {
        Ok(report) => report,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Unrecognised, "{}", file.escape_ascii());
            return (said, vec![(0, file.len() as u64)]);
        }
    };
    let told = report.findings.iter().filter(|finding| finding.severity > Severity::Note);
    let span = |finding: &Finding| match finding.rule {
        RuleId::ParticipantMismatch => (0, file.len() as u64),
        RuleId::ConfirmationCounts => (finding.offset, end_of_line(file, finding.offset)),
        _ => (finding.offset, finding.offset + finding.length),
    };
    (said, told.map(span).collect())
}

/// Returns where the line ends that has a byte.
fn end_of_line(file: &[u8], at: u64) -> u64 {
    let rest = file.get(usize::try_from(at).unwrap()..).unwrap_or_default();
    let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    at + length as u64
}

/// One change to a file, at one byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Damage {
    Replaced(u8),
    LeftOut,
    PutIn(u8),
    Swapped,
}

impl Damage {
    fn all() -> impl Iterator<Item = Self> {
        let bytes = || 0..=u8::MAX;
        bytes()
            .map(Self::Replaced)
            .chain(bytes().map(Self::PutIn))
            .chain([Self::LeftOut, Self::Swapped])
    }

    /// The damaged file; nothing where it is the same.
    fn done(self, file: &[u8], at: usize) -> Option<Vec<u8>> {
        let mut damaged = file.to_vec();
        match self {
            Self::Replaced(byte) => damaged[at] = byte,
            Self::LeftOut => drop(damaged.remove(at)),
            Self::PutIn(byte) => damaged.insert(at, byte),
            Self::Swapped if at + 1 < file.len() => damaged.swap(at, at + 1),
            Self::Swapped => return None,
        }
        (damaged != file).then_some(damaged)
    }

    /// The column of the table.
    fn column(self, was: u8) -> usize {
        match self {
            Self::Replaced(byte) if byte.is_ascii_digit() && was.is_ascii_digit() => 0,
            Self::Replaced(_) => 1,
            Self::LeftOut => 2,
            Self::PutIn(_) => 3,
            Self::Swapped => 4,
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Outcome {
    Reported,
    Different,
    /// Written in another way, which means the same and no value is lost.
    Same,
}

/// Returns true for the only changes that may change nothing: an additional leading zero of a
/// number between separators, and a missing ending of the last line.
fn another_spelling(file: &[u8], at: usize, damage: Damage) -> bool {
    let zeros = file[..at].iter().rev().take_while(|byte| **byte == b'0').count();
    let is_item = at > zeros && b",|".contains(&file[at - zeros - 1]);
    let number = is_item && (zeros > 0 || file[at].is_ascii_digit());
    match damage {
        Damage::PutIn(byte) => byte == b'0' && number,
        Damage::LeftOut => at + 1 == file.len(),
        _ => false,
    }
}

/// Damages a file at one byte, and holds what comes of it to the promise.
fn outcome(
    file: &[u8],
    at: usize,
    damage: Damage,
    was: &Said,
    options: &Options,
) -> Option<Outcome> {
    let damaged = damage.done(file, at)?;
    let (said, spans) = judged(&damaged, options);
    let context = || format!("{damage:?} at {at}: {}", damaged.escape_ascii());
    if spans.is_empty() && said != *was {
        return Some(Outcome::Different);
    }
    if spans.is_empty() {
        assert!(another_spelling(file, at, damage), "silent: {}", context());
        return Some(Outcome::Same);
    }
    // The line with the damage, and the line that a lost or a new line ending makes of it and the
    // next.
    let from = file[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |lf| lf + 1) as u64;
    let whole = (0, damaged.len() as u64);
    let here = |(start, end): &Span| *start >= from && *end >= at as u64;
    let here = spans.iter().any(|span| *span == whole || here(span));
    assert!(here, "not where it is: {spans:?} {}", context());
    Some(Outcome::Reported)
}

/// A format with one record, each byte of which has the letter of its field below it.
struct Sample {
    title: &'static str,
    before: &'static str,
    record: &'static str,
    fields: &'static str,
    after: &'static str,
}

/// The record is the middle one of three. `n` is the line ending, `s` a separator.
const SAMPLES: [Sample; 12] = [
    Sample {
        title: "E45, fixed",
        before: "A000000012345DXI20220301093000000042\nE451111111900N20220101\n",
        record: "E451234567810A20220101\n",
        fields: "tttppppppppccfddddddddn",
        after: "E452345678902I20220101\nZ990000000003\n",
    },
    Sample {
        title: "E45, uklink",
        before: "\"A00\",12345,\"DXI\",20220301,093000,42\n\"E45\",1111111900,\"N\",20220101\n",
        record: "\"E45\",1234567810,\"A\",20220101\n",
        fields: "tttttsppppppppccsfffsddddddddn",
        after: "\"E45\",2345678902,\"I\",20220101\n\"Z99\",3\n",
    },
    Sample {
        title: "E46, fixed",
        before: "A000000012345DXI20220301093000000042\nE46RJ1111111900N20220101\n",
        record: "E46AC1234567810A20220101\n",
        fields: "tttooppppppppccfddddddddn",
        after: "E46RJ2345678902I20220101\nZ990000000003\n",
    },
    Sample {
        title: "E46, uklink",
        before: "\"A00\",12345,\"DXI\",20220301,093000,42\n\"E46\",\"RJ\",1111111900,\"N\",20220101\n",
        record: "\"E46\",\"AC\",1234567810,\"A\",20220101\n",
        fields: "tttttsoooosppppppppccsfffsddddddddn",
        after: "\"E46\",\"RJ\",2345678902,\"I\",20220101\n\"Z99\",3\n",
    },
    Sample {
        title: "D0350, zhf",
        before: "ZHF0000475656D0350001ZDCCOPEELC20220301093000           OPER\n\
                 81H000000000001\n\
                 82H000000000001DC011000000000012N20220101SUPB\n",
        record: "82H000000000002DC011013044353630A20220101MRCY\n",
        fields: "tttiiiiiiiiiiiikkkkppppppppppppcfdddddddduuuun",
        after: "82H000000000003DC011011111111110I20220101SUPB\n\
                 ZPT00004756560000000004          000000000120220301093100\n",
    },
    Sample {
        title: "D0350, zhv",
        before: "ZHV|0000475656|D0350001|Z|DCCO|P|EELC|20220301093000||||OPER|\n\
                 81H|1|\n\
                 82H|1|DC01|1000000000012|N|20220101|SUPB|\n",
        record: "82H|2|DC01|1013044353630|A|20220101|MRCY|\n",
        fields: "tttsiskkkksppppppppppppcsfsddddddddsuuuusn",
        after: "82H|3|DC01|1011111111110|I|20220101|SUPB|\n\
                 ZPT|0000475656|4||1|20220301093100|\n",
    },
    Sample {
        title: "D0351, zhf",
        before: "ZHF0000475656D0351001PEELCZDCCO20220301093000           OPER\n\
                 83H000000000001\n\
                 84H000000000001DC11000000000007100000000001220220301N20220101SUPB\n\
                 85H3   \n",
        record: "84H000000000002DC11000000000009101304435363020220301A20220101MRCY\n",
        fields: "tttiiiiiiiiiiiikkkkjjjjjjjjjjjjppppppppppppceeeeeeeefdddddddduuuun",
        after: "85H58  \n\
                 84H000000000003DC11000000000011101111111111020220301I20220101SUPB\n\
                 85H3   \n\
                 ZPT00004756560000000007          000000000120220301093100\n",
    },
    Sample {
        title: "D0351, zhv",
        before: "ZHV|0000475656|D0351001|P|EELC|Z|DCCO|20220301093000||||OPER|\n\
                 83H|1|\n\
                 84H|1|DC11|7|1000000000012|20220301|N|20220101|SUPB|\n\
                 85H|3|\n",
        record: "84H|2|DC11|9|1013044353630|20220301|A|20220101|MRCY|\n",
        fields: "tttsiskkkksjsppppppppppppcseeeeeeeesfsddddddddsuuuusn",
        after: "85H|58|\n\
                 84H|3|DC11|11|1011111111110|20220301|I|20220101|SUPB|\n\
                 85H|3|\n\
                 ZPT|0000475656|7||1|20220301093100|\n",
    },
    Sample {
        title: "a reason of D0351, zhf",
        before: "ZHF0000475656D0351001PEELCZDCCO20220301093000           OPER\n\
                 83H000000000001\n\
                 84H000000000001DC11000000000007100000000001220220301N20220101SUPB\n\
                 85H3   \n\
                 84H000000000002DC11000000000009101304435363020220301A20220101MRCY\n",
        record: "85H58  \n",
        fields: "tttrrrrn",
        after: "84H000000000003DC11000000000011101111111111020220301I20220101SUPB\n\
                 85H3   \n\
                 ZPT00004756560000000007          000000000120220301093100\n",
    },
    Sample {
        title: "a reason of D0351, zhv",
        before: "ZHV|0000475656|D0351001|P|EELC|Z|DCCO|20220301093000||||OPER|\n\
                 83H|1|\n\
                 84H|1|DC11|7|1000000000012|20220301|N|20220101|SUPB|\n\
                 85H|3|\n\
                 84H|2|DC11|9|1013044353630|20220301|A|20220101|MRCY|\n",
        record: "85H|58|\n",
        fields: "tttsrrsn",
        after: "84H|3|DC11|11|1011111111110|20220301|I|20220101|SUPB|\n\
                 85H|3|\n\
                 ZPT|0000475656|7||1|20220301093100|\n",
    },
    Sample {
        title: "D0172, zhf",
        before: "ZHF0000475656D0172001PEELCZDCCO20220301093000           OPER\n\
                 749000000000001\n\
                 357000000000001DC90202203010000475649000020000200000\n",
        record: "357000000000002DC90202203010000475650000140001300001\n",
        fields: "tttiiiiiiiiiiiikkkkeeeeeeeeaaaaaaaaaavvvvvwwwwwxxxxxn",
        after: "357000000000003DC90202203010000475651000000000000000\n\
                 ZPT00004756560000000004          000000000120220301093100\n",
    },
    Sample {
        title: "D0172, zhv",
        before: "ZHV|0000475656|D0172001|P|EELC|Z|DCCO|20220301093000||||OPER|\n\
                 749|1|\n\
                 357|1|DC90|20220301|0000475649|2|2|0|\n",
        record: "357|2|DC90|20220301|0000475650|14|13|1|\n",
        fields: "tttsiskkkkseeeeeeeesaaaaaaaaaasvvswwsxsn",
        after: "357|3|DC90|20220301|0000475651|0|0|0|\n\
                 ZPT|0000475656|4||1|20220301093100|\n",
    },
];

const fn name(field: u8) -> &'static str {
    match field {
        b't' => "record type",
        b'o' => "outcome",
        b'p' => "meter point",
        b'c' => "check digits",
        b'f' => "flag",
        b'd' => "effective date",
        b'i' => "instruction number",
        b'k' => "instruction type",
        b'j' => "incoming instruction number",
        b'e' => "deemed received date",
        b'u' => "supplier",
        b'r' => "reason",
        b'a' => "answered file",
        b'v' => "received",
        b'w' => "accepted",
        b'x' => "rejected",
        b's' => "separators",
        _ => "line end",
    }
}

/// For each field and kind of damage: the number of times it makes another valid file, and the
/// number of trials.
type Counts = BTreeMap<usize, (u8, [(u32, u32); 5])>;

fn counted(sample: &Sample) -> Counts {
    let file = sample.file().into_bytes();
    assert_eq!(sample.record.len(), sample.fields.len());
    let options = options();
    let (was, found) = judged(&file, &options);
    assert_eq!(found, [], "{} is valid", sample.title);
    let mut counts = Counts::new();
    for (place, field) in sample.fields.bytes().enumerate() {
        let at = sample.before.len() + place;
        let first = sample.fields.bytes().position(|each| each == field).unwrap();
        let row = &mut counts.entry(first).or_insert((field, [(0, 0); 5])).1;
        for damage in Damage::all() {
            let Some(outcome) = outcome(&file, at, damage, &was, &options) else { continue };
            let (different, done) = &mut row[damage.column(file[at])];
            *done += 1;
            *different += u32::from(outcome == Outcome::Different);
        }
    }
    counts
}

fn cell((different, done): (u32, u32)) -> String {
    match (different, done) {
        (_, 0) => String::new(),
        (0, _) => "0".to_owned(),
        _ => format!("**{different}** of {done}"),
    }
}

fn table(sample: &Sample) -> String {
    let mut text = format!(
        "### {}\n\n`{}`\n\n| field | digit for digit | another byte | left out | put in | swapped |\n\
         |---|---:|---:|---:|---:|---:|\n",
        sample.title,
        sample.record.trim_end()
    );
    for (field, row) in counted(sample).into_values() {
        let cells: Vec<_> = row.into_iter().map(cell).collect();
        writeln!(text, "| {} | {} |", name(field), cells.join(" | ")).unwrap();
    }
    text
}

/// The page has the tables as they come out, so that it cannot promise more than is so.
#[test]
fn what_slips_through_is_in_the_docs() {
    let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/detection.md");
    let text = std::fs::read_to_string(&page).unwrap();
    let (prose, tables) = text.split_once("<!-- tables -->\n").unwrap();
    let now: String = SAMPLES.iter().map(|sample| format!("\n{}", table(sample))).collect();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&page, format!("{prose}<!-- tables -->\n{now}")).unwrap();
    } else {
        assert_eq!(tables, now, "UPDATE_DOCS=1 writes docs/detection.md");
    }
}

impl Sample {
    fn file(&self) -> String {
        [self.before, self.record, self.after].concat()
    }

    fn has(&self, place: usize) -> bool {
        (self.before.len()..self.before.len() + self.record.len()).contains(&place)
    }
}

/// Header, group and trailer too: all of each hand-written file but its record, each byte of which
/// is damaged for the tables.
#[test]
fn nothing_is_silent_in_a_whole_file() {
    // the reasons are lines of files that are here already
    let files: BTreeSet<_> = SAMPLES.iter().map(Sample::file).collect();
    for file in files {
        let samples: Vec<_> = SAMPLES.iter().filter(|sample| sample.file() == file).collect();
        let is_left = |place: &usize| !samples.iter().any(|sample| sample.has(*place));
        all_places(file.as_bytes(), (0..file.len()).filter(is_left));
    }
}

fn all_places(file: &[u8], places: impl Iterator<Item = usize>) {
    let options = options();
    let (was, found) = judged(file, &options);
    assert_eq!(found, [], "valid: {}", file.escape_ascii());
    for at in places {
        for damage in Damage::all() {
            outcome(file, at, damage, &was, &options);
        }
    }
}

fn kinds() -> [(Flow, Layout); 10] {
    use {Flow::*, Layout::*};
    [
        (E45, Fixed),
        (E45, Uklink),
        (E46, Fixed),
        (E46, Uklink),
        (D0350, Zhf),
        (D0350, Zhv),
        (D0351, Zhf),
        (D0351, Zhv),
        (D0172, Zhf),
        (D0172, Zhv),
    ]
}

/// Returns one invented record in its file, and its place: between the lines above it and the
/// trailer.
fn one_record(flow: Flow, layout: Layout, seed: u64) -> (Vec<u8>, std::ops::Range<usize>) {
    let mut options = GenerateOptions::new(flow, 1);
    (options.layout, options.seed) = (layout, seed);
    options.envelope = Some(HeaderValues::default());
    let mut file = Vec::new();
    generate(&mut file, None, &options).unwrap();
    let ends: Vec<_> = (0..file.len()).filter(|i| file[*i] == b'\n').collect();
    let above = usize::from(!matches!(flow, Flow::E45 | Flow::E46));
    let [.., end, _] = ends[..] else { panic!("a header, a record, a trailer") };
    (file, ends[above] + 1..end + 1)
}

#[test]
fn nothing_is_silent_in_generated_records() {
    let most = std::env::var("FLAGFLOW_CORRUPTIONS").map_or(2, |number| number.parse().unwrap());
    for (flow, layout) in kinds() {
        for seed in 0..most {
            let (file, record) = one_record(flow, layout, seed);
            all_places(&file, record);
        }
    }
}
