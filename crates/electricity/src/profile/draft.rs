//! The text of a profile as TOML has it, each value with its place, and errors at a place.

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

/// A profile as TOML has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) source: String,
    pub(super) flow: Spanned<String>,
    pub(super) version: Spanned<String>,
    pub(super) from_role: Spanned<String>,
    pub(super) to_role: Spanned<String>,
    pub(super) instruction_type: Spanned<String>,
    pub(super) mp077_first_day: Option<Spanned<toml::Value>>,
    #[serde(default)]
    pub(super) trailer: TrailerDraft,
    #[serde(default)]
    pub(super) group: Vec<Spanned<GroupDraft>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TrailerDraft {
    pub(super) group_count: Option<Spanned<usize>>,
    pub(super) checksum: Option<Spanned<usize>>,
    pub(super) flow_count: Option<Spanned<usize>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupDraft {
    pub(super) code: Spanned<String>,
    pub(super) level: Spanned<u8>,
    pub(super) parent: Option<Spanned<String>>,
    pub(super) occurs: Spanned<String>,
    pub(super) items: Spanned<Vec<Spanned<ItemDraft>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ItemDraft {
    pub(super) name: Spanned<String>,
    pub(super) format: Spanned<String>,
    #[serde(default)]
    pub(super) optional: bool,
}

/// The keys of the former profile language.
#[derive(Deserialize)]
pub(super) struct FormerDraft {
    placeholder: Option<Spanned<toml::Value>>,
    #[serde(default)]
    group: Vec<FormerGroup>,
}

#[derive(Deserialize)]
struct FormerGroup {
    update: Option<Spanned<toml::Value>>,
    #[serde(default)]
    items: Vec<FormerItem>,
}

#[derive(Deserialize)]
struct FormerItem {
    kind: Option<Spanned<toml::Value>>,
    most: Option<Spanned<toml::Value>>,
    mandatory: Option<Spanned<toml::Value>>,
}

impl FormerDraft {
    /// Returns the first value of a key of the former language, and the key.
    pub(super) fn key(&self) -> Option<(&Spanned<toml::Value>, &'static str)> {
        let keys = self.group.iter().flat_map(|group| {
            let items = group.items.iter().flat_map(|item| {
                [(&item.kind, "kind"), (&item.most, "most"), (&item.mandatory, "mandatory")]
            });
            std::iter::once((&group.update, "update")).chain(items)
        });
        let keys = std::iter::once((&self.placeholder, "placeholder")).chain(keys);
        keys.into_iter().find_map(|(value, key)| Some((value.as_ref()?, key)))
    }
}

/// An error, and the bytes of the text that have it.
pub(super) struct Wrong {
    pub(super) message: String,
    pub(super) span: Option<Range<usize>>,
}

pub(super) type Checked<T> = Result<T, Wrong>;

pub(super) fn wrong<T, V>(value: &Spanned<V>, message: impl Into<String>) -> Checked<T> {
    Err(Wrong { message: message.into(), span: Some(value.span()) })
}

pub(super) fn missing<T>(message: impl Into<String>) -> Checked<T> {
    Err(Wrong { message: message.into(), span: None })
}
