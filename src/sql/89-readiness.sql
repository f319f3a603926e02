-- Is this log of orders fit for modelling?
--
-- One row must not decide what is found: where the log begins and ends is told
-- by the days that hold most of the orders, not by the least and the greatest.
-- What needs orders one by one, and not their sums, is asked of 20,000 customers
-- at most, picked by a hash of their names.

-- What is measured of a log, which is one row; NULL where there is nothing to measure.
CREATE TYPE clv._log_measures AS (
	rows numeric,				-- in the source
	rows_without_customer numeric,
	rows_without_date numeric,
	rows_without_amount numeric,
	customers bigint,
	repeat_buyers bigint,
	first_day date,				-- of the first and the last purchase
	last_day date,
	as_of date,
	log_begins date,			-- without stray dates at either end
	log_ends date,
	covered_to date,
	early_orders numeric,
	late_orders numeric,
	mean_gap float8,			-- days between two purchases of a customer
	begun_early float8,			-- share of customers whose first purchase is in the first 30 days
	seen_briefly float8,		-- share of those first seen less than a year ago
	longest_seen int,			-- days since the first purchase of anybody
	busiest_customer text,
	longest_gap int,			-- days without a purchase, but for those at the ends
	refund_rows numeric,
	refunded float8,			-- part of the amounts
	best_day date,				-- that with most orders
	best_day_orders bigint,
	best_day_share float8,
	mean_day_orders float8,
	spend numeric,
	highest_amount numeric,
	highest_ratio float8,		-- to the 99.9 % quantile of the others
	share_of_purchases float8,	-- of the customer with most, and so on
	share_of_orders float8,
	correlation float8,			-- of frequency and mean spend
	copies float8,				-- share of rows that repeat another
	orders_a_day float8,		-- orders for each day on which a customer bought
	regularity float8,			-- k of Erlang intervals; NULL when there are too few
	intervals bigint			-- customers of whom two were compared
);
COMMENT ON TYPE clv._log_measures IS
	'part of clv.readiness: what is measured of a log of orders';

-- What is to be thought of it, by rules of thumb.
CREATE FUNCTION clv._judge_log(measures clv._log_measures)
RETURNS TABLE (ordinal int, check_name text, value float8, verdict text, finding text, what_to_do text)
LANGUAGE sql STABLE PARALLEL SAFE
ROWS 18
BEGIN ATOMIC
SELECT c.ordinal, c.check_name, c.value, CASE WHEN m.customers > 0 OR c.ordinal <= 3 THEN c.verdict END,
	   CASE WHEN m.customers > 0 OR c.ordinal <= 3 THEN c.finding ELSE 'there is no customer' END,
	   CASE WHEN c.verdict <> 'good' THEN c.what_to_do END
