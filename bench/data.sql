-- The order log, in the order in which a shop writes it: by day.
CREATE TABLE orders AS
SELECT customer, at::date AS at, amount
FROM clv.simulate(
	clv.model('mbgnbd', '{"r": 1.4, "alpha": 40, "a": 0.45, "b": 4.2}'),
	clv.model('gammagamma', '{"p": 6.25, "q": 3.74, "gamma": 15.44}'),
	:customers, date :'as_of' - 730, 548, 731, 1) s
ORDER BY s.at, customer;
VACUUM ANALYZE orders;

CREATE TABLE counted AS
SELECT count(DISTINCT customer) AS customers, count(*) AS orders,
       count(DISTINCT (customer, at)) AS days
FROM orders;

-- What each step starts from.
CREATE TABLE histories AS
SELECT customer, clv.rfm(at, amount) AS history FROM orders GROUP BY customer;
CREATE TABLE summaries AS
SELECT customer, s.*
FROM histories, LATERAL clv.summary(history, :'as_of') s;
CREATE TABLE base AS
SELECT clv.cbs(history, :'as_of') AS base FROM histories;
CREATE TABLE model AS
SELECT clv.fit(base) AS model, clv.fit(base, 'gammagamma') AS spend FROM base;
VACUUM ANALYZE histories, summaries, base, model;
