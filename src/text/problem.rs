//! What went wrong, in words: the texts behind the stable codes.

use super::Texts;

impl Texts {
    /// The title of a problem by its stable code (`code_expired`); a code without words of its own has those of `internal`.
    pub fn problem_title(&self, code: &str) -> String {
        self.problem(code, "title")
    }

    /// What happened and what to do now, by the problem's stable code; as [`Texts::problem_title`] for unknown ones.
    pub fn problem_detail(&self, code: &str) -> String {
        self.problem(code, "detail")
    }

    /// The same of a problem that is over after some seconds: says in how many minutes, where there is a limit.
    pub fn problem_detail_after(&self, code: &str, seconds: Option<u64>) -> String {
        match seconds.and_then(|seconds| i64::try_from(seconds.div_ceil(60)).ok()) {
            Some(minutes) if code == "rate_limited" => {
                self.say("problem-rate-limited-detail-after").with("minutes", minutes.max(1)).text()
            }
            _ => self.problem_detail(code),
        }
    }

    /// What is wrong with one field, by its stable code: `missing`, `malformed`, `too_long`, `control_characters`, `unknown`,
    /// `not_allowed`, `out_of_range`, `in_past`, `too_far`, `unknown_field`, `wrong`. Others are said as `malformed`.
    pub fn field_fault(&self, code: &str) -> String {
        let key = format!("fault-{code}");
        let known = self.has(&key);
        self.say(if known { &key } else { "fault-malformed" }).text()
    }

    fn problem(&self, code: &str, part: &str) -> String {
        let key = format!("problem-{}-{part}", code.replace('_', "-"));
        if self.has(&key) {
            return self.say(&key).text();
        }
        self.say(&format!("problem-internal-{part}")).text()
    }
}
