//! Every page in every state: well-formed, labelled, in order, and deaf to hostile values.

mod books;
mod faults;
mod gallery;
mod hostile;
mod markup;
mod numbers;
mod samples;
mod states;
mod theme;
