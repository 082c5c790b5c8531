"""The shape of a C++ file by its braces: functions with their length, classes with their members.

No compiler: it knows the house style (one declaration a statement, no macros that open braces) and
is exact for that; check_sizes.py --self-test shows what it tells apart.
"""

import dataclasses
import re

from sources import blank, line_of

ACCESS = re.compile(r"^\s*((public|private|protected)(\s+(slots|Q_SLOTS))?|signals|Q_SIGNALS)\s*:(?!:)")
CLASS_HEAD = re.compile(r"\b(class|struct|union)\b(?![^(]*\benum\b)[^()=]*"
                        r"(\([^()]*\([^()]*\)[^()]*\)[^()=]*|\([^()]*\)[^()=]*)?$")
FUNCTION_TAIL = re.compile(r"\)\s*(const|noexcept(\([^)]*\))?|override|final|mutable|&&?|try|"
                           r"->\s*[\w:<>,&*\s\[\]]+|requires\b.*|\s)*$", re.DOTALL)
INITIALISER = re.compile(r"\)\s*(const|noexcept|\s)*:(?!:)\s*[\w:]", re.DOTALL)
NOT_A_MEMBER = re.compile(r"^(using|typedef|friend|static_assert|enum|class|struct|union|template|"
                          r"Q_\w+|static\s+constexpr|constexpr\s+static|inline\s+static\s+constexpr|"
                          r"extern)\b")


@dataclasses.dataclass
class Function:
    name: str
    line: int
    length: int


@dataclasses.dataclass
class Class:
    name: str
    line: int
    members: int
    methods: int


@dataclasses.dataclass
class Scope:
    kind: str  # file, namespace, class, enum, function, block, expression
    head: str
    start: int
    statements: list


def without_directives(text):
    """Blanks preprocessor lines with their continuations."""
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m.group(0)), text,
                  flags=re.MULTILINE)


def kind_of(head, parent):
    if parent in ("function", "block", "expression", "enum"):
        return "block"
    text = head.strip()
    if re.search(r"\bnamespace\b[\w:\s]*$", text) or re.search(r'\bextern\s*"[^"]*"$', text):
        return "namespace"
    if re.search(r"\benum\b[^()]*$", text):
        return "enum"
    if CLASS_HEAD.search(re.sub(r"^\s*template\s*<.*?>\s*(?=class|struct|union)", "", text,
                                flags=re.DOTALL)) and not FUNCTION_TAIL.search(text):
        return "class"
    if INITIALISER.search(text) and re.search(r"[:,]\s*[\w:]+(<[^{}]*>)?$", text):
        return "expression"  # the braces of `: m_a{1}`
    if re.search(r"[)}]\s*$", text) and INITIALISER.search(text):
        return "function"
    if FUNCTION_TAIL.search(text) and not re.search(r"=\s*(\[|\w)", re.sub(
            r"operator\s*=+|==|<=|>=|!=|\bdefault\b", "", strip_parentheses(text))):
        return "function"
    return "expression"


def strip_nested(text, opening, closing):
    out, depth = [], 0
    for character in text:
        if character == opening:
            depth += 1
        elif character == closing and depth:
            depth -= 1
        elif depth == 0:
            out.append(character)
    return "".join(out)


def strip_parentheses(text):
    return strip_nested(text, "(", ")")


def name_of_function(head):
    match = re.search(r"operator\s*(\(\)|[^\s(]+)", head)
    if match:
        return match.group(0)
    before = re.split(r"\(", without_template(head), maxsplit=1)[0]
    match = re.search(r"~?(\w+(<[^<>]*>)?::)*~?\w+\s*$", before)
    return match.group(0).strip() if match else before.strip()[-30:]


def without_template(head):
    return re.sub(r"^\s*template\s*<.*?>\s*(requires\s+[\w:]+<[^<>]*>\s*)?(?=[\w\[])", "", head,
                  flags=re.DOTALL)


def name_of_class(head):
    head = without_template(head)
    match = re.search(r"\b(?:class|struct|union)\s+(?:\[\[.*?\]\]\s*|WARP_\w+\([^{]*\)\s*)?([\w:]+)", head)
    return match.group(1) if match else "(unnamed)"


def count_class(scope):
    """(members, methods) from the statements of a class; what is defaulted or deleted is neither."""
    members = methods = 0
    for statement in scope.statements:
        text = re.sub(r"\b(Q_OBJECT|Q_GADGET)\b", "", statement)
        while ACCESS.match(text):
            text = ACCESS.sub("", text, count=1)
        text = re.sub(r"\[\[.*?\]\]", "", text.strip()).strip()
        text = re.sub(r"^template\s*<[^()]*?>\s*(requires[^()]*)?(?=\w)", "", text)
        if not text or re.search(r"=\s*(default|delete)\s*$", text):
            continue
        if NOT_A_MEMBER.match(text):
            continue
        text = re.sub(r"\b(GUARDED_BY|WARP_THREAD_ANNOTATION|alignas|decltype)\s*\([^()]*"
                      r"(\([^()]*\))?[^()]*\)", "", text)
        flat = strip_nested(text.replace("->", "  ").replace("operator<=>", "operator")
                            .replace("operator<", "operator"), "<", ">")
        flat = flat if "operator" in flat else re.split(r"=(?!=)", flat)[0]
        if "(" in flat:
            methods += 1
        elif re.search(r"\w", flat):
            members += 1
    return members, methods


def shape(text):
    """(functions, classes) of one file."""
    plain = without_directives(blank(text))
    functions, classes = [], []
    stack = [Scope("file", "", 0, [])]
    head_start, parentheses = 0, 0
    for offset, character in enumerate(plain):
        if character == "(":
            parentheses += 1
        elif character == ")":
            parentheses = max(0, parentheses - 1)
        elif character == "{":
            head = plain[head_start:offset]
            kind = "expression" if parentheses else kind_of(re.sub(
                r"^\s*(public|private|protected|signals)[\w\s]*:(?!:)", "", head), stack[-1].kind)
            stack.append(Scope(kind, head, head_start, []))
            stack[-1].saved = parentheses
            if kind != "expression":
                head_start, parentheses = offset + 1, 0
        elif character == "}" and len(stack) > 1:
            scope = stack.pop()
            parentheses = scope.saved
            if scope.kind == "expression":
                continue
            lead = len(scope.head) - len(scope.head.lstrip())
            first = line_of(plain, scope.start + lead)
            if scope.kind == "function":
                functions.append(Function(name_of_function(scope.head), first,
                                          line_of(plain, offset) - first + 1))
                stack[-1].statements.append(scope.head)
            elif scope.kind == "class":
                classes.append(Class(name_of_class(scope.head), first, *count_class(scope)))
                stack[-1].statements.append("class")
            head_start = offset + 1
        elif character == ";" and parentheses == 0 and stack[-1].kind != "expression":
            stack[-1].statements.append(plain[head_start:offset])
            head_start = offset + 1
    return functions, classes
