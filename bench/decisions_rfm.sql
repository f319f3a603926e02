SELECT count(q)
FROM (
	SELECT customer, date '2024-12-31' - max(at) AS days, count(*) AS orders, sum(amount) AS spend,
	       ntile(5) OVER (ORDER BY max(at)) AS r,
	       ntile(5) OVER (ORDER BY count(*)) AS f,
	       ntile(5) OVER (ORDER BY sum(amount)) AS m
	FROM orders
	GROUP BY customer
) q
