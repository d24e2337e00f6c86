//! Which address is answered by what.

use std::{net::TcpListener, sync::Arc, time::Duration};

use actix_web::{App, HttpServer, dev::Server, web};

use super::{api, control, control_money, control_next};
use crate::{page, shared::Shared};

/// For how long an idle connection is kept: longer than the clients in wide use keep theirs (hyper's 90 seconds), so that none of them
/// sends a request into a connection that is just being closed.
const KEEP_ALIVE: Duration = Duration::from_secs(100);

/// Serves the sandbox on a listener, with one worker and no signal handlers.
pub fn serve(listener: TcpListener, shared: Arc<Shared>) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(Arc::clone(&shared)))
            .app_data(web::PayloadConfig::new(1024 * 1024))
            .service(web::scope("/v1").default_service(web::to(api::answer)))
            .route("/_sandbox/clock", web::get().to(control::clock))
            .route("/_sandbox/clock/advance", web::post().to(control::advance))
            .route("/_sandbox/chaos", web::post().to(control::chaos))
            .route("/_sandbox/faults", web::post().to(control::faults))
            .route("/_sandbox/settings", web::post().to(control::settings))
            .route("/_sandbox/refusals", web::post().to(control::refusals))
            .route("/_sandbox/events/{id}/resend", web::post().to(control::resend))
            .configure(control_money::routes)
            .configure(control_next::routes)
            .configure(page::routes)
    });
    Ok(server.listen(listener)?.workers(1).keep_alive(KEEP_ALIVE).disable_signals().shutdown_timeout(1).run())
}
