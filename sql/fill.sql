-- Templates: each hole once gone through, none without a value and no value
-- without a hole.
SELECT clv._fill('SELECT {{column}}, {{column}} % 2 FROM {{relation}}{{where}}', '{"column": "a", "relation": "b", "where": null}');
SELECT clv._fill('{{a}}{{b}}', '{"a": "{{b}}", "b": "{{a}}%s\\"}'), clv._fill('', '{}'), clv._fill('no hole, {x}, {{ x }}', '{}'), clv._fill(NULL, '{}'), clv._fill('{{a}}', NULL);
SELECT clv._fill('{{a}} {{b}}', '{"a": 1}');
SELECT clv._fill('{{a}}', '{"a": 1, "b": 2}');
SELECT clv._fill('{{a}} and {{c}}', jsonb_build_object('a', repeat('{{b}}', 3), 'c', E'x\ny'));
