//! What routes are put into: the server, and a list of paths and methods, so that the API's document can be compared with them.

use actix_web::{
    Error, Resource,
    body::MessageBody,
    dev::{AppService, HttpServiceFactory, ServiceFactory, ServiceRequest, ServiceResponse, Transform},
    web::{self, ServiceConfig},
};

/// A path with the methods that it answers, HEAD left out: whatever answers GET answers it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Endpoint {
    /// Below the base path, with its places in braces: `/v1/campaigns/{slug}`.
    pub path: String,
    /// Such as `GET`.
    pub methods: &'static [&'static str],
}

/// The path of the route that a request came to, below the base path. Routes leave it on their requests: asking the router anew
/// would match the path once more.
#[derive(Clone, Copy, Debug)]
pub struct Pattern(pub &'static str);

/// A resource that knows what it answers.
pub struct Entry<R> {
    /// What it answers.
    pub endpoint: Endpoint,
    /// What the server is given.
    pub resource: R,
}

impl<T> Entry<Resource<T>>
where
    T: ServiceFactory<ServiceRequest, Config = (), Error = Error, InitError = ()> + 'static,
{
    /// The same with a layer around it.
    pub fn wrap<M, B>(self, layer: M) -> Entry<impl HttpServiceFactory + 'static>
    where
        T: ServiceFactory<ServiceRequest, Response = ServiceResponse>,
        M: Transform<T::Service, ServiceRequest, Response = ServiceResponse<B>, Error = Error, InitError = ()>
            + 'static,
        B: MessageBody + 'static,
    {
        Entry { endpoint: self.endpoint, resource: self.resource.wrap(layer) }
    }
}

impl<R: HttpServiceFactory> HttpServiceFactory for Entry<R> {
    fn register(self, config: &mut AppService) {
        self.resource.register(config);
    }
}

/// Takes routes in.
pub struct Table<'a> {
    server: &'a mut ServiceConfig,
    endpoints: Vec<Endpoint>,
}

impl Table<'_> {
    /// Adds a route.
    pub fn service(&mut self, entry: Entry<impl HttpServiceFactory + 'static>) -> &mut Self {
        self.endpoints.push(entry.endpoint.clone());
        self.server.service(entry);
        self
    }

    /// Adds a group of routes.
    pub fn configure(&mut self, group: impl FnOnce(&mut Self)) -> &mut Self {
        group(self);
        self
    }
}

/// Puts routes into a server. Returns what they answer.
pub fn fill(server: &mut ServiceConfig, group: impl FnOnce(&mut Table)) -> Vec<Endpoint> {
    let mut table = Table { server, endpoints: Vec::new() };
    group(&mut table);
    table.endpoints
}

/// What a group of routes answers, without a server.
pub fn list(group: impl FnOnce(&mut Table)) -> Vec<Endpoint> {
    let mut endpoints = Vec::new();
    let _ = web::scope("").configure(|server| endpoints = fill(server, group));
    endpoints
}
