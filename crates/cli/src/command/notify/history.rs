//! `flagflow notify history`: lists the notices sent for a meter point, with their answers.

use std::io::Write;
use std::path::PathBuf;

use flagflow::MeterPoint;
use flagflow::register::notify::{FlagChange, SentChange, Unsent};
use flagflow::status::Recipient;

use super::super::register::in_state;
use super::answers::{place, said};
use crate::exit::{Exit, Failure};

/// List every change of a meter point's flag in a register, the files in which it was sent, and the
/// answers
///
/// Of several changes between two runs only the last is sent: the others are listed as superseded.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The register
    #[arg(value_name = "STATE")]
    state: PathBuf,

    /// The meter point: 1 to 10 digits are an MPRN, 13 an MPAN core
    #[arg(value_name = "POINT")]
    point: MeterPoint,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let register = super::open_old(&args.state)?;
    let history = register.history(args.point).map_err(|error| in_state(&args.state, &error))?;
    let recipient = Recipient::of(args.point);
    super::lines(|output| {
        for FlagChange { held, sent, unsent } in &history {
            let (from, flag) = (held.from.iso(), held.flag);
            let lines = sent.iter().map(|sent| line(recipient, sent));
            for line in lines.chain(unsent.map(|unsent| words(unsent).to_owned())) {
                writeln!(output, "{from}  {flag}  {line}").map_err(Failure::output)?;
            }
        }
        Ok(if history.is_empty() { Exit::Findings } else { Exit::Clean })
    })
}

fn line(recipient: Recipient, sent: &SentChange) -> String {
    let SentChange { sent, is_on_disk, answers, confirmation } = sent;
    let mut place = place(recipient, *sent);
    if let Some(confirmation) = confirmation {
        place += &format!(", received on {}", confirmation.deemed_received.iso());
    }
    match (is_on_disk, &answers[..]) {
        (false, []) => format!("planned in {place}, not yet written"),
        (true, []) => format!("sent in {place}"),
        (_, answers) => format!("sent in {place}: {}", said(answers, &recipient.to_string())),
    }
}

const fn words(unsent: Unsent) -> &'static str {
    match unsent {
        Unsent::Superseded => "not sent: superseded before a run",
        Unsent::Unchanged => "not sent: the same flag and day were notified before",
        Unsent::Pending => "pending",
        Unsent::HeldBack => "held back by a switch",
    }
}
