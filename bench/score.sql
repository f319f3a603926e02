SELECT count(a), count(p), count(d), count(e)
FROM (
	SELECT clv.p_alive(m.model, s.frequency, s.recency, s.t) AS a,
	       clv.expected_purchases(m.model, s.frequency, s.recency, s.t, '1 year') AS p,
	       clv.discounted_purchases(m.model, s.frequency, s.recency, s.t, 0.10, '1 year') AS d,
	       clv.expected_spend(m.spend, s.frequency, s.monetary) AS e
	FROM summaries s, model m
	OFFSET 0
) q
