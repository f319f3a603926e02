# The questions of values and decisions on the CDNOW log, all of it where it is
# (test/data/fetch gets it), else its sample of a tenth: whatever must add up
# does, exactly, and what plain SQL can say says the same.

use strict;
use warnings;

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $test = "$FindBin::RealBin/..";
my ($orders) = grep { -r $_ } map { "$_/cdnow_full_transactions.csv" } "$test/data", "$test/../../shared/data";
my $columns = 'customer_id integer';
if (!$orders)
{
	$orders = "$test/data/cdnow_sample_transactions.csv";
	$columns .= ', master_id integer';
}
note("of $orders");

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;

# "genre" is made up: a third of the customers each, and a few of a fourth.
$node->safe_psql(
	'postgres', qq{
	CREATE EXTENSION clv;
	CREATE TABLE cdnow ($columns, date date, cds integer, amount numeric);
	COPY cdnow FROM '$orders' (FORMAT csv, HEADER);
	CREATE TABLE people AS
	SELECT DISTINCT customer_id AS id, CASE WHEN customer_id % 1000 = 0 THEN 'opera' ELSE (ARRAY['pop', 'rock', 'jazz'])[1 + customer_id % 3] END AS genre,
		   customer_id % 500 = 7 AS no_profiling
	FROM cdnow;
	CALL clv.create_materialized_view('plain', 'cdnow', 'customer_id', 'date', 'amount', '1998-06-30', options => '{"history": true}');
	CALL clv.create_materialized_view('net', 'cdnow', 'customer_id', 'date', 'amount', '1998-06-30', options => '{
		"margin": 0.3, "cost_per_order": 2.5, "service_cost": 3, "customers": {"table": "public.people", "key": "id"},
		"opt_out": {"column": "no_profiling", "of": "customers"}, "history": true, "hysteresis": {"band": 0.1, "ago": ["6 months"]}}');
	-- purchases as clv counts them: a day with money, or with a free order
	CREATE TABLE days AS
	SELECT customer_id, date, count(*) AS orders, sum(amount) AS amount FROM cdnow GROUP BY 1, 2;
	CREATE TABLE february AS
	SELECT * FROM cdnow
	WHERE customer_id IN (SELECT customer_id FROM cdnow GROUP BY 1 HAVING min(date) BETWEEN '1997-02-01' AND '1997-02-28');
	CREATE INDEX ON days (customer_id);
	ANALYZE cdnow, people, days, february, plain, net;
});

# whom the published counts know: 23,570 and 11,516, or 2,357 and 1,139
my ($customers, $repeat) = split /\|/, $node->safe_psql('postgres', q{
	SELECT count(*), count(*) FILTER (WHERE n > 1) FROM (SELECT count(DISTINCT date) AS n FROM cdnow GROUP BY customer_id) AS c});
cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM people WHERE no_profiling'), '>=', 5, 'some do not want to be sorted');
like("$customers $repeat", qr/^(?:23570 11516|2357 1139)$/, 'the customers of the log');

my $source = q{'cdnow', 'customer_id', 'date', 'amount'};
my $year = q{'1997-01-01', '1997-12-31'};
my $halves = q{'1997-01-01', '1997-06-30', '1997-07-01', '1997-12-31'};

sub holds
{
	my ($sql, $name) = @_;
	my $got = $node->safe_psql('postgres', $sql);

	like($got, qr/^t(\|t)*$/, $name) or diag($sql);
}

# ------------------------------------------------------------ the five lenses

holds(qq{
	SELECT sum(d.customers) = p.customers, sum(d.revenue) = p.revenue, sum(d.profit) = 0.3 * p.revenue, max(d.cumulative_share) = 1,
		   bool_and(d.lowest >= n.best) FILTER (WHERE n.best IS NOT NULL)
	FROM clv.audit_deciles($source, $year, margin => 0.3) AS d
	CROSS JOIN (SELECT count(DISTINCT customer_id) AS customers, sum(amount) AS revenue FROM cdnow WHERE date BETWEEN '1997-01-01' AND '1997-12-31') AS p
	LEFT JOIN LATERAL (SELECT max(e.lowest) AS best FROM clv.audit_deciles($source, $year, margin => 0.3) AS e WHERE e.decile > d.decile) AS n ON true
	GROUP BY p.customers, p.revenue},
	'deciles: customers, revenue, profit; no class reaches into another');
