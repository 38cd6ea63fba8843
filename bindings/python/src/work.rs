//! Conversions, generated files and comparisons.

use std::path::PathBuf;

use flagflow::exchange::convert::{ConvertOptions, ConvertReport, EnvelopeRule, RecordFormat};
use flagflow::exchange::diff::{
    AnswerDifference, AnswerKey, AnswerRecord, Compared, DiffOptions, Difference, PointDifference,
    PointValue, diff as diff_files,
};
use flagflow::exchange::generate::{GenerateOptions, generate as generate_file};
use flagflow::files::output::Guard;
use flagflow::files::{Error, HeaderValues};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::{bad_option, parsed, parsed_exactly, raised, raised_step};
use crate::input::{Raised, open};
use crate::scan::profiles_of;

/// Returns the format of an ending.
fn format_of(path: &std::path::Path) -> Option<RecordFormat> {
    let ending = path.extension()?.to_string_lossy().to_ascii_lowercase();
    let table = flagflow::arrow::convert::format_of(path);
    table.or_else(|| match ending.as_str() {
        "ndjson" => Some(RecordFormat::Jsonl),
        ending => ending.parse().ok(),
    })
}

/// Converts a file, whole or not at all.
#[pyfunction]
#[pyo3(signature = (
    input, output, *, to=None, from_=None, envelope=None, edition=None, map_flags=Vec::new(),
    skip_invalid=false, mask=false, sheet=None, profiles=Vec::new(), supplier=None,
    delimiter=None, columns=Vec::new(), header_values=Vec::new()
))]
#[expect(clippy::too_many_arguments, reason = "options of Python")]
pub(crate) fn convert<'py>(
    py: Python<'py>,
    input: PathBuf,
    output: PathBuf,
    to: Option<String>,
    from_: Option<String>,
    envelope: Option<String>,
    edition: Option<String>,
    map_flags: Vec<(String, String)>,
    skip_invalid: bool,
    mask: bool,
    sheet: Option<String>,
    profiles: Vec<String>,
    supplier: Option<String>,
    delimiter: Option<String>,
    columns: Vec<(String, String)>,
    header_values: Vec<(String, String)>,
) -> PyResult<Bound<'py, PyDict>> {
    let to = parsed(py, "to", to)?.or_else(|| format_of(&output));
    let to =
        to.ok_or_else(|| bad_option(py, "the ending of the output is not a format: give to"))?;
    let mut options = ConvertOptions::new(to);
    options.from = parsed(py, "from_", from_)?;
    options.envelope = parsed::<EnvelopeRule>(py, "envelope", envelope)?.unwrap_or_default();
    options.edition = parsed(py, "edition", edition)?;
    options.supplier = supplier.map(|id| parsed_exactly(py, "supplier", &id)).transpose()?;
    options.delimiter = parsed(py, "delimiter", delimiter)?.unwrap_or_default();
    options.columns = columns;
    for (from, to) in map_flags {
        let flag = |text: &str| parsed_exactly(py, "map_flags", text);
        options.map_flags.push((flag(&from)?, flag(&to)?));
    }
    for (name, value) in header_values {
        set_header_value(py, &mut options, &name, value)?;
    }
    (options.skip_invalid, options.mask) = (skip_invalid, mask);
    options.profile = profiles_of(py, &profiles)?.pop();
    let name = input.to_string_lossy().into_owned();
    let report = py.detach(|| {
        let mut guard = Guard::default();
        guard.reads(&input)?;
        guard.writes(&output)?;
        let mut file = guard.create(&output)?;
        let report =
            flagflow::arrow::convert::convert(&input, &mut file, &options, sheet.as_deref())?;
        if report.is_publishable() {
            file.commit()?;
        }
        Ok(report)
    });
    let report = report.map_err(|error: Error| raised_step(py, error, &name))?;
    dictionary_of(py, &report)
}

