# clv: build, install and test with PGXS.
#
#	make && make install && make installcheck
#
# The version lives in clv.control and nowhere else.

EXTENSION = clv
EXTVERSION := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" clv.control)

MODULE_big = clv
OBJS = $(sort $(patsubst %.c,%.o,$(wildcard src/core/*.c src/*.c)))
INSTALL_SQL = $(sort $(wildcard src/sql/*.sql))
DATA = $(wildcard update/clv--*--*.sql)
DATA_built = clv--$(EXTVERSION).sql
EXTRA_CLEAN = clv--*.sql test/core/obj $(RECOVERY) $(CORE_TESTS)

REGRESS = $(sort $(patsubst sql/%.sql,%,$(wildcard sql/*.sql)))
REGRESS_OPTS = --load-extension=clv
TAP_TESTS = $(if $(wildcard test/t/*.pl),1)
PROVE_TESTS = test/t/*.pl

GSL_CFLAGS := $(shell pkg-config --cflags gsl)
GSL_LIBS := $(shell pkg-config --libs gsl)

# -ffp-contract=off: without it some architectures fuse multiply and add, and
# the same rows would give other bits there.
PG_CPPFLAGS = -I$(srcdir)/src -I$(srcdir)/src/core $(GSL_CFLAGS) -ffp-contract=off
SHLIB_LINK = $(GSL_LIBS) -lm

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

all: clv--$(EXTVERSION).sql

clv--$(EXTVERSION).sql: $(INSTALL_SQL) clv.control
	{ printf '%s\n' '\echo Use "CREATE EXTENSION clv" to load this file. \quit'; cat $(INSTALL_SQL); } > $@

$(OBJS): $(wildcard src/*.h src/core/*.h)

# The core has no server in it, and neither have its tests: one program a file,
# with objects of their own, since the module's have the server's flags.
CORE_TESTS = $(patsubst %.c,%,$(wildcard test/core/test_*.c))
CORE_OBJS = $(patsubst src/core/%.c,test/core/obj/%.o,$(wildcard src/core/*.c))
CORE_HEADERS = $(wildcard src/core/*.h test/core/*.h)
CORE_CC = $(CC) -std=gnu99 -O2 -g -Wall -Wextra -Wshadow -Wno-unused-parameter -Wno-sign-compare \
	-ffp-contract=off $(CORE_COPT) -Isrc/core -Itest/core $(GSL_CFLAGS)

test/core/obj/%.o: src/core/%.c $(CORE_HEADERS)
	@mkdir -p $(@D)
	$(CORE_CC) -c -o $@ $<

test/core/test_%: test/core/test_%.c $(CORE_OBJS) $(CORE_HEADERS)
	$(CORE_CC) -o $@ $< $(CORE_OBJS) $(GSL_LIBS) -lm

# Long checks of the fits: test/recovery/recovery [bases [model [set]]], and
# test/recovery/covariates [bases [model]]; of shrunk groups test/recovery/shrink; for
# test/recovery/many_starts.py test/recovery/fit_rows
RECOVERY = test/recovery/recovery test/recovery/covariates test/recovery/shrink test/recovery/fit_rows
.PHONY: recovery
recovery: $(RECOVERY)
test/recovery/%: test/recovery/%.c $(CORE_OBJS) $(CORE_HEADERS)
	$(CORE_CC) -o $@ $< $(CORE_OBJS) $(GSL_LIBS) -lm

.PHONY: core-programs coretest
core-programs: $(CORE_TESTS)
coretest: core-programs
	@fail=0; for t in $(CORE_TESTS); do ./$$t || fail=1; done; exit $$fail