holds(qq{
	SELECT count(*) > 0, bool_and(d.customers = p.customers AND d.profit = p.profit)
	FROM clv.audit_deciles($source, $year) AS d
	JOIN (SELECT decile, count(*) AS customers, sum(profit) AS profit
		  FROM (SELECT sum(amount) AS profit, 1 + (rank() OVER (ORDER BY sum(amount) DESC) - 1) * 10 / count(*) OVER () AS decile
				FROM cdnow WHERE date BETWEEN '1997-01-01' AND '1997-12-31' GROUP BY customer_id) AS c
		  GROUP BY decile) AS p USING (decile)},
	'deciles: each as plain SQL has it');
holds(qq{
	SELECT bool_and((o.customers, o.revenue) = (p.customers, p.revenue)), sum(o.customers) = sum(p.customers), count(*) = count(o.orders)
	FROM (SELECT n, count(*) AS customers, sum(amount) AS revenue
		  FROM (SELECT count(*) AS n, sum(amount) AS amount FROM cdnow WHERE date BETWEEN '1997-01-01' AND '1997-12-31' GROUP BY customer_id) AS c GROUP BY n) AS p
	FULL JOIN clv.audit_orders($source, $year) AS o ON o.orders = p.n},
	'orders per customer: each number as plain SQL has it');
holds(qq{
	WITH c AS (SELECT sum(amount) AS v, rank() OVER (ORDER BY sum(amount) DESC, customer_id) AS place FROM cdnow WHERE date BETWEEN '1997-01-01' AND '1997-12-31' GROUP BY customer_id),
		 t AS (SELECT count(*) AS n, sum(v) AS total FROM c),
		 m AS (SELECT measure, value FROM clv.audit_concentration($source, $year))
	SELECT abs((SELECT value FROM m WHERE measure = 'top 20 %') - (SELECT sum(v) / total FROM c, t WHERE place <= ceil(0.2 * n) GROUP BY total)) < 1e-12,
		   abs((SELECT value FROM m WHERE measure = 'gini') - (SELECT sum((n + 1 - 2 * place) * v) / (n * total) FROM c, t GROUP BY n, total)) < 1e-12,
		   (SELECT value FROM m WHERE measure = 'customers for 50 %') = (SELECT count(*) + 1 FROM (SELECT sum(v) OVER (ORDER BY place) AS until FROM c) AS r, t WHERE until < 0.5 * total)},
	'concentration: Gini, top share, how few bring half');
holds(qq{
	WITH c AS (SELECT customer_id, sum(amount) FILTER (WHERE date <= '1997-06-30') AS a, sum(amount) FILTER (WHERE date > '1997-06-30') AS b
			   FROM cdnow WHERE date BETWEEN '1997-01-01' AND '1997-12-31' GROUP BY 1),
		 p AS (SELECT CASE WHEN a IS NULL THEN 'new' WHEN b IS NULL THEN 'lost' WHEN b > a THEN 'up' WHEN b < a THEN 'down' ELSE 'same' END AS status,
					  count(*) AS customers, sum(coalesce(b, 0) - coalesce(a, 0)) AS change FROM c GROUP BY 1)
	SELECT bool_and(coalesce(p.customers, 0) = x.customers AND coalesce(p.change, 0) = x.change), sum(x.change) = (SELECT sum(change) FROM p)
	FROM clv.audit_changes($source, $halves) AS x LEFT JOIN p USING (status)},
	'changes: each status as plain SQL has it, together the change');
