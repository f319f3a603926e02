-- Is this log of orders fit for modelling?

CREATE FUNCTION @extschema@.readiness(source regclass, customer name, at name, amount name,
	as_of date DEFAULT NULL, zone text DEFAULT NULL, refunds text DEFAULT 'net')
RETURNS TABLE (place int, check_name text, value float8, verdict text, finding text, what_to_do text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 11
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
	RETURN QUERY EXECUTE concat('WITH ', @extschema@._history_steps(src, asked, refunds, NULL::text, NULL::text), format(
$sql$
told AS MATERIALIZED (
	SELECT (q.s).frequency, (q.s).recency, (q.s).monetary, (q.s).first_purchase, (q.s).last_purchase
	FROM (SELECT clv.summary(h.history, a.as_of, %1$L::text) AS s FROM histories AS h CROSS JOIN as_of AS a OFFSET 0) AS q
	WHERE (q.s).frequency IS NOT NULL
), base AS MATERIALIZED (
	SELECT count(*) AS customers, count(*) FILTER (WHERE t.frequency > 0) AS repeat_buyers, min(t.first_purchase) AS first_day, max(t.last_purchase) AS last_day,
		   %2$s AS as_of, sum(t.recency) / nullif(sum(t.frequency), 0) AS gap, corr(t.frequency, t.monetary) FILTER (WHERE t.monetary > 0) AS correlation,
		   max(t.frequency + 1) / nullif(sum(t.frequency + 1), 0)::float8 AS largest
	FROM told AS t
), births AS (
	SELECT count(*) FILTER (WHERE t.first_purchase < b.first_day + 30) / nullif(count(*), 0)::float8 AS early
	FROM told AS t CROSS JOIN base AS b
), read AS MATERIALIZED (
	-- the rows, read once; those without a day or after the last one are under NULL
	SELECT r.day, count(*) AS n, count(*) FILTER (WHERE r.customer IS NULL) AS no_customer, count(*) FILTER (WHERE r.at IS NULL) AS no_date,
		   count(*) FILTER (WHERE r.amount IS NULL) AS no_amount,
		   count(*) FILTER (WHERE r.customer IS NOT NULL AND r.amount >= 0) AS orders,
		   count(*) FILTER (WHERE r.customer IS NOT NULL AND r.amount < 0) AS refund_rows,
		   sum(r.money) FILTER (WHERE r.customer IS NOT NULL AND r.amount > 0) AS gross,
		   -coalesce(sum(r.money) FILTER (WHERE r.customer IS NOT NULL AND r.amount < 0), 0) AS refunded
	FROM (SELECT CASE WHEN %3$s THEN %4$s END AS day, %5$s AS customer, %6$s AS at, %7$s AS amount, %8$s AS money FROM %9$s AS o) AS r
	GROUP BY r.day
), days AS MATERIALIZED (
	SELECT r.* FROM read AS r CROSS JOIN base AS b WHERE r.day <= b.as_of AND r.orders + r.refund_rows > 0
), gaps AS (
	SELECT d.day - lag(d.day) OVER (ORDER BY d.day) AS gap FROM days AS d WHERE d.orders > 0
), log AS (
	SELECT sum(d.orders) AS orders, sum(d.refund_rows) AS refund_rows, (sum(d.refunded) / nullif(sum(d.gross), 0))::float8 AS refunded,
		   max(d.orders) / nullif(sum(d.orders), 0)::float8 AS spike, avg(d.orders)::float8 AS mean_day, max(d.orders) AS best_day,
		   (array_agg(d.day ORDER BY d.orders DESC, d.day))[1] AS spike_day, (SELECT max(g.gap) FROM gaps AS g) AS longest_gap
	FROM days AS d
), rows AS (
	SELECT coalesce(sum(r.n), 0) AS n, coalesce(sum(r.no_customer), 0) AS no_customer, coalesce(sum(r.no_date), 0) AS no_date, coalesce(sum(r.no_amount), 0) AS no_amount
	FROM read AS r
)
SELECT c.place, c.check_name, c.value, CASE WHEN b.customers > 0 OR c.place <= 3 THEN c.verdict END,
	   CASE WHEN b.customers > 0 OR c.place <= 3 THEN c.finding ELSE 'there is no customer' END,
	   CASE WHEN c.verdict <> 'good' THEN c.what_to_do END
FROM base AS b CROSS JOIN births AS e CROSS JOIN log AS l CROSS JOIN rows AS r, LATERAL (VALUES
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
	(4, 'days covered', b.as_of - b.first_day,
		CASE WHEN b.as_of - b.first_day < 90 OR (b.as_of - b.first_day < 2 * b.gap) THEN 'bad' WHEN b.as_of - b.first_day < 365 OR b.as_of - b.first_day < 5 * b.gap THEN 'look' ELSE 'good' END,
		concat(format('from %%s to %%s; ', b.first_day, b.as_of), coalesce(round(b.gap::numeric, 1) || ' days between two purchases of a customer on average', 'nobody bought on two days')),
		'Silence means something only after several usual gaps: observe at least a year, and some gaps. Seasons need whole years.'),
	(5, 'left truncation', e.early,
		CASE WHEN e.early > 0.05 AND e.early > 6 * 30.0 / (b.as_of - b.first_day + 1) THEN 'bad' WHEN e.early > 0.05 AND e.early > 2 * 30.0 / (b.as_of - b.first_day + 1) THEN 'look' ELSE 'good' END,
		format('%%s %%%% of the customers have their first purchase in the first 30 days of the log', round((100 * e.early)::numeric, 1)),
		'They were probably customers before the log begins, and are not as new as they look. Leave out who bought in the first months, or add the older orders.'),
	(6, 'silence at the end', b.as_of - b.last_day,
		CASE WHEN b.as_of - b.last_day > 3 * greatest(l.longest_gap, 1) AND b.as_of - b.last_day > 7 THEN 'bad' WHEN b.as_of - b.last_day > greatest(l.longest_gap, 1) THEN 'look' ELSE 'good' END,
		concat(format('the last purchase is on %%s, as_of is %%s; ', b.last_day, b.as_of), coalesce('the longest time without any before was ' || l.longest_gap || ' days', 'it is the only day with one')),
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
		'The spend model takes them to be independent. Fit groups of customers apart, such as business and private ones.')
	) AS c (place, check_name, value, verdict, finding, what_to_do)
ORDER BY c.place
$sql$, refunds, CASE WHEN as_of IS NULL THEN 'max(t.last_purchase)' ELSE format('%L::date', as_of) END,
		src.up_to, src.day, src.customer_ref, src.at_ref, src.amount_ref, money, src.relation));
END
$$;
COMMENT ON FUNCTION @extschema@.readiness(regclass, name, name, name, date, text, text) IS
	'is a log of orders fit for modelling: rows left out, customers, repeat buyers, days covered, left truncation, silence at the end, refunds, spikes, a single large customer, and whether frequency goes with spend, '
	'each with a number, a verdict (good, look, bad; NULL where there is no customer), what was found, and what to do when it is not good. The limits are rules of thumb. Errors as clv.query';
