//! An outage of the gateway: how long the intake of events takes meanwhile at a steady pace, whether all of them are kept, and how fast
//! they are worked through once the gateway is back.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use actix_web::{HttpResponse, http::StatusCode, web};
use masthead::{app::Duty, flow::Context, store};
use tokio::{runtime::Runtime, task::JoinSet, time::sleep};

use super::{
    Scale,
    bare::{self, Bare, Pool},
    client::{self, Client, Pace, Wire},
    ground::Service,
    table,
    webhook::{customer_id, delivery_about, insert, row_about},
};

/// Events a second.
const PACE: Pace = Pace { per_second: 200 };
/// For how many seconds they come.
const SECONDS: usize = 60;
/// Events that can be on their way at once, on both sides.
const CONNECTIONS: usize = 16;
/// How many events each customer has.
const EVENTS_OF_CUSTOMER: usize = 4;
/// The calls that fetch what a customer has, when that is nothing.
const CALLS: [&str; 3] = ["/v1/subscriptions", "/v1/invoices", "/v1/charges"];
/// How long working through the backlog may take before the bench gives up.
const DRAIN_MAX: Duration = Duration::from_secs(900);

/// Something in the gateway's place: every list is empty, or everything is answered by 503.
struct Gateway {
    server: Bare,
    is_up: Arc<AtomicBool>,
}

impl Gateway {
    fn start() -> Self {
        let is_up = Arc::new(AtomicBool::new(false));
        let shared = web::Data::from(Arc::clone(&is_up));
        let server = bare::start(move |config| {
            config.app_data(shared.clone()).default_service(web::to(answer));
        });
        Self { server, is_up }
    }
}

async fn answer(is_up: web::Data<AtomicBool>) -> HttpResponse {
    if is_up.load(Ordering::SeqCst) {
        let list = "{\"object\":\"list\",\"data\":[],\"has_more\":false,\"url\":\"/v1/lists\"}";
        return HttpResponse::Ok().content_type("application/json").body(list);
    }
    let error = "{\"error\":{\"type\":\"api_error\",\"message\":\"The service is not available.\"}}";
    HttpResponse::build(StatusCode::SERVICE_UNAVAILABLE).content_type("application/json").body(error)
}

/// The rows of the table, for two fresh databases of one kind.
pub fn measure(runtime: &Runtime, scale: Scale, (kind, url, bare_url): (&str, &str, &str)) -> Vec<String> {
    let events = scale.requests(PACE.per_second * SECONDS);
    runtime.block_on(async { Service::start(bare_url).await.stop().await });
    let bare = percentiles(runtime.block_on(insert_paced(bare_url, events)));

    let gateway = runtime.block_on(async { Gateway::start() });
    let api_url = format!("http://{}/", gateway.server.address);
    let service = runtime.block_on(Service::start_against(url, &api_url, Duty::Everything));
    let deliveries: Vec<Wire> = (0..events).map(|n| delivery_about(n, n / EVENTS_OF_CUSTOMER)).collect();
    let ours = percentiles(Client::connect(service.address, CONNECTIONS).send_paced(&deliveries, PACE));
    let kept = runtime.block_on(kept(&service.context));

    gateway.is_up.store(true, Ordering::SeqCst);
    let waiting = runtime.block_on(pending(&service.context));
    let drained = runtime.block_on(drain(&service.context));
    let customers = events.div_ceil(EVENTS_OF_CUSTOMER);
    let settled = settle_bare(runtime, bare_url, gateway.server.address, customers);
    runtime.block_on(async {
        service.stop().await;
        gateway.server.stop().await;
    });

    let lost = usize::try_from(kept).map_or(events, |kept| events.abs_diff(kept));
    let named = |what: &str| format!("{what}, {kind}");
    let intake = |share: &str| named(&format!("intake while the gateway is down, {share} at {}/s", PACE.per_second));
    let insert = "bare durable insert at the same pace";
    let rate = |count: usize, took: Duration| count as f64 / took.as_secs_f64();
    let drained_rate = rate(usize::try_from(waiting).unwrap_or(0), drained);
    let bare_rate = rate(events, settled);
    vec![
        table::once(&intake("median"), "ms", ours[0], insert, bare[0]),
        table::once(&intake("p99"), "ms", ours[1], insert, bare[1]),
        table::holds(&named("events kept"), lost, events),
        table::once(
            &named("drain once it is back"),
            "events/s",
            drained_rate,
            "the same calls and one durable update for each customer",
            bare_rate,
        ),
    ]
}

/// How long each insert of the same rows takes at the same pace.
async fn insert_paced(url: &str, events: usize) -> Vec<Duration> {
    let pool = Pool::open_to_write(url).await;
    let rows = Arc::new((0..events).map(|n| row_about(n, n / EVENTS_OF_CUSTOMER)).collect::<Vec<_>>());
    let began = Instant::now();
    let mut running = JoinSet::new();
    for first in 0..CONNECTIONS {
        let (pool, rows) = (pool.clone(), Arc::clone(&rows));
        running.spawn(async move {
            let mut took = Vec::new();
            for (n, row) in rows.iter().enumerate().skip(first).step_by(CONNECTIONS) {
                let due = PACE.wait(began, n).await;
                insert(&pool, row).await;
                took.push(due.elapsed());
            }
            took
        });
    }
    running.join_all().await.into_iter().flatten().collect()
}

/// How long the calls alone take for so many customers, one after another, with one durable update of each one's events.
fn settle_bare(runtime: &Runtime, url: &str, gateway: SocketAddr, customers: usize) -> Duration {
    let pool = runtime.block_on(Pool::open_to_write(url));
    let mut client = Client::connect(gateway, 1);
    let calls = CALLS.map(|path| client::get(path, "authorization: Bearer sk\r\n"));
    let began = Instant::now();
    for customer in 0..customers {
        for call in &calls {
            assert_eq!(client.ask(call).status, 200);
        }
        assert!(runtime.block_on(pool.settle(&customer_id(customer))) > 0, "its events waited");
    }
    began.elapsed()
}

async fn count(context: &Context, states: &[&str]) -> i64 {
    let mut conn = context.store.read().await.expect("a connection");
    let mut sum = 0;
    for state in states {
        sum += store::webhook_event::count(&mut conn, state).await.expect("a number");
    }
    sum
}

async fn kept(context: &Context) -> i64 {
    count(context, &["pending", "done"]).await
}

async fn pending(context: &Context) -> i64 {
    count(context, &["pending"]).await
}

/// How long it takes until nothing waits.
async fn drain(context: &Context) -> Duration {
    let began = Instant::now();
    while pending(context).await > 0 {
        assert!(began.elapsed() < DRAIN_MAX, "events still wait after {DRAIN_MAX:?}");
        sleep(Duration::from_millis(50)).await;
    }
    began.elapsed()
}

/// The median and the 99th percentile, in milliseconds.
fn percentiles(mut took: Vec<Duration>) -> [f64; 2] {
    took.sort_unstable();
    let at = |share: f64| took[((took.len() - 1) as f64 * share).round() as usize].as_secs_f64() * 1e3;
    [at(0.5), at(0.99)]
}
