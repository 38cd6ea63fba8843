//! Calls of a reader's input and of a writer's output: records by the thousand cost few.

use std::io::{self, BufRead, Read, Write};

use flagflow_frame::ReadRecord;
use flagflow_gas::{
    Batch, Columns, Detail, E46, Error, ErrorKind, Layout, LineEnd, Reader, Writer, WriterOptions,
};

/// A file in memory that counts how often it is asked for its bytes.
struct Counted<'a> {
    rest: &'a [u8],
    asked: usize,
}

impl<'a> Counted<'a> {
    const fn new(rest: &'a [u8]) -> Self {
        Self { rest, asked: 0 }
    }
}

impl Read for Counted<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.asked += 1;
        self.rest.read(out)
    }
}

impl BufRead for Counted<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.asked += 1;
        Ok(self.rest)
    }

    fn consume(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
    }
}

/// 3,000 records, in a buffer that holds them all: a thousand are taken at a time, so that some ten
/// calls are enough. Line by line it would be at least one for each.
#[test]
fn records_are_taken_from_the_buffer_many_at_a_time() {
    for line in ["E451234567810A20211105\n", "\"E46\",\"RJ\",123409,\"N\",20240229\r\n"] {
        let file = line.repeat(3000);
        let mut reader = Reader::new(Counted::new(file.as_bytes()));
        while reader.read().unwrap().is_some() {}
        assert_eq!(reader.record_count(), 3000);
        assert!(reader.into_inner().asked < 30);

        let mut reader = Reader::new(Counted::new(file.as_bytes()));
        assert_eq!(reader.records().filter(Result::is_ok).count(), 3000);
        assert!(reader.into_inner().asked < 30);

        let mut reader = Reader::new(Counted::new(file.as_bytes()));
        let mut batch = Batch::new();
        assert!(reader.read_batch(&mut batch).unwrap());
        assert_eq!(batch.len(), 3000);
        assert!(reader.into_inner().asked < 30);
    }
}

/// At hand are the perfect records that were taken together with one that was asked for.
#[test]
fn the_records_that_were_taken_too_are_at_hand() {
    let file = b"E450000000101A20211105\n\
                 E450000000202A20211106\n\
                 E450000000303A20211107\n\
                 E45000000040?A20211108\n\
                 E450000000505A20211109\n";
    let point = |detail: Option<Detail>| detail.map(|it| it.meter_point_reference().as_u64());
    let mut reader = Reader::from_slice(file);
    assert_eq!(point(reader.at_hand()), None);
    assert_eq!(point(reader.read().unwrap()), Some(101));
    // the first line said which layout it is, and nothing more was looked at
    assert_eq!(point(reader.at_hand()), None);
    assert_eq!(point(reader.read().unwrap()), Some(202));
    assert_eq!(point(reader.at_hand()), Some(303));
    assert_eq!(point(reader.at_hand()), None);
    assert_eq!(reader.read().unwrap_err().kind(), ErrorKind::NotANumber);
    assert_eq!(point(reader.at_hand()), Some(505));
    assert_eq!(point(reader.at_hand()), None);
    assert_eq!(point(reader.read().unwrap()), None);
    assert_eq!((reader.record_count(), reader.position().line), (5, 6));
}

/// An output that keeps how much it was given each time.
#[derive(Debug, Default)]
struct Pieces(Vec<usize>);

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.push(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns what the output was given by a writer of lines of 32 bytes,
/// `"E46","AC",123409,"A",20220101` and CRLF.
fn pieces(write: impl FnOnce(&mut Writer<Pieces>) -> Result<(), Error>) -> Vec<usize> {
    let options = WriterOptions::new().layout(Layout::Uklink).line_end(LineEnd::CrLf);
    let mut writer = options.writer(Pieces::default());
    write(&mut writer).unwrap();
    writer.finish().unwrap().0
}

/// 64 KiB are 2,048 lines of 32 bytes: a piece is given away as soon as there are so many, however
/// the records come, and the last one when they are at their end.
#[test]
fn records_are_given_away_by_64_kib() {
    let answer: E46 = "E46AC0000123409A20220101".parse().unwrap();
    let columns = |rows: usize| {
        (
            vec![answer.meter_point_reference(); rows],
            vec![answer.flag(); rows],
            vec![answer.effective_from(); rows],
            vec![answer.outcome(); rows],
        )
    };
    for (rows, expected) in [
        (1, vec![32]),
        (2047, vec![65_504]),
        (2048, vec![65_536]),
        (2049, vec![65_536, 32]),
        (5000, vec![65_536, 65_536, 28_928]),
    ] {
        assert_eq!(pieces(|w| w.write_all(std::iter::repeat_n(answer, rows))), expected);
        let (points, flags, dates, outcomes) = columns(rows);
        let columns = Columns::new(&points, &flags, &dates).unwrap().answered(&outcomes).unwrap();
        assert_eq!(pieces(|w| w.write_all(columns.records())), expected);
        let file = "E46AC0000123409A20220101\n".repeat(rows);
        let mut batch = Batch::new();
        Reader::from_slice(file.as_bytes()).read_batch(&mut batch).unwrap();
        assert_eq!(pieces(|w| w.write_batch(&batch)), expected);
    }
    // one by one each is given away at once
    assert_eq!(pieces(|w| (0..3).try_for_each(|_| w.write(answer))), [32; 3]);
}
