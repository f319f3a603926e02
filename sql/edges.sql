-- edges: every model fitted to bases that hardly are any, and everything there
-- is to ask of it.  What is said of the fits is test/core/test_edges.c's.
SET datestyle = 'ISO, YMD';

-- Purchase days by base and customer, up to 2024-12-31.
CREATE TABLE edge_orders (base text, customer int, day date, amount float8);
INSERT INTO edge_orders
	SELECT 'nobody leaves', c, date '2024-01-01' + c % 90 + d * (3 + c % 40), 5 + (c * d) % 50
	FROM generate_series(1, 300) AS c, generate_series(0, 120) AS d WHERE c % 90 + d * (3 + c % 40) < 366
	UNION ALL SELECT 'one-time buyers', c, date '2024-01-01' + c, 20 FROM generate_series(1, 200) AS c
	UNION ALL SELECT 'one customer', 1, date '2024-11-20' + d * 15, 20 FROM generate_series(0, 2) AS d
	UNION ALL SELECT 'one order', 1, date '2024-11-20', 20
	UNION ALL SELECT 'no difference', c, date '2024-09-22' + d * 9, 30 FROM generate_series(1, 100) AS c, generate_series(0, 10) AS d
	UNION ALL SELECT '100,000 purchases', 1, date '2024-12-31' - 100300 + d, 0.01 FROM generate_series(0, 100000) AS d
	UNION ALL SELECT '100,000 purchases among others', 1, date '2024-12-31' - 100300 + d, 1e6 FROM generate_series(0, 100000) AS d
	UNION ALL SELECT '100,000 purchases among others', c, date '2024-01-01' + c + d * (5 + c % 30), 5 + (c * d) % 50
	FROM generate_series(2, 100) AS c, generate_series(0, 9) AS d WHERE d <= (c * 7) % 10 AND d * (5 + c % 30) < 366 - c
	UNION ALL SELECT 'from a day to a century', c, date '2024-12-30' - power(36524, (c - 1) / 59.0)::int + d * (1 + (c * 31) % 97), 10 + c % 7
	FROM generate_series(1, 60) AS c, generate_series(0, 40) AS d WHERE d <= (c * 13) % 41 AND d * (1 + (c * 31) % 97) < power(36524, (c - 1) / 59.0)
	UNION ALL SELECT 'on the last day', c, date '2024-12-31' - d * (1 + c % 20), 10 + d FROM generate_series(1, 100) AS c, generate_series(0, 9) AS d WHERE d <= 1 + c % 9
	UNION ALL SELECT 'since yesterday', c, date '2024-12-30' + d, 10 FROM generate_series(1, 50) AS c, generate_series(0, 1) AS d WHERE d <= c % 2
	UNION ALL SELECT 'five customers ' || g, c, date '2024-01-01' + (17 * g + 61 * c) % 200 + d * (4 + (g * c) % 23), 10 + (g + d) % 6
	FROM generate_series(1, 6) AS g, generate_series(1, 5) AS c, generate_series(0, 8) AS d WHERE d <= (g * c) % 9;
CREATE TABLE edge_histories AS SELECT base, customer, clv.rfm(day, amount) AS rfm FROM edge_orders GROUP BY base, customer;
CREATE TABLE edge_base AS SELECT base, clv.cbs(rfm, '2024-12-31') AS cbs FROM edge_histories GROUP BY base;

-- Fits: a status, the reason where it is not converged, and numbers.
CREATE TABLE edge_fits AS
	SELECT base, name, kind, clv.fit(cbs, name) AS m FROM edge_base, clv.models() WHERE kind <> 'contract';
SELECT count(*) FROM edge_base;
SELECT base, name FROM edge_fits WHERE m IS NULL AND kind = 'transaction';
SELECT base FROM edge_fits WHERE m IS NULL AND kind = 'spend' GROUP BY base ORDER BY base;
SELECT base, name, m FROM edge_fits
WHERE m IS NOT NULL AND NOT (clv.status(m) IN ('converged', 'boundary', 'not_converged')
	AND (clv.status(m) = 'converged') = (clv.message(m) IS NULL) AND abs(clv.loglik(m)) < 'Infinity'
	AND (SELECT bool_and(estimate > 0 AND estimate < 'Infinity'
	                     AND (std_error IS NULL OR (std_error >= 0 AND std_error < 'Infinity' AND lower <= estimate AND estimate <= upper)))
	     FROM clv.coefficients(m)));

