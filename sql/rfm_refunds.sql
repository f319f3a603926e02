-- Refund policies of clv.summary: which days count, and what they are worth.
SET datestyle = 'ISO, YMD';

-- 01-01 order 100; 01-05 order 50, refund 20; 01-09 order 30, refund 30;
-- 01-12 refund 10 alone; 01-20 free order; 01-25 order 40 and 2 on 01-31
CREATE TABLE history AS SELECT clv.rfm(day, amount) AS rfm FROM (VALUES
	(date '2024-01-01', 100), ('2024-01-05', 50), ('2024-01-05', -20), ('2024-01-09', 30), ('2024-01-09', -30),
	('2024-01-12', -10), ('2024-01-20', 0), ('2024-01-25', 40), ('2024-01-31', 1), ('2024-01-31', 1)) AS v (day, amount);
SELECT d.* FROM history, clv.days(rfm) AS d;

-- net: 01, 05, 20, 25, 31 count (09 nets 0, 12 is a refund); m = (30 + 0 + 40 + 2) / 4
-- gross: all but 12; m = (50 + 30 + 0 + 40 + 2) / 5
-- event: all seven; m = (30 + 0 - 10 + 0 + 40 + 2) / 6
SELECT policy, s.frequency, s.recency, s.t, round(s.monetary::numeric, 6) AS monetary, s.orders, s.spend, s.refunds, s.refund_days
FROM history, unnest('{net,gross,event}'::text[]) AS policy, clv.summary(rfm, '2024-02-01', policy) AS s;
SELECT clv.summary(rfm, '2024-02-01') = clv.summary(rfm, '2024-02-01', 'net') AS default_is_net FROM history;
SELECT policy, clv.frequency(rfm, '2024-01-12', policy), clv.recency(rfm, '2024-01-12', policy),
	clv.t(rfm, '2024-01-12', policy), clv.monetary(rfm, '2024-01-12', policy)
FROM history, unnest('{net,gross,event}'::text[]) AS policy;

-- error: only a refund up to as_of is one
SELECT s.frequency, s.spend, s.refunds, s.refund_days FROM history, clv.summary(rfm, '2024-01-04', 'error') AS s;
SELECT clv.summary(rfm, '2024-01-05', 'error') FROM history;
SELECT clv.frequency(clv.rfm(date '2024-03-01', -19.99), '2024-03-01', 'error');
SELECT clv.summary(rfm, '2024-01-05', 'ignore') FROM history;
SELECT clv.monetary(rfm, '2024-01-05', 'NET') FROM history;

-- A refund before any purchase: not a customer yet, except as an event.
SELECT policy, s.first_purchase, s.last_purchase, s.frequency, s.spend, s.monetary, s.refunds
FROM (SELECT clv.rfm(day, amount) AS rfm FROM (VALUES (date '2024-01-01', -5), ('2024-01-08', 20)) AS v (day, amount)) AS h,
	unnest('{net,gross,event}'::text[]) AS policy, clv.summary(rfm, '2024-02-01', policy) AS s;
SELECT clv.summary(rfm, '2024-02-01') IS NULL AS net, clv.summary(rfm, '2024-02-01', 'gross') IS NULL AS gross,
	clv.frequency(rfm, '2024-02-01', 'event') AS event
FROM (SELECT clv.rfm(date '2024-01-01', -5) AS rfm) AS h;

-- 0.1 + 0.2 is not 0.3 in doubles: what is left of a refund of 0.3 is the
-- rounding of prices to binary (2.8e-17), not a purchase.  A small sum that is
-- left over is one, and so is 1 of 1e16.
SELECT refund, clv.frequency(clv.rfm(date '2024-01-01', amount), '2024-01-01') AS frequency
FROM (VALUES (0.29::float8), (0.3), (0.30000000000000004)) AS r (refund), LATERAL (VALUES (0.1::float8), (0.2), (-refund)) AS v (amount)
GROUP BY refund ORDER BY refund;
SELECT (clv.summary(clv.rfm(date '2024-01-01', amount), '2024-01-01')).spend
FROM (VALUES (1e16::float8), (1), (-1e16)) AS v (amount);

-- Without amounts there are no refunds, whatever the policy.
SELECT policy, s.frequency, s.orders, s.refunds, s.refund_days
FROM (SELECT clv.rfm(day) AS rfm FROM (VALUES (date '2024-01-01'), ('2024-01-05')) AS v (day)) AS h,
	unnest('{net,gross,event,error}'::text[]) AS policy, clv.summary(rfm, '2024-02-01', policy) AS s;

DROP TABLE history;
