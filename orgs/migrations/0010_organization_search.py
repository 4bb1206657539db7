"""Part of a name, or pinyin initials, found among 300,000 organisations: what `orgs.views.tree_search` asks for, in one index.

Every single character and every two neighbouring ones of the names, in small letters; every two neighbouring initials of the sort key
in capitals, where 一 … 十 stand by the initial people type for them and other numbers by #; and the numbers. Extensions (pg_trgm)
are not everywhere, arrays in a GIN index are.
"""

import django.contrib.postgres.indexes
from django.db import migrations, models

FUNCTIONS = r"""
CREATE FUNCTION orgs_pairs(words text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT string_to_array(regexp_replace(words, '(..)', '\1|', 'g'), '|')
        || string_to_array(regexp_replace(substr(words, 2), '(..)', '\1|', 'g'), '|')
$$;
CREATE FUNCTION orgs_initials(short_key text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT upper(replace(translate(
        regexp_replace(regexp_replace(replace(short_key, '0000000010', '3'), '0{9}([0-9])', '\1', 'g'), '[0-9]{2,}', '#', 'g'),
        '123456789', 'yesswlqbj'), ' ', ''))
$$;
CREATE FUNCTION orgs_search_pieces(name text, short_name text, sort_key text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    words text := lower(name || ' ' || short_name);
    short_key text := regexp_replace(sort_key, '([a-z])[a-z]+', '\1', 'g');
BEGIN
    RETURN string_to_array(words, NULL) || public.orgs_pairs(words) || public.orgs_pairs(public.orgs_initials(short_key))
        || string_to_array(regexp_replace(short_key, '[^0-9]+', '|', 'g'), '|');
END
$$;
"""
GONE = """
DROP FUNCTION orgs_search_pieces(text, text, text);
DROP FUNCTION orgs_initials(text);
DROP FUNCTION orgs_pairs(text);
"""


class Migration(migrations.Migration):
    dependencies = [("orgs", "0009_authenticator")]

    operations = [
        migrations.RunSQL(FUNCTIONS, GONE),
        migrations.AddIndex(
            model_name="organization",
            index=django.contrib.postgres.indexes.GinIndex(
                models.Func(
                    models.F("name"),
                    models.F("short_name"),
                    models.F("sort_key"),
                    function="orgs_search_pieces",
                ),
                name="organization_search",
            ),
        ),
    ]
