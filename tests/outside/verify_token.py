"""Verifies an access token as a resource server in another language would: from nothing but what the service publishes.

Standard input:   {"service": where it listens, "issuer": whom to trust, "audience": who we are, "token": the token}
Standard output:  {verifier: "accepted", or the error by which it was refused}

Whatever else goes wrong ends this program with a failure, so that it is never taken for a refusal.
"""

import json
import sys
from urllib.error import HTTPError
from urllib.request import urlopen

import jwt
from authlib.oauth2.rfc6750.errors import InvalidTokenError
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from joserfc.jwk import KeySet

QUESTION = json.load(sys.stdin)
ISSUER, AUDIENCE = QUESTION["issuer"], QUESTION["audience"]
KEYS = QUESTION["service"] + "/.well-known/jwks"

TYPE = "at+jwt"
# RFC 9068 §2.2: all of them are required.
CLAIMS = ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"]


class WrongType(jwt.InvalidTokenError):
    """The token is of another kind (RFC 9068 §4)."""


def checked_by_pyjwt(token, key, algorithm):
    options = {"require": CLAIMS}
    decoded = jwt.decode_complete(
        token, key, algorithms=[algorithm], issuer=ISSUER, audience=AUDIENCE, options=options
    )
    if decoded["header"].get("typ") != TYPE:
        raise WrongType(decoded["header"].get("typ"))


def pyjwt_with_the_key_set(token):
    # The key says for which algorithm it is; a token of another one is refused.
    key = jwt.PyJWKClient(f"{KEYS}.json").get_signing_key_from_jwt(token)
    checked_by_pyjwt(token, key, key.algorithm_name)


def pyjwt_with_the_pem(token):
    kid = jwt.get_unverified_header(token)["kid"]
    with urlopen(f"{KEYS}/{kid}.pem") as answer:
        key = load_pem_public_key(answer.read())
    checked_by_pyjwt(token, key, "RS256" if isinstance(key, RSAPublicKey) else "ES256")


class Authlib(JWTBearerTokenValidator):
    """Authlib's own reading of RFC 9068 §4."""

    def get_jwks(self):
        with urlopen(f"{KEYS}.json") as answer:
            return KeySet.import_key_set(json.load(answer))


def authlib_by_rfc_9068(token):
    validator = Authlib(ISSUER, AUDIENCE)
    validator.validate_token(validator.authenticate_token(token), scopes=None, request=None)


VERIFIERS = [pyjwt_with_the_key_set, pyjwt_with_the_pem, authlib_by_rfc_9068]
REFUSALS = (jwt.PyJWTError, InvalidTokenError)


def verdict(verify):
    try:
        verify(QUESTION["token"])
    except HTTPError as error:
        if error.code != 404:
            raise
        return "unknown key"
    except jwt.PyJWKClientConnectionError:
        raise
    except REFUSALS as error:
        return type(error.__cause__ or error).__name__
    return "accepted"


json.dump({verify.__name__: verdict(verify) for verify in VERIFIERS}, sys.stdout)
