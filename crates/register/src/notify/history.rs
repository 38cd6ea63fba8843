//! The notices sent for one meter point, beside the changes of its flag.

use flagflow_domain::MeterPoint;
use flagflow_status::{Inventory, Ledger, Notice, OutboundFile, PointFlag, Recipient};

use super::{Answer, Notifications, Sent, StatusStore};
use crate::error::Result;

/// One change of a point's flag, and the notices sent for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagChange {
    /// The flag and its first day.
    pub held: PointFlag,
    /// Each time that the change was sent, with the answers, in order.
    pub sent: Vec<SentChange>,
    /// The reason why the change was not sent, or not yet; `None` if it was.
    pub unsent: Option<Unsent>,
}

/// One time that a change was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentChange {
    /// The file and the instruction.
    pub sent: Sent,
    /// True if the file is known to be on disk; otherwise the next run writes it.
    pub is_on_disk: bool,
    /// The answers of the provider, in the order in which they were read.
    pub answers: Vec<Answer>,
}

/// The reason why a change was not sent, or not yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsent {
    /// The flag changed again before a run, and only the last state is sent.
    Superseded,
    /// The flag and the day were already notified.
    Unchanged,
    /// The next run sends it.
    Pending,
    /// The switch of the fuel is off.
    HeldBack,
}

impl<S: StatusStore> Notifications<S> {
    /// Returns every change of a point's flag in order, with the notices and answers. Reads all
    /// events.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    pub fn history(&self, point: MeterPoint) -> Result<Vec<FlagChange>> {
        let mut changes = self.changes(point)?;
        let answers = self.answers_of(|answer| answer.point == point)?;
        let mut at = 0;
        self.store.files(&mut |file| {
            let is_on_disk = file.is_sent;
            for (sent, _) in sent(&file.sending).filter(|(_, notice)| notice.point == point) {
                let later = changes.iter().skip(at).position(|change| change.held == sent.held);
                at += later.unwrap_or(0);
                let answers = answers.iter().filter(|answer| answer.number == sent.number);
                let answers = answers.cloned().collect();
                if let Some(change) = changes.get_mut(at) {
                    change.sent.push(SentChange { sent, is_on_disk, answers });
                }
            }
            Ok(())
        })?;
        self.explain(&mut changes, point);
        Ok(changes)
    }

    fn changes(&self, point: MeterPoint) -> Result<Vec<FlagChange>> {
        let (mut inventory, mut ledger) = (Inventory::new(), Ledger::new(self.settings.rules));
        let mut changes = Vec::new();
        self.store.events(&mut |event| {
            let happened = inventory.apply(event).map_err(super::impossible)?;
            let steps = ledger.decide(&happened);
            for step in steps.iter().filter(|step| step.point == point && step.is_change()) {
                if let Some(flag) = step.after {
                    let held = PointFlag { flag, from: step.event.on };
                    changes.push(FlagChange { held, sent: Vec::new(), unsent: None });
                }
            }
            Ok(())
        })?;
        Ok(changes)
    }

    /// Returns the reason why a change was not sent.
    fn explain(&self, changes: &mut [FlagChange], point: MeterPoint) {
        let Some((last, before)) = changes.split_last_mut() else { return };
        for change in before.iter_mut().filter(|change| change.sent.is_empty()) {
            change.unsent = Some(Unsent::Superseded);
        }
        if last.sent.is_empty() {
            let is_pending = self.outbox.pending().any(|notice| notice.point == point);
            let is_held_back = self.outbox.kept_back().any(|notice| notice.point == point);
            last.unsent = Some(match (is_pending, is_held_back) {
                (true, _) => Unsent::Pending,
                (_, true) => Unsent::HeldBack,
                (false, false) => Unsent::Unchanged,
            });
        }
    }

    /// Returns the answers to one update in the order in which they were read.
    pub(super) fn answers_of(&self, is_one: impl Fn(&Answer) -> bool) -> Result<Vec<Answer>> {
        let mut answers = Vec::new();
        self.store.answers(&mut |answer| {
            if is_one(&answer) {
                answers.push(answer);
            }
            Ok(())
        })?;
        Ok(answers)
    }
}

/// Returns the notices of a file.
pub(super) fn sent(file: &OutboundFile) -> impl Iterator<Item = (Sent, &Notice)> {
    let number = file.number;
    let sent = move |instruction, held| Sent { number, instruction, held };
    file.instructions().map(move |(instruction, notice)| (sent(instruction, notice.held), notice))
}

/// An update that was rejected, and all answers to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The recipient.
    pub recipient: Recipient,
    /// The meter point.
    pub point: MeterPoint,
    /// The file and the instruction.
    pub sent: Sent,
    /// Every answer, in the order in which it was read; at least one is a rejection.
    pub answers: Vec<Answer>,
    /// The numbers of the later files in which the same flag and day was sent again.
    pub again: Vec<u64>,
}

impl<S: StatusStore> Notifications<S> {
    /// Returns every update that was ever rejected, including updates accepted later.
    ///
    /// # Errors
    ///
    /// Returns an error of the store.
    pub fn rejected(&self) -> Result<Vec<Rejected>> {
        let key = |answer: &Answer| (answer.recipient, answer.number, answer.point);
        let mut keys = std::collections::BTreeSet::new();
        self.store.answers(&mut |answer| {
            if answer.rejected.is_some() {
                keys.insert(key(&answer));
            }
            Ok(())
        })?;
        let mut found: Vec<Rejected> = Vec::new();
        let mut of_point = std::collections::HashMap::<MeterPoint, Vec<usize>>::new();
        self.store.files(&mut |file| {
            let recipient = file.sending.recipient;
            for (sent, notice) in sent(&file.sending) {
                let point = notice.point;
                for place in of_point.get(&point).into_iter().flatten() {
                    if let Some(before) =
                        found.get_mut(*place).filter(|it| it.sent.held == sent.held)
                    {
                        before.again.push(sent.number);
                    }
                }
                if keys.contains(&(recipient, sent.number, point)) {
                    of_point.entry(point).or_default().push(found.len());
                    let (answers, again) = (Vec::new(), Vec::new());
                    found.push(Rejected { recipient, point, sent, answers, again });
                }
            }
            Ok(())
        })?;
        let mut answers = self.answers_of(|answer| keys.contains(&key(answer)))?;
        answers.sort_by_key(key);
        for rejected in &mut found {
            let own = (rejected.recipient, rejected.sent.number, rejected.point);
            let first = answers.partition_point(|answer| key(answer) < own);
            let of_it = answers.iter().skip(first).take_while(|answer| key(answer) == own);
            rejected.answers.extend(of_it.cloned());
        }
        Ok(found)
    }
}