-- A fit is the same as in one step, and comes back from its text to the bit.
SELECT base, name FROM edge_fits WHERE m::text::clv.model OPERATOR(clv.<>) m;
SELECT f.base, f.name
FROM edge_fits AS f JOIN (SELECT h.base, a.name, clv.fit(a.name, s.frequency, s.recency, s.t) AS m
                          FROM edge_histories AS h, clv.summary(rfm, '2024-12-31') AS s, clv.models() AS a
                          WHERE h.base ~ 'five|one' AND a.kind = 'transaction' AND a.name !~ 'cnbd' GROUP BY h.base, a.name) AS g USING (base, name)
WHERE clv.loglik(g.m) <> clv.loglik(f.m);

-- Some of the customers of each base, and histories that none of them has.
CREATE TABLE edge_rows AS
	SELECT base, s.frequency, s.recency, s.t, s.monetary FROM edge_histories, clv.summary(rfm, '2024-12-31') AS s WHERE customer IN (1, 41)
	UNION ALL SELECT base, v.* FROM edge_base,
		(VALUES (0, 0, 0, NULL), (1, 1, 1, 0.01), (1, 1, 36525, 1e6), (300, 300, 310, 20)) AS v(x, tx, t, m);

-- Each prediction is there and inside its bounds: what comes back is not.
SELECT f.base, f.name, r.*, p.*
FROM edge_fits AS f JOIN edge_rows AS r USING (base),
     unnest('{1 day, 100 years}'::interval[]) AS h,
     LATERAL (SELECT extract(epoch FROM h) / 86400 / 365.25 AS years, clv.loglik(m, frequency, recency, t) AS loglik,
                     clv.p_alive(m, frequency, recency, t) AS alive, clv.p_alive(m, frequency, recency, t, h) AS alive_later,
                     clv.p_active(m, frequency, recency, t, h) AS active, clv.purchases_pmf(m, frequency, recency, t, h, 0) AS none,
                     clv.purchases_pmf(m, frequency, recency, t, h, 3) AS three, clv.expected_purchases(m, frequency, recency, t, h) AS purchases,
                     clv.discounted_purchases(m, frequency, recency, t, 0.1, h) AS discounted, clv.discounted_purchases(m, frequency, recency, t, 0.1) AS no_end,
                     clv.alive_years(m, frequency, recency, t, 0.1, h) AS alive_years, clv.next_purchase(m, frequency, recency, t, 0.5) AS next) AS p
WHERE f.kind = 'transaction' AND f.m IS NOT NULL
  AND NOT f.m::jsonb ? 'undetermined'		-- what is not determined is NULL: undetermined.sql
  AND NOT coalesce(abs(loglik) < 'Infinity' AND alive BETWEEN 0 AND 1 AND alive_later BETWEEN 0 AND alive AND active BETWEEN 0 AND alive * (1 + 1e-12)
	AND abs(active + none - 1) < 1e-9 AND three BETWEEN 0 AND active + 1e-12 AND purchases >= active * (1 - 1e-9) AND purchases < 'Infinity'
	AND discounted BETWEEN 0 AND purchases * (1 + 1e-12) AND no_end BETWEEN discounted * (1 - 1e-9) AND 1e300
	AND alive_years BETWEEN 0 AND alive * p.years * (1 + 1e-9) AND (next IS NULL OR next > 0 AND next < 'Infinity'), false);

-- The same of new customers, money, and what it may turn out to be.
SELECT f.base, f.name, p.*
FROM edge_fits AS f JOIN edge_fits AS g USING (base),
     LATERAL (SELECT clv.expected_purchases(f.m, '1 year') AS purchases, clv.purchases_pmf(f.m, '1 year', 0) AS none,
                     clv.new_customer_value(f.m, g.m, 0.1, '1 year') AS new, clv.expected_spend(g.m, 0, NULL) AS mean, clv.expected_spend(g.m, 2, 20) AS spend) AS p
WHERE f.kind = 'transaction' AND g.kind = 'spend' AND f.m IS NOT NULL AND g.m IS NOT NULL
  AND NOT coalesce(purchases >= 0 AND purchases < 'Infinity' AND none BETWEEN 0 AND 1 AND spend > 0 AND spend < 'Infinity'
	AND CASE WHEN mean IS NULL THEN new IS NULL ELSE mean > 0 AND new >= mean AND new < 'Infinity' END, false);
SELECT f.base, f.name, r.*, v.value, i.*
FROM edge_fits AS f JOIN edge_fits AS g USING (base) JOIN edge_rows AS r USING (base),
     LATERAL (SELECT clv.value(f.m, g.m, frequency, recency, t, monetary, 0.1, '1 month') AS value) AS v,
     LATERAL clv.value_interval(f.m, g.m, frequency, recency, t, monetary, 0.1, '1 month', 0.9, 5, 1) AS i
