"""Compiles the elements of a message into the walker's table and program (Program.h says what they do).

The part at fixed places becomes a list of offsets. What follows becomes instructions, with every
structure unrolled in place; an element after which nothing of interest comes is left out. Numbers that
later lengths depend on are kept in slots, one for each field, freed when its structure ends.
"""

import dataclasses

from protocol import (Align, Fd, Field, Items, List, Opaque, Pad, Scalar, Struct, Switch,
                      element_size)

SLOTS = 64        # Walk::m_slots
STACK_DEPTH = 8   # Walk::m_stack
OPERATORS = {"+": "Add", "-": "Subtract", "*": "Multiply", "/": "Divide", "&": "And", "<<": "Shift"}


@dataclasses.dataclass(frozen=True)
class Place:
    """A field of interest at a fixed place of a message or of a list's element."""
    offset: int
    size: int
    kind: str
    is_list: bool


@dataclasses.dataclass
class Program:
    places: list        # at fixed places of the message
    minimum: int        # bytes that the fixed part needs
    code: list          # [operation, a, b, c]
    fixed_size: int     # where the code begins to look


def has_kinds(element):
    """Whether anything in an element has a kind, so that the walk has to reach it."""
    if isinstance(element, (Field, List)):
        if isinstance(element.type, Scalar):
            return element.type.kind != "None"
        return isinstance(element.type, Struct) and any(map(has_kinds, element.type.elements))
    if isinstance(element, Switch):
        return any(has_kinds(inner) for case in element.cases for inner in case.elements)
    return isinstance(element, Items)


def places(elements, offset=0, is_list=False):
    """Fields with a kind of a run of fixed-size elements, and the offset after it."""
    result = []
    for element in elements:
        if isinstance(element, Align):
            offset = (offset + element.to - 1) // element.to * element.to
            continue
        if isinstance(element, (Field, List)):
            count = element.length[1] if isinstance(element, List) else 1
            inner_list = is_list or isinstance(element, List)
            for index in range(count if has_kinds(element) else 0):
                at = offset + index * element.type.fixed_size
                if isinstance(element.type, Scalar):
                    result.append(Place(at, element.type.size, element.type.kind, inner_list))
                else:
                    result += places(element.type.elements, at, inner_list)[0]
        offset += element_size(element)
    return result, offset


def minimum_size(elements):
    """The least bytes that elements can take."""
    total = 0
    for element in elements:
        if isinstance(element, Field) and isinstance(element.type, Struct):
            total += minimum_size(element.type.elements)
        else:
            total += element_size(element) or 0
    return total


def expression_names(expression):
    if expression is None:
        return set()
    if expression[0] == "field":
        return {expression[1]}
    return {n for part in expression[1:] if isinstance(part, tuple) for n in expression_names(part)}


def expressions(elements):
    """Every length, selector and structure length below elements."""
    for element in elements:
        if isinstance(element, List):
            yield element.length
        if isinstance(element, (Field, List)) and isinstance(element.type, Struct):
            yield element.type.length
            yield from expressions(element.type.elements)
        if isinstance(element, Switch):
            yield element.selector
            for case in element.cases:
                yield from expressions(case.elements)


def sums(expression):
    if not isinstance(expression, tuple):
        return []
    if expression[0] == "sumof":
        return [expression]
    return [found for part in expression[1:] for found in sums(part)]


def without_tail(elements):
    """Elements up to the last one that has a kind."""
    last = max((i for i, e in enumerate(elements) if has_kinds(e)), default=-1)
    return elements[:last + 1]


