//! Errors of gas files: the codec's, with this crate's fields.

use crate::layout::Field;

pub use flagflow_codec::{ErrorKind, FieldFault};

/// The result of reading or writing gas files.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error in one line: the kind, the field, and the bytes of the line.
pub type Fault = flagflow_codec::Fault<Field>;

/// An error of this crate: the kind, the position where it began, and the line.
pub type Error = flagflow_codec::Error<Field>;

/// A file could not be finished; the inner writer is handed back.
pub type FinishError<W> = flagflow_frame::FinishError<W, Error>;
