//! Checks and their reports.

use std::collections::BTreeMap;
use std::path::PathBuf;

use arrow_array::RecordBatchIterator;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use flagflow::arrow::{Error, report_findings};
use flagflow::check::render::{self, Format, ReportEntry};
use flagflow::check::{
    CrossRecords, EditionChoice, Options, Report, RuleId, Severity, check as check_file,
};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::error::{bad_option, parsed, raised};
use crate::input::{Raised, open, open_object};
use crate::scan::profiles_of;

/// The report of a check.
#[pyclass(frozen, module = "flagflow._native")]
pub(crate) struct NativeReport {
    report: Report,
    name: String,
}

impl NativeReport {
    fn rendered(&self, py: Python<'_>, format: Format) -> PyResult<String> {
        let mut text = Vec::new();
        let entry = ReportEntry::new(&self.name, self.report.clone());
        render::write(format, &mut text, &[entry]).map_err(|error| {
            let what = flagflow::files::Error::writing(error);
            raised(py, &Error::from(what))
        })?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

#[pymethods]
impl NativeReport {
    #[getter]
    fn file(&self) -> &str {
        &self.name
    }

    #[getter]
    fn passed(&self) -> bool {
        !self.report.fails(Some(Severity::Error))
    }

    #[getter]
    fn records(&self) -> u64 {
        self.report.records
    }

    #[getter]
    fn accepted(&self) -> u64 {
        self.report.accepted
    }

    #[getter]
    fn rejected(&self) -> u64 {
        self.report.rejected
    }

    #[getter]
    fn flow(&self) -> Option<&'static str> {
        self.report.flow.map(|flow| flow.as_str())
    }

    #[getter]
    fn layout(&self) -> &'static str {
        self.report.layout.as_str()
    }

    #[getter]
    fn edition(&self) -> String {
        self.report.edition.to_string()
    }

    #[getter]
    fn truncated(&self) -> bool {
        self.report.truncated
    }

    #[getter]
    fn flags(&self) -> BTreeMap<&'static str, u64> {
        self.report.flags.iter().map(|(flag, count)| (flag.as_str(), count)).collect()
    }

    #[getter]
    fn totals(&self) -> BTreeMap<&'static str, u64> {
        let totals = self.report.totals.iter().filter(|(_, count)| **count > 0);
        totals.map(|(rule, count)| (rule.name(), *count)).collect()
    }

    fn html(&self, py: Python<'_>) -> PyResult<String> {
        self.rendered(py, Format::Html)
    }

    fn json(&self, py: Python<'_>) -> PyResult<String> {
        self.rendered(py, Format::Json)
    }

    fn text(&self, py: Python<'_>) -> PyResult<String> {
        self.rendered(py, Format::Text)
    }

    /// Returns the findings as a stream of record batches.
    fn stream_capsule<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let table = report_findings(&self.report, Some(&self.name));
        let table = table.map_err(|error| raised(py, &error))?;
        let schema = table.schema();
        let batches = RecordBatchIterator::new([Ok(table)], schema);
        let stream = FFI_ArrowArrayStream::new(Box::new(batches));
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }
}

/// Checks a file.
#[pyfunction]
#[pyo3(signature = (
    *, path=None, opener=None, name=None, flow=None, layout=None, edition=None, fuel=None,
    as_of=None, ignore=Vec::new(), profiles=Vec::new(), max_samples=Some(1000), mask=false,
    cross_records=true
))]
#[expect(clippy::too_many_arguments, reason = "options of Python")]
pub(crate) fn check(
    py: Python<'_>,
    path: Option<PathBuf>,
    opener: Option<Py<PyAny>>,
    name: Option<String>,
    flow: Option<String>,
    layout: Option<String>,
    edition: Option<String>,
    fuel: Option<String>,
    as_of: Option<String>,
    ignore: Vec<String>,
    profiles: Vec<String>,
    max_samples: Option<usize>,
    mask: bool,
    cross_records: bool,
) -> PyResult<NativeReport> {
    let mut options = Options {
        flow: parsed(py, "flow", flow)?,
        layout: parsed(py, "layout", layout)?,
        edition: parsed::<EditionChoice>(py, "edition", edition)?.unwrap_or_default(),
        fuel: parsed(py, "fuel", fuel)?,
        as_of: parsed(py, "as_of", as_of)?,
        max_samples,
        mask,
        ..Options::default()
    };
    for rule in &ignore {
        let id: RuleId =
            rule.parse().map_err(|error| bad_option(py, format!("ignore={rule:?}: {error}")))?;
        options.ignore[id] = true;
    }
    for profile in profiles_of(py, &profiles)? {
        options.use_profile(profile);
    }
    if !cross_records {
        options.cross_records = CrossRecords::Off;
    }
    let path_name = path.as_ref().map(|path| flagflow::check::escape_path(path));
    let name = name.or(path_name).unwrap_or_default();
    let signals = Raised::default();
    let checked = py.detach(|| {
        let input = match (&path, &opener) {
            (Some(path), _) => open(path, &signals),
            (None, Some(opener)) => open_object(opener, &name, &signals),
            (None, None) => Err(Error::new(flagflow::arrow::ErrorKind::Options, "no input")),
        };
        input.and_then(|input| check_file(input, &options).map_err(Error::from))
    });
    let report = checked.map_err(|error| {
        let error = error.in_file(Some(&name));
        signals.take().unwrap_or_else(|| raised(py, &error))
    })?;
    Ok(NativeReport { report, name })
}
