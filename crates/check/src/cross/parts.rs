//! Records parted by their keys, in the order of the file, in memory and past a bound in a
//! temporary file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use super::Located;
use super::key::{Key, PARTS};
use super::row::{self, Rows};

/// The bytes of a chunk, at most and at least.
const LARGEST_CHUNK: usize = 1 << 14;
const SMALLEST_CHUNK: usize = 1 << 8;

/// What a chunk costs besides its bytes: its place in two lists, which may have doubled.
const CHUNK_COST: usize = 4 * size_of::<Vec<u8>>();

/// The buffer of the temporary file, written or read.
const BUFFER: usize = 1 << 16;

/// Records in parts.
#[derive(Debug)]
pub(super) struct Parts {
    heads: Vec<Head>,
    /// The full chunks of each part.
    full: Vec<Vec<Vec<u8>>>,
    /// Chunks that are free again.
    spare: Vec<Vec<u8>>,
    chunk: usize,
    /// How many chunks may still be made.
    room: usize,
    /// A record, and the lines behind it are alike.
    run: Located,
    runs: u64,
    spilled: Option<Spilled>,
}

/// The end of a part.
#[derive(Clone, Debug, Default)]
struct Head {
    open: Vec<u8>,
    /// The last row's record.
    record: u64,
    /// Which run that was in.
    run: u64,
}

impl Parts {
    /// With so many bytes in memory, but never less than two small chunks for each part.
    pub(super) fn within(bound: usize) -> Self {
        let chunk = (bound / (4 * PARTS)).clamp(SMALLEST_CHUNK, LARGEST_CHUNK);
        Self {
            heads: vec![Head::default(); PARTS],
            full: vec![Vec::new(); PARTS],
            spare: Vec::new(),
            chunk,
            room: (bound / (chunk + CHUNK_COST)).max(2 * PARTS),
            run: Located::default(),
            runs: 0,
            spilled: None,
        }
    }

    /// Appends a record that no other one stands before. Where it stands will not be asked for.
    pub(super) fn push_first(&mut self, part: usize, key: Key) -> io::Result<()> {
        let head = self.open(part)?;
        // no record is in this run, so the part's next row tells its place in full
        head.run = 0;
        head.open.extend(row::plain(key, 1).iter().flatten());
        Ok(())
    }

    /// Appends a record.
    #[inline]
    pub(super) fn push(&mut self, part: usize, key: Key, at: &Located) -> io::Result<()> {
        self.follow(at);
        self.push_in_run(part, key, at.record)
    }

    /// From this record on the lines are alike. They may be like those before it.
    #[inline]
    pub(super) fn follow(&mut self, at: &Located) {
        if self.runs == 0 || self.run.further(at.record) != *at {
            self.run = *at;
            self.runs += 1;
        }
    }

    /// Appends a record whose line is like that of the last one that was told in full.
    #[inline]
    pub(super) fn push_in_run(&mut self, part: usize, key: Key, record: u64) -> io::Result<()> {
        let (run, runs) = (self.run, self.runs);
        let head = self.open(part)?;
        let plain = row::plain(key, record.wrapping_sub(head.record));
        head.record = record;
        match plain.filter(|_| head.run == runs) {
            Some(row) => head.open.extend_from_slice(&row),
            None => {
                head.run = runs;
                row::push_full(&mut head.open, key, &run.further(record));
            }
        }
        Ok(())
    }

    /// A part's end, with room for a row.
    #[inline]
    fn open(&mut self, part: usize) -> io::Result<&mut Head> {
        let open = &self.heads[part].open;
        if open.capacity() - open.len() < row::LONGEST {
            self.turn(part)?;
        }
        Ok(&mut self.heads[part])
    }

    /// Gives a part a new chunk.
    #[cold]
    fn turn(&mut self, part: usize) -> io::Result<()> {
        if self.spare.is_empty() && self.room == 0 {
            self.spill()?;
        }
        let fresh = match self.spare.pop() {
            Some(chunk) => chunk,
            None => {
                self.room -= 1;
                Vec::with_capacity(self.chunk)
            }
        };
        let full = std::mem::replace(&mut self.heads[part].open, fresh);
        if !full.is_empty() {
            self.full[part].push(full);
        }
        Ok(())
    }

