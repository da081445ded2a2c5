# The front door. Everything here is done by CMake and the scripts in resources/; a second run of any
# target does nothing that is done already.

BUILD ?= build
PREFIX ?= /usr/local
setup := resources/setup

.DEFAULT_GOAL := build
.PHONY: build setup packages criu demo test test-apps test-move test-faults test-twice test-asan screens bench-xproxy bench-desktop bench-engine bench-move fuzz deb test-deb test-systemd test-kernel install format clean

build: $(BUILD)/build.ninja
	@ninja -C $(BUILD)

$(BUILD)/build.ninja:
	@cmake -S . -B $(BUILD) -G Ninja -DCMAKE_INSTALL_PREFIX=$(PREFIX)

packages:
	@$(setup)/install-packages.sh

# In this order: the trial that tells which CRIU works is a program of ours.
setup: packages
	@$(MAKE) --no-print-directory build
	@$(setup)/get-criu.sh $(BUILD)/bin/entracte-criu-probe $(BUILD)/criu

demo: setup
	@resources/demo/run-demo $(BUILD)

test: setup
	@$(setup)/run-tests.sh $(BUILD) $(TESTARGS)

# The programs and whole desktops that people use (docs/apps.md): installs them, half a gigabyte. RUNS=5: five times.
test-apps: setup
	@$(setup)/install-packages.sh apps
	@ENTRACTE_APPS=1 ENTRACTE_APPS_RUNS=$(or $(RUNS),1) $(setup)/run-tests.sh $(BUILD) -L apps $(TESTARGS); \
		status=$$?; /usr/bin/python3 tests/apps/report.py $(BUILD) docs/apps.md; exit $$status

# Sessions that move between two workstations, made of namespaces, over ssh.
test-move: setup
	@$(setup)/install-packages.sh move
	@ENTRACTE_MOVE=1 $(setup)/run-tests.sh $(BUILD) -R e2e.move $(TESTARGS)

# Pictures of every view of the desktop application, in BUILD/screens. README=1: those of the README anew.
screens: setup
	@ENTRACTE_BUILD_DIR=$(abspath $(BUILD)) /usr/bin/python3 tests/e2e/screens.py $(if $(README),--readme)

# What it costs to run through the X proxy (docs/performance.md). QUICK=1: a minute instead of five.
bench-xproxy: build
	@/usr/bin/python3 tests/bench/xproxy.py $(BUILD) $(if $(QUICK),--quick)
	@/usr/bin/python3 tests/bench/replay.py $(BUILD) $(if $(QUICK),--rounds 1)

# The desktop application: its start beside an empty window's, idle, a timeline of 5,000 snapshots.
bench-desktop: build
	@/usr/bin/python3 tests/bench/desktop.py $(BUILD)

# How long a session stands still while it moves, beside plain CRIU. QUICK=1: two moves instead of six.
bench-move: build
	@$(setup)/install-packages.sh move bench
	@/usr/bin/python3 tests/bench/move.py $(BUILD) $(if $(QUICK),--rounds 2)

bench-engine: build
	@/usr/bin/python3 tests/bench/engine.py $(BUILD) $(if $(QUICK),--rounds 3)

# Kills the store's writer, and fills its disk, at every system call that touches the store.
test-faults: build
	@ninja -C $(BUILD) test-faults

# e2e.twice with many seeds; SEEDS="31 32" takes others.
test-twice: build
	@ninja -C $(BUILD) test-twice

# The X proxy's tests, and the proxy on real servers with real programs, built with AddressSanitizer and UBSan.
asan_units := MessageTest SchemaTest WireRealServerTest OpaqueTableTest RecordTest ProxyMapsTest TranslatorTest AuditTest \
	SurvivalTest OwedTest ConnectionTest PathsTest HostileProgramTest MalformedRequestTest SelectionMoveTest SmallerServerTest ColormapMoveTest
asan_programs := entracte-xproxy entracte-screen x-victim x-script try_x_walk try_x_translate try_x_replay
empty :=
test-asan: setup
	@cmake -S . -B $(BUILD)-asan -G Ninja -DENTRACTE_SANITIZE=ON >/dev/null
	@ninja -C $(BUILD)-asan $(asan_units) $(asan_programs)
	@$(setup)/run-tests.sh $(BUILD)-asan $(TESTARGS) -R \
		'^(($(subst $(empty) $(empty),|,$(asan_units)))\.|fuzz\.x_|e2e\.(hop|crash|twice|audit|xclients|xoutside|xprograms)\.)'