/// Sets a value of the output's header, under the name that the command has for it.
fn set_header_value(
    py: Python<'_>,
    options: &mut ConvertOptions,
    name: &str,
    value: String,
) -> PyResult<()> {
    let (gas, electricity) = (&mut options.header, &mut options.user_file);
    match name {
        "organisation_id" => gas.organisation_id = Some(parsed_exactly(py, name, &value)?),
        "file_type" => gas.file_type = Some(parsed_exactly(py, name, &value)?),
        "creation_date" => gas.creation_date = Some(parsed_exactly(py, name, &value)?),
        "creation_time" => gas.creation_time = Some(parsed_exactly(py, name, &value)?),
        "generation_number" => gas.generation_number = Some(parsed_exactly(py, name, &value)?),
        "file_id" => electricity.file_identifier = Some(value),
        "from_participant" => electricity.from_participant = Some(value),
        "to_participant" => electricity.to_participant = Some(value),
        "created" => electricity.created = Some(parsed_exactly(py, name, &value)?),
        "completed" => electricity.completed = Some(parsed_exactly(py, name, &value)?),
        "test_flag" => electricity.test_flag = Some(value),
        _ => return Err(bad_option(py, format!("{name} is no header value"))),
    }
    Ok(())
}

fn dictionary_of<'py>(py: Python<'py>, report: &ConvertReport) -> PyResult<Bound<'py, PyDict>> {
    let refusals: Vec<_> = report.refusals.iter().map(ToString::to_string).collect();
    let dictionary = PyDict::new(py);
    dictionary.set_item("from", report.from.as_str())?;
    dictionary.set_item("to", report.to.as_str())?;
    dictionary.set_item("records", report.records)?;
    dictionary.set_item("written", report.written)?;
    dictionary.set_item("refused", report.refused)?;
    dictionary.set_item("file_faults", report.file_faults)?;
    dictionary.set_item("complete", report.is_complete())?;
    dictionary.set_item("published", report.is_publishable())?;
    dictionary.set_item("reasons", &report.reasons)?;
    dictionary.set_item("refusals", refusals)?;
    dictionary.set_item("ignored", &report.ignored)?;
    dictionary.set_item("header_values_unused", report.header_values_unused)?;
    Ok(dictionary)
}

/// Generates a file from a seed, whole or not at all. Returns the numbers of records and bytes.
#[pyfunction]
#[pyo3(signature = (
    output, *, flow, records, seed=0, layout=None, edition=None, envelope=false, invalid=0.0
))]
#[expect(clippy::too_many_arguments, reason = "options of Python")]
pub(crate) fn generate(
    py: Python<'_>,
    output: PathBuf,
    flow: String,
    records: u64,
    seed: u64,
    layout: Option<String>,
    edition: Option<String>,
    envelope: bool,
    invalid: f64,
) -> PyResult<(u64, u64)> {
    let flow = parsed(py, "flow", Some(flow))?.ok_or_else(|| bad_option(py, "no flow"))?;
    let mut options = GenerateOptions::new(flow, records);
    options.layout = parsed(py, "layout", layout)?.unwrap_or(options.layout);
    options.edition = parsed(py, "edition", edition)?.unwrap_or(options.edition);
    (options.seed, options.invalid) = (seed, invalid);
    options.envelope = envelope.then(HeaderValues::default);
    let report = py.detach(|| {
        let mut guard = Guard::default();
        guard.writes(&output)?;
        let mut file = guard.create(&output)?;
        let report = generate_file(&mut file, None, &options)?;
        file.commit()?;
        Ok(report)
    });
    let name = output.to_string_lossy();
    let report = report.map_err(|error: Error| raised_step(py, error, &name))?;
    Ok((report.records, report.bytes))
}

