//! Parquet, Arrow and Excel at the command line.

use std::fs;

use crate::common::run;

const FILE: &str = "A000000000123DXI20220101120000000001\nE451234567810A20220101\nZ990000000001\n";

/// Returns a folder with a file.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("in.dxi"), FILE).unwrap();
    folder
}

#[cfg(not(feature = "tables"))]
#[test]
fn a_build_without_tables_refuses_them() {
    let folder = folder();
    for command in [
        "convert in.dxi -o out.parquet",
        "convert in.xlsx -o out.csv",
        "convert in.dxi --from arrow -o out.csv",
        "check in.dxi --report parquet=x",
    ] {
        let (code, _, error) = run(folder.path(), command);
        assert_eq!(code, 2, "{command}");
        assert!(error.contains("built without"), "{command}: {error}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(feature = "tables")]
mod with_tables {
    use super::*;

    #[test]
    fn files_become_tables_and_come_back() {
        let folder = folder();
        for table in ["t.parquet", "t.arrow", "t.feather"] {
            for command in
                [format!("convert in.dxi -o {table}"), format!("convert {table} -o out.fixed")]
            {
                let (code, _, error) = run(folder.path(), &command);
                assert_eq!(code, 0, "{error}");
                assert!(error.ends_with("complete\n"), "{error}");
            }
            let back = folder.path().join("out.fixed");
            assert_eq!(fs::read_to_string(&back).unwrap(), FILE);
            fs::remove_file(back).unwrap();
        }
        let (_, _, error) = run(folder.path(), "convert in.dxi -o t.xlsx");
        assert!(error.contains("envelope: dropped"), "{error}");
        let (_, text, error) = run(folder.path(), "convert t.xlsx -o - --to fixed --sheet records");
        assert_eq!(text, "E451234567810A20220101\n", "{error}");
        assert!(error.starts_with("xlsx to fixed: 1 record read"), "{error}");
    }

    #[test]
    fn a_refused_table_leaves_no_file() {
        let folder = folder();
        fs::write(folder.path().join("bad"), "E451234567810A20220101\nE45\n").unwrap();
        for table in ["t.parquet", "t.arrow", "t.xlsx"] {
            let (code, _, error) = run(folder.path(), &format!("convert bad -o {table}"));
            assert_eq!(code, 1, "{error}");
            assert!(!folder.path().join(table).exists());
        }
        let (code, _, error) = run(folder.path(), "convert in.dxi -o t.xlsx --envelope add");
        assert_eq!((code, error.contains("cannot have an envelope")), (2, true), "{error}");
    }

    #[test]
    fn findings_are_a_table() {
        let folder = folder();
        fs::write(folder.path().join("bad"), "E451234567810A20220101\nE451234567810A20220132\n")
            .unwrap();
        let command = "check bad in.dxi --quiet --report parquet=f.parquet";
        let (code, _, error) = run(folder.path(), command);
        assert_eq!(code, 1, "{error}");
        let file = fs::File::open(folder.path().join("f.parquet")).unwrap();
        let (batches, _) = flagflow::arrow::parquet::read_parquet(file).unwrap();
        let rows: usize = batches.map(|batch| batch.unwrap().num_rows()).sum();
        let (_, json, _) = run(folder.path(), "check bad in.dxi --format json");
        assert_eq!(rows, json.matches("\"rule\":").count().max(1), "{json}");
    }
}