for my $margin ('margin => 0.3', "margin_column => 'cds'")
{
	# the column serves as a number that differs from row to row
	holds(qq{
		SELECT sum(contribution) FILTER (WHERE factor <> 'profit') = sum(contribution) FILTER (WHERE factor = 'profit'),
			   sum(contribution) FILTER (WHERE factor = 'profit') = sum(value_to - value_from) FILTER (WHERE factor = 'profit'),
			   sum(value_to) FILTER (WHERE factor = 'profit') = (SELECT sum(amount * @{[ $margin =~ /cds/ ? 'cds' : '0.3' ]}) FROM cdnow WHERE date BETWEEN '1997-07-01' AND '1997-12-31'),
			   sum(value_to) FILTER (WHERE factor = 'customers') = (SELECT count(DISTINCT customer_id) FROM cdnow WHERE date BETWEEN '1997-07-01' AND '1997-12-31')
		FROM clv.audit_decomposition($source, $halves, $margin)},
		"decomposition, $margin: the factors to the change exactly, the change as plain SQL has it");
}
holds(qq{
	WITH b AS (SELECT customer_id, min(date) AS born FROM cdnow GROUP BY 1),
		 p AS (SELECT date_trunc('month', born)::date AS cohort, date_trunc('month', date)::date AS period_start, count(DISTINCT customer_id) AS active, count(*) AS orders, sum(amount) AS revenue
			   FROM cdnow JOIN b USING (customer_id) GROUP BY 1, 2),
		 c AS MATERIALIZED (SELECT * FROM clv.audit_cohorts($source, 'month', '1998-06-15')),
		 k AS MATERIALIZED (SELECT * FROM clv.audit_calendar($source, 'month'))
	SELECT (SELECT bool_and(coalesce(p.active, 0) = c.active AND coalesce(p.orders, 0) = c.orders AND coalesce(p.revenue, 0) = c.revenue)
			FROM c LEFT JOIN p USING (cohort, period_start) WHERE c.period_start < '1998-06-01'),
		   (SELECT bool_and(c.active IS NULL AND c.revenue IS NULL AND c.cumulative_per_customer IS NULL) FROM c WHERE c.period_start >= '1998-06-01'),
		   (SELECT sum(size) FROM c WHERE age = 0) = $customers,
		   (SELECT bool_and(coalesce(p.active, 0) = k.active AND coalesce(p.revenue, 0) = k.revenue) FROM k LEFT JOIN p USING (cohort, period_start)),
		   (SELECT sum(revenue) FROM k) = (SELECT sum(amount) FROM cdnow),
		   (SELECT bool_and(abs(s - 1) < 1e-12) FROM (SELECT sum(share_of_revenue) AS s FROM k GROUP BY period_start) AS x)},
	'cohorts and calendar: each cell as plain SQL has it, what is not over is NULL, together all revenue');
holds(qq{
	SELECT bool_and(a.size = (SELECT count(DISTINCT customer_id) FROM february)), count(*) = 17,
		   bool_and(a.active = (SELECT count(DISTINCT o.customer_id) FROM february AS o WHERE o.date >= a.period_start AND o.date < a.period_start + interval '1 month')),
		   bool_and(a.revenue = (SELECT coalesce(sum(o.amount), 0) FROM february AS o WHERE o.date >= a.period_start AND o.date < a.period_start + interval '1 month')),
		   bool_and(abs(a.one_time_share - (SELECT avg((d.days = 1)::int) FROM (SELECT count(DISTINCT o.date) AS days FROM february AS o
							WHERE o.date < a.period_start + interval '1 month' GROUP BY o.customer_id) AS d)) < 1e-12)
	FROM clv.audit_cohort($source, '1997-02-01', '1997-02-28') AS a
	WHERE a.active IS NOT NULL},
	'one cohort: each month as plain SQL has it');

# ------------------------------------------------------------------------ RFM

holds(qq{
	WITH s AS MATERIALIZED (SELECT * FROM clv.rfm_scores($source, '1998-06-30')),
		 p AS (SELECT customer_id::text AS customer_id, '1998-06-30' - max(date) AS days_since_last, count(DISTINCT date) AS purchases, sum(amount) AS spend FROM cdnow GROUP BY 1)
	SELECT (SELECT count(*) FROM s) = $customers,
		   (SELECT bool_and(s.days_since_last = p.days_since_last AND s.purchases = p.purchases AND abs(s.spend - p.spend) < 1e-8) FROM s JOIN p USING (customer_id)),
		   (SELECT max(n) = 1 FROM (SELECT count(DISTINCT f) AS n FROM s GROUP BY purchases UNION ALL SELECT count(DISTINCT r) FROM s GROUP BY days_since_last
									UNION ALL SELECT count(DISTINCT m) FROM s GROUP BY spend) AS x),
		   (SELECT bool_and(ok) FROM (SELECT min(f) >= lag(max(f), 1, 0) OVER (ORDER BY purchases) AS ok FROM s GROUP BY purchases) AS x),
		   (SELECT min(f) = 1 AND max(f) = 5 AND min(r) = 1 AND max(r) = 5 AND min(m) = 1 AND max(m) = 5 FROM s),
		   (SELECT bool_and(f = 1) FROM s WHERE purchases = 1), (SELECT bool_and(segment IS NOT NULL) FROM s)},
	'RFM: the numbers of plain SQL; equal customers share scores; more is never less');

