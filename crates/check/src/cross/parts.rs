//! Records split into parts by their keys, in the order of the file; in memory, and above a limit
//! in a temporary file.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use flagflow_domain::ServiceFlag;

use super::RecordLocation;
use super::key::{PARTS, PointDay};
use super::row;

/// The maximum and the minimum number of bytes of a chunk.
const LARGEST_CHUNK: usize = 1 << 14;
const SMALLEST_CHUNK: usize = 1 << 8;

/// The memory of a chunk besides its bytes: its entry in two lists, whose capacity may be doubled.
const CHUNK_COST: usize = 4 * size_of::<Vec<u8>>();

/// The size of the write buffer of the temporary file.
const BUFFER: usize = 1 << 16;

/// The maximum number of threads that find conflicts at once.
const MOST_THREADS: usize = 8;

/// The number of chunks reserved for the first conflicts of each thread, until the records' chunks
/// are free.
const FOR_CLASHES: usize = 2;

/// Records split into parts.
#[derive(Debug)]
pub(super) struct SpillParts {
    heads: Vec<Head>,
    /// The full chunks of each part.
    full: Vec<Vec<Vec<u8>>>,
    /// Chunks that can be used again.
    spare: Vec<Vec<u8>>,
    chunk: usize,
    /// The number of chunks that may still be allocated.
    room: usize,
    /// The first record of the current run of lines that are alike.
    run: RecordLocation,
    runs: u64,
    spilled: Option<Spilled>,
}

/// The end of a part.
#[derive(Clone, Debug, Default)]
struct Head {
    open: Vec<u8>,
    /// The record of the last row.
    record: u64,
    /// The run of that record.
    run: u64,
    /// The first round in the file that was not yet read.
    round: usize,
}

impl SpillParts {
    /// Creates empty parts with a limit of memory, but at least two small chunks for each part.
    pub(super) fn within(bound: usize) -> Self {
        let chunk = (bound / (8 * PARTS)).clamp(SMALLEST_CHUNK, LARGEST_CHUNK);
        Self {
            heads: vec![Head::default(); PARTS],
            full: vec![Vec::new(); PARTS],
            spare: Vec::new(),
            chunk,
            room: (bound / (chunk + CHUNK_COST)).max(2 * PARTS) - FOR_CLASHES * MOST_THREADS,
            run: RecordLocation::default(),
            runs: 0,
            spilled: None,
        }
    }

    /// Appends a record that is the first of its point and day, so its position is not needed.
    pub(super) fn push_first(&mut self, part: usize, key: PointDay) -> io::Result<()> {
        let head = self.open(part)?;
        // no record is in run 0, so the part's next row has its full position
        head.run = 0;
        head.open.extend(row::plain(key, 1).iter().flatten());
        Ok(())
    }

    /// Appends a record.
    #[inline]
    pub(super) fn push(
        &mut self,
        part: usize,
        key: PointDay,
        at: &RecordLocation,
    ) -> io::Result<()> {
        self.follow(at);
        self.push_in_run(part, key, at.record)
    }

    /// Begins a run of lines that are alike at this record, or continues the current run.
    #[inline]
    pub(super) fn follow(&mut self, at: &RecordLocation) {
        if self.runs == 0 || self.run.further(at.record) != *at {
            self.run = *at;
            self.runs += 1;
        }
    }

