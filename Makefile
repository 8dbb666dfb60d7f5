# Roster. `make` alone says what there is.

CARGO ?= cargo
ROSTER := $(or $(CARGO_TARGET_DIR),target)/release/roster

.DEFAULT_GOAL := help
.PHONY: help run test test-long outside check mutants bench release release-tls

help: ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

run: ## build, and serve a playground on 127.0.0.1:8080 with its data in ./roster-data
	@test -x "$(ROSTER)" || echo "The first build takes about six minutes on two cores; later ones take seconds."
	@$(CARGO) build --release --locked -p roster
	@exec "$(ROSTER)" serve --dev

test: ## run every test of the usual kind
	@tests/run.sh

test-long: ## run every test, those that take minutes too
	@tests/run.sh --long

outside: ## install the Python programs by which `make test` looks at the service from outside
	@tests/outside/install.sh

check: ## formatting and lints, without a single warning
	@$(CARGO) fmt --all -- --check
	@$(CARGO) fmt --manifest-path tests/fuzz/Cargo.toml -- --check
	@$(CARGO) clippy --workspace --all-targets --features roster-tests/bench --locked -- -D warnings

mutants: ## change the rules in every small way, and look whether a test notices
	@tests/mutants.sh

bench: ## measure
	@tests/bench.sh

release-tls: ## the same with TLS to PostgreSQL; needs OpenSSL's headers (libssl-dev) and pkg-config
	@$(CARGO) build --release --locked -p roster --features tls
	@echo "$(ROSTER)"

release: ## build the binary as it is shipped
	@$(CARGO) build --release --locked -p roster
	@echo "$(ROSTER)"
