-- Templates: each hole once gone through, none without a value and no value
-- without a hole.
\set SHOW_CONTEXT never
SELECT clv._fill('SELECT {{column}}, {{column}} % 2 FROM {{relation}}{{where}}', '{"column": "a", "relation": "b", "where": null}');
SELECT clv._fill('{{a}}{{b}}', '{"a": "{{b}}", "b": "{{a}}%s\\"}'), clv._fill('', '{}'), clv._fill('no hole, {x}, {{ x }}', '{}'), clv._fill(NULL, '{}'), clv._fill('{{a}}', NULL);
SELECT clv._fill('{{a}} {{b}}', '{"a": 1}');
SELECT clv._fill('{{a}}', '{"a": 1, "b": 2}');
SELECT clv._fill('{{a}} and {{c}}', jsonb_build_object('a', repeat('{{b}}', 3), 'c', E'x\ny'));
-- What is between {{#name}} and {{/name}} is left out where that is false; one
-- section may be in another, and what is put in is no section.
SELECT clv._fill('a{{#b}} b{{c}}{{/b}}{{#d}} d{{/d}}', '{"b": true, "c": 1, "d": false}'), clv._fill('a{{#b}} b{{c}}{{/b}}', '{"b": false, "c": 1}'),
	clv._fill(E'a{{#b}} b{{#c}}\n c{{/c}}{{/b}}{{#c}} c{{/c}}', '{"b": true, "c": false}'), clv._fill(E'a{{#b}} b{{#c}}\n c{{/c}}{{/b}}{{#c}} c{{/c}}', '{"b": false, "c": true}'),
	clv._fill('{{a}}{{#b}}b{{/b}}', '{"a": "{{#b}}c{{/b}}", "b": false}');
SELECT clv._fill('{{#b}}{{/b}}', '{"b": "yes"}');
SELECT clv._fill('{{#b}}{{/b}}', '{}');
SELECT clv._fill('{{/b}}a{{#b}}b', '{"b": false}');
SELECT clv._fill('a{{#b}}b{{/b}}c{{#b}}d{{/b}}e', '{"b": false}'), clv._fill('a{{#b}}b{{/b}}c{{#b}}d{{/b}}e', '{"b": true}');
-- The steps of the statement.
SELECT s.n, split_part(s.step, ' ', 1) AS name, clv._step(split_part(s.step, ' ', 1)) = s.step AS found
FROM regexp_split_to_table(clv._statement(), E'\n\n') WITH ORDINALITY AS s (step, n) WHERE s.n > 1 ORDER BY s.n;
SELECT clv._step('none') IS NULL AS none;
