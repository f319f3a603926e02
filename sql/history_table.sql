-- Histories kept up to date by a queue: always those of a rebuild.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE SCHEMA nights;
SET search_path = nights, public;
SET datestyle = ISO;

-- clv.merge is the union of two.
SELECT clv.merge(a, b) OPERATOR(clv.=) clv.rollup(x) AS is_union
FROM (SELECT clv.rfm(date '2024-01-01' + i, 0.1 * i) FILTER (WHERE i < 5) AS a,
             clv.rfm(date '2024-01-01' + i, 0.1 * i) FILTER (WHERE i >= 5) AS b FROM generate_series(0, 9) AS i) AS p,
     LATERAL (VALUES (p.a), (p.b)) AS v (x)
GROUP BY a, b;
SELECT clv.merge(NULL, NULL) IS NULL AS none, clv.merge(NULL, clv.rfm(date '2024-01-01')) OPERATOR(clv.=) clv.rfm(date '2024-01-01') AS one;
SELECT clv.merge(clv.rfm(date '2024-01-01'), clv.rfm(date '2024-01-01', 1));

CREATE TABLE orders (id int PRIMARY KEY, customer text, at timestamptz, amount numeric, status text);
INSERT INTO orders SELECT i, 'c' || i % 7, timestamptz '2024-01-01 00:00+01' + i * interval '7 hours', i / 10.0 FROM generate_series(1, 100) AS i;

-- without an index on the customer there is a notice
SET client_min_messages = notice;
CALL clv.create_history_table('histories', 'orders', 'customer', 'at', 'amount', 'Europe/Berlin');
SET client_min_messages = warning;
CREATE INDEX ON orders (customer);
\d histories

-- what a rebuild would hold, and what is there
CREATE VIEW rebuilt AS
SELECT o.customer, clv.rfm(o.at, o.amount, 'Europe/Berlin') AS history
FROM orders AS o
WHERE o.customer IS NOT NULL AND isfinite(o.at) AND o.amount = o.amount AND abs(o.amount) < 'Infinity'
GROUP BY o.customer;
CREATE FUNCTION differ() RETURNS bigint LANGUAGE sql AS $$
	SELECT count(*) FROM rebuilt AS r FULL JOIN histories AS h USING (customer)
	WHERE r.history IS NULL OR h.history IS NULL OR r.history OPERATOR(clv.<>) h.history
$$;
SELECT differ();

-- inserts queue partial histories
INSERT INTO orders SELECT i, 'c' || i % 9, timestamptz '2024-03-01 12:00+01' + i * interval '5 hours', i / 7.0 FROM generate_series(101, 140) AS i;
SELECT count(*) AS queued, count(history) AS partial FROM histories_queue;
SELECT differ();
CALL clv.refresh('histories');
SELECT differ(), (SELECT count(*) FROM histories_queue) AS queued;

-- an update queues the customers of old and new rows, one that moves nothing of a history nobody
UPDATE orders SET status = 'paid';
SELECT count(*) AS queued FROM histories_queue;
UPDATE orders SET customer = 'moved' WHERE id = 3;
SELECT customer, history FROM histories_queue ORDER BY customer COLLATE "C";
DELETE FROM orders WHERE customer = 'c4';
INSERT INTO orders VALUES (200, 'c4', '2024-05-01', 5);
INSERT INTO orders VALUES (201, 'new', '2024-05-01', 5);
CALL clv.refresh('histories');
SELECT differ(), (SELECT count(*) FROM histories_queue) AS queued;

-- rows that no history counts stop neither the writer nor the refresh
INSERT INTO orders VALUES
	(300, 'c1', '2024-05-02', 'NaN'), (301, 'c1', '2024-05-02', 'Infinity'), (302, 'c2', 'infinity', 1),
	(303, NULL, '2024-05-02', 1), (304, 'c3', NULL, 1), (305, 'c5', '2024-05-02', NULL), (306, 'c1', '2024-05-02', 1e300),
	(307, 'none', '-infinity', 1);
CALL clv.refresh('histories');
SELECT differ(), (SELECT count(*) FROM histories WHERE customer = 'none') AS of_nothing;
DELETE FROM orders WHERE id >= 300;

-- all rows of a customer go, and then all rows
DELETE FROM orders WHERE customer = 'c2';
CALL clv.refresh('histories');
SELECT differ(), (SELECT count(*) FROM histories WHERE customer = 'c2') AS gone;
TRUNCATE orders;
INSERT INTO orders VALUES (1, 'c1', '2024-05-02', 2);
CALL clv.refresh('histories');
SELECT differ(), (SELECT count(*) FROM histories) AS customers;

-- a rolled back statement leaves nothing
BEGIN;
INSERT INTO orders VALUES (2, 'c1', '2024-05-03', 2);
ROLLBACK;
SELECT count(*) AS queued FROM histories_queue;

-- upserts and MERGE
INSERT INTO orders VALUES (1, 'c9', '2024-05-02', 3), (5, 'c1', '2024-05-05', 3)
ON CONFLICT (id) DO UPDATE SET customer = EXCLUDED.customer, amount = EXCLUDED.amount;
MERGE INTO orders AS o USING (VALUES (5), (6)) AS v (id) ON o.id = v.id
WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (v.id, 'c6', '2024-05-06', 1);
CALL clv.refresh('histories');
SELECT differ(), (SELECT count(*) FROM histories) AS customers;

