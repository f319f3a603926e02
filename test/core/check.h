/*
 * check.h
 *		The few macros that a test of the core needs.
 *
 * A test is a function, "static void test_topic(void)", that makes checks.  A
 * program is a file of tests: its main runs each by RUN(test_topic) and ends
 * with CHECK_DONE("file"), which prints one line of counts and returns
 * non-zero unless something passed and nothing failed.
 *
 * A test fails if a check of it fails, and also if it makes none: it could not
 * fail then.  What a test needs and has not got is a reason to SKIP it, which
 * leaves the test at once and is counted apart.
 */
#ifndef CLV_CHECK_H
#define CLV_CHECK_H

#include <math.h>
#include <stdio.h>

/* A customer whose spend does not matter is written as {x, tx, t}. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/* checks, since the program began */
static int	check_passed;
static int	check_failed;

/* tests */
static int	tests_passed;
static int	tests_failed;
static int	tests_skipped;

/* of checks, how many belong to tests that have ended */
static int	check_counted;

/* why the running test is skipped, or NULL */
static const char *skip_reason;

/* Is the condition true?  If not, say where, and what the format tells. */
#define CHECK(cond, ...) \
	do { \
		if (cond) \
			check_passed++; \
		else \
		{ \
			check_failed++; \
			printf("%s:%d: ", __FILE__, __LINE__); \
			printf(__VA_ARGS__); \
			printf("\n"); \
		} \
	} while (0)

/* Relative agreement; equal values (zeros, infinities) agree, NaN never. */
#define CHECK_REL(got, want, tol, label) \
	do { \
		double		got_ = (got); \
		double		want_ = (want); \
		\
		CHECK(got_ == want_ || fabs(got_ - want_) <= (tol) * fabs(want_), \
			  "%s: got %.17g, want %.17g", (label), got_, want_); \
	} while (0)

/* Leave a test that cannot be made here, and say why (only in the test itself). */
#define SKIP(reason) \
	do { \
		skip_reason = (reason); \
		return; \
	} while (0)

#define RUN(test)	check_run(#test, (test))

static inline void
check_run(const char *name, void (*test) (void))
{
	int			passed = check_passed;
	int			failed = check_failed;

	skip_reason = NULL;
	test();
	passed = check_passed - passed;
	failed = check_failed - failed;
	check_counted += passed + failed;
	if (failed > 0)
	{
		tests_failed++;
		printf("FAILED %s: %d of %d checks\n", name, failed, passed + failed);
	}
	else if (skip_reason != NULL)
	{
		tests_skipped++;
		printf("SKIPPED %s: %s\n", name, skip_reason);
	}
	else if (passed == 0)
	{
		tests_failed++;
		printf("FAILED %s: it makes no check\n", name);
	}
	else
		tests_passed++;
}

static inline int
check_done(const char *topic)
{
	int			strays = check_passed + check_failed - check_counted;

	if (strays > 0)
	{
		tests_failed++;
		printf("FAILED main: %d checks outside of a test; call tests by RUN\n", strays);
	}
	printf("%s: %d passed, %d failed, %d skipped; %d checks\n", topic,
		   tests_passed, tests_failed, tests_skipped,
		   check_passed + check_failed);
	return tests_failed != 0 || tests_passed + tests_skipped == 0;
}

#define CHECK_DONE(topic)	return check_done(topic)

#endif							/* CLV_CHECK_H */
