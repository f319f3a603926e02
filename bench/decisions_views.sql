-- What is asked of the view of values that was made last, and what comes of it
-- in time on a server that is left alone: statistics.
CREATE VIEW treated AS
SELECT v.*, c.age_group, coalesce(l.spent, 0) AS spent_later
FROM customer_value AS v
JOIN customers AS c ON c.id = v.customer
LEFT JOIN later AS l ON l.customer = v.customer;
VACUUM ANALYZE customer_value, customer_value_model;
