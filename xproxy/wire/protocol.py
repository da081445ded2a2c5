"""The X protocol as xcb-proto describes it, read into a small model.

xcbgen, which comes with xcb-proto, is not used: it folds every XID type into uint32_t, and what we want to
know is exactly which of them is meant. The XML grammar is xcb.xsd in the same folder.

Elements of a message or a structure, in the order of the wire: Field, List, Pad, Align, Switch, Fd, and
Items (an opaque list whose identifiers are found by a hand-written walker, see overrides.py).
"""

import dataclasses
import pathlib
import typing
import xml.etree.ElementTree as ElementTree

# Expressions are tuples: ("value", n), ("field", name), ("op", "+", left, right), ("unop", "~", e),
# ("popcount", e), ("sumof", listName, e or None), ("element",) (the list element inside of sumof).
Expression = tuple


@dataclasses.dataclass
class Scalar:
    name: str
    size: int
    ctype: str
    kind: str = "None"

    @property
    def fixed_size(self):
        return self.size


@dataclasses.dataclass
class Struct:
    name: str
    elements: list = dataclasses.field(default_factory=list)
    length: Expression = None  # total bytes, where the structure says it itself

    @property
    def fixed_size(self):
        return elements_size(self.elements) if self.length is None else None


@dataclasses.dataclass
class Opaque:
    """A union that nothing here distinguishes, or an event inside of a request."""
    name: str
    size: int

    @property
    def fixed_size(self):
        return self.size


@dataclasses.dataclass
class Field:
    name: str
    type: typing.Any
    type_name: str
    is_header: bool = False


@dataclasses.dataclass
class List:
    name: str
    type: typing.Any
    type_name: str
    length: Expression  # None: to the end of the message


@dataclasses.dataclass
class Pad:
    bytes: int


@dataclasses.dataclass
class Align:
    to: int


@dataclasses.dataclass
class Case:
    is_mask: bool
    values: list
    elements: list


@dataclasses.dataclass
class Switch:
    name: str
    selector: Expression
    cases: list


@dataclasses.dataclass
class Fd:
    name: str
    is_list: bool


@dataclasses.dataclass
class Items:
    name: str
    form: str  # "GlyphItems" or "TextItems"
    unit: int  # bytes of a character


@dataclasses.dataclass
class Message:
    name: str
    direction: str  # "Request", "Reply", "Event", "GenericEvent", "Error"
    number: int
    elements: list
    reply: "Message" = None


@dataclasses.dataclass
class Extension:
    name: str
    xml_name: str
    major_version: int
    minor_version: int
    is_core: bool
    requests: dict = dataclasses.field(default_factory=dict)
    events: dict = dataclasses.field(default_factory=dict)
    generic_events: dict = dataclasses.field(default_factory=dict)
    errors: dict = dataclasses.field(default_factory=dict)
    enums: dict = dataclasses.field(default_factory=dict)


def element_size(element):
    """Bytes of an element, None when that depends on the message."""
    if isinstance(element, Field):
        return element.type.fixed_size
    if isinstance(element, List):
        size = element.type.fixed_size
        if element.length is not None and element.length[0] == "value" and size is not None:
            return size * element.length[1]
        return None
    if isinstance(element, Pad):
        return element.bytes
    if isinstance(element, Fd):
        return 0
    return None


def elements_size(elements):
    total = 0
    for element in elements:
        if isinstance(element, Align):
            total = (total + element.to - 1) // element.to * element.to
            continue
        size = element_size(element)
        if size is None:
            return None
        total += size
    return total


BASE_TYPES = {
    "CARD8": (1, "std::uint8_t"), "CARD16": (2, "std::uint16_t"), "CARD32": (4, "std::uint32_t"),
    "CARD64": (8, "std::uint64_t"), "INT8": (1, "std::int8_t"), "INT16": (2, "std::int16_t"),
    "INT32": (4, "std::int32_t"), "INT64": (8, "std::int64_t"), "BYTE": (1, "std::uint8_t"),
    "BOOL": (1, "std::uint8_t"), "char": (1, "std::uint8_t"), "void": (1, "std::uint8_t"),
    "float": (4, "std::uint32_t"), "double": (8, "std::uint64_t"), "fd": (0, "int"),
}


# A request's or an extension's code in what the server sends.
MAJOR_OPCODE = Scalar("CARD8", 1, "std::uint8_t", "MajorOpcode")


