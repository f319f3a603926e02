-- What is not good about the table orders, before any number.  Without money
-- (:money is false) each order counts as 1, and what is about amounts is left out.
\pset footer off
\pset tuples_only on
\pset format unaligned

CREATE TEMPORARY VIEW readable AS SELECT customer, at,
\if :money
	amount
\else
	1 AS amount
\endif
FROM orders;
CREATE TEMPORARY TABLE verdicts AS
SELECT ordinal, check_name, verdict, finding, what_to_do
FROM clv.readiness('readable', 'customer', 'at', 'amount')
WHERE verdict <> 'good' AND (:money OR check_name NOT IN ('refunds', 'frequency and spend'));

SELECT EXISTS (SELECT FROM verdicts) AS any \gset
\if :any
\echo
\echo 'Before the numbers: what is not good about these orders'
\echo
SELECT format('  %s: %s: %s.%s    %s', verdict, check_name, finding, chr(10), what_to_do)
FROM verdicts ORDER BY verdict = 'warning', ordinal;
\endif
