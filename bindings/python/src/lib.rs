//! The native part of the Python package flagflow. The Python files beside the package have the
//! interface that users see.

mod error;
mod input;
mod report;
mod scan;
mod work;

use pyo3::pymodule;

#[pymodule]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::report::{NativeReport, check};
    #[pymodule_export]
    use crate::scan::{NativeScan, splits};
    #[pymodule_export]
    use crate::work::{convert, diff, generate};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