class Reader:
    """Reads protocol files by name and remembers their types, so that imports resolve."""

    def __init__(self, folder, overrides):
        self.folder = pathlib.Path(folder)
        self.overrides = overrides
        self.roots = {}
        self.types = {}  # (file, type name) -> type
        self.enums = {}  # (file, enum name) -> {item: value}

    def extension(self, xml_name):
        root = self._load(xml_name)
        result = Extension(root.get("extension-xname") or "core", xml_name,
                           int(root.get("major-version") or 11),
                           int(root.get("minor-version") or 0), xml_name == "xproto")
        for node in root:
            if node.tag == "request":
                message = self._request(xml_name, node, result.is_core)
                result.requests[message.number] = message
            elif node.tag in ("event", "eventcopy"):
                generic = self._definition(root, node).get("xge") == "true"
                message = self._event(xml_name, node, root, generic)
                (result.generic_events if generic else result.events)[message.number] = message
            elif node.tag in ("error", "errorcopy"):
                message = self._error(xml_name, node)
                result.errors[message.number] = message
            elif node.tag == "enum":
                result.enums[node.get("name")] = self.enums[(xml_name, node.get("name"))]
        self.overrides.complete(result, self)
        return result

    # --- messages -----------------------------------------------------------------------------------

    def _header(self, *fields):
        return [Field(name, self.base(kind), kind, True) for name, kind in fields]

    def _with_data_byte(self, xml_name, node, owner, first, rest):
        """Core requests, replies and old events: the first one-byte element sits at byte 1."""
        body = self._elements(xml_name, node, owner)
        position = next((i for i, e in enumerate(body) if not isinstance(e, Fd)), None)
        data = Pad(1)
        if position is not None:
            data = body.pop(position)
            assert element_size(data) == 1, f"{xml_name} {owner}: no data byte"
        return first + [data] + rest + body

    def _request(self, xml_name, node, is_core):
        name, number = node.get("name"), int(node.get("opcode"))
        length = self._header(("length", "CARD16"))
        if is_core:
            elements = self._with_data_byte(xml_name, node, name,
                                            self._header(("major_opcode", "CARD8")), length)
        else:
            elements = self._header(("major_opcode", "CARD8"), ("minor_opcode", "CARD8")) + length
            elements += self._elements(xml_name, node, name)
        request = Message(name, "Request", number, elements)
        reply = node.find("reply")
        if reply is not None:
            rest = self._header(("sequence", "CARD16"), ("length", "CARD32"))
            elements = self._with_data_byte(xml_name, reply, name + "Reply",
                                            self._header(("response_type", "CARD8")), rest)
            request.reply = Message(name, "Reply", number, elements)
        return request

    def _definition(self, root, node):
        while node.tag in ("eventcopy", "errorcopy"):
            tag = node.tag[:-4]
            node = next(n for n in root if n.tag in (tag, node.tag) and n.get("name") == node.get("ref"))
        return node

    def _event(self, xml_name, node, root, generic):
        name, definition = node.get("name"), self._definition(root, node)
        if generic:
            elements = self._header(("response_type", "CARD8"))
            elements += [Field("extension", MAJOR_OPCODE, "CARD8", True)]
            elements += self._header(("sequence", "CARD16"), ("length", "CARD32"),
                                     ("event_type", "CARD16"))
            elements += self._elements(xml_name, definition, name + "Event")
        elif definition.get("no-sequence-number"):
            elements = self._header(("response_type", "CARD8"))
            elements += self._elements(xml_name, definition, name + "Event")
        else:
            elements = self._with_data_byte(xml_name, definition, name + "Event",
                                            self._header(("response_type", "CARD8")),
                                            self._header(("sequence", "CARD16")))
        direction = "GenericEvent" if generic else "Event"
        return Message(name, direction, int(node.get("number")), elements)

    def _error(self, xml_name, node):
        """All errors have one layout (X protocol, section 1, "Error Format"), whatever the XML leaves out."""
        return self.error_message(xml_name, node.get("name"), int(node.get("number")))

    def error_message(self, xml_name, name, number):
        kind = self.overrides.error_value_kind(xml_name, name)
        elements = self._header(("response_type", "CARD8"), ("error_code", "CARD8"),
                                ("sequence", "CARD16"))
        elements += [Field("bad_value", Scalar("CARD32", 4, "std::uint32_t", kind), "CARD32"),
                     Field("minor_opcode", self.base("CARD16"), "CARD16"),
                     Field("major_opcode", MAJOR_OPCODE, "CARD8")]
        return Message(name, "Error", number, elements)

    # --- elements -----------------------------------------------------------------------------------

    def _elements(self, xml_name, node, owner):
        result = []
        for child in node:
            name = child.get("name")
            if child.tag in ("field", "exprfield"):
                type_name = child.get("type")
                kind = self.overrides.field_kind(xml_name, owner, name, type_name)
                result.append(Field(name, self._typed(xml_name, type_name, kind), type_name))
            elif child.tag == "list":
                result.append(self._list(xml_name, child, owner))
            elif child.tag == "pad":
                align = child.get("align")
                result.append(Align(int(align)) if align else Pad(int(child.get("bytes"))))
            elif child.tag == "switch":
                result.append(self._switch(xml_name, child, owner))
            elif child.tag == "fd":
                result.append(Fd(name, False))
            elif child.tag not in ("doc", "reply", "required_start_align", "enumref", "length"):
                raise ValueError(f"{xml_name}: {owner}: unknown element <{child.tag}>")
        return self.overrides.elements(xml_name, owner, result, self)

    def _list(self, xml_name, node, owner):
        name, type_name = node.get("name"), node.get("type")
        length = self.expression(xml_name, node[0]) if len(node) else None
        if type_name == "fd":
            return Fd(name, True)
        kind = self.overrides.field_kind(xml_name, owner, name, type_name)
        return List(name, self._typed(xml_name, type_name, kind), type_name, length)

    def _switch(self, xml_name, node, owner):
        children = [c for c in node if c.tag != "required_start_align"]
        cases = []
        for child in children[1:]:
            values = [self.expression(xml_name, e)[1] for e in child if e.tag in ("enumref", "value")]
            cases.append(Case(child.tag == "bitcase", values,
                              self._elements(xml_name, child, owner)))
        return Switch(node.get("name"), self.expression(xml_name, children[0]), cases)

    def expression(self, xml_name, node):
        parts = [self.expression(xml_name, child) for child in node]
        if node.tag == "value":
            return ("value", int(node.text, 0))
        if node.tag == "enumref":
            return ("value", self.find(self.enums, xml_name, node.get("ref"))[node.text])
        if node.tag in ("fieldref", "paramref"):
            return ("field", node.text.strip())
        if node.tag in ("op", "unop"):
            return (node.tag, node.get("op"), *parts)
        if node.tag == "popcount":
            return ("popcount", parts[0])
        if node.tag == "sumof":
            return ("sumof", node.get("ref"), parts[0] if parts else None)
        if node.tag == "listelement-ref":
            return ("element",)
        raise ValueError(f"{xml_name}: unknown expression <{node.tag}>")

    # --- types --------------------------------------------------------------------------------------

    def base(self, name):
        size, ctype = BASE_TYPES[name]
        return Scalar(name, size, ctype)

    def _typed(self, xml_name, type_name, kind):
        result = self.type(xml_name, type_name)
        return dataclasses.replace(result, kind=kind) if kind is not None else result

    def type(self, xml_name, name):
        if name in BASE_TYPES:
            return self.base(name)
        return self.find(self.types, xml_name, name)

    def find(self, table, xml_name, name):
        """Looks a name up as the XML does: in its own file, then in what that imports."""
        if ":" in name:
            xml_name, name = name.split(":")
        if (xml_name, name) in table:
            return table[(xml_name, name)]
        for node in self.roots[xml_name].findall("import"):
            try:
                return self.find(table, node.text.strip(), name)
            except KeyError:
                pass
        raise KeyError(f"{xml_name}: nothing named {name}")

    def _load(self, xml_name):
        if xml_name in self.roots:
            return self.roots[xml_name]
        root = ElementTree.parse(self.folder / f"{xml_name}.xml").getroot()
        self.roots[xml_name] = root
        for node in root.findall("import"):
            self._load(node.text.strip())
        for node in root:
            if node.tag == "enum":
                self._enum(xml_name, node)
        for node in root:
            self._define(xml_name, node)
        return root

    def _enum(self, xml_name, node):
        items, following = {}, 0
        for item in node.findall("item"):
            if item.find("value") is not None:
                following = int(item.find("value").text, 0)
            elif item.find("bit") is not None:
                following = 1 << int(item.find("bit").text, 0)
            items[item.get("name")] = following
            following += 1
        self.enums[(xml_name, node.get("name"))] = items

    def _define(self, xml_name, node):
        name = node.get("name") or node.get("newname")
        key = (xml_name, name)
        if node.tag in ("xidtype", "xidunion"):
            self.types[key] = Scalar(name, 4, "std::uint32_t", self.overrides.type_kind(xml_name, name))
        elif node.tag == "typedef":
            original = self.type(xml_name, node.get("oldname"))
            if isinstance(original, Scalar):
                kind = self.overrides.type_kind(xml_name, name, original.kind)
                original = dataclasses.replace(original, name=name, kind=kind)
            self.types[key] = original
        elif node.tag == "struct":
            length = node.find("length")
            length = self.expression(xml_name, length[0]) if length is not None else None
            length = length or self.overrides.struct_length(xml_name, name)
            self.types[key] = Struct(name, self._elements(xml_name, node, name), length)
        elif node.tag == "union":
            members = self._elements(xml_name, node, name)
            sizes = [element_size(member) or 0 for member in members]
            self.types[key] = Opaque(name, max(sizes))
        elif node.tag == "eventstruct":
            self.types[key] = Opaque(name, 32)
