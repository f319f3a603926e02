-- The main job: the statement that clv.query writes, which goes from a table of
-- orders to customer values and tiers.
--
-- It stands here as a whole, one template (clv._fill) with the steps in their
-- order; clv.create_materialized_view (73-view.sql) deals the same steps out to
-- two views.  What options add is between {{#option}} and {{/option}}, or a
-- slot at the end of a line, which is empty without them.  What fills the slots
-- is in 70-history-steps.sql and 71-score-steps.sql; it has been checked and
-- quoted before, in clv._source (66-source.sql), clv._options (68-options.sql)
-- and clv._check_arguments, and nowhere else.
--
-- Every function that prints a value fixes the settings that printing and name
-- resolution depend on, so that the text is the same in every session.  In the
-- text relations, functions and types carry their schema, and operators are
-- written OPERATOR(pg_catalog. ...): it means the same wherever it is pasted.
-- Functions whose name starts with an underscore are parts, not of the interface.
--
-- OFFSET 0 and MATERIALIZED are fences: without them the planner would call a
-- costly function wherever its result is mentioned.  The first of them also
-- joins the customer table to rows that are narrow yet; the second keeps rows
-- that are read more than once.
CREATE FUNCTION clv._statement()
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
SELECT $sql$WITH

histories AS (
    -- each customer's purchase history, day by day{{#objection}}; an objection counts from any row{{/objection}}
    SELECT {{customer}} AS customer,
           {{history}} AS history{{more_columns}}
    FROM {{relation}} AS o
    WHERE {{customer}} IS NOT NULL
      AND {{counts}}
    GROUP BY {{customer}}
),

last_days AS (
    -- on which days, today at most, so many customers bought last
    SELECT (c.s).last_purchase AS day,
           pg_catalog.count(*) AS customers,
           CAST(pg_catalog.sum((c.s).orders) AS bigint) AS orders
    FROM (
        SELECT clv.summary(h.history, {{today}}, CAST({{refunds}} AS pg_catalog.text)) AS s
        FROM histories AS h
        OFFSET 0
    ) AS c
    WHERE (c.s).last_purchase IS NOT NULL
    GROUP BY (c.s).last_purchase
),

as_of AS (
    -- the last day observed: the last of them, unless a stray date made it that
    SELECT CASE WHEN clv._may_be_stray(l.days, l.customers, l.orders)
           THEN (
               SELECT clv._check_silence(l.last_day, pg_catalog.array_agg(d.day ORDER BY d.day),
                                         pg_catalog.array_agg(d.orders ORDER BY d.day), {{max_silence}})
               FROM (
                   SELECT d.day, CAST(pg_catalog.sum(d.orders) AS bigint) AS orders
                   FROM histories AS h
                   CROSS JOIN LATERAL clv.days(h.history) AS d
                   WHERE d.orders OPERATOR(pg_catalog.>) 0 AND d.day OPERATOR(pg_catalog.<=) l.last_day
                   GROUP BY d.day
               ) AS d
           )
           ELSE l.last_day END AS as_of
    FROM (
        SELECT pg_catalog.max(k.day) AS last_day,
               pg_catalog.array_agg(k.day ORDER BY k.day) AS days,
               pg_catalog.array_agg(k.customers ORDER BY k.day) AS customers,
               CAST(pg_catalog.sum(k.orders) AS bigint) AS orders
        FROM last_days AS k
    ) AS l
),

base AS (
    -- all customers together: how many share each frequency, recency and age
    SELECT clv.cbs(h.history, a.as_of, CAST({{refunds}} AS pg_catalog.text)) AS base
    FROM histories AS h
    CROSS JOIN as_of AS a
),

model AS MATERIALIZED (
    -- how often customers buy, when they leave and what they spend; what to ask of that
    -- (calls have all arguments, each of its type, so that no overload can take their place)
    SELECT clv.fit(b.base, CAST({{model}} AS pg_catalog.text), CAST(1 AS double precision),
                   CAST(NULL AS pg_catalog.jsonb), CAST(NULL AS pg_catalog.jsonb)) AS model,
           clv.fit(b.base, CAST('gammagamma' AS pg_catalog.text), CAST(1 AS double precision),
                   CAST(NULL AS pg_catalog.jsonb), CAST(NULL AS pg_catalog.jsonb)) AS spend,
           INTERVAL {{horizon}} AS horizon,
           CAST({{annual_rate}} AS double precision) AS annual_rate,
           CAST({{tier_labels}} AS pg_catalog.text[]) AS tier_labels
    FROM base AS b
),

summaries AS (
    -- each customer as of that day{{#past}} and the stated dates before it{{/past}}
    SELECT h.customer,{{#with_history}}
           h.history,{{/with_history}}
           clv.summary(h.history, a.as_of, CAST({{refunds}} AS pg_catalog.text)) AS s{{past_summaries}}{{costs_of_customer}}
    FROM histories AS h
    CROSS JOIN as_of AS a{{late_join}}{{customer_join}}
    OFFSET 0
),

scores AS {{#read_again}}MATERIALIZED {{/read_again}}(
    -- what the models say of each customer with a purchase
    SELECT {{#customers}}h.customer,
           s.first_purchase,
           s.last_purchase,
           s.frequency,
           s.recency,
           s.t,
           s.monetary,
           s.days_since_last,
           clv.p_alive(m.model, s.x, s.recency, s.t) AS p_alive,
           clv.expected_purchases(m.model, s.x, s.recency, s.t,
                                  m.horizon) AS expected_purchases,
           {{/customers}}clv.discounted_purchases(m.model, s.x, s.recency, s.t,
                                    m.annual_rate, m.horizon) AS discounted_purchases,
           clv.expected_spend(m.spend, s.x, s.monetary) AS expected_spend{{#costs}},
           clv.alive_years(m.model, s.x, s.recency, s.t,
                           m.annual_rate, m.horizon) AS alive_years{{/costs}}{{#profits}},
           s.spend AS value_to_date{{/profits}}{{#with_refunds}},
           CASE WHEN s.refund_days OPERATOR(pg_catalog.>) 0 THEN h.history END AS with_refunds{{/with_refunds}}{{#observed}},
           s.first_purchase,
           s.frequency,
           s.recency,
           s.spend,
           s.refunds{{/observed}}{{cost_columns}}{{past_columns}}{{#keep_history}},
           h.history{{/keep_history}}
    FROM summaries AS h
    CROSS JOIN model AS m
    CROSS JOIN LATERAL (
        SELECT (h.s).*, CAST((h.s).frequency AS double precision) AS x
    ) AS s{{past_joins}}
    WHERE s.frequency IS NOT NULL{{#read_once}}
    OFFSET 0{{/read_once}}
),

customer_values AS NOT MATERIALIZED (
    -- customer lifetime value: money to come within the horizon, discounted to as_of
    SELECT p.*,
           p.discounted_purchases OPERATOR(pg_catalog.*) p.expected_spend AS clv
    FROM scores AS p
),

customer_profits AS NOT MATERIALIZED (
    -- what is left of it after costs{{#customers}}, and of the past{{/customers}}
    SELECT v.*,
           {{clv_net}} AS clv_net{{#customers}},
           v.value_to_date OPERATOR(pg_catalog.+) v.clv AS clv_total,
           (v.margin OPERATOR(pg_catalog.*) v.value_to_date)
               OPERATOR(pg_catalog.-) (v.cost_per_order OPERATOR(pg_catalog.*) (v.frequency OPERATOR(pg_catalog.+) 1))
               OPERATOR(pg_catalog.-) (v.service_cost OPERATOR(pg_catalog.*) v.t OPERATOR(pg_catalog./) 365.25)
               OPERATOR(pg_catalog.-) v.acquisition_cost AS profit_to_date{{/customers}}{{past_values}}
    FROM customer_values AS v
),

means AS (
    -- the average customer
    SELECT CAST(pg_catalog.avg(CAST(v.margin AS numeric)) AS double precision) AS mean_margin,
           CAST(pg_catalog.avg(CAST(v.expected_spend AS numeric)) AS double precision) AS mean_expected_spend,
           CAST(pg_catalog.avg(CAST(v.discounted_purchases AS numeric)) AS double precision) AS mean_discounted_purchases
    FROM customer_profits AS v
    WHERE v.clv_net IS NOT NULL
),

tiers AS (
    -- the value from which on a customer is in each tier
    SELECT clv.cutoffs({{value}}, CAST({{tier_method}} AS pg_catalog.text), CAST({{tier_shares}} AS double precision[])) AS cutoffs
    FROM {{step}} AS v{{#opt_out}}
    WHERE NOT v.opted_out{{/opt_out}}
)

SELECT v.customer AS {{customer_column}},
       v.first_purchase,
       v.last_purchase,
       v.frequency,
       v.recency,
       v.t,
       v.monetary,
       v.days_since_last,
       v.p_alive,
       v.expected_purchases,
       v.discounted_purchases,
       v.expected_spend,
       v.clv,
       {{rank}} AS clv_rank,
       {{tier}} AS tier,
       a.as_of{{more_columns}}
FROM {{step}} AS v
CROSS JOIN tiers AS k
CROSS JOIN model AS m
CROSS JOIN as_of AS a{{#costs}}
CROSS JOIN means AS w{{/costs}}{{past_tiers}}$sql$
$$;
COMMENT ON FUNCTION clv._statement() IS
	'part of clv.query: the statement as a template, a blank line between its steps';

CREATE FUNCTION clv._step(name text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
SELECT s.step FROM string_to_table(clv._statement(), E'\n\n') AS s (step) WHERE starts_with(s.step, name || ' ')
$$;
COMMENT ON FUNCTION clv._step(text) IS
	'part of clv.query: one step of the template, with the comma after it; that of SELECT is the result';
