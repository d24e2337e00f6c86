//! Masthead: membership and paywall campaigns for newsrooms, self-hosted.
//!
//! The rooms and who may import whom are drawn in ARCHITECTURE.md; `tests/architecture.rs` holds them.

pub mod config;
pub mod domain;
pub mod gateway;
pub mod http {
    //! The web server.
    pub mod page {
        //! The pages.
        pub mod view;
    }
}
pub mod store;
pub mod text;