WHERE f.kind = 'transaction' AND g.kind = 'spend' AND f.m IS NOT NULL AND g.m IS NOT NULL AND t < 36525
  AND CASE WHEN v.value IS NULL THEN i.mean IS NOT NULL
           ELSE NOT coalesce(v.value >= 0 AND v.value < 'Infinity' AND i.lower BETWEEN 0 AND i.median AND i.median <= i.upper
	AND i.upper < 'Infinity' AND i.mean >= 0 AND i.mean < 'Infinity' AND i.p_zero BETWEEN 0 AND 1, false) END;
SELECT base, name, i
FROM (SELECT f.base, f.name, clv.total_interval(f.m, g.m, frequency, recency, t, monetary, 0.1, '1 month', 0.9, 5, 1) AS i
      FROM edge_fits AS f JOIN edge_fits AS g USING (base) JOIN edge_rows AS r USING (base)
      WHERE f.kind = 'transaction' AND g.kind = 'spend' AND f.m IS NOT NULL AND g.m IS NOT NULL AND t < 36525 GROUP BY f.base, f.name) AS s
WHERE NOT coalesce((i).lower BETWEEN 0 AND (i).median AND (i).median <= (i).upper
	AND (i).upper < 'Infinity' AND (i).mean >= 0 AND (i).mean < 'Infinity' AND (i).p_zero BETWEEN 0 AND 1, false);

-- Contracts likewise: everybody stays, or left at once, or in the same period;
-- one subscriber; five; one for 100,000 periods; from a month to a century.
CREATE TABLE edge_contracts AS
	SELECT 'all stay' AS base, clv.retention(12, false) AS r FROM generate_series(1, 100)
	UNION ALL SELECT 'all left at once', clv.retention(1, true) FROM generate_series(1, 100)
	UNION ALL SELECT 'all left in one period', clv.retention(20, true) FROM generate_series(1, 100)
	UNION ALL SELECT 'one left', clv.retention(3, true)
	UNION ALL SELECT 'one stays', clv.retention(3, false)
	UNION ALL SELECT 'five', clv.retention(3 * c, c % 2 = 0) FROM generate_series(1, 5) AS c
	UNION ALL SELECT '100,000 periods', clv.retention(100000, true)
	UNION ALL SELECT '100,000 periods among others', clv.retention(CASE c WHEN 1 THEN 100000 ELSE c END, c % 3 < 2) FROM generate_series(1, 60) AS c
	UNION ALL SELECT 'no difference', clv.retention_table(p, 1000 * 0.9 ^ p) FROM generate_series(0, 24) AS p
	UNION ALL SELECT 'from a month to a century', clv.retention_table(p, 1e6 / (1 + p)) FROM generate_series(0, 1200) AS p;
CREATE TABLE edge_contract_fits AS
	SELECT base, name, clv.fit(r, name, 365.25 / 12) AS m FROM edge_contracts, clv.models() WHERE kind = 'contract';
SELECT base, name, m FROM edge_contract_fits
WHERE NOT coalesce(clv.status(m) IN ('converged', 'boundary', 'not_converged')
	AND (clv.status(m) = 'converged') = (clv.message(m) IS NULL) AND abs(clv.loglik(m)) < 'Infinity', false);
SELECT f.base, f.name, period, p.*
FROM edge_contract_fits AS f, unnest('{1,2,24,1200,1000000}'::int[]) AS period,
     LATERAL (SELECT clv.survival(m, period) AS survival, clv.survival(m, period - 1) AS before, clv.retention_rate(m, period) AS rate,
                     clv.expected_lifetime(m, 0.1) AS lifetime, clv.expected_lifetime(m, 0.1, '1 year') AS year, clv.expected_lifetime(m, 0) AS no_discount,
                     clv.residual_lifetime(m, period, 0.1) AS residual, clv.residual_lifetime(m, period, 0.1, '1 year') AS residual_year,
                     clv.new_contract_value(m, 20, 0.1) AS new, clv.contract_value(m, 20, period, 0.1) AS old) AS p
WHERE NOT coalesce(survival BETWEEN 0 AND before AND before <= 1 AND rate BETWEEN 0 AND 1
	AND year BETWEEN 1 AND 13 AND lifetime BETWEEN year * (1 - 1e-12) AND 130 AND (no_discount IS NULL OR no_discount >= lifetime * (1 - 1e-12))
	AND residual_year BETWEEN 0 AND 13 AND residual BETWEEN residual_year * (1 - 1e-12) AND 130 AND new = 20 * lifetime AND old = 20 * residual, false);

DROP TABLE edge_orders, edge_histories, edge_base, edge_fits, edge_rows, edge_contracts, edge_contract_fits;