FROM (SELECT (measures).*) AS m, LATERAL (VALUES
	(1, 'rows left out', (m.rows_without_customer + m.rows_without_date + m.rows_without_amount) / nullif(m.rows, 0)::float8,
		CASE WHEN m.rows = 0 OR m.rows_without_customer + m.rows_without_date + m.rows_without_amount > 0.2 * m.rows THEN 'bad' WHEN m.rows_without_customer + m.rows_without_date + m.rows_without_amount > 0.01 * m.rows THEN 'warning' ELSE 'good' END,
		format('of %s rows %s have no customer, %s no date, %s no amount', m.rows, m.rows_without_customer, m.rows_without_date, m.rows_without_amount),
		'Find out whose orders these are: guests, other systems? clv.source_report tells more. Customers who are missing make the others look rarer.'),
	(2, 'customers', m.customers,
		CASE WHEN m.customers < 100 THEN 'bad' WHEN m.customers < 1000 THEN 'warning' ELSE 'good' END,
		format('%s customers have a purchase', m.customers),
		'With few customers the parameters are uncertain: look at the intervals (clv.coefficients, clv.equity), and give clv.fit a prior.'),
	(3, 'repeat buyers', m.repeat_buyers / nullif(m.customers, 0)::float8,
		CASE WHEN m.repeat_buyers < 50 THEN 'bad' WHEN m.repeat_buyers < 0.1 * m.customers OR m.repeat_buyers < 300 THEN 'warning' ELSE 'good' END,
		format('%s of %s customers bought again', m.repeat_buyers, m.customers),
		'What is learned of buying and spending comes from these alone. Observe longer, or take customers of more channels together.'),
	(4, 'days covered', m.covered_to - m.log_begins,
		CASE WHEN m.covered_to - m.log_begins < 90 OR (m.covered_to - m.log_begins < 2 * m.mean_gap) THEN 'bad' WHEN m.covered_to - m.log_begins < 365 OR m.covered_to - m.log_begins < 5 * m.mean_gap THEN 'warning' ELSE 'good' END,
		concat(format('from %s to %s; ', m.log_begins, m.covered_to), coalesce(round(m.mean_gap::numeric, 1) || ' days between two purchases of a customer on average', 'nobody bought on two days')),
		'Silence means something only after several usual gaps: observe at least a year, and some gaps. Seasons need whole years.'),
	(5, 'left truncation', m.begun_early,
		CASE WHEN m.begun_early > 0.05 AND m.begun_early > 6 * 30.0 / (m.covered_to - m.log_begins + 1) THEN 'bad' WHEN m.begun_early > 0.05 AND m.begun_early > 2 * 30.0 / (m.covered_to - m.log_begins + 1) THEN 'warning' ELSE 'good' END,
		format('%s %% of the customers have their first purchase in the first 30 days of the log', round((100 * m.begun_early)::numeric, 1)),
		'They were probably customers before the log begins, and are not as new as they look. Leave out who bought in the first months, or add the older orders.'),
	(6, 'silence at the end', m.as_of - m.log_ends,
		CASE WHEN m.as_of - m.log_ends > 3 * greatest(m.longest_gap, 1) AND m.as_of - m.log_ends > 7 THEN 'bad' WHEN m.as_of - m.log_ends > greatest(m.longest_gap, 1) THEN 'warning' ELSE 'good' END,
		concat(format('the last purchase is on %s, as_of is %s; ', m.log_ends, m.as_of), coalesce('the longest time without any before was ' || m.longest_gap || ' days', 'it is the only day with one')),
		'If orders are missing everybody seems to leave. Give as_of the last day that is complete.'),
	(7, 'refunds', m.refunded,
		CASE WHEN m.refunded > 0.3 THEN 'bad' WHEN m.refunded > 0.05 THEN 'warning' ELSE 'good' END,
		concat(m.refund_rows, ' refunds', coalesce(', ' || round((100 * m.refunded)::numeric, 1) || ' % of the amounts', '; there is no amount above 0')),
		'A refund on a later day than its purchase lowers spend, not the mean of a purchase: values are too high where they are many. Put refunds on the day of the purchase, or lower the margin.'),
	(8, 'one-day spikes', m.best_day_share,
		CASE WHEN m.best_day_share > 0.25 AND m.best_day_orders > 10 * m.mean_day_orders THEN 'bad' WHEN m.best_day_share > 0.02 AND m.best_day_orders > 10 * m.mean_day_orders THEN 'warning' ELSE 'good' END,
		coalesce(round((100 * m.best_day_share)::numeric, 1) || ' % of the orders are on ' || m.best_day, 'there are no orders, only refunds'),
		'A campaign, or an import that gave old orders one date? The latter must be put right.'),
	(9, 'one customer', m.share_of_purchases,
		CASE WHEN m.share_of_purchases > 0.2 THEN 'bad' WHEN m.share_of_purchases > 0.02 AND m.customers >= 100 THEN 'warning' ELSE 'good' END,
		format('the most frequent customer has %s %% of the purchases', round((100 * m.share_of_purchases)::numeric, 2)),
		'A reseller, a till, a test account? Such a customer is not drawn from the same base: leave it out.'),
	(10, 'frequency and spend', m.correlation,
		CASE WHEN abs(m.correlation) > 0.3 THEN 'bad' WHEN abs(m.correlation) > 0.15 THEN 'warning' ELSE 'good' END,
		format('correlation of frequency with mean spend: %s', coalesce(round(m.correlation::numeric, 3)::text, 'unknown')),
		'The spend model takes them to be independent. Fit groups of customers apart, such as business and private ones.'),
	(11, 'first dates', m.early_orders::float8,
		CASE WHEN m.early_orders > 0 THEN 'bad' WHEN m.first_day < '1970-01-01' THEN 'warning' ELSE 'good' END,
		CASE WHEN m.early_orders > 0 THEN format('the log begins on %s; orders long before that: %s, the first on %s', m.log_begins, m.early_orders, m.first_day) ELSE format('the log begins on %s', m.log_begins) END,
		'A placeholder for a date that is not known, or a year with two digits? Such customers look old and silent. Correct the dates, or leave the rows out.'),
	(12, 'last dates', m.late_orders::float8,
		CASE WHEN m.late_orders > 0 THEN 'bad' ELSE 'good' END,
		CASE WHEN m.late_orders > 0 THEN format('the log ends on %s; orders long after that: %s, the last on %s', m.log_ends, m.late_orders, m.last_day) ELSE format('the log ends on %s', m.log_ends) END,
		'Everybody else seems to have left by then. Correct the dates, or give as_of the last day that is complete.'),
	(13, 'outlying amounts', m.highest_ratio,
		CASE WHEN m.highest_ratio > 1000 AND m.highest_amount > 0.5 * m.spend THEN 'bad' WHEN m.highest_ratio > 100 THEN 'warning' ELSE 'good' END,
		CASE WHEN m.highest_amount IS NULL THEN 'there are no orders, only refunds' ELSE concat('the highest amount is ', trim_scale(round(m.highest_amount::numeric, 2)), CASE WHEN m.highest_ratio IS NOT NULL THEN format(', %s times the 99.9 %% quantile of the others', round(m.highest_ratio::numeric, 1)) ELSE '; there is no other' END) END,
		'A slip of the decimal point, cents for units, another currency? One such order decides the spend model and the total.'),
	(14, 'the same row twice', m.copies,
		CASE WHEN m.copies > 0.4 THEN 'bad' WHEN m.copies > 0.05 THEN 'warning' ELSE 'good' END,
		coalesce(round((100 * m.copies)::numeric, 1) || ' % of the rows repeat another with the same customer, date and amount', 'there is no amount above 0'),
		'A log that was loaded twice, or exports that overlap? Spend is doubled, and orders are. SELECT DISTINCT, by the number of the order if there is one.'),
	(15, 'order lines', m.orders_a_day,
		CASE WHEN m.orders_a_day > 2 THEN 'bad' WHEN m.orders_a_day > 1.3 THEN 'warning' ELSE 'good' END,
		format('%s rows for each day on which a customer bought', round(m.orders_a_day::numeric, 2)),
		'These are probably lines of orders. Values stay right, since a purchase is a day, but the audit counts rows as orders: sum up the lines of an order in a view, and give that.'),
	(16, 'placeholder customers', m.share_of_orders,
		CASE WHEN m.share_of_orders > 0.5 OR m.share_of_orders > 0.1 AND m.customers >= 100 THEN 'bad' WHEN m.share_of_orders > 0.02 AND m.customers >= 100 THEN 'warning' ELSE 'good' END,
		CASE WHEN m.share_of_orders > 0 THEN format('customer "%s" has %s %% of the orders', m.busiest_customer, round((100 * m.share_of_orders)::numeric, 2)) ELSE 'there are no orders, only refunds' END,
		'Is that a person, or the key of guests, of a till, of what is not known? Set it to NULL in a view, so that its rows are left out and counted.'),
	(17, 'regular intervals', m.regularity,
		CASE WHEN m.regularity > 6 THEN 'bad' WHEN m.regularity > 2 THEN 'warning' ELSE 'good' END,
		CASE WHEN m.regularity IS NOT NULL THEN format('intervals of %s customers are as regular as Erlang %s; 1 is what most models take for granted', m.intervals, round(m.regularity::numeric, 1)) ELSE format('%s customers have two intervals to compare, too few to tell', m.intervals) END,
		'Regular buyers who are late have left sooner than the usual models think: take model mbgcnbd; for subscriptions, which renew or end, clv.retention.'),
	(18, 'seen for a year', m.seen_briefly,
		CASE WHEN m.longest_seen < 183 THEN 'bad' WHEN m.seen_briefly > 0.75 THEN 'warning' ELSE 'good' END,
		format('%s %% of the customers were first seen less than a year ago', round((100 * m.seen_briefly)::numeric, 1)),
		'A horizon of a year looks further ahead than there is to look back. Ask for a shorter one, or take the sum for what it is: an extrapolation.')
	) AS c (ordinal, check_name, value, verdict, finding, what_to_do)
