SELECT decile, count(*), min(revenue), sum(revenue), sum(orders)::float8 / count(*), sum(revenue) / sum(orders),
       sum(sum(revenue)) OVER (ORDER BY decile) / sum(sum(revenue)) OVER ()
FROM (
	SELECT customer, count(*) AS orders, sum(amount) AS revenue,
	       ntile(10) OVER (ORDER BY sum(amount) DESC) AS decile
	FROM orders
	WHERE at BETWEEN '2024-01-01' AND '2024-12-31'
	GROUP BY customer
) q
GROUP BY decile
ORDER BY decile
