//! The order of a file: header, groups with their updates, trailer; and what its trailer counts.
//!
//! ```text
//! file    := header (opening update*)* trailer
//! header  := ZHV | ZHF        trailer := ZPT
//! opening := the profile's level-1 group, if it has one; update := its update group
//! ```

use crate::profile::{LineKind, Profile};

/// What a line is in its file, by its code and its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The header, on the first line.
    Header,
    /// A level-1 group: no record.
    Group,
    /// A record, good or bad: an update, or a line whose code nobody knows.
    Record,
    /// A line that may not stand here: a header that is not first, an update without a group above
    /// it, anything after the trailer. It counts as a record, a bad one.
    Misplaced,
    /// The trailer: the first `ZPT`.
    Trailer,
}

/// Follows a file from line to line, says what each line is, and counts as the trailer does.
///
/// Empty lines have no role and are not shown to it.
#[derive(Clone, Copy, Debug)]
pub struct FileOrder {
    has_opening: bool,
    place: Place,
    groups: u64,
    flows: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Start,
    /// Before the first level-1 group, where the profile has one.
    Unopened,
    Updates,
    End,
}

impl FileOrder {
    /// Before anything is known of the file.
    pub(crate) const UNREAD: Self =
        Self { has_opening: false, place: Place::Start, groups: 0, flows: 0 };

    /// Before the first line of a file of a profile.
    #[must_use]
    pub const fn new(profile: &Profile) -> Self {
        Self { has_opening: profile.opening_group().is_some(), ..Self::UNREAD }
    }

    /// Of a part of a file that begins where updates are in their places: nothing counted so far.
    pub(crate) const fn in_updates(profile: &Profile) -> Self {
        Self { place: Place::Updates, ..Self::new(profile) }
    }

    /// Goes on behind a part that began [where updates were in their places](Self::in_updates) and
    /// had no trailer.
    pub(crate) const fn take_part(&mut self, part: &Self) {
        self.groups += part.groups;
        self.flows += part.flows;
    }

    /// The role of the next line, by its code, if it is any of the profile's.
    #[inline]
    pub fn place(&mut self, kind: Option<LineKind>) -> Role {
        let start = if self.has_opening { Place::Unopened } else { Place::Updates };
        let here = if self.place == Place::Start { start } else { self.place };
        let (role, next) = match (kind, self.place) {
            (_, Place::End) => (Role::Misplaced, Place::End),
            (Some(LineKind::Trailer), _) => (Role::Trailer, Place::End),
            (Some(LineKind::Header), Place::Start) => (Role::Header, here),
            (Some(LineKind::Header), _) => (Role::Misplaced, here),
            (Some(LineKind::Group), _) => (Role::Group, Place::Updates),
            (Some(LineKind::Update), _) if here == Place::Unopened => (Role::Misplaced, here),
            (Some(LineKind::Update) | None, _) => (Role::Record, here),
        };
        self.count(kind, role);
        self.place = next;
        role
    }

    /// Whether an update that comes next is a record in its place.
    #[must_use]
    #[inline]
    pub const fn is_in_updates(&self) -> bool {
        matches!(self.place, Place::Updates)
    }

    /// Takes so many updates that are records in their places.
    #[inline]
    pub const fn take_updates(&mut self, updates: u64) {
        self.groups += updates;
        if !self.has_opening {
            self.flows += updates;
        }
    }

    #[inline]
    fn count(&mut self, kind: Option<LineKind>, role: Role) {
        if self.place == Place::End || matches!(role, Role::Header | Role::Trailer) {
            return;
        }
        let top = if self.has_opening { LineKind::Group } else { LineKind::Update };
        self.groups += 1;
        self.flows += u64::from(kind == Some(top));
    }

    /// How many lines there are so far between header and trailer.
    #[must_use]
    pub const fn group_count(&self) -> u64 {
        self.groups
    }

    /// How many of them are top-level groups: level-1 groups, or updates where the profile has no
    /// level-1 group.
    #[must_use]
    pub const fn flow_count(&self) -> u64 {
        self.flows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::Flow;

    const HEADER: Option<LineKind> = Some(LineKind::Header);
    const GROUP: Option<LineKind> = Some(LineKind::Group);
    const UPDATE: Option<LineKind> = Some(LineKind::Update);
    const TRAILER: Option<LineKind> = Some(LineKind::Trailer);

    fn follow(profile: &Profile, kinds: &[Option<LineKind>]) -> (Vec<Role>, u64, u64) {
        let mut order = FileOrder::new(profile);
        let roles = kinds.iter().map(|kind| order.place(*kind)).collect();
        (roles, order.group_count(), order.flow_count())
    }

    #[test]
    fn header_first_groups_between_trailer_last() {
        use Role::{Group, Header, Misplaced, Record, Trailer};
        let profile = Profile::builtin(Flow::D0350);
        let follow = |kinds: &[_]| follow(&profile, kinds);
        assert_eq!(
            follow(&[HEADER, GROUP, UPDATE, None, HEADER, UPDATE, GROUP, TRAILER, GROUP, UPDATE]),
            (
                vec![
                    Header, Group, Record, Record, Misplaced, Record, Group, Trailer, Misplaced,
                    Misplaced
                ],
                6,
                2
            )
        );
        assert_eq!(
            follow(&[HEADER, UPDATE, None, GROUP, UPDATE, TRAILER, TRAILER]),
            (vec![Header, Misplaced, Record, Group, Record, Trailer, Misplaced], 4, 1)
        );
        assert_eq!(follow(&[UPDATE, HEADER]), (vec![Misplaced, Misplaced], 2, 0));
        assert_eq!(follow(&[None, HEADER]), (vec![Record, Misplaced], 2, 0));
        assert_eq!(follow(&[TRAILER, HEADER]), (vec![Trailer, Misplaced], 0, 0));
    }

    /// In whatever place of a file: many updates taken at once count as one after the other.
    #[test]
    fn updates_taken_at_once_count_as_updates() {
        let with = Profile::builtin(Flow::D0350);
        for profile in [&*with, &without_opening()] {
            for before in [&[][..], &[HEADER], &[HEADER, GROUP], &[None, UPDATE], &[GROUP, TRAILER]]
            {
                let mut one = FileOrder::new(profile);
                for kind in before {
                    one.place(*kind);
                }
                let (mut many, mut roles) = (one, (0..3).map(|_| one.place(UPDATE)));
                if many.is_in_updates() {
                    assert!(roles.all(|role| role == Role::Record));
                    many.take_updates(3);
                    let counts = |order: &FileOrder| (order.group_count(), order.flow_count());
                    assert_eq!(counts(&many), counts(&one));
                }
            }
        }
    }

    fn without_opening() -> Profile {
        let text = Profile::builtin(Flow::D0350).as_toml().to_owned();
        let (start, end) = (text.find("[[group]]").unwrap(), text.rfind("[[group]]").unwrap());
        Profile::from_toml(&format!("{}{}", &text[..start], &text[end..])).unwrap()
    }

    #[test]
    fn without_an_opening_group_every_update_is_a_flow() {
        assert_eq!(
            follow(&without_opening(), &[HEADER, UPDATE, None, UPDATE, TRAILER]),
            (vec![Role::Header, Role::Record, Role::Record, Role::Record, Role::Trailer], 3, 2)
        );
    }
}
