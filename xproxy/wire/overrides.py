"""What xcb-proto types wrongly, or not at all, for a reader who looks for identifiers.

Everything that the generator adds to the XML is here and nowhere else; each entry says why. `owner` is the
name of the request, of its reply ("GetMapReply"), of the event ("KeyPressEvent") or of the structure.
"""

import dataclasses

from protocol import Align, Case, Field, Items, List, Message, Opaque, Pad, Scalar, Struct, Switch

# The kind of each XID type and of each typedef that means something to a translator.
TYPE_KINDS = {
    ("xproto", "WINDOW"): "Window", ("xproto", "PIXMAP"): "Pixmap",
    ("xproto", "DRAWABLE"): "Drawable", ("xproto", "GCONTEXT"): "GContext",
    ("xproto", "FONT"): "Font", ("xproto", "FONTABLE"): "Fontable",
    ("xproto", "CURSOR"): "Cursor", ("xproto", "COLORMAP"): "Colormap",
    ("xproto", "ATOM"): "Atom", ("xproto", "TIMESTAMP"): "Timestamp",
    ("xproto", "VISUALID"): "Visual", ("xproto", "KEYCODE"): "Keycode",
    ("xproto", "KEYCODE32"): "Keycode", ("xproto", "KEYSYM"): "Keysym",
    ("render", "PICTURE"): "Picture", ("render", "PICTFORMAT"): "PictFormat",
    ("render", "GLYPHSET"): "GlyphSet",
    ("xfixes", "REGION"): "Region", ("xfixes", "BARRIER"): "Barrier",
    ("sync", "COUNTER"): "Counter", ("sync", "ALARM"): "Alarm", ("sync", "FENCE"): "Fence",
    ("shm", "SEG"): "ShmSegment", ("damage", "DAMAGE"): "Damage",
    ("randr", "CRTC"): "Crtc", ("randr", "OUTPUT"): "Output", ("randr", "MODE"): "Mode",
    ("randr", "PROVIDER"): "Provider", ("randr", "LEASE"): "Xid",
    ("xinput", "DeviceId"): "Device", ("xinput", "KeyCode"): "Keycode",
    ("xinput", "EventClass"): "EventClass", ("xinput", "EventTypeBase"): "EventCode",
    ("xkb", "DeviceSpec"): "Device",
    ("dbe", "BackBuffer"): "Drawable", ("present", "EVENT"): "Xid", ("glx", "FBCONFIG"): "FbConfig",
}

# Fields of a plain number type that hold an identifier: (file, owner or None for all, field) -> kind.
FIELD_KINDS = {
    # "resource: CARD32": any resource, or AllTemporary (0).
    ("xproto", "KillClient", "resource"): "Xid",
    # Counter, alarm, fence, or 0 for the calling client itself (SYNC specification, "SetPriority").
    ("sync", "SetPriority", "id"): "Xid",
    ("sync", "GetPriority", "id"): "Xid",
    ("randr", "ModeInfo", "id"): "Mode",
    # "Client: any resource of it, its resource base, or 0"; a resource or 0; an atom or 0.
    ("res", "QueryClientResources", "xid"): "Xid",
    ("res", "QueryClientPixmapBytes", "xid"): "Xid",
    ("res", "QueryResourceBytes", "client"): "Xid",
    ("res", "ResourceIdSpec", "resource"): "Xid",
    ("res", "ResourceIdSpec", "type"): "Atom",
    # Codes of other requests inside of events: the server's numbers.
    ("xproto", "GraphicsExposureEvent", "major_opcode"): "MajorOpcode",
    ("xproto", "NoExposureEvent", "major_opcode"): "MajorOpcode",
    ("shm", "CompletionEvent", "major_event"): "MajorOpcode",
    # A core event code or one of XInput's (XTEST protocol, "FakeInput"; XTestFakeDevice… in libXtst).
    ("xtest", "FakeInput", "type"): "EventCode",
    # XI2's detail is a button for other events, a keycode for these.
    ("xinput", "KeyPressEvent", "detail"): "Keycode",
    ("xinput", "KeyReleaseEvent", "detail"): "Keycode",
    ("xinput", "RawKeyPressEvent", "detail"): "Keycode",
    ("xinput", "RawKeyReleaseEvent", "detail"): "Keycode",
    # XI1 device ids are bytes. In XI1 events bit 7 says "more events follow" and is no part of the id.
    ("xinput", None, "device_id"): "Device",
    ("xinput", None, "deviceid"): "Device",
    ("xinput", None, "grabbed_device"): "Device",
    ("xinput", None, "modifier_device"): "Device",  # 255: the core keyboard
    ("xtest", "FakeInput", "deviceid"): "Device",
    ("xfixes", "CreatePointerBarrier", "devices"): "Device",
    ("xkb", None, "deviceID"): "Device",
    ("xkb", "NewKeyboardNotifyEvent", "oldDeviceID"): "Device",
    ("xkb", "GetKbdByNameReply", "typeDeviceID"): "Device",
    ("xkb", "GetKbdByNameReply", "compatDeviceID"): "Device",
    ("xkb", "GetKbdByNameReply", "indicatorDeviceID"): "Device",
    ("xkb", "GetKbdByNameReply", "keyDeviceID"): "Device",
    ("xkb", "GetKbdByNameReply", "geometryDeviceID"): "Device",
    # Keycodes that are typed as numbers.
    ("xinput", "GrabDeviceKey", "key"): "Keycode",
    ("xinput", "UngrabDeviceKey", "key"): "Keycode",
    ("xinput", "DeviceKeyPressEvent", "detail"): "Keycode",
    ("xinput", "DeviceKeyReleaseEvent", "detail"): "Keycode",
    ("xinput", "GetDeviceModifierMappingReply", "keymaps"): "Keycode",
    ("xinput", "SetDeviceModifierMapping", "keymaps"): "Keycode",
    ("xinput", "DeviceClass", "keys"): "Keycode",
}

