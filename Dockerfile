# syntax=docker/dockerfile:1
#
#   docker build --tag masthead .
#   docker run --rm masthead --help
#
# The image holds the binary, certificates and nothing else: no shell, no package manager. It runs as a user that owns nothing
# but its data, on a file system that may be read-only.

FROM rust:1.95-slim-bookworm AS build
WORKDIR /build

# Every build of one commit gives the same bytes, wherever it is built: no path of the machine stands in the binary.
ENV CARGO_TERM_COLOR=never \
    CARGO_INCREMENTAL=0 \
    RUSTFLAGS="--remap-path-prefix=/build=/masthead --remap-path-prefix=/usr/local/cargo=/cargo"

# First the dependencies alone, behind an empty service: this layer is made again only when Cargo.lock or a manifest changes.
COPY Cargo.toml Cargo.lock ./
COPY crates/stripe-sandbox/Cargo.toml crates/stripe-sandbox/Cargo.toml
COPY crates/demo-paper/Cargo.toml crates/demo-paper/Cargo.toml
RUN mkdir -p src benches/ratios crates/stripe-sandbox/src crates/demo-paper/src \
    && touch src/lib.rs crates/stripe-sandbox/src/lib.rs crates/demo-paper/src/lib.rs \
    && echo 'fn main() {}' | tee src/main.rs crates/stripe-sandbox/src/main.rs crates/demo-paper/src/main.rs benches/ratios/main.rs \
    && cargo build --release --locked --no-default-features --bin masthead

# Then the service. What it takes in while it is compiled: templates, styles, texts, settings, migrations, the pages about problems.
COPY askama.toml ./
COPY config config
COPY docs docs
COPY locales locales
COPY migrations migrations
COPY src src
# Copied files may be older than the empty ones that were built above, and would be taken for them.
RUN touch src/lib.rs src/main.rs \
    && cargo build --release --locked --no-default-features --bin masthead \
    && mkdir /var/lib/masthead

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /build/target/release/masthead /usr/local/bin/masthead
# A named volume that is mounted here for the first time takes over this owner.
COPY --from=build --chown=nonroot:nonroot /var/lib/masthead /var/lib/masthead

USER nonroot
WORKDIR /var/lib/masthead
VOLUME /var/lib/masthead
ENV MASTHEAD__HTTP__LISTEN=0.0.0.0:8080 \
    MASTHEAD__LOG__FORMAT=json \
    DATABASE_URL=sqlite:/var/lib/masthead/masthead.db
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["/usr/local/bin/masthead", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/masthead"]
CMD ["serve"]
