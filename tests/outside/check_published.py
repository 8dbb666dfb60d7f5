"""Reads the metadata (RFC 8414) and the keys (RFC 7517, PEM) that the service publishes, with libraries of others.

Standard input:   {"service": where it listens, "issuer": who it says it is}
Standard output:  {"endpoints": of the metadata, "keys": [[kid, kty, alg] of each key]}

Ends with a failure, and says why, where they are not what the standards describe.
"""

import json
import sys
from urllib.request import urlopen

from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from joserfc.jwk import KeySet

QUESTION = json.load(sys.stdin)
SERVICE, ISSUER = QUESTION["service"], QUESTION["issuer"]
ALGORITHMS = {"EC": "ES256", "RSA": "RS256"}


class Metadata(AuthorizationServerMetadata):
    def validate_response_types_supported(self):
        # Authlib takes an empty list for a missing one; but without an authorization endpoint there is none to name.
        assert isinstance(self["response_types_supported"], list)
        assert bool(self["response_types_supported"]) == ("authorization_endpoint" in self)


def fetch(url):
    # The issuer's own name leads nowhere from here.
    assert url.startswith(f"{ISSUER}/"), f"{url} is not of {ISSUER}"
    with urlopen(SERVICE + url.removeprefix(ISSUER)) as answer:
        return answer.headers.get_content_type(), answer.read()


content_type, body = fetch(f"{ISSUER}/.well-known/oauth-authorization-server")
assert content_type == "application/json", content_type
metadata = Metadata(json.loads(body))
metadata.validate()
# RFC 8414 §3.3: or else it must not be used.
assert metadata["issuer"] == ISSUER, metadata["issuer"]

content_type, body = fetch(metadata["jwks_uri"])
assert content_type == "application/jwk-set+json", content_type
keys = KeySet.import_key_set(json.loads(body)).keys
assert len({key.kid for key in keys}) == len(keys) > 0
for key in keys:
    kid, kty = key.kid, key.key_type
    assert not key.is_private, kid
    assert key.get("use") == "sig" and key.get("alg") == ALGORITHMS[kty], key.as_dict()
    pem = fetch(metadata["jwks_uri"].removesuffix(".json") + f"/{kid}.pem")[1]
    # One key in two forms.
    assert load_pem_public_key(pem).public_numbers() == key.public_key.public_numbers(), kid

endpoints = {name: value for name, value in metadata.items() if name.endswith("_endpoint")}
json.dump({"endpoints": endpoints, "keys": [[key.kid, key.key_type, key.get("alg")] for key in keys]}, sys.stdout)