# ------------------------------------------------------------------ the views

for my $view ('plain', 'net')
{
	my $value = $view eq 'net' ? 'clv_net' : 'clv';
	my $shown = $view eq 'net' ? 'NOT opted_out' : 'true';

	holds(qq{
		SELECT sum(r.customers) = (SELECT count(*) FROM $view), sum(r.value) = (SELECT sum($value\::numeric) FROM $view),
			   bool_and(r.customers = (SELECT count(*) FROM $view AS v WHERE v.tier IS NOT DISTINCT FROM r.tier))
		FROM clv.tier_rules('$view') AS r},
		"$view: tiers to the base");

	# The steps, multiplied and added in their order.
	holds(qq{
		SELECT count(*) = 40, bool_and(s.spend = v.expected_spend), bool_and(s.purchases * s.spend = v.clv AND s.clv = v.clv), bool_and(s.tier = v.tier),
			   bool_and(s.spend = CASE WHEN v.frequency = 0 THEN s.mean ELSE s.spend END AND abs(s.weight * coalesce(v.monetary, 0) + (1 - s.weight) * s.mean - s.spend) < 1e-12 * s.spend)
			   @{[ $view eq 'net' ? ', bool_and(s.contribution - s.order_costs - s.service_costs = v.clv_net AND s.clv_net = v.clv_net)' : '' ]}
		FROM (SELECT * FROM $view WHERE $shown AND clv IS NOT NULL ORDER BY md5(customer_id::text) LIMIT 40) AS v
		CROSS JOIN LATERAL (SELECT max(value) FILTER (WHERE quantity = 'expected_spend') AS spend, max(value) FILTER (WHERE quantity = 'discounted_purchases') AS purchases,
								   max(value) FILTER (WHERE quantity = 'clv') AS clv, max(value) FILTER (WHERE quantity = 'clv_net') AS clv_net,
								   max(value) FILTER (WHERE quantity = 'contribution') AS contribution, max(value) FILTER (WHERE quantity = 'order_costs') AS order_costs,
								   max(value) FILTER (WHERE quantity = 'service_costs') AS service_costs, max(value) FILTER (WHERE quantity = 'weight_of_own') AS weight,
								   max(value) FILTER (WHERE quantity = 'mean_spend_of_all') AS mean, max(formula) FILTER (WHERE quantity = 'tier') AS tier,
								   count(*) FILTER (WHERE quantity = 'note') AS notes
							FROM clv.explain('$view', v.customer_id)) AS s
		WHERE s.notes = 0},
		"$view: explanations of forty customers end in what is stored, to the last bit");

	# What is asked of the histories now is what was stored.
	holds(qq{
		SELECT count(*) = (SELECT count(*) FROM $view WHERE $shown), bool_and(t.value IS NOT DISTINCT FROM v.$value), bool_and(t.p_alive = v.p_alive),
			   bool_and(t.tier IS NOT DISTINCT FROM @{[ $view eq 'net' ? 'clv.tier(v.clv_net, m.cutoffs, m.tier_labels)' : 'v.tier' ]})
		FROM clv.tiers_at('$view', '{1998-06-30}') AS t JOIN $view AS v ON v.customer_id::text = t.customer_id CROSS JOIN ${view}_model AS m},
		"$view: tiers at as_of are the tiers");
	holds(qq{
		WITH m AS MATERIALIZED (SELECT * FROM clv.migration('$view', '1997-09-30', '1998-06-30')),
			 a AS MATERIALIZED (SELECT * FROM clv.tiers_at('$view', '{1997-09-30,1998-06-30}'))
		SELECT (SELECT bool_and(x.n = y.n) FROM (SELECT from_tier AS tier, sum(customers) AS n FROM m WHERE from_tier <> '(new)' GROUP BY 1) AS x
				FULL JOIN (SELECT coalesce(tier, '(none)') AS tier, count(*) AS n FROM a WHERE as_of_date = '1997-09-30' GROUP BY 1) AS y USING (tier) WHERE x.n > 0 OR y.n > 0),
			   (SELECT bool_and(x.n = y.n) FROM (SELECT to_tier AS tier, sum(customers) AS n FROM m GROUP BY 1) AS x
				FULL JOIN (SELECT coalesce(tier, '(none)') AS tier, count(*) AS n FROM a WHERE as_of_date = '1998-06-30' GROUP BY 1) AS y USING (tier) WHERE x.n > 0 OR y.n > 0),
			   (SELECT sum(value_from) FROM m) = (SELECT sum(value::numeric) FROM a WHERE as_of_date = '1997-09-30'),
			   (SELECT sum(value_to) FROM m) = (SELECT sum(value::numeric) FROM a WHERE as_of_date = '1998-06-30'),
			   (SELECT sum(change) FROM m) = (SELECT sum(value_to) - sum(value_from) FROM m)},
		"$view: migration to the tiers at both dates, customers and money");
	for my $refit ('true', 'false')
	{
		holds(qq{
			SELECT sum(amount) FILTER (WHERE component <> 'end') = sum(amount) FILTER (WHERE component = 'end'),
				   sum(customers) FILTER (WHERE component = 'end') = $customers,
				   sum(amount) FILTER (WHERE component = 'end') = (SELECT sum($value\::numeric) FROM $view) OR $refit AND
				   abs(sum(amount) FILTER (WHERE component = 'end') / (SELECT sum($value\::numeric) FROM $view) - 1) < 1e-6
			FROM clv.equity_bridge('$view', '1997-09-30', '1998-06-30', $refit)},
			"$view: the bridge to its end exactly, refit $refit");
	}
	holds(qq{
		SELECT bool_and(e.customers = p.customers AND e.equity = p.equity), bool_and(e.lower < e.equity AND e.equity < e.upper), sum(e.customers) = $customers,
			   sum(e.equity) = (SELECT sum(clv::numeric) FROM $view)
		FROM clv.equity('$view', 'genre', 'people', 'id', draws => 50) AS e
		JOIN (SELECT genre, count(*) AS customers, sum(clv::numeric) AS equity FROM $view JOIN people ON id = customer_id GROUP BY 1) AS p ON p.genre = e.group_name},
		"$view: equity by a column of the customers");
	holds(qq{
		WITH r AS MATERIALIZED (SELECT * FROM clv.value_at_risk('$view', '60 days'))
		SELECT (SELECT count(*) FROM r) = (SELECT count(*) FROM $view WHERE $shown AND clv IS NOT NULL),
			   (SELECT bool_and(r.value = v.$value AND r.at_risk = r.value - r.value_if_silent AND r.p_alive_if_silent <= r.p_alive) FROM r JOIN $view AS v ON v.customer_id::text = r.customer_id),
			   (SELECT abs(sum(share_of_risk) - 1) < 1e-9 FROM r),
			   (SELECT bool_and(ok) FROM (SELECT at_risk >= lead(at_risk, 1, at_risk) OVER (ORDER BY at_risk DESC) AS ok FROM r) AS x)},
		"$view: value at risk");
	holds(qq{
		SELECT bool_and(abs(f.share - p.share) < 1e-12), count(DISTINCT f.tier_or_better) >= 4, count(DISTINCT f.group_value) = 2, bool_and(f.group_value <> 'opera')
		FROM clv.fairness('with_genre', 'genre', value => '$value') AS f
		JOIN LATERAL (SELECT avg((w.tier = ANY ((ARRAY['platinum', 'gold', 'silver', 'bronze', 'unprofitable'])[:array_position(ARRAY['platinum', 'gold', 'silver', 'bronze', 'unprofitable'], f.tier_or_better)]))::int) AS share
					  FROM with_genre AS w WHERE w.genre = f.group_value AND w.tier IS NOT NULL) AS p ON true
		WHERE f.share IS NOT NULL},
		"$view: fairness, shares as plain SQL has them; a small group is not told, nor what would tell it")
	  if $node->safe_psql('postgres', "DROP VIEW IF EXISTS with_genre; CREATE VIEW with_genre AS SELECT v.*, p.genre FROM $view AS v JOIN people AS p ON p.id = v.customer_id; SELECT 1");
}

