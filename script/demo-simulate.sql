-- A shop's first two years: customers come in the first, buy about every two
-- months while they stay, and leave without a word.
CREATE TABLE orders AS
SELECT customer, at, amount::numeric(12, 2) AS amount
FROM clv.simulate(
	clv.model('mbgnbd', '{"r": 0.8, "alpha": 50, "a": 0.8, "b": 2.5}'),
	clv.model('gammagamma', '{"p": 6.25, "q": 3.74, "gamma": 15.44}'),
	customers => 5000, start => '2022-01-01', births => 365, days => 730,
	seed => 1);
