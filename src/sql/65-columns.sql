-- The columns of both views, in their order: the one list of them.  From here
-- come the names that a customer column must not have, the columns that the
-- options add, the comments on the views and the tables of docs/reference.md.

-- The name NULL stands for the customer column; "with_option" is what has to be
-- asked for, "costs" standing for any of the four.
CREATE FUNCTION @extschema@._view_columns(OUT of_model boolean, OUT with_option text, OUT column_name name, OUT comment text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
VALUES
	(false, NULL::text, NULL::name, 'the customer, as in the source'),
	(false, NULL, 'first_purchase', 'day of the first purchase'),
	(false, NULL, 'last_purchase', 'day of the last purchase up to as_of'),
	(false, NULL, 'frequency', 'purchases after the first: days with a purchase, less one'),
	(false, NULL, 'recency', 'days from the first to the last purchase; 0 when there is only one'),
	(false, NULL, 't', 'days from the first purchase to as_of'),
	(false, NULL, 'monetary', 'mean spend of a repeat purchase, in the currency of the source; NULL when there is none'),
	(false, NULL, 'days_since_last', 'days from the last purchase to as_of'),
	(false, NULL, 'p_alive', 'probability that the customer is still a customer at as_of; NULL where the data do not determine it: nobody has bought again'),
	(false, NULL, 'expected_purchases', 'purchases expected within the horizon after as_of'),
	(false, NULL, 'discounted_purchases', 'the same, each discounted at the annual rate from its day to as_of'),
	(false, NULL, 'expected_spend', 'spend expected per purchase, in the currency of the source; NULL when there is no spend model, or when repeat purchases had no spend'),
	(false, NULL, 'clv', 'customer lifetime value: discounted_purchases times expected_spend, what is still to come within the horizon, in the currency of the source'),
	(false, NULL, 'clv_rank', 'rank by clv, 1 is the highest; equal values share a rank, customers without a value come last'),
	(false, NULL, 'tier', 'tier by clv, from the thresholds kept when the model was fitted; NULL without a value'),
	(false, NULL, 'as_of', 'last day observed, inclusive; later orders are ignored'),
	(false, 'costs', 'clv_net', 'what is left of clv after costs: margin * clv - cost_per_order * discounted_purchases - service_cost * alive_years'),
	(false, 'costs', 'value_to_date', 'spend so far, refunds taken off'),
	(false, 'costs', 'clv_total', 'value_to_date + clv: the past and what is still to come'),
	(false, 'costs', 'profit_to_date', 'margin * value_to_date - cost_per_order * purchases - service_cost * years since the first purchase - acquisition_cost'),
	(false, 'costs', 'unprofitable_because', 'why clv_net is below 0, the first of these that alone would lift it: refunds (had there been none), low margin (with the average margin and spend), few purchases (with as many as the average customer), cost to serve; NULL when it is not'),
	(false, 'costs', 'alive_years', 'years that the customer is still expected to be one, within the horizon and discounted; NULL where p_alive is not determined'),
	(false, 'costs', 'margin', 'part of spend that is left after the cost of the goods'),
	(false, 'costs', 'cost_per_order', 'cost of one purchase, in the currency of the source'),
	(false, 'costs', 'service_cost', 'cost of a year in which the customer is one'),
	(false, 'costs', 'acquisition_cost', 'what it cost to win the customer: past, so in profit_to_date and not in clv_net'),
	(false, 'opt_out', 'opted_out', 'the customer must not be differentiated: no rank and no tier'),
	(false, 'hysteresis', 'previous_tier', 'tier at the last of the stated past dates, which is left only when the value is beyond a threshold by the band'),
	(false, 'history', 'history', 'the purchases day by day: any past date can be asked of it'),
	(true, NULL, 'as_of', 'last day observed when the model was fitted'),
	(true, NULL, 'model', 'fitted transaction model; NULL when there was nothing to fit (message says why)'),
	(true, NULL, 'spend', 'fitted spend model; NULL when there was nothing to fit (message says why)'),
	(true, NULL, 'cutoffs', 'the value from which on a customer is in each tier but the last, in the currency of the source, descending'),
	(true, NULL, 'tier_labels', 'names of the tiers, highest first'),
	(true, NULL, 'horizon', 'how far ahead values look; a year is 365.25 days'),
	(true, NULL, 'annual_rate', 'annual effective discount rate; 0.10 is 10 % a year'),
	(true, NULL, 'refunds', 'how refunds count: net, gross, event or error'),
	(true, NULL, 'zone', 'time zone in which days begin; NULL when the source has dates or times without zone'),
	(true, NULL, 'customers', 'customers with a purchase up to as_of'),
	(true, NULL, 'rows_used', 'rows of the source that went into the histories'),
	(true, NULL, 'rows_without_customer', 'rows left out: no customer'),
	(true, NULL, 'rows_without_date', 'rows left out: no date'),
	(true, NULL, 'rows_without_amount', 'rows left out: no amount'),
	(true, NULL, 'rows_after_as_of', 'rows left out: after as_of'),
	(true, NULL, 'model_status', 'how the fit of the model ended: converged, boundary or not_converged; NULL without a model'),
	(true, NULL, 'spend_status', 'how the fit of the spend model ended; NULL without one'),
	(true, NULL, 'message', 'what there is to know about the fits, orders by which they may mislead, a horizon more than twice as long as customers have been seen, and refunds after an as_of that was left out; NULL when there is nothing to say'),
	(true, NULL, 'tier_method', 'how the thresholds were found: quantile, value or natural'),
	(true, NULL, 'tier_shares', 'the shares that the method was given, cumulative from the top'),
	(true, NULL, 'options', 'options that the pair was made with'),
	(true, NULL, 'mean_margin', 'margin of the average customer; what the reasons for an unprofitable one compare with'),
	(true, NULL, 'mean_expected_spend', 'expected spend of the average customer'),
	(true, NULL, 'mean_discounted_purchases', 'discounted purchases of the average customer');
END;
COMMENT ON FUNCTION @extschema@._view_columns() IS
	'part of clv.create_materialized_view: the columns of both views with the option that adds them and their comments';
