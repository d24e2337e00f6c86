# Each target is one line of real work; what it does is in the script it names.

.PHONY: run test check soak bench

run: ## The demonstration: a newsroom, a newspaper and a payment sandbox on this machine
	cargo run

test: ## Everything that must hold before a change goes in
	scripts/prepare && scripts/test

check: ## What is quick: form, lints, tests that need nothing else
	scripts/test format lints architecture

soak: ## Made-up requests by the API's document, ten minutes each way on each database; and a hundred thousand lives of members
	CONTRACT_SECONDS=600 scripts/contract
	CONVERGENCE_HISTORIES=100000 scripts/postgres run cargo test --test convergence histories_end -- --nocapture

bench: ## What the service costs over what cannot be left out: one table
	scripts/bench
