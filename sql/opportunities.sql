-- opportunities: a history counted by periods, by the calendar.
SET datestyle = 'ISO, YMD';

-- A donor by year: gifts in 1995 (twice), 1997 and 2000.
CREATE TABLE gift (donor int, day date, amount float8);
INSERT INTO gift VALUES
	(1, '1995-03-01', 20), (1, '1995-11-30', 20), (1, '1997-12-31', 50), (1, '2000-01-01', 10),
	(2, '1995-01-01', 5), (3, '2001-12-31', 5), (4, '1994-12-31', 5), (4, '1996-05-01', 5),
	(5, '2002-01-01', 5), (6, '1995-06-01', 25), (6, '1996-06-01', 25), (6, '1996-06-01', -25);
CREATE TABLE donor AS SELECT donor, clv.rfm(day, amount) AS history FROM gift GROUP BY donor;

SELECT donor, (clv.opportunities(history, '1995-01-01', '2001-12-31', '1 year')).*
FROM donor ORDER BY donor;

-- A day less, and the last year is not over; a day more begins no other one.
SELECT clv.opportunities(history, '1995-01-01', '2001-12-30', '1 year') AS less,
	clv.opportunities(history, '1995-01-01', '2002-01-01', '1 year') AS more
FROM donor WHERE donor = 1;

-- Refunds: a year with a returned gift is no gift, unless they do not matter.
SELECT p, clv.opportunities(history, '1995-01-01', '1997-12-31', '1 year', p)
FROM donor, unnest('{net,gross,event}'::text[]) AS p WHERE donor = 6;

-- Months end where they end: from a 31st they begin on 31 January, 28 February, 31 March ...
SELECT d, clv.opportunities(clv.rfm(day), '2023-01-31', '2023-07-30', '1 month')
FROM (VALUES ('2023-02-27'::date), ('2023-02-28'), ('2023-03-30'), ('2023-03-31')) AS v (d),
	unnest(ARRAY['2023-01-31', d]) AS day
GROUP BY d ORDER BY d;
SELECT clv.opportunities(clv.rfm(day), '2024-01-01', '2024-12-31', '7 days') AS weeks,
	clv.opportunities(clv.rfm(day), '2024-01-01', '2024-12-31', '1 day') AS days,
	clv.opportunities(clv.rfm(day), '2024-01-01', '2024-12-31', '1 month 15 days') AS odd
FROM unnest('{2024-01-03,2024-01-08,2024-01-14,2024-12-29}'::date[]) AS day;

-- The same answer whatever was asked before in the query.
SELECT last, period, clv.opportunities(history, '1995-01-01', last, period)
FROM donor, (VALUES ('2001-12-31'::date, '1 year'::interval), ('2000-12-31', '1 year'),
	('2001-12-31', '6 months'), ('2001-12-31', '1 year')) AS v (last, period)
WHERE donor = 1;

-- From orders to a model of yearly gifts.
SELECT clv.customers(cbs) AS customers, clv.status(clv.fit(cbs, 'bgbb', 365.25)) IS NOT NULL AS fitted
FROM (SELECT clv.cbs(x, t_x, n)
	FROM donor, clv.opportunities(history, '1995-01-01', '2001-12-31', '1 year')) AS b (cbs);

-- NULL in, NULL out.
SELECT clv.opportunities(history, NULL, '2001-12-31', '1 year') IS NULL AS no_first,
	clv.opportunities(history, '1995-01-01', '2001-12-31', NULL) IS NULL AS no_period
FROM donor WHERE donor = 1;

-- Refused.
SELECT clv.opportunities(history, '1995-01-01', '1995-12-30', '1 year') FROM donor WHERE donor = 1;
SELECT clv.opportunities(history, '1995-01-02', '1995-01-01', '1 day') FROM donor WHERE donor = 1;
SELECT clv.opportunities(history, '1995-01-01', '2001-12-31', '12 hours') FROM donor WHERE donor = 1;
SELECT clv.opportunities(history, '1995-01-01', '2001-12-31', '-1 year') FROM donor WHERE donor = 1;
SELECT clv.opportunities(history, '1995-01-01', '2001-12-31', '0') FROM donor WHERE donor = 1;
SELECT clv.opportunities(history, '1995-01-01', '2001-12-31', '1 month -1 day') FROM donor WHERE donor = 1;
SELECT clv.opportunities(history, '-infinity', '2001-12-31', '1 year') FROM donor WHERE donor = 1;
SELECT clv.opportunities(history, '1995-01-01', 'infinity', '1 year') FROM donor WHERE donor = 1;
SELECT clv.opportunities(history, '1995-01-01', '2001-12-31', '1 year', 'maybe') FROM donor WHERE donor = 1;
SELECT clv.opportunities(history, '1995-01-01', '2001-12-31', '1 year', 'error') FROM donor WHERE donor = 6;
DROP TABLE gift, donor;
