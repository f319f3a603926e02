-- The table raw, which has the columns of a CSV file as text, becomes the table
-- orders.  :customer, :date and :amount are the names of its columns.  What
-- cannot be read raises, with the row's number and the value.

CREATE VIEW given AS
SELECT row,
       nullif(btrim(:"customer"), '') AS customer,
       nullif(btrim(:"date"), '') AS day,
       nullif(btrim(:"amount"), '') AS amount
FROM raw;

DO $$
DECLARE
	date_like	CONSTANT text := '\d{4}-\d{1,2}-\d{1,2}|\d{4}/\d{1,2}/\d{1,2}|\d{8}';
	time_like	CONSTANT text := '\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?';
	zone_like	CONSTANT text := ' *(Z|UTC|[-+]\d{2}(:?\d{2})?)';
	bad			record;
	kind		text;
BEGIN
	IF NOT EXISTS (SELECT FROM given) THEN
		RAISE 'there are no rows below the header';
	END IF;

	SELECT g.row, g.day INTO bad FROM given g
	WHERE g.day !~ format('^(%s)([ T]%s(%s)?)?$', date_like, time_like, zone_like)
	ORDER BY g.row LIMIT 1;
	IF FOUND THEN
		RAISE 'row % below the header: date "%" is not like 2024-12-31 or 2024-12-31 18:05',
			bad.row, bad.day;
	END IF;

	SELECT g.row, g.amount INTO bad FROM given g
	WHERE g.amount !~ '^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,2})?$'
	ORDER BY g.row LIMIT 1;
	IF FOUND THEN
		RAISE 'row % below the header: amount "%" is not a plain number like 1234.50',
			bad.row, bad.amount;
	END IF;

	SELECT CASE WHEN bool_or(g.day ~ (time_like || zone_like || '$')) THEN 'timestamptz'
				WHEN bool_or(g.day ~ time_like) THEN 'timestamp'
				ELSE 'date' END INTO kind
	FROM given g;
	SET LOCAL TimeZone = 'UTC';
	EXECUTE format('CREATE TABLE orders AS
		SELECT g.customer, g.day::%s AS at, g.amount::numeric AS amount
		FROM given g', kind);
END
$$;
DROP VIEW given;
DROP TABLE raw;
