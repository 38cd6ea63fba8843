//! Checks that any text is a valid profile or is refused with a reason, and that with every valid
//! profile a record can be written and read.

use std::sync::Arc;

use flagflow_domain::{EffectiveDate, MpanCore, ServiceFlag};
use flagflow_electricity::{
    D0350, Field, Flow, Header, Layout, LineKind, Profile, ProfileError, ReaderOptions, ReasonCode,
    Record, Timestamp, Update, WriterOptions, read_canonical, write_update,
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
    let (update, extras) = (update(profile.flow()), extras(profile, LineKind::Record));
    let file = write(profile, layout, update, &extras);
    let mut reader = ReaderOptions::new().profile(profile.clone()).reader(file.as_slice());
    let mut record = Record::new();
    assert!(reader.read_raw(&mut record).expect("a record"));
    assert_eq!(Update::try_from(&record), Ok(update));
    assert_eq!(record.extras().collect::<Vec<_>>(), extras);
    assert_eq!(read_canonical(record.as_bytes(), layout, profile), Some(update));
    let mut line = Vec::new();
    write_update(&mut line, layout, profile, update, extras).expect("fits");
    assert_eq!(record.as_bytes(), line);
    assert!(!reader.read_raw(&mut record).expect("a sound end"));
}

#[expect(clippy::expect_used, reason = "a failure is what is looked for")]
fn write(profile: &Arc<Profile>, layout: Layout, update: Update, extras: &[&[u8]]) -> Vec<u8> {
    let created = Timestamp::from_packed(20_211_105_093_000).expect("a time");
    let header = Header::new(profile, "1", "A", "B", created).expect("plain");
    let options = WriterOptions::new(profile.clone()).layout(layout).envelope(header);
    let mut writer = options.writer(Vec::new());
    writer.write_with(update, extras.iter().copied()).expect("fits");
    writer.finish().expect("fits")
}

/// A record that fits every profile.
#[expect(clippy::expect_used, reason = "one digit")]
fn update(flow: Flow) -> Update {
    let update = D0350::new(7, MpanCore::MAX, ServiceFlag::Active, EffectiveDate::MAX);
    let update = update.expect("a small number");
    let reason = ReasonCode::from_bytes(b"R").expect("a letter");
    match flow {
        Flow::D0350 => update.into(),
        Flow::D0351 => update.rejected(reason).into(),
    }
}

/// Values for the items that the typed record lacks.
fn extras(profile: &Profile, kind: LineKind) -> Vec<&'static [u8]> {
    let extra = |field| match field {
        Field::DccServiceFlag => &b"A"[..],
        Field::EffectiveFromDate => b"20240229",
        _ => b"7",
    };
    let items = profile.items(kind).iter();
    items.filter(|item| profile.is_extra(kind, item.field)).map(|item| extra(item.field)).collect()
}
