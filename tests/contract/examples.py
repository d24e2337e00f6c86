"""Fails unless the document at an address is OpenAPI 3.1 and each of its examples is valid under the schema beside it."""

import sys

import requests
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

FEWEST_EXAMPLES = 100


def contents(node):
    """Every media type's description below a node."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "content":
                yield from value.values()
            else:
                yield from contents(value)
    elif isinstance(node, list):
        for value in node:
            yield from contents(value)


def rooted(schema):
    """The schema with its references leading into the document."""
    if isinstance(schema, dict):
        return {key: "urn:document" + value if key == "$ref" else rooted(value) for key, value in schema.items()}
    if isinstance(schema, list):
        return [rooted(value) for value in schema]
    return schema


def main(address):
    document = requests.get(address, timeout=10).json()
    faults = [f"the document: {error.message}" for error in OpenAPIV31SpecValidator(document).iter_errors()]
    resource = Resource.from_contents(document, default_specification=DRAFT202012)
    registry = Registry().with_resource("urn:document", resource)
    tried = 0
    for content in contents(document["paths"]):
        validator = Draft202012Validator(rooted(content["schema"]), registry=registry, format_checker=FormatChecker())
        for example in content.get("examples", {}).values():
            tried += 1
            faults += [f"{error.json_path}: {error.message}" for error in validator.iter_errors(example["value"])]
    if tried < FEWEST_EXAMPLES:
        faults.append(f"only {tried} examples")
    print(f"{tried} examples, {len(faults)} faults")
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
