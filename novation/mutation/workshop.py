"""Compiles mutants fast: one function is read, checked and translated anew, everything else of the contract is kept.

The contract's code is generated once by Vyper's own functions, each function's optimised intermediate code and assembly
kept. A mutant of a function costs that function; the assembler's own optimisation is left out on both sides. What does
not fit (another memory frame, a callee that the contract did not have, a module's constant) is compiled in full.

Meant to be used once in a forked process: a build leaves the contract's trees changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from vyper import ast as vy_ast
from vyper.ast.parse import parse_to_ast
from vyper.codegen import core
from vyper.codegen import module as generation
from vyper.codegen.function_definitions.common import EntryPointInfo, ExternalFuncIR
from vyper.compiler.settings import OptimizationLevel, anchor_settings
from vyper.exceptions import VyperException, VyperInternalException
from vyper.ir import compile_ir, optimizer
from vyper.semantics.analysis.constant_folding import ConstantFolder
from vyper.semantics.analysis.local import FunctionAnalyzer
from vyper.semantics.analysis.utils import get_exact_type_from_node
from vyper.semantics.namespace import get_namespace, override_global_namespace
from vyper.semantics.types.function import ContractFunctionT

from novation.chain.compiler import Artifact, compile_all, open_contract
from novation.mutation.mutant import MODULE, Mutant, text_of

Key = tuple[int, bool]
"""A function's type by identity, and whether it is compiled for the constructor."""


class Rejected(Exception):
    """The mutant does not compile; the message is the compiler's."""


class Unfit(Exception):
    """A mutant that needs a whole compilation."""


