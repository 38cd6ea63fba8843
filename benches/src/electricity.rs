//! Electricity: a whole file of updates, with any profile, and files of answers.

use std::sync::Arc;

use flagflow_domain::{MpanCore, ServiceFlag};
use flagflow_electricity::{
    D0172, D0350, D0351, Flow, Header, Layout, LineKind, Profile, ReasonCode, SupplierId,
    Timestamp, WriterOptions,
};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use crate::{RECORDS, date, pick};

/// The value of the item that only the shuffled profile has.
const EXTRA: &[u8] = b"SITE-0042";

/// Suppliers that ask for changes.
const SUPPLIERS: [&[u8; 4]; 3] = [b"MRCY", b"SUPA", b"SUP2"];

/// The built-in profile of D0350.
#[must_use]
pub fn builtin() -> Arc<Profile> {
    Profile::builtin(Flow::D0350)
}

/// A profile with the same items in another order, other codes, and an extra item.
#[must_use]
#[expect(clippy::expect_used, reason = "the text is ours")]
pub fn shuffled() -> Arc<Profile> {
    Arc::new(Profile::from_toml(include_str!("../profiles/shuffled.toml")).expect("a profile"))
}

/// The flags of the files' edition.
const FLAGS: [ServiceFlag; 3] =
    [ServiceFlag::Active, ServiceFlag::NonActive, ServiceFlag::InstalledNotCommissioned];

/// Updates with valid check digits, spread over points, letters and days, numbered from 1.
#[must_use]
pub fn updates() -> Vec<D0350> {
    let mut random = Pcg64::seed_from_u64(350);
    let numbers = (1..).take(RECORDS);
    numbers.filter_map(|number| update(number, &mut random)).collect()
}

fn update(number: u64, random: &mut Pcg64) -> Option<D0350> {
    let body =
        random.random_range(10..24) * 10_000_000_000 + random.random_range(0..10_000_000_000);
    let mpan = MpanCore::from_body(body)?;
    let supplier = SupplierId::from_bytes(SUPPLIERS[random.random_range(0..SUPPLIERS.len())])?;
    D0350::new(number, mpan, pick(random, &FLAGS), date(random), supplier).ok()
}

/// The rejections of the updates, numbered as these, each with one reason or two.
#[must_use]
pub fn rejections() -> Vec<(D0351, Vec<ReasonCode>)> {
    let updates = updates();
    let rejection = |(row, update): (usize, &D0350)| {
        let number = update.instruction_number();
        let rejection = update.rejected(number, update.effective_from()).ok()?;
        let codes = ReasonCode::NAMED.into_iter().cycle().skip(row % ReasonCode::NAMED.len());
        Some((rejection, codes.take(1 + row % 2).collect()))
    };
    updates.iter().enumerate().filter_map(rejection).collect()
}

/// Confirmations of files, numbered from 1.
#[must_use]
pub fn confirmations() -> Vec<D0172> {
    let mut random = Pcg64::seed_from_u64(172);
    let confirmation = |number: u64| {
        let (received, file) = (random.random_range(1..100_000), format!("{number:010}"));
        let rejected = random.random_range(0..=received);
        let (day, file) = (date(&mut random), file.parse().ok()?);
        D0172::new(number, day, file, received, received - rejected, rejected).ok()
    };
    (1..).take(RECORDS).filter_map(confirmation).collect()
}

/// The values of an update's items that only its profile names.
#[must_use]
pub fn extras(profile: &Profile) -> Vec<&'static [u8]> {
    let kind = LineKind::Record;
    let items = profile.items(kind).iter();
    items.filter(|item| profile.is_extra(kind, item.field)).map(|_| EXTRA).collect()
}

/// The options for writing files of a profile, with header and trailer.
#[must_use]
#[expect(clippy::expect_used, reason = "plain text and a real time")]
pub fn options(profile: &Arc<Profile>, layout: Layout) -> WriterOptions {
    let created = Timestamp::from_packed(20_211_105_093_000).expect("a time");
    let header = Header::new(profile, "0000475656", "DCCO", "EELC", created).expect("plain");
    WriterOptions::new(profile.clone()).layout(layout).envelope(header)
}

/// Makes a file of these updates.
#[must_use]
#[expect(clippy::expect_used, reason = "a vector takes everything")]
pub fn file(profile: &Arc<Profile>, layout: Layout) -> Vec<u8> {
    let mut writer = options(profile, layout).writer(Vec::new());
    let extras = extras(profile);
    for update in updates() {
        writer.write_with(update, extras.iter().copied()).expect("room");
    }
    writer.finish().expect("room")
}

/// Makes a file of as many answers: rejections with their reasons, or confirmations.
#[must_use]
#[expect(clippy::expect_used, reason = "a vector takes everything")]
pub fn file_of_answers(flow: Flow, layout: Layout) -> Vec<u8> {
    let mut writer = options(&Profile::builtin(flow), layout).writer(Vec::new());
    if flow == Flow::D0172 {
        writer.write_all(confirmations()).expect("room");
    } else {
        for (rejection, reasons) in rejections() {
            writer.write_with_reasons(rejection, [], &reasons).expect("room");
        }
    }
    writer.finish().expect("room")
}

/// The lines of a file's records and their reasons.
#[must_use]
pub fn lines<'f>(file: &'f [u8], profile: &Profile) -> Vec<&'f [u8]> {
    let groups = [Some(profile.record_group()), profile.reason_group()].into_iter().flatten();
    let codes: Vec<_> = groups.map(|group| group.code().as_bytes()).collect();
    let is_of_body = |line: &&[u8]| codes.iter().any(|code| line.starts_with(code));
    file.split(|byte| *byte == b'\n').filter(is_of_body).collect()
}