# What costs make of values, and who is not sorted.
holds(q{
	SELECT bool_and(clv_net = margin * clv - cost_per_order * discounted_purchases - service_cost * alive_years),
		   bool_and((clv_net < 0) = (unprofitable_because IS NOT NULL)), bool_and((tier = 'unprofitable') = (clv_net < 0)) FILTER (WHERE NOT opted_out),
		   bool_and(tier IS NULL AND clv_rank IS NULL) FILTER (WHERE opted_out), count(*) FILTER (WHERE opted_out) = (SELECT count(*) FROM people WHERE no_profiling),
		   bool_and(abs(profit_to_date - (0.3 * value_to_date - 2.5 * (frequency + 1) - 3 * t / 365.25)) < 1e-9 * (1 + abs(profit_to_date)))
	FROM net WHERE clv IS NOT NULL},
	'net values, reasons, opting out');
holds(q{SELECT bool_and(abs(n.value_to_date - d.spend) < 1e-9) FROM net AS n JOIN (SELECT customer_id, sum(amount)::float8 AS spend FROM cdnow GROUP BY 1) AS d USING (customer_id)},
	'value to date as plain SQL has it');

# Equal customers are in the same tier.
holds(q{SELECT max(n) = 1, count(*) > 1000 FROM (SELECT count(DISTINCT coalesce(tier, '')) AS n FROM plain GROUP BY frequency, recency, t, monetary) AS g},
	'equal customers share a tier');

