SELECT count(frequency), count(recency), count(t), count(monetary)
FROM (
	SELECT customer,
	       count(*) - 1 AS frequency,
	       max(day) - min(day) AS recency,
	       date ':as_of' - min(day) AS t,
	       (sum(spend) - (array_agg(spend ORDER BY day))[1]) / nullif(count(*) - 1, 0) AS monetary
	FROM (
		SELECT customer, at AS day, sum(amount) AS spend
		FROM orders
		GROUP BY customer, at
	) days
	GROUP BY customer
) q
