"""Tokens into a tree, by recursive descent with a depth limit."""

from collections.abc import Callable

from syncer.expressions.tokens import ExpressionError, Shape, Token, tokens
from syncer.expressions.tree import (
    And,
    Arithmetic,
    Call,
    Compare,
    Exists,
    Known,
    Member,
    MemberOfSet,
    Node,
    Not,
    Or,
    Ref,
    Within,
)

_MAX_DEPTH = 20
#: Every whole number up to here is exact.
_MAX_NUMBER = 1e15
_KEYWORDS = frozenset({"and", "or", "not", "in", "within", "exists", "true", "false"})
_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})

#: Days of a unit; a month is a twelfth of a Julian year.
_UNIT_DAYS = {"h": 1 / 24, "d": 1.0, "w": 7.0, "m": 30.4375, "y": 365.25}


def parse(text: str) -> Node:
    """Return the tree of a condition; ExpressionError says where it breaks off."""
    parser = _Parser(tokens(text))
    node = parser.any_of()
    parser.expect_end()
    return node


class _Parser:
    """A position in the tokens. Each method reads one level of precedence."""

    def __init__(self, found: tuple[Token, ...]) -> None:
        self._tokens = found
        self._index = 0
        self._depth = 0

    def any_of(self) -> Node:
        position = self._next.position
        items = self._joined("or", self._all_of)
        return items[0] if len(items) == 1 else Or(items, position)

    def expect_end(self) -> None:
        if self._next.shape is not Shape.END:
            raise _unexpected(self._next, "and, or, or the end")

    def _all_of(self) -> Node:
        items = self._joined("and", self._negation)
        return items[0] if len(items) == 1 else And(items)

    def _joined(self, word: str, read: Callable[[], Node]) -> tuple[Node, ...]:
        items = [read()]
        while self._took(word):
            items.append(read())
        return tuple(items)

    def _negation(self) -> Node:
        if self._took("not"):
            return Not(self._deeper(self._negation))
        return self._comparison()

    def _comparison(self) -> Node:
        left = self._sum()
        token = self._next
        if token.shape is Shape.SIGN and token.text in _COMPARISONS:
            self._index += 1
            return Compare(token.text, left, self._sum(), token.position)
        if self._took("exists"):
            return Exists(left)
        if self._took("within"):
            return Within(left, self._duration(), token.position)
        negated = self._took("not")
        if self._took("in"):
            return self._membership(left, negated=negated, position=token.position)
        if negated:
            raise _unexpected(self._next, "in")
        return left

    def _membership(self, left: Node, *, negated: bool, position: int) -> Node:
        if self._took("["):
            items = [self._item()]
            while self._took(","):
                items.append(self._item())
            self._expect("]")
            return Member(left, tuple(items), negated, position)
        token = self._next
        if token.shape is not Shape.WORD:
            raise _unexpected(self._next, "a list such as [DE, AT] or the name of a set")
        self._index += 1
        return MemberOfSet(left, token.text, negated, token.position)

    def _item(self) -> float | str:
        sign = -1 if self._took("-") else 1
        token = self._taken()
        if token.shape is Shape.NUMBER:
            return sign * _number(token)
        if sign > 0 and token.shape is Shape.STRING:
            return token.text[1:-1]
        if sign > 0 and token.shape is Shape.WORD:
            return token.text
        raise _unexpected(token, "a number, a word or 'text'")

    def _duration(self) -> float:
        token = self._taken()
        if token.shape is not Shape.DURATION:
            raise _unexpected(token, "a duration such as 14d")
        return _days(token)

    def _sum(self) -> Node:
        node = self._product()
        while self._next.shape is Shape.SIGN and self._next.text in {"+", "-"}:
            token = self._taken()
            node = Arithmetic(token.text, node, self._product(), token.position)
        return node

    def _product(self) -> Node:
        node = self._signed()
        while self._next.shape is Shape.SIGN and self._next.text == "*":
            token = self._taken()
            node = Arithmetic("*", node, self._signed(), token.position)
        return node

    def _signed(self) -> Node:
        token = self._next
        if self._took("-"):
            return Arithmetic("-", Known(0.0), self._deeper(self._signed), token.position)
        if self._took("+"):
            return self._deeper(self._signed)
        return self._primary()

    def _primary(self) -> Node:
        token = self._taken()
        if token.shape is Shape.NUMBER:
            return Known(_number(token))
        if token.shape is Shape.DURATION:
            return Known(_days(token), is_duration=True)
        if token.shape is Shape.STRING:
            return Known(token.text[1:-1])
        if token.text in {"true", "false"}:
            return Known(token.text == "true")
        if token.text == "(":
            inner = self._deeper(self.any_of)
            self._expect(")")
            return inner
        if token.shape is Shape.WORD and token.text not in _KEYWORDS:
            return self._word(token)
        raise _unexpected(token, "a name, a number, 'text' or a parenthesis")

    def _word(self, token: Token) -> Node:
        if not self._took("("):
            return Ref(token.text, token.position)
        arguments = [self._deeper(self._sum)]
        while self._took(","):
            arguments.append(self._deeper(self._sum))
        self._expect(")")
        return Call(token.text, tuple(arguments), token.position)

    @property
    def _next(self) -> Token:
        return self._tokens[self._index]

    def _taken(self) -> Token:
        token = self._tokens[self._index]
        if token.shape is not Shape.END:
            self._index += 1
        return token

    def _took(self, text: str) -> bool:
        token = self._next
        if token.shape in {Shape.WORD, Shape.SIGN} and token.text == text:
            self._index += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._took(text):
            raise _unexpected(self._next, text)

    def _deeper(self, read: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise ExpressionError(
                "nested too deeply", position=self._next.position, hint=f"at most {_MAX_DEPTH} levels"
            )
        node = read()
        self._depth -= 1
        return node


def _unexpected(token: Token, wanted: str) -> ExpressionError:
    message = "ends too early" if token.shape is Shape.END else f"unexpected {token.text!r}"
    return ExpressionError(message, position=token.position, hint=f"expected {wanted}")


def _number(token: Token) -> float:
    number = float(token.text.rstrip("hdwmy"))
    if number > _MAX_NUMBER:
        raise ExpressionError(f"number {token.text[:20]}", position=token.position, hint=f"at most {_MAX_NUMBER:.0f}")
    return number


def _days(token: Token) -> float:
    return _number(token) * _UNIT_DAYS[token.text[-1]]
