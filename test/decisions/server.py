"""What is asked of clv, by psql.

PSQL is the command that reaches a database with the extension ("psql" by
default); test/decisions/run sets it.  Answers are data frames of text, None
where the answer is NULL: what a cell should be says how it is read.
"""
import io
import os
import shlex
import subprocess

import pandas

PSQL = shlex.split(os.environ.get("PSQL", "psql"))
NULL = "\\N"


class Refused(Exception):
    """The server's error: SQLSTATE and message."""


def literal(value):
    """A value as SQL."""
    if value is None:
        return "NULL"
    if isinstance(value, bool) or isinstance(value, (int, float)):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def identifier(name):
    return '"' + name.replace('"', '""') + '"'


def call(function, *positional, **named):
    """clv.function(...) with literals, arguments by name where given so."""
    arguments = [literal(a) for a in positional]
    arguments += [f"{name} => {literal(a)}" for name, a in named.items()]
    return f"clv.{function}({', '.join(arguments)})"


def run(sql):
    """Statements without an answer, or the text that they leave."""
    preamble = "\\set VERBOSITY verbose\nSET client_min_messages = error;\n"
    done = subprocess.run(
        PSQL + ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"],
        input=preamble + sql, capture_output=True, text=True)
    if done.returncode:
        raise Refused(done.stderr.strip())
    return done.stdout


def as_csv(frame):
    return frame.to_csv(index=False, header=False, na_rep=NULL)


def copy_in(table, frame):
    """The statement that loads a frame into a table, data included."""
    return (f"COPY {table} FROM STDIN (FORMAT csv, NULL '{NULL}');\n"
            f"{as_csv(frame)}\\.\n")


def query(sql, **temporary):
    """The answer to a query; temporary tables are name=(columns, frame)."""
    script = ""
    for name, (columns, frame) in temporary.items():
        script += f"CREATE TEMP TABLE {name} ({columns});\n"
        script += copy_in(name, frame)
    text = run(f"{script}COPY ({sql}) TO STDOUT (FORMAT csv, HEADER, NULL '{NULL}');")
    frame = pandas.read_csv(io.StringIO(text), dtype=object, na_values=[NULL],
                            keep_default_na=False)
    return frame.astype(object).where(frame.notna(), None)


def refused(sql):
    """The SQLSTATE that a query ends with, None when it is answered."""
    try:
        query(sql)
    except Refused as error:
        text = str(error)
        return text[text.find("ERROR:") + 6:].split(":")[0].strip()
    return None