# The value of an error (bytes 4 to 7): the identifier that was wrong.
ERROR_VALUE_KINDS = {
    ("xproto", "Window"): "Window", ("xproto", "Pixmap"): "Pixmap", ("xproto", "Atom"): "Atom",
    ("xproto", "Cursor"): "Cursor", ("xproto", "Font"): "Fontable",
    ("xproto", "Drawable"): "Drawable", ("xproto", "Colormap"): "Colormap",
    ("xproto", "GContext"): "GContext", ("xproto", "IDChoice"): "Xid",
    ("render", "PictFormat"): "PictFormat", ("render", "Picture"): "Picture",
    ("render", "GlyphSet"): "GlyphSet",
    ("xfixes", "BadRegion"): "Region", ("xfixes", "BadBarrier"): "Barrier",
    ("sync", "Counter"): "Counter", ("sync", "Alarm"): "Alarm", ("sync", "Fence"): "Fence",
    ("shm", "BadSeg"): "ShmSegment", ("damage", "BadDamage"): "Damage",
    ("dbe", "BadBuffer"): "Drawable",
    ("glx", "BadContext"): "Xid", ("glx", "BadDrawable"): "Drawable", ("glx", "BadPixmap"): "Pixmap",
    ("glx", "BadFBConfig"): "FbConfig", ("glx", "BadPbuffer"): "Xid", ("glx", "BadWindow"): "Xid",
    ("randr", "BadOutput"): "Output", ("randr", "BadCrtc"): "Crtc", ("randr", "BadMode"): "Mode",
    ("randr", "BadProvider"): "Provider",
}

# Errors that servers send and the XML does not list: (file, number) -> name.
MISSING_ERRORS = {
    ("xfixes", 1): "BadBarrier",  # xfixesproto.txt, section 12
    ("sync", 2): "Fence",         # syncproto, X_SyncBadFence
}

# Structures that say how long they are, so that a class unknown to the XML can be passed over:
# (file, structure) -> (field, unit in bytes). XI2's DeviceClass has its <length> in the XML only since
# xcb-proto 1.14.
STRUCT_LENGTHS = {
    ("xinput", "DeviceClass"): ("len", 4), ("xinput", "HierarchyChange"): ("len", 4),
    ("xinput", "InputInfo"): ("len", 1), ("xinput", "InputState"): ("len", 1),
    ("xinput", "FeedbackState"): ("len", 1), ("xinput", "FeedbackCtl"): ("len", 1),
    ("xinput", "DeviceState"): ("len", 1), ("xinput", "DeviceCtl"): ("len", 1),
}

