//! What depends on a terminal: colour, and the progress bar.

use std::fmt;
use std::io::{self, IsTerminal, Read, Write};
use std::time::Duration;

use flagflow::check::escape;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Writes a line to standard error, in printable form: nothing in a message can begin a line or a terminal
/// command of its own. A failure is ignored; the exit code tells the same.
pub(crate) fn tell(line: fmt::Arguments<'_>) {
    let line = escape(line.to_string().as_bytes());
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Writes the lines of a text to standard error, each as [`tell`] does.
pub(crate) fn tell_lines(text: &str) {
    text.lines().for_each(|line| tell(format_args!("{line}")));
}

/// Whether standard output takes colour: a terminal, and `NO_COLOR` and the like respected.
pub(crate) fn color() -> bool {
    anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
}

/// How many columns the terminal has that standard output is; `None` where it is none.
pub(crate) fn columns() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(io::stdout())?;
    // lines are easier to read when they do not end too far off
    Some(usize::from(width.0).clamp(40, 120))
}

/// The same; 80 where there is no terminal.
pub(crate) fn width() -> usize {
    columns().unwrap_or(80)
}

/// Something, and behind it a text, which on a terminal is wrapped and indented. Elsewhere it is one line.
pub(crate) fn wrapped(begin: &str, text: &str, indent: usize) -> String {
    let Some(columns) = columns() else { return format!("{begin}{text}") };
    let indent = " ".repeat(indent);
    let options = textwrap::Options::new(columns).initial_indent(begin).subsequent_indent(&indent);
    textwrap::fill(text, options)
}

/// A bar for reading `total` bytes, drawn nowhere yet.
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

/// How long something may take before it shows its progress.
const PATIENCE: Duration = Duration::from_millis(500);

/// Counts what is read through it, and shows the bar on standard error once that takes long; never
/// where that is no terminal.
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
