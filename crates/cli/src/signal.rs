//! Handles a signal that would end the command before its cleanup.

/// Makes a write past the limit on the size of a file (`ulimit -f`) fail instead of ending the
/// process: incomplete outputs are then removed, and the exit code is 2. Closed pipes are errors
/// already.
#[cfg(unix)]
pub(crate) fn let_large_writes_fail() {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    // the write itself fails; the flag is needed only to install a handler
    let handled = Arc::new(AtomicBool::new(false));
    // without it such a write ends the process, as it does by default
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, handled);
}

#[cfg(not(unix))]
pub(crate) fn let_large_writes_fail() {}
