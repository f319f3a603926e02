-- clv.rfm(timestamptz, amount, zone): the day is the calendar day in the zone
-- that is named, whatever the session's settings are.
SET datestyle = 'ISO, YMD';

CREATE TABLE orders (at timestamptz, amount float8);
INSERT INTO orders VALUES
	('2024-03-01 10:00+01', 20), ('2024-03-01 18:00+01', 30), ('2024-03-10 23:30Z', 40),
	('2024-03-31 00:30+01', 10), ('2024-03-31 03:30+02', 15), ('2024-04-30 12:00+02', 50);

-- In Berlin 03-10 23:30Z is 03-11, and both orders of 03-31 are one day.
SELECT d.* FROM (SELECT clv.rfm(at, amount, 'Europe/Berlin') AS rfm FROM orders) AS h, clv.days(rfm) AS d;
SELECT s.frequency, s.recency, s.t, round(s.monetary::numeric, 4) AS monetary, s.orders
FROM (SELECT clv.rfm(at, amount, 'Europe/Berlin') AS rfm FROM orders) AS h, clv.summary(rfm, '2024-04-30') AS s;
-- other zones cut other days
SELECT zone, clv.frequency(rfm, '2024-05-01') AS x, clv.recency(rfm, '2024-05-01') AS t_x
FROM unnest('{UTC,Europe/Berlin,Pacific/Kiritimati,America/New_York,europe/berlin}'::text[]) AS zone,
	LATERAL (SELECT clv.rfm(at, amount, zone) AS rfm FROM orders) AS h;
SELECT clv.rfm(at, 'Europe/Berlin')::text = clv.rfm((at AT TIME ZONE 'Europe/Berlin')::date)::text AS without_amounts FROM orders;

-- No setting matters.
CREATE TABLE result (setting text, rfm clv.rfm);
INSERT INTO result SELECT 'plain', clv.rfm(at, amount, 'Europe/Berlin') FROM orders;
SET timezone = 'Pacific/Auckland';
INSERT INTO result SELECT 'timezone', clv.rfm(at, amount, 'Europe/Berlin') FROM orders;
SET timezone = 'UTC';
SET timezone_abbreviations = 'Australia';
INSERT INTO result SELECT 'abbreviations', clv.rfm(at, amount, 'Europe/Berlin') FROM orders;
SET datestyle = 'SQL, DMY';
SET search_path = pg_catalog;
INSERT INTO public.result SELECT 'datestyle', clv.rfm(at, amount, 'Europe/Berlin') FROM public.orders;
RESET search_path;
RESET timezone_abbreviations;
RESET timezone;
SET datestyle = 'ISO, YMD';
SELECT count(*) AS settings, count(DISTINCT rfm) AS histories FROM result;

-- A zone in each row.
SELECT d.day, d.orders FROM (SELECT clv.rfm(at, amount, zone) AS rfm FROM (VALUES
	(timestamptz '2024-03-01 23:30Z', 1, 'UTC'), ('2024-03-01 23:30Z', 1, 'Europe/Berlin'),
	('2024-03-01 23:30Z', 1, 'America/New_York'), ('2024-03-01 23:30Z', 1, 'Asia/Tokyo')) AS v (at, amount, zone)) AS h,
	clv.days(rfm) AS d;
-- across the range of the type
SELECT d.day, d.orders FROM (SELECT clv.rfm(at, 'UTC') AS rfm FROM (VALUES
	(timestamptz '4714-11-24 00:00Z BC'), ('1883-11-18 12:00Z'), ('1969-12-31 23:59:59.999999Z'), ('2300-07-01 12:00Z'),
	('294276-12-31 23:59:59.999999Z')) AS v (at)) AS h, clv.days(rfm) AS d;

-- Rows with NULL are skipped; the zone must be one.
SELECT clv.rfm(NULL::timestamptz, 1, 'UTC') IS NULL AS at, clv.rfm(now(), NULL::float8, 'UTC') IS NULL AS amount;
SELECT clv.rfm(at, amount, NULL) FROM orders;
SELECT clv.rfm(at, amount, 'Mars/Olympus') FROM orders;
SELECT clv.rfm(at, amount, '') FROM orders;
SELECT clv.rfm(at, amount, 'CEST') FROM orders;
SELECT clv.rfm(at, amount, repeat('x', 300)) FROM orders;
SELECT clv.rfm('infinity'::timestamptz, 1, 'UTC');
SELECT clv.rfm('-infinity'::timestamptz, 'UTC');
SELECT clv.rfm('4714-11-24 00:00Z BC'::timestamptz, 'America/New_York');

-- A zone means nothing for a date or a timestamp without one, and an implicit
-- cast would ask the session; and a timestamptz always comes with its zone.
SELECT clv.rfm(date '2024-01-01', 1, 'UTC');
SELECT clv.rfm(date '2024-01-01', 'UTC');
SELECT clv.rfm(timestamp '2024-01-01', 1, 'UTC');
SELECT clv.rfm(timestamp '2024-01-01', 'UTC');
SELECT clv.rfm(at, amount) FROM orders;
SELECT clv.rfm(at) FROM orders;

DROP TABLE orders, result;
