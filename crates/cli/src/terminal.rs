//! Output that depends on a terminal: colour, and the progress bar.

use std::fmt;
use std::io::{self, IsTerminal, Read, Write};
use std::time::Duration;

use flagflow::check::escape;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Writes a line to standard error in printable form: a message cannot start another line or a
/// terminal command. A failure is ignored; the exit code reports it.
pub(crate) fn tell(line: fmt::Arguments<'_>) {
    let line = escape(line.to_string().as_bytes());
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Writes the lines of a text to standard error, each as [`tell`] does.
pub(crate) fn tell_lines(text: &str) {
    text.lines().for_each(|line| tell(format_args!("{line}")));
}

/// Returns true if standard output supports colour: a terminal, respecting `NO_COLOR` and similar
/// variables.
pub(crate) fn color() -> bool {
    anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
}

/// Returns the width of the terminal on standard output; `None` without a terminal.
pub(crate) fn columns() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(io::stdout())?;
    // lines are easier to read when they do not end too far off
    Some(usize::from(width.0).clamp(40, 120))
}

/// Returns the width of the terminal; 80 without one.
pub(crate) fn width() -> usize {
    columns().unwrap_or(80)
}

/// A heading followed by a text, which is wrapped and indented on a terminal. Elsewhere it is one
/// line.
pub(crate) fn wrapped(begin: &str, text: &str, indent: usize) -> String {
    let Some(columns) = columns() else { return format!("{begin}{text}") };
    let indent = " ".repeat(indent);
    let options = textwrap::Options::new(columns).initial_indent(begin).subsequent_indent(&indent);
    textwrap::fill(text, options)
}

/// Creates a hidden progress bar for reading `total` bytes.
pub(crate) fn progress(total: Option<u64>) -> ProgressBar {
    let template = match total {
        Some(_) => "{bytes:>10} of {total_bytes} {wide_bar} {binary_bytes_per_sec} {eta}",
        None => "{bytes:>10} {spinner} {binary_bytes_per_sec}",
    };
    let style = ProgressStyle::with_template(template);
    let hidden = ProgressDrawTarget::hidden();
    let bar = ProgressBar::with_draw_target(total, hidden);
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Delay before progress is shown.
const PATIENCE: Duration = Duration::from_millis(500);

/// Counts the bytes read through it, and shows the bar on standard error after a delay, only on a
/// terminal.
pub(crate) struct Watched<R> {
    inner: R,
    bar: ProgressBar,
    waiting: bool,
    show: bool,
}

impl<R> Watched<R> {
    pub(crate) fn new(inner: R, bar: ProgressBar, quiet: bool) -> Self {
        let show = !quiet && io::stderr().is_terminal();
        Self { inner, bar, waiting: show, show }
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if self.show {
            self.bar.inc(read as u64);
            if self.waiting && self.bar.elapsed() > PATIENCE {
                self.waiting = false;
                self.bar.set_draw_target(ProgressDrawTarget::stderr());
            }
        }
        Ok(read)
    }
}

impl<R> Drop for Watched<R> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