# ---------------------------------------------------- acquisition, readiness

holds(qq{
	WITH f AS (SELECT customer_id, min(date) AS born FROM days GROUP BY 1),
		 p AS (SELECT to_char(born, 'YYYY-MM') AS group_name, count(*) AS customers, avg(d.amount) AS first_order,
					  avg((EXISTS (SELECT FROM days AS n WHERE n.customer_id = f.customer_id AND n.date > born AND n.date <= born + 90))::int) AS again
			   FROM f JOIN days AS d ON d.customer_id = f.customer_id AND d.date = f.born GROUP BY 1)
	SELECT count(*) = 3, bool_and(a.customers = p.customers AND abs(a.first_order - p.first_order) < 1e-8 AND abs(a.repeat_rate_90d - p.again) < 1e-12),
		   bool_and(a.lower < a.new_customer_value AND a.new_customer_value < a.upper), bool_and(a.verdict = CASE WHEN a.lower >= 20 THEN 'pays' WHEN a.upper < 20 THEN 'does not pay' ELSE 'not sure' END)
	FROM clv.acquisition($source, cohort => 'month', as_of => '1998-06-30', options => '{"margin": 0.3, "cost_per_order": 2.5, "acquisition_cost": 20}') AS a JOIN p USING (group_name)},
	'acquisition: the three cohorts as plain SQL has them');
holds(qq{
	WITH r AS (SELECT check_name, value, verdict FROM clv.readiness($source, '1998-06-30'))
	SELECT (SELECT value FROM r WHERE check_name = 'customers') = $customers, abs((SELECT value FROM r WHERE check_name = 'repeat buyers') - $repeat / $customers.0) < 1e-12,
		   (SELECT value FROM r WHERE check_name = 'days covered') = date '1998-06-30' - date '1997-01-01',
		   abs((SELECT value FROM r WHERE check_name = 'left truncation') - (SELECT avg((born < '1997-01-31')::int) FROM (SELECT min(date) AS born FROM cdnow GROUP BY customer_id) AS b)) < 1e-12,
		   (SELECT verdict FROM r WHERE check_name = 'left truncation') <> 'good'},
	'readiness: as plain SQL has it; the customers of one quarter alone are looked at');

$node->stop;
done_testing();
