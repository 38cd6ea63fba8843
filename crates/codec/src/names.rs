//! The names of a flow, on which its tables are built.

use std::fmt::{Debug, Display};
use std::hash::Hash;

use flagflow_domain::Fuel;

/// A name of a flow: of a line, an item or a layout.
pub trait Name: Copy + Eq + Debug + Send + Sync + 'static {}

impl<T: Copy + Eq + Debug + Send + Sync + 'static> Name for T {}

/// The names of a flow: of its items, lines and layouts.
pub trait Names: Copy + Eq + Debug + Send + Sync + 'static {
    /// The items; the text of each is its name in reports and tables.
    type Field: Name + Display + Hash + AsRef<str>;
    /// The lines.
    type Tag: Name;
    /// The layouts.
    type Layout: Name;

    /// True if the code of a line is an item of its own, the first one.
    const CODE_IS_ITEM: bool;
    /// The fuel.
    const FUEL: Fuel;
    /// The item of a record's meter point.
    const POINT: Self::Field;
    /// The item of a record's flag.
    const FLAG: Self::Field;
    /// The item of the day from which a record's flag is effective.
    const DAY: Self::Field;
}
