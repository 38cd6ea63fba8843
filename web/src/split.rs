//! Splits a file.

use std::io::BufWriter;

use flagflow_check::Report;
use flagflow_files::input::BUFFER;
use flagflow_files::{ErrorKind, below_name};
use flagflow_intake::quarantine::{Outputs, QuarantineOptions, Quarantined, quarantine};

use crate::event::{Event, tell};
use crate::page::{Page, Stream, StreamWriter, source};
use crate::run::{TOO_MANY_RECORDS, read};

/// Splits the first file of a request into accepted and rejected records, with the reasons. If the
/// split is refused, the streams are worth nothing.
pub fn split_file<P: Page>(page: P) {
    match split(page) {
        Ok((_, parts)) => {
            let Quarantined { accepted, rejected, withheld, refusals, .. } = parts;
            let refusals = refusals.iter().map(ToString::to_string).collect();
            tell(&page, &Event::Split { accepted, rejected, withheld, refusals });
        }
        Err(message) => tell(&page, &Event::Refused { message: &message }),
    }
}

fn split<P: Page>(page: P) -> Result<(Report, Quarantined), String> {
    let (request, run) = read(page)?;
    let file = request.files.first().ok_or("there is no file")?;
    let mut check = run.of(file, &run.first());
    check.max_samples = Some(0);
    let mut parts = [Stream::Accepted, Stream::Rejected, Stream::Reasons]
        .map(|stream| BufWriter::with_capacity(BUFFER, StreamWriter(page, stream)));
    let [accepted, rejected, reasons] = &mut parts;
    let outputs =
        Outputs { accepted: Some(accepted), rejected: Some(rejected), reasons: Some(reasons) };
    quarantine(&source(page, 1, file), outputs, &QuarantineOptions::new(check)).map_err(|error| {
        match error.kind() {
            // a stream takes everything, so a temporary file was needed
            ErrorKind::Output => TOO_MANY_RECORDS.to_owned(),
            _ => below_name(&file.shown_name(), &error),
        }
    })
}
