//! Each rule set's table against its golden file. `UPDATE_GOLDEN=1` rewrites them.

use std::path::PathBuf;

use flagflow_status::{PointEvent, RuleSet, Statuses, Table};

fn golden(set: RuleSet) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata/status");
    folder.join(set.as_str().replace('/', "-") + ".txt")
}

#[test]
fn tables_are_the_golden_files() {
    for set in RuleSet::ALL {
        let (path, table) = (golden(set), Table::new(set).to_string());
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &table).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), table, "{set}");
    }
}

/// Merging loses and duplicates no input: each event with each flag is in rows with one decision
/// each.
#[test]
fn every_question_has_its_rows() {
    for set in RuleSet::ALL {
        let table = Table::new(set);
        for what in PointEvent::all() {
            for before in std::iter::once(None).chain(set.flags().iter().copied().map(Some)) {
                let rows: Vec<_> = table
                    .rows()
                    .iter()
                    .filter(|row| row.what.contains(&what) && row.before.contains(&before))
                    .collect();
                let mut meters: Vec<_> = rows.iter().flat_map(|row| &row.meters).collect();
                let all = meters.len();
                meters.sort_unstable();
                meters.dedup();
                assert!(!rows.is_empty() && meters.len() == all, "{set} {what} {before:?}");
                for after in Statuses::all().filter(|after| what.can_leave(*after)) {
                    let decision = set.decide(what, before, after);
                    assert!(rows.iter().any(|row| row.decision == decision), "{set} {what}");
                }
            }
        }
    }
}

#[test]
fn the_head_and_the_first_row_in_markdown_and_csv() {
    let table = Table::new(RuleSet::LegacyAsRun);
    let markdown = table.markdown();
    let lines: Vec<_> = markdown.lines().take(3).collect();
    assert_eq!(
        lines,
        [
            "| what happens to a meter | flag before | meters at the point after | flag after | clause |",
            "|---|---|---|---|---|",
            "| 8.11 associated, meter Commissioned; 8.4 linked, meter Commissioned; 8.1.1 commissioned; \
             Commissioned again | null | any | A | PIA 3.1.1: A when first associated with a \
             Commissioned meter |",
        ]
    );
    let csv = table.csv();
    let lines: Vec<_> = csv.lines().take(2).collect();
    assert_eq!(
        lines,
        [
            r#""what happens to a meter","flag before","meters at the point after","flag after","clause""#,
            "\"8.11 associated, meter Commissioned; 8.4 linked, meter Commissioned; 8.1.1 commissioned; \
             Commissioned again\",\"null\",\"any\",\"A\",\"PIA 3.1.1: A when first associated with a \
             Commissioned meter\"",
        ]
    );
}

#[test]
fn markdown_and_csv_have_a_line_a_row() {
    for set in RuleSet::ALL {
        let table = Table::new(set);
        assert_eq!(table.markdown().lines().count(), table.rows().len() + 2);
        assert_eq!(table.csv().lines().count(), table.rows().len() + 1);
    }
}
