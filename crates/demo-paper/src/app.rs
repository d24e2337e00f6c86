//! Wires the paper together.

use std::net::TcpListener;

use actix_web::dev::Server;
use actix_web::middleware::Compress;
use actix_web::{App, HttpServer, web};

use crate::addresses::Addresses;
use crate::edition::Edition;
use crate::masthead::Masthead;
use crate::sign_in::Seal;
use crate::{PaperConfig, StartError, headers, routes};

/// What every request can use.
pub struct Newsroom {
    /// Ours and Masthead's addresses.
    pub addresses: Addresses,
    /// The stories.
    pub edition: Edition,
    /// The connection to Masthead, with what it last said.
    pub masthead: Masthead,
    /// Signs the cookies that hold a sign-in under way.
    pub seal: Seal,
}

impl Newsroom {
    /// Reads settings and stories. Asks nothing of the network.
    pub fn build(config: &PaperConfig) -> Result<Self, StartError> {
        let addresses = Addresses::parse(&config.public_url, &config.masthead_url, &config.site, &config.campaign)?;
        Ok(Self {
            edition: Edition::read()?,
            masthead: Masthead::new(&addresses).map_err(|error| StartError::System(error.to_string()))?,
            seal: Seal::random().map_err(|_| StartError::System("no random numbers".to_owned()))?,
            addresses,
        })
    }
}

/// Serves the newsroom on the socket.
pub fn serve(listener: TcpListener, newsroom: Newsroom) -> std::io::Result<Server> {
    let newsroom = web::Data::new(newsroom);
    let server = HttpServer::new(move || {
        App::new()
            .wrap(Compress::default())
            .wrap(headers::for_every_response(&newsroom.addresses))
            .app_data(newsroom.clone())
            .configure(routes::configure)
    })
    .workers(1)
    .disable_signals()
    .shutdown_timeout(2)
    .listen(listener)?
    .run();
    Ok(server)
}