/// Compares two files, and returns the differences as columns, with the number of equal points.
#[pyfunction]
#[pyo3(signature = (old, new, *, edition=None))]
pub(crate) fn diff<'py>(
    py: Python<'py>,
    old: PathBuf,
    new: PathBuf,
    edition: Option<String>,
) -> PyResult<Bound<'py, PyDict>> {
    let mut options = DiffOptions::default();
    if let Some(edition) = parsed(py, "edition", edition)? {
        options.check.edition = edition;
    }
    options.names = [&old, &new].map(|path| flagflow::check::escape_path(path));
    let signals = Raised::default();
    let mut differences = Vec::new();
    let report = py.detach(|| {
        let (old, new) = (open(&old, &signals)?, open(&new, &signals)?);
        let report = diff_files(old, new, &options, &mut |difference| {
            differences.push(difference.clone());
            Ok(())
        })?;
        Ok(report)
    });
    let report = report.map_err(|error: flagflow::arrow::Error| {
        signals.take().unwrap_or_else(|| raised(py, &error))
    })?;
    let dictionary = PyDict::new(py);
    match report.compared {
        Some(compared @ (Compared::Rejections | Compared::Confirmations)) => {
            let is_answer = |it| match it {
                Difference::Answer(answer) => Some(answer),
                Difference::Point(_) => None,
            };
            let answers: Vec<_> = differences.into_iter().filter_map(is_answer).collect();
            set_answers(&dictionary, &answers, compared)?;
        }
        _ => {
            let is_point = |it| match it {
                Difference::Point(point) => Some(point),
                Difference::Answer(_) => None,
            };
            let points: Vec<_> = differences.into_iter().filter_map(is_point).collect();
            set_points(&dictionary, &points)?;
        }
    }
    let result = PyDict::new(py);
    result.set_item("same", report.same)?;
    result.set_item("left_out", report.left_out())?;
    result.set_item("complete", report.is_complete())?;
    result.set_item("differences", dictionary)?;
    Ok(result)
}

/// Adds the columns of meter points that differ.
fn set_points(dictionary: &Bound<'_, PyDict>, points: &[PointDifference]) -> PyResult<()> {
    let set = |name: &str, of: &dyn Fn(&PointDifference) -> Option<String>| {
        dictionary.set_item(name, points.iter().map(of).collect::<Vec<_>>())
    };
    let day = |value: Option<PointValue>| value.map(|value| value.effective_from.iso().to_string());
    set("meter_point", &|it| Some(it.point.to_string()))?;
    set("change", &|it| Some(it.change().to_string()))?;
    set("old_flag", &|it| it.old.map(|old| old.flag.to_string()))?;
    set("new_flag", &|it| it.new.map(|new| new.flag.to_string()))?;
    set("old_effective_from", &|it| day(it.old))?;
    set("new_effective_from", &|it| day(it.new))
}

/// Adds the columns of rejections or confirmations that differ.
fn set_answers(
    dictionary: &Bound<'_, PyDict>,
    answers: &[AnswerDifference],
    compared: Compared,
) -> PyResult<()> {
    let set = |name: &str, of: &dyn Fn(&AnswerDifference) -> Option<String>| {
        dictionary.set_item(name, answers.iter().map(of).collect::<Vec<_>>())
    };
    let number = |it: &AnswerDifference| match it.key {
        AnswerKey::Rejection(number) | AnswerKey::Confirmation(_, number) => {
            Some(number.to_string())
        }
    };
    if compared == Compared::Rejections {
        set("incoming_instruction_number", &number)?;
    } else {
        set("answered_file_identifier", &|it| match it.key {
            AnswerKey::Confirmation(file, _) => Some(file.to_string()),
            AnswerKey::Rejection(_) => None,
        })?;
        set("instruction_number", &number)?;
    }
    set("change", &|it| Some(it.change().to_string()))?;
    for item in compared.items() {
        let text = |side: &Option<AnswerRecord>| {
            side.as_ref().map(|side| side.item(*item)).filter(|text| !text.is_empty())
        };
        set(&format!("old_{}", item.name()), &|it| text(&it.old))?;
        set(&format!("new_{}", item.name()), &|it| text(&it.new))?;
    }
    Ok(())
}
