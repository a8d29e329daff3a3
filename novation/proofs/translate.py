"""Functions of a contract as z3 terms: what they return, when they do not revert, what they leave in storage.

Statements run on a state; a branch that leaves the block (return, raise, break, continue) carries the rest of the block
with it, another is merged at its end. Loops over constant ranges are unrolled. A function may be given a `summary`
instead of its body: what a lemma has proven of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import z3
from vyper.ast import nodes
from vyper.semantics.types import SArrayT, StructT

from novation.proofs.arithmetic import Step
from novation.proofs.builtins import Builtins
from novation.proofs.expressions import BINARY, is_signed
from novation.proofs.program import Program, fresh, module_of
from novation.proofs.state import Exit, State, Watch, ends, merge
from novation.proofs.values import FALSE, Num, Unsupported, Value, number

ITERATIONS = 40  # the most of an unrolled loop

# In place of a function: its arguments and the state, to its value.
Summary = Callable[["Translator", list[Value], State], Value]
After = Callable[[State], Exit]


@dataclass
class Run:
    """A function on symbolic arguments."""

    value: Value
    ok: z3.BoolRef
    state: State
    assumed: list[z3.BoolRef]
    wraps: list[str]
    steps: set[Step]
    returned: dict[str, list[Value]] = field(default_factory=dict)  # by other contracts' functions
    masks: list[tuple[int, z3.ArithRef]] = field(default_factory=list)
    claims: list[z3.BoolRef] = field(default_factory=list)  # ranges of locals that the lemma stated and has to prove


@dataclass(frozen=True)
class _Loop:
    leave: After
    go_on: After


class Translator(Builtins):
    """Statements and calls."""

    def __init__(
        self,
        program: Program,
        bounds: Mapping[str, tuple[int, int]] | None = None,
        summaries: Mapping[str, Summary] | None = None,
        watches: Mapping[str, tuple[str, Watch]] | None = None,
        claims: Mapping[str, tuple[int, int]] | None = None,
    ) -> None:
        super().__init__(program, dict(bounds or {}))
        self.claims = dict(claims or {})
        self.summaries = dict(summaries or {})
        self.watches = dict(watches or {})

    def start(self) -> State:
        """Storage as it may be before a call."""
        state = State()
        for name, module in self.program.modules.items():
            for variable, info in module.variables.items():
                if not info.decl_node.is_constant:
                    state.store[f"{name}.{variable}"] = self.initial(f"{name}.{variable}", info.typ)
        for ghost, _ in self.watches.values():
            state.ghosts[ghost] = number(0)
        return state

    def arguments(self, name: str) -> list[Value]:
        """Variables named as the function's own."""
        function = self.program.function(name)
        return [self.assume_range(fresh(item.typ, item.name, self.bounds)) for item in function.arguments]

    def run(self, name: str, arguments: Sequence[Value] | None = None, state: State | None = None) -> Run:
        """A function by `module.name`, from the given storage or any."""
        given = self.arguments(name) if arguments is None else list(arguments)
        begun = self.start() if state is None else State({}, dict(state.store), [], dict(state.known), state.ghosts)
        value = self.call(self.program.function(name), given, begun, True)
        a = self.arithmetic
        return Run(value, begun.fine, begun, self.assumed, a.wraps, a.steps, self.returned, a.masks, self.claimed)

    def call(self, function: Any, arguments: list[Value], state: State, outermost: bool = False) -> Value:
        """Inlines a function; its conditions become the state's."""
        name = f"{module_of(function)}.{function.ast_def.name}"
        if name in self.summaries and not outermost:
            return self.summaries[name](self, arguments, state)
        names = {item.name: value for item, value in zip(function.arguments, arguments, strict=True)}
        inner = State(names, state.store, [], state.known, state.ghosts)
        found = self._block(list(function.ast_def.body), 0, inner, lambda s: Exit(s, None), None)
        state.store, state.ghosts, state.known = found.state.store, found.state.ghosts, found.state.known
        state.ok.extend(found.state.ok)
        return found.value

    # ---------------------------------------------------------------- statements

    def _block(self, body: list[Any], at: int, state: State, after: After, loop: _Loop | None) -> Exit:
        """Statements from one on, then what follows."""
        for index in range(at, len(body)):
            node = body[index]
            if isinstance(node, nodes.Return):
                return Exit(state, None if node.value is None else self.evaluate(node.value, state))
            if isinstance(node, nodes.Raise):
                state.ok.append(FALSE)
                return Exit(state, None)
            if isinstance(node, (nodes.Break, nodes.Continue)):
                if loop is None:
                    raise Unsupported("a break outside of a loop")
                return loop.leave(state) if isinstance(node, nodes.Break) else loop.go_on(state)
            if isinstance(node, nodes.If):
                condition = self.evaluate(node.test, state)
                if z3.is_true(condition) or z3.is_false(condition):
                    taken = node.body if z3.is_true(condition) else node.orelse
                    return self._block([*taken, *body[index + 1 :]], 0, state, after, loop)
                one, other = state.fork(), state.fork()
                one.learn(condition)
                other.learn(condition, False)
                if _leaves_block(node):
                    rest = body[index + 1 :]
                    first = self._block([*node.body, *rest], 0, one, after, loop)
                    second = self._block([*node.orelse, *rest], 0, other, after, loop)
                    return ends(condition, state, first, second)
                first = self._block(node.body, 0, one, lambda s: Exit(s, None), loop)
                second = self._block(node.orelse, 0, other, lambda s: Exit(s, None), loop)
                merge(state, condition, first.state, second.state)
                continue
            if isinstance(node, nodes.For):
                return self._loop(node, body[index + 1 :], state, after, loop)
            self._simple(node, state)
        return after(state)

    def _loop(self, node: Any, rest: list[Any], state: State, after: After, outer: _Loop | None) -> Exit:
        """Unrolled; the rest of the block follows its last turn."""
        values = self._turns(node)

        def leave(ended: State) -> Exit:
            return self._block(rest, 0, ended, after, outer)

        def turn(n: int, begun: State) -> Exit:
            if n == len(values):
                return leave(begun)
            begun.names = {**begun.names, node.target.target.id: values[n]}
            follow: After = lambda s: turn(n + 1, s)  # noqa: E731
            return self._block(node.body, 0, begun, follow, _Loop(leave, follow))

        return turn(0, state)

    def _turns(self, node: Any) -> list[Value]:
        call = node.iter
        if not isinstance(call, nodes.Call) or call.func.node_source_code != "range" or call.keywords:
            raise Unsupported(f"a loop over {call.node_source_code}")
        limits = [self.evaluate(item, State()).known for item in call.args]
        if None in limits or limits[-1] > ITERATIONS:
            raise Unsupported(f"a loop over {call.node_source_code}")
        return [number(n) for n in range(*limits)]

    def _simple(self, node: Any, state: State) -> None:
        if isinstance(node, nodes.Pass) or (isinstance(node, nodes.Expr) and isinstance(node.value, nodes.Str)):
            return
        if isinstance(node, nodes.Log):
            for item in node.value.keywords:
                self.evaluate(item.value, state)  # it may revert
            return
        if isinstance(node, nodes.AnnAssign):
            value = self.claim(node.target.id, self.evaluate(node.value, state))
            state.names[node.target.id] = value
        elif isinstance(node, nodes.Assign):
            self._assign(node.target, self.evaluate(node.value, state), state)
        elif isinstance(node, nodes.AugAssign):
            self._augment(node, state)
        elif isinstance(node, nodes.Assert):
            test = node.test
            together = isinstance(test, nodes.BoolOp) and isinstance(test.op, nodes.And)
            for part in test.values if together else [test]:
                state.require(self.evaluate(part, state))
        elif isinstance(node, nodes.Expr):
            self.evaluate(node.value, state)
        else:
            raise Unsupported(f"a statement: {node.node_source_code}")

    def _augment(self, node: Any, state: State) -> None:
        left, right = self.evaluate(node.target, state), self.evaluate(node.value, state)
        if isinstance(node.op, nodes.BitOr):
            value = self.arithmetic.either(left, right)
        elif isinstance(node.op, nodes.BitAnd):
            value = self.arithmetic.both(left, right)
        elif type(node.op) in BINARY:
            kind = node.target._metadata["type"]
            value, fine = self.arithmetic.checked(BINARY[type(node.op)], left, right, is_signed(kind))
            state.require(fine)
        else:
            raise Unsupported(f"an operator: {node.node_source_code}")
        self._assign(node.target, value, state)

    def _assign(self, target: Any, value: Value, state: State) -> None:
        if isinstance(target, nodes.Tuple):
            for part, item in zip(target.elements, value, strict=True):
                self._assign(part, item, state)
            return
        name = self.storage_name(target)
        if name is not None:
            state.store[name] = value
        elif isinstance(target, nodes.Name):
            state.names[target.id] = value
        elif isinstance(target, nodes.Attribute):
            held = dict(self.evaluate(target.value, state))
            held[target.attr] = value
            self._assign(target.value, held, state)
        elif isinstance(target, nodes.Subscript):
            name, key = self.slot(target, state)
            self._write(name, key, value, target._metadata["type"], state)
        else:
            raise Unsupported(f"an assignment to {target.node_source_code}")

    def _write(self, name: str, key: Num, value: Value, kind: Any, state: State) -> None:
        if isinstance(kind, (StructT, SArrayT)) or not isinstance(value, Num):
            if isinstance(kind, StructT):
                state.store[name] = {
                    part: z3.Store(array, key.term, value[part].term) for part, array in state.store[name].items()
                }
                return
            if z3.is_bool(value):
                state.store[name] = z3.Store(state.store[name], key.term, z3.If(value, 1, 0))
                return
            raise Unsupported(f"a write to {name}")
        if name in self.watches:
            ghost, watch = self.watches[name]
            old = self.element(name, key, kind, state)
            state.ghosts = {**state.ghosts, ghost: _sum(state.ghosts[ghost], watch(key, old, value))}
        state.store[name] = z3.Store(state.store[name], key.term, value.term)


def _sum(x: Num, y: Num) -> Num:
    return Num(x.term + y.term, x.low + y.low, x.high + y.high)


def _leaves_block(node: Any) -> bool:
    """Whether a branch of it may leave the block that it is in."""
    for part in [*node.body, *node.orelse]:
        if isinstance(part, (nodes.Return, nodes.Raise, nodes.Break, nodes.Continue)):
            return True
        if isinstance(part, nodes.If) and _leaves_block(part):
            return True
        if isinstance(part, nodes.For):
            return True
    return False
