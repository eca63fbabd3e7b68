"""Our papers: made fit, held against the schema, and put into one file each."""

from collections.abc import Sequence
from datetime import datetime

from hub.domain.exchange import Joined, JoinedDocument, Node, Paper, Problem, Severity
from hub.formats.xml import cxml
from hub.formats.xml.profile import Config
from hub.formats.xml.syntax import Syntax
from hub.formats.xml.writing import cleaned, one, written


def clean(paper: Paper, *, set_id: str, profile: Config) -> tuple[Paper, tuple[Problem, ...]]:
    """Return the paper as XML can carry it, and all that keeps it from being sent.

    A paper whose set has a schema on the page is held against it. A paper with an error must not be
    joined. Raises TypeError for rows of segments: the map belongs to another format.
    """
    tree, problems = cleaned(_tree(paper), encoding=profile.encoding)
    schema = profile.schema_of(set_id)
    if schema is None or any(problem.severity is Severity.ERROR for problem in problems):
        return tree, problems
    found = schema.problems(_body(tree, profile), most=profile.max_problems)
    return tree, (*problems, *found)


def _tree(paper: Paper) -> Node:
    if not isinstance(paper, Node):
        raise TypeError("an XML channel needs a map with `elements:`, this one has `segments:`")
    return paper


def _body(tree: Node, profile: Config) -> bytes:
    return written(
        tree,
        prefixes=profile.prefixes,
        encoding=profile.encoding,
        indent=profile.indent,
        declaration=profile.declaration or profile.encoding != "utf-8",
    )


def join(
    papers: Sequence[Paper],
    *,
    set_id: str,
    profile: Config,
    interchange_number: int,
    group_number: int,
    at: datetime,
) -> Joined:
    """Put one cleaned paper into a file, with its cXML envelope where the page wants one.

    The same arguments give the same bytes. Raises ValueError for more than one paper (`AT_MOST`),
    or one that was not cleaned.
    """
    del group_number
    tree = _tree(one(papers))
    number = str(interchange_number)
    at_names: tuple[str, ...] = (tree.name,)
    if profile.cxml is not None:
        body, number = cxml.enveloped(
            tree, set_id=set_id, profile=profile, number=interchange_number, at=at
        )
        at_names = ("cXML", "Request", tree.name)
    else:
        body = _body(tree, profile)
    return Joined(
        body=body,
        documents=(JoinedDocument(number=number, offset=0, length=len(body)),),
        function="",
        group_number=number,
        interchange_number=number,
        syntax=Syntax(at=at_names, cxml=profile.cxml is not None).dumps(),
    )
