# simrun: what can be done here. `make` alone prints this list.

.DEFAULT_GOAL := help
.PHONY: help build test lint bench docs cover chromium clean

BENCHTIME ?= 1s
TIMEOUT   ?= 15m

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build the program as ./simrun
	go build -o simrun ./cmd/simrun

test: chromium ## vet and test everything (what CI runs)
	go vet ./...
	go test -timeout $(TIMEOUT) ./...

lint: ## gofmt, go vet, staticcheck
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "gofmt wants:"; echo "$$unformatted"; exit 1; }
	go vet ./...
	go tool staticcheck ./...

bench: ## every benchmark, with allocations and our own figures (BENCHTIME=5s for steadier ones)
	go test -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) -timeout 60m ./...

docs: ## make the pages under docs/ that come from the code's own lists, and the manual pages
	go generate ./...
	go run ./cmd/simrun docs --man man

cover: ## test coverage by package, and cover.html
	go test -timeout $(TIMEOUT) -coverprofile cover.out -coverpkg ./... ./...
	go tool cover -html cover.out -o cover.html
	@go tool cover -func cover.out | tail -n 1

# The report is tested in a real browser.
chromium: ## see to it that Chromium is there, which the tests of the report need
	@{ command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null || { \
	  command -v apt-get >/dev/null || { echo "The tests of the report need Chromium: please install it." >&2; exit 1; }; \
	  echo "The tests of the report need Chromium: installing Debian's."; \
	  sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$sudo apt-get update -q && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium || { \
	    echo "Chromium could not be installed; the tests of the report need it." >&2; exit 1; }; }

clean: ## remove what building and running left here
	rm -rf simrun store man cover.out cover.html
