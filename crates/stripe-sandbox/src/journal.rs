//! The state on disk: a file with the whole state, and beside it a log of the steps since.
//!
//! Each step is one line, written before its answer goes out. The whole is written beside and renamed over, so that a kill
//! at any moment leaves a whole file; a line cut short by a kill was never acknowledged and is dropped.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use crate::core::world::World;

/// The log is folded into the whole when it is larger than this and twice the whole, in bytes.
const FOLD_AT: u64 = 4 * 1024 * 1024;

/// The two files.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    log: File,
    generation: u64,
    log_bytes: u64,
    whole_bytes: u64,
}

impl Journal {
    /// Reads the files into an empty world (or makes them).
    ///
    /// # Errors
    /// They are unreadable, or not what this sandbox wrote.
    pub fn open(path: &Path, world: &mut World) -> io::Result<Self> {
        let whole = match fs::read(path) {
            Ok(bytes) => Some(bytes),
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => None,
            Err(fault) => return Err(fault),
        };
        let Some(whole) = whole else { return Self::begin(path, world, 1) };
        let generation = world.load(&whole)?;
        let (log, log_bytes) = replay(&log_path(path), generation, world)?;
        world.wake_up();
        Ok(Self { path: path.to_owned(), log, generation, log_bytes, whole_bytes: whole.len() as u64 })
    }

    /// Writes the whole, and begins an empty log for it.
    fn begin(path: &Path, world: &mut World, generation: u64) -> io::Result<Self> {
        world.forget_old_events();
        let bytes = world.to_bytes(generation)?;
        write_atomically(path, &bytes)?;
        // From here on the old log is of another generation and is not read any more.
        let log = new_log(&log_path(path), generation)?;
        world.changes = Default::default();
        Ok(Self { path: path.to_owned(), log, generation, log_bytes: 0, whole_bytes: bytes.len() as u64 })
    }

    /// Writes down what has changed.
    ///
    /// # Errors
    /// The disk does not take it.
    pub fn write(&mut self, world: &mut World) -> io::Result<()> {
        if self.log_bytes > FOLD_AT.max(2 * self.whole_bytes) {
            *self = Self::begin(&self.path, world, self.generation + 1)?;
            return Ok(());
        }
        let line = world.take_step()?;
        self.log.write_all(&line)?;
        self.log_bytes += line.len() as u64;
        Ok(())
    }
}

fn log_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".log");
    name.into()
}

fn new_log(path: &Path, generation: u64) -> io::Result<File> {
    let mut log = private(path)?;
    log.write_all(format!("{generation}\n").as_bytes())?;
    Ok(log)
}

/// Applies the log's whole lines and cuts off what follows them; a log of another generation is begun anew.
fn replay(path: &Path, generation: u64, world: &mut World) -> io::Result<(File, u64)> {
    let bytes = fs::read(path).unwrap_or_default();
    let whole_lines = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    let mut lines = bytes[..whole_lines].split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    if lines.next() != Some(generation.to_string().as_bytes()) {
        return Ok((new_log(path, generation)?, 0));
    }
    lines.try_for_each(|line| world.apply_step(line))?;
    let log = OpenOptions::new().append(true).open(path)?;
    log.set_len(whole_lines as u64)?;
    Ok((log, whole_lines as u64))
}

fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    private(&beside)?.write_all(bytes)?;
    fs::rename(&beside, path)
}

/// A new file that its owner alone reads: names and addresses are in it.
fn private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn world() -> World {
        World::new(1, "http://sandbox".into())
    }

    fn add(world: &mut World, id: &str) {
        world.settle(|world| world.insert(json!({ "id": id, "object": "customer" })));
    }

    /// The ids that a fresh start finds.
    fn found(path: &Path) -> Vec<String> {
        let mut world = world();
        Journal::open(path, &mut world).unwrap();
        world.ids_of("customer").to_vec()
    }

    #[test]
    fn a_line_cut_short_is_dropped_and_the_next_one_is_not_spoiled() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.json");
        let mut state = world();
        let mut journal = Journal::open(&path, &mut state).unwrap();
        add(&mut state, "cus_b");
        journal.write(&mut state).unwrap();
        add(&mut state, "cus_a");
        journal.write(&mut state).unwrap();
        drop(journal);
        let log = fs::read(log_path(&path)).unwrap();
        fs::write(log_path(&path), &log[..log.len() - 7]).unwrap();
        assert_eq!(found(&path), ["cus_b"]);
        let mut state = world();
        let mut journal = Journal::open(&path, &mut state).unwrap();
        add(&mut state, "cus_c");
        journal.write(&mut state).unwrap();
        assert_eq!(found(&path), ["cus_b", "cus_c"]);
    }

    #[test]
    fn a_log_of_another_generation_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.json");
        let mut state = world();
        let mut journal = Journal::open(&path, &mut state).unwrap();
        add(&mut state, "cus_a");
        journal.write(&mut state).unwrap();
        // A kill between the new whole and the new log.
        fs::write(&path, state.to_bytes(2).unwrap()).unwrap();
        assert_eq!(found(&path), ["cus_a"]);
        assert_eq!(fs::read(log_path(&path)).unwrap(), b"2\n");
    }

    #[test]
    fn folding_forgets_old_events_but_none_that_still_waits() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.json");
        let mut state = world();
        let mut journal = Journal::open(&path, &mut state).unwrap();
        let endpoint = json!({ "id": "we_1", "object": "webhook_endpoint", "status": "enabled", "enabled_events": ["customer.deleted"] });
        state.settle(|world| world.insert(endpoint));
        add(&mut state, "cus_a");
        state.settle(|world| world.announce("customer.created", "cus_a"));
        state.settle(|world| world.announce("customer.deleted", "cus_a"));
        state.now_ms += 31 * 24 * 60 * 60 * 1000;
        journal.log_bytes = FOLD_AT + 1;
        journal.write(&mut state).unwrap();
        let kept: Vec<_> = state.newest("event").map(|event| event["type"].clone()).collect();
        assert_eq!(kept, [json!("customer.deleted")]);
    }

    #[test]
    fn a_large_log_is_folded_in() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.json");
        let mut state = world();
        let mut journal = Journal::open(&path, &mut state).unwrap();
        journal.log_bytes = FOLD_AT + 1;
        add(&mut state, "cus_a");
        journal.write(&mut state).unwrap();
        assert_eq!((journal.generation, journal.log_bytes), (2, 0));
        assert_eq!(found(&path), ["cus_a"]);
    }
}