# Looks for longer than the tests do (needs clang). What is found is left in BUILD-fuzz; it belongs into
# tests/fuzz/corpus, where the tests try it.
FUZZ_SECONDS ?= 60
fuzz:
	@command -v clang++ >/dev/null || { echo "make fuzz needs clang: apt-get install clang"; exit 1; }
	@cmake -S . -B $(BUILD)-fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DENTRACTE_FUZZ=ON >/dev/null
	@ninja -C $(BUILD)-fuzz fuzz_x_walk fuzz_x_translate fuzz_x_replay fuzz_store_bytes fuzz_transfer fuzz_pages \
		fuzz_repository
	@mkdir -p $(BUILD)-fuzz/corpus/walk $(BUILD)-fuzz/corpus/replay $(BUILD)-fuzz/corpus/translate $(BUILD)-fuzz/corpus/store \
		$(BUILD)-fuzz/corpus/transfer $(BUILD)-fuzz/corpus/pages $(BUILD)-fuzz/corpus/repository
	@cd $(BUILD)-fuzz && tests/bin/fuzz_x_walk -max_total_time=$(FUZZ_SECONDS) -max_len=4096 corpus/walk
	@cd $(BUILD)-fuzz && tests/bin/fuzz_x_translate -max_total_time=$(FUZZ_SECONDS) -max_len=4096 corpus/translate
	@cd $(BUILD)-fuzz && tests/bin/fuzz_x_replay -max_total_time=$(FUZZ_SECONDS) -max_len=4096 \
		corpus/replay $(CURDIR)/tests/fuzz/corpus/replay
	@cd $(BUILD)-fuzz && tests/bin/fuzz_store_bytes -max_total_time=$(FUZZ_SECONDS) -max_len=4096 corpus/store
	@cd $(BUILD)-fuzz && tests/bin/fuzz_transfer -max_total_time=$(FUZZ_SECONDS) -max_len=65536 corpus/transfer
	@cd $(BUILD)-fuzz && tests/bin/fuzz_pages -max_total_time=$(FUZZ_SECONDS) -max_len=4096 \
		corpus/pages $(CURDIR)/tests/fuzz/corpus/pages
	@cd $(BUILD)-fuzz && tests/bin/fuzz_repository -max_total_time=$(FUZZ_SECONDS) -max_len=4096 corpus/repository

# A package for the Debian release that this runs on, in BUILD/deb; lintian has nothing against it.
deb:
	@$(setup)/install-packages.sh build package
	@resources/packaging/build-deb $(BUILD)/deb

# Installs that package in a fresh Debian RELEASE (bookworm, trixie; built there where that is not this one's), tries it, and
# sees what its removal leaves. Needs root, and the network.
test-deb: deb
	@$(setup)/install-packages.sh machine
	@resources/packaging/try-deb $(BUILD)/deb $(RELEASE)

# A day on a fresh Debian with that package, under a systemd of its own: logins, restarts, reboots, a power cut. Needs root, and
# the network.
test-systemd: deb
	@$(setup)/install-packages.sh machine
	@resources/packaging/try-systemd $(BUILD)/deb

# Boots Debian's kernel in an emulated machine, and tries there what needs one that marks written memory. Needs root, and the
# network; KEEP=/a/folder keeps the machine for the next time.
test-kernel: build
	@$(setup)/install-packages.sh machine
	@resources/packaging/try-kernel $(BUILD) bash -c 'for one in $$(tests/e2e/ahead.py --list); do echo "$$one"; \
		tests/e2e/ahead.py $$one || exit 1; done'

install: build
	@cmake --install $(BUILD)
	@$(setup)/get-criu.sh $(PREFIX)/libexec/entracte/entracte-criu-probe $(PREFIX)/lib/entracte/criu

format:
	@git ls-files '*.h' '*.cpp' | xargs $$(command -v clang-format-14 || echo clang-format) -i

clean:
	@rm -rf $(BUILD)
