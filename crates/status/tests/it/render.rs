//! Rendering of flags, steps and differences, starting from the text of the events.

use flagflow_domain::ServiceFlag;
use flagflow_status::{
    Comparison, Difference, Ledger, PointFlag, Replay, ReplayError, RuleSet, Step, render,
};

const EVENTS: &str = "\
on,device,event,meter_point
2022-01-01,00DB1234567890A1,pending,
2022-01-01,00DB1234567890A1,linked,123409

2022-01-02,00DB1234567890A1,installed-not-commissioned,
2022-01-02,00DB1234567890A1,installed-not-commissioned,
2022-01-02,00DB1234567890A1,,
";

#[test]
fn flags_as_text_csv_and_json() {
    let point = "0013044353630".parse().unwrap();
    let held = PointFlag { flag: ServiceFlag::NonActive, from: "20220103".parse().unwrap() };
    assert_eq!(render::flag_text(point, Some(held)), "0013044353630  N  from 2022-01-03");
    assert_eq!(render::flag_text(point, None), "0013044353630  null");
    assert_eq!(render::flag_csv(point, Some(held)), "electricity,0013044353630,N,20220103");
    assert_eq!(render::flag_csv(point, None), "electricity,0013044353630,,");
    assert_eq!(
        render::flag_json(point, Some(held)),
        r#"{"fuel":"electricity","meter_point":"0013044353630","dcc_service_flag":"N","effective_from_date":"20220103"}"#
    );
    assert_eq!(
        render::flag_json(point, None),
        r#"{"fuel":"electricity","meter_point":"0013044353630","dcc_service_flag":null,"effective_from_date":null}"#
    );
    assert_eq!(render::FLAG_COLUMNS, "fuel,meter_point,dcc_service_flag,effective_from_date");
}

/// Each step with its line.
fn steps(rules: RuleSet) -> Vec<(u64, Step)> {
    let mut ledger = Ledger::new(rules);
    let happened = Replay::new(EVENTS.as_bytes()).filter_map(Result::ok);
    let steps = happened.flat_map(|replayed| {
        ledger.decide(&replayed.happened).into_iter().map(move |step| (replayed.line, step))
    });
    steps.collect()
}

#[test]
fn steps_as_text_and_json() {
    let steps = steps(RuleSet::Modification);
    let lines: Vec<_> = steps.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [3, 5]);
    let (line, step) = &steps[1];
    let text = render::step_text(*line, step);
    let head =
        "line 5: 2022-01-02 installed-not-commissioned 00-DB-12-34-56-78-90-A1: null becomes I\n";
    assert!(text.starts_with(&format!("{head}    MR ")), "{text}");
    let json = render::step_json(*line, RuleSet::Modification, step);
    let begin = r#"{"line":5,"on":"20220102","device":"00-DB-12-34-56-78-90-A1","event":"installed-not-commissioned","fuel":"gas","meter_point":"123409","rules":"modification","flag_before":null,"flag_after":"I","clause":"MR "#;
    assert!(json.starts_with(begin), "{json}");
    assert!(json.ends_with(r#","is_open":false}"#), "{json}");
}

fn differences() -> Vec<Difference> {
    let mut comparison = Comparison::new(&[RuleSet::Current, RuleSet::Modification]);
    let happened = Replay::new(EVENTS.as_bytes()).filter_map(Result::ok);
    happened.flat_map(|replayed| comparison.differences(&replayed.happened)).collect()
}

#[test]
fn differences_as_text_and_json() {
    let differences = differences();
    let [difference] = &differences[..] else { panic!("{differences:?}") };
    let text = render::difference_text(5, difference);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(
        lines[0],
        "line 5: 2022-01-02 installed-not-commissioned 00-DB-12-34-56-78-90-A1: 123409: the flags differ"
    );
    assert!(lines[1].starts_with("    current       null stays  PIA 3.2: "), "{text}");
    assert!(lines[2].starts_with("    modification  null becomes I  MR "), "{text}");
    assert_eq!(lines.len(), 3);
    let json = render::difference_json(5, difference);
    assert!(json.contains(r#""meter_point":"123409","agree":false,"sets":[{"rules":"current","#));
    let second = r#"},{"rules":"modification","flag_before":null,"flag_after":"I","#;
    assert!(json.contains(second), "{json}");
}

/// The meter that one set saw early is commissioned: both give A.
#[test]
fn sets_that_agree_again_say_so() {
    let mut comparison = Comparison::new(&[RuleSet::LegacyAsRun, RuleSet::LegacyAsReported]);
    let events = "on,device,event,meter_point\n\
        2022-01-01,00DB1234567890A1,pending,\n\
        2022-01-01,00DB1234567890A1,linked,123409\n\
        2022-01-02,00DB1234567890A1,whitelisted,\n\
        2022-01-03,00DB1234567890A1,commissioned,\n";
    let mut told = Vec::new();
    for replayed in Replay::new(events.as_bytes()).map(Result::unwrap) {
        let differences = comparison.differences(&replayed.happened);
        told.extend(differences.into_iter().map(|difference| (replayed.line, difference)));
    }
    let [(4, _), (5, over)] = &told[..] else { panic!("{told:?}") };
    assert_eq!(
        render::difference_text(5, over),
        "line 5: 2022-01-03 commissioned 00-DB-12-34-56-78-90-A1: 123409: the flags agree again\n    \
         legacy-as-run              null becomes A  \
         PIA 3.1.1: A when first associated with a Commissioned meter\n    \
         legacy-as-run/as-reported  A stays  \
         PIA 3.1.1: no registration system is ever notified of a change after A"
    );
    assert!(render::difference_json(5, over).contains(r#""meter_point":"123409","agree":true,"#));
}

#[test]
fn mistakes_are_told_with_their_lines_and_change_nothing() {
    let mut replay = Replay::new(EVENTS.as_bytes());
    let mistakes: Vec<_> = replay.by_ref().filter_map(Result::err).collect();
    assert!(mistakes.iter().all(ReplayError::is_in_one_line));
    let told: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "line 6: installed-not-commissioned of 00-DB-12-34-56-78-90-A1 on 2022-01-02 is \
             refused: the device is InstalledNotCommissioned already",
            "line 7: unknown event",
        ]
    );
    let points: Vec<_> = replay.inventory().points().map(|point| point.to_string()).collect();
    assert_eq!(points, ["123409"]);
    let mut replay = Replay::new(&b"no,columns\n"[..]);
    assert!(!replay.next().unwrap().unwrap_err().is_in_one_line());
    assert!(replay.next().is_none());
}
