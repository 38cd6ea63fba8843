//! Opens files and recognises their formats.

use std::io::BufRead;
use std::path::Path;

use flagflow_check::{FileFormat, escape_path, recognise};
use flagflow_electricity::Electricity;
use flagflow_files::head::InputHead;
use flagflow_files::input;
use flagflow_frame::LineReader;
use flagflow_gas::{Gas, table};

use crate::electricity;
use crate::error::{Error, ErrorKind, Result};
use crate::options::ScanOptions;
use crate::source::{BatchSource, FlowSource, PartPlace};

pub(crate) fn open(path: &Path, options: &ScanOptions) -> Result<Box<dyn BatchSource>> {
    let name = escape_path(path);
    let opened = input::open(path).map_err(Error::from);
    opened
        .and_then(|input| source(input, Some(&name), options))
        .map_err(|error| error.in_file(Some(&name)))
}

pub(crate) fn source(
    input: impl BufRead + Send + 'static,
    name: Option<&str>,
    options: &ScanOptions,
) -> Result<Box<dyn BatchSource>> {
    let input: input::Input = Box::new(input);
    let (head, input) = InputHead::take(input)?;
    let check = options.check();
    let format = recognised(&head, &check)?;
    let (line_end, place) = (head.line_end(), PartPlace::default());
    let name = name.map(str::to_owned);
    Ok(match format {
        FileFormat::Gas(layout) => {
            let format = table(layout, false);
            Box::new(FlowSource::<Gas, _>::new(input, &format, place, line_end, name, options))
        }
        FileFormat::Electricity(layout, profile) => {
            let format = electricity::format(layout, profile);
            let source = FlowSource::<Electricity, _>::new;
            Box::new(source(input, &format, place, line_end, name, options))
        }
    })
}

/// Recognises the format of a file by its first line with text.
pub(crate) fn recognised<'o>(
    head: &InputHead,
    options: &'o flagflow_check::Options,
) -> Result<FileFormat<'o>> {
    let mut lines = LineReader::new(head.bytes());
    while let Some(line) = lines.read_line().map_err(flagflow_files::Error::reading)? {
        if !line.is_blank() {
            let archive = head.archive();
            return recognise(&line, options).map_err(|error| match archive {
                Some(looks) => {
                    Error::new(ErrorKind::Unrecognised, format!("not recognised: {looks}; {error}"))
                }
                None => error.into(),
            });
        }
    }
    Err(Error::new(ErrorKind::Unrecognised, "the input has no line with text"))
}
