//! Checks that any text is a valid profile or is refused with a reason, and that with every valid
//! profile a record can be written and read.

use std::sync::Arc;

use flagflow_domain::{EffectiveDate, MpanCore, ServiceFlag};
use flagflow_electricity::{
    D0172, D0350, Field, FileIdentifier, Flow, Header, Instruction, ItemSpec, Layout, LineKind,
    Profile, ProfileError, ReaderOptions, ReasonCode, Record, SupplierId, Timestamp, WriterOptions,
    read_canonical, write_record,
};

/// Checks the property on `text`.
pub fn profile(text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else { return };
    match Profile::from_toml(text) {
        Ok(profile) => {
            assert_eq!(Profile::from_toml(profile.as_toml()).as_ref(), Ok(&profile));
            let profile = Arc::new(profile);
            Layout::ALL.into_iter().for_each(|layout| round_trip(&profile, layout));
        }
        Err(error) => assert_located(&error, text),
    }
}

fn assert_located(error: &ProfileError, text: &str) {
    assert!(!error.message().is_empty());
    assert_eq!(error.line().is_some(), error.column().is_some());
    let lines = text.matches('\n').count() + 1;
    assert!(error.line().is_none_or(|line| (1..=lines).contains(&line)), "{error}");
}

#[expect(clippy::expect_used, reason = "a failure is what is looked for")]
fn round_trip(profile: &Arc<Profile>, layout: Layout) {
    let (sent, extras) = (sent(profile.flow()), extras(profile, LineKind::Record));
    let Some(file) = write(profile, layout, sent, &extras) else { return };
    let mut reader = ReaderOptions::new().profile(profile.clone()).reader(file.as_slice());
    let mut record = Record::new();
    assert!(reader.read_raw(&mut record).expect("a record"));
    assert_eq!(Instruction::try_from(&record), Ok(sent));
    assert_eq!(record.extras().collect::<Vec<_>>(), extras);
    let fast = read_canonical(record.as_bytes(), layout, profile);
    assert_eq!(fast, fast.and(Some(sent)));
    let mut line = Vec::new();
    write_record(&mut line, layout, profile, sent, extras).expect("fits");
    assert_eq!(record.as_bytes(), line);
    assert!(!reader.read_raw(&mut record).expect("a sound end"));
}

/// Writes a file of one record; `None` where the profile wants more lines than these.
#[expect(clippy::expect_used, reason = "a failure is what is looked for")]
fn write(
    profile: &Arc<Profile>,
    layout: Layout,
    sent: Instruction,
    extras: &[&[u8]],
) -> Option<Vec<u8>> {
    let created = Timestamp::from_packed(20_211_105_093_000).expect("a time");
    let header = Header::new(profile, "1", "A", "B", created).expect("plain");
    let options = WriterOptions::new(profile.clone()).layout(layout).envelope(header);
    let reason = ReasonCode::from_bytes(b"R").expect("a letter");
    let reasons = profile.reason_group().map(|_| reason);
    let mut writer = options.writer(Vec::new());
    let written = writer.write_with_reasons(sent, extras.iter().copied(), reasons.as_slice());
    let is_written = written.is_ok();
    let finished = writer.finish().ok().filter(|_| is_written);
    let is_simple = profile.groups().all(|group| {
        let is_further = group.kind() == LineKind::Group && Some(group) != profile.opening_group();
        let has_note = group.items().iter().any(|item| is_note(group.kind(), item));
        !has_note && group.cardinality().least <= u32::from(!is_further)
    });
    assert!(!is_simple || finished.is_some(), "{written:?}");
    finished
}

/// Returns whether an item of a group must have a value that no writer makes up.
fn is_note(kind: LineKind, item: &ItemSpec) -> bool {
    kind == LineKind::Group && item.mandatory && item.slot.is_extra()
}

/// A record that fits every profile.
#[expect(clippy::expect_used, reason = "one digit")]
fn sent(flow: Flow) -> Instruction {
    let supplier = SupplierId::from_bytes(b"S").expect("a letter");
    let (mpan, day) = (MpanCore::MAX, EffectiveDate::MAX);
    let update = D0350::new(7, mpan, ServiceFlag::Active, day, supplier);
    let update = update.expect("a small number");
    let file = FileIdentifier::from_bytes(b"F").expect("a letter");
    match flow {
        Flow::D0350 => update.into(),
        Flow::D0351 => update.rejected(8, day).expect("a small number").into(),
        Flow::D0172 => D0172::new(7, day, file, 9, 8, 1).expect("small numbers").into(),
    }
}

/// Values for the items that the typed record lacks.
fn extras(profile: &Profile, kind: LineKind) -> Vec<&'static [u8]> {
    let extra = |field| match field {
        Field::DccServiceFlag => &b"A"[..],
        Field::EffectiveFromDate | Field::DeemedReceivedDate => b"20240229",
        Field::MpanCore => b"1013044353630",
        _ => b"7",
    };
    let items = profile.items(kind).iter();
    items.filter(|item| item.slot.is_extra()).map(|item| extra(item.field)).collect()
}
