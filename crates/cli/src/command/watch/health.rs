//! The state of a watch: health for a monitor, and progress for a watchdog.

use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use flagflow::check::escape_path;

use super::metrics::lock;

/// The state of a watch.
pub(super) struct Health {
    folder: PathBuf,
    /// Files that could not be handled at the end of the last pass: their number, and the error
    /// of one.
    failing: Mutex<Option<(usize, String)>>,
    steps: AtomicU64,
    idle: AtomicBool,
}

impl Health {
    pub(super) fn of(folder: PathBuf) -> Self {
        let (failing, idle) = (Mutex::default(), AtomicBool::new(false));
        Self { folder, failing, steps: AtomicU64::new(0), idle }
    }

    /// Notes the end of a pass, with the files that could not be handled.
    pub(super) fn passed(&self, failing: Option<(usize, String)>) {
        *lock(&self.failing) = failing;
    }

    /// Returns the reason for which the watch is unhealthy, if it is.
    pub(super) fn fault(&self) -> Option<String> {
        if let Err(error) = fs::read_dir(&self.folder) {
            return Some(format!("{}: cannot be read: {error}", escape_path(&self.folder)));
        }
        let failing = lock(&self.failing);
        let (number, error) = failing.as_ref()?;
        Some(match number {
            1 => error.clone(),
            _ => format!("{number} files could not be handled, among them {error}"),
        })
    }

    /// Notes that the watch makes progress.
    pub(super) fn step(&self) {
        self.steps.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes that the watch waits for the next pass, or that the waiting time has ended.
    pub(super) fn set_idle(&self, idle: bool) {
        self.idle.store(idle, Ordering::Relaxed);
    }

    /// Returns true if the watch waits, or has made a step since the last call.
    #[cfg(any(target_os = "linux", test))]
    pub(super) fn is_alive(&self, seen: &mut u64) -> bool {
        let steps = self.steps.load(Ordering::Relaxed);
        let is_alive = self.idle.load(Ordering::Relaxed) || steps != *seen;
        *seen = steps;
        is_alive
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_cannot_be_read_and_failing_files_are_faults() {
        let folder = tempfile::tempdir().unwrap();
        let health = Health::of(folder.path().to_owned());
        assert_eq!(health.fault(), None);
        health.passed(Some((1, "a: full".to_owned())));
        assert_eq!(health.fault().as_deref(), Some("a: full"));
        health.passed(Some((2, "a: full".to_owned())));
        let fault = health.fault().unwrap();
        assert_eq!(fault, "2 files could not be handled, among them a: full");
        health.passed(None);
        assert_eq!(health.fault(), None);
        folder.close().unwrap();
        assert!(health.fault().unwrap().contains("cannot be read"));
    }

    #[test]
    fn a_watch_without_a_step_is_alive_only_while_it_waits() {
        let (health, mut seen) = (Health::of(PathBuf::new()), 0);
        assert!(!health.is_alive(&mut seen));
        health.step();
        assert!(health.is_alive(&mut seen));
        assert!(!health.is_alive(&mut seen));
        health.set_idle(true);
        assert!(health.is_alive(&mut seen) && health.is_alive(&mut seen));
        health.set_idle(false);
        assert!(!health.is_alive(&mut seen));
    }
}
