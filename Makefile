# SPDX-License-Identifier: MIT
#
# The face of the build; the building is CMake's and Ninja's, through scripts/. This file works
# by itself as far as it can: what is missing on the machine is brought by scripts/deps.

prefix ?= /usr/local
DESTDIR ?=

.DEFAULT_GOAL := build
.PHONY: build demo test soak fuzz check format bench bench-peers install clean help

build: ## build the libraries and the command, in build/plain (the default)
	@scripts/deps build
	@scripts/build plain

demo: ## install a copy in build/demo and run the examples and the command from it
	@scripts/demo

test: ## run every test; the last line counts them
	@scripts/test

soak: ## run the long tests, for an hour or so: STAGE=name for one part
	@scripts/soak $(STAGE)

fuzz: ## give the fuzzers FUZZ_SECONDS each (60)
	@scripts/deps test
	@scripts/fuzz all $(or $(FUZZ_SECONDS),60)

check: ## check style, format, layers and man pages (a second)
	@scripts/deps test
	@scripts/check

format: ## bring all C files into the project's format
	@scripts/deps test
	@scripts/format

bench: ## measure against the peers and the limit: ROUNDS=5 ONLY=regex QUICK=1
	@scripts/deps demo
	@ROUNDS='$(ROUNDS)' ONLY='$(ONLY)' QUICK='$(QUICK)' scripts/bench

bench-peers: ## install the peers that apt and npm have, and gnuplot for the plots
	@scripts/bench-peers

install: build ## install below prefix=DIR (/usr/local), staged below DESTDIR=DIR
	@DESTDIR='$(abspath $(DESTDIR))' cmake --install build/plain --prefix '$(abspath $(prefix))'
# A system's own folder of libraries is found by way of the loader's cache.
	@case '$(DESTDIR):$(prefix)' in :/usr | :/usr/local) \
	  [ ! -w /etc/ld.so.cache ] || ldconfig ;; esac

clean: ## remove everything that was built
	@rm -rf build

help: ## tell what there is
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/make \1|\2/p' Makefile | \
	  while IFS='|' read -r what does; do printf '%-17s %s\n' "$$what" "$$does"; done
