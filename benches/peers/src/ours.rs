//! flagflow's readers. A further backend is a further type here and a line in a question's list.

pub(crate) mod electricity;
pub(crate) mod gas;
