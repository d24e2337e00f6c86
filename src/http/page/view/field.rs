//! What is wrong with one field of a form.

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
