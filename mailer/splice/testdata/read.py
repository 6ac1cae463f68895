"""Reads letters the way Python's email package does, and tells what it read.

Standard input: a JSON list of letters in base64. Standard output: a JSON list
of what each says, with every defect the parser found.
"""
import base64, email, email.policy, json, sys


def defects(thing):
    return [repr(d) for d in getattr(thing, "defects", [])]


def read(raw):
    m = email.message_from_bytes(raw, policy=email.policy.default)
    fields, found, parts = [], [], []
    for name, value in m.items():
        found += [name + ": " + d for d in defects(value)]
        if name.lower() == "content-type":
            value = m.get_content_type()  # boundaries differ
        if name.lower() != "content-transfer-encoding":
            fields.append(name + ": " + str(value))
    for part in m.walk():
        found += defects(part)
        for value in part.values():
            found += defects(value)
        if part.is_multipart():
            parts.append([part.get_content_type(), ""])
        else:
            payload = part.get_payload(decode=True)
            found += defects(part)
            parts.append([part.get_content_type(), base64.b64encode(payload).decode()])
    to = m["To"].addresses
    return {
        "fields": fields, "parts": parts, "defects": found,
        "name": to[0].display_name if to else "", "address": to[0].addr_spec if to else "", "count": len(to),
    }


json.dump([read(base64.b64decode(x)) for x in json.load(sys.stdin)], sys.stdout)
