use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roster_ports::{KeyParameters, PublicKey};
use serde_json::json;

use super::fixture::{PUBLIC_URL, World, get};

// The public key of RFC 7515, appendix A.3.1, also as OpenSSL writes it.
const X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
const Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
const PEM: &str = "-----BEGIN PUBLIC KEY-----\n\
                   MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV7\n\
                   6e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==\n\
                   -----END PUBLIC KEY-----\n";

fn world() -> World {
    let mut world = World::new();
    world.signing_keys.expect_public_keys().returning(|| {
        let der = STANDARD.decode(PEM.lines().filter(|line| !line.starts_with('-')).collect::<String>());
        let parameters = KeyParameters::Ec { x: X.to_owned(), y: Y.to_owned() };
        vec![PublicKey { id: "k.1".parse().unwrap(), parameters, der: der.unwrap() }]
    });
    world
}

#[actix_web::test]
async fn the_key_set_holds_every_key() {
    let answer = world().answer(get("/.well-known/jwks.json")).await;
    let key =
        json!({"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "k.1", "x": X, "y": Y});
    assert_eq!(answer.json(), json!({ "keys": [key] }));
    assert_eq!(answer.header("Content-Type"), "application/jwk-set+json");
    assert_eq!(answer.header("Cache-Control"), "public, max-age=300");
}

#[actix_web::test]
async fn a_key_is_served_as_pem() {
    let answer = world().answer(get("/.well-known/jwks/k.1.pem")).await;
    assert_eq!(String::from_utf8(answer.body.clone()).unwrap(), PEM);
    assert_eq!(answer.header("Cache-Control"), "public, max-age=300");
    for path in ["/.well-known/jwks/other.pem", "/.well-known/jwks/a%20b.pem"] {
        assert_eq!(world().answer(get(path)).await.status.as_u16(), 404, "{path}");
    }
}

#[actix_web::test]
async fn the_metadata_names_only_what_exists() {
    let metadata = world().answer(get("/.well-known/oauth-authorization-server")).await.json();
    assert_eq!(metadata["issuer"], PUBLIC_URL);
    assert_eq!(metadata["token_endpoint"], format!("{PUBLIC_URL}/oauth/token"));
    assert_eq!(metadata["jwks_uri"], format!("{PUBLIC_URL}/.well-known/jwks.json"));
    assert_eq!(metadata["response_types_supported"], json!([]));
    let grants = json!(["password", "refresh_token", "client_credentials"]);
    assert_eq!(metadata["grant_types_supported"], grants);
    let methods = json!(["client_secret_basic", "client_secret_post", "none"]);
    assert_eq!(metadata["token_endpoint_auth_methods_supported"], methods);
    assert_eq!(metadata["revocation_endpoint"], format!("{PUBLIC_URL}/oauth/revoke"));
    assert_eq!(metadata["introspection_endpoint"], format!("{PUBLIC_URL}/oauth/introspect"));
    assert_eq!(metadata["revocation_endpoint_auth_methods_supported"], methods);
    let methods = json!(["client_secret_basic", "client_secret_post"]);
    assert_eq!(metadata["introspection_endpoint_auth_methods_supported"], methods);
    assert_eq!(metadata.as_object().unwrap().len(), 11);
}
