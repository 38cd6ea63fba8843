//! A standard output that was closed before the command began (`flagflow … >&-`).
//!
//! The runtime opens the null device in its place before `main`, so that no file that is opened later
//! becomes standard output by its number. From then on every write succeeds and goes nowhere, and nothing
//! tells it from the null device that a caller gave on purpose: `subprocess.DEVNULL`, `daemon` and others
//! open it in the same way. So one function looks before the runtime does, and where there was nothing,
//! a socket with nobody on its other side is put in the place of the null device: whatever is printed,
//! by whom ever, fails, and what prints nothing does not notice.

#[cfg(unix)]
mod system {
    use std::io;
    use std::os::unix::net::UnixDatagram;
    use std::sync::atomic::{AtomicBool, Ordering};

    static WAS_CLOSED: AtomicBool = AtomicBool::new(false);

    ctor::declarative::ctor! {
        // Sound before the runtime is there: one system call and one store, no allocation, no lock, no
        // standard stream, no panic.
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

/// Whether there was no standard output when the command began.
pub(crate) fn was_closed() -> bool {
    system::was_closed()
}

/// Makes sure that what is printed where there is no standard output is not taken for printed.
pub(crate) fn expect_open() -> Result<(), Failure> {
    match was_closed() {
        true => system::put_an_end().map_err(Failure::output),
        false => Ok(()),
    }
}
