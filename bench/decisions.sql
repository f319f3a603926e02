-- A shop for the questions of part "decisions": customers with a channel, an
-- age group and costs, and their log of two years in the order in which a shop
-- writes it: by the moment of the order.  One order in forty is sent back
-- after five days.
CREATE TABLE customers AS
SELECT c AS id,
       (ARRAY['search', 'friends', 'newsletter', 'fair', 'search', 'partner', 'radio', 'search'])[1 + c * 37 % 8] AS channel,
       CASE WHEN c * 61 % 1009 < 300 THEN '60 and over' ELSE 'under 60' END AS age_group,
       c * 89 % 601 < 12 AS no_profiling,
       CASE WHEN c * 43 % 503 < 25 THEN 40 ELSE 1 END AS service_cost
FROM generate_series(1, :customers::bigint) AS c;

CREATE TABLE drawn AS
SELECT customer, at, amount::numeric(10, 2) AS amount
FROM clv.simulate(
	clv.model('mbgnbd', '{"r": 0.9, "alpha": 50, "a": 0.6, "b": 2.8}'),
	clv.model('gammagamma', '{"p": 6.25, "q": 3.74, "gamma": 15.44}'),
	:customers, date :'as_of' - 730, 548, 821, 1);
INSERT INTO drawn
SELECT customer, at + interval '5 days', -amount
FROM drawn
WHERE (customer * 31 + extract(day FROM at)::int * 17) % 40 = 0;

CREATE TABLE orders AS
SELECT d.customer, d.at::date AS at, d.amount, c.channel,
       round(0.3 + d.customer * 53 % 7 / 50.0, 2) AS margin
FROM drawn AS d JOIN customers AS c ON c.id = d.customer
WHERE d.at < date :'as_of' + 1
ORDER BY d.at, d.customer;

-- What the ninety days after as_of brought: the holdout of clv.fairness.
CREATE TABLE later AS
SELECT customer, sum(amount) AS spent
FROM drawn
WHERE at >= date :'as_of' + 1
GROUP BY customer;
DROP TABLE drawn;
VACUUM ANALYZE customers, orders, later;
