-- Is this log of orders fit for modelling?
--
-- One row must not decide what is found: where the log begins and ends is told
-- by the days that hold most of the orders, not by the least and the greatest.
-- What needs orders one by one, and not their sums, is asked of 20,000 customers
-- at most, picked by a hash of their names.

CREATE FUNCTION @extschema@.readiness(source regclass, customer name, at name, amount name,
	as_of date DEFAULT NULL, zone text DEFAULT NULL, refunds text DEFAULT 'net')
RETURNS TABLE (place int, check_name text, value float8, verdict text, finding text, what_to_do text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 18
SET search_path = pg_catalog, pg_temp
SET jit = off
SET datestyle = 'ISO, YMD'
AS $$
DECLARE
	src			record;
	asked		date;	-- histories are asked as of this day
	money		text;			-- an amount as a decimal
BEGIN
	src := @extschema@._source(source, customer, at, amount, as_of, zone, NULL::date);
	asked := @extschema@._asked(src, as_of);
	money := CASE WHEN @extschema@._column_type(source, amount) IN ('double precision'::regtype, 'real'::regtype)
		THEN format('clv._money(%s)', src.amount_value) ELSE src.amount_ref END;
	RETURN QUERY EXECUTE concat('WITH ', @extschema@._history_steps(src, asked, refunds, NULL::text, NULL::text, NULL::text), format(
$sql$
told AS MATERIALIZED (
	SELECT q.customer, (q.s).frequency, (q.s).recency, (q.s).monetary, (q.s).first_purchase, (q.s).last_purchase, (q.s).orders
	FROM (SELECT h.customer::text AS customer, clv.summary(h.history, a.as_of, %1$L::text) AS s FROM histories AS h CROSS JOIN as_of AS a OFFSET 0) AS q
	WHERE (q.s).frequency IS NOT NULL
), base AS MATERIALIZED (
	SELECT count(*) AS customers, count(*) FILTER (WHERE t.frequency > 0) AS repeat_buyers, min(t.first_purchase) AS first_day, max(t.last_purchase) AS last_day,
		   %2$s AS as_of, corr(t.frequency, t.monetary) FILTER (WHERE t.monetary > 0) AS correlation,
		   max(t.frequency + 1) / nullif(sum(t.frequency + 1), 0)::float8 AS largest,
		   sum(t.orders) / nullif(sum(t.frequency + 1), 0)::float8 AS orders_a_day, max(t.orders) / nullif(sum(t.orders), 0)::float8 AS most, max(t.orders) AS most_orders
	FROM told AS t
), read AS MATERIALIZED (
	-- the rows, read once; those without a day or after the last one are under NULL
	SELECT r.day, count(*) AS n, count(*) FILTER (WHERE r.customer IS NULL) AS no_customer, count(*) FILTER (WHERE r.at IS NULL) AS no_date,
		   count(*) FILTER (WHERE r.amount IS NULL) AS no_amount,
		   count(*) FILTER (WHERE r.customer IS NOT NULL AND r.amount >= 0) AS orders,
		   count(*) FILTER (WHERE r.customer IS NOT NULL AND r.amount < 0) AS refund_rows,
		   sum(r.money) FILTER (WHERE r.customer IS NOT NULL AND r.amount > 0) AS gross,
		   max(r.money) FILTER (WHERE r.customer IS NOT NULL AND r.amount >= 0) AS highest,
		   -coalesce(sum(r.money) FILTER (WHERE r.customer IS NOT NULL AND r.amount < 0), 0) AS refunded
	FROM (SELECT CASE WHEN %3$s THEN %4$s END AS day, %5$s AS customer, %6$s AS at, %7$s AS amount, %8$s AS money FROM %9$s AS o) AS r
	GROUP BY r.day
), days AS MATERIALIZED (
	SELECT r.* FROM read AS r CROSS JOIN base AS b WHERE r.day <= b.as_of AND r.orders + r.refund_rows > 0
), gaps AS MATERIALIZED (
	SELECT d.day, lag(d.day) OVER w AS since, d.day - lag(d.day) OVER w AS gap, sum(d.orders) OVER w - d.orders AS before, sum(d.orders) OVER () AS total
	FROM days AS d WHERE d.orders > 0 WINDOW w AS (ORDER BY d.day)
), silences AS (
	-- those with few orders on one side that are ten times as long as any in the middle
	SELECT g.*, g.before < 0.1 * g.total AS is_early
	FROM gaps AS g
	WHERE g.gap > 28 AND (g.before < 0.1 * g.total OR g.total - g.before < 0.1 * g.total)
	  AND g.gap > 10 * coalesce((SELECT max(m.gap) FROM gaps AS m WHERE m.before >= 0.1 * m.total AND m.total - m.before >= 0.1 * m.total), 1)
), ends AS MATERIALIZED (
	SELECT coalesce(max(s.day) FILTER (WHERE s.is_early), b.first_day) AS first_day, coalesce(max(s.before) FILTER (WHERE s.is_early), 0) AS early_orders,
		   coalesce(min(s.since) FILTER (WHERE NOT s.is_early), b.last_day) AS last_day, coalesce(max(s.total - s.before) FILTER (WHERE NOT s.is_early), 0) AS late_orders,
		   coalesce(min(s.since) FILTER (WHERE NOT s.is_early), b.as_of) AS covered_to
	FROM base AS b LEFT JOIN silences AS s ON true
	GROUP BY b.first_day, b.last_day, b.as_of
), births AS (
	-- customers of whom the log has the beginning, how long all have been seen, and who has most orders
	SELECT count(*) FILTER (WHERE t.first_purchase BETWEEN d.first_day AND d.first_day + 29) / nullif(count(*) FILTER (WHERE t.first_purchase >= d.first_day), 0)::float8 AS early,
		   (sum(t.recency) FILTER (WHERE t.first_purchase >= d.first_day AND t.last_purchase <= d.last_day))
		   / nullif(sum(t.frequency) FILTER (WHERE t.first_purchase >= d.first_day AND t.last_purchase <= d.last_day), 0) AS gap,
		   count(*) FILTER (WHERE d.covered_to - t.first_purchase < 365) / nullif(count(*), 0)::float8 AS young, max(d.covered_to - t.first_purchase) AS longest,
		   min(t.customer) FILTER (WHERE t.orders = b.most_orders) AS busiest
	FROM told AS t CROSS JOIN ends AS d CROSS JOIN base AS b
), orders AS MATERIALIZED (
	SELECT %5$s AS customer, %6$s AS at, %7$s AS amount
	FROM %9$s AS o
	WHERE %5$s IS NOT NULL AND %7$s > 0 AND %3$s AND %4$s <= (SELECT b.as_of FROM base AS b)
	  AND ((SELECT b.customers < 40000 FROM base AS b) OR hashtextextended(%5$s::text COLLATE "C", 0) %% (SELECT b.customers / 20000 FROM base AS b) = 0)
), copies AS (
	SELECT sum(c.n - 1) / nullif(sum(c.n), 0)::float8 AS share FROM (SELECT count(*) AS n FROM orders AS o GROUP BY o.customer, o.at, o.amount) AS c
), intervals AS (
	-- the first three days of a customer on which there were orders, not too near each other to be told apart
	SELECT (x.days[2] - x.days[1])::float8 / (x.days[3] - x.days[1]) AS part, (x.days[3] - x.days[1])::float8 AS both
	FROM (
		SELECT ARRAY(SELECT d.day FROM clv.days(h.history) AS d WHERE d.orders > 0 AND d.day <= b.as_of ORDER BY d.day LIMIT 3) AS days
		FROM histories AS h CROSS JOIN base AS b
		WHERE (SELECT b.customers < 40000 FROM base AS b) OR hashtextextended(h.customer::text COLLATE "C", 0) %% (SELECT b.customers / 20000 FROM base AS b) = 0
		OFFSET 0
	) AS x
	WHERE x.days[3] - x.days[1] >= 28
), regularity AS (
	-- Wheat and Morrison (1990): the first of two intervals is a part of both whose variance is 1 / (4 (2 k + 1)) when they are Erlang k; of whole days it is less by the factor 1 - 2 / n
	SELECT count(*) AS n, CASE WHEN count(*) >= 100 THEN (1 / (4 * greatest(avg((i.part - 0.5) ^ 2 / (1 - 2 / i.both)), 0.0001)) - 1) / 2 END AS k FROM intervals AS i
), log AS (
	SELECT sum(d.orders) AS orders, sum(d.refund_rows) AS refund_rows, (sum(d.refunded) / nullif(sum(d.gross), 0))::float8 AS refunded,
		   max(d.orders) / nullif(sum(d.orders), 0)::float8 AS spike, avg(d.orders)::float8 AS mean_day, max(d.orders) AS best_day,
		   (array_agg(d.day ORDER BY d.orders DESC, d.day))[1] AS spike_day, sum(d.gross) AS gross, max(d.highest) AS highest,
		   (SELECT max(g.gap) FROM gaps AS g WHERE NOT EXISTS (SELECT FROM silences AS s WHERE s.day = g.day)) AS longest_gap
	FROM days AS d
), amounts AS (
	SELECT (l.highest / nullif(percentile_disc(0.999) WITHIN GROUP (ORDER BY o.amount), 0)::numeric)::float8 AS ratio
	FROM orders AS o CROSS JOIN log AS l WHERE o.amount < l.highest GROUP BY l.highest
), rows AS (
	SELECT coalesce(sum(r.n), 0) AS n, coalesce(sum(r.no_customer), 0) AS no_customer, coalesce(sum(r.no_date), 0) AS no_date, coalesce(sum(r.no_amount), 0) AS no_amount
	FROM read AS r
)
SELECT c.place, c.check_name, c.value, CASE WHEN b.customers > 0 OR c.place <= 3 THEN c.verdict END,
	   CASE WHEN b.customers > 0 OR c.place <= 3 THEN c.finding ELSE 'there is no customer' END,
	   CASE WHEN c.verdict <> 'good' THEN c.what_to_do END
FROM base AS b CROSS JOIN births AS e CROSS JOIN log AS l CROSS JOIN rows AS r CROSS JOIN ends AS d CROSS JOIN copies AS u
CROSS JOIN regularity AS i LEFT JOIN amounts AS m ON true, LATERAL (VALUES
	(1, 'rows left out', (r.no_customer + r.no_date + r.no_amount) / nullif(r.n, 0)::float8,
		CASE WHEN r.n = 0 OR r.no_customer + r.no_date + r.no_amount > 0.2 * r.n THEN 'bad' WHEN r.no_customer + r.no_date + r.no_amount > 0.01 * r.n THEN 'look' ELSE 'good' END,
		format('of %%s rows %%s have no customer, %%s no date, %%s no amount', r.n, r.no_customer, r.no_date, r.no_amount),
		'Find out whose orders these are: guests, other systems? clv.source_report tells more. Customers who are missing make the others look rarer.'),
	(2, 'customers', b.customers,
		CASE WHEN b.customers < 100 THEN 'bad' WHEN b.customers < 1000 THEN 'look' ELSE 'good' END,
		format('%%s customers have a purchase', b.customers),
		'With few customers the parameters are uncertain: look at the intervals (clv.coefficients, clv.equity), and give clv.fit a prior.'),
	(3, 'repeat buyers', b.repeat_buyers / nullif(b.customers, 0)::float8,
		CASE WHEN b.repeat_buyers < 50 THEN 'bad' WHEN b.repeat_buyers < 0.1 * b.customers OR b.repeat_buyers < 300 THEN 'look' ELSE 'good' END,
		format('%%s of %%s customers bought again', b.repeat_buyers, b.customers),
		'What is learned of buying and spending comes from these alone. Observe longer, or take customers of more channels together.'),
	(4, 'days covered', d.covered_to - d.first_day,
		CASE WHEN d.covered_to - d.first_day < 90 OR (d.covered_to - d.first_day < 2 * e.gap) THEN 'bad' WHEN d.covered_to - d.first_day < 365 OR d.covered_to - d.first_day < 5 * e.gap THEN 'look' ELSE 'good' END,
		concat(format('from %%s to %%s; ', d.first_day, d.covered_to), coalesce(round(e.gap::numeric, 1) || ' days between two purchases of a customer on average', 'nobody bought on two days')),
		'Silence means something only after several usual gaps: observe at least a year, and some gaps. Seasons need whole years.'),
	(5, 'left truncation', e.early,
		CASE WHEN e.early > 0.05 AND e.early > 6 * 30.0 / (d.covered_to - d.first_day + 1) THEN 'bad' WHEN e.early > 0.05 AND e.early > 2 * 30.0 / (d.covered_to - d.first_day + 1) THEN 'look' ELSE 'good' END,
		format('%%s %%%% of the customers have their first purchase in the first 30 days of the log', round((100 * e.early)::numeric, 1)),
		'They were probably customers before the log begins, and are not as new as they look. Leave out who bought in the first months, or add the older orders.'),
	(6, 'silence at the end', b.as_of - d.last_day,
		CASE WHEN b.as_of - d.last_day > 3 * greatest(l.longest_gap, 1) AND b.as_of - d.last_day > 7 THEN 'bad' WHEN b.as_of - d.last_day > greatest(l.longest_gap, 1) THEN 'look' ELSE 'good' END,
		concat(format('the last purchase is on %%s, as_of is %%s; ', d.last_day, b.as_of), coalesce('the longest time without any before was ' || l.longest_gap || ' days', 'it is the only day with one')),
		'If orders are missing everybody seems to leave. Give as_of the last day that is complete.'),
	(7, 'refunds', l.refunded,
		CASE WHEN l.refunded > 0.3 THEN 'bad' WHEN l.refunded > 0.05 THEN 'look' ELSE 'good' END,
		concat(l.refund_rows, ' refunds', coalesce(', ' || round((100 * l.refunded)::numeric, 1) || ' %% of the amounts', '; there is no amount above 0')),
		'A refund on a later day than its purchase lowers spend, not the mean of a purchase: values are too high where they are many. Put refunds on the day of the purchase, or lower the margin.'),
	(8, 'one-day spikes', l.spike,
		CASE WHEN l.spike > 0.25 AND l.best_day > 10 * l.mean_day THEN 'bad' WHEN l.spike > 0.02 AND l.best_day > 10 * l.mean_day THEN 'look' ELSE 'good' END,
		coalesce(round((100 * l.spike)::numeric, 1) || ' %% of the orders are on ' || l.spike_day, 'there are no orders, only refunds'),
		'A campaign, or an import that gave old orders one date? The latter must be put right.'),
	(9, 'one customer', b.largest,
		CASE WHEN b.largest > 0.2 THEN 'bad' WHEN b.largest > 0.02 AND b.customers >= 100 THEN 'look' ELSE 'good' END,
		format('the most frequent customer has %%s %%%% of the purchases', round((100 * b.largest)::numeric, 2)),
		'A reseller, a till, a test account? Such a customer is not drawn from the same base: leave it out.'),
	(10, 'frequency and spend', b.correlation,
		CASE WHEN abs(b.correlation) > 0.3 THEN 'bad' WHEN abs(b.correlation) > 0.15 THEN 'look' ELSE 'good' END,
		format('correlation of frequency with mean spend: %%s', coalesce(round(b.correlation::numeric, 3)::text, 'unknown')),
		'The spend model takes them to be independent. Fit groups of customers apart, such as business and private ones.'),
	(11, 'first dates', d.early_orders::float8,
		CASE WHEN d.early_orders > 0 THEN 'bad' WHEN b.first_day < '1970-01-01' THEN 'look' ELSE 'good' END,
		CASE WHEN d.early_orders > 0 THEN format('the log begins on %%s; orders long before that: %%s, the first on %%s', d.first_day, d.early_orders, b.first_day) ELSE format('the log begins on %%s', d.first_day) END,
		'A placeholder for a date that is not known, or a year with two digits? Such customers look old and silent. Correct the dates, or leave the rows out.'),
	(12, 'last dates', d.late_orders::float8,
		CASE WHEN d.late_orders > 0 THEN 'bad' ELSE 'good' END,
		CASE WHEN d.late_orders > 0 THEN format('the log ends on %%s; orders long after that: %%s, the last on %%s', d.last_day, d.late_orders, b.last_day) ELSE format('the log ends on %%s', d.last_day) END,
		'Everybody else seems to have left by then. Correct the dates, or give as_of the last day that is complete.'),
	(13, 'outlying amounts', m.ratio,
		CASE WHEN m.ratio > 1000 AND l.highest > 0.5 * l.gross THEN 'bad' WHEN m.ratio > 100 THEN 'look' ELSE 'good' END,
		CASE WHEN l.highest IS NULL THEN 'there are no orders, only refunds' ELSE concat('the highest amount is ', trim_scale(round(l.highest::numeric, 2)), CASE WHEN m.ratio IS NOT NULL THEN format(', %%s times the 99.9 %%%% quantile of the others', round(m.ratio::numeric, 1)) ELSE '; there is no other' END) END,
		'A slip of the decimal point, cents for units, another currency? One such order decides the spend model and the total.'),
	(14, 'the same row twice', u.share,
		CASE WHEN u.share > 0.4 THEN 'bad' WHEN u.share > 0.05 THEN 'look' ELSE 'good' END,
		coalesce(round((100 * u.share)::numeric, 1) || ' %% of the rows repeat another with the same customer, date and amount', 'there is no amount above 0'),
		'A log that was loaded twice, or exports that overlap? Spend is doubled, and orders are. SELECT DISTINCT, by the number of the order if there is one.'),
	(15, 'order lines', b.orders_a_day,
		CASE WHEN b.orders_a_day > 2 THEN 'bad' WHEN b.orders_a_day > 1.3 THEN 'look' ELSE 'good' END,
		format('%%s rows for each day on which a customer bought', round(b.orders_a_day::numeric, 2)),
		'These are probably lines of orders. Values stay right, since a purchase is a day, but the audit counts rows as orders: sum up the lines of an order in a view, and give that.'),
	(16, 'placeholder customers', b.most,
		CASE WHEN b.most > 0.5 OR b.most > 0.1 AND b.customers >= 100 THEN 'bad' WHEN b.most > 0.02 AND b.customers >= 100 THEN 'look' ELSE 'good' END,
		CASE WHEN b.most > 0 THEN format('customer "%%s" has %%s %%%% of the orders', e.busiest, round((100 * b.most)::numeric, 2)) ELSE 'there are no orders, only refunds' END,
		'Is that a person, or the key of guests, of a till, of what is not known? Set it to NULL in a view, so that its rows are left out and counted.'),
	(17, 'regular intervals', i.k,
		CASE WHEN i.k > 6 THEN 'bad' WHEN i.k > 2 THEN 'look' ELSE 'good' END,
		CASE WHEN i.k IS NOT NULL THEN format('intervals of %%s customers are as regular as Erlang %%s; 1 is what most models take for granted', i.n, round(i.k::numeric, 1)) ELSE format('%%s customers have two intervals to compare, too few to tell', i.n) END,
		'Regular buyers who are late have left sooner than the usual models think: take model mbgcnbd; for subscriptions, which renew or end, clv.retention.'),
	(18, 'seen for a year', e.young,
		CASE WHEN e.longest < 183 THEN 'bad' WHEN e.young > 0.75 THEN 'look' ELSE 'good' END,
		format('%%s %%%% of the customers were first seen less than a year ago', round((100 * e.young)::numeric, 1)),
		'A horizon of a year looks further ahead than there is to look back. Ask for a shorter one, or take the sum for what it is: an extrapolation.')
	) AS c (place, check_name, value, verdict, finding, what_to_do)
ORDER BY c.place
$sql$, refunds, CASE WHEN as_of IS NULL THEN 'max(t.last_purchase)' ELSE format('%L::date', as_of) END,
		src.up_to, src.day, src.customer_ref, src.at_ref, src.amount_ref, money, src.relation));
END
$$;
COMMENT ON FUNCTION @extschema@.readiness(regclass, name, name, name, date, text, text) IS
	'is a log of orders fit for modelling: eighteen checks, each with a number, a verdict (good, look, bad; NULL where '
	'there is no customer), what was found, and what to do. The limits are rules of thumb. Errors as clv.query';