class Workshop:
    """One deployable contract. `code` is its creation code as mutants are compiled, once it is prepared."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.data = open_contract(name)
        self.module = self.data.global_ctx
        self.artifact: Artifact = compile_all([name])[name]
        self.kept: dict[Key, Any] = {}
        self.optimised: dict[int, Any] = {}  # nodes by identity, which are kept alive
        self.assembled: dict[int, list[Any]] = {}
        self.changed: ContractFunctionT | None = None
        self.frames: dict[int, Any] = {}
        self.names = (0, 0)
        self.code = b""

    def prepare(self) -> None:
        """Compiles the contract as it is: before the processes are forked."""
        self.code = self.code or self._generate()

    # --- what is in it

    def functions(self) -> dict[tuple[str, str], ContractFunctionT]:
        """What its code is made of by file and name: mutants of others cannot be told in this contract."""
        found = {}
        exposed = list(self.module.exposed_functions)
        if self.module.init_function is not None:
            exposed.append(self.module.init_function)
        for function in exposed:
            for each in (function, *function.reachable_internal_functions):
                if isinstance(each.ast_def, vy_ast.FunctionDef):
                    found[self._file(each), each.name] = each
        return found

    @staticmethod
    def _file(function: ContractFunctionT) -> str:
        path = function.decl_node.get_ancestor(vy_ast.Module).resolved_path
        return str(path)[str(path).index("contracts/") :] if "contracts/" in str(path) else str(path)

    # --- mutants

    def build(self, mutant: Mutant) -> Artifact:
        """The contract with a fault. @raises Rejected."""
        try:
            return replace(self.artifact, bytecode=self.fast(mutant))
        except Unfit:
            return replace(self.artifact, bytecode=self.slow(mutant))

    def slow(self, mutant: Mutant) -> bytes:
        """Compiled in full, with the same steps left out. @raises Rejected."""
        patches = {mutant.file: mutant.source(text_of(mutant.file))}
        try:
            data = open_contract(self.name, patches)
            assembly = compile_ir.compile_to_assembly(data.ir_nodes, optimize=OptimizationLevel.NONE)
            return bytes(compile_ir.assembly_to_evm(assembly)[0])
        except (VyperException, VyperInternalException, ValueError, KeyError, AssertionError) as error:
            raise Rejected(str(error)) from None

    def fast(self, mutant: Mutant) -> bytes:
        """One function compiled. @raises Rejected; Unfit where that is not enough."""
        function = self.functions().get((mutant.file, mutant.function)) if mutant.function != MODULE else None
        if function is None or function.is_constructor:
            raise Unfit(str(mutant))
        try:
            with anchor_settings(self.data.settings):
                if mutant.operator == "lock":
                    function.nonreentrant = False
                else:
                    self._read(function, mutant)
            self.changed = function
            return self._generate()
        except (VyperException, VyperInternalException) as error:
            raise Rejected(str(error)) from None

    def _read(self, function: ContractFunctionT, mutant: Mutant) -> None:
        """Puts the mutated function into the contract's tree in place of the old one."""
        old = function.ast_def
        module = old.get_ancestor(vy_ast.Module)
        text = mutant.source(text_of(mutant.file))
        lines = text.splitlines(keepends=True)
        first = min([old.lineno, *(each.lineno for each in old.decorator_list)])
        last = old.end_lineno + text.count("\n") - text_of(mutant.file).count("\n")
        parsed = parse_to_ast("".join(lines[first - 1 : last]), module_path=module.path)
        (fresh,) = parsed.body
        fresh._parent = module
        fresh._metadata["func_type"] = function
        function.ast_def = fresh
        function._analysed = False
        names = module._metadata["namespace"]
        names._scopes.append(set())  # of the module, whose names are there already
        get_namespace()
        with override_global_namespace(names), names.enter_scope():
            folder = ConstantFolder(module)
            folder._get_constants()
            folder.visit(fresh)
            FunctionAnalyzer(module, fresh, names).analyze()
        callees = self._callees(fresh)
        if not callees <= set(function.called_functions):
            raise Unfit(str(mutant))

    @staticmethod
    def _callees(node: Any) -> set[ContractFunctionT]:
        calls = node.get_descendants(vy_ast.Call)
        names = [call.func for call in calls if not (isinstance(call.func, vy_ast.Name) and call.func.id == "range")]
        types = [get_exact_type_from_node(name) for name in names]
        return {each for each in types if isinstance(each, ContractFunctionT) and each.is_internal}

    # --- code

    def _generate(self) -> bytes:
        """Creation code out of what is kept and what is not."""
        # Names that another compilation has begun anew would be those of what is kept.
        compile_ir._next_symbol = max(compile_ir._next_symbol, self.names[0])
        core._label = max(core._label, self.names[1])
        with anchor_settings(self.data.settings), self._shortcuts():
            deployed, _ = generation.generate_ir_for_module(self.module)
            deployed = optimizer.optimize(deployed)
            compile_ir._rewrite_return_sequences(deployed)
            assembly = compile_ir._compile_to_assembly(deployed)
            compile_ir._add_postambles(assembly)
            compile_ir._relocate_segments(assembly)
            self.names = (compile_ir._next_symbol, core._label)
            return bytes(compile_ir.assembly_to_evm(assembly)[0])

    @contextmanager
    def _shortcuts(self) -> Iterator[None]:
        """Vyper's steps, which skip what is kept."""
        replaced: list[tuple[Any, str, Any]] = []

        def put(place: Any, name: str, make: Callable[[Any], Any]) -> None:
            replaced.append((place, name, getattr(place, name)))
            setattr(place, name, make(getattr(place, name)))

        put(generation, "_ir_for_internal_function", self._internal)
        put(generation, "generate_ir_for_external_function", self._external)
        put(optimizer, "_optimize", self._optimize)
        put(compile_ir, "_compile_to_assembly", self._assemble)
        put(compile_ir, "_rewrite_return_sequences", self._rewrite)
        compile_ir._revert_label = "_sym_revert_of_all"
        try:
            yield
        finally:
            for place, name, old in replaced:
                setattr(place, name, old)

    def _keep(self, node: Any) -> Any:
        """A function's code, final but for the assembler."""
        node = optimizer.optimize(node)
        compile_ir._rewrite_return_sequences(node)
        self.optimised[id(node)] = node
        return node

    def _internal(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def generate(tree: Any, module: Any, is_ctor_context: bool = False) -> Any:
            function = tree._metadata["func_type"]
            key = (id(function), is_ctor_context)
            if key not in self.kept or function is self.changed:
                node = original(tree, module, is_ctor_context)
                self._check_frame(function)
                self.kept[key] = self._keep(node)
            return self.kept[key]

        return generate

    def _external(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def generate(tree: Any, module: Any) -> Any:
            function = tree._metadata["func_type"]
            key = (id(function), False)
            if key not in self.kept or function is self.changed:
                made = original(tree, module)
                made.common_ir = self._keep(made.common_ir)
                self.kept[key] = made
            made = self.kept[key]
            entries = {
                signature: EntryPointInfo(entry.func_t, entry.min_calldatasize, entry.ir_node)
                for signature, entry in made.entry_points.items()
            }
            # The caller puts the body behind the last entry.
            return ExternalFuncIR(entries, made.common_ir)

        return generate

    def _check_frame(self, function: ContractFunctionT) -> None:
        """Callers have reserved a function's memory. @raises Unfit where it takes more or begins elsewhere."""
        info = function._ir_info
        frame = info.frame_info
        before = self.frames.setdefault(id(function), frame)
        if frame.frame_start != before.frame_start or frame.frame_size > before.frame_size:
            raise Unfit(function.name)
        info.frame_info = before

    def _optimize(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def optimize(node: Any, parent: Any) -> Any:
            return (False, node) if id(node) in self.optimised else original(node, parent)

        return optimize

    def _rewrite(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def rewrite(node: Any, label_params: Any = None) -> None:
            if id(node) not in self.optimised:
                original(node, label_params)

        return rewrite

    def _assemble(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def assemble(node: Any, *arguments: Any, **named: Any) -> Any:
            if id(node) not in self.optimised:
                return original(node, *arguments, **named)
            if id(node) not in self.assembled:
                self.assembled[id(node)] = original(node, *arguments, **named)
            return list(self.assembled[id(node)])

        return assemble
