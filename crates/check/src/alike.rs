//! Where the fields of a record stand, known from an earlier line.

use flagflow_frame::Line;

use crate::cross::RecordLocation;
use crate::file_state::UpdateField;
use crate::finding_counts::FindingSpan;
use crate::options::Layout;
use crate::place::LineRef;

/// A record's line and where its point and flag stand, for those behind it: most lines are cut where
/// the one before was, and telling that takes less than cutting them.
#[derive(Debug, Default)]
pub(crate) struct Alike {
    line: Vec<u8>,
    fields: RecordLocation,
}

impl Alike {
    /// Where a record stands all of whose fields can be read.
    #[inline]
    pub(crate) fn locate<'a>(
        &mut self,
        spot: LineRef<'_>,
        layout: Layout,
        place: impl Fn(UpdateField) -> FindingSpan<'a>,
    ) -> RecordLocation {
        if !are_cut_alike(&self.line, spot.line.bytes, layout) {
            self.cut(spot.line, place);
        }
        let Line { number, offset, length, .. } = *spot.line;
        RecordLocation {
            line: number,
            record: spot.record.unwrap_or_default(),
            line_offset: offset,
            stride: length + spot.line.end.as_bytes().len() as u64,
            line_length: short(length),
            ..self.fields
        }
    }

    /// Keeps another line, and where its fields stand.
    fn cut<'a>(&mut self, line: &Line<'_>, place: impl Fn(UpdateField) -> FindingSpan<'a>) {
        self.line.clear();
        self.line.extend_from_slice(line.bytes);
        let (point, flag) = (place(UpdateField::Point), place(UpdateField::Flag));
        self.fields = RecordLocation {
            point_start: short(point.start as u64),
            point_length: short(point.length),
            flag_start: short(flag.start as u64),
            ..RecordLocation::default()
        };
    }
}

/// A record that can be read is shorter than any of these numbers can tell.
fn short(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Whether two records with a point, a flag and a day are cut at the same bytes. Where each field has
/// its length, each of these records has its own; elsewhere they are cut at marks.
#[inline]
fn are_cut_alike(before: &[u8], line: &[u8], layout: Layout) -> bool {
    before.len() == line.len()
        && match layout {
            Layout::Fixed | Layout::Zhf => true,
            Layout::Uklink | Layout::Zhv => have_marks_alike(before, line),
        }
}

/// Without a branch for each byte, so that many are compared at once.
fn have_marks_alike(before: &[u8], line: &[u8]) -> bool {
    let differ = |(a, b): (&u8, &u8)| (is_mark(*a) | is_mark(*b)) & (a != b);
    !before.iter().zip(line).fold(false, |so_far, bytes| so_far | differ(bytes))
}

const fn is_mark(byte: u8) -> bool {
    (byte == b'|') | (byte == b',') | (byte == b'"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_alike_where_their_marks_are() {
        for (before, line, expected) in [
            (&b"E45,1234567810,A,20220101"[..], &b"E45,7654321810,N,20230101"[..], true),
            (b"E45,1234567810,A,20220101", b"E45,\"34567810\",A,20220101", false),
            (b"E45,1234567,A,20220101", b"E45,123456,NN,20220101", false),
            (b"E45,1234567,A,20220101", b"E45,123456,A,20220101", false),
            (b"", b"E45,123456,A,20220101", false),
        ] {
            assert_eq!(are_cut_alike(before, line, Layout::Uklink), expected);
            assert_eq!(are_cut_alike(line, before, Layout::Uklink), expected);
        }
        assert!(!are_cut_alike(b"X02|1|22|A|", b"X02|9|,3|N|", Layout::Zhv));
        assert!(are_cut_alike(b"X02|1|22|A|", b"X02|9|33|N|", Layout::Zhv));
    }
}
