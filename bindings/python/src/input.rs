//! Inputs: files, and file objects of Python.

use std::io::{self, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use flagflow::arrow::{Error, Result};
use flagflow::files::input::{self, Input};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// The bytes between two checks for signals.
const CHECKED: usize = 8 << 20;

/// The exception that ended a reading: a signal, or an error of a file object.
#[derive(Clone, Debug, Default)]
pub(crate) struct Raised(Arc<Mutex<Option<PyErr>>>);

impl Raised {
    fn keep(&self, error: PyErr) -> io::Error {
        let message = error.to_string();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        io::Error::other(message)
    }

    pub(crate) fn take(&self) -> Option<PyErr> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Reads on until a signal came: Ctrl-C.
struct Interruptible<R> {
    inner: R,
    left: usize,
    raised: Raised,
}

impl<R: Read> Read for Interruptible<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        match self.left.checked_sub(read) {
            Some(left) => self.left = left,
            None => {
                self.left = CHECKED;
                Python::attach(|py| py.check_signals()).map_err(|error| self.raised.keep(error))?;
            }
        }
        Ok(read)
    }
}

/// Reads a file object of Python.
struct FileObject {
    object: Py<PyAny>,
    raised: Raised,
}

impl Read for FileObject {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = Python::attach(|py| {
            let bytes = self.object.bind(py).call_method1("read", (buffer.len(),))?;
            let bytes = bytes.cast::<PyBytes>()?.as_bytes();
            let length = bytes.len().min(buffer.len());
            buffer[..length].copy_from_slice(&bytes[..length]);
            Ok(length)
        });
        read.map_err(|error| self.raised.keep(error))
    }
}

/// Opens a file whose reading can be interrupted.
pub(crate) fn open(path: &Path, raised: &Raised) -> Result<Input> {
    let watch = |inner, _| Interruptible { inner, left: CHECKED, raised: raised.clone() };
    input::open_watched(path, watch).map_err(Error::from)
}

/// Opens a file object, which a function returns at its beginning.
pub(crate) fn open_object(opener: &Py<PyAny>, name: &str, raised: &Raised) -> Result<Input> {
    let object = Python::attach(|py| opener.call0(py)).map_err(|error| {
        Error::from(flagflow::files::Error::input(
            format!("{name}: cannot be opened"),
            raised.keep(error),
        ))
    })?;
    let reader = FileObject { object, raised: raised.clone() };
    input::from_reader(reader, name).map_err(Error::from)
}
