SELECT count(n), count(a), count(b), count(s)
FROM (
	SELECT count(*) AS n, min(at) AS a, max(at) AS b, sum(amount) AS s
	FROM orders
	GROUP BY customer
) q
