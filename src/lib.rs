//! Masthead.

pub mod text;

pub mod http {
    //! The web server.
    pub mod page {
        //! The pages.
        pub mod view;
    }
}

pub mod gateway {
    //! The outside world.
    pub mod mail {
        //! Mail.
        pub mod render;
    }
}
