//! `masthead dev`: a newsroom, its newspaper and a payment sandbox in one process, with nothing else installed. With
//! `--stripe-test` Stripe's test mode takes the sandbox's place.

use std::{
    fs, io,
    net::{SocketAddr, TcpListener},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::Args;

use super::{
    CommandResult,
    dev_payments::{Payments, StripeTest, StripeTestArgs},
    log, secret,
    signals::StopSignals,
};
use crate::{
    app::{self, App, RunningApp, Surroundings, SystemEntropy},
    config::{Config, demonstration, read_declaration},
    domain::{actor::Actor, declaration::Declaration},
    flow::{
        Context, Mailbox, Mailer,
        apply_newsroom::{self, Consent},
        prepare_payments,
    },
    http::DevLinks,
};

const DEMO: &str = include_str!("../../config/demo.toml");
/// Below the data folder, the folder of Stripe's test mode: its ids and the sandbox's never meet.
const TEST_MODE_FOLDER: &str = "stripe-test";
/// The site in the demo newsroom.
const DEMO_SITE: &str = "demo-paper";
/// The campaign in the demo newsroom.
const DEMO_CAMPAIGN: &str = "25000-members";

/// Where the demonstration listens and keeps its data.
#[derive(Debug, Args)]
pub(crate) struct DevArgs {
    /// Where Masthead listens; port 0 is any free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where the demo newspaper listens; by default one port further.
    #[arg(long, value_name = "ADDR")]
    paper_listen: Option<SocketAddr>,
    /// Where the payment sandbox listens; by default two ports further.
    #[arg(long, value_name = "ADDR")]
    sandbox_listen: Option<SocketAddr>,
    /// Where the data is kept.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data_dir: PathBuf,
    /// The public address when a proxy of yours stands before this one, with the path that it serves Masthead under.
    #[arg(long, value_name = "URL")]
    base_url: Option<url::Url>,
    /// Do not open a browser.
    #[arg(long)]
    no_open: bool,
    #[command(flatten)]
    stripe: StripeTestArgs,
}

impl Default for DevArgs {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            paper_listen: None,
            sandbox_listen: None,
            data_dir: PathBuf::from("data"),
            base_url: None,
            no_open: false,
            stripe: StripeTestArgs::default(),
        }
    }
}

/// The servers' sockets and public addresses.
struct Places {
    masthead: TcpListener,
    masthead_url: String,
    webhook_url: String,
    paper: TcpListener,
    paper_url: String,
    payments: PaymentsPlace,
}

/// Where payments are taken.
enum PaymentsPlace {
    Sandbox { listener: TcpListener, url: String },
    Stripe(StripeTest),
}

struct Running {
    masthead: RunningApp,
    paper: demo_paper::Paper,
    sandbox: Option<stripe_sandbox::Sandbox>,
    /// What is said once everything runs.
    announcement: String,
}

/// Runs the demonstration until it is interrupted.
pub async fn run(args: DevArgs) -> CommandResult {
    let mut config = Config::defaults()?;
    config.log.filter = std::env::var("MASTHEAD__LOG__FILTER").unwrap_or_else(|_| "warn,stripe=error".to_owned());
    log::start(&config.log);
    let stripe = args.stripe.read()?;
    let mut signals = StopSignals::listen()?;
    let folder = if stripe.is_some() { args.data_dir.join(TEST_MODE_FOLDER) } else { args.data_dir.clone() };
    let places = Places::bind(&args, stripe)?;
    let data_dir = prepare_folder(&folder)?;
    let paper_url = places.paper_url.clone();
    let running = start(config, places, &data_dir).await?;
    println!("{}", running.announcement);
    if !args.no_open {
        open_browser(&paper_url);
    }
    signals.next().await;
    println!("\nStopping.");
    signals.quit_at_the_next();
    running.masthead.stop().await;
    running.paper.stop().await;
    if let Some(sandbox) = running.sandbox {
        sandbox.stop().await;
    }
    Ok(ExitCode::SUCCESS)
}

impl Places {
    fn bind(args: &DevArgs, stripe: Option<StripeTest>) -> Result<Self, String> {
        let masthead = bind(args.listen, "--listen")?;
        let next = |steps: u16, given: Option<SocketAddr>| {
            let port = if args.listen.port() == 0 { 0 } else { args.listen.port().saturating_add(steps) };
            given.unwrap_or_else(|| SocketAddr::new(args.listen.ip(), port))
        };
        let port = |listener: &TcpListener| listener.local_addr().map(|a| a.port()).map_err(|error| error.to_string());
        let paper = bind(next(1, args.paper_listen), "--paper-listen")?;
        let payments = match stripe {
            Some(stripe) => PaymentsPlace::Stripe(stripe),
            None => {
                let listener = bind(next(2, args.sandbox_listen), "--sandbox-listen")?;
                PaymentsPlace::Sandbox { url: format!("http://127.0.0.1:{}", port(&listener)?), listener }
            }
        };
        let own_port = port(&masthead)?;
        // Another host name than the paper's, so that the paper really is another site.
        let own_url = || url::Url::parse(&format!("http://localhost:{own_port}/")).map_err(|error| error.to_string());
        let public_url = args.base_url.clone().map_or_else(own_url, Ok)?;
        if !matches!(public_url.scheme(), "http" | "https") {
            return Err(format!("{public_url} is no http or https address: choose another with --base-url URL"));
        }
        let base_path = public_url.path().trim_end_matches('/');
        Ok(Self {
            // The sandbox is beside us, not beyond the proxy.
            webhook_url: format!("http://127.0.0.1:{own_port}{base_path}/webhooks/stripe"),
            masthead_url: public_url.as_str().trim_end_matches('/').to_owned(),
            paper_url: format!("http://127.0.0.1:{}", port(&paper)?),
            masthead,
            paper,
            payments,
        })
    }
}