    /// Moves all that is in memory to the file.
    fn spill(&mut self) -> io::Result<()> {
        let Self { heads, full, spare, spilled, .. } = self;
        let spilled = match spilled {
            Some(spilled) => spilled,
            none => none.insert(Spilled::new()?),
        };
        let mut round = spilled.begin_round()?;
        for (head, full) in heads.iter_mut().zip(full) {
            for mut chunk in full.drain(..).chain([std::mem::take(&mut head.open)]) {
                round.write(&chunk)?;
                chunk.clear();
                // a part without rows has no chunk
                if chunk.capacity() > 0 {
                    spare.push(chunk);
                }
            }
            round.end_part();
        }
        round.finish()
    }

    /// Shows the rows of one part in their order, chunk by chunk, and forgets those in memory.
    pub(super) fn take(
        &mut self,
        part: usize,
        show: &mut dyn FnMut(&mut Rows, &[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut rows = Rows::default();
        if let Some(spilled) = &self.spilled {
            spilled.read(part, &mut |chunk| show(&mut rows, chunk))?;
        }
        let open = std::mem::take(&mut self.heads[part].open);
        for chunk in std::mem::take(&mut self.full[part]).into_iter().chain([open]) {
            show(&mut rows, &chunk)?;
        }
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn has_spilled(&self) -> bool {
        self.spilled.is_some()
    }

    /// The bytes of all chunks.
    #[cfg(test)]
    pub(super) fn allocated(&self) -> usize {
        let open = self.heads.iter().map(|head| &head.open);
        let chunks = open.chain(self.full.iter().flatten()).chain(&self.spare);
        let lists = self.full.iter().chain([&self.spare]).map(|list| list.capacity() * 24);
        chunks.map(Vec::capacity).sum::<usize>() + lists.sum::<usize>()
    }
}

/// A temporary file without a name. Each time that memory is full all of it is written, one part
/// behind the other.
#[derive(Debug)]
struct Spilled {
    file: File,
    /// For each time where each part begins, and behind them where the last one ends.
    rounds: Vec<Vec<u64>>,
}

impl Spilled {
    fn new() -> io::Result<Self> {
        Ok(Self { file: tempfile::tempfile()?, rounds: Vec::new() })
    }

    fn begin_round(&mut self) -> io::Result<Round<'_>> {
        let begin = (&self.file).seek(SeekFrom::End(0))?;
        let file = BufWriter::with_capacity(BUFFER, &self.file);
        Ok(Round { file, rounds: &mut self.rounds, end: begin, begins: vec![begin] })
    }

    fn read(&self, part: usize, show: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let mut chunk = Vec::new();
        for begins in &self.rounds {
            let (begin, end) = (begins[part], begins[part + 1]);
            (&self.file).seek(SeekFrom::Start(begin))?;
            let mut file = BufReader::with_capacity(BUFFER, (&self.file).take(end - begin));
            while !file.fill_buf()?.is_empty() {
                read_chunk(&mut file, &mut chunk)?;
                show(&chunk)?;
            }
        }
        Ok(())
    }
}

/// Writing all parts once.
struct Round<'f> {
    file: BufWriter<&'f File>,
    rounds: &'f mut Vec<Vec<u64>>,
    begins: Vec<u64>,
    end: u64,
}

/// A chunk's length stands before it.
const LENGTH: usize = size_of::<u16>();

const _: () = assert!(LARGEST_CHUNK <= u16::MAX as usize, "a chunk's length has no room");

impl Round<'_> {
    #[allow(clippy::cast_possible_truncation, reason = "asserted above")]
    fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        self.file.write_all(&(chunk.len() as u16).to_le_bytes())?;
        self.end += (LENGTH + chunk.len()) as u64;
        self.file.write_all(chunk)
    }

    fn end_part(&mut self) {
        self.begins.push(self.end);
    }

    fn finish(mut self) -> io::Result<()> {
        self.file.flush()?;
        self.rounds.push(self.begins);
        Ok(())
    }
}

fn read_chunk(file: &mut impl Read, chunk: &mut Vec<u8>) -> io::Result<()> {
    let mut length = [0; LENGTH];
    file.read_exact(&mut length)?;
    chunk.resize(u16::from_le_bytes(length).into(), 0);
    file.read_exact(chunk)
}
