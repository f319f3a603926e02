-- Parameters and histories that no fit and no customer has, but that are taken:
-- the right answer, or none, and soon.  The calls are made from text, so that the
-- planner does not make them before their turn; one that ran on would take no
-- interrupts, and the limit is for the session to end all the same.
SET statement_timeout = '60s';
CREATE FUNCTION pg_temp.answer(question text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer float8;
BEGIN
	EXECUTE 'SELECT ' || question INTO answer;
	RETURN coalesce(answer::text, 'NULL');
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
-- Calls that would go on for ever, or for long.
SELECT pg_temp.answer(q) FROM unnest(ARRAY[
	$$clv.discounted_purchases(clv.model('bgcnbd', '{"r":0.6912,"alpha":4.4,"a":0.2694,"b":1.267,"k":4}', 365.25), 1e308, 30, 250, 12.5)$$,
	$$clv.expected_purchases(clv.model('mbgcnbd', '{"r":1,"alpha":1e300,"a":1e100,"b":1e100,"k":12}'), '90 days')$$,
	$$clv.expected_purchases(clv.model('mbgcnbd', '{"r":1e-5,"alpha":1e30,"a":1,"b":1,"k":12}'), '90 days')$$,
	$$clv.expected_purchases(clv.model('mbgcnbd', '{"r":5e-324,"alpha":7.3,"a":1e-10,"b":1e10,"k":4}'), '10 days')$$,
	$$clv.expected_lifetime(clv.model('bdw', '{"a":1.7e308,"b":1,"c":1e10}', 365.25), 2)$$,
	$$clv.residual_lifetime(clv.model('bdw', '{"a":5e-324,"b":1,"c":1e100}', 365.25), 3, 0.1)$$,
	$$clv.p_active(clv.model('paretonbd', '{"r":0.5,"alpha":10,"s":0.5,"beta":10}'), 1e308, 30, 250, '1 year')$$,
	$$clv.purchases_pmf(clv.model('bgbb', '{"alpha":1.2,"beta":0.75,"gamma":0.66,"delta":2.78}', 1e-300), 0, 0, 100, '1 day', 9000000000000000000)$$]) WITH ORDINALITY AS t (q, i) ORDER BY i;
-- Numbers that are none.  With a = 1.8e265 beside b = 2e-106 whoever may leave
-- does: a retention of 0, to 1e-150.  Of 100 opportunities none was taken by one
-- who dies before the first of them with a chance of 1 - 2e-308: the
-- chance to be alive is 0.
SELECT pg_temp.answer(q) FROM unnest(ARRAY[
	$$clv.retention_rate(clv.model('bdw', '{"a":1.83179e+265,"b":2.3338e-106,"c":4.46287e+157}'), 2)$$,
	$$clv.p_alive(clv.model('bgbb', '{"alpha":1.2,"beta":0.75,"gamma":1.18e308,"delta":2.78}', 365.25), 0, 0, 100)$$,
	$$clv.p_alive(clv.model('bgbb', '{"alpha":1.2,"beta":0.75,"gamma":1e99,"delta":2.78}', 365.25), 0, 0, 100)$$,
	$$clv.retention_rate(clv.model('bdw', '{"a":1e90,"b":1e-90,"c":2}'), 1)$$,
	$$clv.next_purchase(clv.model('nbd', '{"r":1,"alpha":1e99}', 1e300), 0, 0, 0, 0.5)$$,
	$$clv.new_contract_value(clv.model('sbg', '{"a":0.7,"b":1.2}', 365.25), 1e308, 0.01)$$]) WITH ORDINALITY AS t (q, i) ORDER BY i;
-- Rates hardly differ and nobody leaves later than at the first purchase, with
-- the chance 1.5e-29 / (1.5e-29 + 3.14e-23) = 4.777e-7: Poisson, of mean
-- 12 r / (alpha + 1495), in all but that.
WITH p AS (SELECT n, clv.purchases_pmf(clv.model('bgnbd', '{"r":1.43e48,"alpha":1.18e47,"a":1.5e-29,"b":3.14e-23}'), 0, 0, 1495, '12 days', n) AS p
	FROM generate_series(0, 400) AS n)
SELECT round(sum(p)::numeric, 9) AS total, min(p) >= 0 AS none_below, max(p) <= 1 AS none_above,
	abs(sum(p) FILTER (WHERE n = 145) / (0.033090864319452232 * (1 - 4.77706778165552e-7)) - 1) < 1e-9 AS right_at_145,
	abs(sum(p) FILTER (WHERE n = 1) / 4.77706778165552e-7 - 1) < 1e-9 AS right_at_1 FROM p;
-- Costs that are no numbers.
SELECT pg_temp.answer(format($$clv._net_value(clv.model('nbd', '{"r":1,"alpha":10}'), clv.model('gammagamma', '{"p":6,"q":4,"gamma":15}'), 1, 10, 20, 30, 0.1, '1 year', %s, %s, %s)$$, a, b, c))
FROM (VALUES ('0.4', '1', '2'), ('float8 ''NaN''', '1', '2'), ('0.4', 'float8 ''NaN''', '2'), ('0.4', '1', 'float8 ''Infinity'''), ('float8 ''-Infinity''', '1', '2')) AS v (a, b, c);
SELECT pg_temp.answer(format($$clv._newcomer(clv.model('nbd', '{"r":1,"alpha":10}'), clv.model('gammagamma', '{"p":6,"q":4,"gamma":15}'), 0.1, '1 year', %s, %s)$$, a, b))
FROM (VALUES ('0.4', '1'), ('float8 ''NaN''', '1'), ('0.4', 'float8 ''Infinity''')) AS v (a, b);
SELECT pg_temp.answer(q) FROM unnest(ARRAY[$$clv._double('NaN')$$, $$clv._double('-Infinity')$$, $$clv._double(12.5)$$,
	$$clv._finite('NaN')$$, $$clv._option_number('{"a": 3}', 'a', 0, 5, 1)$$]) WITH ORDINALITY AS t (q, i) ORDER BY i;
-- Horizons that are absurd, but intervals.
SELECT pg_temp.answer(format($$clv.%s(clv.model('mbgnbd', '{"r":0.7,"alpha":10,"a":0.4,"b":1.2}'), 3, 40, 90, '178000000 years')$$, f))
FROM unnest('{p_alive,p_active,expected_purchases}'::text[]) AS f;
-- A covariance that says next to nothing: no limits, in place of infinite ones.
SELECT name, estimate, std_error, lower, upper FROM clv.coefficients('{"version": 1, "model": "sbg", "unit_days": 1, "parameters": {"a": 2, "b": 3}, "loglik": -10, "customers": 5,
	"excluded": 0, "status": "converged", "iterations": 1, "evaluations": 2, "limit": null, "message": null, "covariance": [[0.25], [0, 5.5e15]]}'::clv.model);
SELECT name, std_error, upper FROM clv.coefficients('{"version": 1, "model": "sbg", "unit_days": 1, "parameters": {"a": 2, "b": 1e200}, "loglik": -10, "customers": 5,
	"excluded": 0, "status": "converged", "iterations": 1, "evaluations": 2, "limit": null, "message": null, "covariance": [[0.25], [0, 1e300]]}'::clv.model);