    /// Appends a record whose line is like that of the current run.
    #[inline]
    pub(super) fn push_in_run(
        &mut self,
        part: usize,
        key: PointDay,
        record: u64,
    ) -> io::Result<()> {
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

    /// Returns a part's end, with capacity for a row.
    #[inline]
    fn open(&mut self, part: usize) -> io::Result<&mut Head> {
        let open = &self.heads[part].open;
        if open.capacity() - open.len() < row::LONGEST {
            self.turn(part)?;
        }
        Ok(&mut self.heads[part])
    }

    /// Starts a new chunk for a part.
    #[cold]
    fn turn(&mut self, part: usize) -> io::Result<()> {
        if self.spare.is_empty() && self.room == 0 {
            self.spill()?;
        }
        let fresh = match self.spare.pop() {
            Some(chunk) => chunk,
            None => {
                self.room = self.room.saturating_sub(1);
                Vec::with_capacity(self.chunk)
            }
        };
        let full = std::mem::replace(&mut self.heads[part].open, fresh);
        if !full.is_empty() {
            self.full[part].push(full);
        }
        Ok(())
    }

    /// Moves all rows in memory to the file.
    fn spill(&mut self) -> io::Result<()> {
        let Self { heads, full, spare, spilled, .. } = self;
        let spilled = match spilled {
            Some(spilled) => spilled,
            none => none.insert(Spilled::new()?),
        };
        let file = Arc::clone(&spilled.file);
        let file = locked(&file);
        let mut round = spilled.begin_round(&file)?;
        for (head, full) in heads.iter_mut().zip(full) {
            for mut chunk in full.drain(..).chain([std::mem::take(&mut head.open)]) {
                if !chunk.is_empty() {
                    round.write(&chunk)?;
                }
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

    /// Divides the parts and the memory among threads, which store conflicts in place of the
    /// records. Each share has all parts, and those of the other shares are empty.
    pub(super) fn share(self, threads: usize) -> Vec<Self> {
        let threads = threads.clamp(1, MOST_THREADS);
        let Self { heads, full, spare, chunk, room, run, runs, spilled } = self;
        let read = spilled.as_ref().map_or(0, |spilled| spilled.rounds.len());
        let none = Head { round: read, ..Head::default() };
        let share = || Self {
            heads: vec![none.clone(); PARTS],
            full: vec![Vec::new(); PARTS],
            spare: Vec::new(),
            chunk,
            room: room / threads + FOR_CLASHES,
            run,
            runs,
            spilled: spilled.clone(),
        };
        let mut shares: Vec<_> = (0..threads).map(|_| share()).collect();
        for (part, (head, full)) in heads.into_iter().zip(full).enumerate() {
            let share = &mut shares[part % threads];
            (share.heads[part], share.full[part]) = (head, full);
        }
        for (number, chunk) in spare.into_iter().enumerate() {
            shares[number % threads].spare.push(chunk);
        }
        shares
    }

    /// Appends a conflict to its part: a record, and the flag of the first record.
    pub(super) fn push_clash(
        &mut self,
        part: usize,
        key: PointDay,
        at: &RecordLocation,
        first: ServiceFlag,
    ) -> io::Result<()> {
        self.push(part, key, at)?;
        self.heads[part].open.push(first.as_byte());
        Ok(())
    }

    /// Takes all rows of a part for reading. Rows that are appended later are separate from them.
    pub(super) fn take(&mut self, part: usize) -> TakenPart {
        let rounds = self.spilled.as_ref().map_or(0, |spilled| spilled.rounds.len());
        let fresh = Head { round: rounds, ..Head::default() };
        let Head { open, round, .. } = std::mem::replace(&mut self.heads[part], fresh);
        let mut chunks = std::mem::take(&mut self.full[part]);
        chunks.push(open);
        TakenPart {
            part,
            rounds: round..rounds,
            rest: 0..0,
            chunks: chunks.into_iter(),
            chunk: Vec::new(),
            is_counted: false,
        }
    }

    /// Returns the next complete rows of a taken part. The chunk that they replace can be used
    /// again.
    pub(super) fn next_chunk<'t>(
        &mut self,
        taken: &'t mut TakenPart,
    ) -> io::Result<Option<&'t [u8]>> {
        if taken.is_counted {
            taken.chunk.clear();
            self.spare.push(std::mem::take(&mut taken.chunk));
            taken.is_counted = false;
        }
        if let Some(spilled) = &self.spilled
            && spilled.next_chunk(taken)?
        {
            return Ok(Some(&taken.chunk));
        }
        let chunk = taken.chunks.next();
        let is_end = chunk.is_none();
        taken.chunk = chunk.unwrap_or_default();
        taken.is_counted = taken.chunk.capacity() > 0;
        Ok((!is_end).then_some(&taken.chunk))
    }

    #[cfg(test)]
    pub(super) fn has_spilled(&self) -> bool {
        self.spilled.is_some()
    }

    /// Returns the number of bytes of all chunks.
    #[cfg(test)]
    pub(super) fn allocated(&self) -> usize {
        let open = self.heads.iter().map(|head| &head.open);
        let chunks = open.chain(self.full.iter().flatten()).chain(&self.spare);
        let lists = self.full.iter().chain([&self.spare]).map(|list| list.capacity() * 24);
        chunks.map(Vec::capacity).sum::<usize>() + lists.sum::<usize>()
    }
}

/// A temporary file without a name, which threads may share. Whenever the memory is full, all rows
/// in memory are written as one round, part after part.
#[derive(Clone, Debug)]
struct Spilled {
    file: Arc<Mutex<File>>,
    /// For each round the offset of each part, then the end of the last part.
    rounds: Vec<Vec<u64>>,
}

impl Spilled {
    fn new() -> io::Result<Self> {
        Ok(Self { file: Arc::new(Mutex::new(tempfile::tempfile()?)), rounds: Vec::new() })
    }

    fn begin_round<'f>(&'f mut self, mut file: &'f File) -> io::Result<Round<'f>> {
        let begin = file.seek(SeekFrom::End(0))?;
        let file = BufWriter::with_capacity(BUFFER, file);
        Ok(Round { file, rounds: &mut self.rounds, end: begin, begins: vec![begin] })
    }

    /// Reads the next chunk of a taken part; returns false if the file has no more of its chunks.
    fn next_chunk(&self, taken: &mut TakenPart) -> io::Result<bool> {
        while taken.rest.is_empty() {
            let Some(round) = taken.rounds.next() else { return Ok(false) };
            let begins = &self.rounds[round];
            taken.rest = begins[taken.part]..begins[taken.part + 1];
        }
        let mut file = locked(&self.file);
        file.seek(SeekFrom::Start(taken.rest.start))?;
        read_chunk(&mut *file, &mut taken.chunk)?;
        taken.rest.start += (LENGTH + taken.chunk.len()) as u64;
        Ok(true)
    }
}

/// The file has no state between two uses that a panic could leave wrong: each use seeks first.
fn locked(file: &Mutex<File>) -> MutexGuard<'_, File> {
    file.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The rows of one part while they are read: those in the file, then those in memory.
#[derive(Debug)]
pub(super) struct TakenPart {
    part: usize,
    rounds: Range<usize>,
    /// The unread bytes of a round.
    rest: Range<u64>,
    chunks: std::vec::IntoIter<Vec<u8>>,
    chunk: Vec<u8>,
    /// True if the chunk counts towards the memory limit, false if it was read from the file.
    is_counted: bool,
}

impl TakenPart {
    /// Returns the rows that were read last.
    pub(super) fn chunk(&self) -> &[u8] {
        &self.chunk
    }
}

/// Writes all parts as one round.
struct Round<'f> {
    file: BufWriter<&'f File>,
    rounds: &'f mut Vec<Vec<u64>>,
    begins: Vec<u64>,
    end: u64,
}

/// Writes a chunk, preceded by its length.
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

fn read_chunk(mut file: impl Read, chunk: &mut Vec<u8>) -> io::Result<()> {
    let mut length = [0; LENGTH];
    file.read_exact(&mut length)?;
    chunk.resize(u16::from_le_bytes(length).into(), 0);
    file.read_exact(chunk)
}
