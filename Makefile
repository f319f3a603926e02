# clv: build, install and test with PGXS.
#
#	make && make install && make installcheck
#
# Also from another directory (a VPATH build): make -f ../clv/Makefile.
#
# The version lives in clv.control and nowhere else.

# Where the sources are; what PGXS calls $(srcdir), which it sets too late.
SRC := $(patsubst %/,%,$(or $(VPATH),$(dir $(firstword $(MAKEFILE_LIST)))))
THIS := $(firstword $(MAKEFILE_LIST))

# Files of the source tree by their names in it.
sources = $(sort $(patsubst $(SRC)/%,%,$(wildcard $(addprefix $(SRC)/,$(1)))))

EXTENSION = clv
EXTVERSION := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" $(SRC)/clv.control)

MODULE_big = clv
CORE = src/core src/core/* src/core/models/*
OBJS = $(patsubst %.c,%.o,$(call sources,$(CORE:=/*.c) src/*.c))
INSTALL_SQL = $(addprefix $(SRC)/,$(call sources,src/sql/*.sql))
DATA = $(call sources,update/clv--*--*.sql)
DATA_built = clv--$(EXTVERSION).sql
EXTRA_CLEAN = clv--*.sql test/core/obj $(RECOVERY) $(CORE_TESTS) $(DEPENDENCIES)

REGRESS = $(patsubst sql/%.sql,%,$(call sources,sql/*.sql))
REGRESS_OPTS = --load-extension=clv
PROVE_TESTS = test/t/*.pl
# The tests of test/t start servers of their own and want more Perl than a
# server brings: make installcheck TAP_TESTS=1.
TAP_TESTS ?=

GSL_CFLAGS := $(shell pkg-config --cflags gsl)
GSL_LIBS := $(shell pkg-config --libs gsl)

# -ffp-contract=off: without it some architectures fuse multiply and add, and
# the same rows would give other bits there.
PG_CPPFLAGS = -I$(SRC)/src -I$(SRC)/src/core $(GSL_CFLAGS) -ffp-contract=off
SHLIB_LINK = $(GSL_LIBS) -lm

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# The rules below name the directory of the sources.  A search in it as well
# would find the objects of a build in there, and take them for this one's.
override VPATH :=
vpath %.control $(SRC)

all: clv--$(EXTVERSION).sql

clv--$(EXTVERSION).sql: $(INSTALL_SQL) $(SRC)/clv.control
	{ printf '%s\n' '\echo Use "CREATE EXTENSION clv" to load this file. \quit'; cat $(INSTALL_SQL); } > $@

# PGXS's own rules, and what each object includes, so that a header is a reason
# to compile what includes it and nothing else.
depend = -MMD -MP -MT $@ -MF $@.d

ifndef COMPILE.c.bc
COMPILE.c.bc = $(CLANG) -Wno-ignored-attributes $(BITCODE_CFLAGS) $(CPPFLAGS) -flto=thin -emit-llvm -c
endif

src/%.o: $(SRC)/src/%.c
	@mkdir -p $(@D)
	$(COMPILE.c) $(depend) -o $@ $<

src/%.bc: $(SRC)/src/%.c
	@mkdir -p $(@D)
	$(COMPILE.c.bc) $(depend) -o $@ $<

# The core has no server in it, and neither have its tests: one program a file,
# with objects of their own, since the module's have the server's flags.
CORE_SOURCES = $(call sources,$(CORE:=/*.c))
CORE_OBJS = $(patsubst src/core/%.c,test/core/obj/%.o,$(CORE_SOURCES))
CORE_TESTS = $(patsubst %.c,%,$(call sources,test/core/test_*.c))
CORE_CC = $(CC) -std=gnu99 -O2 -g -Wall -Wextra -Wshadow -Wno-unused-parameter -Wno-sign-compare \
	-ffp-contract=off $(CORE_COPT) -I$(SRC)/src/core -I$(SRC)/test/core $(GSL_CFLAGS) $(depend)

test/core/obj/%.o: $(SRC)/src/core/%.c
	@mkdir -p $(@D)
	$(CORE_CC) -c -o $@ $<

$(CORE_TESTS): test/core/%: $(SRC)/test/core/%.c $(CORE_OBJS)
	@mkdir -p $(@D)
	$(CORE_CC) -DCLV_SRCDIR='"$(abspath $(SRC))"' -o $@ $< $(CORE_OBJS) $(GSL_LIBS) -lm

# Long checks of the fits: test/recovery/recovery [bases [model [set]]], and
# test/recovery/covariates [bases [model]]; of shrunk groups test/recovery/shrink; for
# test/recovery/many_starts.py test/recovery/fit_rows
RECOVERY = test/recovery/recovery test/recovery/covariates test/recovery/shrink test/recovery/fit_rows
.PHONY: recovery
recovery: $(RECOVERY)
$(RECOVERY): test/recovery/%: $(SRC)/test/recovery/%.c $(CORE_OBJS)
	@mkdir -p $(@D)
	$(CORE_CC) -o $@ $< $(CORE_OBJS) $(GSL_LIBS) -lm

# A target a program, so that make -j runs them side by side and -k all of them.
CORE_RUNS = $(CORE_TESTS:test/core/test_%=coretest-%)
.PHONY: core-programs coretest $(CORE_RUNS)
core-programs: $(CORE_TESTS)
coretest: $(CORE_RUNS)
$(CORE_RUNS): coretest-%: test/core/test_%
	@./$<

# installcheck wants a superuser, since pg_regress makes a database and sets
# parameters of it.  This one wants a role that may make a database.
CHECK_DB = clv_installcheck
.PHONY: installcheck-unprivileged
installcheck-unprivileged:
	'$(bindir)/createdb' $(CHECK_DB)
	'$(bindir)/psql' -X -q -d $(CHECK_DB) -c 'CREATE EXTENSION clv'
	$(MAKE) -f $(THIS) installcheck REGRESS_OPTS='--use-existing --dbname=$(CHECK_DB)'; \
		status=$$?; '$(bindir)/dropdb' $(CHECK_DB); exit $$status

# The targets of test/fuzz under libFuzzer and sanitizers, each for some seconds
# from the seeds: make fuzz [FUZZ_SECONDS=60].  test/core/test_fuzz runs the same
# targets everywhere.
FUZZ_CC = clang
FUZZ_SECONDS = 60
FUZZ_FLAGS = -std=gnu99 -O1 -g -fsanitize=fuzzer,address,undefined,float-cast-overflow \
	-fno-sanitize-recover=all -ffp-contract=off -I$(SRC)/src/core $(GSL_CFLAGS)
FUZZ_TARGETS = history base model retention retention_text
EXTRA_CLEAN += test/fuzz/fuzz test/fuzz/corpus

.PHONY: fuzz
fuzz: test/fuzz/fuzz test/core/test_fuzz
	mkdir -p test/fuzz/corpus && test/core/test_fuzz test/fuzz/corpus
	for t in $(FUZZ_TARGETS); do \
		CLV_FUZZ=$$t ASAN_OPTIONS=detect_leaks=1 test/fuzz/fuzz -max_total_time=$(FUZZ_SECONDS) \
			-max_len=16384 -print_final_stats=1 -artifact_prefix=test/fuzz/ test/fuzz/corpus/$$t || exit 1; \
	done

test/fuzz/fuzz: $(addprefix $(SRC)/,test/fuzz/fuzz.c $(call sources,test/fuzz/*.h $(CORE:=/*.[ch])))
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_FLAGS) -o $@ $< $(addprefix $(SRC)/,$(CORE_SOURCES)) $(GSL_LIBS) -lm

DEPENDENCIES = $(addsuffix .d,$(OBJS) $(OBJS:.o=.bc) $(CORE_OBJS) $(CORE_TESTS) $(RECOVERY))
-include $(wildcard $(DEPENDENCIES))
