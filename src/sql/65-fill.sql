-- Text with holes: how statements are put together.

-- A template is SQL in which {{name}} stands for what is put there, and what is
-- between {{#name}} and {{/name}} is there where that is true.  It is gone
-- through once, so that what is put in is never taken for a hole.
CREATE FUNCTION clv._fill(template text, slots jsonb)
RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	known CONSTANT text[] := ARRAY(SELECT m.part[1] FROM regexp_matches(template, '\{\{#?(\w+)\}\}', 'g') AS m (part));
	sections CONSTANT text[] := ARRAY(SELECT DISTINCT m.part[1] FROM regexp_matches(template, '\{\{#(\w+)\}\}', 'g') AS m (part));
	rest		text := template;		-- without sections
	names		text[];					-- of the slots in it
	between		text[];					-- what is around them
	section		text;
	opening		text;
	closing		text;
	wrong		text;
BEGIN
	SELECT min(k) INTO wrong FROM jsonb_object_keys(slots) AS k WHERE k <> ALL (known);
	IF wrong IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'internal_error',
			MESSAGE = format('value "%s" has no slot in the template', wrong);
	END IF;
	FOREACH section IN ARRAY sections LOOP
		IF jsonb_typeof(slots -> section) IS DISTINCT FROM 'boolean' THEN
			RAISE EXCEPTION USING
				ERRCODE = 'internal_error',
				MESSAGE = format('section "%s" of the template needs true or false', section);
		END IF;
		opening := '{{#' || section || '}}';
		closing := '{{/' || section || '}}';
		IF (slots -> section)::boolean THEN
			rest := replace(replace(rest, opening, ''), closing, '');
		END IF;
		WHILE strpos(rest, opening) > 0 LOOP
			IF strpos(rest, closing) < strpos(rest, opening) THEN
				RAISE EXCEPTION USING
					ERRCODE = 'internal_error',
					MESSAGE = format('section "%s" of the template is not closed', section);
			END IF;
			rest := concat(left(rest, strpos(rest, opening) - 1), substr(rest, strpos(rest, closing) + length(closing)));
		END LOOP;
	END LOOP;
	names := ARRAY(SELECT m.part[1] FROM regexp_matches(rest, '\{\{(\w+)\}\}', 'g') WITH ORDINALITY AS m (part, n) ORDER BY m.n);
	between := regexp_split_to_array(rest, '\{\{\w+\}\}');
	SELECT min(n) INTO wrong FROM unnest(names) AS n WHERE NOT slots ? n;
	IF wrong IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'internal_error',
			MESSAGE = format('slot "%s" of the template has no value', wrong);
	END IF;
	RETURN concat(between[1], (SELECT string_agg(concat(slots ->> n.name, between[n.i + 1]), '' ORDER BY n.i) FROM unnest(names) WITH ORDINALITY AS n (name, i)));
END
$$;
COMMENT ON FUNCTION clv._fill(text, jsonb) IS
	'part of clv.query: a template with each {{name}} replaced by the value of that key, NULL by nothing, and what is between {{#name}} and {{/name}} left out where that is false; XX000 for a slot without a value and for a value without a slot';
