//! Detects a standard output that was closed before the command began (`flagflow … >&-`).
//!
//! The runtime opens the null device in its place before `main`, so that no file that is opened
//! later becomes standard output by its number. From then on every write succeeds and is lost, and
//! this null device cannot be distinguished from one that a caller passed on purpose:
//! `subprocess.DEVNULL`, `daemon` and others open it in the same way. So one function checks before
//! the runtime does, and an unconnected socket then replaces the null device: every write fails,
//! and a command that prints nothing is not affected.
//!
//! No call at the beginning of `main` can do the same: the descriptor is open by then, to the same
//! device and with the same flags as a caller's. Without this module `flagflow check FILE >&-` ends
//! with 0 and its report is lost:
//! `a_standard_output_that_is_full_or_closed_is_2_where_something_is_printed` in
//! `tests/it/exit_codes.rs` fails.

#[cfg(unix)]
mod system {
    use std::io;
    use std::os::unix::net::UnixDatagram;
    use std::sync::atomic::{AtomicBool, Ordering};

    static WAS_CLOSED: AtomicBool = AtomicBool::new(false);

    ctor::declarative::ctor! {
        // SAFETY: sound before the runtime starts: one system call and one store, no allocation, no
        // lock, no standard stream, no panic.
        #[ctor(unsafe)]
        fn look() {
            let found = rustix::io::fcntl_getfd(rustix::stdio::stdout());
            WAS_CLOSED.store(found.is_err(), Ordering::Relaxed);
        }
    }

    pub(super) fn was_closed() -> bool {
        WAS_CLOSED.load(Ordering::Relaxed)
    }

    pub(super) fn put_an_end() -> io::Result<()> {
        rustix::stdio::dup2_stdout(UnixDatagram::unbound()?).map_err(io::Error::from)
    }
}

#[cfg(not(unix))]
mod system {
    use std::io;

    pub(super) fn was_closed() -> bool {
        false
    }

    pub(super) fn put_an_end() -> io::Result<()> {
        Ok(())
    }
}

use crate::exit::Failure;

/// Returns true if standard output was closed when the command began.
pub(crate) fn was_closed() -> bool {
    system::was_closed()
}

/// Replaces a closed standard output by one that fails on every write.
pub(crate) fn expect_open() -> Result<(), Failure> {
    match was_closed() {
        true => system::put_an_end().map_err(Failure::output),
        false => Ok(()),
    }
}
