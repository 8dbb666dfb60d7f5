//! Keys, thumbprints and signatures that others made.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use pkcs8::SecretDocument;
use rstest::rstest;

use super::super::document;
use super::super::public_key::{of_ec, of_rsa};
use super::super::signing_key::SigningKey;
use roster_ports::{ImportError, KeyParameters};

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// The uncompressed point with these coordinates.
fn point(x: &str, y: &str) -> Vec<u8> {
    [vec![4], decode(x), decode(y)].concat()
}

fn read(pem: &str) -> SigningKey {
    document::read(SecretDocument::from_pem(pem).unwrap().1.as_bytes()).ok().unwrap()
}

/// The EC key of RFC 7517 appendix A.1; its thumbprint was computed elsewhere.
#[test]
fn the_thumbprint_of_an_ec_key_is_the_known_one() {
    let (x, y) =
        ("MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM");
    let key = of_ec(&point(x, y)).unwrap();
    assert_eq!(key.id.as_str(), "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s");
    assert_eq!(key.parameters, KeyParameters::Ec { x: x.to_owned(), y: y.to_owned() });
}

/// The key and the thumbprint of RFC 7638 §3.1.
#[test]
fn the_thumbprint_of_an_rsa_key_is_that_of_the_standard() {
    let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
    let sequence = [&[0x30, 0x82, 1, 10, 2, 0x82, 1, 1, 0], &decode(n)[..], &[2, 3, 1, 0, 1]].concat();
    let key = of_rsa(&sequence).unwrap();
    assert_eq!(key.id.as_str(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    assert_eq!(key.parameters, KeyParameters::Rsa { n: n.to_owned(), e: "AQAB".to_owned() });
}

#[rstest]
#[case::ec(include_str!("keys/ec-p256.pem"), include_str!("keys/ec-p256.public.pem"))]
#[case::rsa(include_str!("keys/rsa-2048.pem"), include_str!("keys/rsa-2048.public.pem"))]
fn the_public_half_is_what_openssl_writes(#[case] private: &str, #[case] public: &str) {
    let lines: String = public.lines().filter(|line| !line.starts_with('-')).collect();
    assert_eq!(STANDARD.encode(&read(private).public().der), lines);
}

/// The key and the token of RFC 7515 appendix A.3.
#[test]
fn the_example_of_the_standard_verifies_and_a_changed_one_does_not() {
    let (x, y) =
        ("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
    let key = SigningKey::verifying(&point(x, y));
    let token = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    let payload = key.verify(token).unwrap();
    assert!(payload.starts_with(br#"{"iss":"joe""#));
    assert!(key.verify(&token.replace(".eyJpc3Mi", ".eyJpc3Nj")).is_none());
}

/// Signed by another implementation.
#[test]
fn a_known_token_of_rs256_verifies_and_a_changed_one_does_not() {
    let key = read(include_str!("keys/rsa-2048.pem"));
    let token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UifQ.oOi9ZxcXDQYKOjsSOAqfXo6Ij_Tys1l4IRN42clNLzv7jOs5oXW3QdeLYp7_O_kcPFynt_-zWx1y40RfVzm2to2XVwhaT3bZvulH8RRTh4iL9IqAlrW0I_9W0vD3pL5dwzZJhjTDCeOCaFP7cLdbV0iSqIJ1cmDvCcbGrNzI6Y3Z2WZNNVy1kdcg03VlSCj2lFNyDJJnfEpGEOyKAFOZ8_TEh_5QR25ALfP-sk84qhgNBXl4y1mbDX1NA50YGHqjerlCwSvoD8etOY9I4PtTiYvGlYuPUvlo7D2CaUtxeFhFyXgIOI7XyUSy1kuaP8X2PwDzPn85zEJwkA4cQhofmg";
    assert_eq!(key.verify(token).unwrap(), br#"{"iss":"joe"}"#);
    assert!(key.verify(&token.replace(".eyJpc3Mi", ".eyJpc3Nj")).is_none());
}

#[test]
fn a_damaged_document_or_point_is_none() {
    let pkcs8 = SigningKey::generate_pkcs8().unwrap();
    assert!(document::read(&pkcs8).is_ok());
    for damaged in [&b""[..], b"pkcs8", &pkcs8[..pkcs8.len() - 1], &[&pkcs8[..], &[0]].concat()] {
        assert_eq!(document::read(damaged).err(), Some(ImportError::NotPkcs8));
    }
    for point in [&b""[..], &[4, 1], &[2; 65], &[4; 64], &[4; 66]] {
        assert_eq!(of_ec(point), None);
        assert_eq!(of_rsa(point), None);
    }
}