fn bind(address: SocketAddr, option: &str) -> Result<TcpListener, String> {
    TcpListener::bind(address).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            format!("{address} is in use: stop what listens there, or choose another place with {option} ADDR")
        }
        _ => format!("cannot listen on {address} ({error}): choose another place with {option} ADDR"),
    })
}

fn prepare_folder(folder: &Path) -> Result<PathBuf, String> {
    let tell = |error: io::Error| {
        format!(
            "cannot write to {} ({error}): make it writable, or choose another folder with --data-dir DIR",
            folder.display()
        )
    };
    fs::create_dir_all(folder).map_err(tell)?;
    let probe = folder.join(".writable");
    fs::write(&probe, b"").map_err(tell)?;
    fs::remove_file(&probe).map_err(tell)?;
    folder.canonicalize().map_err(tell)
}

/// Takes from everybody but the owner the right to read a database that an earlier version made.
fn make_private(database: &Path) -> io::Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let mut file = database.as_os_str().to_owned();
        file.push(suffix);
        match fs::set_permissions(&file, fs::Permissions::from_mode(0o600)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

async fn start(mut config: Config, places: Places, data_dir: &Path) -> Result<Running, Box<dyn std::error::Error>> {
    let entropy = Arc::new(SystemEntropy);
    let (secret, bytes) = secret::find_or_make(&data_dir.join("secret"), entropy.as_ref())?;
    config.http.listen = places.masthead.local_addr()?;
    config.http.base_url = places.masthead_url.parse()?;
    config.http.workers = 2;
    let database = data_dir.join("masthead.db");
    make_private(&database)?;
    config.database.url = format!("sqlite://{}", database.display());
    let payments = match places.payments {
        PaymentsPlace::Sandbox { listener, url } => {
            Payments::in_sandbox(&mut config, listener, url, places.webhook_url, data_dir, entropy.as_ref()).await?
        }
        PaymentsPlace::Stripe(stripe) => Payments::in_test_mode(&mut config, stripe),
    };
    demonstration::write(data_dir, &config, &bytes)?;
    let context = app::context(&config, secret, payments.clock, entropy).await?;
    context.store.migrate().await?;
    apply_demo(&context, &places.paper_url).await?;
    prepare_payments::settle_account(&context).await?;
    prepare_payments::furnish(&context).await?;
    let mailbox = Mailbox::default();
    let is_stripe = payments.sandbox.is_none();
    let (paper_url, sandbox_url) = (places.paper_url.clone(), payments.page_url.clone());
    let surroundings = Surroundings {
        mailer: Mailer::Mailbox(mailbox.clone()),
        dev: Some(DevLinks { mailbox, paper_url, sandbox_url, is_stripe }),
        form_origins: config.payments.form_origins(),
    };
    let mut app = App::build(&config, context, surroundings, places.masthead).await?;
    if is_stripe {
        app.read_events_instead_of_webhooks();
    }
    let masthead = app.start();
    let addresses = [&places.masthead_url, &places.paper_url, &payments.page_url];
    let announcement = announcement(addresses, data_dir, is_stripe);
    let paper = demo_paper::start(demo_paper::PaperConfig {
        listener: places.paper,
        public_url: places.paper_url,
        masthead_url: places.masthead_url,
        site: DEMO_SITE.to_owned(),
        campaign: DEMO_CAMPAIGN.to_owned(),
    })
    .await?;
    Ok(Running { masthead, paper, sandbox: payments.sandbox, announcement })
}

/// Applies the demo newsroom once; afterwards only the paper's address follows its port.
async fn apply_demo(context: &Context, paper_url: &str) -> Result<(), Box<dyn std::error::Error>> {
    let declaration: Declaration = read_declaration(DEMO, &[("paper_url", paper_url)])?;
    if apply_newsroom::presentation(context).await?.is_none() {
        apply_newsroom::apply(context, &declaration, &Actor::CommandLine, Consent::NotGiven).await?;
    }
    for site in declaration.sites.iter().filter(|site| site.slug == DEMO_SITE) {
        apply_newsroom::apply_site(context, site).await?;
    }
    Ok(())
}

fn announcement([masthead, paper, payments]: [&String; 3], data_dir: &Path, is_stripe: bool) -> String {
    let (first, name, hint) = if is_stripe {
        (
            "Masthead runs with Stripe in test mode: no real money moves.",
            "Stripe's payments",
            "Pay with a test card, such as 4242 4242 4242 4242, any date ahead, any CVC; real cards are refused.\n  \
             Stripe cannot reach this machine: its events are fetched every second.",
        )
    } else {
        (
            "Masthead runs. This is a demonstration: no money moves.",
            "Payment sandbox  ",
            "Pay with card 4242 4242 4242 4242, any date ahead, any CVC.",
        )
    };
    let payments = payments.trim_end_matches('/');
    format!(
        "{first}\n\n  The newspaper      {paper}/\n  The campaign       {masthead}/\n  Your mailbox       {masthead}/dev/mail\n  \
         {name}  {payments}/\n\n  {hint}\n  Data is kept in {}. Stop with Ctrl-C.",
        data_dir.display()
    )
}

/// Opens the newspaper where there is a desktop to open it on.
fn open_browser(address: &str) {
    let has_desktop = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    if has_desktop {
        // A missing opener is no reason to complain: the address is on the screen.
        let _ = std::process::Command::new("xdg-open").arg(address).spawn();
    }
}
