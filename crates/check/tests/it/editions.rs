//! The day in an electricity file's header and the first day in its profile determine the valid
//! flags.

use flagflow_check::{Options, RuleId, check};
use flagflow_domain::Edition;
use flagflow_electricity::{Flow, Profile};

/// The built-in profile with the first day of the edition.
fn options(first_day: &str) -> Options {
    let text = Profile::builtin(Flow::D0350).as_toml().to_owned();
    let unknown = "mp077_first_day = 2021-11-04";
    assert!(text.contains(unknown));
    let mut options = Options::default();
    options.use_profile(Profile::from_toml(&text.replace(unknown, first_day)).unwrap());
    options
}

/// Returns the edition of a file of a day, the lines with flags of another edition, and the number
/// of notes on an unknown edition.
fn judged(options: &Options, created: &str) -> (Edition, Vec<u64>, u64) {
    let file = format!(
        "ZHV|0000000042|D0350001|Z|DCCO|P|EELC|{created}||||OPER|\n81H|1|\n\
         82H|1|DC01|1013044353630|A|20220201|MRCY|\n82H|2|DC01|1011111111110|S|20220201|MRCY|\n\
         82H|3|DC01|1013044353630|I|20220202|MRCY|\nZPT|0000000042|4||1|20220301093500|\n"
    );
    let report = check(file.as_bytes(), options).unwrap();
    let own = report.findings.iter().filter(|it| it.rule == RuleId::FlagNotInEdition);
    let lines = own.map(|finding| finding.line).collect();
    (report.edition, lines, report.totals[RuleId::EditionUnknown])
}

#[test]
fn of_the_day_before_and_the_day_itself() {
    let options = options("mp077_first_day = 2022-03-01");
    assert_eq!(judged(&options, "20220228235959"), (Edition::PreMp077, vec![5], 0));
    assert_eq!(judged(&options, "20220301000000"), (Edition::Mp077, vec![4], 0));
    assert_eq!(judged(&options, "20220302000000"), (Edition::Mp077, vec![4], 0));
}

#[test]
fn of_no_day() {
    let known = options("mp077_first_day = 2022-03-01");
    assert_eq!(judged(&known, "20220229000000"), (Edition::Any, vec![], 1), "no such day");
    assert_eq!(judged(&options(""), "20220301000000"), (Edition::Mp077, vec![4], 0), "by default");
}
