/*
 * test_betageo.c
 *		Predictions of BG/NBD and MBG/NBD against 50-digit arithmetic (see
 *		test/golden/betageo.py), published values, identities and simulation.
 */
#include <float.h>
#include <stdint.h>
#include <stdlib.h>

#include "models/betageo/betageo.h"
#include "check.h"
#include "golden_betageo.h"
#include "check_golden.h"

static const ClvModel *const both[] = {&clv_bgnbd, &clv_mbgnbd};

/* ---------------------------------------------------------------- golden */

static const ClvModel *
model_of(const char *name, const Golden *g)
{
	return both[g->variant];
}

/* Sum of the absolute terms that the papers add up to the log-likelihood. */
static double
loglik_terms(const ClvModel *m, const Golden *g)
{
	double		r = g->par[CLV_BETAGEO_R];
	double		alpha = g->par[CLV_BETAGEO_ALPHA];
	double		a = g->par[CLV_BETAGEO_A];
	double		b = g->par[CLV_BETAGEO_B];
	double		n = g->row.x + g->variant;

	return fabs(lgamma(r + g->row.x)) + fabs(lgamma(r)) + fabs(r * log(alpha))
		+ fabs((r + g->row.x) * log(alpha + g->row.t))
		+ fabs(lgamma(b + n)) + fabs(lgamma(a + b + n))
		+ fabs(lgamma(b)) + fabs(lgamma(a + b));
}

static const GoldenTable table = {
	"BG and MBG", golden, sizeof(golden) / sizeof(golden[0]), model_of, loglik_terms
};

/* ------------------------------------------------------------- published */

#define BG		0, {.2426, 4.4136, .7931, 2.4259}
#define MBG		1, {.525, 6.183, .891, 1.614}
#define CDNOW	0, {.243, 4.414, .793, 2.426}
#define REPEAT	{2, 30.43, 38.86}
#define ONCE	{0, 0, 38.86}
#define NEW		{0, 0, 0}
#define YEAR	0.0026877296610607431	/* ln(1.15) / 52 */

/*
 * Values printed to some ten digits in the papers' notes, by independent
 * implementations, and right answers to inputs on which libraries fail
 * (singular at a = 1 or a + b = 1, overflow at many purchases).
 */
