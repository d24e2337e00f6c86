//! Each text that is asked for exists, and each that exists is asked for.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::text::Library;

const ENGLISH: &str = include_str!("../../../locales/en.ftl");

/// Keys that are put together at run time: the family, and its members that must exist.
const FAMILIES: [(&str, &[&str]); 6] = [
    ("problem", PROBLEMS),
    (
        "fault",
        &[
            "missing",
            "malformed",
            "too_long",
            "no_recipient",
            "gift_unknown",
            "gift_own",
            "gift_used",
            "gift_expired",
            "gift_taken_back",
            "gift_covered",
            "control_characters",
            "unknown",
            "not_allowed",
            "out_of_range",
            "in_past",
            "too_far",
            "unknown_field",
            "wrong",
            "email_invalid",
            "currency_fixed",
        ],
    ),
    ("rule-ended", &["paying-total", "paying-joined", "all-total", "all-joined", "net", "gross"]),
    ("rule", &["paying-total", "paying-joined", "all-total", "all-joined", "net", "gross"]),
    (
        "welcome",
        &[
            "not-signed-in",
            "gifted",
            "duplicate",
            "given",
            "given-settling",
            "gift-settling",
            "settling-sign-in",
            "disputed",
            "sent-back",
            "pending",
            "settling",
            "declined",
            "cancelled",
            "expired",
        ],
    ),
    (
        "counting-rule",
        &[
            "paying-members-total",
            "paying-members-joined-net",
            "paying-members-joined-gross",
            "all-members-total",
            "all-members-joined-net",
            "all-members-joined-gross",
        ],
    ),
];

/// The stable codes of all problems.
const PROBLEMS: &[&str] = &[
    "invalid-input",
    "invalid-json",
    "unsupported-media-type",
    "payload-too-large",
    "not-ready",
    "unknown-price",
    "unknown-campaign",
    "unknown-gate",
    "unknown-site",
    "not-found",
    "method-not-allowed",
    "sign-in-required",
    "invalid-token",
    "code-wrong",
    "code-expired",
    "code-used",
    "link-used",
    "link-unknown",
    "nothing-to-manage",
    "unknown-checkout",
    "other-browser",
    "too-many-attempts",
    "rate-limited",
    "return-to-not-allowed",
    "metrics-token-required",
    "entitlement-required",
    "origin-not-allowed",
    "continue-code-invalid",
    "signature-invalid",
    "event-stale",
    "event-invalid",
    "already-member",
    "idempotency-mismatch",
    "payment-service-unavailable",
    "database-unavailable",
    "internal",
];

/// The keys of `en.ftl`, in order.
fn keys() -> Vec<&'static str> {
    ENGLISH
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
        .filter_map(|line| Some(line.split_once(" =")?.0))
        .collect()
}

/// The keys of the families above.
fn composed() -> BTreeSet<String> {
    let two_parts = |family: &str| family == "problem" || family == "welcome";
    FAMILIES
        .iter()
        .flat_map(|(family, members)| members.iter().map(move |member| (*family, *member)))
        .flat_map(|(family, member)| match family {
            "problem" => vec![format!("{family}-{member}-title"), format!("{family}-{member}-detail")],
            family if two_parts(family) => vec![format!("{family}-{member}-title"), format!("{family}-{member}-body")],
            family => vec![format!("{family}-{member}")],
        })
        .collect()
}

/// All sources and templates in one string, without the tests.
fn sources() -> String {
    fn read(folder: &Path, into: &mut String) {
        for entry in fs::read_dir(folder).expect("the sources are there").flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() && name != "tests" {
                read(&path, into);
            } else if [".rs", ".html", ".txt"].iter().any(|ending| name.ends_with(ending)) && name != "tests.rs" {
                into.push_str(&fs::read_to_string(&path).expect("a source is text"));
            }
        }
    }
    let mut all = String::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    all
}

#[test]
fn every_key_that_is_asked_for_exists() {
    let known: BTreeSet<&str> = keys().into_iter().collect();
    let sources = sources();
    let asked: BTreeSet<&str> =
        sources.split(".say(\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0)).collect();
    assert!(asked.len() > 100, "the search finds {} keys", asked.len());
    let missing: Vec<&&str> = asked.iter().filter(|key| !known.contains(**key)).collect();
    assert!(missing.is_empty(), "asked for and not in en.ftl: {missing:?}");
    let missing: Vec<String> = composed().into_iter().filter(|key| !known.contains(key.as_str())).collect();
    assert!(missing.is_empty(), "put together and not in en.ftl: {missing:?}");
}

#[test]
fn every_key_that_exists_is_asked_for() {
    let (sources, composed) = (sources(), composed());
    let idle: Vec<&str> =
        keys().into_iter().filter(|key| !sources.contains(&format!("\"{key}\"")) && !composed.contains(*key)).collect();
    assert!(idle.is_empty(), "in en.ftl and asked for nowhere: {idle:?}");
}

#[test]
fn every_problem_that_is_made_has_its_words() {
    let known: BTreeSet<&str> = keys().into_iter().collect();
    let sources = sources();
    let made: BTreeSet<&str> = ["bad_request(\"", "forbidden(\"", "conflict(\"", "Problem::new("]
        .iter()
        .flat_map(|start| sources.split(start).skip(1))
        .filter_map(|rest| rest.split_once(')').map(|(arguments, _)| arguments))
        .filter_map(|arguments| arguments.trim_end_matches('"').rsplit('"').next())
        .filter(|code| !code.is_empty() && code.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        .collect();
    assert!(made.len() > 8, "the search finds {made:?}");
    for code in made {
        let key = format!("problem-{}", code.replace('_', "-"));
        assert!(known.contains(format!("{key}-title").as_str()), "{code} has no words");
        assert!(known.contains(format!("{key}-detail").as_str()), "{code} has no words");
    }
}

#[test]
fn no_key_is_written_twice() {
    let mut seen = BTreeSet::new();
    let twice: Vec<&str> = keys().into_iter().filter(|key| !seen.insert(*key)).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[test]
fn problems_are_said_by_their_codes_and_unknown_ones_kindly() {
    let texts = Library::shared().english();
    assert_eq!(texts.problem_title("code_wrong"), "That is not the code");
    assert!(texts.problem_detail("payment_service_unavailable").starts_with("Nothing has been changed."));
    assert_eq!(texts.problem_title("no_such_code"), texts.problem_title("internal"));
    let limited = |seconds| texts.problem_detail_after("rate_limited", seconds);
    assert!(limited(Some(936)).contains("Try again in 16 minutes."), "{}", limited(Some(936)));
    assert!(limited(Some(1)).contains("Try again in one minute."), "{}", limited(Some(1)));
    assert_eq!(limited(None), texts.problem_detail("rate_limited"));
    assert_eq!(texts.problem_detail_after("internal", Some(5)), texts.problem_detail("internal"));
    assert_eq!(texts.field_fault("too_long"), "This is too long.");
    assert_eq!(texts.field_fault("no_such_code"), texts.field_fault("malformed"));
}

#[test]
fn texts_hold_no_markup_but_emphasis() {
    for line in ENGLISH.lines().filter(|line| !line.starts_with('#')) {
        let tags: Vec<&str> = line.split('<').skip(1).collect();
        let ours = |tag: &&str| {
            ["b>", "/b>", "b data-live=\"count\">", "b data-live=\"remaining\">"].iter().any(|own| tag.starts_with(own))
        };
        assert!(tags.iter().all(ours), "{line}");
    }
}
