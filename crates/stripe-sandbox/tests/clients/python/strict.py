"""Compares JSON with the type annotations that the official library carries.

Objects: every field that the official class does not call optional is there, no field is unknown, each value has the
annotated type, and a word is one of the listed words. Requests: the same against `stripe.params`.
"""

import ast
import inspect
import sys
import threading
import typing
from decimal import Decimal

import stripe
import typing_extensions
from stripe._list_object import ListObject
from stripe._object_classes import get_object_class
from stripe._stripe_object import StripeObject, UntypedStripeObject

NotRequired = typing_extensions.NotRequired
ABSENT = type(None)
_namespaces = {}
# Python 3.11 cannot parse in two threads at once (python/cpython#106905), and webhooks come in many.
_parsing = threading.Lock()


class Mismatch(AssertionError):
    """The JSON is not what the official types say."""


def fail(path, words):
    raise Mismatch(f"{path}: {words}")


def namespace(module_name):
    """The module's names, with those that it imports for type checkers only."""
    with _parsing:
        return _namespaces.get(module_name) or read_namespace(module_name)


def read_namespace(module_name):
    if module_name not in _namespaces:
        module = sys.modules[module_name]
        names = {**vars(typing), **vars(stripe), **vars(module)}
        for node in ast.parse(inspect.getsource(module)).body:
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                exec(compile(ast.Module(node.body, []), module_name, "exec"), names)  # noqa: S102 (imports of the library)
        _namespaces[module_name] = names
    return _namespaces[module_name]


def resolve(annotation, module_name):
    """An annotation with its names looked up."""
    if isinstance(annotation, typing.ForwardRef):
        annotation = annotation.__forward_arg__
    if isinstance(annotation, str):
        return resolve(eval(annotation, namespace(module_name)), module_name)  # noqa: S307 (the library's own words)
    return annotation


def fields_of(cls):
    """Every annotated field of an object class and its bases, with the module that names it."""
    found = {}
    for base in reversed(cls.__mro__):
        if base is StripeObject or not issubclass(base, StripeObject):
            continue
        for name, annotation in base.__dict__.get("__annotations__", {}).items():
            if "ClassVar" not in str(annotation) and not name.startswith("_"):
                found[name] = (annotation, base.__module__)
    return found


def check_object(value, cls, path):
    if not isinstance(value, dict):
        fail(path, f"is {value!r}, not an object")
    fields = fields_of(cls)
    json_names = {wire_name(cls, name): pair for name, pair in fields.items()}
    if value.get("deleted") is True:
        json_names = {name: pair for name, pair in json_names.items() if name in ("id", "object", "deleted")}
    for name, element in value.items():
        if name not in json_names:
            fail(path, f"has the unknown field {name}")
        check(element, *json_names[name], f"{path}.{name}")
    for name, (annotation, module) in json_names.items():
        if name not in value and not is_optional(resolve(annotation, module), module):
            fail(path, f"lacks the field {name}")


def wire_name(cls, name):
    """Fields whose names are Python's own words are renamed by the library."""
    renamed = getattr(cls, "_field_remappings", {})
    return renamed.get(name, name)


def is_optional(annotation, module):
    return typing.get_origin(annotation) is typing.Union and ABSENT in [resolve(arm, module) for arm in typing.get_args(annotation)]


def check(value, annotation, module, path):
    annotation = resolve(annotation, module)
    origin, arms = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (NotRequired, typing_extensions.Required):
        return check(value, arms[0], module, path)
    if origin is typing.Union or type(annotation).__name__ == "UnionType":
        return check_union(value, [resolve(arm, module) for arm in arms], module, path)
    if annotation in (typing.Any, object):
        return None
    if origin is typing_extensions.Literal or origin is typing.Literal:
        return value in arms or fail(path, f"is {value!r}, none of {arms}")
    if origin in (list, typing.List):
        isinstance(value, list) or fail(path, f"is {value!r}, not an array")
        for index, element in enumerate(value):
            check(element, arms[0], module, f"{path}[{index}]")
        return None
    if origin in (dict, typing.Dict, UntypedStripeObject):
        isinstance(value, dict) or fail(path, f"is {value!r}, not a map")
        for key, element in value.items():
            check(element, arms[-1], module, f"{path}[{key}]")
        return None
    if origin is ListObject:
        return check_list(value, lambda element, at: check(element, arms[0], module, at), path)
    return check_plain(value, annotation, path)