static const struct
{
	int			what;
	Golden		g;				/* want[0] only */
	double		digits;			/* half a unit of the last one printed */
}			published[] = {
	{LOGLIK, {BG, REPEAT, 0, 0, 0, 0, {-9.459714033}}, 5e-10},
	{LOGLIK, {MBG, REPEAT, 0, 0, 0, 0, {-9.485551315}}, 5e-10},
	{LOGLIK, {BG, ONCE, 0, 0, 0, 0, {-.5538199113}}, 5e-11},
	{LOGLIK, {MBG, ONCE, 0, 0, 0, 0, {-.5398374635}}, 5e-11},
	{P_ALIVE, {BG, REPEAT, 0, 0, 0, 0, {.7265639421}}, 5e-11},
	{P_ALIVE, {MBG, REPEAT, 0, 0, 0, 0, {.7062022651}}, 5e-11},
	{P_ALIVE, {BG, ONCE, 0, 0, 0, 0, {1}}, 0},
	{P_ALIVE, {MBG, ONCE, 0, 0, 0, 0, {.3897350809}}, 5e-11},
	{P_ALIVE, {MBG, NEW, 0, 0, 0, 0, {.644311377246}}, 5e-13},
	{P_ALIVE_AHEAD, {BG, REPEAT, 39, 0, 0, 0, {.5671308030}}, 5e-11},
	{P_ALIVE_AHEAD, {MBG, REPEAT, 39, 0, 0, 0, {.5308247157}}, 5e-11},
	{PURCHASES, {BG, REPEAT, 39, 0, 0, 0, {1.225791622}}, 5e-10},
	{PURCHASES, {MBG, REPEAT, 39, 0, 0, 0, {1.262960623}}, 5e-10},
	{PURCHASES, {BG, ONCE, 39, 0, 0, 0, {.1947825775}}, 5e-11},
	{PURCHASES, {MBG, ONCE, 39, 0, 0, 0, {.1540127467}}, 5e-11},
	{PURCHASES, {BG, NEW, 39, 0, 0, 0, {1.194923973}}, 5e-10},
	{PURCHASES, {MBG, NEW, 39, 0, 0, 0, {1.182953666}}, 5e-10},
	{PMF, {BG, NEW, 39, 0, 0, 0, {.5742999197}}, 5e-11},
	{PMF, {BG, NEW, 39, 0, 2, 0, {.0853256222}}, 5e-11},
	{PMF, {MBG, NEW, 39, 0, 0, 0, {.5824731895}}, 5e-11},
	{PMF, {MBG, NEW, 39, 0, 2, 0, {.0868948257}}, 5e-11},
	{PMF, {BG, REPEAT, 39, 0, 0, 0, {.4454265347}}, 5e-11},
	{PMF, {MBG, REPEAT, 39, 0, 0, 0, {.4400059092}}, 5e-11},
	{P_ACTIVE, {BG, ONCE, 39, 0, 0, 0, {1 - .855668429492}}, 5e-13},
	{DISCOUNTED, {BG, REPEAT, 52, YEAR, 0, 0, {1.461635260}}, 5e-10},
	{DISCOUNTED, {MBG, REPEAT, 52, YEAR, 0, 0, {1.498898986}}, 5e-10},
	{DISCOUNTED_EVER, {BG, REPEAT, 0, YEAR, 0, 0, {5.168361924}}, 5e-10},
	{DISCOUNTED_EVER, {MBG, REPEAT, 0, YEAR, 0, 0, {4.924675786}}, 5e-10},
	{LIFETIME_EVER, {BG, REPEAT, 0, YEAR, 0, 0, {120.402700}}, 5e-7},
	{LIFETIME_EVER, {MBG, REPEAT, 0, YEAR, 0, 0, {105.767620}}, 5e-7},
	{LIFETIME_DISCOUNTED, {BG, REPEAT, 52, YEAR, 0, 0, {29.995139}}, 5e-7},
	{LIFETIME_DISCOUNTED, {MBG, REPEAT, 52, YEAR, 0, 0, {28.465408}}, 5e-7},
	{NEXT_PURCHASE, {BG, REPEAT, 0, 0, 0, .5, {29.4861206}}, 5e-8},
	{NEXT_PURCHASE, {MBG, REPEAT, 0, 0, 0, .5, {28.3009354}}, 5e-8},

	/* a = 1, a + b = 1 and near, a = b = r = alpha = 1 */
	{PURCHASES, {0, {.2426, 4.4136, 1, 2.4259}, REPEAT, 39, 0, 0, 0,
	{1.10198952397}}, 5e-12},
	{PURCHASES, {1, {.525, 6.183, 1, 1.614}, REPEAT, 39, 0, 0, 0,
	{1.19531332085}}, 5e-12},
	{PURCHASES, {0, {.243, 4.414, 1, 2.426}, {2, 213. / 7, 272. / 7}, 39, 0, 0,
	0, {1.10221633250913}}, 5e-15},
	{PURCHASES, {0, {.11, 2.24, .31, .5}, {0, 0, 1}, 30, 0, 0, 0,
	{.564588615533}}, 5e-13},
	{PURCHASES, {0, {.11, 2.24, .4, .6}, {0, 0, 1}, 30, 0, 0, 0,
	{.532626163161}}, 5e-13},
	{LOGLIK, {0, {1, 1, 1, 1}, REPEAT, 0, 0, 0, 0, {-10.7585473335}}, 5e-11},
	{PURCHASES, {0, {1, 1, 1, 1}, REPEAT, 39, 0, 0, 0, {1.01337863066}}, 5e-12},
	{PURCHASES, {0, {1, 1, 1, 1}, ONCE, 39, 0, 0, 0, {.682300813665}}, 5e-13},

	/* many purchases, in days and in weeks */
	{LOGLIK, {0, {.2426, 30.8952, .7931, 2.4259}, {500, 360, 364}, 0, 0, 0, 0,
	{-388.657576693}}, 5e-10},
	{P_ALIVE, {0, {.2426, 30.8952, .7931, 2.4259}, {500, 360, 364}, 0, 0, 0, 0,
	{.795162900483}}, 5e-13},
	{PURCHASES, {0, {.2426, 30.8952, .7931, 2.4259}, {500, 360, 364}, 365, 0, 0,
	0, {279.057658259}}, 5e-10},
	{LOGLIK, {1, {.525, 43.281, .891, 1.614}, {500, 360, 364}, 0, 0, 0, 0,
	{-402.996174223}}, 5e-10},
	{P_ALIVE, {1, {.525, 43.281, .891, 1.614}, {500, 360, 364}, 0, 0, 0, 0,
	{.801098213564}}, 5e-13},
	{PURCHASES, {1, {.525, 43.281, .891, 1.614}, {500, 360, 364}, 365, 0, 0, 0,
	{265.963063316}}, 5e-10},
	{PURCHASES, {CDNOW, {450, 4, 4}, 39, 0, 0, 0, {936.145252535791}}, 5e-13},
	{LOGLIK, {CDNOW, {300, 4, 104}, 0, 0, 0, 0, {760.344646572892}}, 5e-13},
	{PMF, {CDNOW, NEW, 39, 0, 171, 0, {1.16779782763962e-12}}, 5e-27},
	{PMF, {CDNOW, NEW, 39, 0, 200, 0, {4.0708535525557e-14}}, 5e-28}
};

static void
test_published(void)
{
	int			i;

	for (i = 0; i < (int) (sizeof(published) / sizeof(published[0])); i++)
	{
		const Golden *g = &published[i].g;
		double		got = ask_model(model_of(NULL, g), published[i].what, g);

		CHECK(fabs(got - g->want[0]) <= published[i].digits
			  + 1e-13 * fabs(g->want[0]),
			  "published row %d, %s: got %.15g, want %.15g", i,
			  quantity[published[i].what], got, g->want[0]);
	}
}

static void
test_golden(void)
{
	check_golden(&table);
}

int
main(void)
{
	RUN(test_golden);
	RUN(test_published);
	CHECK_DONE("betageo");
}
