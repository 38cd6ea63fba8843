//! Tables of findings.

#[cfg(feature = "tables")]
pub(crate) use with_tables::FindingTable;
#[cfg(not(feature = "tables"))]
pub(crate) use without_tables::FindingTable;

#[cfg(feature = "tables")]
mod with_tables {
    use std::collections::HashMap;
    use std::path::Path;

    use flagflow::arrow::parquet::ParquetWriter;
    use flagflow::arrow::{Error as TableError, findings_schema, report_findings};
    use flagflow::check::render::ReportEntry;
    use flagflow::files::input::is_standard;
    use flagflow::files::output::{Guard, Output};
    use flagflow::files::{Error, Result};

    /// A table of the findings of a run, written file by file. It appears whole or not at all.
    pub(crate) struct FindingTable(Result<ParquetWriter<Output>>);

    impl FindingTable {
        pub(crate) fn create(guard: &Guard, path: &Path) -> Result<Self> {
            let output = if is_standard(path) { Output::standard() } else { guard.create(path)? };
            Ok(Self(ParquetWriter::new(output, findings_schema()).map_err(unwritten)))
        }

        /// Adds the findings of a file, at most so many of each rule.
        pub(crate) fn add(&mut self, entry: &ReportEntry, most: Option<usize>) {
            let (Ok(writer), Ok(report)) = (&mut self.0, &entry.outcome) else { return };
            let findings = report_findings(&report.limited(most), Some(&entry.file));
            if let Err(error) = findings.and_then(|findings| writer.write(&findings)) {
                self.0 = Err(unwritten(error));
            }
        }

        /// Publishes the table.
        pub(crate) fn finish(self) -> Result<()> {
            self.0?.finish(HashMap::new()).map_err(unwritten)?.commit()
        }
    }

    #[expect(clippy::needless_pass_by_value, reason = "for map_err")]
    fn unwritten(error: TableError) -> Error {
        Error::writing(std::io::Error::other(error.to_string()))
    }
}

#[cfg(not(feature = "tables"))]
mod without_tables {
    use std::convert::Infallible;
    use std::path::Path;

    use flagflow::check::render::ReportEntry;
    use flagflow::files::output::Guard;
    use flagflow::files::{Error, ErrorKind, Result};

    /// A table that this build cannot write.
    pub(crate) struct FindingTable(Infallible);

    impl FindingTable {
        pub(crate) fn create(_: &Guard, _: &Path) -> Result<Self> {
            Err(Error::new(ErrorKind::Options, "this command was built without parquet"))
        }

        pub(crate) fn add(&mut self, _: &ReportEntry, _: Option<usize>) {
            match self.0 {}
        }

        pub(crate) fn finish(self) -> Result<()> {
            match self.0 {}
        }
    }
}