def check_union(value, arms, module, path):
    words = [arm for arm in arms if typing.get_origin(arm) in (typing.Literal, typing_extensions.Literal)]
    objects = [arm for arm in arms if isinstance(arm, type) and issubclass(arm, StripeObject)]
    # The library writes `Literal[...] | str` so that words of the future pass; those of today are all listed.
    if words and not objects:
        arms = [arm for arm in arms if arm is not str] if isinstance(value, str) and not is_free_text(arms) else arms
    if isinstance(value, dict) and objects:
        named = [arm for arm in objects if getattr(arm, "OBJECT_NAME", None) == value.get("object")]
        return check_object(value, (named or objects)[0], path)
    faults = []
    for arm in arms:
        try:
            return check(value, arm, module, path)
        except Mismatch as mismatch:
            faults.append(str(mismatch))
    return fail(path, " / ".join(faults))


def is_free_text(arms):
    """`Literal[''] | str`: any text, and the empty one unsets."""
    words = [arm for arm in arms if typing.get_origin(arm) in (typing.Literal, typing_extensions.Literal)]
    return all(typing.get_args(arm) == ("",) for arm in words)


def check_list(value, check_element, path):
    isinstance(value, dict) or fail(path, "is not a list object")
    if set(value) != {"object", "data", "has_more", "url"} or value["object"] != "list":
        fail(path, f"is no list envelope: {sorted(value)}")
    if not isinstance(value["has_more"], bool) or not value["url"].startswith("/v1/"):
        fail(path, "has a wrong has_more or url")
    for index, element in enumerate(value["data"]):
        check_element(element, f"{path}.data[{index}]")


def check_plain(value, annotation, path):
    if annotation is ABSENT:
        return value is None or fail(path, f"is {value!r}, not null")
    if annotation is Decimal:
        return (isinstance(value, str) and Decimal(value) is not None) or fail(path, f"is {value!r}, not a decimal in text")
    if annotation is bool:
        return isinstance(value, bool) or fail(path, f"is {value!r}, not a boolean")
    if annotation is int:
        return (isinstance(value, int) and not isinstance(value, bool)) or fail(path, f"is {value!r}, not a whole number")
    if annotation is float:
        return (isinstance(value, (int, float)) and not isinstance(value, bool)) or fail(path, f"is {value!r}, not a number")
    if annotation is str:
        return isinstance(value, str) or fail(path, f"is {value!r}, not a text")
    if typing_extensions.is_typeddict(annotation):
        return check_params(value, annotation, path)
    if isinstance(annotation, type) and issubclass(annotation, StripeObject):
        return check_object(value, annotation, path)
    return fail(path, f"has an annotation that this check does not know: {annotation!r}")


def check_params(value, typed_dict, path):
    """A request's parameters against the official declaration of them."""
    isinstance(value, dict) or fail(path, f"is {value!r}, not a map")
    declared = {}
    for base in reversed([typed_dict, *typed_dict.__orig_bases__]):
        if typing_extensions.is_typeddict(base) and base.__name__ != "RequestOptions":
            declared.update({name: (annotation, base.__module__) for name, annotation in base.__dict__.get("__annotations__", {}).items()})
    for name, element in value.items():
        if name not in declared:
            fail(path, f"{typed_dict.__name__} has no parameter {name}")
        check(element, *declared[name], f"{path}[{name}]")
    for name, (annotation, module) in declared.items():
        text = annotation.__forward_arg__ if isinstance(annotation, typing.ForwardRef) else str(annotation)
        if name not in value and "NotRequired" not in text:
            fail(path, f"{typed_dict.__name__} lacks the parameter {name}")


def check_answer(value):
    """A whole answer: an object of a type that it names itself, or a list of such."""
    name = value.get("object")
    if name == "list":
        return check_list(value, lambda element, path: check_named(element, path), "list")
    return check_named(value, name)


def check_named(value, path):
    cls = get_object_class("V1", value["object"])
    if getattr(cls, "OBJECT_NAME", None) != value["object"]:
        fail(path, f"is of the unknown type {value['object']}")
    check_object(value, cls, path)
    if value["object"] == "event":
        check_event(value, path)


def check_event(event, path):
    """What the event is about is an object too, and what was different before are fields of it."""
    about = event["data"]["object"]
    if event["type"] == "invoice.upcoming":
        "id" not in about or fail(path, "invoice.upcoming is about an invoice that has no id yet")
        about = {**about, "id": "in_none"}
    check_named(about, f"{path}({event['type']}).data.object")
    previous = event["data"].get("previous_attributes")
    if event["type"].endswith(".updated"):
        isinstance(previous, dict) or fail(path, f"{event['type']} does not say what was different before")
    known = fields_of(get_object_class("V1", about["object"]))
    for name in previous or {}:
        name in known or fail(path, f"{event['type']} names the unknown field {name} as different before")
