//! What is wrong with the fields of a form.

use crate::text::Texts;

/// A fault of one field, in words that the reader sees beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// The field's name in the form ("email", "price").
    pub field: String,
    /// What is wrong and what to do, in the reader's language ([`crate::text::Texts::field_fault`]).
    pub message: String,
}

/// The message for this field, if it has a fault.
pub(super) fn fault_of<'a>(faults: &'a [FieldFault], field: &str) -> Option<&'a str> {
    faults.iter().find(|fault| fault.field == field).map(|fault| fault.message.as_str())
}

/// Everything that is wrong with a form, said together at the top of its page: each line leads to its field.
#[derive(Debug, Default)]
pub(super) struct Summary {
    /// The id of the field, and what is wrong with it.
    pub(super) lines: Vec<(String, String)>,
}

impl Summary {
    /// The summary of a form whose fields stand in this order, any others before them; `place` gives a field's id on the page and what it
    /// is called there.
    pub(super) fn of(
        t: &Texts,
        faults: &[FieldFault],
        order: &[&str],
        place: impl Fn(&str) -> (String, String),
    ) -> Self {
        let line = |fault: &FieldFault| {
            let (id, label) = place(&fault.field);
            (id, t.say("faults-line").with("field", label).with("fault", fault.message.as_str()).text())
        };
        let mut ordered: Vec<&FieldFault> = faults.iter().collect();
        ordered.sort_by_key(|fault| order.iter().position(|name| *name == fault.field));
        Self { lines: ordered.into_iter().map(line).collect() }
    }

    /// The same where a field's id is its name.
    pub(super) fn by_name(t: &Texts, faults: &[FieldFault], label_key: impl Fn(&str) -> &'static str) -> Self {
        Self::of(t, faults, &[], |field| (field.to_owned(), t.say(label_key(field)).text()))
    }

    /// The document's title, which says first that something is wrong.
    pub(super) fn title(&self, t: &Texts, title: &str) -> String {
        if self.lines.is_empty() { title.to_owned() } else { t.say("title-fault").with("title", title).text() }
    }
}