ORDER BY c.ordinal;
END;
COMMENT ON FUNCTION clv._judge_log(clv._log_measures) IS
	'part of clv.readiness: the verdicts on a log and what led to them, given what was measured of it';

CREATE FUNCTION clv.readiness(source regclass, customer name, at name, amount name,
	as_of date DEFAULT NULL, zone text DEFAULT NULL, refunds text DEFAULT 'net')
RETURNS TABLE (ordinal int, check_name text, value float8, verdict text, finding text, what_to_do text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 18
SET search_path = pg_catalog, pg_temp
SET jit = off
SET datestyle = 'ISO, YMD'
AS $$
DECLARE
	src			clv._source_text;
	asked		date;	-- histories are asked as of this day
	money		text;			-- an amount as a decimal
BEGIN
	src := clv._source(source, customer, at, amount, as_of, zone, NULL::date);
	asked := clv._effective_as_of(src, as_of);
	money := CASE WHEN clv._column_type(source, amount) IN ('double precision'::regtype, 'real'::regtype)
		THEN format('clv._money(%s)', src.amount_value) ELSE src.amount_ref END;
	RETURN QUERY EXECUTE concat('WITH ', clv._history_steps(src, asked, refunds, NULL::text, NULL::text, NULL::text), clv._fill(
$sql$
customer_facts AS MATERIALIZED (
	SELECT q.customer, (q.s).frequency, (q.s).recency, (q.s).monetary, (q.s).first_purchase, (q.s).last_purchase, (q.s).orders
	FROM (SELECT h.customer::text AS customer, clv.summary(h.history, a.as_of, {{refunds}}::text) AS s FROM histories AS h CROSS JOIN as_of AS a OFFSET 0) AS q
	WHERE (q.s).frequency IS NOT NULL
), base AS MATERIALIZED (
	SELECT count(*) AS customers, count(*) FILTER (WHERE t.frequency > 0) AS repeat_buyers, min(t.first_purchase) AS first_day, max(t.last_purchase) AS last_day,
		   {{as_of}} AS as_of, corr(t.frequency, t.monetary) FILTER (WHERE t.monetary > 0) AS correlation,
		   max(t.frequency + 1) / nullif(sum(t.frequency + 1), 0)::float8 AS largest,
		   sum(t.orders) / nullif(sum(t.frequency + 1), 0)::float8 AS orders_a_day, max(t.orders) / nullif(sum(t.orders), 0)::float8 AS most, max(t.orders) AS most_orders
	FROM customer_facts AS t
), read AS MATERIALIZED (
	-- the rows, read once; those without a day or after the last one are under NULL
	SELECT r.day, count(*) AS n, count(*) FILTER (WHERE r.customer IS NULL) AS no_customer, count(*) FILTER (WHERE r.at IS NULL) AS no_date,
		   count(*) FILTER (WHERE r.amount IS NULL) AS no_amount,
		   count(*) FILTER (WHERE r.customer IS NOT NULL AND r.amount >= 0) AS orders,
		   count(*) FILTER (WHERE r.customer IS NOT NULL AND r.amount < 0) AS refund_rows,
		   sum(r.money) FILTER (WHERE r.customer IS NOT NULL AND r.amount > 0) AS gross,
		   max(r.money) FILTER (WHERE r.customer IS NOT NULL AND r.amount >= 0) AS highest,
		   -coalesce(sum(r.money) FILTER (WHERE r.customer IS NOT NULL AND r.amount < 0), 0) AS refunded
	FROM (SELECT CASE WHEN {{up_to}} THEN {{day}} END AS day, {{customer}} AS customer, {{at}} AS at, {{amount}} AS amount, {{money}} AS money FROM {{relation}} AS o) AS r
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
	FROM customer_facts AS t CROSS JOIN ends AS d CROSS JOIN base AS b
), orders AS MATERIALIZED (
	SELECT {{customer}} AS customer, {{at}} AS at, {{amount}} AS amount
	FROM {{relation}} AS o
	WHERE {{customer}} IS NOT NULL AND {{amount}} > 0 AND {{up_to}} AND {{day}} <= (SELECT b.as_of FROM base AS b)
	  AND ((SELECT b.customers < 40000 FROM base AS b) OR hashtextextended({{customer}}::text COLLATE "C", 0) % (SELECT b.customers / 20000 FROM base AS b) = 0)
), copies AS (
	SELECT sum(c.n - 1) / nullif(sum(c.n), 0)::float8 AS share FROM (SELECT count(*) AS n FROM orders AS o GROUP BY o.customer, o.at, o.amount) AS c
), intervals AS (
	-- the first three days of a customer on which there were orders, not too near each other to be told apart
	SELECT (x.days[2] - x.days[1])::float8 / (x.days[3] - x.days[1]) AS part, (x.days[3] - x.days[1])::float8 AS both
	FROM (
		SELECT ARRAY(SELECT d.day FROM clv.days(h.history) AS d WHERE d.orders > 0 AND d.day <= b.as_of ORDER BY d.day LIMIT 3) AS days
		FROM histories AS h CROSS JOIN base AS b
		WHERE (SELECT b.customers < 40000 FROM base AS b) OR hashtextextended(h.customer::text COLLATE "C", 0) % (SELECT b.customers / 20000 FROM base AS b) = 0
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
SELECT j.*
FROM base AS b CROSS JOIN births AS e CROSS JOIN log AS l CROSS JOIN rows AS r CROSS JOIN ends AS d CROSS JOIN copies AS u
CROSS JOIN regularity AS i LEFT JOIN amounts AS m ON true
CROSS JOIN LATERAL clv._judge_log(CAST(ROW(
	r.n, r.no_customer, r.no_date, r.no_amount, b.customers, b.repeat_buyers,
	b.first_day, b.last_day, b.as_of, d.first_day, d.last_day, d.covered_to,
	d.early_orders, d.late_orders, e.gap, e.early, e.young, e.longest,
	e.busiest, l.longest_gap, l.refund_rows, l.refunded, l.spike_day, l.best_day,
	l.spike, l.mean_day, l.gross, l.highest, m.ratio, b.largest,
	b.most, b.correlation, u.share, b.orders_a_day, i.k, i.n) AS clv._log_measures)) AS j
ORDER BY j.ordinal
$sql$::text, jsonb_build_object(
			'refunds', quote_nullable(refunds),
			'as_of', CASE WHEN as_of IS NULL THEN 'max(t.last_purchase)' ELSE format('%L::date', as_of) END,
			'up_to', src.up_to,
			'day', src.day,
			'customer', src.customer_ref,
			'at', src.at_ref,
			'amount', src.amount_ref,
			'money', money,
			'relation', src.relation)));
END
$$;
COMMENT ON FUNCTION clv.readiness(regclass, name, name, name, date, text, text) IS
	'is a log of orders fit for modelling: eighteen checks, each with a number, a verdict (good, look, bad; NULL where '
	'there is no customer), what was found, and what to do. The limits are rules of thumb. Errors as clv.query';
