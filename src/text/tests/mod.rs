//! The texts: complete, used, and written as the language writes.

mod dates;
mod keys;
mod language;
mod money;
