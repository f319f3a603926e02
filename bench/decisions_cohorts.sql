SELECT cohort, period, count(*) AS active, sum(orders), sum(revenue)
FROM (
	SELECT customer, date_trunc('month', at) AS period, count(*) AS orders, sum(amount) AS revenue,
	       min(min(date_trunc('month', at))) OVER (PARTITION BY customer) AS cohort
	FROM orders
	GROUP BY customer, date_trunc('month', at)
) q
GROUP BY cohort, period
ORDER BY cohort, period