# Opaque byte lists in which identifiers hide among text: (owner) -> (field, form, bytes a character).
ITEM_LISTS = {
    ("xproto", "PolyText8"): ("items", "TextItems", 1),
    ("xproto", "PolyText16"): ("items", "TextItems", 2),
    ("render", "CompositeGlyphs8"): ("glyphcmds", "GlyphItems", 1),
    ("render", "CompositeGlyphs16"): ("glyphcmds", "GlyphItems", 2),
    ("render", "CompositeGlyphs32"): ("glyphcmds", "GlyphItems", 4),
}

# Lists whose length is another field than the XML says: (file, owner, list) -> field.
LIST_LENGTHS = {
    # One byte for each type whose level names are set, which need not be the types that are named (XKB
    # protocol, "SetNames"; the server's _XkbSetNamesCheck).
    ("xkb", "SetNames", "nLevelsPerType"): "nKTLevels",
}

# All of XKB's events share one code; byte 1 (xkbType) tells them apart. XI1, SYNC, … have one code each.
EVENTS_BY_SUBTYPE = {"xkb"}


def type_kind(xml_name, name, inherited=None):
    """Kind of an XID type or typedef; an XID type that is not known here is still an XID."""
    return TYPE_KINDS.get((xml_name, name), inherited if inherited is not None else "Xid")


def field_kind(xml_name, owner, name, type_name):
    if (xml_name, owner, name) in FIELD_KINDS:
        return FIELD_KINDS[(xml_name, owner, name)]
    if (xml_name, None, name) in FIELD_KINDS:
        return FIELD_KINDS[(xml_name, None, name)]
    return None


def error_value_kind(xml_name, name):
    return ERROR_VALUE_KINDS.get((xml_name, name), "None")


def struct_length(xml_name, name):
    if (xml_name, name) not in STRUCT_LENGTHS:
        return None
    field, unit = STRUCT_LENGTHS[(xml_name, name)]
    return ("op", "*", ("field", field), ("value", unit))


def elements(xml_name, owner, parsed, reader):
    """Corrects the elements of one request, reply, event or structure after they were read."""
    if (xml_name, owner) in ITEM_LISTS:
        name, form, unit = ITEM_LISTS[(xml_name, owner)]
        return [Items(name, form, unit) if isinstance(e, List) and e.name == name else e
                for e in parsed]
    for element in parsed:
        if isinstance(element, List) and (xml_name, owner, element.name) in LIST_LENGTHS:
            element.length = ("field", LIST_LENGTHS[(xml_name, owner, element.name)])
    if (xml_name, owner) == ("xproto", "CirculateNotifyEvent"):
        # Unused, says the protocol; servers put the parent there, as into CirculateRequest.
        parent = Field("parent", reader.type("xproto", "WINDOW"), "parent")
        return [parent if isinstance(e, Pad) and e.bytes == 4 else e for e in parsed]
    if (xml_name, owner) == ("randr", "NotifyEvent"):
        return _randr_notify(parsed, reader)
    return parsed


def _randr_notify(parsed, reader):
    """RANDR's Notify carries a union of seven structures; subCode says which (randrproto.txt, section 8)."""
    order = ["CrtcChange", "OutputChange", "OutputProperty", "ProviderChange", "ProviderProperty",
             "ResourceChange", "LeaseNotify"]
    cases = [Case(False, [code], [Field(name, reader.type("randr", name), name)])
             for code, name in enumerate(order) if ("randr", name) in reader.types]
    kept = [e for e in parsed if not (isinstance(e, Field) and isinstance(e.type, Opaque))]
    return kept + [Switch("u", ("field", "subCode"), cases)]


def complete(extension, reader):
    """Adds to a whole extension what its file leaves out."""
    for (xml_name, number), name in MISSING_ERRORS.items():
        if xml_name == extension.xml_name and number not in extension.errors:
            extension.errors[number] = reader.error_message(xml_name, name, number)
    # GLX's "Generic" is a stand-in with the number -1.
    for number in [number for number in extension.errors if number < 0]:
        del extension.errors[number]
    if extension.is_core:
        # "GeGeneric" stands for the generic events of all extensions; it is not one with evtype 35.
        extension.generic_events.clear()
