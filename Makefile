.DEFAULT_GOAL := help
.PHONY: outside pictures help run test race lint golden fuzz soak faults bench microbench cover ci

help: ## Say what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: ## Run the sample publication at http://localhost:8080
	go run ./cmd/standfirst serve

test: ## Run all tests
	go test ./...

race: ## Run all tests with the race detector
	go test -race ./...

lint: ## Run gofmt, vet and, where they are installed, staticcheck and golangci-lint
	@test -z "$$(gofmt -l .)" || { gofmt -l .; exit 1; }
	go vet ./...
	@if command -v staticcheck >/dev/null; then staticcheck ./...; else echo "staticcheck is not installed"; fi
	@if command -v golangci-lint >/dev/null; then golangci-lint run; else echo "golangci-lint is not installed"; fi

golden: ## Rewrite the golden files; review the diff like code
	go test ./feed ./templates ./internal/i18n ./cmd/standfirst -update

fuzz: ## Fuzz every parser of strangers' input, ten seconds each
	@for pkg in $$(go list ./...); do \
		for name in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
			go test -run '^$$' -fuzz "^$$name$$" -fuzztime 10s -fuzzminimizetime 20x $$pkg || exit 1; \
		done; \
	done

soak: ## Run long random histories of readers, editors, crashes and mail servers
	go test -count=1 -timeout 60m -run NothingLost ./digest -rapid.checks=1000

faults: ## Kill, starve and disconnect the program at full size; prints what was lost and repeated
	cd cmd/standfirst && STANDFIRST_FAULTS=full go test -count=1 -timeout 90m -run '^TestFaults$$'

bench: ## Send a digest to 100,000 made-up readers, beside Postfix's smtp-source; serve feeds beside nginx; look at the desk and flood the sign-up form meanwhile
	go run ./internal/bench

microbench: ## Run the benchmarks of single packages
	go test -run '^$$' -bench . -benchmem ./...

pictures: ## Make docs/pictures anew, with Chromium: every letter at three widths
	go run ./internal/shots -pictures docs/pictures

cover: ## Show how much of each package the tests run
	go test -cover ./...

ci: ## Run what CI runs
	bash .ci/run

outside: ## Hold letters and pages against checks that are not ours
	bash .ci/outside
