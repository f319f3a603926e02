-- opportunities: a history as periods in which a customer bought or did not,
-- what the model bgbb is fitted to.

CREATE TYPE clv.opportunity_summary AS (
	x integer,
	t_x integer,
	n integer
);
COMMENT ON TYPE clv.opportunity_summary IS 'a purchase history counted by periods, made by clv.opportunities; frequency, recency and t of a model in discrete time';
COMMENT ON COLUMN clv.opportunity_summary.x IS 'periods with a purchase after the one of the first purchase';
COMMENT ON COLUMN clv.opportunity_summary.t_x IS 'number of the last of them, counted from the period of the first purchase; 0 when there is none';
COMMENT ON COLUMN clv.opportunity_summary.n IS 'whole periods after the one of the first purchase: the opportunities';

CREATE FUNCTION clv.opportunities(rfm clv.rfm, first date, last date,
								  period interval, refunds text DEFAULT 'net')
	RETURNS clv.opportunity_summary
	AS 'MODULE_PATHNAME', 'clv_opportunities' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION clv.opportunities(clv.rfm, date, date, interval, text) IS
	'the history as opportunities to buy, one a period from first on; NULL when the first purchase is outside; 22023 for a '
	'period that is none, 54000 for more than 1000000 of them; refunds as in clv.summary. Fader, Hardie & Shang (2010)';

-- periods: a history by periods of any length.

CREATE FUNCTION clv.periods(rfm clv.rfm, bounds date[], refunds text DEFAULT 'net')
	RETURNS TABLE (period int, purchases int, orders bigint, spend float8, refunded float8)
	AS 'MODULE_PATHNAME', 'clv_rfm_periods' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 5;
COMMENT ON FUNCTION clv.periods(clv.rfm, date[], text) IS
	'the history by periods: period k, from 1, is from the k-th bound to the day before the next; a row for each with '
	'anything in it. 22023: bounds that are not two or more finite dates, ascending; 54000: more than 1000000 periods';
