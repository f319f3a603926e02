-- What one row costs, by model: microseconds, the least of three runs over the
-- first :rows customers of the model's own base.
CREATE FUNCTION pg_temp.cost(name text, question text, customers int) RETURNS numeric
LANGUAGE plpgsql AS $$
DECLARE
	least float8 := 'infinity';
	started timestamptz;
BEGIN
	FOR i IN 1..3 LOOP
		started := clock_timestamp();
		EXECUTE format('SELECT count(answer) FROM (SELECT clv.%s AS answer '
			'FROM (SELECT * FROM summary_%I LIMIT %s) s, '
			'(SELECT f.model, g.model AS spend FROM fitted f, fitted g '
			'WHERE f.name = %L AND g.name = ''gammagamma'') m OFFSET 0) q',
			question, name, customers, name);
		least := least(least, extract(epoch FROM clock_timestamp() - started));
	END LOOP;
	RETURN round((least * 1e6 / customers)::numeric, 2);
END $$;

SELECT '| ' || name || ' | ' || concat_ws(' | ',
	pg_temp.cost(name, 'p_alive(model, frequency, recency, t)', :rows),
	pg_temp.cost(name, 'expected_purchases(model, frequency, recency, t, ''1 year'')', :rows),
	pg_temp.cost(name, 'discounted_purchases(model, frequency, recency, t, 0.10, ''1 year'')', :rows),
	pg_temp.cost(name, 'discounted_purchases(model, frequency, recency, t, 0.10)', :rows),
	pg_temp.cost(name, 'value(model, spend, frequency, recency, t, monetary, 0.10, ''1 year'')', :rows),
	pg_temp.cost(name, 'value_interval(model, spend, frequency, recency, t, monetary, 0.10, ''1 year'', 0.9, 100, 1)',
				 greatest(:rows / 20, 1)),
	pg_temp.cost(name, 'value_interval(clv.without_uncertainty(model), clv.without_uncertainty(spend), '
				 'frequency, recency, t, monetary, 0.10, ''1 year'', 0.9, 100, 1)', greatest(:rows / 20, 1)),
	round(pg_temp.cost(name, 'total_interval(model, spend, frequency, recency, t, monetary, 0.10, ''1 year'', 0.9, 100, 1)',
					   greatest(:rows / 5, 1)), 2)) || ' |'
FROM transactions JOIN clv.models() USING (name);