-- partitions, and what comes and goes with them
CREATE TABLE log (customer int, at date, amount float8) PARTITION BY RANGE (at);
CREATE TABLE log_2023 PARTITION OF log FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE log_2024 PARTITION OF log FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX ON log (customer);
INSERT INTO log SELECT i % 10, date '2023-06-01' + i, i FROM generate_series(1, 400) AS i;
CALL clv.create_history_table('log_histories', 'log', 'customer', 'at', 'amount');
CREATE FUNCTION log_differ() RETURNS bigint LANGUAGE sql AS $$
	SELECT count(*) FROM (SELECT customer, clv.rfm(at, amount) AS history FROM log GROUP BY 1) AS r FULL JOIN log_histories AS h USING (customer)
	WHERE r.history IS NULL OR h.history IS NULL OR r.history OPERATOR(clv.<>) h.history
$$;
INSERT INTO log_2024 VALUES (3, '2024-09-01', 1), (77, '2024-09-01', 1);	-- past its parent
INSERT INTO log VALUES (4, '2023-09-01', 1), (4, '2024-09-02', 2);
UPDATE log SET at = at + 365 WHERE customer = 5 AND at < '2023-12-31';	-- from one partition to another
SELECT count(*) > 0 AS queued FROM log_histories_queue;
CALL clv.refresh('log_histories');
SELECT log_differ();
CREATE TABLE log_2025 PARTITION OF log FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
INSERT INTO log_2025 VALUES (6, '2025-01-05', 6);
CALL clv.refresh('log_histories');
SELECT log_differ();
INSERT INTO log_2025 VALUES (6, '2025-01-06', 6), (8, '2025-02-01', 1);
CALL clv.refresh('log_histories');
SELECT log_differ();
DROP TABLE log_2023;
CALL clv.refresh('log_histories');
SELECT log_differ();
ALTER TABLE log DETACH PARTITION log_2025;
CALL clv.refresh('log_histories');
SELECT log_differ(), (SELECT count(*) FROM pg_trigger WHERE tgrelid = 'log_2025'::regclass AND tgname LIKE 'clv_%') AS triggers_left;

-- a log without money
CREATE TABLE visits (customer bigint, at date);
CREATE INDEX ON visits (customer);
CALL clv.create_history_table('visits_histories', 'visits', 'customer', 'at', NULL);
INSERT INTO visits VALUES (1, '2024-01-01'), (1, '2024-01-02'), (2, '2024-01-05');
CALL clv.refresh('visits_histories');
SELECT h.customer, (clv.summary(h.history, '2024-02-01')).* FROM visits_histories AS h ORDER BY 1;

-- names, and what cannot be a source
CALL clv.create_history_table('histories', 'orders', 'customer', 'at', 'amount', 'Europe/Berlin');
CALL clv.create_history_table(NULL, 'orders', 'customer', 'at', 'amount', 'Europe/Berlin');
CALL clv.create_history_table('a.b.c', 'orders', 'customer', 'at', 'amount', 'Europe/Berlin');
CALL clv.create_history_table(repeat('n', 60), 'orders', 'customer', 'at', 'amount', 'Europe/Berlin');
CALL clv.create_history_table('more', 'rebuilt', 'customer', 'history', NULL);
CREATE VIEW all_orders AS SELECT * FROM orders;
CALL clv.create_history_table('more', 'all_orders', 'customer', 'at', 'amount', 'Europe/Berlin');
CALL clv.create_history_table('more', 'orders', 'nobody', 'at', 'amount', 'Europe/Berlin');
BEGIN ISOLATION LEVEL REPEATABLE READ;
CALL clv.create_history_table('more', 'orders', 'customer', 'at', 'amount', 'Europe/Berlin');
ROLLBACK;
CALL clv.refresh('orders');
CALL clv.refresh(NULL);
CREATE TABLE "o'd D" ("the o.customer" text, "a.t" date, "%s $1" numeric);
CALL clv.create_history_table('"h''x $1"', '"o''d D"', 'the o.customer', 'a.t', '%s $1');
INSERT INTO "o'd D" VALUES ('x', '2024-01-01', 1), ('x', '2024-01-03', 2);
UPDATE "o'd D" SET "%s $1" = 5 WHERE "a.t" = '2024-01-03';
CALL clv.refresh('"h''x $1"');
SELECT customer, (clv.summary(history, '2024-02-01')).spend FROM "h'x $1";

-- who drops the table and its queue is not stopped in writing
DROP TABLE histories, histories_queue;
INSERT INTO orders VALUES (900, 'c1', '2024-05-02', 2);
ALTER TABLE visits_histories RENAME TO visitors;
CALL clv.refresh('visitors');
CALL clv.drop_history_table('visitors');
CALL clv.drop_history_table(NULL);
CALL clv.drop_history_table('log_histories');
SELECT count(*) AS triggers_left FROM pg_trigger WHERE tgname LIKE 'clv\_%log\_histories';
SELECT to_regclass('log_histories') IS NULL AS gone, to_regclass('log_histories_queue') IS NULL AS queue_gone;
INSERT INTO log VALUES (1, '2024-02-02', 1);
DROP SCHEMA nights CASCADE;
