//! Errors as exceptions by kind.

use std::fmt::Display;
use std::str::FromStr;

use flagflow::arrow::{Error, ErrorKind};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Returns the exception of an error, with its file and position.
pub(crate) fn raised(py: Python<'_>, error: &Error) -> PyErr {
    let exception = || {
        let module = py.import("flagflow._errors")?;
        let values = PyDict::new(py);
        values.set_item("file", error.file())?;
        let position = error.position();
        values.set_item("line", position.map(|at| at.line))?;
        values.set_item("column", position.map(|at| at.column))?;
        values.set_item("offset", position.map(|at| at.offset))?;
        values.set_item("record", position.and_then(|at| at.record))?;
        let args = (error.kind().as_str(), error.to_string());
        module.getattr("exception_of")?.call(args, Some(&values))
    };
    exception().map_or_else(|error| error, PyErr::from_value)
}

/// Returns the exception of an error of a step from file to file.
pub(crate) fn raised_step(py: Python<'_>, error: flagflow::files::Error, file: &str) -> PyErr {
    raised(py, &Error::from(error.of_input(file)))
}

/// Returns the exception of an option that is wrong.
pub(crate) fn bad_option(py: Python<'_>, message: impl Into<String>) -> PyErr {
    raised(py, &Error::new(ErrorKind::Options, message))
}

/// Parses the value of an option, in any case of its letters.
pub(crate) fn parsed<T: FromStr<Err: Display>>(
    py: Python<'_>,
    name: &str,
    text: Option<String>,
) -> PyResult<Option<T>> {
    text.map(|text| parsed_exactly(py, name, &text.to_ascii_lowercase())).transpose()
}

/// Parses the value of an option as it is.
pub(crate) fn parsed_exactly<T: FromStr<Err: Display>>(
    py: Python<'_>,
    name: &str,
    text: &str,
) -> PyResult<T> {
    text.parse().map_err(|error| bad_option(py, format!("{name}={text:?}: {error}")))
}
