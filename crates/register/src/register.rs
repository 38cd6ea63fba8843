//! A store of both kinds of contents.

use crate::notify::StatusStore;
use crate::store::Store;

/// A register of flags that notifies too.
pub trait Register: Store + StatusStore {}

impl<S: Store + StatusStore> Register for S {}
