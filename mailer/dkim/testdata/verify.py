"""Verifies signed letters with dkimpy. Exits with 3 if dkimpy is not there.

Standard input: JSON {"keys": {name: record}, "letters": [base64, ...]}.
Standard output: a JSON list of what went wrong.
"""
import base64, json, sys

try:
    import dkim
except ImportError:
    sys.exit(3)

try:
    import nacl.signing  # dkimpy verifies Ed25519 only with it
    elliptic = True
except ImportError:
    elliptic = False

job = json.load(sys.stdin)
wrong = []
verified = {"rsa": 0, "ed25519": 0}


def lookup(name, timeout=5):
    return job["keys"][name.decode().rstrip(".")].encode()


for n, letter in enumerate(job["letters"]):
    raw = base64.b64decode(letter)
    for i in range(raw.split(b"\r\n\r\n", 1)[0].lower().count(b"dkim-signature:")):
        tags = raw.split(b"DKIM-Signature:")[i + 1].split(b"b=", 1)[0]
        kind = "ed25519" if b"a=ed25519" in tags else "rsa"
        if kind == "ed25519" and not elliptic:
            continue
        try:
            if dkim.DKIM(raw).verify(idx=i, dnsfunc=lookup):
                verified[kind] += 1
            else:
                wrong.append("letter %d, signature %d: not verified" % (n, i))
        except Exception as e:
            wrong.append("letter %d, signature %d: %r" % (n, i, e))

json.dump({"wrong": wrong, "verified": verified}, sys.stdout)
