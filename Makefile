# simrun: what can be done here. `make` alone prints this list.

.DEFAULT_GOAL := help
.PHONY: help build test lint cross soak fuzz mutants bench docs cover chromium redis postgres clang rust npm clean

SHELL     := bash
BENCHTIME ?= 1s
TIMEOUT   ?= 10m
TSC       := npx --yes --package typescript@7.0.2 tsc

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build the program as ./simrun
	go build -o simrun ./cmd/simrun

# Compiler, linker and tests leave little behind: collecting less often saves a sixth of their time.
test: export GOGC ?= 400
test: chromium redis postgres clang rust ## vet and test everything
	go vet ./...
	go test -vet=off -timeout $(TIMEOUT) ./...

lint: npm cross ## gofmt, go vet, staticcheck, the TypeScript of the report, and the builds of cross
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "gofmt wants:"; echo "$$unformatted"; exit 1; }
	go vet ./...
	go vet -tags soak ./...
	go tool staticcheck ./...
	cd examples && go vet ./... && GOOS=wasip1 GOARCH=wasm go build ./...
	cd visual/report && $(TSC) --noEmit -p .

FLOORS := ./history/... ./sim/... ./check/... ./models/... ./trial/...

cross: ## build for 32 bits, and the floors for the browser (js) and WASI
	GOARCH=386 go build ./...
	GOOS=js GOARCH=wasm go build $(FLOORS)
	GOOS=wasip1 GOARCH=wasm go build $(FLOORS)

# The packages whose tests go deeper with the build tag soak.
SOAK := ./history ./check/... ./models/all ./models/broadcast ./models/quorum ./models/resilience ./sim/network ./sim/program/wasi ./cli ./docs/make/guidebook

soak: fuzz ## the same tests, many times as deep: millions of histories, tens of thousands of seeds; says how deep
	go test -tags soak -timeout 60m -v $(SOAK) 2>&1 | grep -E '^(ok|FAIL|---|panic)|histor|seeds|_test.go:[0-9]+: [0-9]|_test.go:[0-9]+: .*(FAIL|seed|wrong)'; exit $${PIPESTATUS[0]}

FUZZ ?= 20000

fuzz: ## every reader and parser with FUZZ inputs that nobody thought of (20,000 take about 2 s each)
	.ci/fuzz $(FUZZ)

mutants: ## the share of planted defects that the tests catch, by part; takes about two hours on 2 cores
	.ci/mutants

bench: ## every benchmark, with allocations and our own figures (BENCHTIME=5s for steadier ones)
	go test -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) -timeout 60m ./...

docs: ## make the pages under docs/ that come from the code's own lists, and the manual pages
	go generate ./...
	go run ./cmd/simrun docs --man man

cover: ## test coverage by package, and cover.html
	go test -timeout $(TIMEOUT) -coverprofile cover.out -coverpkg ./... ./...
	go tool cover -html cover.out -o cover.html
	@go tool cover -func cover.out | tail -n 1

# install PACKAGE: Debian's package, where apt-get is there
define install
	{ command -v apt-get >/dev/null || { echo "$(2)" >&2; exit 1; }; \
	  echo "$(2) Installing Debian's."; \
	  sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$sudo apt-get update -q && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $(1) || { echo "$(2)" >&2; exit 1; }; }
endef

# The report is tested in a real browser.
chromium: ## see to it that Chromium is there, which the tests of the report need
	@{ command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null || \
	$(call install,chromium,The tests of the report need Chromium.)

redis: ## see to it that redis-server is there, whose clients' histories the tests record
	@command -v redis-server >/dev/null || \
	$(call install,redis-server,The tests of recorded histories need redis-server.)

postgres: ## see to it that PostgreSQL is there, whose isolation levels the tests hold to what they promise
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || \
	$(call install,postgresql,The tests of isolation levels need PostgreSQL.)

clang: ## see to it that clang builds for WASI, as which programs in C run in tests
	@{ command -v clang && command -v wasm-ld && echo 'int main(void) { return 0; }' | clang --target=wasm32-wasi --sysroot=/usr -x c -o /dev/null -; } >/dev/null 2>&1 || \
	$(call install,clang lld wasi-libc libclang-rt-$$(apt-cache depends clang | sed -n 's/.*Depends: clang-\([0-9]*\)$$/\1/p')-dev-wasm32,The tests of programs need clang with lld and wasi-libc.)

rust: ## see to it that a rustc builds for WASI, as which programs in Rust run in tests
	@for rustc in rustc /usr/bin/rustc; do for target in wasm32-wasip1 wasm32-wasi; do \
	echo 'fn main() {}' | $$rustc --target $$target -o /tmp/simrun-rust-$$$$ - 2>/dev/null && rm -f /tmp/simrun-rust-$$$$ && exit 0; done; done; \
	$(call install,rustc libstd-rust-dev-wasm32,The tests of programs need a rustc that builds for WASI.)

npm: ## see to it that npm is there, which checks the TypeScript of the report
	@command -v npx >/dev/null || \
	$(call install,nodejs npm,make lint needs npm to check the TypeScript of the report.)

clean: ## remove what building and running left here
	rm -rf simrun store man cover.out cover.html
