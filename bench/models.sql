-- For each model a base of customers that are drawn from it: as many as asked
-- for, acquired over 78 weeks and seen for up to two years, times in days.
CREATE TABLE truth (name, unit_days, params) AS VALUES
	('bgnbd', 1, '{"r": 0.24, "alpha": 31, "a": 0.79, "b": 2.43}'::jsonb),
	('mbgnbd', 1, '{"r": 0.52, "alpha": 43, "a": 0.89, "b": 1.61}'),
	('bgcnbd', 1, '{"r": 1.3, "alpha": 20, "a": 0.42, "b": 0.79, "k": 2}'),
	('mbgcnbd', 1, '{"r": 1.3, "alpha": 20, "a": 0.42, "b": 0.79, "k": 2}'),
	('paretonbd', 1, '{"r": 0.55, "alpha": 74, "s": 0.61, "beta": 82}'),
	('ggompertznbd', 1, '{"r": 0.55, "alpha": 74, "b": 0.003, "s": 0.6, "beta": 0.25}'),
	('nbd', 1, '{"r": 0.38, "alpha": 84}'),
	('bgbb', 28, '{"alpha": 1.2, "beta": 0.75, "gamma": 0.66, "delta": 2.78}'),
	('sbg', 30, '{"a": 0.67, "b": 3.8}'),
	('bdw', 30, '{"a": 0.21, "b": 1.43, "c": 1.72}'),
	('gammagamma', 1, '{"p": 6.25, "q": 3.74, "gamma": 15.44}');

CREATE TABLE transactions AS
SELECT t.name, t.unit_days FROM truth t JOIN clv.models() m USING (name)
WHERE m.kind = 'transaction';

-- Histories, and what a fit and a score see of them.
SELECT format($sql$
CREATE TABLE history_%1$s AS
SELECT s.customer, clv.rfm(s.at, s.amount) AS history
FROM truth t, truth g,
	clv.simulate(clv.model(t.name, t.params, t.unit_days), clv.model(g.name, g.params),
		%2$s, date %3$L - 728, 546, 729, 1) s
WHERE t.name = %1$L AND g.name = 'gammagamma'
GROUP BY s.customer$sql$, name, :'customers', :'as_of') FROM transactions \gexec
SELECT format($sql$
CREATE TABLE summary_%1$s AS
SELECT h.customer, s.frequency, s.recency, s.t, s.monetary
FROM history_%1$s h, LATERAL clv.summary(h.history, %2$L) s$sql$, name, :'as_of')
FROM transactions WHERE unit_days = 1 \gexec
SELECT format($sql$
CREATE TABLE summary_%1$s AS
SELECT h.customer, o.x AS frequency, o.t_x AS recency, o.n AS t, s.monetary
FROM history_%1$s h, LATERAL clv.summary(h.history, %2$L) s,
	LATERAL clv.opportunities(h.history, date %2$L - 728, %2$L, '%3$s days') o$sql$,
	name, :'as_of', unit_days)
FROM transactions WHERE unit_days > 1 \gexec
SELECT format($sql$
CREATE TABLE base_%1$s AS SELECT clv.cbs(history, %2$L) AS base FROM history_%1$s$sql$,
	name, :'as_of') FROM transactions WHERE unit_days = 1 \gexec
SELECT format($sql$
CREATE TABLE base_%1$s AS SELECT clv.cbs(frequency, recency, t) AS base FROM summary_%1$s$sql$,
	name) FROM transactions WHERE unit_days > 1 \gexec
CREATE TABLE base_gammagamma AS TABLE base_mbgnbd;

-- Subscribers of the last 36 months, by month.
DO $$ BEGIN PERFORM setseed(0.5); END $$;
SELECT format($sql$
CREATE TABLE base_%1$s AS
SELECT clv.retention(least(lifetime, age), lifetime <= age) AS base
FROM (SELECT 1 + c %% 36 AS age, 1 + 36 - width_bucket(random(), left_by) AS lifetime
	FROM generate_series(1, %2$s) c,
		(SELECT array_agg(clv.survival(clv.model(name, params), n) ORDER BY n DESC) AS left_by
		FROM truth, generate_series(1, 36) n WHERE name = %1$L) s) q$sql$, t.name, :'customers')
FROM truth t JOIN clv.models() m USING (name) WHERE m.kind = 'contract' \gexec

CREATE TABLE fitted AS SELECT NULL::text AS name, NULL::clv.model AS model WHERE false;
SELECT format('INSERT INTO fitted SELECT %1$L, clv.fit(base, %1$L, %2$s) FROM base_%1$s',
	name, unit_days) FROM truth \gexec
VACUUM ANALYZE;