class Compiler:
    def __init__(self, message, place_table):
        self.message = message
        self.place_table = place_table  # all list elements' places, shared by all programs
        self.code = []
        self.pending = 0                # bytes between the walker's position and ours
        self.scopes = [{}]
        self.next_slot = 0
        self.in_list = False
        self.wanted = {name for e in expressions(message.elements) for name in expression_names(e)}
        self.sums = [s for e in expressions(message.elements) for s in sums(e)]

    def compile(self):
        elements = self.message.elements
        split = next((i for i, e in enumerate(elements)
                      if not isinstance(e, Align) and element_size(e) is None), len(elements))
        fixed, rest = elements[:split], without_tail(elements[split:])
        found, size = places(fixed)
        if rest:
            self._load_fixed(fixed)
            self._elements(rest)
            self._emit("End")
            return Program(found, size, self.code, size)
        last = max((i for i, e in enumerate(fixed) if isinstance(e, (Field, List))), default=-1)
        return Program(found, places(fixed[:last + 1])[1], [], size)

    # --- slots --------------------------------------------------------------------------------------

    def _slot(self, name=None):
        slot = self.next_slot
        self.next_slot += 1
        assert self.next_slot <= SLOTS, f"{self.message.name}: too many slots"
        if name is not None:
            self.scopes[-1][name] = slot
        return slot

    def _find(self, name):
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        raise KeyError(f"{self.message.name}: nothing named {name} before its use")

    def _load_fixed(self, fixed):
        offset = 0
        for element in fixed:
            if isinstance(element, Field) and isinstance(element.type, Scalar) \
                    and element.name in self.wanted:
                assert not (element.is_header and self.message.direction == "Request"), \
                    f"{self.message.name}: depends on its header, which BIG-REQUESTS changes"
                self._emit("LoadFixed", self._slot(element.name), element.type.size, offset)
            offset = places([element], offset)[1]

    # --- instructions -------------------------------------------------------------------------------

    def _emit(self, operation, a=0, b=0, c=0):
        self.code.append([operation, a, b, c])
        return len(self.code) - 1

    def _flush(self):
        if self.pending:
            self._emit("Skip", 0, 0, self.pending)
            self.pending = 0

    def _here(self):
        return len(self.code)

    def _push(self, expression, depth=1):
        assert depth <= STACK_DEPTH, f"{self.message.name}: expression too deep"
        tag = expression[0]
        if tag == "value":
            self._emit("PushNumber", 0, 0, expression[1])
        elif tag == "field":
            self._emit("PushSlot", self._find(expression[1]))
        elif tag == "op":
            self._push(expression[2], depth)
            self._push(expression[3], depth + 1)
            self._emit(OPERATORS[expression[1]])
        elif tag == "unop":
            assert expression[1] == "~"
            self._push(expression[2], depth)
            self._emit("Not")
        elif tag == "popcount":
            self._push(expression[1], depth)
            self._emit("PopCount")
        elif tag == "sumof":
            self._emit("PushSlot", self._find(expression))
        else:
            raise ValueError(f"{self.message.name}: {tag} outside of a sum")

    def _visit(self, size, kind):
        self._emit("Visit", kind, size + (0x100 if self.in_list else 0), self.pending)

    # --- elements -----------------------------------------------------------------------------------

    def _elements(self, elements):
        for element in elements:
            if isinstance(element, Field):
                self._field(element)
            elif isinstance(element, List):
                self._list(element)
            elif isinstance(element, Pad):
                self.pending += element.bytes
            elif isinstance(element, Align):
                self._flush()
                self._emit("Align", element.to)
            elif isinstance(element, Switch):
                self._switch(element)
            elif isinstance(element, Items):
                self._flush()
                self._emit(element.form, element.unit)
            else:
                assert isinstance(element, Fd)

    def _field(self, field):
        if isinstance(field.type, Struct):
            self._structure(field.type)
            return
        if isinstance(field.type, Scalar):
            if field.name in self.wanted:
                self._emit("Load", self._slot(field.name), field.type.size, self.pending)
            if field.type.kind != "None":
                self._visit(field.type.size, field.type.kind)
        self.pending += field.type.fixed_size

    def _structure(self, struct):
        self.scopes.append({})
        slots = self.next_slot
        bound = None
        if struct.length is not None:
            self._flush()
            bound = self._slot()
            self._bound(struct, bound)
        self._elements(struct.elements if bound is None else without_tail(struct.elements))
        if bound is not None:
            self._flush()
            self._emit("BoundEnd", bound)
        self.scopes.pop()
        self.next_slot = slots

    def _bound(self, struct, slot):
        """Where a structure ends that says it itself: its length is read before its other fields."""
        offset = 0
        names = expression_names(struct.length)
        for element in struct.elements:
            if isinstance(element, Field) and element.name in names:
                self._emit("Load", self._slot(element.name), element.type.size, offset)
                names = names - {element.name}
            if not names:
                break
            offset = places([element], offset)[1]
        self._push(struct.length)
        self._emit("BoundBegin", slot)

    def _list(self, element):
        self._flush()
        size = element.type.fixed_size
        if element.length is None:
            assert size is not None or not self.in_list
        if size is not None:
            if element.length is None:
                self._emit("PushRest", 0, 0, size)
            else:
                self._push(element.length)
            self._sums_of(element, size)
            self._fixed_elements(element.type, size)
            return
        minimum = minimum_size(element.type.elements)
        assert minimum > 0, f"{self.message.name}: {element.name} could go on for ever"
        assert not any(s[1] == element.name for s in self.sums), f"{self.message.name}: sum"
        slot = self._slot()
        if element.length is None:
            begin = self._emit("LoopRestBegin", slot, 0, minimum)
        else:
            self._push(element.length)
            begin = self._emit("LoopBegin", slot, 0, minimum)
        outer, self.in_list = self.in_list, True
        self._structure(element.type)
        self._flush()
        self.in_list = outer
        self._emit("LoopRestEnd" if element.length is None else "LoopEnd", slot, begin)
        self.code[begin][2] = self._here()

    def _fixed_elements(self, type_, size):
        if isinstance(type_, Scalar) and type_.kind != "None":
            self._emit("ListVisit", type_.kind, size)
            return
        found = places(type_.elements, 0, True)[0] if isinstance(type_, Struct) else []
        if not found:
            self._emit("ListSkip", 0, 0, size)
            return
        begin = len(self.place_table)
        self.place_table += found
        self._emit("ListPlaces", len(found), size, begin)

    def _sums_of(self, element, size):
        """Sums over a list that a later length asks for are taken when the list is passed."""
        for wanted in {s for s in self.sums if s[1] == element.name}:
            inner, offset, field_size, count_bits = wanted[2], 0, size, 0
            if inner is not None and inner[0] == "popcount":
                assert inner[1] == ("element",)
                count_bits = 1
            elif inner is not None:
                assert inner[0] == "field" and isinstance(element.type, Struct)
                for member in element.type.elements:
                    if isinstance(member, Field) and member.name == inner[1]:
                        field_size = member.type.size
                        break
                    offset += element_size(member)
            self._emit("SumList", self._slot(wanted), size,
                       offset << 16 | field_size << 8 | count_bits)

    def _switch(self, switch):
        self._flush()
        self._push(switch.selector)
        slot = self._slot()
        self._emit("Store", slot)
        exits = []
        for case in switch.cases:
            self.scopes.append({})
            slots = self.next_slot
            if case.is_mask:
                mask = 0
                for value in case.values:
                    mask |= value
                skips = [self._emit("JumpUnlessMask", slot, 0, mask)]
            else:
                matches = [self._emit("JumpIfEqual", slot, 0, value) for value in case.values]
                skips = [self._emit("Jump")]
                for match in matches:
                    self.code[match][2] = self._here()
            self._elements(case.elements)
            self._flush()
            if not case.is_mask:
                exits.append(self._emit("Jump"))
            for skip in skips:
                self.code[skip][2] = self._here()
            self.scopes.pop()
            self.next_slot = slots
        for exit_ in exits:
            self.code[exit_][2] = self._here()
