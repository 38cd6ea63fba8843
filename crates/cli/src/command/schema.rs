//! `flagflow schema`

use std::io::Write;

use clap::ValueEnum;
use flagflow::Edition;
use flagflow::check::{REGISTRY, Severity};
use serde_json::{Value, json};

use crate::exit::{Exit, Failure};

/// Print a JSON schema
///
/// Editors and pre-commit hooks check flagflow.toml by its schema while it is written. The schema
/// of the JSON report is docs/flagflow-report-1.schema.json in the repository.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The schema to print.
    #[arg(value_enum)]
    of: Schema,
}

#[derive(Clone, Copy, ValueEnum)]
enum Schema {
    /// A policy, flagflow.toml.
    Policy,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let schema = match args.of {
        Schema::Policy => policy(),
    };
    writeln!(std::io::stdout().lock(), "{schema:#}").map_err(Failure::output)?;
    Ok(Exit::Clean)
}

/// Returns the schema of a policy: the keys of all files, and the same keys for each sender.
fn policy() -> Value {
    let mut of_all = keys();
    of_all["sender"] = json!({
        "description": "Values for one sender: an ORGANISATION_ID or a participant",
        "type": "object",
        "additionalProperties": object(&keys()),
    });
    let mut schema = object(&of_all);
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["$id"] =
        concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/flagflow-policy-1.schema.json")
            .into();
    schema["title"] = "flagflow.toml, the policy of flagflow".into();
    schema
}

fn object(keys: &Value) -> Value {
    json!({ "type": "object", "additionalProperties": false, "properties": keys })
}

fn keys() -> Value {
    let rules: Vec<_> = REGISTRY.iter().map(|rule| rule.name).collect();
    let severities = Severity::ALL.map(Severity::as_str);
    let editions = ["auto"].into_iter().chain(Edition::ALL.iter().map(|edition| edition.as_str()));
    let fail_on = severities.into_iter().chain(["never"]);
    json!({
        "edition": {
            "description": "The valid flags; auto is the edition of the day in the header",
            "enum": editions.collect::<Vec<_>>(),
        },
        "ignore": {
            "description": "Rules whose findings are not reported, only counted",
            "type": "array",
            "items": { "enum": rules },
        },
        "severity": {
            "description": "Severities in place of those of the rules",
            "type": "object",
            "propertyNames": { "enum": rules },
            "additionalProperties": { "enum": severities },
        },
        "profiles": {
            "description": "Profiles of electricity flows, as paths from the folder of this file",
            "type": "array",
            "items": { "type": "string" },
        },
        "file-types": {
            "description": "File types that carry these records, besides the known ones",
            "type": "array",
            "items": { "type": "string", "pattern": "^[ !#-+\\--~]{3}$" },
        },
        "reasons": {
            "description": "S72 lines are reasons of the E46 above them",
            "type": "boolean",
        },
        "count-reasons": {
            "description": "The trailer counts the reasons too",
            "type": "boolean",
        },
        "gates": object(&json!({
            "fail-on": {
                "description": "The lowest severity that fails a file",
                "enum": fail_on.collect::<Vec<_>>(),
            },
            "max-rejects": {
                "description": "The maximum number of rejected records",
                "type": "integer",
                "minimum": 0,
            },
            "max-reject-rate": {
                "description": "The maximum share of rejected records",
                "type": "number",
                "minimum": 0,
                "maximum": 1,
            },
        })),
        "quarantine": object(&json!({
            "split": {
                "description": "A watch splits a file with bad records, within the limits",
                "type": "boolean",
            },
        })),
    })
}
