# Everything a person or a machine does with this repository. `make` alone lists it.
SWIFT ?= swift
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
PACKAGES := libsqlite3-dev libcurl4-openssl-dev curl libphonenumber-dev g++

.PHONY: help setup build test check-api lint demo bench

help:
	@echo "make demo    install what is missing, build, and see Accord keep two sides in agreement"
	@echo "make test    install what is missing, build, and run every test"
	@echo "make check-api   hold the sandbox against the Project API's description (part of make test)"
	@echo "make build   build the program: .build/release/accord"
	@echo "make lint    check the form of the code, and that imports are declared"
	@echo "make bench   what 100,000 customers cost, beside DuckDB and curl (some minutes)"

setup:
	@for package in $(PACKAGES); do \
	    if ! dpkg -s $$package >/dev/null 2>&1; then missing="$$missing $$package"; fi; \
	done; \
	if [ -n "$$missing" ]; then \
	    echo "Installing$$missing with apt-get"; \
	    $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq $$missing; \
	fi

build: setup
	$(SWIFT) build -c release --product accord

test: setup
	@scripts/check-api
	@scripts/test

check-api: setup
	@scripts/check-api --must-run

bench: build
	@scripts/bench

lint:
	$(SWIFT) format lint --strict --recursive Sources Plugins Tests Package.swift
	@scripts/check-imports

demo: setup
	$(SWIFT) build --product accord
	@scripts/demo
