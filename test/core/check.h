/*
 * check.h
 *		The few macros that a test of the core needs.
 *
 * A test is one program: checks, then CHECK_DONE("topic"), which prints one
 * line of counts and returns non-zero if any check failed.
 */
#ifndef CLV_CHECK_H
#define CLV_CHECK_H

#include <math.h>
#include <stdio.h>

static int	check_passed;
static int	check_failed;

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

#define CHECK_DONE(topic) \
	do { \
		printf("%s: %d passed, %d failed\n", (topic), check_passed, \
			   check_failed); \
		return check_failed != 0; \
	} while (0)

#endif							/* CLV_CHECK_H */
