-- refused: what cannot be never enters a fit and never leaves a prediction, in
-- any model.  Each query below must raise 22023; those that do not are listed.
SET datestyle = 'ISO, YMD';

CREATE TABLE refused_models AS
	SELECT name, kind, clv.fit(cbs, name) AS m
	FROM clv.models(), (SELECT clv.cbs(rfm, '2024-12-31') AS cbs
	                    FROM (SELECT clv.rfm(date '2024-01-01' + c + d * (3 + c % 17), 10 + (c + d) % 9) AS rfm
	                          FROM generate_series(1, 100) AS c, generate_series(0, 12) AS d WHERE d <= c % 13 GROUP BY c) AS h) AS b
	WHERE kind <> 'contract'
	UNION ALL SELECT name, kind, clv.fit('retention:1:369/0,2:163/0,3:86/0,4:56/0,5:37/0,6:27/0,7:21/241'::clv.retention, name) FROM clv.models() WHERE kind = 'contract';
SELECT name FROM refused_models WHERE m IS NULL;

CREATE FUNCTION pg_temp.state(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE query INTO answer;
	RETURN coalesce(answer, 'NULL');
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;

-- Histories that cannot be.
CREATE TABLE refused_rows AS
	SELECT * FROM unnest('{"''NaN'', 1, 2", "1, ''NaN'', 2", "1, 1, ''NaN''", "''Infinity'', 1, 2", "1, ''Infinity'', ''Infinity''", "1, 1, ''Infinity''",
		"''-Infinity'', 0, 2", "-1, 0, 2", "1, -1, 2", "0, 0, -2", "1, 3, 2", "0, 1, 2", "1, 0, 2", "1.5, 1, 2"}'::text[]) AS bad;
SELECT name, query, state
FROM refused_models, refused_rows,
     unnest('{"clv.p_alive(m, %s)", "clv.p_alive(m, %s, ''1 day'')", "clv.p_active(m, %s, ''1 day'')", "clv.expected_purchases(m, %s, ''1 day'')",
              "clv.purchases_pmf(m, %s, ''1 day'', 1)", "clv.discounted_purchases(m, %s, 0.1)", "clv.discounted_purchases(m, %s, 0.1, ''1 day'')",
              "clv.alive_years(m, %s, 0.1, ''1 day'')", "clv.next_purchase(m, %s, 0.5)", "clv.loglik(m, %s)",
              "clv.value(m, (SELECT m FROM refused_models WHERE name = ''gammagamma''), %s, 20, 0.1, ''1 day'')",
              "clv.value_interval(m, (SELECT m FROM refused_models WHERE name = ''gammagamma''), %s, 20, 0.1, ''1 day'', 0.9, 3, 1)",
              "clv.total_interval(m, (SELECT m FROM refused_models WHERE name = ''gammagamma''), %s, 20, 0.1, ''1 day'', 0.9, 3, 1)"}'::text[]) AS f,
     LATERAL (SELECT format('SELECT %s FROM refused_models WHERE name = %L', format(f, bad), name) AS query) AS q,
     LATERAL (SELECT pg_temp.state(query)) AS s(state)
WHERE kind = 'transaction' AND state <> '22023';
SELECT query, state
FROM refused_rows, clv.models(), unnest('{"SELECT clv.fit(%L, %s)", "SELECT clv.fit(%L, %s, 7)", "SELECT clv.fit(clv.cbs(%2$s), %1$L)"}'::text[]) AS f,
     LATERAL (SELECT format(f, name, bad) AS query) AS q, LATERAL (SELECT pg_temp.state(query)) AS s(state)
WHERE kind = 'transaction' AND state <> '22023';

-- Rates, horizons, chances, numbers and lengths of a unit that cannot be.
CREATE TABLE refused_arguments AS
	SELECT * FROM (VALUES
		('transaction', 'clv.p_alive(m, 2, 10, 20, %s)', '{"''-1 day''"}'::text[]),
		('transaction', 'clv.p_active(m, 2, 10, 20, %s)', '{"''-1 day''", "''1 month -31 days''"}'),
		('transaction', 'clv.expected_purchases(m, 2, 10, 20, %s)', '{"''-1 day''"}'),
		('transaction', 'clv.expected_purchases(m, %s)', '{"''-1 second''"}'),
		('transaction', 'clv.purchases_pmf(m, 2, 10, 20, %s)', '{"''-1 day'', 1", "''1 day'', -1"}'),
		('transaction', 'clv.purchases_pmf(m, %s)', '{"''-1 day'', 1", "''1 day'', -1"}'),
		('transaction', 'clv.discounted_purchases(m, 2, 10, 20, %s)', '{"0", "-0.1", "''NaN''", "''Infinity''", "''-Infinity''", "-0.1, ''1 year''", "''NaN'', ''1 year''", "''Infinity'', ''1 year''", "0.1, ''-1 year''"}'),
		('transaction', 'clv.alive_years(m, 2, 10, 20, %s)', '{"-0.1, ''1 year''", "''NaN'', ''1 year''", "''Infinity'', ''1 year''", "0.1, ''-1 year''"}'),
		('transaction', 'clv.next_purchase(m, 2, 10, 20, %s)', '{"0", "1", "-0.5", "1.5", "''NaN''", "''Infinity''"}'),
		('transaction', 'clv.value(m, g, 2, 10, 20, %s)', '{"20, -0.1, ''1 year''", "20, ''NaN'', ''1 year''", "20, 0.1, ''-1 year''", "''NaN'', 0.1, ''1 year''", "''Infinity'', 0.1, ''1 year''"}'),
		('transaction', 'clv.new_customer_value(m, g, %s)', '{"-0.1, ''1 year''", "''NaN'', ''1 year''", "''Infinity'', ''1 year''", "0.1, ''-1 year''"}'),
		('transaction', 'clv.value_interval(m, g, 2, 10, 20, %s)', '{"20, -0.1, ''1 day'', 0.9, 3, 1", "20, ''NaN'', ''1 day'', 0.9, 3, 1", "20, 0.1, ''-1 day'', 0.9, 3, 1", "''NaN'', 0.1, ''1 day'', 0.9, 3, 1",
			"20, 0.1, ''1 day'', 0, 3, 1", "20, 0.1, ''1 day'', 1, 3, 1", "20, 0.1, ''1 day'', ''NaN'', 3, 1", "20, 0.1, ''1 day'', 0.9, 0, 1", "20, 0.1, ''1 day'', 0.9, 1000001, 1"}'),
		('transaction', 'clv.total_interval(m, g, 2, 10, 20, %s)', '{"20, -0.1, ''1 day'', 0.9, 3, 1", "20, ''NaN'', ''1 day'', 0.9, 3, 1", "20, 0.1, ''-1 day'', 0.9, 3, 1", "''NaN'', 0.1, ''1 day'', 0.9, 3, 1",
			"20, 0.1, ''1 day'', 0, 3, 1", "20, 0.1, ''1 day'', ''NaN'', 3, 1", "20, 0.1, ''1 day'', 0.9, 0, 1"}'),
		('spend', 'clv.expected_spend(m, %s)', '{"''NaN'', 20", "''Infinity'', 20", "-1, 20", "1.5, 20", "1, ''NaN''", "1, ''Infinity''", "1, ''-Infinity''"}'),
		('spend', 'clv.fit(name, %s)', '{"''NaN'', 20", "''Infinity'', 20", "-1, 20", "1.5, 20", "1, ''NaN''", "1, ''Infinity''", "1, ''-Infinity''"}'),
		('contract', 'clv.survival(m, %s)', '{"-1"}'),
		('contract', 'clv.retention_rate(m, %s)', '{"0", "-1"}'),
		('contract', 'clv.expected_lifetime(m, %s)', '{"-0.1", "''NaN''", "''Infinity''", "0.1, ''-1 year''", "''NaN'', ''1 year''"}'),
		('contract', 'clv.residual_lifetime(m, %s)', '{"0, 0.1", "-1, 0.1", "1, -0.1", "1, ''NaN''", "1, ''Infinity''", "1, 0.1, ''-1 year''", "0, 0.1, ''1 year''"}'),
		('contract', 'clv.new_contract_value(m, %s)', '{"''NaN'', 0.1", "''Infinity'', 0.1", "20, -0.1", "20, ''NaN''", "20, 0.1, ''-1 year''"}'),
		('contract', 'clv.contract_value(m, %s)', '{"''NaN'', 1, 0.1", "''Infinity'', 1, 0.1", "20, 0, 0.1", "20, 1, -0.1", "20, 1, ''NaN''", "20, 1, 0.1, ''-1 year''"}'),
		('contract', 'clv.fit(clv.retention(%s), name)', '{"-1, true", "0, true", "1000001, false"}'),
		('contract', 'clv.fit(clv.retention_table(0, %s), name)', '{"-1", "''NaN''", "''Infinity''"}'),
		('contract', 'clv.fit(clv.retention(1, true), name, %s)', '{"0", "-7", "''NaN''", "''Infinity''"}'),
		('transaction', 'clv.fit(clv.cbs(2, 10, 20), name, %s)', '{"0", "-7", "''NaN''", "''Infinity''", "1, ''{\"sd\": 0}''", "1, ''{\"sd\": -1}''", "1, ''{\"sd\": 1e999}''", "1, ''{\"mean\": {\"nobody\": 1}}''", "1, ''[]''"}')
	) AS v(kind, f, bad);
SELECT name, query, state
FROM refused_models AS a JOIN refused_arguments USING (kind), unnest(bad) AS b,
     LATERAL (SELECT format('SELECT %s FROM refused_models AS a, (SELECT m AS g FROM refused_models WHERE kind = ''spend'' LIMIT 1) AS s WHERE name = %L GROUP BY name, m, g',
                            format(f, b), name) AS query) AS q,
     LATERAL (SELECT pg_temp.state(query)) AS s(state)
WHERE state <> '22023';

-- A model that cannot be: each parameter, whatever else is right.
SELECT name, parameter, v
FROM clv.models(), unnest(parameters) AS parameter, unnest('{0,-1,1e999,"\"1\"",null,[],true}'::text[]) AS v,
     LATERAL (SELECT jsonb_object_agg(p, 1) || format('{"%s": %s}', parameter, coalesce(v, 'null'))::jsonb AS json FROM unnest(parameters) AS p) AS j
WHERE pg_temp.state(format('SELECT clv.model(%L, %L)', name, json)) <> '22023';

-- What is right is answered: the queries above fail for what they are to.
SELECT kind, f, name, state
FROM refused_models AS a JOIN (VALUES
		('transaction', 'clv.value(m, g, 2, 10, 20, 20, 0.1, ''1 year'')'), ('transaction', 'clv.p_active(m, 2, 10, 20, ''1 day'')'),
		('transaction', '(clv.value_interval(m, g, 2, 10, 20, 20, 0.1, ''1 day'', 0.9, 3, 1)).upper'), ('transaction', '(clv.total_interval(m, g, 2, 10, 20, 20, 0.1, ''1 day'', 0.9, 3, 1)).upper'),
		('spend', 'clv.expected_spend(m, 1, 20)'), ('spend', 'clv.loglik(clv.fit(name, 1, 20))'), ('contract', 'clv.contract_value(m, 20, 1, 0.1, ''1 year'')'),
		('contract', 'clv.loglik(clv.fit(clv.retention(1, true), name, 7))')) AS v(kind, f) USING (kind),
     LATERAL (SELECT pg_temp.state(format('SELECT %s FROM refused_models AS a, (SELECT m AS g FROM refused_models WHERE kind = ''spend'' LIMIT 1) AS s WHERE name = %L GROUP BY name, m, g', f, name))) AS s(state)
WHERE state !~ '^-?[0-9.]+(e-?[0-9]+)?$' OR state ~ '^[0-9A-Z]{5}$' AND state !~ '[.]';

DROP TABLE refused_models, refused_rows, refused_arguments;
